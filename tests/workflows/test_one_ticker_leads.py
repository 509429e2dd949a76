"""Of several tickers one leads; a dead one is replaced within the stated time, whatever the clocks on the wall say."""

from datetime import timedelta

import pytest

from formloom.platform.kernel.clock import FrozenClock
from formloom.platform.storage.database import Database
from formloom.workflows.leadership import BEAT_S, SILENT_S, Deposed, Seat, Stillness, silent_workers
from formloom.workflows.queries import leases


class Steady:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def steady() -> Steady:
    return Steady()


def seat(db: Database, clock: FrozenClock, steady: Steady, holder: str) -> Seat:
    return Seat(db, clock, "ticker", holder, steady=steady)


def test_the_first_one_leads_and_the_second_waits(db: Database, clock: FrozenClock, steady: Steady) -> None:
    first, second = seat(db, clock, steady, "a"), seat(db, clock, steady, "b")
    assert first.attend()
    assert not second.attend()
    for _ in range(20):
        steady.now_s += BEAT_S
        assert not first.attend()
        assert not second.attend()
    assert first.is_ours
    assert not second.is_ours


def test_a_killed_leader_is_replaced_in_time_and_by_one_only(db: Database, clock: FrozenClock, steady: Steady) -> None:
    killed = seat(db, clock, steady, "a")
    others = [seat(db, clock, steady, name) for name in "bc"]
    killed.attend()
    for other in others:
        other.attend()
    died = steady.now_s
    while not any(other.is_ours for other in others):
        steady.now_s += BEAT_S
        for other in others:
            other.attend()
    assert steady.now_s - died <= SILENT_S + 2 * BEAT_S
    assert sorted(other.is_ours for other in others) == [False, True]


def test_a_leader_that_says_goodbye_is_replaced_at_once(db: Database, clock: FrozenClock, steady: Steady) -> None:
    first, second = seat(db, clock, steady, "a"), seat(db, clock, steady, "b")
    first.attend()
    second.attend()
    first.leave()
    assert not first.is_ours
    assert second.attend()


def test_what_a_paused_leader_writes_is_refused(db: Database, clock: FrozenClock, steady: Steady) -> None:
    paused, successor = seat(db, clock, steady, "a"), seat(db, clock, steady, "b")
    paused.attend()
    db.write(paused.prove)
    successor.attend()
    steady.now_s += SILENT_S
    assert not paused.is_ours
    assert successor.attend()
    with pytest.raises(Deposed):
        db.write(paused.prove)
    db.write(successor.prove)
    assert (paused.fence, successor.fence) == (1, 2)
    assert not paused.attend()
    assert not paused.is_ours


@pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(days=400)])
def test_clocks_that_jump_or_differ_change_nothing(
    db: Database, clock: FrozenClock, steady: Steady, jump: timedelta
) -> None:
    elsewhere = FrozenClock()
    elsewhere.advance(jump)
    leader, other = seat(db, elsewhere, steady, "a"), seat(db, clock, steady, "b")
    leader.attend()
    other.attend()
    clock.advance(jump)
    steady.now_s += BEAT_S
    leader.attend()
    assert not other.attend()
    steady.now_s += SILENT_S
    assert other.attend()


def test_workers_that_fall_silent_are_noticed(db: Database, clock: FrozenClock, steady: Steady) -> None:
    watched = Stillness(steady)

    def look() -> list[str]:
        with db.read() as unit:
            return silent_workers(leases.workers(unit), watched)

    for owner in ("alive", "dead"):
        db.write(lambda uow, owner=owner: leases.sign_in(uow, owner, now=clock.now()))  # a lambda with defaults
    assert look() == []
    steady.now_s += SILENT_S
    db.write(lambda uow: leases.sign_in(uow, "alive", now=clock.now()))
    assert look() == ["dead"]
    db.write(lambda uow: leases.sign_out(uow, ["dead"]))
    steady.now_s += SILENT_S
    db.write(lambda uow: leases.sign_in(uow, "alive", now=clock.now()))
    assert look() == []
