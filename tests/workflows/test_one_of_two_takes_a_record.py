"""Claiming: whoever is first has the record, the other is told; also when both come at once."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from formloom.platform.kernel.actors import System
from formloom.platform.kernel.errors import NotFound
from formloom.workflows.assignment.claiming import AlreadyTaken, claim
from tests.waiting import PATIENCE_S

from .house import House

HAND = System("claim")


def take(house: House, ticket: str, who: str, expected: str | None = None, **further: Any) -> Any:
    """Claim a ticket and return the record."""

    def work(uow: Any) -> Any:
        form = house.rt.catalog.in_app(uow, uow_app(house), "ticket")
        return claim(
            uow, form, ticket, "owner", house.people[who], expected, actor=HAND, now=house.clock.now(), further=further
        )

    return house.db.write(work)


def uow_app(house: House) -> str:
    return str(next(one["id"] for one in house.ask("GET", "/apps")["apps"] if one["key"] == "desk"))


@pytest.fixture
def pair(house: House) -> House:
    """Return the installation with two people."""
    house.person("bo")
    house.person("cy")
    return house


def test_who_is_first_has_it_and_the_other_is_told(pair: House) -> None:
    ticket = pair.ticket()
    assert take(pair, ticket, "bo").values["owner"] == pair.people["bo"]
    with pytest.raises(AlreadyTaken):
        take(pair, ticket, "cy")
    assert pair.values(ticket)["owner"] == pair.people["bo"]


def test_taking_what_one_has_changes_nothing(pair: House) -> None:
    ticket = pair.ticket()
    first = take(pair, ticket, "bo")
    pair.clock.advance(timedelta(minutes=1))
    assert take(pair, ticket, "bo").rev == first.rev


def test_it_can_be_taken_from_somebody_who_is_named(pair: House) -> None:
    ticket = pair.ticket(owner=pair.people["bo"])
    with pytest.raises(AlreadyTaken):
        take(pair, ticket, "cy", pair.people["ada"])
    assert take(pair, ticket, "cy", pair.people["bo"], note="over to me").values["note"] == "over to me"
    assert pair.values(ticket)["owner"] == pair.people["cy"]


def test_a_deleted_record_is_nobodys_to_take(pair: House) -> None:
    ticket = pair.ticket()
    pair.ask("DELETE", f"/forms/desk.ticket/records/{ticket}", ok=False)
    with pytest.raises(NotFound):
        take(pair, ticket, "bo")


def test_of_two_at_once_exactly_one_gets_each_record(pair: House) -> None:
    tickets = [pair.ticket(f"No {number}") for number in range(12)]
    won: dict[str, list[str]] = {"bo": [], "cy": []}
    start = threading.Barrier(2)

    def reach(who: str) -> None:
        for ticket in tickets:
            start.wait(PATIENCE_S)
            try:
                take(pair, ticket, who)
                won[who].append(ticket)
            except AlreadyTaken:
                pass

    threads = [threading.Thread(target=reach, args=(who,)) for who in won]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert sorted(won["bo"] + won["cy"]) == sorted(tickets)
    for who, mine in won.items():
        assert all(pair.values(ticket)["owner"] == pair.people[who] for ticket in mine)
