"""Rounding and grouping of decimals, as the functions and formats of formulas need them."""

from decimal import ROUND_HALF_UP, Context, Decimal

from formloom.platform.definitions.formula.values import bounded

_WIDE = Context(prec=400, rounding=ROUND_HALF_UP)
_MOST = 400


def rounded(number: Decimal, digits: Decimal | int, how: str = ROUND_HALF_UP) -> Decimal:
    """Return `number` to so many decimal places, or whole tens, hundreds … for negative ones. Raises Fault."""
    places = int(max(-_MOST, min(_MOST, digits)))
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= -places:
        return number
    if number.adjusted() < -places - 1 and how == ROUND_HALF_UP:
        return Decimal(0)
    return bounded(number.quantize(Decimal(1).scaleb(-places, _WIDE), rounding=how, context=_WIDE))


def grouped(number: Decimal, places: int, *, commas: bool) -> str:
    """Return `number` written with exactly so many places, rounded half up."""
    shown = rounded(number, places)
    written = format(shown, ",f" if commas else "f")
    if written.strip("-0,.") == "":
        written = written.removeprefix("-")
    whole, _, part = written.partition(".")
    return f"{whole}.{part.ljust(places, '0')}" if places > 0 else whole
