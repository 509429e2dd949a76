"""The rows of the queue: records that nobody could be given, or that wait for somebody to take them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from formloom.platform.kernel.ids import new_id
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import assignment_log, assignment_queue

_KEY = ("record_id", "field")
_ONCE = frozenset({"id", "queued_at", *_KEY})


@dataclass(frozen=True, slots=True)
class Entry:
    """One record in the queue.

    `document` is the rule itself where it stands in the flow, None where `rule_key` names a published one; `pool` the
    number of the pool that leaves it to be taken; `people` who may take it, as last seen.
    """

    id: str
    app_id: str
    form_id: str
    record_id: str
    field: str
    rule: str
    rule_key: str
    document: Mapping[str, Any] | None
    flow_id: str | None
    run_id: str | None
    cause: Mapping[str, Any]
    pool: int | None
    people: list[str]
    why: Mapping[str, Any]
    queued_at: datetime
    tried_at: datetime
    next_at: datetime
    tries: int


_COLUMNS = tuple(assignment_queue.c[one.name] for one in dataclass_fields(Entry))


def put(uow: UnitOfWork, row: Mapping[str, Any]) -> None:
    """Put a record into the queue; one that waits there already keeps its place."""
    insert: Any = sqlite.insert if uow.dialect == "sqlite" else postgresql.insert
    changed = {name: value for name, value in row.items() if name not in _ONCE}
    statement = insert(assignment_queue).values(id=new_id(), **row)
    uow.conn.execute(statement.on_conflict_do_update(index_elements=list(_KEY), set_=changed))


def is_quiet(unit: ReadUnit, rule: str) -> bool:
    """Tell whether no record waits because nobody could be given it by a rule."""
    columns = assignment_queue.c
    waiting = select(columns.id).where(columns.rule == rule, columns.pool.is_(None)).limit(1)
    return unit.conn.execute(waiting).first() is None


def put_off(uow: UnitOfWork, entry_id: str, values: Mapping[str, Any]) -> None:
    """Write down another try that came to nothing."""
    uow.conn.execute(update(assignment_queue).where(assignment_queue.c.id == entry_id).values(**values))


def find(unit: ReadUnit, entry_id: str, *, lock: bool = False) -> Entry | None:
    """Return an entry, or None; with `lock` nobody else changes it until the unit ends."""
    statement = select(*_COLUMNS).where(assignment_queue.c.id == entry_id)
    if lock and unit.dialect == "postgresql":
        statement = statement.with_for_update()
    row = unit.conn.execute(statement).one_or_none()
    return None if row is None else Entry(*row)


def of_form(unit: ReadUnit, form_id: str, *, most: int) -> list[Entry]:
    """Return what waits of a form, oldest first."""
    columns = assignment_queue.c
    statement = select(*_COLUMNS).where(columns.form_id == form_id).order_by(columns.queued_at, columns.id)
    return [Entry(*row) for row in unit.conn.execute(statement.limit(most))]


def of_apps(unit: ReadUnit, apps: Collection[str] | None, *, most: int) -> list[Entry]:
    """Return what waits in some apps, or with None in all, oldest first."""
    columns = assignment_queue.c
    statement = select(*_COLUMNS).order_by(columns.queued_at, columns.id).limit(most)
    if apps is not None:
        statement = statement.where(columns.app_id.in_(list(apps)))
    return [Entry(*row) for row in unit.conn.execute(statement)]


def due(unit: ReadUnit, *, now: datetime, most: int) -> list[str]:
    """Return the entries that are to be tried again, the longest due first."""
    columns = assignment_queue.c
    statement = select(columns.id).where(columns.next_at <= now).order_by(columns.next_at, columns.id).limit(most)
    return list(unit.conn.scalars(statement))


def remove(uow: UnitOfWork, record_id: str, field: str) -> None:
    """Take a record out of the queue."""
    columns = assignment_queue.c
    uow.conn.execute(delete(assignment_queue).where(columns.record_id == record_id, columns.field == field))


def logged(unit: ReadUnit, form_id: str, record_id: str, *, most: int = 20) -> list[dict[str, Any]]:
    """Return what was decided about a record, newest first: `user_id`, `rule`, `why` and `at`."""
    columns = assignment_log.c
    statement = (
        select(columns.id, columns.user_id, columns.rule, columns.why, columns.at)
        .where(columns.record_id == record_id, columns.form_id == form_id)
        .order_by(columns.id.desc())
        .limit(most)
    )
    return [dict(row) for row in unit.conn.execute(statement).mappings()]
