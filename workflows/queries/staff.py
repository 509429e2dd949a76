"""People as assignment and notification see them, their turns, loads and addresses."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from formloom.platform.access.people import TASK_MAILS
from formloom.platform.definitions.conditions.compile import Setting
from formloom.platform.definitions.conditions.sql import to_clause
from formloom.platform.definitions.conditions.tree import parse
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.ids import new_id
from formloom.platform.kernel.text import LocalizedText
from formloom.platform.records.queries.plans import plan_of
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import (
    assignment_turns,
    notifications,
    users,
)
from formloom.workflows.assignment.candidates import Candidate
from formloom.workflows.assignment.facts import Turn


def people(unit: ReadUnit, ids: Collection[str]) -> list[Candidate]:
    """Return people in their order of joining."""
    shown = users.c
    wanted = select(shown.id, shown.name, shown.status, shown.max_open).where(shown.id.in_(list(ids)))
    rows = unit.conn.execute(wanted.order_by(shown.created_at, shown.id))
    return [Candidate(row.id, row.name, place, row.status, max_open=row.max_open) for place, row in enumerate(rows)]


def turns(unit: ReadUnit, rule: str, lanes: Collection[str]) -> dict[str, dict[str, Turn]]:
    """Return lane → person → his last turn."""
    columns = assignment_turns.c
    wanted = columns.rule == rule, columns.lane.in_(list(lanes))
    found: dict[str, dict[str, Turn]] = {}
    for lane, user, number, start in unit.conn.execute(
        select(columns.lane, columns.user_id, columns.turn, columns.start).where(*wanted)
    ):
        found.setdefault(lane, {})[user] = Turn(number, start)
    return found


def take_turn(uow: UnitOfWork, rule: str, lane: str, user_id: str, start: float = 0.0, *, now: datetime) -> None:
    """Give a person the next number of a lane; `start` is where his turn begins in the lane's count of shares."""
    columns = assignment_turns.c
    last = uow.conn.scalar(select(func.max(columns.turn)).where(columns.rule == rule, columns.lane == lane)) or 0
    insert: Any = sqlite.insert if uow.dialect == "sqlite" else postgresql.insert
    statement = insert(assignment_turns).values(
        rule=rule, lane=lane, user_id=user_id, turn=last + 1, start=start, last_at=now
    )
    changed = {"turn": last + 1, "start": start, "last_at": now}
    uow.conn.execute(statement.on_conflict_do_update(index_elements=["rule", "lane", "user_id"], set_=changed))


def loads(
    unit: ReadUnit, form: FormVersion, field_id: str, is_open: Mapping[str, Any] | None, ids: Sequence[str],
    setting: Setting,
) -> dict[str, int]:  # fmt: skip
    """Return person → number of records that he has in `field_id` and that are open."""
    plan = plan_of(form)
    column = plan.columns[field_id]
    statement = select(column, func.count()).where(column.in_(list(ids)), plan.table.c.deleted_at.is_(None))
    if is_open:
        statement = statement.where(to_clause(parse(is_open, form.value_kinds()), plan.comparable, setting))
    return {row[0]: row[1] for row in unit.conn.execute(statement.group_by(column))}


def last_holder(
    unit: ReadUnit, form: FormVersion, field_id: str, by: str, value: Any, *, but: str | None
) -> str | None:
    """Return who has in `field_id` the newest other record whose field `by` has this value, or None."""
    plan = plan_of(form)
    column = plan.columns[field_id]
    same = to_clause(parse({"field": by, "op": "eq", "value": value}, form.value_kinds()), plan.comparable, Setting())
    statement = select(column).where(
        same, column.is_not(None), plan.table.c.deleted_at.is_(None), plan.table.c.id != (but or "")
    )
    found: str | None = unit.conn.scalar(statement.order_by(plan.table.c.id.desc()).limit(1))
    return found


def lock_rule(uow: UnitOfWork, rule: str) -> None:
    """Let assignments of one rule wait for each other, so that turns and loads are exact."""
    if uow.dialect == "postgresql":
        uow.conn.execute(select(func.pg_advisory_xact_lock(func.hashtext(rule))))


def names(unit: ReadUnit, ids: Collection[str]) -> dict[str, str]:
    """Return person → name, whatever has become of him."""
    rows = unit.conn.execute(select(users.c.id, users.c.name).where(users.c.id.in_(list(ids))))
    return {row[0]: row[1] for row in rows}


def active(unit: ReadUnit, ids: Collection[str]) -> list[str]:
    """Return those of `ids` that are active members, in their order of joining."""
    rows = unit.conn.scalars(
        select(users.c.id).where(users.c.id.in_(list(ids)), users.c.status == "active").order_by(users.c.created_at)
    )
    return list(rows)


def addresses(unit: ReadUnit, ids: Collection[str]) -> list[tuple[str, str]]:
    """Return (address, language) of active members."""
    rows = unit.conn.execute(
        select(users.c.email, users.c.locale).where(users.c.id.in_(list(ids)), users.c.status == "active")
    )
    return [(row[0], row[1]) for row in rows]


def wanting_mail(unit: ReadUnit, ids: Collection[str]) -> set[str]:
    """Return the active members among `ids` who want mails about their tasks, which is everybody who never said no."""
    rows = unit.conn.execute(
        select(users.c.id, users.c.preferences).where(users.c.id.in_(list(ids)), users.c.status == "active")
    )
    return {row.id for row in rows if (row.preferences or {}).get(TASK_MAILS, True)}


def notify(
    uow: UnitOfWork,
    ids: Sequence[str],
    text: LocalizedText,
    *,
    form_id: str,
    record_id: str | None,
    key: str,
    now: datetime,
) -> int:
    """Tell members once; return how many were told."""
    about = {"text": dict(text), "form_id": form_id, "record_id": record_id}
    return notify_each(uow, {f"{key}:{user_id}": user_id for user_id in ids}, about, now=now)


def notify_each(uow: UnitOfWork, told: Mapping[str, str], about: Mapping[str, Any], *, now: datetime) -> int:
    """Tell members once for each key; `told` is key → member, `about` has `text`, `form_id`, `record_id`
    and maybe a `path` to look at."""
    insert: Any = sqlite.insert if uow.dialect == "sqlite" else postgresql.insert
    rows = [{"id": new_id(), "user_id": user, "dedupe": key, "at": now, **about} for key, user in told.items()]
    if rows:
        uow.conn.execute(insert(notifications).on_conflict_do_nothing(index_elements=["dedupe"]), rows)
    return len(rows)


def administrators(unit: ReadUnit) -> list[str]:
    """Return the active administrators, in the order in which they joined."""
    mine = users.c.is_admin.is_(True), users.c.status == "active"
    return list(unit.conn.scalars(select(users.c.id).where(*mine).order_by(users.c.created_at, users.c.id)))
