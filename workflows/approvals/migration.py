"""Taking running processes over to another version of their flow.

A run keeps the version that it began with. An administrator can take it to another one: every node at which runs stand
is mapped to one of the new version, by hand, because it has the same id, or because it alone has the same kind and
title. A run moves only as a whole, to nodes of the same kind around which the same forks stand; what people were asked
stays open. Where there are many runs they are taken in parts, each a unit of work of its own.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from formloom.platform.access import audit
from formloom.platform.access.policy import Access, Act, demand
from formloom.platform.kernel.actors import Member
from formloom.platform.kernel.errors import Finding, Invalid, NotFound
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.definition_store import Definition
from formloom.platform.web.runtime import Runtime
from formloom.workflows.engine.program import START, START_NODE, Place, Program
from formloom.workflows.engine.state import State, Token
from formloom.workflows.nodes.base import Fork
from formloom.workflows.nodes.registry import NODES
from formloom.workflows.queries import runs, tasks
from formloom.workflows.queries.runs import Standing

MOST = 5_000
STAYS = ""
"""Mapped to this, a node's runs stay where they are."""
Why = Literal["left", "gone", "other_kind", "other_ways", "calling"]


@dataclass(frozen=True, slots=True)
class Order:
    """Which runs go where: to the version `to`, the current one if None; `only` these, those after `after`, so many."""

    to: int | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    only: frozenset[str] = frozenset()
    after: str = ""
    most: int = MOST


@dataclass(frozen=True, slots=True)
class Preview:
    """What a migration does or would do.

    `nodes` has `node`, `title`, `type`, `runs`, `to`, `fits` and `why` not for each node; `targets` are the nodes of
    the new version; `processes` has every run of this part with what became of it; `next` is where the next part
    begins, None after the last.
    """

    to: int
    runs: int
    moved: int
    nodes: list[dict[str, Any]]
    targets: list[dict[str, Any]]
    processes: list[dict[str, Any]]
    next: str | None


def standing(unit: ReadUnit, actor: Member, flow_id: str) -> dict[str, Any]:
    """Return how many processes of a flow run on which version. Raises NotFound, Forbidden."""
    flow = _flow(unit, actor, flow_id)
    found = runs.running_by_version(unit, flow.id)
    return {
        "version": flow.version,
        "versions": [{"version": version, "runs": count} for version, count in sorted(found.items())],
    }


def older(unit: ReadUnit, actor: Member, app_id: str) -> dict[str, int]:
    """Return how many processes of each flow of an app run on an older version. Raises NotFound, Forbidden."""
    demand(unit, actor, Act.PROCESS_MANAGE, app=app_id)
    return runs.older_in_app(unit, app_id)


def preview(unit: ReadUnit, actor: Member, rt: Runtime, flow_id: str, order: Order) -> Preview:
    """Tell what an order would do.

    Raises NotFound, Forbidden, Invalid for a mapping to nodes that the version does not have.
    """
    return _foresee(unit, actor, rt, _flow(unit, actor, flow_id), order, lock=False).told


def migrate(uow: UnitOfWork, actor: Member, rt: Runtime, flow_id: str, order: Order, *, now: datetime) -> Preview:
    """Take the running processes of a flow to another version. Raises as `preview` does."""
    flow = _flow(uow, actor, flow_id)
    case = _foresee(uow, actor, rt, flow, order, lock=True)
    for run, state, mapping in case.moves:
        _move(uow, run, state, case.program, mapping, case.told.to, actor, now)
    if case.moves:
        told = {"to": case.told.to, "moved": case.told.moved}
        audit.note(uow, actor, Act.PROCESS_MANAGE, "flow", flow.id, told, now=now)
    return case.told


@dataclass(frozen=True, slots=True)
class _Case:
    """What is to be done: each run that moves, with its state and what its nodes become."""

    program: Program
    moves: list[tuple[Standing, State, Mapping[str, str]]]
    told: Preview


def _foresee(unit: ReadUnit, actor: Member, rt: Runtime, flow: Definition, order: Order, *, lock: bool) -> _Case:
    target = store.version(unit, flow.id, order.to or flow.version or 0)
    program = Program.of(target.document.get("nodes") or ())
    _check(program, order.mapping)
    found = runs.standing_of(
        unit, flow.id, but_version=target.version, only=order.only, after=order.after, most=order.most + 1, lock=lock
    )
    part = found[: order.most]
    olds = {version: _program_of(unit, flow.id, version) for version in {run.version for run in part}}
    maps = {version: _completed(old, program, order.mapping) for version, old in olds.items()}
    shows = _titles_show(unit, actor, rt, part)
    nodes: dict[str, _Node] = {}
    moves: list[tuple[Standing, State, Mapping[str, str]]] = []
    processes = []
    for run in part:
        old, mapping, state = olds[run.version], maps[run.version], State.load(run.tokens or {})
        judged = {one.at: _misfit(old, program, state, one, mapping) for one in state.tokens}
        for one in state.tokens:
            if one.status != "split" or judged[one.at] or one.at in order.mapping:
                known = nodes.setdefault(one.at, _Node(old, one.at, mapping))
                known.runs += one.status != "split"
                known.why = known.why or judged[one.at]
        why = next((one for one in judged.values() if one), None)
        if why is None:
            moves.append((run, state, mapping))
        processes.append({
            "process": run.id, "record": run.record_id, "title": run.record_title if shows else None,
            "from": run.version, "nodes": [one.at for one in state.tokens if one.status != "split"],
            "moves": why is None, "why": why,
        })  # fmt: skip
    told = Preview(
        target.version, len(part), len(moves), [one.dump() for _name, one in sorted(nodes.items())],
        [_told(program.place(name)) for name in (START, *program.places)], processes,
        part[-1].id if len(found) > order.most else None,
    )  # fmt: skip
    return _Case(program, moves, told)


@dataclass(slots=True)
class _Node:
    """A node at which runs stand, of the first version in which one was met."""

    program: Program
    name: str
    mapping: Mapping[str, str]
    runs: int = 0
    why: Why | None = None

    def dump(self) -> dict[str, Any]:
        place = self.program.place(self.name) if _has(self.program, self.name) else None
        about = _told(place) if place else {"node": self.name, "title": {}, "type": ""}
        return {
            **about, "runs": self.runs, "to": self.mapping.get(self.name, self.name), "fits": self.why is None,
            "why": self.why,
        }  # fmt: skip


def _flow(unit: ReadUnit, actor: Member, flow_id: str) -> Definition:
    flow = store.find_named(unit, "flow", flow_id)
    demand(unit, actor, Act.PROCESS_MANAGE, app=flow.app_id)
    return flow


def _program_of(unit: ReadUnit, flow_id: str, version: int) -> Program:
    return Program.of(store.version(unit, flow_id, version).document.get("nodes") or ())


def _titles_show(unit: ReadUnit, actor: Member, rt: Runtime, part: Iterable[Standing]) -> bool:
    """Tell whether the actor may know the titles of all records of these runs; they are of one form."""
    form_id = next((run.form_id for run in part), None)
    try:
        return form_id is not None and Access.of(unit, actor).reads_wholly(rt.catalog.current(unit, form_id))
    except NotFound:
        return False


def _check(program: Program, mapping: Mapping[str, str]) -> None:
    words = {"zh-CN": "该版本没有节点“{node}”", "en": "This version has no step '{node}'"}
    unknown = [name for name in mapping.values() if name != STAYS and not _has(program, name)]
    if unknown:
        raise Invalid(findings=[Finding("no_such_node", words, f"mapping/{name}", {"node": name}) for name in unknown])


def _completed(old: Program, new: Program, said: Mapping[str, str]) -> dict[str, str]:
    """Return `said` and, for nodes that the new version lacks, the only one there of the same kind and title."""

    def names(program: Program) -> Counter[tuple[str, str]]:
        return Counter(_looks(place) for place in program.places.values())

    once_old, once_new = names(old), names(new)
    by_look = {_looks(place): name for name, place in new.places.items()}
    taken = set(old.places) | set(said.values())
    guessed = {
        name: by_look[look]
        for name, place in old.places.items()
        for look in [_looks(place)]
        if name not in new.places and once_old[look] == once_new[look] == 1 and by_look[look] not in taken
    }
    return {**guessed, **said}


def _looks(place: Place) -> tuple[str, str]:
    return place.type, str(sorted((place.cfg.get("title") or {}).items()))


def _misfit(old: Program, program: Program, state: State, token: Token, mapping: Mapping[str, str]) -> Why | None:
    """Return why a token can't stand at its new place; None where it can."""
    name = mapping.get(token.at, token.at)
    if name == STAYS:
        return "left"
    if not _has(program, name):
        return "gone"
    if _has(old, token.at) and old.place(token.at).type != program.place(name).type:
        return "other_kind"
    if name != token.at and program.place(name).cfg.get("answers"):
        # The answer of another system, which may be under way, names the node that it is for.
        return "calling"
    came = []
    above = state.token(token.parent) if token.parent is not None else None
    while above is not None:
        came.append(mapping.get(above.at, above.at))
        above = state.token(above.parent) if above.parent is not None else None
    around = [] if name == START else [one for one in program.around(name) if _is_fork(program.places[one].type)]
    return None if came == around else "other_ways"


def _move(
    uow: UnitOfWork, run: Standing, state: State, program: Program, mapping: Mapping[str, str], version: int,
    actor: Member, now: datetime,
) -> None:  # fmt: skip
    tokens = tuple(
        replace(one.renamed(mapping.get(one.at, one.at)), back=_back(program, one, mapping)) for one in state.tokens
    )
    # Nodes stand elsewhere now, and actions are numbered by where their node stands.
    visits = program.counted_from(max(state.visits.values(), default=0))
    chosen = {mapping.get(name, name): people for name, people in run.chosen.items()}
    told = {"version": version, "tokens": replace(state, tokens=tokens, visits=visits).dump(), "chosen": chosen}
    runs.finish(uow, run.id, told)
    names = {one.at: mapping[one.at] for one in state.tokens if mapping.get(one.at, one.at) != one.at}
    tasks.rename_nodes(uow, run.id, names)
    tasks.note(uow, run.id, "migrated", now=now, user_id=actor.user_id, told={"from": run.version, "version": version})


def _back(program: Program, token: Token, mapping: Mapping[str, str]) -> str | None:
    """Return where a token goes straight back to; where that is gone it walks on as usual."""
    name = mapping.get(token.back, token.back) if token.back else None
    return name if name and _has(program, name) else None


def _has(program: Program, name: str) -> bool:
    return name == START or name in program.places


def _told(place: Place) -> dict[str, Any]:
    cfg = START_NODE if place.id == START else place.cfg
    return {"node": place.id, "title": cfg.get("title") or {}, "type": place.type}


def _is_fork(kind: str) -> bool:
    return kind in NODES and isinstance(NODES.get(kind), Fork)
