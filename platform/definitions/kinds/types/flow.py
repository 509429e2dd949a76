"""A flow."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from formloom.platform.definitions.conditions.tree import duration, fields_of
from formloom.platform.definitions.kinds import shapes
from formloom.platform.definitions.kinds.base import (
    DefinitionKind,
    Document,
    Usage,
    World,
    check_condition,
    check_fields,
    check_form,
    quoted_fields,
    setting_findings,
    unknown,
)
from formloom.platform.definitions.kinds.flow_conflicts import doubts
from formloom.platform.definitions.kinds.flow_scope import (
    NOTHING_MORE,
    Scope,
    check_scope,
    named_in_filter,
    own_fields_of,
)
from formloom.platform.kernel.errors import Finding

MAX_NODES = 100
SIDES = ("then", "else", "late", "nodes")
"""Where a node keeps the nodes that hang on it; a route and a parallel have them in their branches."""
NAMES_A_DEFINITION = {
    "template": "message_template",
    "rule": "assignment_rule",
    "form": "form",
    "calendar": "calendar",
    "flow": "flow",
}


class TriggerDocument(shapes.Open):
    """What starts the flow; further settings belong to the trigger's type."""

    type = fields.String(required=True, validate=validate.Length(1, 40))


class OptionsDocument(Schema):
    """How a whole process behaves: who may withdraw it, and who need not answer twice."""

    withdraw = fields.String(validate=validate.OneOf(("before_first", "any", "never")))
    same_person = fields.String(validate=validate.OneOf(("keep", "consecutive", "any")))
    initiator_is_approver = fields.String(validate=validate.OneOf(("keep", "skip", "supervisor")))
    urge_every = fields.String(validate=validate.Length(max=40))


def is_length(text: str) -> None:
    """Refuse what is no length of time. Raises ValidationError."""
    try:
        if not duration(text):
            raise ValueError(text)
    except ValueError as fault:
        raise ValidationError("Not a duration such as PT1M or P1D") from fault


class LimitDocument(Schema):
    """How often a flow may run within a time; what comes beyond is left out, and told."""

    runs = fields.Integer(required=True, strict=True, validate=validate.Range(1, 10_000))
    per = fields.String(required=True, validate=[validate.Length(max=40), is_length])


class FlowDocument(shapes.Titled):
    """A trigger and a tree of nodes."""

    form = shapes.key(required=True)
    enabled = fields.Boolean(load_default=True)
    face = fields.String(load_default="rule", validate=validate.OneOf(("rule", "approval")))
    options = fields.Nested(OptionsDocument)
    limit = fields.Nested(LimitDocument)
    trigger = fields.Nested(TriggerDocument, required=True)
    nodes = fields.List(fields.Dict(), load_default=list, validate=validate.Length(max=MAX_NODES))


class Flow(DefinitionKind):
    """What happens next: a rule, an approval, a journey."""

    id = "flow"
    label = {"zh-CN": "流程", "en": "Flow"}
    schema = FlowDocument

    def check_meaning(self, document: Document, world: World) -> Iterator[Finding]:
        form = world.form(document["form"])
        if form is None:
            yield from check_form(world, document["form"], "form")
            return
        trigger: Mapping[str, Any] = document["trigger"]
        yield from _check_part(trigger, world.triggers, "trigger", {"zh-CN": "触发条件", "en": "trigger"})
        yield from check_fields(form, _fields_of_trigger(trigger))
        if trigger.get("filter"):
            yield from check_condition(form, trigger["filter"], "trigger/filter")
        calendars = world.others.get("calendar", {})
        if isinstance(trigger.get("calendar"), str) and trigger["calendar"] not in calendars:
            words = {"zh-CN": "工作日历", "en": "calendar"}
            yield unknown("unknown_calendar", "trigger/calendar", trigger["calendar"], calendars, words)
        policies = world.others.get("sla", {})
        if isinstance(trigger.get("policy"), str) and trigger["policy"] not in policies:
            yield unknown(
                "unknown_sla", "trigger/policy", trigger["policy"], policies, {"zh-CN": "SLA", "en": "SLA policy"}
            )
        pools = world.others.get("pool", {})
        if isinstance(trigger.get("pool"), str) and trigger["pool"] not in pools:
            yield unknown("unknown_pool", "trigger/pool", trigger["pool"], pools, {"zh-CN": "公海", "en": "pool"})
        boxes = world.others.get("mailbox", {})
        if isinstance(trigger.get("mailbox"), str) and trigger["mailbox"] not in boxes:
            words = {"zh-CN": "收件邮箱", "en": "mailbox"}
            yield unknown("unknown_mailbox", "trigger/mailbox", trigger["mailbox"], boxes, words)
        yield from _check_blueprint(trigger, world)
        seen: set[str] = set()
        nodes = list(_walk_known(document, form, world))
        if len(nodes) > MAX_NODES:
            words = {"zh-CN": "最多 {max} 个节点", "en": "At most {max} steps"}
            yield Finding("too_many_nodes", words, "nodes", {"max": MAX_NODES})
        for path, node, scope in nodes:
            yield from check_node(node, path, form, world, seen, scope)
        yield from doubts(document, world)

    def references(self, document: Document) -> Iterator[Usage]:
        form = str(document.get("form"))
        yield Usage("form", form, "form")
        trigger: Mapping[str, Any] = document.get("trigger") or {}
        for path, name in _fields_of_trigger(trigger):
            yield Usage("form", form, path, str(name))
        for name in sorted(fields_of(trigger.get("filter"))):
            yield Usage("form", form, "trigger/filter", name)
        if isinstance(trigger.get("calendar"), str):
            yield Usage("calendar", trigger["calendar"], "trigger/calendar")
        if isinstance(trigger.get("policy"), str):
            yield Usage("sla", trigger["policy"], "trigger/policy")
        if isinstance(trigger.get("pool"), str):
            yield Usage("pool", trigger["pool"], "trigger/pool")
        if isinstance(trigger.get("mailbox"), str):
            yield Usage("mailbox", trigger["mailbox"], "trigger/mailbox")
        if isinstance(trigger.get("blueprint"), str):
            yield Usage("blueprint", trigger["blueprint"], "trigger/blueprint")
        for path, node in walk_nodes(document):
            yield from used_by_node(node, path, form)


def used_by_node(node: Mapping[str, Any], path: str, form: str) -> Iterator[Usage]:
    """Yield what a node of a flow over `form` names."""
    for owner, place, name in named_fields(node, form):
        yield Usage("form", owner, f"{path}/{place}", name)
    for place, inner in node.items():
        for name in sorted(_quoted_in(inner)):
            yield Usage("form", form, f"{path}/{place}", name)
    for setting, kind in NAMES_A_DEFINITION.items():
        if isinstance(node.get(setting), str):
            yield Usage(kind, node[setting], f"{path}/{setting}")


def _check_blueprint(trigger: Mapping[str, Any], world: World) -> Iterator[Finding]:
    """Yield what is wrong with the transitions that a flow waits for."""
    wanted, known = trigger.get("blueprint"), world.others.get("blueprint", {})
    if not isinstance(wanted, str):
        return
    if wanted not in known:
        words = {"zh-CN": "状态流转", "en": "blueprint"}
        yield unknown("unknown_blueprint", "trigger/blueprint", wanted, known, words)
        return
    keys = [str(one.get("key")) for one in known[wanted].get("transitions") or () if isinstance(one, Mapping)]
    listed = trigger.get("transitions")
    for place, key in enumerate(listed if isinstance(listed, list) else ()):
        if key not in keys:
            words = {"zh-CN": "流转", "en": "transition"}
            yield unknown("unknown_transition", f"trigger/transitions/{place}", key, keys, words)
    states = [str(one.get("option")) for one in known[wanted].get("states") or () if isinstance(one, Mapping)]
    for side in ("from", "to"):
        named = trigger.get(side)
        for place, state in enumerate(named if isinstance(named, list) else ()):
            if state not in states:
                words = {"zh-CN": "状态", "en": "state"}
                yield unknown("unknown_state", f"trigger/{side}/{place}", state, states, words)


def _fields_of_trigger(trigger: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    listed = trigger.get("fields")
    for one in listed if isinstance(listed, list) else ():
        yield "trigger/fields", one
    if trigger.get("field"):
        yield "trigger/field", trigger["field"]
    changes = trigger.get("changes")
    yield from ((f"trigger/changes/{name}", name) for name in (changes if isinstance(changes, Mapping) else ()))


def named_fields(node: Mapping[str, Any], form: str) -> Iterator[tuple[str, str, str]]:
    """Yield (form key, setting, field id) for every field that a node of a flow over `form` names.

    `values` and `match` have the fields of the node's own `form`, when it names one, as keys; every `ref`, every
    `field`, `per` and `user_field`, and every field of a condition, is one of the flow's form.
    """
    yield from ((form, place, name) for place, name in _named_by_conditions(node))
    yield from ((form, place, name) for place, name in _named_by_people(node))
    target = node.get("form")
    for is_own, name in named_in_filter(node):
        yield (form if is_own or not isinstance(target, str) else target), "filter", name
    rights = node.get("fields")
    for name in rights if isinstance(rights, Mapping) else ():
        if name != "*":
            yield form, "fields", str(name)
    yield from _named_by_values(node, form)
    table = node.get("by_value")
    told = {"field": node.get("field"), "per": node.get("per")}
    told["of"] = source.get("field") if isinstance(source := node.get("of"), Mapping) else None
    told["by_value"] = table.get("field") if isinstance(table, Mapping) else None
    for setting, field in told.items():
        if isinstance(field, str):
            yield form, setting, field


def _named_by_conditions(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    trees = [(place, node.get(place)) for place in ("when", "open")]
    for place, tree in (*trees, *_further_conditions(node)):
        yield from ((place, name) for name in sorted(own_fields_of(tree)))


def _named_by_values(node: Mapping[str, Any], form: str) -> Iterator[tuple[str, str, str]]:
    target = node.get("form")
    for setting in ("values", "match", "body"):
        inner = node.get(setting)
        for name, value in inner.items() if isinstance(inner, Mapping) else ():
            # The record of a sub-process belongs to the form of the flow that is called; the pipeline checks it.
            if setting != "body" and "flow" not in node:
                yield (target if isinstance(target, str) else form), setting, str(name)
            if isinstance(value, Mapping) and isinstance(value.get("ref"), str):
                yield form, f"{setting}/{name}", value["ref"]


def _named_by_people(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the fields that people are taken out of, and the one that says when they are late."""
    recipients = node.get("to")
    if isinstance(recipients, Mapping):
        yield from (
            ("to", recipients[name]) for name in ("field", "user_field") if isinstance(recipients.get(name), str)
        )
    timeout = node.get("timeout")
    late = timeout if isinstance(timeout, Mapping) else {}
    if isinstance(late.get("field"), str):
        yield "timeout/field", late["field"]
    lists = {"assignees": node.get("assignees"), "nobody_to": node.get("nobody_to"), "timeout/to": late.get("to")}
    lists |= {"of/users": source.get("users")} if isinstance(source := node.get("of"), Mapping) else {}
    for setting, listed in lists.items():
        for number, one in enumerate(listed if isinstance(listed, list) else ()):
            yield from ((f"{setting}/{number}", name) for name in fields_of_people(one))


def fields_of_people(one: object) -> list[str]:
    """Return the fields that a part of a list of people takes them out of."""
    if not isinstance(one, Mapping):
        return []
    heads = one.get("heads")
    named = [one.get("user_field"), heads.get("field") if isinstance(heads, Mapping) else None]
    return [name for name in named if isinstance(name, str)]


def _quoted_in(part: object) -> set[str]:
    """Return the fields that the Liquid texts in a setting of a node quote; what hangs on a branch is none of them."""
    if isinstance(part, Mapping):
        text = part.get("liquid")
        return set(quoted_fields(text)).union(*(_quoted_in(one) for one in part.values()))
    return set(quoted_fields(part)) if isinstance(part, str) else set()


def walk_nodes(document: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield (path, node) for every node of a flow document, branches before what hangs on them."""
    yield from walk(document.get("nodes"), "nodes")


def _walk_known(document: Document, form: Document, world: World) -> Iterator[tuple[str, Mapping[str, Any], Scope]]:
    """Yield (path, node, what is known there) for every node, in the order of `walk_nodes`."""
    trigger: Mapping[str, Any] = document.get("trigger") or {}
    kept = Scope().starting(world.given.get(str(trigger.get("type")), {}))
    scopes: dict[str, Scope] = {"nodes": kept}
    for path, node in walk_nodes(document):
        way = path.rpartition("/")[0]
        around = next(scopes[one] for one in _ways_above(way) if one in scopes)
        here = replace(kept, item=around.item)
        yield path, node, here
        scopes[path] = here.inside(node, form)
        kept = kept.keeping(node, world)


def _ways_above(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]


def walk(nodes: object, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield (path, node) for every node of a list, branches before what hangs on them."""
    for place, node in enumerate(nodes if isinstance(nodes, list) else ()):
        if isinstance(node, Mapping):
            here = f"{path}/{place}"
            yield here, node
            for side in SIDES:
                yield from walk(node.get(side), f"{here}/{side}")
            branches = node.get("branches")
            for number, branch in enumerate(branches if isinstance(branches, list) else ()):
                if isinstance(branch, Mapping):
                    yield from walk(branch.get("nodes"), f"{here}/branches/{number}/nodes")


def check_node(
    node: Mapping[str, Any], path: str, form: Document, world: World, seen: set[str], scope: Scope = NOTHING_MORE
) -> Iterator[Finding]:
    """Yield what is wrong with a node over `form`; `seen` are the ids of the nodes before it."""
    name = node.get("id")
    if not isinstance(name, str) or not 1 <= len(name) <= 60:
        yield Finding("required", {"zh-CN": "节点缺少标识", "en": "This step has no id"}, f"{path}/id")
        return
    if name in seen:
        words = {"zh-CN": "节点标识“{name}”重复", "en": "The step id '{name}' stands twice"}
        yield Finding("duplicate_id", words, f"{path}/id", {"name": name})
    seen.add(name)
    for side in SIDES:
        if not _is_list_of_objects(node.get(side, [])):
            words = {"zh-CN": "应为节点列表", "en": "Must be a list of steps"}
            yield Finding("not_a_list", words, f"{path}/{side}")
    wider = scope.form(form)
    if "when" in node:
        yield from check_condition(wider, node["when"], f"{path}/when", with_before=True)
    for place, condition in _further_conditions(node):
        yield from check_condition(wider, condition, f"{path}/{place}", with_before=True)
    if node.get("open"):
        yield from check_condition(form, node["open"], f"{path}/open")
    yield from _check_named_fields(node, path, form, world)
    yield from _check_liquid(node, path, world)
    yield from check_scope(node, path, form, world, scope)
    yield from _check_part(node, world.nodes, path, {"zh-CN": "动作", "en": "action"})
    for setting, kind in NAMES_A_DEFINITION.items():
        wanted = node.get(setting)
        if isinstance(wanted, str) and wanted not in world.others.get(kind, {}):
            known = world.others.get(kind, {})
            yield unknown(
                f"unknown_{kind}", f"{path}/{setting}", wanted, known, {"zh-CN": "定义", "en": kind.replace("_", " ")}
            )


def _further_conditions(node: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield (place, condition) of the branches of a route and of the check of a task."""
    branches = node.get("branches")
    for number, branch in enumerate(branches if isinstance(branches, list) else ()):
        if isinstance(branch, Mapping) and "when" in branch:
            yield f"branches/{number}/when", branch["when"]
    if node.get("check"):
        yield "check", node["check"]


def _is_list_of_objects(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, Mapping) for one in value)


def _check_named_fields(node: Mapping[str, Any], path: str, form: Document, world: World) -> Iterator[Finding]:
    for owner, setting, name in named_fields(node, ""):
        meant = form if owner == "" else world.form(owner)
        if (
            setting not in {"when", "open", "check", "filter"}
            and not setting.startswith("branches/")
            and meant is not None
        ):
            yield from check_fields(meant, [(f"{path}/{setting}", name)], reserved=setting != "values")


def _check_liquid(node: Mapping[str, Any], path: str, world: World) -> Iterator[Finding]:
    for where, text in _templates(node):
        fault = world.liquid(text)
        if fault:
            words = {"zh-CN": "模板语法有误：{why}", "en": "This template can't be read: {why}"}
            yield Finding("bad_template", words, f"{path}/{where}", {"why": fault})


def _templates(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for setting in ("text", "subject", "body"):
        inner = node.get(setting)
        if isinstance(inner, Mapping):
            yield from ((f"{setting}/{locale}", text) for locale, text in inner.items() if isinstance(text, str))
    messages = node.get("messages")
    for when, told in messages.items() if isinstance(messages, Mapping) else ():
        for part, inner in told.items() if isinstance(told, Mapping) else ():
            texts = inner.items() if isinstance(inner, Mapping) else ()
            yield from ((f"messages/{when}/{part}/{locale}", text) for locale, text in texts if isinstance(text, str))
    values = node.get("values")
    if isinstance(values, Mapping):
        for name, value in values.items():
            if isinstance(value, Mapping) and isinstance(value.get("liquid"), str):
                yield f"values/{name}", value["liquid"]


def _check_part(
    part: Mapping[str, Any], known: Mapping[str, Any], path: str, what: Mapping[str, str]
) -> Iterator[Finding]:
    kind = part.get("type")
    if not known:
        return
    if not isinstance(kind, str) or kind not in known:
        yield unknown("unknown_type", f"{path}/type", kind, known, what)
        return
    settings = {name: value for name, value in part.items() if name not in {"id", "type", "when", *SIDES}}
    schema = known[kind]
    yield from setting_findings(schema if isinstance(schema, Schema) else schema(), settings, path)
