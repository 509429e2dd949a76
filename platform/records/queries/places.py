"""How many submissions a form with a quota has taken: one counter row, changed under its lock."""

from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from formloom.platform.definitions.form import FormVersion
from formloom.platform.records.queries.plans import plan_of
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import serial_counters

_FIELD = "~places"


def taken(unit: ReadUnit, form: FormVersion) -> int:
    """Return how many places are taken: the living records."""
    table = plan_of(form).table
    statement = select(func.count()).select_from(table).where(table.c.deleted_at.is_(None))
    return int(unit.conn.scalar(statement) or 0)


def take(uow: UnitOfWork, form: FormVersion, quota: int) -> bool:
    """Tell whether one more submission fits; submissions of one form wait for each other here."""
    insert: Any = sqlite.insert if uow.dialect == "sqlite" else postgresql.insert
    row = {"form_id": form.form_id, "field_id": _FIELD, "period": "", "value": 0}
    uow.conn.execute(insert(serial_counters).values(row).on_conflict_do_nothing())
    uow.conn.execute(
        update(serial_counters)
        .where(serial_counters.c.form_id == form.form_id, serial_counters.c.field_id == _FIELD)
        .values(value=serial_counters.c.value + 1)
    )
    return taken(uow, form) < quota
