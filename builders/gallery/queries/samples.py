"""Which records are sample data, which of them people have worked on since, and taking the others away for good."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Table, or_, select

from formloom.platform.definitions.form import FormVersion
from formloom.platform.records.queries import child_rows
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.form_tables import table_of
from formloom.platform.storage.tables import (
    assignment_log,
    comments,
    customer_keys,
    customers,
    deliveries,
    flow_runs,
    notifications,
    outbox,
    record_history,
    sample_records,
    timers,
    touchpoints,
)

CHUNK = 400
_TRACES: tuple[Table, ...] = (
    record_history, comments, touchpoints, assignment_log, notifications, timers, flow_runs, outbox, deliveries,
)  # fmt: skip


def mark(uow: UnitOfWork, slug: str, form_id: str, records: Iterable[tuple[str, int]]) -> None:
    """Remember (record id, revision) pairs as sample data of a package."""
    rows = [{"slug": slug, "form_id": form_id, "record_id": record_id, "rev": rev} for record_id, rev in records]
    if rows:
        uow.conn.execute(sample_records.insert(), rows)


def marked(unit: ReadUnit, slug: str) -> dict[str, list[str]]:
    """Return form id → ids of the sample records of a package."""
    found: dict[str, list[str]] = {}
    statement = select(sample_records.c.form_id, sample_records.c.record_id).where(sample_records.c.slug == slug)
    for row in unit.conn.execute(statement.order_by(sample_records.c.record_id)):
        found.setdefault(row.form_id, []).append(row.record_id)
    return found


def unmark(uow: UnitOfWork, slug: str) -> None:
    """Treat what is left of a package's sample data as ordinary records."""
    uow.conn.execute(sample_records.delete().where(sample_records.c.slug == slug))


def touched_by_people(unit: ReadUnit, record_ids: Sequence[str]) -> set[str]:
    """Return those that a member or a visitor changed or commented on; what rules did does not count."""
    by_people = ("member", "public")
    found: set[str] = set()
    for part in _chunks(record_ids):
        edits = select(record_history.c.record_id).where(
            record_history.c.record_id.in_(part), record_history.c.actor_kind.in_(by_people)
        )
        remarks = select(comments.c.record_id).where(
            comments.c.record_id.in_(part), comments.c.actor_kind.in_(by_people)
        )
        found.update(unit.conn.scalars(edits.union(remarks)))
    return found


def erase(uow: UnitOfWork, form: FormVersion, record_ids: Sequence[str]) -> int:
    """Delete sample records with everything that hangs on them, for good; return how many there were."""
    table = table_of(form)
    erased = 0
    for part in _chunks(record_ids):
        met = set(
            uow.conn.scalars(
                select(touchpoints.c.customer_id).where(
                    touchpoints.c.record_id.in_(part), touchpoints.c.customer_id.is_not(None)
                )
            )
        )
        for traces in _TRACES:
            uow.conn.execute(traces.delete().where(traces.c.record_id.in_(part)))
        child_rows.erase(uow, form, part)
        erased += uow.conn.execute(table.delete().where(table.c.id.in_(part))).rowcount
        _forget_strangers(uow, [one for one in met if one])
    return erased


def _forget_strangers(uow: UnitOfWork, customer_ids: Sequence[str]) -> None:
    """Delete the customers whom nothing but sample data spoke of."""
    for part in _chunks(customer_ids):
        known = set(uow.conn.scalars(select(touchpoints.c.customer_id).where(touchpoints.c.customer_id.in_(part))))
        known |= set(uow.conn.scalars(select(customers.c.merged_into).where(customers.c.merged_into.in_(part))))
        gone = [one for one in part if one not in known]
        uow.conn.execute(customer_keys.delete().where(customer_keys.c.customer_id.in_(gone)))
        uow.conn.execute(customers.delete().where(or_(customers.c.id.in_(gone))))


def _chunks(ids: Sequence[str]) -> Iterable[list[str]]:
    for start in range(0, len(ids), CHUNK):
        yield list(ids[start : start + CHUNK])
