"""How the inside of a sub-form is named from outside: `items.price` is the column `price` of the rows of `items`.

So in conditions, in formulas, in the names of uploads, and among the physical columns that a form version records,
where `items.` itself is the table of the rows.
"""

from collections.abc import Iterable, Mapping
from typing import Any

TABLE = "."
"""Behind the field's id: what names the table of its rows."""


def column_name(field_id: str, column: str) -> str:
    """Return the name of a column from outside."""
    return f"{field_id}.{column}"


def field_name(name: str) -> str:
    """Return the field that a name is about, whether it names a column or not."""
    return name.partition(".")[0]


def own_columns(columns: Mapping[str, str]) -> dict[str, str]:
    """Return the physical columns of a form's own table."""
    return {name: column for name, column in columns.items() if "." not in name}


def row_columns(columns: Mapping[str, str], field_id: str) -> tuple[str, dict[str, str]]:
    """Return the table of a sub-form's rows and its physical columns; nothing where none is recorded yet."""
    start = f"{field_id}{TABLE}"
    inner = {name[len(start) :]: column for name, column in columns.items() if name.startswith(start) and name != start}
    return columns.get(start, ""), inner


def condition_kinds(fields: Iterable[Any]) -> dict[str, Any]:
    """Return name → value kind for everything that a condition may name in these fields."""
    kinds: dict[str, Any] = {}
    for item in fields:
        if item.type.is_stored:
            kinds[item.id] = item.kind
            for column in item.rows.stored if item.rows else ():
                kinds[column_name(item.id, column.id)] = column.kind
    return kinds
