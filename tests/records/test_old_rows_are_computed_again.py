"""A column formula that is added or changed reaches rows that are there already, and what is added up from them."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.clock import FrozenClock
from formloom.platform.records import recomputing, service
from formloom.platform.records.house import House
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.definition_store import FormCatalog
from formloom.platform.storage.files import FileStore
from formloom.platform.storage.publishing import publish_form
from formloom.platform.storage.tables import outbox, record_history

from .conftest import Desk, OpenDesk


def named(entry: dict[str, Any]) -> dict[str, Any]:
    return {"label": {"en": entry["id"]}, **entry}


def document(amount: str | None, total: str = "SUM(items.amount)", rate: str = "1") -> dict[str, Any]:
    columns = [{"id": "price", "type": "number"}, {"id": "pieces", "type": "number"}]
    computed = [{"id": "amount", "type": "formula", "formula": amount}] if amount else []
    fields = [
        {"id": "name", "type": "text"},
        {"id": "rate", "type": "formula", "formula": rate},
        {"id": "items", "type": "subform", "columns": [named(one) for one in (*columns, *computed)]},
        *([{"id": "total", "type": "formula", "formula": total}] if amount else []),
    ]
    return {"title": {"en": "Order"}, "fields": [named(one) for one in fields]}


@pytest.fixture
def orders(open_desk: OpenDesk) -> Desk:
    return open_desk(**document(None))


@pytest.fixture
def house(orders: Desk, clock: FrozenClock, tmp_path: Path) -> House:
    return House(orders.db, FileStore(tmp_path / "files"), FormCatalog(), clock)


def publish(desk: Desk, house: House, wanted: dict[str, Any]) -> FormVersion:
    """Publish a version and do what it leaves to do."""

    def work(uow: Any) -> tuple[FormVersion, str | None]:
        form = publish_form(uow, store.find(uow, desk.form.form_id), wanted, by=None, now=desk.now)
        before = store.built_version(uow, desk.form.form_id, form.version - 1)
        assert before is not None
        return form, recomputing.plan(uow, desk.admin, before, form, now=desk.now)

    form, job = desk.db.write(work)
    if job:
        recomputing.run(house, job)
    desk.form = form
    return form


def shown(desk: Desk, record_id: str) -> tuple[Any, ...]:
    with desk.db.read() as unit:
        record = service.read(unit, desk.admin, desk.form, record_id)
    values = desk.form.dump(record.values)
    rows: Any = values["items"] or ()
    return [row.get("amount") for row in rows], values.get("total"), record.rev


def traces(desk: Desk) -> tuple[int, int]:
    with desk.db.read() as unit:
        return tuple(
            int(unit.conn.scalar(select(func.count()).select_from(one)) or 0) for one in (outbox, record_history)
        )


def test_an_added_column_is_computed_in_old_rows_and_added_up(orders: Desk, house: House) -> None:
    made = orders.create(name="a", items=[{"price": 2, "pieces": 3}, {"price": 5, "pieces": 1}])
    empty = orders.create(name="b")
    before = traces(orders)
    publish(orders, house, document("price*pieces"))
    assert shown(orders, made.id) == (["6.00", "5.00"], "11.00", 1)
    assert shown(orders, empty.id) == ([], "0.00", 1)
    assert traces(orders) == before


def test_a_changed_column_changes_old_rows_and_their_sum(orders: Desk, house: House) -> None:
    publish(orders, house, document("price*pieces"))
    made = orders.create(name="a", items=[{"price": 2, "pieces": 3}, {"price": 5, "pieces": 1}])
    with orders.db.read() as unit:
        ids = [row["id"] for row in service.read(unit, orders.admin, orders.form, made.id).values["items"]]
    publish(orders, house, document("price*pieces*10"))
    assert shown(orders, made.id) == (["60.00", "50.00"], "110.00", 1)
    with orders.db.read() as unit:
        after = service.read(unit, orders.admin, orders.form, made.id).values["items"]
    assert [row["id"] for row in after] == ids
    assert [str(row["price"]) for row in after] == ["2.00", "5.00"]


def test_a_column_over_a_field_of_the_form_follows_a_change_of_that_field(orders: Desk, house: House) -> None:
    publish(orders, house, document("price*rate"))
    made = orders.create(name="a", items=[{"price": 2}])
    publish(orders, house, document("price*rate", rate="7"))
    assert shown(orders, made.id)[0] == ["14.00"]


def test_nothing_is_done_where_no_formula_changed(orders: Desk, house: House) -> None:
    publish(orders, house, document("price*pieces"))
    orders.create(name="a", items=[{"price": 2, "pieces": 3}])
    before = orders.form
    after = publish(orders, house, document("price*pieces"))
    assert after.computed_anew(before) == set()
