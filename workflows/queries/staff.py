"""People as assignment and notification see them, their turns, loads and addresses."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

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
    roles,
    user_departments,
    user_roles,
    users,
)
from formloom.workflows.assignment.candidates import Candidate


def candidates(unit: ReadUnit, named: Mapping[str, Any], further: Sequence[str]) -> list[Candidate]:
    """Return the people of `{"users","roles","departments"}` and of `further` ids, by name."""
    ids = [*(named.get("users") or ()), *further]
    wanted = [users.c.id.in_(ids)]
    if named.get("roles"):
        of_roles = select(user_roles.c.user_id).join(roles, roles.c.id == user_roles.c.role_id)
        wanted.append(users.c.id.in_(of_roles.where(roles.c.key.in_(list(named["roles"])))))
    if named.get("departments"):
        of_departments = select(user_departments.c.user_id)
        wanted.append(
            users.c.id.in_(of_departments.where(user_departments.c.department_id.in_(list(named["departments"]))))
        )
    rows = unit.conn.execute(
        select(users.c.id, users.c.name, users.c.status, users.c.max_open)
        .where(or_(*wanted))
        .order_by(users.c.created_at, users.c.id)
    )
    return [Candidate(row.id, row.name, place, row.status, max_open=row.max_open) for place, row in enumerate(rows)]


def turns(unit: ReadUnit, rule: str, lane: str, ids: Sequence[str]) -> dict[str, int]:
    """Return person → number of his last turn in a lane."""
    columns = assignment_turns.c
    rows = unit.conn.execute(
        select(columns.user_id, columns.turn).where(
            columns.rule == rule, columns.lane == lane, columns.user_id.in_(list(ids))
        )
    )
    return {row[0]: row[1] for row in rows}


def take_turn(uow: UnitOfWork, rule: str, lane: str, user_id: str, *, now: datetime) -> None:
    """Give a person the next number of a lane."""
    columns = assignment_turns.c
    last = uow.conn.scalar(select(func.max(columns.turn)).where(columns.rule == rule, columns.lane == lane)) or 0
    insert: Any = sqlite.insert if uow.dialect == "sqlite" else postgresql.insert
    statement = insert(assignment_turns).values(rule=rule, lane=lane, user_id=user_id, turn=last + 1, last_at=now)
    uow.conn.execute(
        statement.on_conflict_do_update(
            index_elements=["rule", "lane", "user_id"], set_={"turn": last + 1, "last_at": now}
        )
    )


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


def lock_rule(uow: UnitOfWork, rule: str) -> None:
    """Let assignments of one rule wait for each other, so that turns and loads are exact."""
    if uow.dialect == "postgresql":
        uow.conn.execute(select(func.pg_advisory_xact_lock(func.hashtext(rule))))


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
    insert: Any = sqlite.insert if uow.dialect == "sqlite" else postgresql.insert
    rows = [
        {
            "id": new_id(), "user_id": user_id, "text": dict(text), "form_id": form_id, "record_id": record_id,
            "dedupe": f"{key}:{user_id}", "at": now,
        }
        for user_id in ids
    ]  # fmt: skip
    if rows:
        uow.conn.execute(insert(notifications).on_conflict_do_nothing(index_elements=["dedupe"]), rows)
    return len(rows)
