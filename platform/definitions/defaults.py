"""What stands in a new record because a formula says so: computed once, where nothing was given.

    for name, raw in defaults.raw(values, absent, ctx):      # in the order of their needs
        values[name] = clean(raw)                            # the next one may need it

The browser suggests the same while somebody types (`static/src/shared/formula/live.ts`).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter
from typing import Any

from formloom.platform.definitions.computed import Computed, with_scores
from formloom.platform.definitions.fields.base import CleanContext, Settings, ValueKind
from formloom.platform.definitions.formula.compile import Formula, compile_tree
from formloom.platform.definitions.formula.function import READ
from formloom.platform.definitions.formula.grammar import Tree, parse
from formloom.platform.definitions.formula.numeric import rounded
from formloom.platform.definitions.formula.tokens import FormulaInvalid
from formloom.platform.definitions.formula.values import Env, Fault, Setting, Value, text_of

Reader = Callable[[Env, Value, Settings], Any]


def _number(env: Env, value: Value, cfg: Settings) -> str:
    found: Decimal = READ["number"](env, value)
    return format(rounded(found, int(cfg.get("decimals") or 0)), "f")


def _moment(env: Env, value: Value, _cfg: Settings) -> str:
    found: date | datetime = READ["when"](env, value)
    if isinstance(found, datetime):
        return (found if found.tzinfo else found.replace(tzinfo=env.setting.zone)).astimezone(UTC).isoformat()
    return f"{found.isoformat()}T00:00:00"


def _several(env: Env, value: Value, _cfg: Settings) -> list[str]:
    return [text_of(env, one) for one in (value if isinstance(value, list) else [value])]


def _text(env: Env, value: Value, _cfg: Settings) -> str:
    return text_of(env, value)


READERS: Mapping[ValueKind, Reader] = {
    "number": _number, "text": _text, "time": _text, "choice": _text, "choices": _several, "datetime": _moment,
    "date": lambda env, value, _cfg: READ["day"](env, value).isoformat(),
    "boolean": lambda env, value, _cfg: READ["boolean"](env, value),
}  # fmt: skip
"""How the value of a formula becomes what could have been typed; kinds that are not here have no default by formula."""


class Defaults:
    """The defaults by formula of one form version."""

    def __init__(
        self, fields: Iterable[tuple[str, str | None, ValueKind | None, Settings]], computed: Computed
    ) -> None:
        self._computed = computed
        self._trees: dict[str, Tree] = {}
        self._formulas: dict[str, tuple[Formula, Reader, Settings]] = {}
        self._kinds: dict[str, ValueKind] = {}
        for name, source, kind, cfg in fields:
            tree = with_scores(_read(source))
            if tree is not None and kind is not None and kind in READERS:
                self._trees[name], self._kinds[name] = tree, kind
                self._formulas[name] = compile_tree(tree), READERS[kind], cfg
        self._order = _ordered({name: computed.reach(tree) & self._trees.keys() for name, tree in self._trees.items()})

    def raw(self, values: Mapping[str, Any], absent: Collection[str], ctx: CleanContext) -> Iterator[tuple[str, Any]]:
        """Yield the fields of `absent` that have a default by formula, with what would have to be typed, or None."""
        for name in self._order:
            if name in absent:
                yield name, self._value(name, values, ctx)

    def live(self, seen: Collection[str]) -> list[dict[str, Any]]:
        """Return what can be suggested while somebody types who sees only the fields in `seen`, in order."""
        return [
            {"id": name, "tree": self._trees[name], "kind": self._kinds[name],
             "decimals": int(self._formulas[name][2].get("decimals") or 0)}
            for name in self._order
            if name in seen and self._is_live(name, seen)
        ]  # fmt: skip

    def _is_live(self, name: str, seen: Collection[str]) -> bool:
        """Tell whether the browser can suggest it; it knows no clocks but the house's."""
        own_clock = self._formulas[name][2].get("timezone") not in {None, self._computed.zone.key}
        return not own_clock and self._computed.is_live(self._trees[name], seen)

    def _value(self, name: str, values: Mapping[str, Any], ctx: CleanContext) -> Any:
        formula, read, cfg = self._formulas[name]
        known, setting = self._computed.known(values, ctx)
        return raw_of(formula(known, setting), read, cfg, setting)


def raw_of(value: Value, read: Reader, cfg: Settings, setting: Setting) -> Any:
    """Return what would have to be typed to get a value of a formula; None for nothing and for an error."""
    if value is None or isinstance(value, Fault):
        return None
    try:
        return read(Env({}, setting), value, cfg)
    except Fault:
        return None


def _read(source: str | None) -> Tree | None:
    try:
        return parse(source) if source else None
    except FormulaInvalid:
        return None


def _ordered(needs: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    try:
        return tuple(TopologicalSorter(needs).static_order())
    except CycleError as fault:  # the check refuses them; a version that was never checked leaves such fields empty
        waiting = set(fault.args[1])
        return _ordered({name: set(found) - waiting for name, found in needs.items() if name not in waiting})
