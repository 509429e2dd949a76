"""A condition as a sentence: 类型 等于 故障 且 金额 大于 100 · Kind is Fault and Cost is more than 100."""

import re
from collections.abc import Mapping
from typing import Any

from formloom.platform.definitions.conditions.operators import OPERATORS
from formloom.platform.definitions.fields.own_answers import OTHER, is_own, words
from formloom.platform.definitions.words import Document, Words, entries_by, joined, label_of, says
from formloom.platform.kernel.text import LOCALES, LocalizedText

MAX_DEPTH = 6
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")
_UNITS: tuple[Words, ...] = (("{0} 天", "{0} days"), ("{0} 小时", "{0} hours"), ("{0} 分钟", "{0} minutes"))
_FUNCTIONS: Mapping[str, LocalizedText] = {
    "today": {"zh-CN": "今天", "en": "today"},
    "now": {"zh-CN": "现在", "en": "now"},
    "me": {"zh-CN": "本人", "en": "me"},
}
_SWITCH: Mapping[bool, LocalizedText] = {True: {"zh-CN": "是", "en": "yes"}, False: {"zh-CN": "否", "en": "no"}}
_UNFINISHED: LocalizedText = {"zh-CN": "…", "en": "…"}


def sentence(condition: Any, fields: Mapping[str, Document], depth: int = 0) -> dict[str, str]:
    """Return a condition document in words; `fields` are the form's by id. An unfinished part reads “…”."""
    if not isinstance(condition, Mapping) or depth > MAX_DEPTH:
        return dict(_UNFINISHED)
    if "not" in condition:
        return says(("非（{0}）", "not ({0})"), sentence(condition["not"], fields, depth + 1))
    for how, between in (("all", (" 且 ", " and ")), ("any", (" 或 ", " or "))):
        parts = condition.get(how)
        if isinstance(parts, list):
            return joined([_bracketed(part, fields, depth + 1) for part in parts], between)
    return _comparison(condition, fields)


def _bracketed(part: Any, fields: Mapping[str, Document], depth: int) -> dict[str, str]:
    said = sentence(part, fields, depth)
    inner = next((part[how] for how in ("all", "any") if how in part), None) if isinstance(part, Mapping) else None
    return says(("（{0}）", "({0})"), said) if isinstance(inner, list) and len(inner) > 1 else said


def _comparison(leaf: Document, fields: Mapping[str, Document]) -> dict[str, str]:
    name, operator = str(leaf.get("field", "…")), OPERATORS.get(str(leaf.get("op")))
    field = fields.get(name, {"id": name})
    if operator is None:
        return says(("{0} …", "{0} …"), label_of(field))
    if operator.shape == "none":
        return says(("{0} {1}", "{0} {1}"), label_of(field), operator.label)
    value = leaf.get("value")
    between = (" 至 ", " and ") if operator.shape == "pair" else ("、", ", ")
    values = joined([_value(one, field, fields) for one in (value if isinstance(value, list) else [value])], between)
    return says(("{0} {1} {2}", "{0} {1} {2}"), label_of(field), operator.label, values)


def _value(value: Any, field: Document, fields: Mapping[str, Document]) -> LocalizedText:
    if isinstance(value, Mapping):
        other = value.get("ref")
        if isinstance(other, str):
            return label_of(fields.get(other, {"id": other}))
        return _FUNCTIONS.get(str(value.get("fn")), _UNFINISHED)
    if isinstance(value, bool):
        return _SWITCH[value]
    if value is None or value == "":
        return _UNFINISHED
    if isinstance(value, str) and is_own(value) and field.get("own_answer"):
        return _own(value, field)
    option = entries_by(field.get("options"), "value").get(value) if isinstance(value, str) else None
    return label_of(option) if option else _duration(str(value)) or dict.fromkeys(LOCALES, str(value))


def _own(value: str, field: Document) -> LocalizedText:
    """Return an own answer in words, or how writing one is called."""
    text, called = words(value), field.get("own_label")
    if text:
        return dict.fromkeys(LOCALES, text)
    return {**OTHER, **{one: said for one, said in called.items() if said}} if isinstance(called, Mapping) else OTHER


def _duration(text: str) -> LocalizedText | None:
    found = _DURATION.fullmatch(text)
    if not found or not any(found.groups()):
        return None
    amounts = zip(found.groups(), _UNITS, strict=True)
    return joined([says(unit, dict.fromkeys(LOCALES, amount)) for amount, unit in amounts if amount], (" ", " "))
