"""What a schema says when a document does not fit, in both languages and as findings with a place.

marshmallow speaks English only, so its sentences are recognised here; one that is not known is passed on as it is.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from formloom.platform.kernel.errors import Finding, nearest

_SENTENCES: tuple[tuple[str, str, str, str], ...] = (
    (r"Missing data for required field\.", "required", "必填", "Required"),
    (r"Field may not be null\.", "required", "不能为空", "This can't be empty"),
    (r"Not a valid string\.|Not a valid text\.", "not_text", "应为文字", "Must be text"),
    (r"Not a valid integer\.", "not_integer", "应为整数", "Must be a whole number"),
    (r"Not a valid number\.", "not_number", "应为数字", "Must be a number"),
    (r"Not a valid boolean\.", "not_boolean", "应为 true 或 false", "Must be true or false"),
    (r"Not a valid list\.", "not_a_list", "应为列表", "Must be a list"),
    (r"Not a valid mapping type\.|Invalid input type\.", "not_an_object", "应为对象", "Must be an object"),
    (r"Not a valid date\.", "not_date", "应为日期，如 2026-11-23", "Must be a date such as 2026-11-23"),
    (
        r"Not a valid (?:aware )?datetime\.", "not_moment", "应为带时区的时间，如 2026-11-23T06:00:00Z",
        "Must be a moment such as 2026-11-23T06:00:00Z",
    ),
    (r"Longer than maximum length (?P<max>\S+)\.", "too_long", "最多 {max} 个", "At most {max}"),
    (r"Shorter than minimum length (?P<min>\S+)\.", "too_short", "至少 {min} 个", "At least {min}"),
    (
        r"Length must be between (?P<min>\S+) and (?P<max>\S+)\.", "bad_length", "应有 {min} 到 {max} 个",
        "Must have {min} to {max}",
    ),
    (r"Length must be (?P<size>\S+)\.", "bad_length", "应有 {size} 个", "Must have {size}"),
    (
        r"Must be greater than or equal to (?P<min>\S+) and less than or equal to (?P<max>\S+)\.", "out_of_range",
        "应在 {min} 到 {max} 之间", "Must be from {min} to {max}",
    ),
    (r"Must be greater than or equal to (?P<min>\S+)\.", "out_of_range", "不能小于 {min}", "Must be {min} or more"),
    (r"Must be less than or equal to (?P<max>\S+)\.", "out_of_range", "不能大于 {max}", "Must be {max} or less"),
    (r"Must be one of: (?P<choices>.*)\.", "not_a_choice", "应为其中之一：{choices}", "Must be one of: {choices}"),
    (r"String does not match expected pattern\.", "bad_form", "格式不对", "This doesn't have the expected form"),
    (r"Option values stand twice: (?P<values>.*)", "duplicate_option", "选项的值重复：{values}", "Option values stand twice: {values}"),
    (
        r"Must not be a comma.*", "bad_option_value", "选项的值不能是逗号、首尾空格或控制字符",
        "An option's value can't be a comma, nor begin or end with a space, nor have control characters",
    ),
    (
        r"Must look like T.*", "bad_format", "应如 T{YYMMDD}-{0000}，且只有一个计数器",
        "Must look like T{YYMMDD}-{0000}, with one counter",
    ),
    (
        r"Must be a duration such as PT4H", "bad_duration", "应为时长，如 PT4H 或 PT30M",
        "Must be a duration such as PT4H or PT30M",
    ),
    (r"Must be a time such as 09:00", "bad_time", "应为时间，如 09:00", "Must be a time such as 09:00"),
    (r"Unknown time zone (?P<zone>.*)", "unknown_zone", "没有时区“{zone}”", "Unknown time zone '{zone}'"),
)  # fmt: skip
_KNOWN = tuple((re.compile(pattern), code, {"zh-CN": zh, "en": en}) for pattern, code, zh, en in _SENTENCES)
_NO_SUCH = {"zh-CN": "没有“{name}”这一项", "en": "There is no setting '{name}'"}
_NO_SUCH_BUT = {
    "zh-CN": "没有“{name}”这一项，是否想用“{nearest}”？",
    "en": "There is no setting '{name}'; did you mean '{nearest}'?",
}


def findings(messages: Any, path: str = "", known: Collection[str] = ()) -> Iterator[Finding]:
    """Yield a finding for each message of a ValidationError; `known` are the names that stand at `path`."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            deeper = path if name == "_schema" else f"{path}/{name}" if path else str(name)
            if inner == ["Unknown field."]:
                yield _unknown(str(name), deeper, known)
            else:
                yield from findings(_of_items(inner), deeper)
    elif isinstance(messages, list):
        for inner in messages:
            yield from findings(inner, path)
    else:
        yield _said(str(messages), path or None)


def _of_items(messages: Any) -> Any:
    """Leave out the `key` and `value` that marshmallow puts between a mapping's entry and what is wrong with it."""
    if isinstance(messages, Mapping):
        return {
            name: next(iter(inner.values())) if _is_entry(name, inner) else inner for name, inner in messages.items()
        }
    return messages


def _is_entry(name: object, inner: Any) -> bool:
    """Tell a mapping's entry, which has a text as its name, from an item of a list, which has a number."""
    return isinstance(name, str) and isinstance(inner, Mapping) and set(inner) in ({"key"}, {"value"})


def _unknown(name: str, path: str, known: Collection[str]) -> Finding:
    shown = name[:60]
    close = nearest(shown, known)
    if close:
        return Finding("unknown_key", _NO_SUCH_BUT, path, {"name": shown, "nearest": close})
    return Finding("unknown_key", _NO_SUCH, path, {"name": shown})


def _said(text: str, path: str | None) -> Finding:
    for pattern, code, words in _KNOWN:
        found = pattern.fullmatch(text)
        if found:
            return Finding(code, words, path, found.groupdict())
    return Finding("bad_shape", {"zh-CN": "格式不对：{why}", "en": "{why}"}, path, {"why": text[:300]})
