"""One rule of a form, made ready: its condition as a closure, its effects as names, values and places."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol, TypeAlias
from zoneinfo import ZoneInfo

from formloom.platform.definitions.computed import readable
from formloom.platform.definitions.conditions.compile import Predicate, Setting, compile_node, is_timed
from formloom.platform.definitions.conditions.tree import Kinds, Node, fields_of, parse
from formloom.platform.definitions.fields.base import CleanContext, FieldType, Settings, ValueInvalid, ValueKind
from formloom.platform.definitions.fields.own_answers import offered
from formloom.platform.definitions.formula import grammar, values
from formloom.platform.definitions.formula.compile import compile_tree
from formloom.platform.definitions.formula.numeric import rounded
from formloom.platform.definitions.logic.places import last_of, leapt_over

Values: TypeAlias = Mapping[str, Any]
Give: TypeAlias = Callable[[Values, CleanContext], Any]


class Part(Protocol):
    """What the rules need to know of a field."""

    @property
    def id(self) -> str: ...
    @property
    def type(self) -> FieldType[Any]: ...
    @property
    def cfg(self) -> Settings: ...
    @property
    def kind(self) -> ValueKind | None: ...
    @property
    def required(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Jump:
    """From a question or page on to a later page, or to the end."""

    place: int
    after: str
    over: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rule:
    """When a condition holds: what is shown, hidden, required, locked, set, no longer offered, leapt over."""

    id: str
    when: Callable[[datetime], Predicate]
    """The rule's condition as it is at a moment; the same closure every time unless it asks for the time."""
    node: Node
    """The condition as it was read, for telling what it saw."""
    names: frozenset[str]
    """The fields whose values or visibility decide what the rule does."""
    show: frozenset[str] = frozenset()
    hide: frozenset[str] = frozenset()
    require: frozenset[str] = frozenset()
    lock: frozenset[str] = frozenset()
    gives: Mapping[str, Give] = field(default_factory=dict)
    bars: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Field id → the options that are not offered."""
    jump: Jump | None = None


def rules_of(
    entries: Sequence[Mapping[str, Any]], parts: Sequence[Part], kinds: Kinds, zone: ZoneInfo
) -> Iterator[Rule]:
    """Yield the rules of a document, and one for each option that has a condition of its own."""
    by_id = {part.id: part for part in parts}
    order = [part.id for part in parts]
    pages = {part.id for part in parts if part.type.opens_page}
    for entry in entries:
        when, node, names = _condition(entry.get("when") or {}, kinds, zone)
        gives, read = _gives(entry.get("set") or (), by_id, zone)
        jump = _jump(entry.get("jump"), order, pages)
        yield Rule(
            str(entry.get("id") or ""), when, node, names | read | ({jump.after} if jump else set()),
            show=frozenset(entry.get("show") or ()), hide=frozenset(entry.get("hide") or ()),
            require=frozenset(entry.get("require") or ()), lock=frozenset(entry.get("lock") or ()), gives=gives,
            bars=_bars(entry.get("options") or (), by_id), jump=jump,
        )  # fmt: skip
    for part in parts:
        for option in part.cfg.get("options") or ():
            if option.get("when"):
                when, node, names = _condition({"not": option["when"]}, kinds, zone)
                yield Rule(
                    f"{part.id}={option['value']}", when, node, names, bars={part.id: frozenset({option["value"]})}
                )


def _condition(tree: Any, kinds: Kinds, zone: ZoneInfo) -> tuple[Callable[[datetime], Predicate], Node, frozenset[str]]:
    node = parse(tree, kinds)
    fixed = compile_node(node, Setting(zone=zone))
    named = frozenset(fields_of(tree))
    if is_timed(node):
        return (lambda now: compile_node(node, Setting(now=now, zone=zone))), node, named
    return (lambda _now: fixed), node, named


def _gives(
    entries: Sequence[Mapping[str, Any]], parts: Mapping[str, Part], zone: ZoneInfo
) -> tuple[dict[str, Give], frozenset[str]]:
    gives: dict[str, Give] = {}
    read: set[str] = set()
    for entry in entries:
        target = parts[entry["field"]]
        if source := entry.get("formula"):
            tree = grammar.parse(source)
            gives[target.id] = _computed(target, tree, parts, zone)
            read |= {name for name, _column in grammar.names(tree)}
        else:
            gives[target.id] = _fixed(fitted(target, entry.get("value"), CleanContext()))
    return gives, frozenset(read)


def _fixed(value: Any) -> Give:
    return lambda _values, _ctx: value


def _computed(target: Part, tree: grammar.Tree, parts: Mapping[str, Part], zone: ZoneInfo) -> Give:
    run, _names = formula_over(tree, parts, zone)
    return lambda known, ctx: fitted(target, run(known, ctx), ctx)


def formula_over(tree: grammar.Tree, parts: Mapping[str, Part], zone: ZoneInfo) -> tuple[Give, frozenset[str]]:
    """Return what gives the result of a formula over clean values, and the fields that it reads."""
    run = compile_tree(tree)
    named = {name: parts[name].type for name, _column in grammar.names(tree)}

    def give(known: Values, ctx: CleanContext) -> Any:
        given = {
            name: None if (value := known.get(name)) is None else readable(kind.for_formulas(value))
            for name, kind in named.items()
        }
        return run(given, values.Setting(now=ctx.now, zone=zone, locale=ctx.locale))

    return give, frozenset(named)


def fitted(target: Part, result: Any, ctx: CleanContext) -> Any:
    """Return a constant or the result of a formula as a clean value of the field; what does not fit is no value."""
    if result is None or isinstance(result, values.Fault) or result in ("", []):
        return None
    raw = result
    if isinstance(result, Decimal):
        places = target.cfg.get("decimals")
        raw = format(result.normalize() if places is None else rounded(result, places), "f")
    elif hasattr(result, "isoformat"):
        raw = result.isoformat()
    try:
        return target.type.clean(raw, target.cfg, ctx)
    except ValueInvalid:
        return None


def _bars(entries: Sequence[Mapping[str, Any]], parts: Mapping[str, Part]) -> dict[str, frozenset[str]]:
    return {
        entry["field"]: frozenset(offered(parts[entry["field"]].cfg)) - frozenset(entry["only"]) for entry in entries
    }


def _jump(entry: Mapping[str, Any] | None, order: Sequence[str], pages: set[str]) -> Jump | None:
    if not entry:
        return None
    after, to = entry["after"], entry.get("to")
    return Jump(last_of(after, order, pages), after, leapt_over(after, to, order, pages))
