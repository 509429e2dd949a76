"""Functions over texts."""

from decimal import Decimal

from formloom.platform.definitions.conditions.operators import fold
from formloom.platform.definitions.formula.criteria import has_wildcard, wildcard
from formloom.platform.definitions.formula.formats import formatted
from formloom.platform.definitions.formula.function import function
from formloom.platform.definitions.formula.money import capitals
from formloom.platform.definitions.formula.values import (
    MAX_TEXT,
    ONE,
    VALUE,
    ZERO,
    Env,
    Fault,
    Value,
    limited,
    number_of,
    text_of,
)


def _size(number: Decimal, least: int = 0) -> int:
    """Return a count or a place as a whole number, cut off. Raises Fault below `least`."""
    if number < least:
        raise Fault(VALUE)
    return int(min(number, Decimal(MAX_TEXT + 1)))


def _texts(env: Env, values: tuple[Value, ...]) -> list[str]:
    found = []
    for value in values:
        parts = value if isinstance(value, list) else [value]
        env.charge(len(parts))
        found += [text_of(env, part) for part in parts]
    return found


@function(
    "text:any+", zh="把多个文本连接起来", en="The texts, one behind the other",
    examples={'CONCATENATE("No. ",17)': "No. 17", 'CONCATENATE({"a","b"},"c")': "abc"},
)  # fmt: skip
def concatenate(env: Env, *values: Value) -> str:
    return limited("".join(_texts(env, values)))


@function(
    "text:text count:number?", zh="返回文本开头的几个字符", en="The first characters of a text",
    examples={'LEFT("Formloom",4)': "Form", 'LEFT("织单")': "织", 'LEFT("a",-1)': Fault(VALUE)},
)  # fmt: skip
def left(_env: Env, text: str, count: Decimal = ONE) -> str:
    return text[: _size(count)]


@function(
    "text:text count:number?", zh="返回文本末尾的几个字符", en="The last characters of a text",
    examples={'RIGHT("Formloom",4)': "loom", 'RIGHT("织单",0)': "", 'RIGHT("ab",9)': "ab"},
)  # fmt: skip
def right(_env: Env, text: str, count: Decimal = ONE) -> str:
    return text[max(0, len(text) - _size(count)) :]


@function(
    "text:text start:number count:number", zh="从某个位置起返回几个字符，位置从 1 数起",
    en="So many characters from a place on, counted from 1",
    examples={'MID("Formloom",5,2)': "lo", 'MID("ab",9,1)': "", 'MID("ab",0,1)': Fault(VALUE)},
)  # fmt: skip
def mid(_env: Env, text: str, start: Decimal, count: Decimal) -> str:
    at = _size(start, 1) - 1
    return text[at : at + _size(count)]


@function(
    "text:text",
    zh="返回字符个数",
    en="How many characters a text has",
    examples={'LEN("织单 Form")': 7, "LEN(empty)": 0},
)
def len_(_env: Env, text: str) -> Decimal:
    return Decimal(len(text))


@function(
    "text:text", zh="去掉首尾空格，中间的连续空格合为一个", en="Without spaces around it, and single ones inside",
    examples={'TRIM("  a   b ")': "a b"},
)  # fmt: skip
def trim(_env: Env, text: str) -> str:
    return " ".join(part for part in text.split(" ") if part)


@function("text:text", zh="转为大写", en="In capital letters", examples={'UPPER("Form")': "FORM"})
def upper(_env: Env, text: str) -> str:
    return limited(text.upper())


@function("text:text", zh="转为小写", en="In small letters", examples={'LOWER("Form")': "form"})
def lower(_env: Env, text: str) -> str:
    return limited(text.lower())


@function(
    "text:text start:number count:number new:text", zh="用新文本替换某个位置起的几个字符",
    en="With so many characters from a place on replaced",
    examples={'REPLACE("13812345678",4,4,"****")': "138****5678"},
)  # fmt: skip
def replace(_env: Env, text: str, start: Decimal, count: Decimal, new: str) -> str:
    at = _size(start, 1) - 1
    return limited(text[:at] + new + text[at + _size(count) :])


@function(
    "text:text old:text new:text which:number?", zh="把文本中的旧文本换成新文本；可只换第几处",
    en="With one text replaced by another everywhere, or only at one occurrence",
    examples={'SUBSTITUTE("a-b-c","-","/")': "a/b/c", 'SUBSTITUTE("a-b-c","-","/",2)': "a-b/c"},
)  # fmt: skip
def substitute(_env: Env, text: str, old: str, new: str, which: Decimal | None = None) -> str:
    if not old:
        return text
    if which is None:
        if len(text) + text.count(old) * (len(new) - len(old)) > MAX_TEXT:
            raise Fault(VALUE)
        return text.replace(old, new)
    parts, nth = text.split(old), _size(which, 1)
    if nth >= len(parts):
        return text
    return limited(new.join((old.join(parts[:nth]), old.join(parts[nth:]))))


@function(
    "sought:text text:text start:number?", zh="返回文本所在位置，区分大小写；找不到为 #VALUE!",
    en="Where a text is found, in exact case; #VALUE! when it is not",
    examples={'FIND("l","Formloom")': 5, 'FIND("L","Formloom")': Fault(VALUE), 'FIND("o","Formloom",3)': 6},
)  # fmt: skip
def find(_env: Env, sought: str, text: str, start: Decimal = ONE) -> Decimal:
    at = text.find(sought, _size(start, 1) - 1)
    if at < 0 or start > len(text) + 1:
        raise Fault(VALUE)
    return Decimal(at + 1)


@function(
    "sought:text text:text start:number?", zh="返回文本所在位置，不区分大小写，可用 ? 和 * 通配",
    en="Where a text is found, in any case; ? and * stand for any character and any text",
    examples={'SEARCH("L","Formloom")': 5, 'SEARCH("l?o","Formloom")': 5, 'SEARCH("x","Formloom")': Fault(VALUE)},
)  # fmt: skip
def search(_env: Env, sought: str, text: str, start: Decimal = ONE) -> Decimal:
    begin = _size(start, 1) - 1
    if begin > len(text):
        raise Fault(VALUE)
    rest = fold(text[begin:])
    if not has_wildcard(sought):
        at = rest.find(fold(sought))
    else:
        found = wildcard(sought).search(rest)
        at = found.start() if found else -1
    if at < 0:
        raise Fault(VALUE)
    return Decimal(begin + at + 1)


@function(
    "text:text separator:text", zh="按分隔符拆成列表", en="The parts between a separator, as a list",
    examples={'INDEX(SPLIT("a,b,c",","),2)': "b", 'COUNTA(SPLIT("a,b,c",","))': 3},
)  # fmt: skip
def split(env: Env, text: str, separator: str) -> list[Value]:
    parts = text.split(separator) if separator else list(text)
    env.charge(len(parts))
    return list(parts)


@function(
    "value:scalar format:text", zh="按格式把数字或日期写成文本", en="A number or a date, written in a format",
    examples={
        'TEXT(1234.5,"#,##0.00")': "1,234.50", 'TEXT(0.256,"0.0%")': "25.6%", 'TEXT(7,"000")': "007",
        'TEXT(DATE(2026,1,31),"yyyy年m月d日")': "2026年1月31日", 'TEXT(paid_at,"yyyy-mm-dd hh:mm:ss")': "2026-11-23 09:30:15",
        'TEXT(-5,"0;(0)")': "(5)", 'TEXT(signed_on,"aaaa")': "星期六",
    },
)  # fmt: skip
def text(env: Env, value: Value, format: str) -> str:  # noqa: A002 - the name that help shows
    return limited(formatted(env, value, format))


@function(
    "separator:text skip_empty:boolean text:any+", zh="用分隔符连接文本，可跳过空文本",
    en="The texts with a separator between them; empty ones can be left out",
    examples={'TEXTJOIN("-",TRUE,"a","","b")': "a-b", 'TEXTJOIN("-",FALSE,"a","","b")': "a--b",
              'TEXTJOIN(",",TRUE,items.name)': "pen,ink,pencil"},
)  # fmt: skip
def textjoin(env: Env, separator: str, skip_empty: bool, *values: Value) -> str:
    parts = [part for part in _texts(env, values) if part or not skip_empty]
    if sum(map(len, parts)) + len(separator) * len(parts) > MAX_TEXT * 2:
        raise Fault(VALUE)
    return limited(separator.join(parts))


@function(
    "text:scalar", zh="把文本读作数字", en="A text, read as a number",
    examples={'VALUE("1,234.50")': 1234.5, 'VALUE("12%")': 0.12, 'VALUE("x")': Fault(VALUE)},
)  # fmt: skip
def value(env: Env, text: Value) -> Decimal:
    return number_of(env, text)


@function(
    "a:text b:text", zh="两个文本完全相同（区分大小写）时为 TRUE", en="TRUE when two texts are the same, case included",
    examples={'EXACT("Form","Form")': True, 'EXACT("Form","form")': False},
)  # fmt: skip
def exact(_env: Env, a: str, b: str) -> bool:
    return a == b


@function(
    "text:text count:number", zh="把文本重复几次", en="The text, so many times",
    examples={'REPT("ab",3)': "ababab", 'REPT("a",-1)': Fault(VALUE)},
)  # fmt: skip
def rept(_env: Env, text: str, count: Decimal) -> str:
    times = _size(count)
    if len(text) * times > MAX_TEXT:
        raise Fault(VALUE)
    return text * times


@function(
    "code:number", zh="返回编码对应的字符，如 10 是换行", en="The character of a code, such as 10 for a new line",
    examples={"CHAR(65)": "A", "CHAR(32455)": "织", "CHAR(0)": Fault(VALUE)},
)  # fmt: skip
def char(_env: Env, code: Decimal) -> str:
    if not ONE <= code < 0x110000 or 0xD800 <= code < 0xE000:
        raise Fault(VALUE)
    return chr(int(code))


@function(
    "amount:number", zh="金额转为人民币大写", en="An amount of money in Chinese capital numerals",
    examples={
        "RMBCAP(1234.5)": "壹仟贰佰叁拾肆元伍角整", "RMBCAP(1005.03)": "壹仟零伍元零叁分", "RMBCAP(0)": "零元整",
        "RMBCAP(-20)": "负贰拾元整", "RMBCAP(100000001)": "壹亿零壹元整",
    },
)  # fmt: skip
def rmbcap(_env: Env, amount: Decimal = ZERO) -> str:
    return capitals(amount)
