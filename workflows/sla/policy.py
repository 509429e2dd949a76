"""A policy document, ready to judge records: conditions compiled, durations read, marks named."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formloom.platform.definitions.conditions.compile import Setting, compile_node, is_timed
from formloom.platform.definitions.conditions.tree import fields_of, parse
from formloom.platform.definitions.form import FormVersion
from formloom.platform.definitions.kinds.types.sla import default_signal, duration, event_of
from formloom.platform.storage.definition_store import Definition
from formloom.workflows.sla.clock import BREACH, Mark, Rule, Target

Values = Mapping[str, Any]
Judge = Callable[[Values, datetime], bool]


@dataclass(frozen=True, slots=True)
class Signal:
    """What starts or stops a clock: an event, or a condition that holds."""

    event: str | None
    holds: Judge


@dataclass(frozen=True, slots=True)
class Metric:
    """One clock of a policy, with the actions that hang on its marks."""

    rule: Rule
    title: Mapping[str, str]
    start: Signal
    stop: Signal
    pauses: Judge
    targets: tuple[tuple[Judge, Target], ...]
    actions: Mapping[str, Sequence[Mapping[str, Any]]]

    def target(self, values: Values, at: datetime) -> Target | None:
        """Return how much time a record with these values has; None when no target is meant for it."""
        return next((target for holds, target in self.targets if holds(values, at)), None)


@dataclass(frozen=True, slots=True)
class Policy:
    """A published policy. `fields` are those that its clocks depend on."""

    definition: Definition
    position: int
    takes: Judge
    calendar: str | None
    metrics: tuple[Metric, ...]
    fields: frozenset[str]

    @property
    def id(self) -> str:
        return self.definition.id


def read(definition: Definition, document: Mapping[str, Any], form: FormVersion) -> Policy:
    """Build a policy over `form`. Raises ConditionInvalid, ValueError."""
    trees = [document.get("filter")]
    metrics = []
    for metric in document.get("metrics") or ():
        trees += [metric.get("start"), metric.get("stop"), metric.get("pause")]
        trees += [one.get("when") for one in metric["targets"]]
        metrics.append(_metric(metric, document.get("priority_field"), form))
    used = frozenset(name.partition(".")[0] for tree in trees if event_of(tree) is None for name in fields_of(tree))
    priority = document.get("priority_field")
    return Policy(
        definition, int(document.get("position") or 0), judge(document.get("filter"), form), document.get("calendar"),
        tuple(metrics), used | ({priority} if priority else frozenset()),
    )  # fmt: skip


def judge(tree: Mapping[str, Any] | None, form: FormVersion, *, otherwise: bool = True) -> Judge:
    """Return what tells whether values meet `tree`; `otherwise` is the answer where there is no condition."""
    if not tree:
        return lambda _values, _at: otherwise
    node = parse(tree, form.value_kinds())
    if is_timed(node):
        return lambda values, at: compile_node(node, Setting(now=at, zone=form.zone))(values)
    holds = compile_node(node, Setting(zone=form.zone))
    return lambda values, _at: holds(values)


def _metric(metric: Mapping[str, Any], priority: str | None, form: FormVersion) -> Metric:
    marks: list[Mark] = [BREACH]
    actions: dict[str, Any] = {"breach": metric.get("breach") or ()}
    for place, step in enumerate(metric.get("warn") or ()):
        before = duration(step["before"]) if step.get("before") else None
        marks.append(Mark(f"warn:{place}", "warn", before=before, percent=step.get("percent")))
        actions[f"warn:{place}"] = step.get("do") or ()
    for place, step in enumerate(metric.get("ladder") or ()):
        marks.append(Mark(f"ladder:{place}", "escalate", after=duration(step["after"])))
        actions[f"ladder:{place}"] = step.get("do") or ()
    kind = metric["kind"]
    return Metric(
        Rule(metric["id"], kind, tuple(marks)), metric.get("title") or {},
        _signal(metric.get("start") or default_signal(kind, "start"), form, otherwise=True),
        _signal(metric.get("stop") or default_signal(kind, "stop"), form, otherwise=False),
        judge(metric.get("pause"), form, otherwise=False), tuple(_targets(metric, priority, form)), actions,
    )  # fmt: skip


def _signal(given: Mapping[str, Any] | None, form: FormVersion, *, otherwise: bool) -> Signal:
    event = event_of(given)
    if event is not None:
        return Signal(event, judge(None, form, otherwise=False))
    return Signal(None, judge(given, form, otherwise=otherwise))


def _targets(metric: Mapping[str, Any], priority: str | None, form: FormVersion) -> Iterator[tuple[Judge, Target]]:
    for one in metric["targets"]:
        parts = [one["when"]] if one.get("when") else []
        if one.get("priority") and priority:
            parts.append({"field": priority, "op": "in", "value": list(one["priority"])})
        yield judge({"all": parts} if parts else None, form), Target(duration(one["within"]), one.get("business", True))
