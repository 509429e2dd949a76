"""A flow."""

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import RAISE, ValidationError, fields, validate

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
        named = [("trigger/fields", one) for one in trigger.get("fields") or ()]
        if trigger.get("field"):
            named.append(("trigger/field", trigger["field"]))
        yield from check_fields(form, named)
        seen: set[str] = set()
        for path, node in walk_nodes(document):
            yield from _check_node(node, path, form, world, seen)

    def references(self, document: Document) -> Iterator[Usage]:
        form = str(document.get("form"))
        yield Usage("form", form, "form")
        trigger: Mapping[str, Any] = document.get("trigger") or {}
        for name in [*(trigger.get("fields") or ()), *([trigger["field"]] if trigger.get("field") else [])]:
            yield Usage("form", form, "trigger", name)
        for path, node in walk_nodes(document):
            for name in sorted(fields_of(node.get("when"))):
                yield Usage("form", form, f"{path}/when", name)
            for setting, kind in NAMES_A_DEFINITION.items():
                if isinstance(node.get(setting), str):
                    yield Usage(kind, node[setting], f"{path}/{setting}")
            if node.get("type") == "set_fields" and isinstance(node.get("values"), Mapping):
                for name in node["values"]:
                    yield Usage("form", form, f"{path}/values", name)


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
    if "when" in node:
        yield from check_condition(form, node["when"], f"{path}/when", with_before=True)
    yield from _check_part(node, world.nodes, path, {"zh-CN": "动作", "en": "action"})
    for setting, kind in NAMES_A_DEFINITION.items():
        wanted = node.get(setting)
        if isinstance(wanted, str) and wanted not in world.others.get(kind, {}):
            known = world.others.get(kind, {})
            yield unknown(
                f"unknown_{kind}", f"{path}/{setting}", wanted, known, {"zh-CN": "定义", "en": kind.replace("_", " ")}
            )
    if node.get("type") == "set_fields" and isinstance(node.get("values"), Mapping):
        yield from check_fields(form, [(f"{path}/values", one) for one in node["values"]], reserved=False)


def _check_part(
    part: Mapping[str, Any], known: Mapping[str, Any], path: str, what: Mapping[str, str]
) -> Iterator[Finding]:
    kind = part.get("type")
    if not known:
        return
    if kind not in known:
        yield unknown("unknown_type", f"{path}/type", kind, known, what)
        return
    settings = {name: value for name, value in part.items() if name not in {"id", "type", "then", "else", "when"}}
    try:
        known[str(kind)]().load(settings, unknown=RAISE)
    except ValidationError as fault:
        for name, messages in dict(fault.messages_dict).items():
            words = {"zh-CN": "设置有误：{why}", "en": "This setting doesn't fit: {why}"}
            yield Finding("bad_setting", words, f"{path}/{name}", {"why": str(messages)[:300]})
