"""What is written in one unit of work is there wholly or not at all, and units share a commit without harm."""

import threading

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from formloom.platform.storage.database import Database, TransactionOpen, UnitOfWork, ensure_no_transaction
from formloom.platform.storage.tables import settings


def put(uow: UnitOfWork, key: str) -> str:
    uow.conn.execute(settings.insert().values(key=key, value={"key": key}))
    return key


def keys(db: Database) -> set[str]:
    with db.read() as unit:
        return set(unit.conn.scalars(select(settings.c.key)))


def test_a_unit_that_fails_leaves_nothing(db: Database) -> None:
    def work(uow: UnitOfWork) -> None:
        put(uow, "a")
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        db.write(work)
    assert keys(db) == set()


def test_after_commit_runs_only_on_success(db: Database) -> None:
    seen: list[str] = []

    def work(uow: UnitOfWork, key: str, fail: bool) -> None:
        put(uow, key)
        uow.after_commit(lambda: seen.append(key))
        if fail:
            raise RuntimeError("no")

    db.write(lambda uow: work(uow, "a", False))
    with pytest.raises(RuntimeError):
        db.write(lambda uow: work(uow, "b", True))
    assert seen == ["a"]


def test_a_poisoned_unit_does_not_take_its_group_with_it(db: Database) -> None:
    db.write(lambda uow: put(uow, "taken"))
    faults: list[BaseException] = []

    def one(n: int) -> None:
        try:
            db.write(lambda uow: put(uow, "taken" if n % 5 == 0 else f"k{n}"))
        except IntegrityError as fault:
            faults.append(fault)

    threads = [threading.Thread(target=one, args=(n,)) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(faults) == 8
    assert len(keys(db)) == 33


def test_a_nested_write_is_refused_on_sqlite(db: Database) -> None:
    if db.dialect != "sqlite":
        pytest.skip("on PostgreSQL a nested write is a second transaction, which is harmless")
    with pytest.raises(RuntimeError, match="another"):
        db.write(lambda _: db.write(lambda uow: put(uow, "x")))


def test_readers_cannot_write_on_sqlite(db: Database) -> None:
    if db.dialect != "sqlite":
        pytest.skip("SQLite's query_only has no twin on PostgreSQL")
    with pytest.raises(Exception, match="readonly"), db.read() as unit:
        unit.conn.execute(settings.insert().values(key="x", value=1))


def test_the_network_is_refused_while_a_transaction_is_open(db: Database) -> None:
    ensure_no_transaction()
    with pytest.raises(TransactionOpen):
        db.write(lambda _: ensure_no_transaction())
