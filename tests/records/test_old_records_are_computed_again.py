"""A formula that is added or changed reaches records that are there already: by a job, and as no change of theirs."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.clock import FrozenClock
from formloom.platform.records import job_kinds, jobs, recomputing, service
from formloom.platform.records.house import House
from formloom.platform.records.queries import jobs as rows
from formloom.platform.records.queries import sweeps
from formloom.platform.records.record import Record
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.definition_store import FormCatalog
from formloom.platform.storage.files import FileStore
from formloom.platform.storage.publishing import publish_form
from formloom.platform.storage.tables import outbox, record_history

from .conftest import FIELDS, Desk

TWICE = {"id": "twice", "type": "formula", "formula": "amount*2"}
MORE = {"id": "more", "type": "formula", "formula": "twice+1"}
WHO = {"id": "who", "type": "formula", "result": "text", "formula": 'GETUSERNAME()&RECNO()&IF(twice>10,"!","")'}


@pytest.fixture
def house(desk: Desk, clock: FrozenClock, tmp_path: Path) -> House:
    """Return what a job's process has."""
    return House(desk.db, FileStore(tmp_path / "files"), FormCatalog(), clock)


def publish(desk: Desk, *fields: dict[str, Any]) -> tuple[FormVersion, str | None]:
    """Publish the form with more fields; return it with the job that computes the older records."""
    document = {
        "title": {"en": "Ticket"},
        "fields": [{"label": {"en": one["id"]}, **one} for one in (*FIELDS, *fields)],
    }

    def work(uow: Any) -> tuple[FormVersion, str | None]:
        form = publish_form(uow, store.find(uow, desk.form.form_id), document, by=None, now=desk.now)
        before = store.built_version(uow, desk.form.form_id, form.version - 1)
        assert before is not None
        return form, recomputing.plan(uow, desk.admin, before, form, now=desk.now)

    return desk.db.write(work)


def read(desk: Desk, form: FormVersion, record: Record) -> Record:
    with desk.db.read() as unit:
        return service.read(unit, desk.admin, form, record.id)


def counted(desk: Desk, table: Any) -> int:
    with desk.db.read() as unit:
        return int(unit.conn.scalar(select(func.count()).select_from(table)) or 0)


def test_records_get_the_values_and_count_as_unchanged(
    desk: Desk, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recomputing, "PART", 2)
    made = [desk.create(subject="a", amount=amount) for amount in (1, 2, 30)]
    desk.delete(made[1])
    noted = counted(desk, outbox), counted(desk, record_history)
    form, job_id = publish(desk, TWICE, MORE, WHO)
    assert job_id is not None
    job_kinds.run(house, job_id)
    with desk.db.read() as unit:
        job = jobs.read(unit, desk.admin, job_id)
    assert (job.state, job.done, job.total, job.ok) == ("done", 3, 3, 3)
    found = read(desk, form, made[2])
    assert (found.values["twice"], found.values["more"], found.values["who"]) == (60, 61, "Ada3!")
    assert (found.rev, found.updated_at) == (made[2].rev, made[2].updated_at)
    assert (counted(desk, outbox), counted(desk, record_history)) == noted
    restored = desk.db.write(lambda uow: service.restore(uow, desk.admin, form, made[1].id, now=desk.now))
    assert restored.values["twice"] == 4, "the trash is computed too"


def test_only_what_changed_is_computed_and_nothing_when_nothing_did(desk: Desk, house: House) -> None:
    desk.create(subject="a", amount=1)
    form, first = publish(desk, TWICE, MORE)
    assert first is not None
    job_kinds.run(house, first)
    assert publish(desk, TWICE, MORE)[1] is None
    _form, second = publish(desk, {**TWICE, "formula": "amount*3"}, MORE)
    with desk.db.read() as unit:
        payload = jobs.read(unit, desk.admin, str(second)).payload
    assert payload["fields"] == ["more", "twice"], "what depends on it, too"
    assert form.computed_anew(form) == set()


def test_a_job_that_broke_off_goes_on_where_it_stopped(desk: Desk, house: House, clock: FrozenClock) -> None:
    for _number in range(3):
        desk.create(subject="a", amount=1)
    _form, job_id = publish(desk, TWICE)
    assert job_id is not None
    desk.db.write(lambda uow: jobs.claim(uow, job_id, now=clock.now()))
    with desk.db.read() as unit:
        job = rows.find(unit, job_id)
    assert job is not None
    recomputing.PART, kept = 2, recomputing.PART
    try:
        desk.db.write(lambda uow: recomputing._part(house, uow, job, clock.now()))
        clock.advance(timedelta(minutes=5))
        assert desk.db.write(lambda uow: jobs.bury_silent(uow, now=clock.now())) == [job_id]
        job_kinds.run(house, job_id)
    finally:
        recomputing.PART = kept
    with desk.db.read() as unit:
        ended = jobs.read(unit, desk.admin, job_id)
    assert (ended.state, ended.done, ended.ok) == ("done", 3, 3)


def test_a_later_publication_takes_over_what_was_left(desk: Desk, house: House) -> None:
    made = desk.create(subject="a", amount=4)
    _form, first = publish(desk, TWICE)
    form, second = publish(desk, TWICE, WHO)
    assert first is not None and second is not None
    with desk.db.read() as unit:
        assert jobs.read(unit, desk.admin, first).state == "cancelled"
    job_kinds.run(house, second)
    assert read(desk, form, made).values["twice"] == 8


def test_a_record_that_is_written_meanwhile_keeps_what_was_written(desk: Desk, house: House) -> None:

    made = desk.create(subject="a", amount=4)
    form, _job = publish(desk, TWICE)
    with desk.db.read() as unit:
        (stale,) = sweeps.after(unit, form, "", limit=5)
    desk.form = form
    desk.update(made, amount=10)
    stale.values["twice"] = Decimal(8)
    desk.db.write(lambda uow: sweeps.put(uow, form, ["twice"], [stale]))
    assert read(desk, form, made).values["twice"] == 20
