"""Values of formulas: faults, exact arithmetic, and how one kind of value is read as another.

Reading follows Excel: an empty value is 0 or an empty text, TRUE is 1, a text that looks like a number is one, and a
day is the number of days since 1899-12-30. A list is never read as a single value.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import MAX_EMAX, MIN_EMIN, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation
from types import MappingProxyType
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from formloom.platform.kernel.zones import DEFAULT_ZONE, midnight, moment_of

Value: TypeAlias = Any
PRECISION = 34
MAX_TEXT = 32_767
MAX_STEPS = 100_000
"""So many list elements may be touched in one evaluation."""
LETTERS_PER_STEP = 64
"""Long texts cost as well, where lists multiply them."""
TRAPS = [DivisionByZero, InvalidOperation]
CTX = Context(prec=PRECISION, rounding=ROUND_HALF_UP, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=TRAPS)
FINE = Context(prec=50, rounding=ROUND_HALF_UP, Emax=100_000, Emin=-100_000, traps=TRAPS)
"""For roots and powers: both sides compute with more digits, then round to the same ones."""
ZERO, ONE = Decimal(0), Decimal(1)
_LARGEST = 307
_EPOCH = date(1899, 12, 30)
_SECONDS = Decimal(86_400)
_NUMBER = re.compile(
    r"([+-]?)[¥￥$]?((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,400})(?:\.[0-9]{0,400})?|\.[0-9]{1,400})(?:[eE]([+-]?[0-9]{1,3}))?(%?)"
)
_DAY = re.compile(
    r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})"
    r"(?:[T ]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?"
)


class Fault(Exception):
    """An error value: raised where it arises, and a value wherever it ends up. Compares by its code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fault) and other.code == self.code

    def __hash__(self) -> int:
        return hash(self.code)


DIV0, VALUE, NAME, NUM, NA, REF, LIMIT = "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#N/A", "#REF!", "#LIMIT!"
FAULTS = (DIV0, VALUE, NAME, NUM, NA, REF, LIMIT)


@dataclass(frozen=True, slots=True)
class Setting:
    """What formulas may know of the world: the moment, the zone, the reader's language, the person, the record."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    zone: ZoneInfo = DEFAULT_ZONE
    locale: str = "zh-CN"
    user: str = ""
    """The name of whoever acts."""
    record: int | None = None
    """The record's number, where it has one."""
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Names of people and departments by id, as far as they are known."""


class Env:
    """One evaluation: the record's values, the setting, and how many steps are left."""

    __slots__ = ("setting", "steps", "values")

    def __init__(self, values: Any, setting: Setting) -> None:
        self.values = values
        self.setting = setting
        self.steps = MAX_STEPS

    def charge(self, steps: int) -> None:
        """Pay for work on lists. Raises Fault when the evaluation has become too long."""
        self.steps -= steps
        if self.steps < 0:
            raise Fault(LIMIT)


def bounded(number: Decimal) -> Decimal:
    """Return `number`, or 0 where it is too small to hold. Raises Fault where it is too large."""
    size = number.adjusted()
    if -_LARGEST <= size <= _LARGEST:
        return number
    if not number or size < 0:
        return ZERO
    raise Fault(NUM)


def number_of(env: Env, value: Value) -> Decimal:
    """Return `value` read as a number. Raises Fault."""
    kind = value.__class__
    if kind is Decimal:
        return value  # type: ignore[no-any-return]  # its class was looked at
    if value is None:
        return ZERO
    if kind is bool:
        return ONE if value else ZERO
    if kind is str:
        return _number_in(env, value)
    if kind is date or kind is datetime:
        return serial_of(env, value)
    raise value if isinstance(value, Fault) else Fault(VALUE)


def text_of(env: Env, value: Value) -> str:
    """Return `value` read as a text. Raises Fault."""
    kind = value.__class__
    if kind is str:
        return value  # type: ignore[no-any-return]  # its class was looked at
    if value is None:
        return ""
    if kind is Decimal:
        return plain(value)
    if kind is bool:
        return "TRUE" if value else "FALSE"
    if kind is date:
        return value.isoformat()  # type: ignore[no-any-return]  # its class was looked at
    if kind is datetime:
        return wall(env, value).strftime("%Y-%m-%d %H:%M:%S").rjust(19, "0")
    raise value if isinstance(value, Fault) else Fault(VALUE)


def truth_of(env: Env, value: Value) -> bool:
    """Return `value` read as TRUE or FALSE. Raises Fault."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        if value.upper() in {"TRUE", "FALSE"}:
            return value.upper() == "TRUE"
        raise Fault(VALUE)
    return bool(number_of(env, value))


def day_of(env: Env, value: Value) -> date:
    """Return `value` read as a day of the zone. Raises Fault."""
    found = when_of(env, value)
    return found.date() if isinstance(found, datetime) else found


def when_of(env: Env, value: Value) -> date | datetime:
    """Return `value` read as a day, or as what the zone's clock shows at that moment, without a zone. Raises Fault."""
    kind = value.__class__
    if kind is date:
        return value  # type: ignore[no-any-return]  # its class was looked at
    if kind is datetime:
        return wall(env, value)
    if kind is str:
        found = moment_in(env, value)
        if found is not None:
            return wall(env, found) if isinstance(found, datetime) else found
        if _NUMBER.fullmatch(value.strip()) is None:
            raise Fault(VALUE)
    return _from_serial(number_of(env, value))


def wall(env: Env, moment: datetime) -> datetime:
    """Return what the zone's clock shows, without a zone."""
    try:
        return moment.astimezone(env.setting.zone).replace(tzinfo=None)
    except OverflowError:
        return moment.replace(tzinfo=None)


def clock_time(env: Env, shown: datetime) -> datetime:
    """Return the moment at which the zone's clock shows `shown`, in UTC."""
    return moment_of(shown, env.setting.zone)


def midnight_of(env: Env, day: date) -> datetime:
    """Return the moment, in UTC, at which a day begins in the zone."""
    return midnight(day, env.setting.zone)


def moment_in(env: Env, text: str) -> date | datetime | None:
    """Return the day or the moment that a text such as 2026-01-31 or 2026-01-31 09:30 names, or None."""
    found = _DAY.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second, zone = found.groups()
    try:
        if hour is None:
            return date(int(year), int(month), int(day))
        shown = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0))  # noqa: DTZ001 - wall time, the zone is the form's
        if zone is None:
            return clock_time(env, shown)
        return datetime.fromisoformat(f"{shown.isoformat()}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def serial_of(env: Env, value: date) -> Decimal:
    """Return the days since 1899-12-30, with the time of day as a fraction."""
    shown = wall(env, value) if isinstance(value, datetime) else value
    days = Decimal(shown.toordinal() - _EPOCH.toordinal())
    if not isinstance(shown, datetime):
        return days
    seconds = shown.hour * 3600 + shown.minute * 60 + shown.second
    return CTX.add(days, CTX.divide(Decimal(seconds), _SECONDS))


def shifted(env: Env, value: date, days: Decimal) -> date | datetime:
    """Return `value` so many days later; a part of a day makes a moment of a day. Raises Fault."""
    if days.adjusted() > 7:
        raise Fault(NUM)
    seconds = int(CTX.multiply(days, _SECONDS).to_integral_value(ROUND_HALF_UP))
    try:
        if isinstance(value, datetime):
            return clock_time(env, wall(env, value) + timedelta(seconds=seconds))
        if seconds % 86_400 == 0:
            return value + timedelta(seconds=seconds)
        return clock_time(env, datetime.combine(value, time()) + timedelta(seconds=seconds))
    except OverflowError as exc:
        raise Fault(NUM) from exc


def moment_value(env: Env, value: Value) -> date | datetime:
    """Return `value` read as a day or a moment. Raises Fault."""
    found = when_of(env, value)
    return clock_time(env, found) if isinstance(found, datetime) else found


def plain(number: Decimal) -> str:
    """Return a number as people write it: no exponent, no trailing zeros."""
    if not number:
        return "0"
    written = format(number, "f")
    return written.rstrip("0").rstrip(".") if "." in written else written


def scalar(value: Value) -> Value:
    """Return `value` unless it is a list or an object. Raises Fault."""
    if isinstance(value, (list, dict)):
        raise Fault(VALUE)
    if isinstance(value, Fault):
        raise value
    return value


def limited(text: str) -> str:
    """Return `text`. Raises Fault when it is longer than a text may be."""
    if len(text) > MAX_TEXT:
        raise Fault(VALUE)
    return text


def _number_in(env: Env, text: str) -> Decimal:
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        moment = moment_in(env, text)
        if moment is None:
            raise Fault(VALUE)
        return serial_of(env, moment)
    sign, digits, exponent, percent = found.groups()
    written = f"{sign}{digits.replace(',', '')}e{exponent or 0}"
    number = bounded(CTX.create_decimal(written))
    return CTX.divide(number, Decimal(100)) if percent else number


def _from_serial(number: Decimal) -> date | datetime:
    days = number.to_integral_value(ROUND_FLOOR) if number.adjusted() < 8 else Decimal(10**8)
    if not 0 <= days <= 2_958_465:
        raise Fault(NUM)
    seconds = int(CTX.multiply(CTX.subtract(number, days), _SECONDS).to_integral_value(ROUND_HALF_UP))
    day = _EPOCH + timedelta(days=int(days))
    if not seconds:
        return day
    try:
        return datetime(day.year, day.month, day.day) + timedelta(seconds=seconds)  # noqa: DTZ001 - wall time, the zone is the form's
    except OverflowError as exc:
        raise Fault(NUM) from exc
