"""A flow."""

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.conditions.tree import fields_of
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
from formloom.platform.kernel.errors import Finding

MAX_NODES = 100
NAMES_A_DEFINITION = {"template": "message_template", "rule": "assignment_rule", "form": "form", "calendar": "calendar"}


class TriggerDocument(shapes.Open):
    """What starts the flow; further settings belong to the trigger's type."""

    type = fields.String(required=True, validate=validate.Length(1, 40))


class FlowDocument(shapes.Titled):
    """A trigger and a tree of nodes."""

    form = shapes.key(required=True)
    enabled = fields.Boolean(load_default=True)
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
        seen: set[str] = set()
        nodes = list(walk_nodes(document))
        if len(nodes) > MAX_NODES:
            words = {"zh-CN": "最多 {max} 个节点", "en": "At most {max} steps"}
            yield Finding("too_many_nodes", words, "nodes", {"max": MAX_NODES})
        for path, node in nodes:
            yield from _check_node(node, path, form, world, seen)

    def references(self, document: Document) -> Iterator[Usage]:
        form = str(document.get("form"))
        yield Usage("form", form, "form")
        trigger: Mapping[str, Any] = document.get("trigger") or {}
        for path, name in _fields_of_trigger(trigger):
            yield Usage("form", form, path, str(name))
        for name in sorted(fields_of(trigger.get("filter"))):
            yield Usage("form", form, "trigger/filter", name)
        for path, node in walk_nodes(document):
            for owner, place, name in named_fields(node, form):
                yield Usage("form", owner, f"{path}/{place}", name)
            for place, inner in node.items():
                for name in sorted(_quoted_in(inner)):
                    yield Usage("form", form, f"{path}/{place}", name)
            for setting, kind in NAMES_A_DEFINITION.items():
                if isinstance(node.get(setting), str):
                    yield Usage(kind, node[setting], f"{path}/{setting}")


def _fields_of_trigger(trigger: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    listed = trigger.get("fields")
    for one in listed if isinstance(listed, list) else ():
        yield "trigger/fields", one
    if trigger.get("field"):
        yield "trigger/field", trigger["field"]


def named_fields(node: Mapping[str, Any], form: str) -> Iterator[tuple[str, str, str]]:
    """Yield (form key, setting, field id) for every field that a node of a flow over `form` names.

    `values` and `match` have the fields of the node's own `form`, when it names one, as keys; every `ref`, every
    `field`, `per` and `user_field`, and every field of a condition, is one of the flow's form.
    """
    for condition in ("when", "open"):
        for name in sorted(fields_of(node.get(condition))):
            yield form, condition, name
    target = node.get("form")
    for setting in ("values", "match", "body"):
        inner = node.get(setting)
        if isinstance(inner, Mapping):
            for name, value in inner.items():
                if setting != "body":
                    yield (target if isinstance(target, str) else form), setting, str(name)
                if isinstance(value, Mapping) and isinstance(value.get("ref"), str):
                    yield form, f"{setting}/{name}", value["ref"]
    table = node.get("by_value")
    told = {"field": node.get("field"), "per": node.get("per")}
    told["by_value"] = table.get("field") if isinstance(table, Mapping) else None
    for setting, field in told.items():
        if isinstance(field, str):
            yield form, setting, field
    recipients = node.get("to")
    for setting in ("field", "user_field"):
        if isinstance(recipients, Mapping) and isinstance(recipients.get(setting), str):
            yield form, "to", recipients[setting]


def _quoted_in(part: object) -> set[str]:
    """Return the fields that the Liquid texts in a setting of a node quote; what hangs on a branch is none of them."""
    if isinstance(part, Mapping):
        text = part.get("liquid")
        return set(quoted_fields(text)).union(*(_quoted_in(one) for one in part.values()))
    return set(quoted_fields(part)) if isinstance(part, str) else set()


def walk_nodes(document: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield (path, node) for every node of a flow document, branches before what hangs on them."""
    yield from _walk(document.get("nodes"), "nodes")


def _walk(nodes: object, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for place, node in enumerate(nodes if isinstance(nodes, list) else ()):
        if isinstance(node, Mapping):
            here = f"{path}/{place}"
            yield here, node
            for side in ("then", "else"):
                yield from _walk(node.get(side), f"{here}/{side}")


def _check_node(node: Mapping[str, Any], path: str, form: Document, world: World, seen: set[str]) -> Iterator[Finding]:
    name = node.get("id")
    if not isinstance(name, str) or not 1 <= len(name) <= 60:
        yield Finding("required", {"zh-CN": "节点缺少标识", "en": "This step has no id"}, f"{path}/id")
        return
    if name in seen:
        words = {"zh-CN": "节点标识“{name}”重复", "en": "The step id '{name}' stands twice"}
        yield Finding("duplicate_id", words, f"{path}/id", {"name": name})
    seen.add(name)
    for side in ("then", "else"):
        if not _is_list_of_objects(node.get(side, [])):
            words = {"zh-CN": "应为节点列表", "en": "Must be a list of steps"}
            yield Finding("not_a_list", words, f"{path}/{side}")
    if "when" in node:
        yield from check_condition(form, node["when"], f"{path}/when", with_before=True)
    if node.get("open"):
        yield from check_condition(form, node["open"], f"{path}/open")
    yield from _check_named_fields(node, path, form, world)
    yield from _check_liquid(node, path, world)
    yield from _check_part(node, world.nodes, path, {"zh-CN": "动作", "en": "action"})
    for setting, kind in NAMES_A_DEFINITION.items():
        wanted = node.get(setting)
        if isinstance(wanted, str) and wanted not in world.others.get(kind, {}):
            known = world.others.get(kind, {})
            yield unknown(
                f"unknown_{kind}", f"{path}/{setting}", wanted, known, {"zh-CN": "定义", "en": kind.replace("_", " ")}
            )


def _is_list_of_objects(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, Mapping) for one in value)


def _check_named_fields(node: Mapping[str, Any], path: str, form: Document, world: World) -> Iterator[Finding]:
    for owner, setting, name in named_fields(node, ""):
        meant = form if owner == "" else world.form(owner)
        if setting not in {"when", "open"} and meant is not None:
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
    settings = {name: value for name, value in part.items() if name not in {"id", "type", "then", "else", "when"}}
    schema = known[kind]
    yield from setting_findings(schema if isinstance(schema, Schema) else schema(), settings, path)
