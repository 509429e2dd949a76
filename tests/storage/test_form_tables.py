"""Publishing a form makes and widens its table, keeps what was there, and happens wholly or not at all."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, inspect, select

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.ids import new_id
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import Database, UnitOfWork
from formloom.platform.storage.form_tables import DuplicatesExist, table_of
from formloom.platform.storage.publishing import publish_form
from formloom.platform.storage.tables import apps

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def document(*fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": {"zh-CN": "工单", "en": "Ticket"},
        "fields": [{"label": {"en": one["id"]}, **one} for one in fields],
    }


SUBJECT = {"id": "subject", "type": "text"}
AMOUNT = {"id": "amount", "type": "number", "decimals": 2}


@pytest.fixture
def form_id(db: Database) -> str:
    def work(uow: UnitOfWork) -> str:
        app_id = new_id()
        uow.conn.execute(apps.insert().values(id=app_id, key="desk", created_at=NOW))
        return store.create(uow, app_id=app_id, kind="form", key="ticket", document=document(SUBJECT), by=None, now=NOW)

    return db.write(work)


def publish(db: Database, form_id: str, *fields: dict[str, Any]) -> FormVersion:
    return db.write(lambda uow: publish_form(uow, store.find(uow, form_id), document(*fields), by=None, now=NOW))


def add(db: Database, form: FormVersion, **values: Any) -> str:
    made = new_id()
    row: dict[str, Any] = {"id": made, "rev": 1, "created_at": NOW, "updated_at": NOW}
    row |= {
        form.columns[name]: form.field(name).type.to_column(value, form.field(name).cfg)
        for name, value in values.items()
    }
    db.write(lambda uow: uow.conn.execute(table_of(form).insert().values(row)))
    return made


def column(db: Database, form: FormVersion, field_id: str) -> list[Any]:
    with db.read() as unit:
        return list(unit.conn.scalars(select(table_of(form).c[form.columns[field_id]]).order_by(table_of(form).c.id)))


def test_the_first_version_makes_a_readable_table(db: Database, form_id: str) -> None:
    form = publish(db, form_id, SUBJECT, AMOUNT)
    assert form.table == "form_desk_ticket"
    with db.read() as unit:
        assert {"id", "rev", "subject", "amount"} <= {one["name"] for one in inspect(unit.conn).get_columns(form.table)}


def test_a_removed_field_keeps_its_column_and_finds_its_values_again(db: Database, form_id: str) -> None:
    form = publish(db, form_id, SUBJECT, AMOUNT)
    add(db, form, subject="a")
    without = publish(db, form_id, AMOUNT)
    assert "subject" not in without.columns
    again = publish(db, form_id, SUBJECT, AMOUNT)
    assert column(db, again, "subject") == ["a"]


def test_a_change_of_type_makes_a_new_column_beside_the_old_one(db: Database, form_id: str) -> None:
    form = publish(db, form_id, {"id": "size", "type": "text"})
    add(db, form, size="12.5")
    new = publish(db, form_id, {"id": "size", "type": "number", "decimals": 1})
    assert new.columns["size"] == "size__2"
    assert column(db, form, "size") == ["12.5"]


def test_texts_and_markup_never_share_a_column_and_likes_do(db: Database, form_id: str) -> None:
    publish(db, form_id, {"id": "note", "type": "text"})
    assert publish(db, form_id, {"id": "note", "type": "textarea"}).columns["note"] == "note"
    assert publish(db, form_id, {"id": "note", "type": "richtext"}).columns["note"] == "note__2"
    assert publish(db, form_id, {"id": "note", "type": "text"}).columns["note"] == "note"


def test_a_failing_publish_leaves_neither_version_nor_column(db: Database, form_id: str) -> None:
    publish(db, form_id, SUBJECT)

    def work(uow: UnitOfWork) -> None:
        publish_form(uow, store.find(uow, form_id), document(SUBJECT, AMOUNT), by=None, now=NOW)
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        db.write(work)
    with db.read() as unit:
        assert store.find(unit, form_id).version == 1
        assert "amount" not in {one["name"] for one in inspect(unit.conn).get_columns("form_desk_ticket")}


def test_a_field_cannot_become_unique_while_values_stand_twice(db: Database, form_id: str) -> None:
    form = publish(db, form_id, SUBJECT)
    add(db, form, subject="same")
    add(db, form, subject="same")
    with pytest.raises(DuplicatesExist):
        publish(db, form_id, {**SUBJECT, "unique": True})


def test_a_rolled_back_version_is_not_remembered(db: Database, form_id: str) -> None:
    catalog = store.FormCatalog()
    publish(db, form_id, SUBJECT)

    def work(uow: UnitOfWork) -> None:
        publish_form(uow, store.find(uow, form_id), document(SUBJECT, AMOUNT), by=None, now=NOW)
        assert "amount" in catalog.current(uow, form_id).by_id
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        db.write(work)
    publish(db, form_id, SUBJECT, {"id": "other", "type": "date"})
    with db.read() as unit:
        assert set(catalog.current(unit, form_id).by_id) == {"subject", "other"}


def test_decimals_survive_exactly(db: Database, form_id: str) -> None:
    form = publish(db, form_id, AMOUNT)
    add(db, form, amount=Decimal("90071992547409.93"))
    with db.read() as unit:
        table = table_of(form)
        assert str(unit.conn.scalar(select(func.sum(table.c.amount)))) == "90071992547409.93"
