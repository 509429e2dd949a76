"""What a run knows beside its record: results kept under a name (`var`), and what a loop stands at (`item`).

    {"var": "open"}              the value kept under that name; of a query, how many records it found
    {"var": "open.title"}        a field of the first record that a query found
    {"item": "price"}            a field of what the loop stands at

In conditions both are named like columns of a sub-form, `var.open` and `item.price`; formulas know the kept values by
their names and the item's fields as `item_price`; templates as `var.open` and `item.price`.

Everything here is JSON, because it is put away with the tokens of a run that waits. A kept value is
`{"kind", "value"}`, that of a query has `form`, `kinds` and `rows` as well; an item is `{"kinds", "values"}`, with
`form` when it is a record of another form.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from formloom.platform.definitions.conditions.tree import RESERVED
from formloom.platform.definitions.form import FormVersion

ITEM = "item"
VAR = "var"
MOST_ROWS = 200
"""How many records a query gives, and how many rounds a loop has."""


def row_of(form: FormVersion, record: Any) -> dict[str, Any]:
    """Return a record as a run keeps it: its fields but for sub-forms, and `id`, `created_at`, `created_by`."""
    shown = form.dump(record.values)
    told = {item.id: shown.get(item.id) for item in form.stored if item.rows is None}
    at = record.created_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {**told, "id": record.id, "created_at": at, "created_by": record.created_by}


def kinds_of(form: FormVersion) -> dict[str, Any]:
    """Return what the fields of `row_of` hold."""
    return {**{item.id: item.kind for item in form.stored if item.rows is None},
            **{name: RESERVED[name] for name in ("id", "created_at", "created_by")}}  # fmt: skip


def item_value(item: Any, name: str) -> Any:
    """Return a field of what a loop stands at; None outside loops."""
    return (item or {}).get("values", {}).get(name)


def kept_value(kept: Mapping[str, Any], path: str) -> Any:
    """Return what is kept under a name, or a field of the first record of a query."""
    name, _, field = path.partition(".")
    found = kept.get(name) or {}
    if not field:
        return found.get("value")
    rows = found.get("rows") or [{}]
    return rows[0].get(field)


def kinds(item: Any, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return what conditions may name beside the record's fields."""
    named = {f"{VAR}.{name}": one.get("kind") for name, one in kept.items()}
    return {**named, **{f"{ITEM}.{name}": kind for name, kind in ((item or {}).get("kinds") or {}).items()}}


def clean(item: Any, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same as clean values, each a sub-form of one row."""
    found: dict[str, Any] = {}
    if kept:
        found[VAR] = [{name: revived(one.get("value"), one.get("kind")) for name, one in kept.items()}]
    if item:
        known = item.get("kinds") or {}
        found[ITEM] = [{name: revived(value, known.get(name)) for name, value in item["values"].items()}]
    return found


def for_formulas(item: Any, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return the names that formulas know beside the record's fields."""
    told = clean(item, kept)
    named = dict((told.get(VAR) or [{}])[0])
    return {**named, **{f"{ITEM}_{name}": value for name, value in (told.get(ITEM) or [{}])[0].items()}}


def words(item: Any, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return the variables of templates."""
    told: dict[str, Any] = {VAR: {name: _word(one) for name, one in kept.items()}} if kept else {}
    return {**told, ITEM: _plain(item["values"])} if item else told


def revived(value: Any, kind: Any) -> Any:
    """Return a JSON value as the clean value that conditions compare; None where it does not fit."""
    try:
        if value in (None, ""):
            return None
        if kind == "number":
            return Decimal(str(value))
        if kind == "date":
            return date.fromisoformat(str(value)[:10])
        if kind == "datetime":
            return datetime.fromisoformat(str(value))
    except (ValueError, InvalidOperation):
        return None
    return value


def rounds(values: Iterable[Mapping[str, Any]], kinds: Mapping[str, Any], form: str | None = None) -> list[Any]:
    """Return the items of a loop, at most MOST_ROWS."""
    about = {"form": form} if form else {}
    return [{"values": dict(one), "kinds": dict(kinds), **about} for one in list(values)[:MOST_ROWS]]


def one(value: Any) -> Any:
    """Return the item for a bare value or a row, None for None."""
    if value is None:
        return None
    return {"values": dict(value) if isinstance(value, Mapping) else {"id": value}, "kinds": {}, "whole": value}


def whole(item: Any) -> Any:
    """Return what a loop stands at as one value: that of a list, the id of a record or a person."""
    return (item or {}).get("whole", item_value(item, "id"))


def _word(one: Mapping[str, Any]) -> Any:
    if "rows" not in one:
        return "" if one.get("value") is None else one["value"]
    rows = [_plain(row) for row in one["rows"]]
    return {"count": one["value"], "rows": rows, "first": rows[0] if rows else {}}


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: "" if value is None else value for name, value in row.items()}
