"""On SQLite several processes write to one file; one that never pauses must not keep the others out."""

import threading
import time
from pathlib import Path

from sqlalchemy import text

from formloom.platform.storage.database import Database, UnitOfWork
from tests.waiting import PATIENCE_S


def _count(uow: UnitOfWork) -> None:
    uow.conn.execute(text("UPDATE tally SET n = n + 1"))


def test_a_writer_that_never_pauses_lets_another_one_in(tmp_path: Path) -> None:
    busy, other = (Database(f"sqlite:///{tmp_path / 'formloom.db'}") for _ in range(2))
    busy.write(lambda uow: uow.conn.execute(text("CREATE TABLE tally (n INTEGER)")))
    busy.write(lambda uow: uow.conn.execute(text("INSERT INTO tally VALUES (0)")))
    is_over, is_writing = threading.Event(), threading.Event()
    rounds = most = 0

    def long_unit(uow: UnitOfWork) -> None:
        is_writing.set()
        _count(uow)
        time.sleep(0.05)

    def never_pause() -> None:
        nonlocal rounds
        while not is_over.is_set():
            busy.write(long_unit)
            rounds += 1

    thread = threading.Thread(target=never_pause)
    thread.start()
    try:
        for _ in range(20):
            is_writing.clear()
            assert is_writing.wait(PATIENCE_S)
            before = rounds
            other.write(_count)
            most = max(most, rounds - before)
    finally:
        is_over.set()
        thread.join()
    with other.read() as unit:
        assert unit.ask("SELECT n FROM tally") == rounds + 20
    assert most < 20, "the other writer was kept out"
    busy.close()
    other.close()
