"""The formats of TEXT: numbers such as `#,##0.00` or `0%`, dates such as `yyyy-mm-dd hh:mm`.

Up to three sections, for numbers above, below and at 0, are parted by `;`. A text in quotes and whatever is no sign
of a format stands for itself.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal

from formloom.platform.definitions.formula.numeric import grouped, rounded
from formloom.platform.definitions.formula.values import CTX, VALUE, Env, Fault, Value, number_of, text_of, when_of

_DATE_SIGNS = re.compile(r'"[^"]*"|\\.|AM/PM|y+|m+|d+|h+|s+|a{3,4}', re.IGNORECASE)
_NUMBER_SIGNS = re.compile(r'("[^"]*"|\\.|[^0#?"\\])*?([0#?,]*[0#?](?:\.[0#?]*)?|\.[0#?]+)')
_LITERAL = re.compile(r'"([^"]*)"|\\(.)')
_WEEKDAYS = {
    "zh-CN": ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
MAX_FORMAT = 255


def formatted(env: Env, value: Value, pattern: str) -> str:
    """Return `value` as `pattern` writes it. Raises Fault for a pattern that can't be read."""
    if len(pattern) > MAX_FORMAT:
        raise Fault(VALUE)
    if pattern in {"@", ""} or pattern.lower() == "general":
        return text_of(env, value) if pattern else ""
    if _is_date(pattern):
        found = when_of(env, value)
        shown = found if isinstance(found, datetime) else datetime.combine(found, time())
        return "".join(_date_parts(shown, pattern, env.setting.locale))
    if isinstance(value, str):
        said: str = value
        try:
            value = number_of(env, said)
        except Fault:
            return said
    return _number(number_of(env, value), pattern)


def _is_date(pattern: str) -> bool:
    bare = _LITERAL.sub("", pattern)
    return re.search(r"[ymdhs]|aaa", bare, re.IGNORECASE) is not None and re.search("[0#?]", bare) is None


def _date_parts(shown: datetime, pattern: str, locale: str) -> Iterator[str]:
    signs = list(_DATE_SIGNS.finditer(pattern))
    half_day = any(sign[0].upper() == "AM/PM" for sign in signs)
    at = 0
    for place, sign in enumerate(signs):
        yield pattern[at : sign.start()]
        at = sign.end()
        yield _date_part(shown, sign[0], _are_minutes(signs, place), half_day, locale)
    yield pattern[at:]


def _are_minutes(signs: list[re.Match[str]], place: int) -> bool:
    """Tell whether an `m` at this place means minutes: behind hours, or before seconds."""
    before = next((sign[0][0].lower() for sign in reversed(signs[:place]) if sign[0][0] not in '"\\'), "")
    after = next((sign[0][0].lower() for sign in signs[place + 1 :] if sign[0][0] not in '"\\'), "")
    return before == "h" or after == "s"


def _date_part(shown: datetime, sign: str, minutes: bool, half_day: bool, locale: str) -> str:
    if sign[0] in '"\\':
        return sign[1:-1] if sign[0] == '"' else sign[1:]
    first, size = sign[0].lower(), len(sign)
    if sign.upper() == "AM/PM":
        return "AM" if shown.hour < 12 else "PM"
    if first == "a" or (first == "d" and size >= 3):
        return _weekday(shown, size, locale)
    if first == "y":
        return f"{shown.year:04d}" if size > 2 else f"{shown.year % 100:02d}"
    if first == "m" and size >= 3 and not minutes:
        return _MONTHS[shown.month - 1] if size > 3 else _MONTHS[shown.month - 1][:3]
    hour = (shown.hour % 12 or 12) if half_day else shown.hour
    number = {"d": shown.day, "h": hour, "s": shown.second, "m": shown.minute if minutes else shown.month}[first]
    return f"{number:02d}" if size > 1 else str(number)


def _weekday(shown: date, size: int, locale: str) -> str:
    name = _WEEKDAYS.get(locale, _WEEKDAYS["en"])[shown.weekday()]
    if size > 3:
        return name
    return name[-1] if locale == "zh-CN" else name[:3]


def _number(number: Decimal, pattern: str) -> str:
    sections = pattern.split(";")
    if number < 0 and len(sections) > 1:
        return _section(number.copy_abs(), sections[1])
    if not number and len(sections) > 2:
        return _section(number, sections[2])
    return _section(number, sections[0])


def _section(number: Decimal, section: str) -> str:
    found = _NUMBER_SIGNS.match(section)
    if found is None:
        return _literal(section)
    before, after = section[: found.start(2)], section[found.end() :]
    if re.search(r"[0#?]|E[+-]", _LITERAL.sub("", after)):
        raise Fault(VALUE)
    for _ in range(_LITERAL.sub("", before + after).count("%")):
        number = CTX.multiply(number, Decimal(100))
    written = _digits(number.copy_abs(), found[2])
    sign = "-" if number < 0 and written.strip("0.,") else ""
    return sign + _literal(before) + written + _literal(after)


def _digits(number: Decimal, signs: str) -> str:
    whole, _, part = signs.partition(".")
    least = whole.count("0")
    written = grouped(rounded(number, len(part)), len(part), commas=False)
    digits, _, places = written.partition(".")
    digits = digits.lstrip("0").rjust(least, "0")
    if "," in whole:
        digits = _commas(digits)
    kept = len(part.rstrip("#?"))
    places = places[:kept] + places[kept:].rstrip("0")
    point = "." if "." in signs and (places or part) and (places or kept) else ""
    return digits + point + places


def _commas(digits: str) -> str:
    head = len(digits) % 3
    groups = [digits[at : at + 3] for at in range(head, len(digits), 3)]
    return ",".join(([digits[:head]] if head else []) + groups)


def _literal(text: str) -> str:
    return _LITERAL.sub(lambda found: found[1] if found[1] is not None else found[2], text)
