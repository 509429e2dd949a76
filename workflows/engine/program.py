"""A flow document, made ready to run: the tree of nodes as places with what follows each.

    program = Program.of(document["nodes"])
    program.first                       # where a run begins, None for a flow that does nothing
    program.place("a1").next            # the place that follows on the same way, None at the end of the way
    program.place("r1").ways["big"]     # where a way of a gate or fork begins

A tree can't express a cycle, so every place is reached again only when somebody sends a run back. Places are known by
the node's id, which stays the same from version to version; what is counted goes by `no`, the node's position.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from formloom.platform.kernel.errors import FormloomError

START = "start"
START_NODE: Mapping[str, Any] = {
    "id": START, "type": START, "title": {"zh-CN": "发起人", "en": "Initiator"}, "fields": {"*": "edit"},
    "assignees": [{"initiator": True}], "when_nobody": "administrators", "comment": "optional",
}  # fmt: skip
"""The place in front of every process, where whoever started it changes it when it is returned to him."""
MAX_DEPTH = 12
MAX_NODES = 500


class FlowTooDeep(FormloomError):
    """Branches are nested deeper than anybody could read, or there are too many nodes."""

    code = "flow_too_deep"
    message = {"zh-CN": "规则嵌套过深或步骤过多", "en": "This rule is nested too deeply or has too many steps"}


class NoSuchPlace(FormloomError):
    """A run stands at, or is sent to, a node that its version does not have."""

    code = "no_such_node"
    message = {"zh-CN": "流程中没有节点“{node}”", "en": "This process has no step '{node}'"}


@dataclass(frozen=True, slots=True)
class Place:
    """One node. `inside` is the gate or fork on one of whose ways it stands, and `way` which; None on the trunk."""

    id: str
    no: int
    type: str
    cfg: Mapping[str, Any]
    next: str | None
    inside: str | None
    way: str | None
    ways: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Program:
    """All places of a flow, in the order of the document."""

    places: Mapping[str, Place]
    first: str | None

    @classmethod
    def of(cls, nodes: Sequence[Mapping[str, Any]]) -> "Program":
        """Compile `nodes`. Raises FlowTooDeep."""
        places: dict[str, Place] = {}
        first = _lay(nodes, _Laying(places), None, None, 0)
        return cls(places, first)

    def place(self, name: str) -> Place:
        """Return a place. Raises NoSuchPlace."""
        if name == START:
            return Place(START, MAX_NODES - 1, START, START_NODE, self.first, None, None)
        found = self.places.get(name)
        if found is None:
            raise NoSuchPlace(node=name)
        return found

    def counted_from(self, times: int) -> dict[str, int]:
        """Return visits as if every place had been come to so often: no action is numbered like one done then."""
        return dict.fromkeys((*self.places, START), times)

    def around(self, name: str) -> list[str]:
        """Return the gates and forks that a place stands in, the innermost first."""
        found = []
        inside = self.place(name).inside
        while inside is not None:
            found.append(inside)
            inside = self.places[inside].inside
        return found

    def is_before(self, one: str, other: str) -> bool:
        """Tell whether `one` stands before `other` and can have been passed on the way there."""
        if START in (one, other):
            return one == START != other
        return self.place(one).no < self.place(other).no and not self._apart(one, other)

    def _apart(self, one: str, other: str) -> bool:
        """Tell whether two places stand on different ways of the same gate or fork."""
        ways = {self.places[name].inside: self.places[name].way for name in (one, *self.around(one))}
        return any(
            place.inside is not None and place.inside in ways and ways[place.inside] != place.way
            for place in (self.places[name] for name in (other, *self.around(other)))
        )


def ways_of(node: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[Mapping[str, Any]]]]:
    """Yield (way, nodes) for every way of a node: the two of a branch, what is done when a wait took too long, the
    named ones of a route or a parallel, the body of a loop."""
    for name in ("then", "else", "late"):
        if name in node:
            yield name, node.get(name) or ()
    if "nodes" in node:
        yield "each", node.get("nodes") or ()
    for number, branch in enumerate(node.get("branches") or ()):
        yield str(branch.get("id") or number), branch.get("nodes") or ()


@dataclass(slots=True)
class _Laying:
    """What has been laid so far, and the ids that are spoken for."""

    places: dict[str, Place]
    names: set[str] = field(default_factory=set)

    def name(self, node: Mapping[str, Any]) -> str:
        """Return the id to know a node by. Drafts that are rehearsed may lack it or have one twice."""
        wanted = str(node.get("id") or "")
        name = wanted if wanted and wanted not in self.names else f"{wanted}#{len(self.names)}"
        self.names.add(name)
        return name


def _lay(
    nodes: Sequence[Mapping[str, Any]], laying: _Laying, inside: str | None, way: str | None, depth: int
) -> str | None:
    if depth > MAX_DEPTH:
        raise FlowTooDeep
    names = [laying.name(node) for node in nodes]
    for number, (name, node) in enumerate(zip(names, nodes, strict=True)):
        following = names[number + 1] if number + 1 < len(names) else None
        ways: dict[str, str | None] = {}
        if len(laying.places) >= MAX_NODES - 1:
            raise FlowTooDeep
        place = Place(name, len(laying.places), str(node.get("type")), node, following, inside, way, ways)
        laying.places[name] = place
        for one, inner in ways_of(node):
            ways[one] = _lay(inner, laying, name, one, depth + 1)
    return names[0] if names else None
