"""Failures as rows: written with what failed, counted by group, told once."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import delete, func, insert, select, update

from formloom.platform.access.queries import settings as values
from formloom.platform.kernel.ids import new_id
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import apps, definitions, failures, flow_runs, settings, users

Kind = Literal["step", "run", "stopped", "event", "delivery", "mailbox"]
KEPT = timedelta(days=90)
UNTIL = "failure_digest_until"


@dataclass(frozen=True, slots=True)
class GroupRow:
    """Failures of one kind, of one flow or form, at one type of step, for one reason."""

    kind: Kind
    flow_id: str | None
    form_id: str | None
    step: str | None
    code: str
    count: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Named:
    """A flow or form that failures are about."""

    id: str
    kind: str
    title: dict[str, str]
    app_id: str
    app_key: str


def note(
    uow: UnitOfWork, kind: Kind, code: str, *, form_id: str | None, flow_id: str | None = None, step: str | None = None,
    now: datetime,
) -> None:  # fmt: skip
    """Write down that something failed."""
    row = {"id": new_id(), "kind": kind, "flow_id": flow_id, "form_id": form_id, "step": step, "at": now}
    uow.conn.execute(insert(failures).values(code=code[:80], **row))


def flow_of_run(unit: ReadUnit, run_id: str | None) -> str | None:
    """Return the flow of a run."""
    found: str | None = unit.conn.scalar(select(flow_runs.c.flow_id).where(flow_runs.c.id == run_id))
    return found


def since(unit: ReadUnit, moment: datetime) -> list[GroupRow]:
    """Return what failed at or after a moment, the most frequent first."""
    return _groups(unit, failures.c.at >= moment)


def take(uow: UnitOfWork, until: datetime) -> list[GroupRow]:
    """Take what failed before `until` and no digest told of: it is told now, and by nobody else."""
    columns = failures.c
    untold = columns.told_at.is_(None), columns.at < until
    taken = uow.conn.execute(update(failures).where(*untold).values(told_at=until)).rowcount
    return _groups(uow, columns.told_at == until) if taken else []


def _groups(unit: ReadUnit, *criteria: Any) -> list[GroupRow]:
    columns = failures.c
    same = columns.kind, columns.flow_id, columns.form_id, columns.step, columns.code
    count = func.count()
    statement = select(*same, count, func.min(columns.at), func.max(columns.at)).where(*criteria).group_by(*same)
    return [GroupRow(*row) for row in unit.conn.execute(statement.order_by(count.desc(), *same))]


def told_until(unit: ReadUnit) -> datetime | None:
    """Return the moment up to which digests told, or None before the first."""
    found = values.read(unit, UNTIL)
    return datetime.fromisoformat(found) if isinstance(found, str) else None


def move_on(uow: UnitOfWork, known: datetime | None, until: datetime) -> bool:
    """Claim the time up to `until`; False when somebody else claimed since it was `known`."""
    if known is None:
        if told_until(uow) is None:
            values.write(uow, UNTIL, until.isoformat())
        return False
    same = settings.c.key == UNTIL, settings.c.value == known.isoformat()
    return uow.conn.execute(update(settings).where(*same).values(value=until.isoformat())).rowcount == 1


def forget_old(uow: UnitOfWork, *, now: datetime) -> int:
    """Remove failures of long ago; return how many."""
    return uow.conn.execute(delete(failures).where(failures.c.at < now - KEPT)).rowcount


def named(unit: ReadUnit, ids: Collection[str]) -> dict[str, Named]:
    """Return flow, policy, blueprint or form → what it is called and where it belongs."""
    columns = definitions.c
    statement = (
        select(columns.id, columns.kind, columns.title, columns.app_id, apps.c.key)
        .join(apps, apps.c.id == columns.app_id)
        .where(columns.id.in_(list(ids)))
    )
    found = [Named(*row) for row in unit.conn.execute(statement)]
    return {one.id: replace(one, title=one.title or {}) for one in found}


def owners(unit: ReadUnit, ids: Collection[str]) -> dict[str, list[str]]:
    """Return active member → the apps among `ids` that are theirs."""
    statement = (
        select(apps.c.created_by, apps.c.id)
        .join(users, users.c.id == apps.c.created_by)
        .where(apps.c.id.in_(list(ids)), users.c.status == "active")
    )
    found: dict[str, list[str]] = {}
    for user_id, app_id in unit.conn.execute(statement):
        found.setdefault(user_id, []).append(app_id)
    return found
