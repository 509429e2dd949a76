"""An import from end to end, in this process: what comes in, what comes back, what can be stopped and undone."""

import csv
import io
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from formloom.platform.access import audit, people
from formloom.platform.access.acts import Act
from formloom.platform.access.identity import load_member
from formloom.platform.access.people import NewPerson
from formloom.platform.customers import stream
from formloom.platform.kernel.actors import Member, System
from formloom.platform.kernel.clock import FrozenClock
from formloom.platform.kernel.errors import Forbidden, NotFound
from formloom.platform.records import exports, jobs, service
from formloom.platform.records.imports import refusals, running, starting, undoing
from formloom.platform.records.imports.running import PART, House
from formloom.platform.records.queries.jobs import JobRow
from formloom.platform.records.queries.pages import Query
from formloom.platform.storage.database import Database
from formloom.platform.storage.definition_store import FormCatalog
from formloom.platform.storage.files import FileStore
from formloom.platform.storage.form_tables import table_of
from formloom.platform.storage.tables import audit_log, import_records, outbox, record_history, touchpoints
from tests.waiting import until

from .conftest import CHEAP, Desk, OpenDesk
from .tickets import BROKEN, FORM, GOOD, HEADER, bring_in, export, job_of, queue


@pytest.fixture
def ticket_desk(open_desk: OpenDesk) -> Desk:
    return open_desk(**FORM)


@pytest.fixture
def house(ticket_desk: Desk, tmp_path: Path, clock: FrozenClock) -> House:
    return House(ticket_desk.db, FileStore(tmp_path / "files"), FormCatalog(), clock, (stream.listen,))


def _values(desk: Desk, *names: str) -> list[Any]:
    table = table_of(desk.form)
    columns = [table.c[desk.form.columns[name]] for name in names]
    with desk.db.read() as unit:
        return [tuple(row) for row in unit.conn.execute(select(*columns).where(table.c.deleted_at.is_(None)))]


def _count(desk: Desk, table: Any, *where: Any) -> int:
    with desk.db.read() as unit:
        return int(unit.conn.scalar(select(func.count()).select_from(table).where(*where)) or 0)


def _refused(house: House, job: JobRow, form: Any, locale: str = "en") -> list[dict[str, str]]:
    with house.files.open(str((job.result or {})["errors"])) as source:
        text = b"".join(refusals.as_csv(source, job.payload["columns"], form, locale)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.slow
def test_every_good_row_comes_in_and_every_broken_one_comes_back_with_its_reason(
    ticket_desk: Desk, house: House
) -> None:
    content = export()
    job = bring_in(house, ticket_desk.admin, ticket_desk.form, content.encode())
    assert (job.state, job.total, job.done, job.ok, job.failed) == ("done", GOOD + BROKEN, GOOD + BROKEN, GOOD, BROKEN)
    read = list(csv.DictReader(io.StringIO(content, newline="")))
    good = [row for row in read if int(row["Ticket ID"]) < 90_000]
    stored = _values(ticket_desk, "subject", "description", "name", "email")
    assert Counter(stored) == Counter(
        (
            row["Ticket Subject"],
            row["Ticket Description"].strip().replace("\r\n", "\n"),
            row["Customer Name"],
            row["Customer Email"],
        )
        for row in good
    )
    assert len(set(_values(ticket_desk, "number"))) == GOOD
    assert Counter(row[0] for row in _values(ticket_desk, "priority"))["low"] == sum(
        row["Ticket Priority"] in {"Low", ""} for row in good
    )
    refused = _refused(house, job, ticket_desk.form)
    assert Counter(row["Import: field"] for row in refused) == {"Email": 17, "Category": 17, "Subject": 16}
    assert all(row["Import: reason"] for row in refused)
    for row in refused:
        assert read[int(row["Import: row"]) - 2]["Ticket ID"] == row["Ticket ID"]
    assert _count(ticket_desk, touchpoints) == GOOD
    assert _count(ticket_desk, record_history) == GOOD
    assert _count(ticket_desk, import_records) == GOOD


def test_the_corrected_file_of_refused_rows_can_be_imported_as_it_is(ticket_desk: Desk, house: House) -> None:
    job = bring_in(house, ticket_desk.admin, ticket_desk.form, export(good=5, broken=3).encode())
    refused = _refused(house, job, ticket_desk.form)
    assert [len(refused), list(refused[0])[3:]] == [3, HEADER]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(refused[0]))
    writer.writeheader()
    for row in refused:
        fixed = {"Customer Email": "a@example.com", "Ticket Type": "Refund request", "Ticket Subject": "Again"}
        writer.writerow({**row, **fixed})
    again = bring_in(house, ticket_desk.admin, ticket_desk.form, text.getvalue().encode())
    assert (again.ok, again.failed) == (3, 0)


def test_reasons_are_told_in_the_readers_language(ticket_desk: Desk, house: House) -> None:
    job = bring_in(house, ticket_desk.admin, ticket_desk.form, "主题,姓名,邮箱\n=1+1,,nobody\n".encode("gb18030"))
    (row,) = _refused(house, job, ticket_desk.form, "zh-CN")
    assert row["导入：行号"] == "2"
    assert row["导入：字段"].split("；") == ["邮箱", "姓名"]
    assert "必填" in row["导入：原因"]
    assert row["主题"] == "'=1+1"


def test_a_row_that_is_too_wide_is_refused_and_not_shifted(ticket_desk: Desk, house: House) -> None:
    job = bring_in(house, ticket_desk.admin, ticket_desk.form, b"subject,name\na,b\nc,d,e\nf,g,,\n")
    assert (job.ok, job.failed) == (2, 1)
    assert _refused(house, job, ticket_desk.form)[0]["Import: row"] == "3"


def test_people_are_found_by_name_or_address_and_never_guessed(ticket_desk: Desk, house: House) -> None:
    def hire(name: str, mail: str) -> str:
        new = NewPerson(mail, name, "en")
        return ticket_desk.db.write(
            lambda uow: people.insert(uow, new, status="active", password_hash=CHEAP, now=ticket_desk.now)
        )

    lin, _one, _two = hire("Lin", "lin@example.com"), hire("Twin", "t1@example.com"), hire("Twin", "t2@example.com")
    content = "subject,name,assignee\na,n,LIN\nb,n,Lin@Example.com\nc,n,Twin\nd,n,Nobody\ne,n,\n"
    job = bring_in(house, ticket_desk.admin, ticket_desk.form, content.encode())
    assert sorted(_values(ticket_desk, "subject", "assignee"), key=str) == [("a", lin), ("b", lin), ("e", None)]
    assert [row["subject"] for row in _refused(house, job, ticket_desk.form)] == ["c", "d"]


def test_several_people_stand_in_one_cell_by_name(ticket_desk: Desk, house: House) -> None:
    def hire(name: str) -> str:
        new = NewPerson(f"{name}@example.com", name, "en")
        return ticket_desk.db.write(
            lambda uow: people.insert(uow, new, status="active", password_hash=CHEAP, now=ticket_desk.now)
        )

    lin, mei = hire("Lin"), hire("Mei")
    content = "subject,name,crew\na,n,Mei、lin\nb,n,Lin; Nobody\nc,n,\n"
    job = bring_in(house, ticket_desk.admin, ticket_desk.form, content.encode())
    assert sorted(_values(ticket_desk, "subject", "crew"), key=str) == [("a", f'["{mei}","{lin}"]'), ("c", None)]
    assert [row["subject"] for row in _refused(house, job, ticket_desk.form)] == ["b"]
    target = io.BytesIO()
    with ticket_desk.db.read() as unit:
        exports.write(
            unit, ticket_desk.admin, ticket_desk.form, Query(), target, fields=["crew"], kind="csv", locale="en"
        )
    written = [row[0] for row in csv.reader(io.StringIO(target.getvalue().decode("utf-8-sig")))]
    assert sorted(written) == ["", "Crew", "Mei, Lin"]


@pytest.mark.parametrize(("rules", "messages"), [(False, False), (True, False), (True, True)])
def test_the_switches_travel_with_the_events(ticket_desk: Desk, house: House, rules: bool, messages: bool) -> None:
    content = export(good=4, broken=0).encode()
    job = bring_in(house, ticket_desk.admin, ticket_desk.form, content, rules=rules, messages=messages)
    with ticket_desk.db.read() as unit:
        payloads = list(unit.conn.scalars(select(outbox.c.payload)))
    assert len(payloads) == (4 if rules else 0)
    assert all(one["messages"] is messages and one["context"]["import"] == job.id for one in payloads)


def test_an_import_that_is_cancelled_stops_and_what_it_made_can_be_undone(ticket_desk: Desk, house: House) -> None:
    job_id = queue(house, ticket_desk.admin, ticket_desk.form, export(good=3 * PART, broken=3).encode())

    def cancel(_done: int, _total: int) -> None:
        ticket_desk.db.write(lambda uow: jobs.cancel(uow, ticket_desk.admin, job_id, now=ticket_desk.now))

    running.run(house, job_id, progress=cancel)
    job = job_of(house, job_id)
    assert (job.state, job.done) == ("cancelled", PART)
    assert len(_values(ticket_desk, "subject")) == job.ok
    with pytest.raises(jobs.JobNotRunning):
        cancel(0, 0)
    undone = _undo(house, ticket_desk.admin, job_id)
    assert (undone.state, undone.result and undone.result["removed"]) == ("undone", job.ok)
    assert _values(ticket_desk, "subject") == []


def test_a_job_that_was_cancelled_while_it_waited_never_begins(ticket_desk: Desk, house: House) -> None:
    job_id = queue(house, ticket_desk.admin, ticket_desk.form, export(good=3, broken=0).encode())
    ticket_desk.db.write(lambda uow: jobs.cancel(uow, ticket_desk.admin, job_id, now=ticket_desk.now))
    running.run(house, job_id)
    assert (job_of(house, job_id).state, _values(ticket_desk, "subject")) == ("cancelled", [])


def test_a_job_is_done_once_however_often_it_is_started(ticket_desk: Desk, house: House) -> None:
    job_id = queue(house, ticket_desk.admin, ticket_desk.form, export(good=3, broken=0).encode())
    for _ in range(2):
        running.run(house, job_id)
    assert len(_values(ticket_desk, "subject")) == 3


def _undo(house: House, actor: Member, job_id: str) -> JobRow:
    return house.db.write(lambda uow: undoing.undo(uow, actor, house, job_id, now=house.clock.now()))


def test_undo_keeps_what_a_person_changed_and_takes_what_a_flow_changed(ticket_desk: Desk, house: House) -> None:
    job = bring_in(house, ticket_desk.admin, ticket_desk.form, export(good=4, broken=0).encode())
    table = table_of(ticket_desk.form)
    with ticket_desk.db.read() as unit:
        first, second, third = list(unit.conn.scalars(select(table.c.id).order_by(table.c.id)))[:3]
    form, now = ticket_desk.form, ticket_desk.now
    change = {"priority": "critical"}
    ticket_desk.db.write(lambda uow: service.update(uow, ticket_desk.admin, form, first, change, now=now))
    ticket_desk.db.write(lambda uow: service.update(uow, System("flow"), form, second, change, now=now))
    ticket_desk.db.write(lambda uow: service.delete(uow, ticket_desk.admin, form, third, now=now))
    undone = _undo(house, ticket_desk.admin, job.id)
    assert undone.result is not None
    assert (undone.result["removed"], undone.result["kept"]) == (2, 1)
    with ticket_desk.db.read() as unit:
        assert list(unit.conn.scalars(select(table.c.id).where(table.c.deleted_at.is_(None)))) == [first]
    assert _count(ticket_desk, record_history, record_history.c.act == "deleted") == 3
    with pytest.raises(undoing.JobNotUndoable):
        _undo(house, ticket_desk.admin, job.id)
    ticket_desk.db.write(lambda uow: service.restore(uow, ticket_desk.admin, form, second, now=now))


def test_a_job_whose_process_is_silent_is_found_failed_and_can_be_undone(
    ticket_desk: Desk, house: House, clock: FrozenClock
) -> None:
    job_id = queue(house, ticket_desk.admin, ticket_desk.form, export(good=2 * PART, broken=0).encode())

    class Killed(BaseException):
        pass

    def die(_done: int, _total: int) -> None:
        raise Killed

    ended = running._end
    running._end = lambda *_: None  # a killed process writes no end
    try:
        with pytest.raises(Killed):
            running.run(house, job_id, progress=die)
    finally:
        running._end = ended
    house.db.write(lambda uow: jobs.bury_silent(uow, now=clock.now()))
    assert job_of(house, job_id).state == "running"
    clock.advance(jobs.LONGEST_SILENCE + timedelta(seconds=1))
    house.db.write(lambda uow: jobs.bury_silent(uow, now=clock.now()))
    job = job_of(house, job_id)
    assert (job.state, job.ok) == ("failed", PART)
    assert _undo(house, ticket_desk.admin, job_id).state == "undone"
    assert _values(ticket_desk, "subject") == []


def test_somebody_elses_job_and_upload_are_not_found(ticket_desk: Desk, house: House, clock: FrozenClock) -> None:
    new = NewPerson("eve@example.com", "Eve", "en")
    eve_id = house.db.write(lambda uow: people.insert(uow, new, status="active", password_hash=CHEAP, now=clock.now()))
    job_id = queue(house, ticket_desk.admin, ticket_desk.form, b"subject,name\na,b\n")
    upload = starting.keep(house.files, io.BytesIO(b"subject\na\n"), "t.csv")
    kept, _mapping = house.db.write(
        lambda uow: starting.preview(uow, ticket_desk.admin, ticket_desk.form, upload, now=clock.now())
    )
    with house.db.read() as unit:
        eve = load_member(unit, eve_id)
        assert eve is not None
        assert jobs.listing(unit, eve) == []
        assert [job.id for job in jobs.listing(unit, ticket_desk.admin)] == [job_id]
        with pytest.raises(NotFound):
            jobs.read(unit, eve, job_id)
        with pytest.raises(NotFound):
            starting.reopen(unit, house.files, eve, ticket_desk.form, kept, now=clock.now())
        assert (
            starting.reopen(unit, house.files, ticket_desk.admin, ticket_desk.form, kept, now=clock.now()).found.total
            == 1
        )
        clock.advance(timedelta(hours=25))
        with pytest.raises(NotFound):
            starting.reopen(unit, house.files, ticket_desk.admin, ticket_desk.form, kept, now=clock.now())
    with pytest.raises((Forbidden, NotFound)):
        house.db.write(lambda uow: starting.start(uow, eve, ticket_desk.form, upload, starting.Wish(), now=clock.now()))


def test_imports_and_their_undoing_stand_in_the_audit_log(ticket_desk: Desk, house: House) -> None:
    job = bring_in(house, ticket_desk.admin, ticket_desk.form, export(good=2, broken=0).encode())
    _undo(house, ticket_desk.admin, job.id)
    with house.db.read() as unit:
        notes = list(unit.conn.scalars(select(audit_log.c.detail).where(audit_log.c.act == Act.RECORD_IMPORT.value)))
        assert audit.verify(unit, System("test")).ok
    assert [note.get("job") or note.get("undone") for note in notes] == [job.id, job.id]


def _unique_form() -> dict[str, Any]:
    fields = [{**one, "unique": one["id"] == "email"} for one in FORM["fields"]]
    return {**FORM, "fields": fields}


def test_two_imports_at_once_take_each_unique_value_exactly_once(
    open_desk: OpenDesk, database_url: str, tmp_path: Path, clock: FrozenClock
) -> None:
    desk = open_desk(**_unique_form())
    files = FileStore(tmp_path / "files")
    houses = [House(Database(database_url), files, FormCatalog(), clock, (stream.listen,)) for _ in range(2)]
    content = export(good=3 * PART, broken=0).encode()
    ids = [queue(house, desk.admin, desk.form, content) for house in houses]
    _together([lambda house=house, job=job: running.run(house, job) for house, job in zip(houses, ids, strict=True)])
    ended = [job_of(houses[0], job) for job in ids]
    assert [job.state for job in ended] == ["done", "done"]
    assert sum(job.ok for job in ended) == 3 * PART
    assert sum(job.failed for job in ended) == 3 * PART
    assert Counter(_values(desk, "email")).most_common(1)[0][1] == 1
    for house in houses:
        house.db.close()


def test_others_write_while_an_import_runs(ticket_desk: Desk, house: House, database_url: str) -> None:
    job_id = queue(house, ticket_desk.admin, ticket_desk.form, export(good=6 * PART, broken=0).encode())
    other = House(Database(database_url), house.files, FormCatalog(), house.clock, house.listeners)
    done = threading.Event()

    written = 0

    def let_one_write(_done: int, _total: int) -> None:
        before = written
        until(lambda: written > before, "nobody could write between two parts")

    def run() -> None:
        try:
            running.run(other, job_id, progress=let_one_write)
        finally:
            done.set()

    def write() -> None:
        nonlocal written
        while not done.is_set():
            ticket_desk.create(subject="beside", name="n")
            written += 1

    _together([run, write])
    assert job_of(house, job_id).ok == 6 * PART
    assert Counter(row[0] for row in _values(ticket_desk, "subject"))["beside"] == written
    other.db.close()


def _together(acts: list[Callable[[], None]]) -> None:
    failed: list[BaseException] = []

    def guarded(act: Callable[[], None]) -> None:
        try:
            act()
        except BaseException as fault:  # noqa: BLE001 - shown by the assertion
            failed.append(fault)

    threads = [threading.Thread(target=guarded, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed, failed
