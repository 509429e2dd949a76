"""Forms made of a few fields, and a world in which some people, departments and files exist."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from formloom.platform.definitions.fields.base import CleanContext
from formloom.platform.definitions.form import FormVersion
from formloom.platform.records.queries.child_rows import RowPlan
from formloom.platform.storage.database import Database, UnitOfWork
from formloom.platform.storage.form_tables import RESERVED, table_of

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
PEOPLE = frozenset({"u1", "u2"})
RECORDS = frozenset({"r1", "r2"})
DEPARTMENTS = frozenset({"d1", "d2"})
FILES = {
    "f1": {"id": "f1", "name": "plan.pdf", "size_bytes": 12, "type": "application/pdf"},
    "f2": {"id": "f2", "name": "照片.png", "size_bytes": 34, "type": "image/png"},
}
MakeForm = Callable[..., FormVersion]


def _known(everybody: Collection[str]) -> Callable[[Collection[str]], Collection[str]]:
    return lambda ids: [one for one in ids if one in everybody]


def _files(_field: str, ids: Collection[str]) -> Mapping[str, Mapping[str, Any]]:
    return {one: FILES[one] for one in ids if one in FILES}


@pytest.fixture(scope="session")
def ctx() -> CleanContext:
    """Return a world with the users u1, u2, the departments d1, d2, the records r1, r2 and the files f1, f2, at a fixed moment."""
    return CleanContext(
        now=NOW, users=_known(PEOPLE), departments=_known(DEPARTMENTS), files=_files,
        records=lambda _field, ids: _known(RECORDS)(ids),
    )  # fmt: skip


@pytest.fixture(scope="session")
def make_form() -> MakeForm:
    """Return the function that builds a form version from field documents and further parts of the document."""

    def make(*fields: Mapping[str, Any], **parts: Any) -> FormVersion:
        entries = [{"label": {"zh-CN": one["id"], "en": one["id"]}, **one} for one in fields]
        return FormVersion.build(
            form_id="f", app_id="a", app_key="desk", key="ticket", version=1, table="form_desk_ticket",
            document={"title": {"zh-CN": "工单", "en": "Ticket"}, "fields": entries, **parts},
            columns={one["id"]: one["id"] for one in entries} | _inside(entries),
        )  # fmt: skip

    return make


def _inside(entries: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the tables of sub-forms and their columns."""
    with_rows = [one for one in entries if one["type"] == "subform"]
    tables = {f"{one['id']}.": f"form_desk_ticket__{one['id']}" for one in with_rows}
    return tables | {f"{one['id']}.{inner['id']}": inner["id"] for one in with_rows for inner in one.get("columns", ())}


class Shelf:
    """A form's table with what SQL conditions need: columns by field id, and a way to put records in."""

    def __init__(self, db: Database, form: FormVersion) -> None:
        self.db, self.form, self.table = db, form, table_of(form)
        reserved = {name: self.table.c[name] for name in RESERVED if name != "deleted_at"}
        self.columns = reserved | {item.id: self.table.c[form.columns[item.id]] for item in form.stored}
        self._rows = {item.id: RowPlan(item.rows) for item in form.with_rows if item.rows}
        for name, plan in self._rows.items():
            inner: Any = form.by_id[name].rows
            self.columns |= {f"{name}.{one.id}": plan.table.c[inner.columns[one.id]] for one in inner.stored}
        db.write(
            lambda uow: [one.create(uow.conn) for one in (self.table, *(plan.table for plan in self._rows.values()))]
        )

    def put(self, uow: UnitOfWork, reserved: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Store one record of clean values."""
        row = {
            self.form.columns[item.id]: item.type.to_column(values.get(item.id), item.cfg) for item in self.form.stored
        }
        uow.conn.execute(self.table.insert(), [{**reserved, **row}])
        for name, plan in self._rows.items():
            rows = [plan.stored(reserved["id"], place, one) for place, one in enumerate(values.get(name) or ())]
            if rows:
                uow.conn.execute(plan.table.insert(), rows)


@pytest.fixture
def shelve(db: Database) -> Callable[[FormVersion], Shelf]:
    """Return the function that makes the table of a form, on each database."""
    return lambda form: Shelf(db, form)
