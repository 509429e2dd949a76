"""What a definition kind is: one class in one file.

A kind knows the shape of its documents (`schema`), what is wrong with one beyond its shape (`check`, which sees the
rest of the app through a `World`), and which other definitions one names (`references`, for where-used).

Findings are errors, which keep a document from being published, or warnings, which don't. A draft may be stored
with errors: people save half-finished work.
"""

import re
from abc import ABC
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

from marshmallow import INCLUDE, RAISE, Schema, ValidationError

from formloom.platform.definitions.conditions.tree import ConditionInvalid, parse
from formloom.platform.definitions.fields.registry import FIELD_TYPES
from formloom.platform.definitions.kinds import shape_words
from formloom.platform.definitions.row_names import column_name
from formloom.platform.kernel.errors import Finding, nearest
from formloom.platform.kernel.text import LOCALES, LocalizedText

Document: TypeAlias = Mapping[str, Any]
"""A definition document as JSON gave it; its shape is known once the schema accepted it."""

MAX_DOCUMENT_BYTES = 2_000_000
NodeCheck = Callable[[Mapping[str, Any], "World", str], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class World:
    """What a document can see of the app around it. `others` holds drafts or versions by kind and key."""

    key: str = ""
    others: Mapping[str, Mapping[str, Document]] = field(default_factory=dict)
    roles: frozenset[str] = frozenset()
    triggers: Mapping[str, type[Schema]] = field(default_factory=dict)
    given: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What flows know from the start by their trigger: its id → name → kind."""
    nodes: Mapping[str, type[Schema]] = field(default_factory=dict)
    strategies: frozenset[str] = frozenset()
    metrics: frozenset[str] = frozenset()
    liquid: Callable[[str], str | None] = lambda _text: None
    """Returns what is wrong with a template's text, or None."""

    def form(self, key: object) -> Document | None:
        """Return the document of the form `key`, or None."""
        return self.others.get("form", {}).get(key) if isinstance(key, str) else None


ITSELF = ""
"""The key of the document that names itself: a form's rule names fields of its own form."""
ANY_FORM = "*"
"""The key of whichever form a document is used with: a message template quotes the records of a flow's form."""


@dataclass(frozen=True, slots=True)
class Usage:
    """One place in a document that names another definition, or a field of a form (see ITSELF and ANY_FORM)."""

    kind: str
    key: str
    path: str
    field: str | None = None


class DefinitionKind(ABC):
    """Base of every kind."""

    id: ClassVar[str]
    label: ClassVar[LocalizedText]
    schema: ClassVar[type[Schema]]

    def check(self, document: Document, world: World) -> list[Finding]:
        """Return everything that is wrong or doubtful with `document`."""
        shape = shape_findings(self.schema, document)
        if shape:
            return shape
        return [*missing_languages(document), *self.check_meaning(document, world)]

    def check_meaning(self, document: Document, world: World) -> Iterator[Finding]:  # noqa: ARG002 - the signature is the base's
        """Yield what is wrong with a document whose shape is right."""
        yield from ()

    def references(self, document: Document) -> Iterator[Usage]:  # noqa: ARG002 - the signature is the base's
        """Yield every place that names another definition of the app or a field of a form."""
        yield from ()


def shape_findings(schema: type[Schema], document: Document, *, is_open: bool = False) -> list[Finding]:
    """Return a finding for each place where `document` does not have the schema's shape."""
    made = schema()
    try:
        made.load(dict(document), unknown=INCLUDE if is_open else RAISE)
    except ValidationError as fault:
        return list(shape_words.findings(fault.messages, "", known_keys(made)))
    return []


def setting_findings(schema: Schema, settings: Mapping[str, Any], path: str) -> list[Finding]:
    """Return a finding for each setting of a registered type that does not fit its schema."""
    try:
        schema.load(settings, unknown=RAISE)
    except ValidationError as fault:
        return list(shape_words.findings(fault.messages, path, known_keys(schema)))
    return []


def known_keys(schema: Schema) -> list[str]:
    """Return the names under which a schema's fields stand in a document."""
    return [one.data_key or name for name, one in schema.fields.items()]


_MISSING: Mapping[str, LocalizedText] = {
    "zh-CN": {"zh-CN": "缺少中文", "en": "No Chinese text"},
    "en": {"zh-CN": "缺少英文", "en": "No English text"},
}


def missing_languages(document: Any, path: str = "") -> Iterator[Finding]:
    """Yield a warning for each text that lacks one of the product's languages."""
    if isinstance(document, Mapping):
        if document and set(document) <= set(LOCALES):
            for locale in LOCALES:
                if not document.get(locale):
                    yield Finding("missing_language", _MISSING[locale], path or None, {"language": locale}, "warning")
            return
        for name, inner in document.items():
            yield from missing_languages(inner, f"{path}/{name}" if path else str(name))
    elif isinstance(document, list):
        for place, inner in enumerate(document):
            yield from missing_languages(inner, f"{path}/{place}")


def unknown(code: str, path: str, name: object, known: Iterable[str], what: LocalizedText) -> Finding:
    """Return the finding for a name that nothing answers to, with the nearest name that something does."""
    words = {
        "zh-CN": f"没有名为“{{name}}”的{what['zh-CN']}，是否想用“{{nearest}}”？",
        "en": f"Unknown {what['en']} '{{name}}'; did you mean '{{nearest}}'?",
    }
    text = str(name)[:60]
    return Finding(code, words, path, {"name": text, "nearest": nearest(text, known) or "—"})


FORM_WORD = {"zh-CN": "表单", "en": "form"}
FIELD_WORD = {"zh-CN": "字段", "en": "field"}
ROLE_WORD = {"zh-CN": "角色", "en": "role"}


def check_form(world: World, key: object, path: str) -> Iterator[Finding]:
    """Yield a finding when the app has no form `key`."""
    if world.form(key) is None:
        yield unknown("unknown_form", path, key, world.others.get("form", {}), FORM_WORD)


def check_fields(form: Document, names: Iterable[tuple[str, object]], *, reserved: bool = True) -> Iterator[Finding]:
    """Yield a finding for each (path, field id) that `form` does not have."""
    known = set(field_ids(form)) | (set(RESERVED_FIELDS) if reserved else set())
    for path, name in names:
        if not isinstance(name, str) or name not in known:
            yield unknown("unknown_field", path, name, known, FIELD_WORD)


def check_condition(form: Document, tree: object, path: str, *, with_before: bool = False) -> Iterator[Finding]:
    """Yield what is wrong with a condition over the fields of `form`."""
    try:
        parse(tree, value_kinds(form), with_before=with_before)
    except ConditionInvalid as fault:
        for found in fault.findings:
            where = f"{path}{found.field or ''}"
            yield Finding(found.code, found.message, where, found.params, found.severity)


QUOTED = re.compile(r"\b(?:record|before)\.([a-z][a-z0-9_]{0,39})\b")
RESERVED_FIELDS = ("id", "rev", "created_at", "created_by", "updated_at", "updated_by")


def field_ids(form: Document) -> list[str]:
    """Return the ids of a form document's fields."""
    return [str(one["id"]) for one in _entries(form) if "id" in one]


def value_kinds(form: Document) -> dict[str, Any]:
    """Return name → value kind of a form document, `field.column` included, leaving out types that are not known."""
    kinds: dict[str, Any] = {}
    for one in _known(_entries(form)):
        kinds[str(one["id"])] = FIELD_TYPES.get(str(one["type"])).kind_of(one)
        for column in columns_of(one):
            name = column_name(str(one["id"]), str(column["id"]))
            kinds[name] = FIELD_TYPES.get(str(column["type"])).kind_of(column)
    return kinds


def columns_of(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the documents of a sub-form's columns as far as their types are known; none for any other field."""
    setting = FIELD_TYPES.get(str(entry["type"])).columns_in if entry.get("type") in FIELD_TYPES else None
    listed = entry.get(setting) if setting else None
    return list(_known([one for one in listed if isinstance(one, Mapping)])) if isinstance(listed, list) else []


def _known(entries: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for one in entries:
        if isinstance(one.get("type"), str) and one["type"] in FIELD_TYPES and "id" in one:
            yield one


def quoted_fields(part: Any) -> list[str]:
    """Return the fields that Liquid texts in a part of a document quote: `{{ record.amount }}`."""
    texts = part.values() if isinstance(part, Mapping) else (part,)
    found = [name for text in texts if isinstance(text, str) for name in QUOTED.findall(text)]
    return sorted(set(found))


def _entries(form: Document) -> list[Mapping[str, Any]]:
    entries = form.get("fields")
    return [one for one in entries if isinstance(one, Mapping)] if isinstance(entries, list) else []
