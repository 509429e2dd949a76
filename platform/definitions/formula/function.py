"""What a function of the formula language is, and how one is declared.

    @function("text:text count:number?", zh="返回文本开头的几个字符", en="The first characters of a text",
              examples={'LEFT("Formloom",4)': "Form"})
    def left(env: Env, text: str, count: Decimal = ONE) -> str: ...

The declaration names each argument and how it is read; `?` marks one that may be left out, `+` one that is repeated
(several that are repeated come as groups), `*` one that may come any number of times. A `lazy` argument is handed over
as a closure of the environment. The Python name, without a closing underscore, is the function's; its module is its
family.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal, get_args

from formloom.platform.definitions.formula.values import (
    Env,
    Setting,
    Value,
    day_of,
    number_of,
    scalar,
    text_of,
    truth_of,
    when_of,
)
from formloom.platform.kernel.text import LocalizedText

Reading = Literal["any", "scalar", "text", "number", "boolean", "day", "when", "list", "lazy"]
MAX_ARGUMENTS = 255


def _any(_env: Env, value: Value) -> Value:
    return value


def _scalar(_env: Env, value: Value) -> Value:
    return scalar(value)


def _list(env: Env, value: Value) -> list[Value]:
    found = value if isinstance(value, list) else [value]
    env.charge(len(found))
    return found


READ: Mapping[Reading, Callable[[Env, Value], Value]] = {
    "any": _any, "scalar": _scalar, "text": text_of, "number": number_of, "boolean": truth_of, "day": day_of,
    "when": when_of, "list": _list, "lazy": _any,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: its name, how it is read, whether it may be left out, whether it repeats."""

    name: str
    reading: Reading
    optional: bool = False
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the language. `run` takes the environment and the arguments as they were read."""

    id: str
    family: str
    arguments: tuple[Argument, ...]
    help: LocalizedText
    examples: Mapping[str, Value]
    """Formula → value, over the sample record."""
    run: Callable[..., Value]
    volatile: bool = False
    """Gives another value each time, so an example can't state it."""
    of_record: bool = False
    """Has a value only where there is a stored record."""
    asks_names: bool = False
    """Needs the names behind ids of people and departments."""

    @property
    def is_live(self) -> bool:
        """Tell whether it gives while somebody types what it gives when the record is stored."""
        return not self.volatile and not self.of_record

    @property
    def name(self) -> str:
        """Return the name as it is written in formulas."""
        return self.id.upper()

    @property
    def signature(self) -> str:
        """Return the declaration of the arguments."""
        marks = {(True, False): "?", (False, True): "+", (True, True): "*"}
        said = [f"{one.name}:{one.reading}{marks.get((one.optional, one.repeated), '')}" for one in self.arguments]
        return " ".join(said)

    @property
    def usage(self) -> str:
        """Return the call as help shows it: `LEFT(text, [count])`."""
        said = [f"[{one.name}]" if one.optional else one.name for one in self.arguments]
        more = ", …" if self._group else ""
        return f"{self.name}({', '.join(said)}{more})"

    def takes(self, count: int) -> bool:
        """Tell whether so many arguments can be given."""
        fixed = len(self.arguments) - self._group
        if self._group:
            least = fixed if self.arguments[-1].optional else fixed + self._group
            return least <= count <= MAX_ARGUMENTS and (count - fixed) % self._group == 0
        return sum(not one.optional for one in self.arguments) <= count <= fixed

    def readings(self, count: int) -> list[Reading]:
        """Return how each of `count` arguments is read."""
        said = [one.reading for one in self.arguments]
        while len(said) < count:
            said += said[-self._group :]
        return said[:count]

    @property
    def _group(self) -> int:
        return sum(one.repeated for one in self.arguments)


def function(
    signature: str, *, zh: str, en: str, examples: Mapping[str, Value] | None = None, volatile: bool = False,
    of_record: bool = False, asks_names: bool = False,
) -> Callable[[Callable[..., Value]], Function]:  # fmt: skip
    """Declare a function of the language; see the module."""

    def declare(run: Callable[..., Value]) -> Function:
        return Function(
            id=run.__name__.rstrip("_"), family=run.__module__.rpartition(".")[2],
            arguments=tuple(_argument(said) for said in signature.split()), help={"zh-CN": zh, "en": en},
            examples=MappingProxyType({said: _exact(value) for said, value in (examples or {}).items()}),
            run=run, volatile=volatile, of_record=of_record,
            asks_names=asks_names,
        )  # fmt: skip

    return declare


def _argument(said: str) -> Argument:
    name, _, reading = said.partition(":")
    bare: Any = reading.rstrip("?+*")
    if bare not in get_args(Reading):
        raise ValueError(f"{said!r} declares no argument")
    return Argument(name, bare, optional=reading[-1] in "?*", repeated=reading[-1] in "+*")


def _exact(value: Value) -> Value:
    if isinstance(value, list):
        return [_exact(one) for one in value]
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return Decimal(str(value)) if is_number else value


SAMPLE: Mapping[str, Value] = MappingProxyType({
    "amount": Decimal(1200), "subject": "Order 17", "empty": None, "signed_on": date(2026, 1, 31),
    "paid_at": datetime(2026, 11, 23, 1, 30, 15, tzinfo=UTC), "phone": "+8613800138000",
    "owner": {"id": "u1", "name": "李雷"}, "team": {"id": "d1", "name": "销售部"},
    "place": {"lng": Decimal("121.4737"), "lat": Decimal("31.2304"), "province": "上海市", "city": "上海市",
              "district": "黄浦区", "detail": "人民大道 200 号"},
    "other_place": {"lng": Decimal("116.4074"), "lat": Decimal("39.9042"), "address": "北京市东城区"},
    "items": [
        {"name": "pen", "quantity": Decimal(3), "price": Decimal("1.50")},
        {"name": "ink", "quantity": Decimal(2), "price": Decimal("12.00")},
        {"name": "pencil", "quantity": Decimal(10), "price": Decimal("0.80")},
    ],
})  # fmt: skip
"""The record over which examples are run."""
SAMPLE_SETTING = Setting(now=datetime(2026, 11, 23, 6, 0, tzinfo=UTC), user="韩梅梅", record=7)
