"""What is doubtful about a flow beside the others of its form: warnings, which keep nothing from being published.

Only nodes that are always reached count, also those on the way of a branch without a condition: what hangs on a
condition mostly tells the cases apart.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from formloom.platform.definitions.kinds.base import Document, World
from formloom.platform.definitions.words import entries_by, label_of, says
from formloom.platform.kernel.errors import Finding
from formloom.platform.kernel.text import LocalizedText

_FOLLOWS_ITSELF = (
    "会修改触发本规则的字段“{0}”；规则不会因自己的修改再次执行",
    "Changes “{0}”, which sets this rule off; it won't run again for its own change",
)
_WRITTEN_TWICE = (
    "规则“{0}”在同一事件中也会修改“{1}”，后执行的生效",
    "The rule “{0}” changes “{1}” on the same event as well; the later one wins",
)
_GOES_ROUND = (
    "与规则“{0}”互相触发；同一条链上每个规则只执行一次",
    "Sets off the rule “{0}”, which sets this one off again; each runs once in such a chain",
)
EVENTS = {"record_created": "created", "form_submitted": "created", "record_updated": "updated"}
"""Triggers by what happens to the record; those of the same event run one after the other."""


def doubts(document: Document, world: World) -> Iterator[Finding]:
    """Yield a warning for each field by which a flow would set itself off, or that another flow writes as well, and for
    each flow with which it goes round in a circle."""
    trigger: Mapping[str, Any] = document["trigger"]
    event = EVENTS.get(str(trigger.get("type")))
    if event is None:
        return
    followed = {*_names(trigger.get("fields")), *_names(trigger.get("changes"))}
    others = _others(document, world, event)
    labels = _labels(document, world)
    for path, node in _reached(document.get("nodes"), "nodes"):
        for name in sorted(_written(node)):
            if event == "updated" and name in followed:
                words = says(_FOLLOWS_ITSELF, labels.get(name) or label_of({"id": name}))
                yield Finding("follows_itself", words, path, severity="warning")
            if name in others:
                words = says(_WRITTEN_TWICE, others[name], labels.get(name) or label_of({"id": name}))
                yield Finding("written_twice", words, path, severity="warning")
    if event == "updated":
        yield from _circles(document, world)


def _circles(document: Document, world: World) -> Iterator[Finding]:
    """Yield a warning for each other flow that this one sets off and that sets this one off again."""
    ours = _written_by(document.get("nodes"))
    for key, other in _flows_beside(document, world, "updated"):
        theirs = _written_by(other.get("nodes"))
        if _is_set_off(other["trigger"], ours) and _is_set_off(document["trigger"], theirs):
            words = says(_GOES_ROUND, _title(key, other))
            yield Finding("goes_round", words, "trigger", severity="warning")


def _is_set_off(trigger: Mapping[str, Any], written: set[str]) -> bool:
    """Tell whether a change of these fields sets a flow off."""
    followed = {*_names(trigger.get("fields")), *_names(trigger.get("changes"))}
    return bool(written & followed) if followed else bool(written)


def _others(document: Document, world: World, event: str) -> dict[str, LocalizedText]:
    """Return field → what another flow of the form is called that writes it on the same event."""
    found: dict[str, LocalizedText] = {}
    for key, other in _flows_beside(document, world, event):
        for name in _written_by(other.get("nodes")):
            found.setdefault(name, _title(key, other))
    return found


def _labels(document: Document, world: World) -> dict[str, LocalizedText]:
    """Return field → what it is called."""
    listed = (world.form(document.get("form")) or {}).get("fields")
    return {name: label_of(entry) for name, entry in entries_by(listed, "id").items()}


def _title(key: str, flow: Document) -> LocalizedText:
    return label_of({"key": key, "title": flow.get("title")})


def _flows_beside(document: Document, world: World, event: str) -> Iterator[tuple[str, Document]]:
    """Yield (key, document) of the other flows of the form that run on an event."""
    for key, other in world.others.get("flow", {}).items():
        trigger = other.get("trigger")
        if key == world.key or other.get("form") != document.get("form") or other.get("enabled") is False:
            continue
        if isinstance(trigger, Mapping) and EVENTS.get(str(trigger.get("type"))) == event:
            yield key, other


def _written_by(nodes: object) -> set[str]:
    """Return the fields of its own record that a list of nodes writes in any case."""
    return {name for _path, node in _reached(nodes, "nodes") for name in _written(node)}


def _reached(nodes: object, path: str, depth: int = 12) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield (path, node) for the nodes that a run comes to in any case."""
    for place, node in enumerate(nodes if isinstance(nodes, list) and depth else ()):
        if not isinstance(node, Mapping):
            continue
        yield f"{path}/{place}", node
        if node.get("type") == "branch" and not node.get("when"):
            yield from _reached(node.get("then"), f"{path}/{place}/then", depth - 1)


def _written(node: Mapping[str, Any]) -> set[str]:
    kind = str(node.get("type"))
    if kind == "set_fields":
        return set(_names(node.get("values")))
    return {node["field"]} if kind in {"assign", "add_tag"} and isinstance(node.get("field"), str) else set()


def _names(listed: object) -> list[str]:
    return [str(one) for one in listed] if isinstance(listed, list | Mapping) else []
