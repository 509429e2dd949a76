"""Values gathered from records of another form: through a link, or from those that link here."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from formloom.platform.definitions.conditions.compile import Setting, matches
from formloom.platform.definitions.conditions.tree import parse
from formloom.platform.definitions.fields.gathering import TO_NUMBERS, Gathering
from formloom.platform.definitions.fields.linking import mine
from formloom.platform.definitions.fields.settings import MAX_INTEGER
from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.kernel.zones import day_of
from formloom.platform.records.queries import linked
from formloom.platform.records.queries.groups import Measure, measured
from formloom.platform.records.queries.linked import Asking
from formloom.platform.records.record import Record
from formloom.platform.records.relations.naming import spoken
from formloom.platform.storage.database import ReadUnit

MOST_LISTED = 50
LONGEST_LIST = 2_000
_BESIDE = ("id", "rev", "created_at", "created_by", "updated_at", "updated_by")


def over_linked(
    unit: ReadUnit, asking: Asking, item: Field, theirs: FormVersion, records: Sequence[Record], now: datetime
) -> Any:
    """Return the value of a field over the records that a link of the same record leads to, in their order."""
    wanted = _gathering(item)
    kept = [one for one in records if _meets(one, wanted, theirs, asking, now)]
    if wanted.how == "count" and wanted.field is None:
        return shaped(unit, asking.form, item, theirs, None, len(kept))
    field = wanted.field or ""
    values = [value for one in kept if (value := whole(one).get(field)) is not None]
    return shaped(unit, asking.form, item, theirs, field, _made(wanted.how, values))


def over_pointing(
    unit: ReadUnit, asking: Asking, item: Field, theirs: FormVersion, record_id: str | None, now: datetime
) -> Any:
    """Return the value of a field over the records of another form that link to this one; a new record has none."""
    wanted = _gathering(item)
    by = theirs.by_id.get(wanted.by or "")
    if record_id is None or by is None:
        return shaped(unit, asking.form, item, theirs, None, 0) if wanted.how == "count" else None
    here = {"field": by.id, "op": "eq" if by.kind == "record" else "contains", "value": record_id}
    where = {"all": [here, dict(wanted.where)]} if wanted.where else here
    setting = Setting(now=now, zone=theirs.zone)
    field = wanted.field
    if wanted.how in {"first", "list"}:
        most = 1 if wanted.how == "first" else MOST_LISTED
        found = linked.matching(
            unit, theirs, where={"all": [where, {"field": field, "op": "not_empty"}]}, rows=None, asking=asking,
            setting=setting, sort=("created_at",), limit=most,
        )  # fmt: skip
        return shaped(
            unit, asking.form, item, theirs, field, _made(wanted.how, [whole(one)[field or ""] for one in found])
        )
    clauses = linked.clauses(theirs, where=where, rows=None, asking=asking, setting=setting)
    figure = measured(unit, theirs, Measure(wanted.how, field), clauses)
    return shaped(unit, asking.form, item, theirs, None, figure)


def whole(record: Record) -> dict[str, Any]:
    """Return the values of a record with those that stand beside them."""
    return {**{name: getattr(record, name) for name in _BESIDE}, **record.values}


def shaped(unit: ReadUnit, form: FormVersion, item: Field, theirs: FormVersion, field: str | None, value: Any) -> Any:
    """Return what was gathered as the column of `item` holds it; what is of another kind is empty."""
    if value is None:
        return None
    result = item.cfg["result"]
    if result == "number":
        return _number(value, item.cfg["decimals"])
    if result == "date":
        return _day(value, form)
    if result == "boolean":
        return value if isinstance(value, bool) else None
    return _text(unit, form, theirs, field, value)


def _gathering(item: Field) -> Gathering:
    found = item.type.gathering(item.cfg)
    return found or Gathering("value", None)


def _meets(record: Record, wanted: Gathering, theirs: FormVersion, asking: Asking, now: datetime) -> bool:
    if not wanted.where:
        return True
    kinds = {**theirs.value_kinds(), **mine(asking.form.value_kinds())}
    return matches(
        parse(wanted.where, kinds), {**whole(record), **mine(asking.values)}, Setting(now=now, zone=theirs.zone)
    )


def _made(how: str, values: Sequence[Any]) -> Any:
    if how == "count":
        return len(values)
    if not values:
        return None
    if how in TO_NUMBERS:
        numbers = [Decimal(value) for value in values if isinstance(value, (int, Decimal))]
        total = sum(numbers, Decimal())
        return total if how == "sum" else total / len(numbers) if numbers else None
    if how in {"min", "max"}:
        return min(values) if how == "min" else max(values)
    return list(values[:MOST_LISTED]) if how == "list" else values[0]


def _number(value: Any, decimals: int) -> Decimal | None:
    try:
        number = Decimal(str(value))
        if not number.is_finite() or abs(number) > Decimal(MAX_INTEGER).scaleb(-decimals):
            return None
        return number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    except InvalidOperation:
        return None


def _day(value: Any, form: FormVersion) -> date | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return day_of(value, form.zone)
    return value if isinstance(value, date) else None


def _text(unit: ReadUnit, form: FormVersion, theirs: FormVersion, field: str | None, value: Any) -> str | None:
    """Return a value in words, in the first language of the form."""
    locale = next(iter(form.settings.get("languages") or ()), "zh-CN")
    item = theirs.by_id.get(field or "")
    many = value if isinstance(value, list) else [value]
    texts = [spoken(unit, theirs, item, one, locale) if item else str(one) for one in many]
    joint = "、" if locale == "zh-CN" else ", "
    return joint.join(text for text in texts if text)[:LONGEST_LIST] or None
