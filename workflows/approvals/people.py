"""Who is meant at a node: from the document's `assignees` to people, in the order in which they are asked."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from formloom.platform.access.structure import Structure
from formloom.platform.storage.database import ReadUnit
from formloom.workflows.engine.context import Context
from formloom.workflows.engine.expressions import computed

People = Mapping[str, Any]


@dataclass(frozen=True)
class Asking:
    """What finding people needs to know: whose process it is, whom he chose at which node, who is who."""

    unit: ReadUnit
    context: Context
    initiator_id: str | None
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)
    node: str = ""

    @cached_property
    def structure(self) -> Structure:
        """The organisation."""
        return Structure.load(self.unit)


def found(asking: Asking, meant: Iterable[People]) -> list[str]:
    """Return the active people meant, each once, in the order of the document."""
    ids: list[str] = []
    for one in meant:
        ids += _one(asking, one)
    return [one for one in dict.fromkeys(ids) if asking.structure.is_active(one)]


def deputies(asking: Asking, people: Sequence[str], flow_id: str, at: datetime) -> dict[str, str]:
    """Return person → who answers for him now, for those who are away and named somebody."""
    structure = asking.structure
    return {
        one: other for one in people if (other := structure.delegate_of(one, at, flow_id)) is not None and other != one
    }


def _one(asking: Asking, one: People) -> list[str]:
    """Return the people that one part of the list means; it has one of the names in `_FINDERS`."""
    for name, finder in _FINDERS.items():
        if one.get(name) or (name in one and name in MAY_BE_EMPTY):
            return list(finder(asking, one))
    return []


def _of_me(asking: Asking, one: People) -> Iterable[str]:  # noqa: ARG001 - whoever calls it gives them all
    return _known(asking.initiator_id)


def _supervisor(asking: Asking, one: People) -> Iterable[str]:
    me = asking.initiator_id
    return _known(asking.structure.supervisor(me, int(one["supervisor"])) if me else None)


def _chain(asking: Asking, one: People) -> Iterable[str]:
    told: Mapping[str, Any] = one["supervisors"] or {}
    until = {name: told[name] for name in ("until_level", "until_role") if told.get(name)}
    return asking.structure.chain(asking.initiator_id, **until) if asking.initiator_id else ()


def _department(asking: Asking, one: People) -> Iterable[str]:
    return asking.structure.members(str(one["department"]), below=bool(one.get("below")))


def _heads(asking: Asking, one: People) -> Iterable[str]:
    of: Mapping[str, Any] = one["heads"] or {}
    structure, values, me = asking.structure, asking.context.values, asking.initiator_id
    if of.get("initiator"):
        departments = _known(structure.primary_department(me) if me else None)
    else:
        departments = _listed(of.get("department") or values.get(str(of.get("field"))))
    heads = [structure.heads_of(department, int(one.get("level") or 1)) for department in departments]
    return [head for several in heads for head in several]


def _listed(value: Any) -> list[str]:
    if value in (None, ""):
        return []
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]


def _known(value: str | None) -> list[str]:
    return [value] if value else []


MAY_BE_EMPTY = frozenset({"heads", "supervisors"})
_FINDERS: Mapping[str, Callable[[Asking, People], Iterable[str]]] = {
    "users": lambda _asking, one: [str(user) for user in one["users"]],
    "user_field": lambda asking, one: _listed(asking.context.values.get(str(one["user_field"]))),
    "initiator": _of_me,
    "chosen": lambda asking, _one: [str(user) for user in asking.chosen.get(asking.node) or ()],
    "role": lambda asking, one: asking.structure.with_role(str(one["role"])),
    "role_group": lambda asking, one: asking.structure.with_role_group(str(one["role_group"])),
    "department": _department,
    "heads": _heads,
    "supervisor": _supervisor,
    "supervisors": _chain,
    "formula": lambda asking, one: _listed(computed(str(one["formula"]), asking.context)),
}
