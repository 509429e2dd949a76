"""The form that is being read out of a file, and what could not be carried over."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from formloom.platform.definitions.conditions.tree import ConditionInvalid, parse
from formloom.platform.definitions.fields.registry import FIELD_TYPES
from formloom.platform.definitions.fields.settings import MARK, MAX_LABEL, MAX_OPTIONS
from formloom.platform.definitions.kinds.base import RESERVED_FIELDS, World
from formloom.platform.definitions.kinds.registry import KINDS
from formloom.platform.definitions.kinds.types.form import MAX_FIELDS
from formloom.platform.kernel.errors import Invalid
from formloom.platform.kernel.jsontypes import JSONObject
from formloom.platform.kernel.text import LOCALES, LocalizedText

MAX_LEFT_OUT = 200
LONGEST_ID = 40
LONGEST_VALUE = 100
OTHER = "other"
"""How forms of others call the choice to write an answer of one's own."""
NO_SUCH_TYPE = {"zh-CN": "没有对应的字段类型", "en": "there is no such field type here"}
NO_CONDITION = {"zh-CN": "条件无法转换", "en": "the condition could not be carried over"}
NO_COLUMN = {"zh-CN": "子表单里不能有这种列", "en": "a sub-form can't have such a column"}
NO_SETTING = {"zh-CN": "此设置未转换：{name}", "en": "this setting was not carried over: {name}"}
TOO_MANY = {"zh-CN": "超出表单的字段上限", "en": "more fields than a form takes"}


class FormUnreadable(Invalid):
    """A file does not hold a form."""

    code = "form_unreadable"
    message = {"zh-CN": "无法从此文件读出表单：{why}", "en": "No form can be read from this file: {why}"}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One thing of the file that has no place in the form: where it stands there, and why."""

    where: str
    why: LocalizedText


@dataclass(slots=True)
class Outline:
    """Collects fields and rules under ids of ours, each once."""

    source: str
    title: LocalizedText = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    fields: list[dict[str, Any]] = field(default_factory=list)
    rules: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    """Name in the file → id here."""

    def add(self, type_id: str, name: str, label: LocalizedText, **settings: Any) -> str | None:
        """Add a field of a registered type and return its id; None, with a note, when there is no room or no type."""
        if type_id not in FIELD_TYPES or len(self.fields) >= MAX_FIELDS:
            self.leave_out(name, TOO_MANY if type_id in FIELD_TYPES else NO_SUCH_TYPE)
            return None
        made = fresh_id(name, self.ids.values())
        entry: dict[str, Any] = {"id": made, "type": type_id, "label": shortened(label)}
        entry |= self._sound_settings(entry, name, settings)
        if not _is_sound(entry):
            self.leave_out(name, NO_SUCH_TYPE)
            return None
        self.ids[name] = made
        self.fields.append(entry)
        return made

    def add_rows(self, name: str, label: LocalizedText, inside: "Outline", **settings: Any) -> str | None:
        """Add a sub-form whose columns are the fields of `inside`; what can't be a column is noted."""
        columns = []
        for entry in inside.fields:
            kind = FIELD_TYPES.get(entry["type"])
            if kind.is_stored and kind.can_be_column:
                columns.append(entry)
            elif not kind.opens_section:
                self.leave_out(f"{name}: {entry['id']}", NO_COLUMN)
        for one in inside.left_out:
            self.leave_out(f"{name}: {one.where}", one.why)
        return self.add("subform", name, label, columns=columns, **settings)

    def _sound_settings(self, entry: dict[str, Any], name: str, settings: dict[str, Any]) -> dict[str, Any]:
        """Return those settings that the type takes; the others are noted."""
        given = {key: value for key, value in settings.items() if value not in (None, "", {}, [])}
        needed: dict[str, Any] = {key: given[key] for key in ("options", "columns") if key in given}
        found = {key: value for key, value in given.items() if _is_sound({**entry, **needed, key: value})}
        for key in given.keys() - found.keys():
            self.leave_setting(name, key)
        return found

    def rule(self, what: str, target: str, tree: JSONObject | None, where: str) -> None:
        """Add a rule that shows or requires `target` when `tree` holds; a tree that does not fit is left out."""
        try:
            if tree is None:
                raise ConditionInvalid
            tree = self._asking_for_own(tree)
            parse(tree, self.kinds())
        except ConditionInvalid:
            self.leave_out(where, NO_CONDITION)
            return
        self.rules.append({"id": f"r{len(self.rules) + 1}", "when": tree, what: [target]})

    def _asking_for_own(self, tree: Any) -> Any:
        """Return a tree in which `other` asks for an own answer, where a field takes one and has no such option."""
        if isinstance(tree, list):
            return [self._asking_for_own(part) for part in tree]
        if not isinstance(tree, Mapping):
            return tree
        named = next((one for one in self.fields if one["id"] == tree.get("field")), {})
        if not named.get("own_answer") or any(one["value"] == OTHER for one in named["options"]):
            return {key: self._asking_for_own(part) for key, part in tree.items()}
        value = tree.get("value")
        marked = [MARK if one == OTHER else one for one in value] if isinstance(value, list) else value
        return {**tree, "value": MARK if value == OTHER else marked} if "value" in tree else dict(tree)

    def kinds(self) -> dict[str, Any]:
        """Return what the fields so far hold, for conditions."""
        kinds = {entry["id"]: FIELD_TYPES.get(entry["type"]) for entry in self.fields}
        return {name: kind.value_kind for name, kind in kinds.items() if kind.is_stored}

    def leave_out(self, where: str, why: LocalizedText) -> None:
        """Note what has no place here."""
        if len(self.left_out) < MAX_LEFT_OUT:
            self.left_out.append(LeftOut(where[:200], why))

    def leave_setting(self, where: str, name: str) -> None:
        """Note a setting of a question that has no place here."""
        self.leave_out(f"{where}: {name}", {locale: text.format(name=name) for locale, text in NO_SETTING.items()})

    def document(self) -> dict[str, Any]:
        """Return the form's document."""
        languages = [one for one in LOCALES if any(one in entry["label"] for entry in self.fields)] or list(LOCALES)
        settings = {"languages": languages, **self.more.pop("settings", {})}
        return {
            "title": shortened(self.title),
            "fields": self.fields,
            "rules": self.rules,
            "settings": settings,
            **self.more,
        }


def _is_sound(entry: Mapping[str, Any]) -> bool:
    found = KINDS.get("form").check({"title": {}, "fields": [entry]}, World())
    return all(one.severity != "error" or one.field == "title" for one in found)


def fresh_id(name: str, taken: Iterable[str]) -> str:
    """Return an id made of `name` (Chinese by its sound) that is not among `taken`."""
    slug = re.sub(r"[^a-z0-9]+", "_", _spelled(name).lower()).strip("_")[: LONGEST_ID - 4].strip("_")
    if not re.match(r"[a-z]", slug):
        slug = f"f_{slug}".strip("_")
    used, found, number = {*taken, *RESERVED_FIELDS, "deleted_at"}, slug, 1
    while found in used:
        number += 1
        found = f"{slug}_{number}"
    return found


def _spelled(name: str) -> str:
    if re.search(r"[\u4e00-\u9fff]", name) is None:
        return name
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - its dictionary takes half a second and 30 MB to load

    return "_".join(lazy_pinyin(name))


def options(pairs: Iterable[tuple[str, LocalizedText]]) -> list[dict[str, Any]]:
    """Return options of values and labels, each value once and short enough."""
    found: dict[str, dict[str, Any]] = {}
    for value, label in pairs:
        short = " ".join(value.split())[:LONGEST_VALUE].strip()
        if short and short != "," and short not in found:
            found[short] = {"value": short, "label": shortened(label) or dict.fromkeys(LOCALES, short)}
    return list(found.values())[:MAX_OPTIONS]


def shortened(text: Mapping[str, str], longest: int = MAX_LABEL) -> dict[str, str]:
    """Return a text by language without empty parts, cut where it is too long."""
    return {locale: words.strip()[:longest] for locale, words in text.items() if locale in LOCALES and words.strip()}
