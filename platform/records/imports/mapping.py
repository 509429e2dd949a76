"""Which column is which field: a guess, and the check of what the person made of it.

The guess compares names without case, spaces and signs, from certain to daring: the field's id or its label in
either language; the label in pinyin, in full or by initials; a word that offices use for the same thing; at last the
end of the name ("Customer Email" is an email). A field is given to one column only. Columns of sub-forms go by
`Items / Price` or, where no field is called so, by their own name; each line of the file then holds a row.
"""

import functools
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from formloom.platform.access.policy import Access, Act
from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.definitions.row_names import column_name, field_name
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.errors import Finding
from formloom.platform.records.export_lines import NUMBER
from formloom.platform.records.imports.faults import MappingInvalid
from formloom.platform.records.imports.refusals import is_added_column
from formloom.platform.records.imports.synonyms import SYNONYMS
from formloom.platform.storage.database import ReadUnit

Mapped = dict[str, str | None]
"""Column name → field id or `items.price`, None for a column that is left out."""

_SIGNS = re.compile(r"[\W_]+")
_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])|[\u4e00-\u9fff]+")
_NO_COLUMN = {"zh-CN": "文件里没有列“{name}”", "en": "The file has no column '{name}'"}
_NO_FIELD = {"zh-CN": "没有可导入的字段“{name}”", "en": "There is no field '{name}' that an import may fill"}
_TWICE = {"zh-CN": "字段“{name}”对应了多列", "en": "Field '{name}' is given to several columns"}
_WHOLE = {"zh-CN": "“{name}”已有按列导入的明细", "en": "'{name}' already gets its rows from columns of their own"}
_NOTHING = {"zh-CN": "没有任何列对应到字段", "en": "No column is given to a field"}


@dataclass(frozen=True, slots=True)
class Target:
    """What a column of a file may fill: a field, or a column of the sub-form `of`."""

    id: str
    item: Field
    of: Field | None = None


def target_of(form: FormVersion, name: str) -> Target:
    """Return what `field` or `field.column` names. Raises UnknownField."""
    outer, _, inner = name.partition(".")
    item = form.field(outer)
    return Target(name, item.rows.field(inner), item) if inner and item.rows is not None else Target(name, item)


def fillable(unit: ReadUnit, actor: Actor, form: FormVersion) -> list[Target]:
    """Return what an import by `actor` may fill: stored, writable, not made by the house, no uploads."""
    writable = Access.of(unit, actor).writable(form, Act.RECORD_IMPORT)
    return targets_in(item for item in form.stored if item.id in writable)


def targets_in(fields: Iterable[Field]) -> list[Target]:
    """Return what cells can fill in these fields, the columns of sub-forms included."""
    found: list[Target] = []
    for item in filter(_takes_cells, fields):
        inner = item.rows.stored if item.rows is not None else ()
        found += [Target(item.id, item)]
        found += [Target(column_name(item.id, one.id), one, item) for one in inner if _takes_cells(one)]
    return found


def _takes_cells(item: Field) -> bool:
    return not item.type.is_generated and item.kind != "files"


def guess(columns: Sequence[str], targets: Iterable[Target]) -> Mapped:
    """Return for every column what it most likely holds."""
    free = {one.id: one for one in targets}
    found: Mapped = dict.fromkeys(columns)
    for likeness, inside in _LIKENESSES:
        for column in columns:
            if found[column] is None and not is_added_column(column):
                fits = [one for one in free.values() if (one.of is not None) is inside and likeness(column, one)]
                if len(fits) == 1 and column not in NUMBER.values():
                    found[column] = fits[0].id
                    free = {name: one for name, one in free.items() if not _excludes(fits[0], one)}
    return found


def checked(mapping: Mapping[str, object], columns: Sequence[str], targets: Iterable[Target]) -> Mapped:
    """Return the mapping that a person chose, complete over the columns. Raises MappingInvalid."""
    allowed = {one.id: one for one in targets}
    findings: list[Finding] = []
    used: set[str | None] = set()
    for column, given in mapping.items():
        field_id = None if given is None else str(given)
        if column not in columns:
            findings.append(_finding("unknown_column", _NO_COLUMN, column))
        elif field_id is not None and field_id not in allowed:
            findings.append(_finding("unknown_field", _NO_FIELD, field_id))
        elif field_id is not None and field_id in used:
            findings.append(_finding("mapped_twice", _TWICE, field_id))
        used.add(field_id)
    inside = {of.id for name in used if name in allowed and (of := allowed[name].of) is not None}
    findings += [_finding("mapped_twice", _WHOLE, name) for name in sorted(inside & used)]
    if not findings and not used - {None}:
        findings.append(Finding("nothing_mapped", _NOTHING, field="mapping"))
    if findings:
        raise MappingInvalid(findings=findings)
    return {column: str(given) if (given := mapping.get(column)) is not None else None for column in columns}


def is_called(column: str, item: Field) -> bool:
    """Tell whether a column of a file has the name of a field."""
    return _plain(column) in _names(item)


def _excludes(chosen: Target, other: Target) -> bool:
    """Tell whether a column for one leaves none for the other: each once, rows as a whole or column by column."""
    whole_and_part = (chosen.of is None) is not (other.of is None) and field_name(chosen.id) == field_name(other.id)
    return chosen.id == other.id or whole_and_part


def _by_whole_name(column: str, one: Target) -> bool:
    return one.of is not None and _plain(column) in {a + b for a in _names(one.of) for b in _names(one.item)}


def _by_name(column: str, one: Target) -> bool:
    return is_called(column, one.item)


def _by_pinyin(column: str, one: Target) -> bool:
    wanted = _plain(column)
    return wanted.isascii() and any(wanted in _spelt(label) for label in _chinese(one.item))


def _by_synonym(column: str, one: Target) -> bool:
    wanted = _plain(column)
    return any(wanted in group and not group.isdisjoint(_names(one.item)) for group in SYNONYMS)


def _by_ending(column: str, one: Target) -> bool:
    words = [_plain(word) for word in _WORDS.findall(unicodedata.normalize("NFKC", column))]
    endings = {"".join(words[place:]) for place in range(1, len(words))}
    if column and "\u4e00" <= column[-1] <= "\u9fff":
        endings |= {_plain(column[place:]) for place in range(1, len(column) - 1)}
    names = _names(one.item)
    return any(
        ending in names or any(ending in group and not group.isdisjoint(names) for group in SYNONYMS)
        for ending in endings
    )


def _names(item: Field) -> frozenset[str]:
    return frozenset(filter(None, (_plain(text) for text in (item.id, *item.label.values()))))


def _chinese(item: Field) -> list[str]:
    return [label for label in item.label.values() if any("\u4e00" <= sign <= "\u9fff" for sign in label)]


@functools.lru_cache(maxsize=2_000)
def _spelt(label: str) -> frozenset[str]:
    """Return a Chinese label in pinyin, in full and by initials."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - its dictionary takes half a second and 30 MB to load

    return frozenset(_plain("".join(lazy_pinyin(label, style=style))) for style in (Style.NORMAL, Style.FIRST_LETTER))


def _plain(text: str) -> str:
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text).casefold())


def _finding(code: str, words: Mapping[str, str], name: str) -> Finding:
    return Finding(code, words, field="mapping", params={"name": name[:60]})


_LIKENESSES: tuple[tuple[Callable[[str, Target], bool], bool], ...] = (
    (_by_name, False), (_by_whole_name, True), (_by_name, True), (_by_pinyin, False), (_by_pinyin, True),
    (_by_synonym, False), (_by_ending, False),
)  # fmt: skip
"""From certain to daring, and whether it is about columns of sub-forms."""
