"""Computed fields of a form: their formulas in the order in which they depend on each other.

    computed = Computed(fields, zone)
    values |= computed.values(values, ctx)

The check (`kinds/formulas.py`) refuses what can't be read, names that aren't there and fields that wait for each
other; should a version have such a field nevertheless, it stays empty. A fault such as `#DIV/0!` is an empty value.
"""

from collections import ChainMap
from collections.abc import Collection, Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from graphlib import CycleError, TopologicalSorter
from typing import Any
from zoneinfo import ZoneInfo

from formloom.platform.definitions.fields.base import CleanContext, FieldType, Settings
from formloom.platform.definitions.fields.settings import MAX_INTEGER
from formloom.platform.definitions.formula.compile import Formula, compile_tree
from formloom.platform.definitions.formula.function import READ, Reading
from formloom.platform.definitions.formula.grammar import Tree, calls, names, parse
from formloom.platform.definitions.formula.numeric import rounded
from formloom.platform.definitions.formula.registry import FUNCTIONS
from formloom.platform.definitions.formula.tokens import FormulaInvalid
from formloom.platform.definitions.formula.values import Env, Fault, Setting, Value
from formloom.platform.definitions.scoring import Scoring

SCORED = "~score"
"""Stands behind a field's name where its score is read."""
_READ: Mapping[str, Reading] = {"number": "number", "text": "text", "date": "day", "boolean": "boolean"}


class Computed:
    """The computed fields of one form version."""

    def __init__(
        self, fields: Iterable[tuple[str, FieldType[Any], Settings]], zone: ZoneInfo, scoring: Scoring | None = None
    ) -> None:
        self.zone = zone
        fields = tuple(fields)
        self._scoring = scoring or Scoring((name, kind, cfg, None) for name, kind, cfg in fields)
        self._formulas: dict[str, tuple[Formula, Settings]] = {}
        self._trees: dict[str, Tree] = {}
        self._kinds: dict[str, FieldType[Any]] = {}
        self._numbering: list[tuple[str, FieldType[Any], Settings]] = []
        needs: dict[str, set[str]] = {}
        for name, kind, cfg in fields:
            self._kinds[name] = kind
            if kind.numbers_records:
                self._numbering.append((name, kind, cfg))
            source = kind.formula(cfg)
            tree = with_scores(_read(source)) if source else None
            if tree is not None:
                self._formulas[name] = compile_tree(tree), cfg
                self._trees[name] = tree
                needs[name] = named(tree)
        asks = any(FUNCTIONS.get(one.lower()).asks_names for tree in self._trees.values() for one in calls(tree))
        self._people = [(name, kind) for name, kind in self._kinds.items() if kind.who is not None] if asks else []
        self._order = _ordered({name: found & needs.keys() for name, found in needs.items()})

    def __bool__(self) -> bool:
        return bool(self._order)

    def in_rows(
        self, rows: Iterable[Mapping[str, Any]], record: Mapping[str, Any], ctx: CleanContext
    ) -> list[dict[str, Any]]:
        """Return rows with their computed columns; a name that is no column is a field of the `record`."""
        around = dict(record)
        return [{**row, **self.values(ChainMap(dict(row), around), ctx)} for row in rows]

    def values(self, values: Mapping[str, Any], ctx: CleanContext) -> dict[str, Any]:
        """Return the computed values over clean `values`, each after those that it needs."""
        return self.known(values, ctx)[0].computed if self._order else {}

    def known(self, values: Mapping[str, Any], ctx: CleanContext) -> tuple["_Known", Setting]:
        """Return what formulas over clean `values` read, computed values among it, and what they know of the world."""
        setting = self.setting(values, ctx)
        known = _Known(values, self._kinds, self._scoring)
        for name in self._order:
            formula, cfg = self._formulas[name]
            known.computed[name] = _result(formula(known, setting), cfg, setting)
        return known, setting

    def setting(self, values: Mapping[str, Any], ctx: CleanContext) -> Setting:
        """Return what formulas over these values may know of the world."""
        return Setting(
            now=ctx.now, zone=self.zone, locale=ctx.locale, user=ctx.user, record=self._number(values),
            names=self._names(values, ctx),
        )  # fmt: skip

    def _number(self, values: Mapping[str, Any]) -> int | None:
        given = ((kind, values.get(name), cfg) for name, kind, cfg in self._numbering)
        return next((kind.number_in(value, cfg) for kind, value, cfg in given if value is not None), None)

    def _names(self, values: Mapping[str, Any], ctx: CleanContext) -> Mapping[str, str]:
        ids = {one for name, kind in self._people for one in kind.ids_in(values.get(name))}
        return ctx.names(ids) if ids else {}

    @property
    def needs(self) -> frozenset[str]:
        """Return the names that formulas read."""
        return frozenset(name for tree in self._trees.values() for name in named(tree))

    def unlike(self, other: "Computed", changed: Collection[str] = ()) -> set[str]:
        """Return the fields that `other` computes otherwise or not at all, with all that is computed from them.

        So are those that need something in `changed`, which is returned along.
        """
        found = set(changed)
        for name in self._order:
            needs = named(self._trees[name])
            if needs & found or self._source(name) != other._source(name) or self._retyped(needs, other):
                found.add(name)
        return found

    def _source(self, name: str) -> tuple[Any, ...] | None:
        if name not in self._trees:
            return None
        cfg = self._formulas[name][1]
        scored = [one.removesuffix(SCORED) for one, _column in names(self._trees[name]) if one.endswith(SCORED)]
        scores = [self._scoring.shape(one) for one in scored if one in self._kinds]
        return self._trees[name], cfg["result"], cfg["decimals"], scores

    def _retyped(self, needs: Collection[str], other: "Computed") -> bool:
        return any(self._kinds.get(name) is not other._kinds.get(name) for name in needs)

    def live(self, names: Collection[str]) -> dict[str, Tree]:
        """Return the trees that give the same while somebody still types, in the order of their needs.

        They are over nothing but fields in `names`, without what only a stored record has and what is another
        value each time.
        """
        known = self._typed(names)
        found: dict[str, Tree] = {}
        for name in self._order:
            if name in names and _is_live(self._trees[name], known):
                found[name] = self._trees[name]
                known.add(name)
        return found

    def is_live(self, tree: Tree, seen: Collection[str]) -> bool:
        """Tell whether a tree gives the same while somebody types who sees only the fields in `seen`."""
        return _is_live(tree, self._typed(seen) | self.live(seen).keys())

    def reach(self, tree: Tree) -> set[str]:
        """Return the fields that a tree needs, also through computed ones."""
        found: set[str] = set()
        waiting = list(named(tree))
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += named(self._trees[name]) if name in self._trees else ()
        return found

    def _typed(self, seen: Collection[str]) -> set[str]:
        named = {name for name, kind in self._kinds.items() if name in seen and kind.is_typed_as_computed}
        return named - self._trees.keys()


class _Known(dict[str, Any]):
    """Clean values as formulas read them, turned into that form only when they are asked for."""

    def __init__(self, values: Mapping[str, Any], kinds: Mapping[str, FieldType[Any]], scoring: Scoring) -> None:
        super().__init__()
        self._values, self._kinds, self._scoring = values, kinds, scoring
        self.computed: dict[str, Any] = {}

    def get(self, name: str, default: Any = None) -> Value:
        if name in self.computed:
            return self.computed[name]
        if name.endswith(SCORED):
            return self._score(name.removesuffix(SCORED))
        value = self._values.get(name, default)
        kind = self._kinds.get(name)
        return readable(kind.for_formulas(value) if kind and value is not None else value)

    def _score(self, name: str) -> Value:
        if name in self.computed:
            return self.computed[name]
        return self._scoring.of(name, self._values.get(name)) if name in self._kinds else None


def with_scores(tree: Tree | None) -> Tree | None:
    """Return a tree in which `SCORE(field)` reads the field's score, which only the server knows."""
    if tree is None:
        return None
    if tree.get("call") == "SCORE" and "field" in tree["args"][0] and "column" not in tree["args"][0]:
        return {"field": tree["args"][0]["field"] + SCORED}
    return {
        name: [with_scores(one) for one in part] if name in {"args", "list"} else part for name, part in tree.items()
    }


def named(tree: Tree) -> set[str]:
    """Return the fields that a tree needs itself."""
    return {field.removesuffix(SCORED) for field, _column in names(tree)}


def readable(value: Any) -> Value:
    """Return a clean value of a field as a value of formulas."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Decimal(str(value))
    if isinstance(value, (tuple, list, frozenset)):
        return [readable(one) for one in value]
    return {name: readable(one) for name, one in value.items()} if isinstance(value, Mapping) else value


def _is_live(tree: Tree, known: Collection[str]) -> bool:
    is_fixed = all(FUNCTIONS.get(name.lower()).is_live for name in calls(tree))
    return is_fixed and all(field in known for field, _column in names(tree))


def _read(source: str) -> dict[str, Any] | None:
    try:
        return parse(source)
    except FormulaInvalid:
        return None


def _ordered(needs: Mapping[str, set[str]]) -> tuple[str, ...]:
    try:
        return tuple(TopologicalSorter(needs).static_order())
    except CycleError as fault:
        waiting = set(fault.args[1])
        rest = {name: found - waiting for name, found in needs.items() if name not in waiting}
        return _ordered(rest)


def _result(value: Value, cfg: Settings, setting: Setting) -> Any:
    if value is None or isinstance(value, Fault):
        return None
    try:
        found: Any = READ[_READ[cfg["result"]]](Env({}, setting), value)
    except Fault:
        return None
    return _exact(found, cfg["decimals"]) if isinstance(found, Decimal) else found


def _exact(number: Decimal, decimals: int) -> Decimal | None:
    """Return a number as its column holds it, or None where it is too large for it."""
    if abs(number) > Decimal(MAX_INTEGER).scaleb(-decimals):
        return None
    return rounded(number, decimals).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
