"""The first run."""

from datetime import timedelta

import pytest

from formloom.platform.access import setup
from formloom.platform.access.errors import SetupDone, TokenRefused
from formloom.platform.access.identity import Identities, load_member
from formloom.platform.access.passwords import PasswordHash
from formloom.platform.access.policy import Access, Act
from formloom.platform.kernel.clock import FrozenClock
from formloom.platform.storage.database import Database

WANTED = setup.Installation("Weaving Ltd", "en", "Ada", "ada@example.com")
HASH = PasswordHash("$argon2id$x")


def _link(db: Database, clock: FrozenClock) -> str:
    secret = db.write(lambda uow: setup.issue_link_secret(uow, now=clock.now()))
    assert secret is not None
    return secret


def test_the_link_makes_one_administrator_who_is_signed_in(db: Database, clock: FrozenClock) -> None:
    secret = _link(db, clock)
    opened = db.write(lambda uow: setup.run(uow, secret, WANTED, HASH, now=clock.now()))
    with db.read() as unit:
        assert not setup.is_needed(unit)
        member = load_member(unit, opened.user_id)
        assert member is not None
        assert member.is_admin
        assert Access.of(unit, member).can(Act.USER_CHANGE)
        assert Identities().by_session(unit, opened.secret, clock.now()) is not None


def test_a_second_set_up_is_refused_by_link_and_by_command(db: Database, clock: FrozenClock) -> None:
    secret = _link(db, clock)
    db.write(lambda uow: setup.init_installation(uow, WANTED, HASH, now=clock.now()))
    with pytest.raises(SetupDone):
        db.write(lambda uow: setup.run(uow, secret, WANTED, HASH, now=clock.now()))
    with pytest.raises(SetupDone):
        db.write(lambda uow: setup.init_installation(uow, WANTED, HASH, now=clock.now()))
    assert db.write(lambda uow: setup.issue_link_secret(uow, now=clock.now())) is None


def test_a_newer_start_voids_the_older_link(db: Database, clock: FrozenClock) -> None:
    older = _link(db, clock)
    newer = _link(db, clock)
    with pytest.raises(TokenRefused):
        db.write(lambda uow: setup.run(uow, older, WANTED, HASH, now=clock.now()))
    db.write(lambda uow: setup.run(uow, newer, WANTED, HASH, now=clock.now()))


def test_a_link_grows_old(db: Database, clock: FrozenClock) -> None:
    secret = _link(db, clock)
    clock.advance(timedelta(hours=24))
    with pytest.raises(TokenRefused):
        db.write(lambda uow: setup.run(uow, secret, WANTED, HASH, now=clock.now()))


def test_a_set_up_that_fails_uses_nothing_up(db: Database, clock: FrozenClock) -> None:
    secret = _link(db, clock)
    broken = setup.Installation("Weaving Ltd", "en", "Ada", "no address")
    with pytest.raises(Exception, match="invalid"):
        db.write(lambda uow: setup.run(uow, secret, broken, HASH, now=clock.now()))
    db.write(lambda uow: setup.run(uow, secret, WANTED, HASH, now=clock.now()))
