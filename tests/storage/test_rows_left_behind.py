"""What a unit leaves behind is written with it: all of it, in order, or none."""

from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import func, select, text

from formloom.platform.kernel.ids import new_id
from formloom.platform.storage import access_epoch
from formloom.platform.storage.database import AssumptionWrong, Database, UnitOfWork
from formloom.platform.storage.prepared import Insertion, PreparedInsert
from formloom.platform.storage.tables import departments, settings
from tests.conftest import POSTGRES

_SETTING = PreparedInsert(settings)
_DEPARTMENT = PreparedInsert(departments)


def setting(key: str) -> Insertion:
    return _SETTING, [{"key": key, "value": {"of": key}}]


def department(name: str) -> Insertion:
    return _DEPARTMENT, [{"id": new_id(), "title": {"en": name}, "position": 0, "created_at": datetime.now(UTC)}]


def count(db: Database, table: Any) -> int:
    with db.read() as unit:
        return int(unit.conn.scalar(select(func.count()).select_from(table).where(table.c[0] != "access_epoch")) or 0)


def test_rows_of_several_tables_are_written_together(db: Database) -> None:
    db.write(lambda uow: uow.leave(setting("a"), department("b")))
    assert (count(db, settings), count(db, departments)) == (1, 1)


def test_a_question_sees_what_was_left_before(db: Database) -> None:
    def work(uow: UnitOfWork) -> Any:
        uow.leave(setting("a"))
        return uow.conn.scalar(select(settings.c.value).where(settings.c.key == "a"))

    assert db.write(work) == {"of": "a"}


def test_a_unit_that_fails_leaves_nothing(db: Database) -> None:
    def work(uow: UnitOfWork) -> None:
        uow.leave(setting("a"), department("b"))
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        db.write(work)
    assert (count(db, settings), count(db, departments)) == (0, 0)


def test_an_attempt_that_fails_takes_back_what_it_left(db: Database) -> None:
    def work(uow: UnitOfWork) -> None:
        uow.leave(setting("before"))
        with pytest.raises(RuntimeError), uow.attempt():
            uow.leave(setting("within"))
            raise RuntimeError("no")
        uow.leave(setting("after"))

    db.write(work)
    with db.read() as unit:
        assert set(unit.conn.scalars(select(settings.c.key))) == {"before", "after"}


@pytest.mark.parametrize("asks", [False, True])
def test_a_wrong_assumption_leaves_nothing(db: Database, asks: bool) -> None:
    db.write(access_epoch.advance)
    with db.read() as unit:
        old = access_epoch.current(unit)

    def work(uow: UnitOfWork) -> None:
        if asks:
            uow.conn.execute(text("SELECT 1"))
        uow.leave(setting("a"), department("b"))

    assumption = access_epoch.still(old)
    with db.assuming(assumption):
        db.write(work)
    assert assumption.is_proved
    db.write(access_epoch.advance)
    with pytest.raises(AssumptionWrong), db.assuming(access_epoch.still(old)):
        db.write(lambda uow: uow.leave(setting("c"), department("d")))
    with db.read() as unit:
        assert unit.conn.scalar(select(settings.c.key).where(settings.c.key == "c")) is None
    assert count(db, departments) == 1


def test_a_server_that_went_away_is_asked_again(db: Database) -> None:
    if db.dialect != "postgresql":
        pytest.skip("SQLite has no server that could go away")
    pids = [db.write(lambda uow: uow.conn.scalar(text("SELECT pg_backend_pid()")))]
    with psycopg.connect(POSTGRES, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", pids)
    assert db.write(lambda uow: uow.conn.scalar(text("SELECT pg_backend_pid()"))) != pids[0]
