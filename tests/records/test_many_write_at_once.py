"""Under concurrent writers unique values stay unique, numbers have no gaps and quotas are exact."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from formloom.platform.kernel.errors import FormloomError
from formloom.platform.records.record import InvalidValues, QuotaReached, Record, StaleRecord
from formloom.platform.storage.form_tables import table_of
from tests.records.conftest import Desk, OpenDesk


def at_once(count: int, work: Callable[[int], Record]) -> list[Record | FormloomError]:
    def attempt(number: int) -> Record | FormloomError:
        try:
            return work(number)
        except FormloomError as fault:
            return fault

    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(attempt, range(count)))


def test_a_hundred_of_three_hundred_get_a_place(open_desk: OpenDesk) -> None:
    desk = open_desk(settings={"quota": 100})
    outcomes = at_once(300, lambda number: desk.submit(subject=f"Visitor {number}"))
    assert sum(isinstance(one, Record) for one in outcomes) == 100
    assert sum(isinstance(one, QuotaReached) for one in outcomes) == 200
    with desk.db.read() as unit:
        assert unit.conn.scalar(select(func.count()).select_from(table_of(desk.form))) == 100


def test_a_refused_submission_takes_no_place(open_desk: OpenDesk) -> None:
    desk = open_desk(settings={"quota": 5})
    outcomes = at_once(20, lambda number: desk.submit(**({"subject": "x"} if number % 2 else {})))
    assert sum(isinstance(one, Record) for one in outcomes) == 5


def test_one_of_many_gets_the_unique_value(desk: Desk) -> None:
    outcomes = at_once(24, lambda number: desk.create(subject=f"{number}", email="same@example.com"))
    assert sum(isinstance(one, Record) for one in outcomes) == 1
    refused = [one for one in outcomes if isinstance(one, InvalidValues)]
    assert len(refused) == 23
    assert {(found.field, found.code) for one in refused for found in one.findings} == {("email", "not_unique")}


def test_numbers_have_no_gaps_although_some_are_refused(desk: Desk) -> None:
    def work(number: int) -> Record:
        email = "same@example.com" if number % 3 == 0 else f"{number}@example.com"
        return desk.create(subject="x", email=email)

    kept = [one for one in at_once(60, work) if isinstance(one, Record)]
    assert len(kept) == 41
    assert sorted(one.values["number"] for one in kept) == [f"T261123-{number:04d}" for number in range(1, 42)]


def test_of_two_changes_with_the_same_revision_one_wins(desk: Desk) -> None:
    record = desk.create(subject="start")
    outcomes = at_once(8, lambda number: desk.update(record, if_rev=1, subject=f"{number}"))
    assert sum(isinstance(one, Record) for one in outcomes) == 1
    assert sum(isinstance(one, StaleRecord) for one in outcomes) == 7
