"""Which column is which field: a guess, and the check of what the person made of it.

The guess compares names without case, spaces and signs, from certain to daring: the field's id or its label in
either language; the label in pinyin, in full or by initials; a word that offices use for the same thing; at last the
end of the name ("Customer Email" is an email). A field is given to one column only.
"""

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from formloom.platform.access.policy import Access, Act
from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.errors import Finding
from formloom.platform.records.imports.faults import MappingInvalid
from formloom.platform.records.imports.refusals import is_added_column
from formloom.platform.records.imports.synonyms import SYNONYMS
from formloom.platform.storage.database import ReadUnit

Mapped = dict[str, str | None]
"""Column name → field id, None for a column that is left out."""

_SIGNS = re.compile(r"[\W_]+")
_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])|[\u4e00-\u9fff]+")
_NO_COLUMN = {"zh-CN": "文件里没有列“{name}”", "en": "The file has no column '{name}'"}
_NO_FIELD = {"zh-CN": "没有可导入的字段“{name}”", "en": "There is no field '{name}' that an import may fill"}
_TWICE = {"zh-CN": "字段“{name}”对应了多列", "en": "Field '{name}' is given to several columns"}
_NOTHING = {"zh-CN": "没有任何列对应到字段", "en": "No column is given to a field"}


def fillable(unit: ReadUnit, actor: Actor, form: FormVersion) -> list[Field]:
    """Return the fields that an import by `actor` may fill: stored, writable, not made by the house, no uploads."""
    writable = Access.of(unit, actor).writable(form, Act.RECORD_IMPORT)
    return [
        item for item in form.stored
        if item.id in writable and not item.type.is_generated and item.kind != "files"
    ]  # fmt: skip


def guess(columns: Sequence[str], fields: Iterable[Field]) -> Mapped:
    """Return for every column the field that it most likely holds."""
    free = {item.id: item for item in fields}
    found: Mapped = dict.fromkeys(columns)
    for likeness in (_by_name, _by_pinyin, _by_synonym, _by_ending):
        for column in columns:
            if found[column] is None and not is_added_column(column):
                fits = [item.id for item in free.values() if likeness(column, item)]
                if len(fits) == 1:
                    found[column] = fits[0]
                    del free[fits[0]]
    return found


def checked(mapping: Mapping[str, object], columns: Sequence[str], fields: Iterable[Field]) -> Mapped:
    """Return the mapping that a person chose, complete over the columns. Raises MappingInvalid."""
    allowed = {item.id for item in fields}
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
    if not findings and not used - {None}:
        findings.append(Finding("nothing_mapped", _NOTHING, field="mapping"))
    if findings:
        raise MappingInvalid(findings=findings)
    return {column: str(given) if (given := mapping.get(column)) is not None else None for column in columns}


def _by_name(column: str, item: Field) -> bool:
    return _plain(column) in _names(item)


def _by_pinyin(column: str, item: Field) -> bool:
    wanted = _plain(column)
    return wanted.isascii() and any(wanted in _spelt(label) for label in _chinese(item))


def _by_synonym(column: str, item: Field) -> bool:
    wanted = _plain(column)
    return any(wanted in group and not group.isdisjoint(_names(item)) for group in SYNONYMS)


def _by_ending(column: str, item: Field) -> bool:
    words = [_plain(word) for word in _WORDS.findall(unicodedata.normalize("NFKC", column))]
    endings = {"".join(words[place:]) for place in range(1, len(words))}
    if column and "\u4e00" <= column[-1] <= "\u9fff":
        endings |= {_plain(column[place:]) for place in range(1, len(column) - 1)}
    names = _names(item)
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
