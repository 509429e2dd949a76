"""Amounts of money in Chinese capital numerals, as cheques and contracts write them."""

from decimal import Decimal

from formloom.platform.definitions.formula.numeric import rounded
from formloom.platform.definitions.formula.values import NUM, Fault

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "兆")


def capitals(amount: Decimal) -> str:
    """Return `amount`, rounded to fen, in capitals. Raises Fault from 10 to the power of 16 on."""
    if amount.adjusted() >= 16:
        raise Fault(NUM)
    cents = int(rounded(amount, 2).scaleb(2))
    yuan, rest = divmod(abs(cents), 100)
    if yuan >= 10**16:
        raise Fault(NUM)
    said = f"{_whole(yuan)}元" if yuan or not rest else ""
    return ("负" if cents < 0 else "") + said + _cents(rest, after_yuan=bool(yuan))


def _cents(rest: int, *, after_yuan: bool) -> str:
    jiao, fen = divmod(rest, 10)
    if not rest:
        return "整"
    if not fen:
        return f"{_DIGITS[jiao]}角整"
    if jiao:
        return f"{_DIGITS[jiao]}角{_DIGITS[fen]}分"
    return f"{'零' if after_yuan else ''}{_DIGITS[fen]}分"


def _whole(yuan: int) -> str:
    """Return a whole number; one 零 stands for any run of zeros inside it."""
    if not yuan:
        return _DIGITS[0]
    said, gap = "", False
    for place in range(len(str(yuan)) - 1, -1, -1):
        digit = yuan // 10**place % 10
        if digit:
            said += (_DIGITS[0] if gap else "") + _DIGITS[digit] + _PLACES[place % 4]
            gap = False
        else:
            gap = bool(said)
        if place and place % 4 == 0 and yuan // 10**place % 10_000:
            said += _GROUPS[place // 4]
    return said
