"""A service level policy."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from formloom.platform.definitions.conditions.tree import fields_of
from formloom.platform.definitions.fields.settings import L10n
from formloom.platform.definitions.kinds import shapes
from formloom.platform.definitions.kinds.base import (
    DefinitionKind,
    Document,
    Usage,
    World,
    check_condition,
    check_fields,
    check_form,
    unknown,
)
from formloom.platform.definitions.kinds.types.flow import check_node, used_by_node, walk
from formloom.platform.kernel.errors import Finding

KINDS = ("first_response", "next_response", "resolution", "custom")
EVENTS = ("public_reply", "requester_message", "member_comment")
"""What can start or stop a clock besides conditions."""
SIGNALS = ("start", "stop")
MOST_DAYS = 3_660
WAITING = frozenset({"approve", "fill", "delay", "wait_until"})
"""Steps that keep a run waiting. A policy's actions are done at once: what takes time belongs to a rule of its own."""
_CANNOT_WAIT = {
    "zh-CN": "SLA 策略的动作应立即完成；需要等待或审批时，请另建一条由 SLA 触发的规则",
    "en": "A policy's actions are done at once; let a rule that waits for this clock do what takes time",
}
_DURATION = re.compile(r"P(?:(\d{1,4})D)?(?:T(?=\d)(?:(\d{1,5})H)?(?:(\d{1,6})M)?)?")
_CALENDAR = {"zh-CN": "日历", "en": "calendar"}
_EVENT = {"zh-CN": "事件", "en": "event"}
_NO_STOP = {"zh-CN": "请说明何时停表", "en": "Say what stops this clock"}
_TWICE = {"zh-CN": "“{name}”重复", "en": "'{name}' stands twice"}
_UNREACHABLE = {
    "zh-CN": "不会用到：排在前面的“{name}”已包括所有这些记录",
    "en": "This is never used: '{name}', which comes first, takes all of these records",
}
_NO_TARGET_LEFT = {
    "zh-CN": "不会用到：前面的目标已包括所有记录",
    "en": "This is never used: the target before it takes every record",
}
_NO_CALENDAR = {
    "zh-CN": "按工作时间计算，但未选日历：将按自然时间计算",
    "en": "This counts working time, but there is no calendar: every hour will count",
}
_NO_PRIORITY = {
    "zh-CN": "按优先级区分需先选择优先级字段",
    "en": "Choose the priority field before telling priorities apart",
}
_TOO_EARLY = {"zh-CN": "预警不应早于开始", "en": "A warning can't come before the start"}


def duration(text: str) -> timedelta:
    """Return what "PT4H", "PT30M" or "P2D" stands for, a day being 24 hours. Raises ValueError."""
    found = _DURATION.fullmatch(text)
    days, hours, minutes = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    length = timedelta(days=days, hours=hours, minutes=minutes)
    if not timedelta() < length <= timedelta(days=MOST_DAYS):
        raise ValueError(f"not a duration: {text[:40]}")
    return length


def _is_duration(text: str) -> None:
    try:
        duration(text)
    except ValueError as fault:
        raise ValidationError("Must be a duration such as PT4H") from fault


def _within(**kwargs: Any) -> fields.String:
    return fields.String(validate=_is_duration, **kwargs)


def _actions() -> "fields.List[Any]":
    return fields.List(fields.Dict(), load_default=list, validate=validate.Length(max=20))


class TargetDocument(Schema):
    """How much time there is, for some priorities or where a condition holds; without either, for all the others."""

    when = shapes.condition(allow_none=True)
    priority = fields.List(fields.String(validate=validate.Length(1, 100)), validate=validate.Length(max=50))
    within = _within(required=True)
    business = fields.Boolean(load_default=True)


class WarningDocument(Schema):
    """So much before the time is over, or when so much of it is used."""

    before = _within()
    percent = fields.Integer(validate=validate.Range(1, 99))
    do = _actions()


class StepDocument(Schema):
    """So much after the time was over."""

    after = _within(required=True)
    do = _actions()


class MetricDocument(Schema):
    """One clock: what starts it, stops it and lets it rest, how much time there is, what happens on the way."""

    id = shapes.key(required=True)
    title = L10n(max_length=100)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    start = shapes.condition(allow_none=True)
    stop = shapes.condition(allow_none=True)
    pause = shapes.condition(allow_none=True)
    targets = fields.List(fields.Nested(TargetDocument), required=True, validate=validate.Length(1, 50))
    warn = fields.List(fields.Nested(WarningDocument), load_default=list, validate=validate.Length(max=10))
    breach = _actions()
    ladder = fields.List(fields.Nested(StepDocument), load_default=list, validate=validate.Length(max=10))


class SlaDocument(shapes.Titled):
    """Which records of a form, by which calendar, and their clocks; the first policy that takes a record applies."""

    form = shapes.key(required=True)
    enabled = fields.Boolean(load_default=True)
    position = fields.Integer(load_default=0, validate=validate.Range(0, 10_000))
    filter = shapes.condition(allow_none=True)
    calendar = shapes.key(allow_none=True)
    priority_field = shapes.key(allow_none=True)
    metrics = fields.List(fields.Nested(MetricDocument), required=True, validate=validate.Length(1, 10))


class Sla(DefinitionKind):
    """How long things may take."""

    id = "sla"
    label = {"zh-CN": "SLA 策略", "en": "SLA policy"}
    schema = SlaDocument

    def check_meaning(self, document: Document, world: World) -> Iterator[Finding]:
        form = world.form(document["form"])
        if form is None:
            yield from check_form(world, document["form"], "form")
            return
        yield from check_condition(form, document.get("filter") or {}, "filter")
        if document.get("priority_field"):
            yield from check_fields(form, [("priority_field", document["priority_field"])], reserved=False)
        calendars = world.others.get("calendar", {})
        if document.get("calendar") and document["calendar"] not in calendars:
            yield unknown("unknown_calendar", "calendar", document["calendar"], calendars, _CALENDAR)
        yield from _check_place(document, world)
        seen: set[str] = set()
        for place, metric in enumerate(document["metrics"]):
            if metric["id"] in seen:
                yield Finding("duplicate_id", _TWICE, f"metrics/{place}/id", {"name": metric["id"]})
            seen.add(metric["id"])
            yield from _check_metric(metric, f"metrics/{place}", document, form)
            for path, actions in _action_lists(metric, f"metrics/{place}"):
                ids: set[str] = set()
                for inner, node in walk(actions, path):
                    yield from check_node(node, inner, form, world, ids)
                    if waits(node):
                        yield Finding("cannot_wait", _CANNOT_WAIT, f"{inner}/type")

    def references(self, document: Document) -> Iterator[Usage]:
        form = str(document.get("form"))
        yield Usage("form", form, "form")
        if isinstance(document.get("calendar"), str):
            yield Usage("calendar", document["calendar"], "calendar")
        if isinstance(document.get("priority_field"), str):
            yield Usage("form", form, "priority_field", document["priority_field"])
        for path, tree in _conditions(document):
            for name in sorted(fields_of(tree)):
                yield Usage("form", form, path, name)
        for place, metric in enumerate(_mappings(document.get("metrics"))):
            for path, actions in _action_lists(metric, f"metrics/{place}"):
                for inner, node in walk(actions, path):
                    yield from used_by_node(node, inner, form)


def waits(node: Mapping[str, Any]) -> bool:
    """Tell whether a node keeps its run waiting: for people, time, an answer, or the processes that it starts."""
    starts = "flow" in node and node.get("wait", True) is not False
    return str(node.get("type")) in WAITING or starts or bool(node.get("answers"))


def event_of(signal: object) -> str | None:
    """Return the event that starts or stops a clock, or None for a condition."""
    name = signal.get("event") if isinstance(signal, Mapping) and set(signal) == {"event"} else None
    return name if isinstance(name, str) else None


def default_signal(kind: str, side: str) -> Mapping[str, Any] | None:
    """Return what starts or stops a clock of a kind where the document says nothing."""
    if side == "stop":
        return {"event": "public_reply"} if kind in {"first_response", "next_response"} else None
    return {"event": "requester_message"} if kind == "next_response" else None


def _conditions(document: Document) -> Iterator[tuple[str, Any]]:
    yield "filter", document.get("filter")
    for place, metric in enumerate(_mappings(document.get("metrics"))):
        for part in (*SIGNALS, "pause"):
            if event_of(metric.get(part)) is None:
                yield f"metrics/{place}/{part}", metric.get(part)
        for number, target in enumerate(_mappings(metric.get("targets"))):
            yield f"metrics/{place}/targets/{number}/when", target.get("when")


def _action_lists(metric: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    yield f"{path}/breach", metric.get("breach")
    for part in ("warn", "ladder"):
        for place, step in enumerate(_mappings(metric.get(part))):
            yield f"{path}/{part}/{place}/do", step.get("do")


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _check_place(document: Document, world: World) -> Iterator[Finding]:
    """Warn of a policy that an earlier one of the same form leaves nothing to."""
    mine = (document.get("position") or 0, world.key)
    for key, other in world.others.get("sla", {}).items():
        is_earlier = (other.get("position") or 0, key) < mine
        is_on = other.get("enabled", True) is not False
        if key == world.key or other.get("form") != document["form"] or not is_earlier or not is_on:
            continue
        if not other.get("filter") or other.get("filter") == document.get("filter"):
            yield Finding("unreachable", _UNREACHABLE, "position", {"name": key}, "warning")
            return


def _check_metric(metric: Mapping[str, Any], path: str, document: Document, form: Document) -> Iterator[Finding]:
    for side in SIGNALS:
        signal = metric.get(side)
        if isinstance(signal, Mapping) and "event" in signal:
            if event_of(signal) not in EVENTS:
                yield unknown("unknown_event", f"{path}/{side}/event", signal.get("event"), EVENTS, _EVENT)
        else:
            yield from check_condition(form, signal or {}, f"{path}/{side}")
    if not metric.get("stop") and default_signal(metric["kind"], "stop") is None:
        yield Finding("no_stop", _NO_STOP, f"{path}/stop")
    yield from check_condition(form, metric.get("pause") or {}, f"{path}/pause")
    yield from _check_targets(metric, path, document, form)
    shortest = min((duration(one["within"]) for one in metric["targets"]), default=timedelta())
    for place, step in enumerate(metric.get("warn") or ()):
        if ("before" in step) == ("percent" in step):
            words = {"zh-CN": "请填写提前多久，或已用百分比", "en": "Say how long before, or how many percent"}
            yield Finding("one_of_two", words, f"{path}/warn/{place}")
        elif "before" in step and duration(step["before"]) >= shortest:
            yield Finding("too_early", _TOO_EARLY, f"{path}/warn/{place}/before", severity="warning")


def _check_targets(metric: Mapping[str, Any], path: str, document: Document, form: Document) -> Iterator[Finding]:
    takes_all = False
    for place, target in enumerate(metric["targets"]):
        here = f"{path}/targets/{place}"
        yield from check_condition(form, target.get("when") or {}, f"{here}/when")
        if takes_all:
            yield Finding("unreachable", _NO_TARGET_LEFT, here, severity="warning")
        if target.get("priority") and not document.get("priority_field"):
            yield Finding("no_priority_field", _NO_PRIORITY, f"{here}/priority")
        if target.get("business", True) and not document.get("calendar"):
            yield Finding("no_calendar", _NO_CALENDAR, f"{here}/business", severity="warning")
        takes_all = takes_all or not (target.get("when") or target.get("priority"))
