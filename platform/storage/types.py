"""Column types that mean the same on SQLite and PostgreSQL.

The raw driver value of each is chosen so that a row can be read without SQLAlchemy's result processing when
speed matters: see `read` and `write` of `ColumnSpec` users in the records room.
"""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import orjson
from sqlalchemy import BigInteger, DateTime, Dialect, Text, TypeDecorator

from formloom.platform.kernel.jsontypes import JSONValue


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC: text on SQLite, `timestamptz` on PostgreSQL."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone can't be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """A JSON document as text, readable with any tool and byte-identical on both databases."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: JSONValue, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's
        return None if value is None else orjson.loads(value)


class ScaledDecimal(TypeDecorator[Decimal]):
    """An exact decimal with `scale` places, stored as a 64-bit integer.

    SQLite has no exact decimal and `Numeric` was seen to lose digits there; the same integer on both databases
    sorts, sums and compares alike.
    """

    impl = BigInteger
    cache_ok = True

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - the signature is the base's
        return None if value is None else scale_up(value, self.scale)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002 - the signature is the base's
        return None if value is None else Decimal(int(value)).scaleb(-self.scale)


def scale_up(value: Decimal, scale: int) -> int:
    """Return `value` times ten to the `scale`, rounded half up."""
    return int(value.scaleb(scale).quantize(Decimal(1), rounding=ROUND_HALF_UP))
