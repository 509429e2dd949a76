"""What the number-like types have in common: exact decimals, bounds, the limits of 64 bits."""

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from formloom.platform.definitions.fields import messages
from formloom.platform.definitions.fields.base import CleanContext, ColumnSpec, FieldType, Settings, ValueInvalid
from formloom.platform.definitions.fields.settings import MAX_DECIMALS, MAX_INTEGER

_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－，−（）", "0123456789.-,-()")
_DECORATION = re.compile(r"(?:[A-Z]{2} ?)?[¥￥$€£]|^(?:CNY|RMB|USD|EUR|HKD|JPY|GBP)|元$|%$|[\s,]")
"""Signs of money, thousands separators and spaces."""
_PLAIN = re.compile(r"-?\d+(\.\d+)?")


def as_decimal(raw: Any) -> Decimal:
    """Return `raw`, a JSON number or a text, as an exact decimal. Raises ValueInvalid."""
    if isinstance(raw, bool) or not isinstance(raw, (str, int, float, Decimal)):
        raise ValueInvalid("not_number", messages.NUMBER_EXPECTED)
    if isinstance(raw, int) and raw.bit_length() > 256:
        raise ValueInvalid("too_many_digits", messages.TOO_MANY_DIGITS)
    if isinstance(raw, str) and (len(raw) > 100 or "_" in raw):
        raise ValueInvalid("not_number", messages.NUMBER_EXPECTED)
    try:
        value = Decimal(raw.strip() if isinstance(raw, str) else str(raw))
    except InvalidOperation:
        raise ValueInvalid("not_number", messages.NUMBER_EXPECTED) from None
    if not value.is_finite():
        raise ValueInvalid("not_number", messages.NUMBER_EXPECTED)
    return value


def cell_decimal(text: str) -> str:
    """Return a number as written in a spreadsheet without its currency sign and thousands separators."""
    plain = _DECORATION.sub("", text[:100].translate(_FULL_WIDTH).strip())
    if plain.startswith("(") and plain.endswith(")"):
        plain = f"-{plain[1:-1]}"
    return plain


class DecimalType(FieldType[Decimal]):
    """Base of types whose value is an exact decimal, stored as a scaled integer."""

    value_kind = "number"

    def column(self, cfg: Settings) -> ColumnSpec:
        return ColumnSpec("decimal", cfg["decimals"])

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> Decimal | None:
        return self.compile(cfg)(raw, ctx)

    def compile(self, cfg: Settings) -> Callable[[Any, CleanContext], Decimal | None]:
        decimals, least, most = cfg["decimals"], cfg["min"], cfg["max"]
        quantum, nothing = Decimal(1).scaleb(-decimals), Decimal(0).scaleb(-decimals)
        largest = Decimal(MAX_INTEGER).scaleb(-decimals)

        def run(raw: Any, _ctx: CleanContext) -> Decimal | None:
            value = as_decimal(raw)
            if abs(value) > largest:
                raise ValueInvalid("too_many_digits", messages.TOO_MANY_DIGITS)
            exact = value.quantize(quantum) if value else nothing
            if exact != value:
                raise ValueInvalid("too_many_decimals", messages.TOO_MANY_DECIMALS, decimals=decimals)
            if least is not None and exact < least:
                raise ValueInvalid("too_small", messages.TOO_SMALL, min=least)
            if most is not None and exact > most:
                raise ValueInvalid("too_large", messages.TOO_LARGE, max=most)
            return exact

        return run

    def dump(self, value: Decimal | None, cfg: Settings) -> str | None:  # noqa: ARG002 - the signature is the base's
        return None if value is None else format(value, "f")

    def revive(self, shown: Any, cfg: Settings) -> Decimal | None:  # noqa: ARG002 - the signature is the base's
        return None if shown is None else Decimal(shown)

    def samples(self, cfg: Settings, ctx: CleanContext) -> Iterable[Any]:  # noqa: ARG002 - the signature is the base's
        least, most = cfg["min"], cfg["max"]
        middle = [] if least is None or most is None else [int((least + most) / 2)]
        return [*middle, "12.5", 3, 128, *(bound for bound in (least, most) if bound is not None)]

    def parse_cell(self, text: str, cfg: Settings, ctx: CleanContext) -> Decimal | None:
        plain = cell_decimal(text)
        return self.clean(plain, cfg, ctx) if plain else None

    def settings_for(self, texts: Sequence[str]) -> dict[str, Any]:
        places = [len(plain.partition(".")[2]) for plain in map(cell_decimal, texts) if _PLAIN.fullmatch(plain)]
        return {"decimals": min(max(places), MAX_DECIMALS)} if places else {}

    def export_cell(self, value: Decimal | None, cfg: Settings, locale: str) -> str | Decimal:  # noqa: ARG002 - the signature is the base's
        return "" if value is None else value


class WholeType(FieldType[int]):
    """Base of types whose value is a small whole number within fixed bounds."""

    value_kind = "number"

    def bounds(self, cfg: Settings) -> tuple[int, int]:
        """Return the least and the greatest value."""
        raise NotImplementedError

    def column(self, cfg: Settings) -> ColumnSpec:  # noqa: ARG002 - the signature is the base's
        return ColumnSpec("integer")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> int | None:  # noqa: ARG002 - the signature is the base's
        least, most = self.bounds(cfg)
        value = as_decimal(raw)
        if value != value.to_integral_value() or not least <= value <= most:
            raise ValueInvalid("out_of_range", messages.RANGE, min=least, max=most)
        return int(value)

    def samples(self, cfg: Settings, ctx: CleanContext) -> Iterable[Any]:  # noqa: ARG002 - the signature is the base's
        least, most = self.bounds(cfg)
        return [(least + most * 3) // 4, most, (least + most) // 2, least]

    def parse_cell(self, text: str, cfg: Settings, ctx: CleanContext) -> int | None:
        plain = cell_decimal(text)
        return self.clean(plain, cfg, ctx) if plain else None

    def export_cell(self, value: int | None, cfg: Settings, locale: str) -> str | int:  # noqa: ARG002 - the signature is the base's
        return "" if value is None else value
