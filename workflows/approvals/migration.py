"""Taking running processes over to another version of their flow.

A run keeps the version that it began with. An administrator can take it to another one: every node at which runs stand
is mapped to one of the new version, by hand or because it has the same id. A run moves only as a whole, and only to
nodes around which the same forks stand; what people were asked stays open.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from formloom.platform.access import audit
from formloom.platform.access.policy import Act, demand
from formloom.platform.kernel.actors import Member
from formloom.platform.kernel.errors import Finding, Invalid
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import UnitOfWork
from formloom.workflows.engine.program import START, Program
from formloom.workflows.engine.state import State, Token
from formloom.workflows.nodes.base import Fork
from formloom.workflows.nodes.registry import NODES
from formloom.workflows.queries import runs, tasks

MOST = 5_000


@dataclass(frozen=True, slots=True)
class Preview:
    """What a migration does or would do. `nodes` has `node`, `title`, `runs`, `to`, `fits` for each node."""

    to: int
    runs: int
    moved: int
    nodes: list[dict[str, Any]]


def migrate(
    uow: UnitOfWork, actor: Member, flow_id: str, *, to: int | None, mapping: Mapping[str, str], is_dry: bool,
    now: datetime,
) -> Preview:  # fmt: skip
    """Take the running processes of a flow to the version `to`, the current one if None; with `is_dry` only look.

    Raises NotFound, Forbidden, Invalid for a mapping to nodes that the version does not have.
    """
    flow = store.find_named(uow, "flow", flow_id)
    demand(uow, actor, Act.PROCESS_MANAGE, app=flow.app_id)
    target = store.version(uow, flow.id, to or flow.version or 0)
    program = Program.of(target.document.get("nodes") or ())
    _check(program, mapping)
    standing = runs.standing_of(uow, flow.id, but_version=target.version, most=MOST, lock=not is_dry)
    seen: Counter[str] = Counter()
    misfits: set[str] = set()
    moved = 0
    for run in standing:
        state = State.load(run.tokens or {})
        seen.update(one.at for one in state.tokens if one.status != "split")
        fits = {one.at: _fits(program, state, one, mapping) for one in state.tokens}
        misfits |= {name for name, is_fit in fits.items() if not is_fit}
        if not all(fits.values()):
            continue
        moved += 1
        if not is_dry:
            _move(uow, run, state, program, mapping, target.version, actor, now)
    if not is_dry:
        told = {"to": target.version, "moved": moved}
        audit.note(uow, actor, Act.PROCESS_MANAGE, "flow", flow.id, told, now=now)
    old = (
        Program.of(store.version(uow, flow.id, standing[0].version).document.get("nodes") or ())
        if standing
        else program
    )
    nodes = [
        {"node": name, "title": _title(old, name), "runs": count, "to": mapping.get(name, name),
         "fits": name not in misfits}
        for name, count in sorted(seen.items())
    ]  # fmt: skip
    return Preview(target.version, len(standing), moved, nodes)


def _check(program: Program, mapping: Mapping[str, str]) -> None:
    words = {"zh-CN": "该版本没有节点“{node}”", "en": "This version has no step '{node}'"}
    unknown = [name for name in mapping.values() if name != START and name not in program.places]
    if unknown:
        raise Invalid(findings=[Finding("no_such_node", words, f"mapping/{name}", {"node": name}) for name in unknown])


def _fits(program: Program, state: State, token: Token, mapping: Mapping[str, str]) -> bool:
    """Tell whether a token can stand at its new place: it is there, with the forks that it came through around it."""
    name = mapping.get(token.at, token.at)
    if name != START and name not in program.places:
        return False
    came = []
    above = state.token(token.parent) if token.parent is not None else None
    while above is not None:
        came.append(mapping.get(above.at, above.at))
        above = state.token(above.parent) if above.parent is not None else None
    around = [] if name == START else [one for one in program.around(name) if _is_fork(program.places[one].type)]
    return came == around


def _move(
    uow: UnitOfWork, run: runs.Standing, state: State, program: Program, mapping: Mapping[str, str], version: int,
    actor: Member, now: datetime,
) -> None:  # fmt: skip
    tokens = tuple(replace(one, at=mapping.get(one.at, one.at)) for one in state.tokens)
    # Nodes stand elsewhere now, and actions are numbered by where their node stands.
    visits = program.counted_from(max(state.visits.values(), default=0))
    runs.finish(uow, run.id, {"version": version, "tokens": replace(state, tokens=tokens, visits=visits).dump()})
    for old, new in mapping.items():
        tasks.rename_node(uow, run.id, old, new)
    tasks.note(uow, run.id, "migrated", now=now, user_id=actor.user_id, told={"from": run.version, "version": version})


def _title(program: Program, name: str) -> Any:
    return program.place(name).cfg.get("title") or {} if name == START or name in program.places else {}


def _is_fork(kind: str) -> bool:
    return kind in NODES and isinstance(NODES.get(kind), Fork)
