"""Marks of answers: a hash each, unique in its form."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import answer_marks


def there(unit: ReadUnit, form_id: str, marks: Iterable[str]) -> frozenset[str]:
    """Return those of the marks that are set."""
    columns = answer_marks.c
    wanted = list(marks)
    if not wanted:
        return frozenset()
    return frozenset(
        unit.conn.scalars(select(columns.mark).where(columns.form_id == form_id, columns.mark.in_(wanted)))
    )


def put(uow: UnitOfWork, form_id: str, mark: str, record_id: str, *, now: datetime) -> bool:
    """Set a mark; tell whether it was free. Who sets the same one at the same moment waits for the other."""
    insert = sqlite.insert if uow.dialect == "sqlite" else postgresql.insert
    row = {"form_id": form_id, "mark": mark, "record_id": record_id, "at": now}
    statement = insert(answer_marks).values(row).on_conflict_do_nothing().returning(answer_marks.c.mark)
    return uow.conn.scalar(statement) is not None


def take_back(uow: UnitOfWork, form_id: str, marks: Iterable[str], record_id: str) -> None:
    """Free those of the marks that a record set."""
    columns = answer_marks.c
    mine = (columns.form_id == form_id, columns.mark.in_(list(marks)), columns.record_id == record_id)
    uow.conn.execute(delete(answer_marks).where(*mine))
