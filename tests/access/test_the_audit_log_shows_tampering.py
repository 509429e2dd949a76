"""The chain: whatever is done to the log behind our back is found."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from formloom.platform.access import audit, people
from formloom.platform.access.acts import Act
from formloom.platform.access.people import PersonChange
from formloom.platform.kernel.errors import Forbidden
from formloom.platform.storage.tables import audit_log

from .conftest import House


def _verdict(house: House) -> audit.Verdict:
    with house.db.read() as unit:
        return audit.verify(unit, house.admin)


def _fill(house: House) -> None:
    for number in range(4):
        house.db.write(
            lambda uow, number=number: audit.note(
                uow, house.admin, Act.DEFINITION_PUBLISH, "form", str(number), {"version": number}, now=house.now
            )
        )


def test_an_untouched_log_is_in_order(house: House) -> None:
    _fill(house)
    mia = house.person("mia")
    wanted = PersonChange(is_disabled=True)
    house.db.write(lambda uow: people.change(uow, house.admin, mia.user_id, wanted, now=house.now))
    verdict = _verdict(house)
    assert verdict.ok
    assert verdict.entries == 6  # the set-up, four publications, one person


def test_an_act_that_fails_leaves_no_entry(house: House) -> None:
    before = _verdict(house).entries

    def work(uow: Any) -> None:
        audit.note(uow, house.admin, Act.BACKUP, "installation", None, now=house.now)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        house.db.write(work)
    assert _verdict(house).entries == before


TAMPERINGS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "changed": (lambda log: update(log).where(log.c.seq == 2).values(object_id="9"), "changed"),
    "detail": (lambda log: update(log).where(log.c.seq == 3).values(detail={"version": 99}), "changed"),
    "removed": (lambda log: delete(log).where(log.c.seq == 3), "missing"),
    "cut": (lambda log: delete(log).where(log.c.seq == 5), "truncated"),
    "emptied": (delete, "truncated"),
}


@pytest.mark.parametrize("how", TAMPERINGS)
def test_tampering_is_found(house: House, how: str) -> None:
    _fill(house)
    assert _verdict(house).ok
    statement, reason = TAMPERINGS[how]
    house.db.write(lambda uow: uow.conn.execute(statement(audit_log)).rowcount)
    verdict = _verdict(house)
    assert not verdict.ok
    assert verdict.reason == reason


def test_swapped_entries_are_found(house: House) -> None:
    _fill(house)

    def swap(uow: Any) -> None:
        pair = select(audit_log).where(audit_log.c.seq.in_((3, 4))).order_by(audit_log.c.seq)
        rows = uow.conn.execute(pair).mappings().all()
        uow.conn.execute(delete(audit_log).where(audit_log.c.seq.in_((3, 4))))
        for row, seq in zip(rows, (4, 3), strict=True):
            uow.conn.execute(insert(audit_log).values(**{**row, "seq": seq}))

    house.db.write(swap)
    assert _verdict(house).broken_at == 3


def test_many_writers_make_one_chain(house: House) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def one(number: int) -> None:
        house.db.write(lambda uow: audit.note(uow, house.admin, Act.RECORD_EXPORT, "form", str(number), now=house.now))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(40)))
    verdict = _verdict(house)
    assert verdict.ok
    assert verdict.entries == 41


def test_only_administrators_verify(house: House) -> None:
    mia = house.person("mia")
    with house.db.read() as unit, pytest.raises(Forbidden):
        audit.verify(unit, mia)
