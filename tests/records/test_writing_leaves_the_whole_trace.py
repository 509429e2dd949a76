"""A write leaves record, history and event together, or nothing at all."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from formloom.platform.kernel.errors import NotFound
from formloom.platform.records import service
from formloom.platform.records.record import InvalidValues, Record, StaleRecord, WriteOptions
from formloom.platform.storage.form_tables import table_of
from formloom.platform.storage.tables import outbox, record_history, serial_counters
from tests.records.conftest import Desk


def trace(desk: Desk, record: Record) -> list[tuple[int, str, dict[str, Any]]]:
    columns = record_history.c
    with desk.db.read() as unit:
        rows = unit.conn.execute(
            select(columns.rev, columns.act, columns.changes)
            .where(columns.record_id == record.id)
            .order_by(columns.rev)
        )
        return [(row[0], row[1], row[2]) for row in rows]


def count(desk: Desk, table: Any) -> int:
    with desk.db.read() as unit:
        return int(unit.conn.scalar(select(func.count()).select_from(table)) or 0)


def test_history_replayed_from_the_start_gives_the_record(desk: Desk) -> None:
    record = desk.create(subject="Loom", amount="1.50")
    record = desk.update(record, subject="Shuttle", note="red")
    desk.delete(record)
    record = desk.restore(record)
    steps = trace(desk, record)
    assert [step[:2] for step in steps] == [(1, "created"), (2, "updated"), (3, "deleted"), (4, "restored")]
    replayed: dict[str, Any] = {}
    for _rev, _act, changes in steps:
        for name, (before, after) in changes.items():
            assert replayed.get(name) == before
            replayed[name] = after
    shown = desk.form.dump(record.values)
    assert replayed == {name: value for name, value in shown.items() if value is not None}


def test_a_change_that_changes_nothing_is_no_event(desk: Desk) -> None:
    record = desk.create(subject="Loom", amount="1.50")
    assert desk.update(record, amount="1.5").rev == 1
    assert len(trace(desk, record)) == 1
    assert count(desk, outbox) == 1


def test_a_refused_record_leaves_nothing_and_takes_no_number(desk: Desk) -> None:
    with pytest.raises(InvalidValues) as refused:
        desk.create(amount="many")
    assert {(found.field, found.code) for found in refused.value.findings} >= {("subject", "required")}
    assert [count(desk, table) for table in (outbox, record_history, serial_counters)] == [0, 0, 0]


def test_a_listener_that_fails_takes_the_record_along(desk: Desk) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("touchpoint")

    options = WriteOptions(listeners=(fail,))
    with pytest.raises(RuntimeError):
        desk.db.write(
            lambda uow: service.create(
                uow, desk.admin, desk.form, {"subject": "x"}, now=desk.now, options=options
            )
        )  # fmt: skip
    assert count(desk, table_of(desk.form)) == count(desk, record_history) == count(desk, outbox) == 0


def test_rules_off_writes_history_but_no_event(desk: Desk) -> None:
    options = WriteOptions(rules=False)
    desk.db.write(
        lambda uow: service.create(uow, desk.admin, desk.form, {"subject": "x"}, now=desk.now, options=options)
    )
    assert (count(desk, record_history), count(desk, outbox)) == (1, 0)


def test_an_event_that_no_flow_listens_to_is_done_from_the_start(desk: Desk) -> None:
    record = desk.create(subject="Loom")
    desk.update(record, subject="Shuttle")
    with desk.db.read() as unit:
        assert unit.conn.execute(select(outbox.c.state, outbox.c.kind).order_by(outbox.c.id)).all() == [
            ("done", "record.created"), ("done", "record.updated"),
        ]  # fmt: skip


def test_a_stale_change_shows_both_sides(desk: Desk) -> None:
    record = desk.create(subject="Loom")
    desk.update(record, subject="Shuttle", if_rev=1)
    with pytest.raises(StaleRecord) as stale:
        desk.update(record, subject="Warp", if_rev=1)
    assert stale.value.params["current"] == {"subject": "Shuttle"}
    assert stale.value.params["yours"] == {"subject": "Warp"}
    assert stale.value.params["rev"] == 2


def test_a_deleted_record_is_gone_until_it_is_restored(desk: Desk) -> None:
    record = desk.create(subject="Loom", amount=2)
    desk.delete(record)
    with pytest.raises(NotFound):
        desk.update(record, subject="Warp")
    assert desk.restore(record).values["amount"] == Decimal(2)


def test_a_unique_value_taken_meanwhile_stops_the_restoring(desk: Desk) -> None:
    first = desk.create(subject="Loom", email="a@example.com")
    desk.delete(first)
    desk.create(subject="Warp", email="a@example.com")
    with pytest.raises(InvalidValues) as refused:
        desk.restore(first)
    assert [(found.field, found.code) for found in refused.value.findings] == [("email", "not_unique")]


def test_each_record_of_a_batch_stands_alone(desk: Desk) -> None:
    many = [{"subject": "a", "email": "a@example.com"}, {"amount": 1}, {"subject": "c", "email": "a@example.com"},
            {"subject": "d"}]  # fmt: skip
    results = desk.db.write(lambda uow: service.create_each(uow, desk.admin, desk.form, many, now=desk.now))
    assert [isinstance(result, Record) for result in results] == [True, False, False, True]
    numbers = [result.values["number"] for result in results if isinstance(result, Record)]
    assert numbers == ["T261123-0001", "T261123-0002"]


def test_a_visitor_cannot_fill_in_what_is_for_members(desk: Desk) -> None:
    with pytest.raises(InvalidValues) as refused:
        desk.submit(subject="Loom", note="inside")
    assert [(found.field, found.code) for found in refused.value.findings] == [("note", "unknown_field")]
