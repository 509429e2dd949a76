"""Giving open records of those who are away, or have too many, to others: seen first, done as one job, taken back.

Away is who is no active member any more or on leave; too many is more than his own limit or that of the rule, and then
the newest ones go. Each record is decided anew by the rule, with loads and turns as they stand and as they change by
what moves; a record for which nobody is found stays where it is.

    moves = foresee(unit, actor, rt, rule_id, now=now)
    job_id = plan(uow, actor, rt, rule_id, now=now)
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from formloom.platform.access.identity import load_member
from formloom.platform.access.policy import Access, Act, demand
from formloom.platform.access.structure import Structure
from formloom.platform.definitions.conditions.compile import Setting
from formloom.platform.definitions.form import FormVersion
from formloom.platform.definitions.kinds.types.assignment_rule import AssignmentRule
from formloom.platform.kernel.actors import Actor, Member
from formloom.platform.kernel.errors import Forbidden, FormloomError, NotFound
from formloom.platform.kernel.text import LocalizedText
from formloom.platform.records import jobs
from formloom.platform.records.house import House
from formloom.platform.records.imports.undoing import UNDOABLE, JobNotUndoable
from formloom.platform.records.queries import jobs as job_rows
from formloom.platform.records.queries import pages
from formloom.platform.records.queries.jobs import JobRow
from formloom.platform.records.record import Record, WriteOptions
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows.assignment import queueing
from formloom.workflows.assignment.choice import Choice, Rule, lanes_of
from formloom.workflows.assignment.claiming import AlreadyTaken, claim
from formloom.workflows.assignment.trial import Trial
from formloom.workflows.assignment.trying import ensure_seen
from formloom.workflows.engine.words import title_of
from formloom.workflows.queries import runs, staff

KIND = "rebalance"
MOST = 2_000
PAGE = 500
PART = 25
Why = Literal["gone", "on_leave", "over"]
WORDS: Mapping[Why, LocalizedText] = {
    "gone": {"zh-CN": "已停用或已离开", "en": "is no active member any more"},
    "on_leave": {"zh-CN": "休假中", "en": "is on leave"},
    "over": {"zh-CN": "超过上限", "en": "has more than the limit"},
}
_BROKE = {
    "code": "rebalance_failed",
    "message": {
        "zh-CN": "调整中断，已转交的记录保留，可以撤销",
        "en": "It broke off; what moved stays and can be undone",
    },
}


@dataclass(frozen=True, slots=True)
class Move:
    """One record that its holder should not keep, and whom the rule would give it to."""

    record: Record
    title: str | None
    holder: str
    why: Why
    choice: Choice

    @property
    def to(self) -> str | None:
        """Who gets it; None where nobody else is found."""
        return self.choice.user_id if self.choice.user_id != self.holder else None

    def dump(self, names: Mapping[str, str]) -> dict[str, Any]:
        """Return the JSON form."""
        found, to = self.choice, self.to
        return {
            "record": self.record.id, "title": self.title, "from": self.holder,
            "from_name": names.get(self.holder, ""), "why": self.why, "words": WORDS[self.why], "to": to,
            "to_name": found.name if to else "", "because": dict(found.because),
            "reasons": queueing.reasons(found.candidates) if to is None else [],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Case:
    form: FormVersion
    rule: Rule
    rule_id: str
    moves: Sequence[Move]


def foresee(unit: ReadUnit, actor: Member, rt: Runtime, rule_id: str, *, now: datetime) -> list[dict[str, Any]]:
    """Return who would get what, and why it should not stay. Raises NotFound, Forbidden."""
    case = _case(unit, actor, rt, rule_id, now)
    names = staff.names(unit, {move.holder for move in case.moves})
    return [move.dump(names) for move in case.moves]


def plan(uow: UnitOfWork, actor: Member, rt: Runtime, rule_id: str, *, now: datetime) -> str:
    """Write down a job that moves what `foresee` tells at this moment, and return it. Raises NotFound, Forbidden."""
    case = _case(uow, actor, rt, rule_id, now)
    names = staff.names(uow, {move.holder for move in case.moves})
    moves = [move for move in case.moves if move.to is not None]
    told = [
        {
            "record": move.record.id, "from": move.holder, "to": move.to, "lane": move.choice.lane,
            "start": move.choice.start,
            "told": {"title": move.title, "from": names.get(move.holder, ""), "to": move.choice.name,
                     "why": dict(WORDS[move.why])},
            "why": {**move.choice.dump(), "instead_of": {"user": move.holder, "name": names.get(move.holder, "")},
                    "moved": dict(WORDS[move.why])},
        }
        for move in moves
    ]  # fmt: skip
    payload = {"rule": case.rule_id, "field": case.rule["field"], "moves": told}
    return jobs.enqueue(uow, actor, KIND, payload, form_id=case.form.form_id, total=len(told), now=now)


def run(house: House, job_id: str) -> None:
    """Work off a waiting job; who was given a record by somebody else meanwhile keeps it."""
    jobs.work_off(house, job_id, _part, broke=_BROKE)


def told(job: JobRow) -> dict[str, Any]:
    """Return `moves`: each record with who had it and why not any more, who gets it, and what became of it."""
    moved = set((job.result or {}).get("moved") or ())

    def became(place: int, record: str) -> str:
        return "moved" if record in moved else "stayed" if place < job.done else "waits"

    moves = [
        {"record": one["record"], **(one.get("told") or {}), "became": became(place, one["record"])}
        for place, one in enumerate(job.payload["moves"])
    ]
    return {"moves": moves}


def undo(uow: UnitOfWork, actor: Actor, house: House, job_id: str, *, now: datetime) -> JobRow:
    """Give back what a job moved, but what somebody else has by now. Raises NotFound, JobNotUndoable."""
    job = jobs.read(uow, actor, job_id)
    form = house.catalog.current(uow, job.form_id or "")
    if job.kind != KIND or not job_rows.change(uow, job_id, {"state": "undone"}, only_in=UNDOABLE):
        raise JobNotUndoable
    moved = set((job.result or {}).get("moved") or ())
    back = [
        _moved(uow, house, actor, form, job, {**move, "from": move["to"], "to": move["from"]}, now)
        for move in job.payload["moves"]
        if move["record"] in moved
    ]
    result = {**(job.result or {}), "removed": sum(back), "kept": len(back) - sum(back)}
    job_rows.change(uow, job_id, {"result": result})
    return jobs.read(uow, actor, job_id)


def _case(unit: ReadUnit, actor: Member, rt: Runtime, rule_id: str, now: datetime) -> _Case:
    definition = store.find(unit, rule_id)
    demand(unit, actor, Act.ASSIGNMENT_REBALANCE, app=definition.app_id)
    rule = store.published_document(unit, definition.app_id, AssignmentRule.id, definition.key)
    if definition.kind != AssignmentRule.id or rule is None:
        raise NotFound
    form = rt.catalog.in_app(unit, definition.app_id, str(rule["form"]))
    demand(unit, actor, Act.RECORD_UPDATE, form=form)
    ensure_seen(unit, actor, form, rule)
    lane_of = f"{definition.app_id}:{definition.key}"
    return _Case(form, rule, lane_of, _moves(unit, actor, form, rule, lane_of, now))


def _moves(
    unit: ReadUnit, actor: Member, form: FormVersion, rule: Rule, rule_id: str, now: datetime
) -> list[Move]:  # fmt: skip
    structure, field = Structure.load(unit), str(rule["field"])
    setting = Setting(now=now, me=actor.user_id, zone=form.zone)
    trial = Trial(unit, form, rule, now, actor.locale)
    by_holder = _open_by_holder(unit, actor, form, field, list(trial.open_trees.values()), setting)
    known = {*trial.people, *by_holder}
    loads = {key: staff.loads(unit, form, field, tree, list(known), setting) for key, tree in trial.open_trees.items()}
    trial.stand(loads, staff.turns(unit, rule_id, lanes_of(rule, {})))
    shows = form.title_field is None or form.title_field in Access.of(unit, actor).readable(form)
    leaving: list[tuple[Record, str, Why]] = []
    for holder, records in by_holder.items():
        leaving += [(record, holder, why) for record, why in _surplus(holder, records, structure, rule, now)]
    moves = []
    for record, holder, why in sorted(leaving, key=lambda one: (one[0].created_at, one[0].id))[:MOST]:
        found = trial.decide(record).choice
        if found.user_id is not None:
            trial.lose(holder)
        title = title_of(form, form.dump(record.values), actor.locale) if shows else None
        moves.append(Move(record, title, holder, why, found))
    return moves


def _surplus(
    holder: str, records: Sequence[Record], structure: Structure, rule: Rule, now: datetime
) -> list[tuple[Record, Why]]:
    if not structure.is_active(holder):
        return [(record, "gone") for record in records]
    if structure.is_on_leave(holder, now):
        return [(record, "on_leave") for record in records]
    limits = [limit for limit in (structure.capacity(holder), rule.get("max_open")) if limit is not None]
    most = min(limits) if limits else len(records)
    return [(record, "over") for record in records[most:]]


def _open_by_holder(
    unit: ReadUnit,
    actor: Member,
    form: FormVersion,
    field: str,
    open_trees: Sequence[Mapping[str, Any]],
    setting: Setting,
) -> dict[str, list[Record]]:
    parts: list[Any] = [{"field": field, "op": "not_empty"}]
    if all(open_trees):
        parts.append({"any": list(open_trees)})
    found: dict[str, list[Record]] = defaultdict(list)
    cursor: str | None = None
    while True:
        page = pages.page(unit, form, pages.Query(
            filter={"all": parts}, rows=Access.of(unit, actor).rows(form, Act.RECORD_UPDATE), setting=setting,
            sort=("created_at",), limit=PAGE, cursor=cursor, with_rows=frozenset(),
        ))  # fmt: skip
        for record in page.records:
            found[str(record.values[field])].append(record)
        cursor = page.next
        if cursor is None:
            return found


def _part(house: House, uow: UnitOfWork, job: JobRow, now: datetime) -> bool:
    """Move the next few; tell whether there may be more."""
    actor = load_member(uow, job.created_by or "")
    if actor is None:
        raise Forbidden
    form = house.catalog.current(uow, job.form_id or "")
    some = job.payload["moves"][job.done : job.done + PART]
    staff.lock_rule(uow, job.payload["rule"])
    moved = [move for move in some if _moved(uow, house, actor, form, job, move, now)]
    for move in moved:
        staff.take_turn(uow, job.payload["rule"], move["lane"], move["to"], move["start"], now=now)
        runs.log_assignment(
            uow,
            {
                "form_id": form.form_id, "record_id": move["record"], "run_id": None, "rule": job.payload["rule"],
                "user_id": move["to"], "why": move["why"], "at": now,
            },
        )  # fmt: skip
    known = (job.result or {}).get("moved") or []
    job_rows.change(uow, job.id, {
        "done": job.done + len(some), "ok": job.ok + len(moved), "failed": job.failed + len(some) - len(moved),
        "heartbeat_at": now, "result": {"moved": [*known, *(move["record"] for move in moved)]},
    })  # fmt: skip
    return len(some) == PART


def _moved(
    uow: UnitOfWork, house: House, actor: Actor, form: FormVersion, job: JobRow, move: Mapping[str, Any], now: datetime
) -> bool:
    """Give one record on; False where it is not with whom it was thought to be, or can't be changed."""
    options = WriteOptions(listeners=house.listeners, context={"channel": "rebalance", "job": job.id})
    try:
        with uow.attempt():
            claim(
                uow, form, move["record"], str(job.payload["field"]), move["to"], move["from"], actor=actor, now=now,
                options=options,
            )  # fmt: skip
    except (AlreadyTaken, FormloomError):
        return False
    return True
