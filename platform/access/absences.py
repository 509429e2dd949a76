"""Leaves and delegations: when somebody is away, and who acts for him meanwhile.

A *leave* takes a person out of routing for its time, and may name who acts for him. A *delegation* leaves him where he
is and hands what comes to somebody else: everything, or what comes from some flows or apps. Everybody enters his own,
administrators anybody's. Two of one kind may not overlap, unless one delegation is about everything and the other is
not, or both are about flows and apps that have nothing in common: what is said of one flow or app goes before what is
said of everything. What follows from them is told by `Structure.is_available` and `Structure.delegate_of`.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from formloom.platform.access import audit, groups
from formloom.platform.access.checking import refuse_unknown, wrong
from formloom.platform.access.policy import Act, requires
from formloom.platform.access.queries import absences as rows
from formloom.platform.access.queries import people as people_rows
from formloom.platform.access.queries.absences import AbsenceEntry
from formloom.platform.access.structure import Structure
from formloom.platform.kernel.actors import Member
from formloom.platform.kernel.errors import Finding, Forbidden, Invalid, NotFound
from formloom.platform.kernel.ids import new_id
from formloom.platform.storage import access_epoch, house_zone
from formloom.platform.storage.database import ReadUnit, UnitOfWork

Kind = Literal["leave", "delegation"]
EVERYBODY = "all"
MOST = 500
_OVERLAPS = {
    "leave": {"zh-CN": "与 {from} 至 {to} 的休假重叠", "en": "This overlaps with the leave from {from} to {to}"},
    "delegation": {
        "zh-CN": "与 {from} 至 {to} 的委托重叠",
        "en": "This overlaps with the delegation from {from} to {to}",
    },
}


@dataclass(frozen=True, slots=True)
class Absence:
    """One leave or delegation, up to but not including `ends_at`; empty `flow_ids` and `app_ids` mean everything."""

    user_id: str
    kind: Kind
    starts_at: datetime
    ends_at: datetime
    reason: str = ""
    delegate_id: str | None = None
    flow_ids: tuple[str, ...] = ()
    app_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownAbsence:
    """One as it is shown: with names, and without the reason where it is none of the reader's business."""

    entry: AbsenceEntry
    user_name: str
    delegate_name: str | None
    can_change: bool


@requires(Act.ABSENCE_LIST)
def list_absences(
    unit: ReadUnit, actor: Member, *, user: str | None, ending_after: datetime, limit: int = MOST
) -> list[ShownAbsence]:
    """Return what ends after a moment: one's own and those in which one stands in; for administrators also the same of
    any `user`, or of `EVERYBODY`. Raises Forbidden."""
    wanted = user or actor.user_id
    if wanted != actor.user_id and not actor.is_admin:
        raise Forbidden
    return _shown(
        unit, actor, rows.of(unit, None if wanted == EVERYBODY else wanted, ending_after=ending_after, limit=limit)
    )


@requires(Act.ABSENCE_CHANGE)
def enter_absence(uow: UnitOfWork, actor: Member, wanted: Absence, *, now: datetime) -> ShownAbsence:
    """Enter a leave or a delegation. Raises Forbidden, Invalid."""
    _guard(actor, wanted.user_id)
    made = new_id()
    values = _checked(uow, wanted, None)
    rows.add(uow, {**values, "id": made, "user_id": wanted.user_id, "created_at": now, "created_by": actor.user_id})
    return _after(uow, actor, made, "entered", now)


@requires(Act.ABSENCE_CHANGE)
def change_absence(
    uow: UnitOfWork, actor: Member, absence_id: str, changes: dict[str, Any], *, now: datetime
) -> ShownAbsence:
    """Change what `changes` names of an absence's fields, its person and kind excepted. Raises NotFound, Invalid."""
    before = _own(uow, actor, absence_id)
    wanted = Absence(
        before.user_id, "leave" if before.kind == "leave" else "delegation", before.starts_at, before.ends_at,
        before.reason or "", before.delegate_id, tuple(before.flow_ids or ()), tuple(before.app_ids or ()),
    )  # fmt: skip
    rows.change(uow, absence_id, _checked(uow, replace(wanted, **changes), absence_id))
    return _after(uow, actor, absence_id, "changed", now)


@requires(Act.ABSENCE_CHANGE)
def remove_absence(uow: UnitOfWork, actor: Member, absence_id: str, *, now: datetime) -> None:
    """Take an absence back; from now on it never was. Raises NotFound."""
    before = _own(uow, actor, absence_id)
    rows.remove(uow, absence_id)
    access_epoch.advance(uow)
    audit.note(
        uow, actor, Act.ABSENCE_CHANGE, "absence", absence_id, {"did": "removed", "user": before.user_id}, now=now
    )


def _own(uow: UnitOfWork, actor: Member, absence_id: str) -> AbsenceEntry:
    found = rows.by_id(uow, absence_id)
    if found is None or (found.user_id != actor.user_id and not actor.is_admin):
        raise NotFound
    return found


def _guard(actor: Member, user_id: str) -> None:
    if user_id != actor.user_id and not actor.is_admin:
        raise Forbidden


def _checked(uow: UnitOfWork, wanted: Absence, but: str | None) -> dict[str, Any]:
    people_rows.lock(uow, wanted.user_id)  # two at once would each find no overlap
    structure = Structure.load(uow)
    refuse_unknown("user", [wanted.user_id], structure.people)
    if wanted.starts_at >= wanted.ends_at:
        raise wrong("ends_at", "ends_before", "结束应晚于开始", "The end must be after the start")
    _check_delegate(structure, wanted)
    book = groups.present(uow)
    refuse_unknown("flow_ids", wanted.flow_ids, book.flows)
    refuse_unknown("app_ids", wanted.app_ids, book.owners)
    _refuse_overlap(uow, wanted, but)
    return {
        "kind": wanted.kind, "starts_at": wanted.starts_at, "ends_at": wanted.ends_at,
        "reason": wanted.reason.strip() or None, "delegate_id": wanted.delegate_id,
        "flow_ids": sorted(set(wanted.flow_ids)) or None, "app_ids": sorted(set(wanted.app_ids)) or None,
    }  # fmt: skip


def _check_delegate(structure: Structure, wanted: Absence) -> None:
    if wanted.delegate_id == wanted.user_id:
        raise wrong("delegate_id", "oneself", "代理人不能是本人", "Nobody stands in for himself")
    if wanted.delegate_id is not None:
        refuse_unknown("delegate_id", [wanted.delegate_id], structure.people)
    if wanted.kind == "delegation" and wanted.delegate_id is None:
        raise wrong("delegate_id", "required", "请选择代理人", "Choose who acts for you")
    if wanted.kind == "leave" and (wanted.flow_ids or wanted.app_ids):
        raise wrong("app_ids", "leave_is_whole", "休假不能只针对部分应用", "A leave holds for everything")


def _refuse_overlap(uow: UnitOfWork, wanted: Absence, but: str | None) -> None:
    others = rows.overlapping(uow, wanted.user_id, wanted.kind, wanted.starts_at, wanted.ends_at, but=but)
    clash = next((one for one in others if _share(uow, one, wanted)), None)
    if clash is not None:
        zone = house_zone.current(uow)
        said = {
            name: moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")
            for name, moment in (("from", clash.starts_at), ("to", clash.ends_at))
        }
        raise Invalid(findings=[Finding("overlaps", _OVERLAPS[wanted.kind], field="starts_at", params=said)])


def _share(uow: UnitOfWork, one: AbsenceEntry, wanted: Absence) -> bool:
    """Tell whether two delegations are about a flow or an app in common; those of everything are an own layer."""
    first = _scope(uow, one.flow_ids or (), one.app_ids or ())
    second = _scope(uow, wanted.flow_ids, wanted.app_ids)
    return bool(first & second) or (not first and not second)


def _scope(uow: UnitOfWork, flow_ids: Collection[str], app_ids: Collection[str]) -> set[str]:
    inside = {flow for flow, app in groups.present(uow).flows.items() if app in app_ids}
    return {*flow_ids, *app_ids, *inside}


def _after(uow: UnitOfWork, actor: Member, absence_id: str, did: str, now: datetime) -> ShownAbsence:
    access_epoch.advance(uow)
    found = rows.by_id(uow, absence_id)
    if found is None:
        raise NotFound
    detail = {"did": did, "user": found.user_id, "kind": found.kind, "delegate": found.delegate_id}
    audit.note(uow, actor, Act.ABSENCE_CHANGE, "absence", absence_id, detail, now=now)
    return _shown(uow, actor, [found])[0]


def _shown(unit: ReadUnit, actor: Member, found: list[AbsenceEntry]) -> list[ShownAbsence]:
    names = people_rows.names(unit, {one for row in found for one in (row.user_id, row.delegate_id) if one})
    shown: list[ShownAbsence] = []
    for row in found:
        may_change = actor.is_admin or row.user_id == actor.user_id
        entry = row if may_change else replace(row, reason=None)
        shown.append(ShownAbsence(entry, names[row.user_id], names.get(row.delegate_id or ""), may_change))
    return shown
