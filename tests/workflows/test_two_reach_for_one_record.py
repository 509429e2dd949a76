"""Claims at once, on real threads and connections: one winner for each record, and limits that hold."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from formloom.platform.storage import tables

from .house import House, both

GROUP = {
    "title": both("Sales"), "members": {"roles": ["sales"]},
    "grants": [{"form": "ticket", "acts": ["record.read"], "rows": "assigned", "assigned_field": "owner"}],
}  # fmt: skip
PEOPLE = ("mei", "bo", "an", "li")


@pytest.fixture
def desk(house: House) -> House:
    house.ask("POST", "/roles", {"key": "sales", "title": both("Sales")})
    for name in PEOPLE:
        house.person(name, roles=["sales"])
    house.define("permission_group", "sales", GROUP)
    return house


def pool(desk: House, **limits: Any) -> str:
    document = {"title": both("Leads"), "form": "ticket", "owner": "owner", "limits": limits}
    return desk.define("pool", "leads", document)


def claim(desk: House, pool_id: str, who: str, records: list[str]) -> list[Any]:
    found: list[Any] = desk.ask("POST", f"/pools/{pool_id}/claim", {"records": records}, who=who)["results"]
    return [one.get("code") for one in found]


def test_one_of_many_gets_the_record(desk: House) -> None:
    leads = pool(desk)
    for _ in range(3):
        record = desk.ticket()
        with ThreadPoolExecutor(4) as crowd:
            codes = list(crowd.map(lambda who: claim(desk, leads, who, [record]), PEOPLE))  # noqa: B023 - used up within the round
        assert Counter(code for found in codes for code in found) == {None: 1, "already_claimed": 3}
        steps = desk.rows(tables.pool_log, tables.pool_log.c.record_id == record)
        assert [step.did for step in steps] == ["entered", "claimed"]
        assert desk.values(record)["owner"] == steps[-1].to_id


@pytest.mark.parametrize(("limits", "code"), [({"per_day": 5}, "daily_limit"), ({"holding": 5}, "holding_limit")])
def test_limits_hold_however_many_claims_of_one_come_at_once(desk: House, limits: dict[str, int], code: str) -> None:
    leads = pool(desk, **limits)
    records = [desk.ticket(str(number)) for number in range(16)]
    with ThreadPoolExecutor(8) as crowd:
        parts = [records[place : place + 2] for place in range(0, 16, 2)]
        codes = list(crowd.map(lambda part: claim(desk, leads, "mei", part), parts))
    assert Counter(one for found in codes for one in found) == {None: 5, code: 11}
    assert sum(one["values"]["owner"] == desk.people["mei"] for one in desk.records()) == 5
