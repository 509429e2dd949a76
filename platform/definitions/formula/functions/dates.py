"""Functions over days, moments and times of day; days and clocks are those of the setting's zone."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal

from formloom.platform.definitions.formula.function import function
from formloom.platform.definitions.formula.numeric import rounded
from formloom.platform.definitions.formula.values import (
    CTX,
    NUM,
    ONE,
    Env,
    Fault,
    Value,
    day_of,
    midnight_of,
    moment_value,
    shifted,
    wall,
)

_DAY_SECONDS = Decimal(86_400)
_MOST = 9_999_999
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)


def _whole(number: Decimal) -> int:
    """Return the number cut off towards zero. Raises Fault where no calendar could hold it."""
    if abs(number) > _MOST:
        raise Fault(NUM)
    return int(rounded(number, 0, ROUND_DOWN))


def _day(year: int, month: int, day: int) -> date:
    """Return the day; months and days may run over, as in Excel. Raises Fault outside the years 1 to 9999."""
    years, month0 = divmod(month - 1, 12)
    try:
        return date(year + years, month0 + 1, 1) + timedelta(days=day - 1)
    except (ValueError, OverflowError) as exc:
        raise Fault(NUM) from exc


def _months_on(start: date, months: int, *, end: bool = False) -> date:
    first = _day(start.year, start.month + months, 1)
    last = monthrange(first.year, first.month)[1]
    return first.replace(day=last if end else min(start.day, last))


@function(
    "year:number month:number day:number", zh="由年、月、日得到日期", en="The day of a year, a month and a day",
    examples={"DATE(2026,1,31)": date(2026, 1, 31), "DATE(2026,14,1)": date(2027, 2, 1), "DATE(2026,3,0)": date(2026, 2, 28),
              "DATE(10000,1,1)": Fault(NUM)},
)  # fmt: skip
def date_(_env: Env, year: Decimal, month: Decimal, day: Decimal) -> date:
    return _day(_whole(year), _whole(month), _whole(day))


@function("", zh="今天", en="Today", examples={"TODAY()": date(2026, 11, 23)})
def today(env: Env) -> date:
    return wall(env, env.setting.now).date()


@function("", zh="现在", en="Now", examples={"NOW()": datetime(2026, 11, 23, 6, 0, tzinfo=UTC)})
def now(env: Env) -> datetime:
    return env.setting.now.astimezone(UTC).replace(microsecond=0)


@function("when:day", zh="年份", en="The year", examples={'YEAR("2026-01-31")': 2026, "YEAR(paid_at)": 2026})
def year(_env: Env, when: date) -> Decimal:
    return Decimal(when.year)


@function("when:day", zh="月份", en="The month", examples={"MONTH(signed_on)": 1})
def month(_env: Env, when: date) -> Decimal:
    return Decimal(when.month)


@function("when:day", zh="几号", en="The day of the month", examples={"DAY(signed_on)": 31})
def day(_env: Env, when: date) -> Decimal:
    return Decimal(when.day)


@function(
    "when:when",
    zh="小时",
    en="The hour",
    examples={"HOUR(paid_at)": 9, "HOUR(TIME(18,30,0))": 18, "HOUR(signed_on)": 0},
)
def hour(_env: Env, when: date) -> Decimal:
    return Decimal(when.hour if isinstance(when, datetime) else 0)


@function("when:when", zh="分钟", en="The minute", examples={"MINUTE(paid_at)": 30})
def minute(_env: Env, when: date) -> Decimal:
    return Decimal(when.minute if isinstance(when, datetime) else 0)


@function("when:when", zh="秒", en="The second", examples={"SECOND(paid_at)": 15})
def second(_env: Env, when: date) -> Decimal:
    return Decimal(when.second if isinstance(when, datetime) else 0)


def _full_months(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


def _rest_of_month(start: date, end: date) -> int:
    return (end - _months_on(start, _full_months(start, end))).days


def _rest_of_year(start: date, end: date) -> int:
    return (end - _months_on(start, _full_months(start, end) // 12 * 12)).days


@function(
    "start:day end:day unit:text?", zh="两个日期之间满几年（Y）、月（M）、日（D），或余下的月（YM）、日（MD、YD）",
    en="Full years (Y), months (M) or days (D) between two days, or what is left of them (YM, MD, YD)",
    examples={'DATEDIF("2024-02-29","2026-02-28","Y")': 1, 'DATEDIF("2026-01-31","2026-03-01","M")': 1,
              'DATEDIF("2026-01-01","2026-03-01")': 59, 'DATEDIF("2025-03-15","2026-11-20","YM")': 8,
              'DATEDIF("2026-02-01","2026-01-01","D")': Fault(NUM), 'DATEDIF(signed_on,paid_at,"X")': Fault(NUM)},
)  # fmt: skip
def datedif(_env: Env, start: date, end: date, unit: str = "D") -> Decimal:
    if start > end:
        raise Fault(NUM)
    months = _full_months(start, end)
    if unit.upper() not in {"Y", "M", "D", "YM", "MD", "YD"}:
        raise Fault(NUM)
    found = {"Y": months // 12, "M": months, "D": (end - start).days, "YM": months % 12,
             "MD": _rest_of_month(start, end), "YD": _rest_of_year(start, end)}  # fmt: skip
    return Decimal(found[unit.upper()])


@function(
    "when:scalar days:number", zh="加上几天", en="So many days later",
    examples={"DATEDELTA(signed_on,1)": date(2026, 2, 1), 'DATEDELTA("2026-01-01",-1)': date(2025, 12, 31)},
)  # fmt: skip
def datedelta(env: Env, when: Value, days: Decimal) -> Value:
    return shifted(env, moment_value(env, when), rounded(days, 0, ROUND_DOWN))


@function(
    "end:day start:day",
    zh="两个日期相差的天数",
    en="The days from one day to another",
    examples={'DAYS("2026-03-01","2026-02-01")': 28},
)
def days(_env: Env, end: date, start: date) -> Decimal:
    return Decimal((end - start).days)


def _first_day(kind: Decimal) -> int:
    """Return which weekday begins the week, Monday being 0. Raises Fault for a kind that there isn't."""
    found = {1: 6, 2: 0, **{11 + place: place for place in range(7)}}.get(_whole(kind))
    if found is None:
        raise Fault(NUM)
    return found


@function(
    "when:day kind:number?", zh="星期几：默认星期日为 1，类型 2 时星期一为 1", en="The day of the week: Sunday is 1, with kind 2 Monday is",
    examples={'WEEKDAY("2026-11-23")': 2, 'WEEKDAY("2026-11-23",2)': 1, 'WEEKDAY("2026-11-23",3)': 0, 'WEEKDAY("2026-11-23",9)': Fault(NUM)},
)  # fmt: skip
def weekday(_env: Env, when: date, kind: Decimal = ONE) -> Decimal:
    if kind == 3:
        return Decimal(when.weekday())
    return Decimal((when.weekday() - _first_day(kind)) % 7 + 1)


@function(
    "when:day kind:number?", zh="一年中的第几周，1 月 1 日在第 1 周；类型 21 为 ISO 周", en="The week of the year, the first being that of 1 January; kind 21 is ISO",
    examples={'WEEKNUM("2026-01-04")': 2, 'WEEKNUM("2026-01-04",2)': 1, 'WEEKNUM("2027-01-01",21)': 53},
)  # fmt: skip
def weeknum(_env: Env, when: date, kind: Decimal = ONE) -> Decimal:
    if kind == 21:
        return Decimal(when.isocalendar().week)
    first = date(when.year, 1, 1)
    return Decimal(((when - first).days + (first.weekday() - _first_day(kind)) % 7) // 7 + 1)


@function(
    "when:day",
    zh="ISO 周数",
    en="The ISO week",
    examples={'ISOWEEKNUM("2026-01-04")': 1, 'ISOWEEKNUM("2027-01-01")': 53},
)
def isoweeknum(_env: Env, when: date) -> Decimal:
    return Decimal(when.isocalendar().week)


@function(
    "when:day months:number", zh="加上几个月，超出月末时取月末", en="So many months later, at most the last day of that month",
    examples={"EDATE(signed_on,1)": date(2026, 2, 28), "EDATE(signed_on,-12)": date(2025, 1, 31), "EDATE(signed_on,999999)": Fault(NUM)},
)  # fmt: skip
def edate(_env: Env, when: date, months: Decimal) -> date:
    return _months_on(when, _whole(months))


@function(
    "when:day months:number", zh="几个月后的月末", en="The last day of the month so many months later",
    examples={'EOMONTH("2026-01-15",1)': date(2026, 2, 28), 'EOMONTH("2028-02-01",0)': date(2028, 2, 29)},
)  # fmt: skip
def eomonth(_env: Env, when: date, months: Decimal) -> date:
    return _months_on(when, _whole(months), end=True)


def _workdays_before(day: date) -> int:
    """Return how many Mondays to Fridays come before `day`, counted from the first Monday."""
    weeks, rest = divmod(day.toordinal() - 1, 7)
    return weeks * 5 + min(rest, 5)


def _holidays(env: Env, values: list[Value]) -> set[date]:
    found = {day_of(env, value) for value in values if value is not None}
    return {day for day in found if day.weekday() < 5}


@function(
    "start:day end:day holidays:list?", zh="两个日期之间的工作日数，含首尾；可扣除假日", en="The working days from one day to another, both included, without holidays",
    examples={'NETWORKDAYS("2026-11-23","2026-11-30")': 6, 'NETWORKDAYS("2026-11-30","2026-11-23")': -6,
              'NETWORKDAYS("2026-11-23","2026-11-30",{"2026-11-24","2026-11-28"})': 5},
)  # fmt: skip
def networkdays(env: Env, start: date, end: date, holidays: list[Value] | None = None) -> Decimal:
    first, last = min(start, end), max(start, end)
    count = _workdays_before(last) + (last.weekday() < 5) - _workdays_before(first)
    count -= sum(first <= day <= last for day in _holidays(env, holidays or []))
    return Decimal(count if start <= end else -count)


@function(
    "start:day days:number holidays:list?", zh="几个工作日之后的日期；可扣除假日", en="The day so many working days later, without holidays",
    examples={'WORKDAY("2026-11-27",1)': date(2026, 11, 30), 'WORKDAY("2026-11-27",-5)': date(2026, 11, 20),
              'WORKDAY("2026-11-27",1,{"2026-11-30"})': date(2026, 12, 1), 'WORKDAY("2026-11-28",0)': date(2026, 11, 28)},
)  # fmt: skip
def workday(env: Env, start: date, days: Decimal, holidays: list[Value] | None = None) -> date:
    count = _whole(days)
    step = 1 if count > 0 else -1
    found, free = _business(start, count), sorted(_holidays(env, holidays or []), reverse=step < 0)
    for day in free:
        if (start < day <= found) if step > 0 else (found <= day < start):
            found = _business(found, step)
    return found


def _business(start: date, count: int) -> date:
    """Return the day `count` working days away, weekends alone being free."""
    if not count:
        return start
    weekend = start.weekday() > 4
    weeks, rest = divmod(_workdays_before(start) + count - (weekend and count > 0), 5)
    try:
        return date.fromordinal(weeks * 7 + rest + 1)
    except (ValueError, OverflowError) as exc:
        raise Fault(NUM) from exc


@function(
    "hour:number minute:number second:number", zh="由时、分、秒得到一天中的时间（天的小数）", en="A time of day, as a part of a day",
    examples={"TIME(12,0,0)": 0.5, "TIME(27,0,0)": 0.125, "TIME(-1,0,0)": Fault(NUM)},
)  # fmt: skip
def time(_env: Env, hour: Decimal, minute: Decimal, second: Decimal) -> Decimal:
    seconds = _whole(hour) * 3600 + _whole(minute) * 60 + _whole(second)
    if seconds < 0:
        raise Fault(NUM)
    return CTX.divide(Decimal(seconds % 86_400), _DAY_SECONDS)


@function(
    "when:scalar", zh="自 1970-01-01 起的毫秒数", en="Milliseconds since 1970-01-01 in UTC",
    examples={"TIMESTAMP(paid_at)": 1795397415000, 'TIMESTAMP("1970-01-01T00:00:01Z")': 1000},
)  # fmt: skip
def timestamp(env: Env, when: Value) -> Decimal:
    found = moment_value(env, when)
    moment = found if isinstance(found, datetime) else midnight_of(env, found)
    return Decimal((moment - _UNIX) // timedelta(milliseconds=1))
