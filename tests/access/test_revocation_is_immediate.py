"""What is taken away is gone at the next request, for every kind of credential, in every process."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from formloom.platform.access import api_tokens, one_time, password_change, people, sessions
from formloom.platform.access.identity import IDLE, LIFETIME, Identities, note_use
from formloom.platform.access.letters import Letters
from formloom.platform.access.one_time import Purpose
from formloom.platform.access.organisation import create_role, delete_role, list_roles
from formloom.platform.access.passwords import PasswordHash
from formloom.platform.access.people import PersonChange
from formloom.platform.access.policy import Access, Act
from formloom.platform.kernel.actors import Member
from formloom.platform.kernel.clock import FrozenClock

from .conftest import CHEAP, Grants, House

OTHER = PasswordHash("$argon2id$other")


class Doors:
    """Two processes, each with what it remembers, and the two credentials of one person."""

    def __init__(self, house: House, member: Member) -> None:
        self.house = house
        self.processes = (Identities(), Identities())
        claim = sessions.Claim(member.user_id, CHEAP, 0)
        self.session = house.db.write(lambda uow: sessions.open_session(uow, claim, now=house.now))
        self.token = house.db.write(lambda uow: api_tokens.create(uow, member, "script", now=house.now))
        assert self.open() == [True] * 4

    def open(self, after: timedelta = timedelta()) -> list[bool]:
        """Tell which doors are open: session and token, in each process."""
        now, found = self.house.now + after, []
        with self.house.db.read() as unit:
            for known in self.processes:
                found.append(known.by_session(unit, self.session.secret, now) is not None)
                found.append(known.by_token(unit, self.token.secret, now) is not None)
        return found


@pytest.fixture
def mia(house: House) -> Member:
    house.db.write(lambda uow: create_role(uow, house.admin, "agent", {"en": "Agent"}, now=house.now))
    return house.person("mia", roles=("agent",))


@pytest.fixture
def doors(house: House, mia: Member) -> Doors:
    return Doors(house, mia)


def test_disabling_closes_every_door_and_enabling_opens_no_old_session(house: House, mia: Member, doors: Doors) -> None:
    _change(house, mia, PersonChange(is_disabled=True))
    assert doors.open() == [False] * 4
    _change(house, mia, PersonChange(is_disabled=False))
    assert doors.open() == [False, True, False, True]


def test_a_forgotten_password_ends_sessions_and_tokens(house: House, mia: Member, doors: Doors) -> None:
    secret = house.db.write(lambda uow: one_time.issue(uow, Purpose.PASSWORD_RESET, mia.user_id, now=house.now))
    house.db.write(lambda uow: password_change.reset(uow, secret, OTHER, now=house.now))
    assert doors.open() == [False] * 4


def test_a_changed_password_ends_the_other_sessions_and_keeps_tokens(house: House, mia: Member, doors: Doors) -> None:
    claim = sessions.Claim(mia.user_id, CHEAP, 0)
    opened = house.db.write(lambda uow: password_change.change(uow, mia, claim, OTHER, now=house.now))
    assert doors.open() == [False, True, False, True]
    with house.db.read() as unit:
        assert doors.processes[0].by_session(unit, opened.secret, house.now) is not None


def test_signing_out_ends_this_session_everywhere(house: House, doors: Doors) -> None:
    house.db.write(lambda uow: sessions.close_session(uow, doors.session.secret))
    assert doors.open() == [False, True, False, True]


def test_a_revoked_token_is_dead_at_once(house: House, mia: Member, doors: Doors) -> None:
    house.db.write(lambda uow: api_tokens.revoke(uow, mia, doors.token.id, now=house.now))
    assert doors.open() == [True, False, True, False]


def test_a_revocation_that_fails_to_commit_revokes_nothing(house: House, mia: Member, doors: Doors) -> None:
    def work(uow: object) -> None:
        people.change(uow, house.admin, mia.user_id, PersonChange(is_disabled=True), now=house.now)
        assert doors.session
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        house.db.write(work)
    assert doors.open() == [True] * 4


@pytest.mark.parametrize("take", ["role_of_person", "role_itself", "group"])
def test_a_lost_role_or_group_holds_at_the_next_request(
    house: House, mia: Member, doors: Doors, grant: Grants, take: str
) -> None:
    group = house.group([grant("read")], members={"roles": ["agent"]})
    assert _reads(house, doors)
    takes: dict[str, Callable[[], object]] = {
        "role_of_person": lambda: _change(house, mia, PersonChange(roles=())),
        "role_itself": lambda: _delete_role(house, "agent"),
        "group": lambda: house.drop_group(group),
    }
    takes[take]()
    assert not _reads(house, doors)


def test_an_administrator_who_is_none_any_more_sees_nothing(house: House, mia: Member, doors: Doors) -> None:
    _change(house, mia, PersonChange(is_admin=True, roles=()))
    assert _reads(house, doors)
    _change(house, mia, PersonChange(is_admin=False))
    assert not _reads(house, doors)


def test_a_session_that_is_not_used_ends_after_twelve_hours(house: House, doors: Doors) -> None:
    assert doors.open(IDLE - timedelta(seconds=1))[0]
    assert not doors.open(IDLE)[0]


def test_use_keeps_a_session_alive_but_not_beyond_fourteen_days(house: House, doors: Doors, clock: FrozenClock) -> None:
    known = doors.processes[0]
    hours = int(LIFETIME.total_seconds() // 3600)
    for _ in range(6, hours, 6):
        clock.advance(timedelta(hours=6))
        with house.db.read() as unit:
            proof = known.by_session(unit, doors.session.secret, clock.now())
        assert proof is not None
        assert proof.is_due(clock.now())
        house.db.write(lambda uow, proof=proof: note_use(uow, proof, now=clock.now()))
    clock.advance(timedelta(hours=6))
    with house.db.read() as unit:
        assert known.by_session(unit, doors.session.secret, clock.now()) is None


def test_a_token_with_a_last_day_ends_on_it(house: House, mia: Member) -> None:
    until = house.now + timedelta(days=1)
    made = house.db.write(lambda uow: api_tokens.create(uow, mia, "x", now=house.now, expires_at=until))
    with house.db.read() as unit:
        known = Identities()
        assert known.by_token(unit, made.secret, until - timedelta(seconds=1)) is not None
        assert known.by_token(unit, made.secret, until) is None


def test_the_database_holds_no_secret(house: House, doors: Doors) -> None:
    from sqlalchemy import select

    from formloom.platform.storage.tables import api_tokens as tokens
    from formloom.platform.storage.tables import sessions as stored

    with house.db.read() as unit:
        kept = [str(row) for table in (tokens, stored) for row in unit.conn.execute(select(table))]
    assert kept
    assert not any(doors.session.secret in row or doors.token.secret in row for row in kept)


def test_a_session_secret_is_no_bearer_token(house: House, doors: Doors) -> None:
    with house.db.read() as unit:
        assert Identities().by_token(unit, doors.session.secret, house.now) is None
        assert Identities().by_session(unit, doors.token.secret, house.now) is None


def test_one_time_links_work_once_and_for_their_purpose(house: House, mia: Member) -> None:
    from formloom.platform.access.errors import TokenRefused

    secret = house.db.write(lambda uow: one_time.issue(uow, Purpose.PASSWORD_RESET, mia.user_id, now=house.now))
    with pytest.raises(TokenRefused):
        house.db.write(lambda uow: one_time.redeem(uow, Purpose.INVITATION, secret, now=house.now))
    with pytest.raises(TokenRefused):
        house.db.write(
            lambda uow: one_time.redeem(uow, Purpose.PASSWORD_RESET, secret, now=house.now + timedelta(hours=1))
        )
    house.db.write(lambda uow: one_time.redeem(uow, Purpose.PASSWORD_RESET, secret, now=house.now))
    with pytest.raises(TokenRefused):
        house.db.write(lambda uow: one_time.redeem(uow, Purpose.PASSWORD_RESET, secret, now=house.now))


def test_forgetting_writes_to_who_is_there_and_to_nobody_else(house: House, mia: Member) -> None:
    sent: list[tuple[str, str]] = []

    def send(_uow: object, *, to: str, body: dict[str, str], **_rest: object) -> None:
        sent.append((to, body["en"]))

    letters = Letters("https://forms.example.com", send)
    for address in (mia.email.upper(), "nobody@example.com"):
        house.db.write(lambda uow, address=address: password_change.forgot(uow, address, letters, now=house.now))
    assert [to for to, _ in sent] == [mia.email]
    assert "https://forms.example.com/reset/" in sent[0][1]


def _change(house: House, member: Member, wanted: PersonChange) -> object:
    return house.db.write(lambda uow: people.change(uow, house.admin, member.user_id, wanted, now=house.now))


def _delete_role(house: House, key: str) -> None:
    with house.db.read() as unit:
        role = next(one for one in list_roles(unit, house.admin) if one.key == key)
    house.db.write(lambda uow: delete_role(uow, house.admin, role.id, now=house.now))


def _reads(house: House, doors: Doors) -> bool:
    with house.db.read() as unit:
        proof = doors.processes[1].by_session(unit, doors.session.secret, house.now)
        return proof is not None and Access.of(unit, proof.member).can(Act.RECORD_READ, form=house.form)
