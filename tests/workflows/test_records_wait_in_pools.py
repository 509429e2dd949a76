"""Pools over an installation: who sees what, limits, cool-down, protection, putting back, and coming back by the clock."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from formloom.platform.storage import tables

from .house import House, both, set_fields

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # Monday 09:00 in Shanghai
CLOSED = {"field": "status", "op": "eq", "value": "closed"}


def pool(**more: Any) -> dict[str, Any]:
    return {"title": both("Leads"), "form": "ticket", "owner": "owner", **more}


GROUP = {
    "title": both("Sales"), "members": {"roles": ["sales"]},
    "grants": [
        {"form": "ticket", "acts": ["record.read", "record.update"], "rows": "assigned", "assigned_field": "owner"},
    ],
}  # fmt: skip


@pytest.fixture
def desk(house: House) -> House:
    house.clock.at = START
    house.ask("POST", "/roles", {"key": "sales", "title": both("Sales")})
    for name in ("mei", "bo"):
        house.person(name, roles=["sales"])
    house.person("lei")
    house.define("permission_group", "sales", GROUP)
    return house


def claim(desk: House, pool_id: str, *records: str, who: str = "mei") -> list[tuple[int, str | None]]:
    answer = desk.ask("POST", f"/pools/{pool_id}/claim", {"records": list(records)}, who=who)
    found = {one["id"]: (one["status"], one.get("code")) for one in answer["results"]}
    return [found[record] for record in records]


def lying(desk: House, pool_id: str, *, who: str = "mei", **query: str) -> list[str]:
    answer = desk.ask("GET", f"/pools/{pool_id}/records", who=who, query_string={"sort": "created_at", **query})
    return [one["id"] for one in answer["records"]]


def told(desk: House, name: str) -> list[str]:
    rows = desk.rows(tables.notifications, tables.notifications.c.user_id == desk.people[name])
    return [row.text["en"] for row in rows]


def did(desk: House, record: str) -> list[str]:
    return [row.did for row in desk.rows(tables.pool_log, tables.pool_log.c.record_id == record)]


def pass_time(desk: House, **span: float) -> None:
    desk.clock.advance(timedelta(**span))
    desk.work()


def test_records_without_an_owner_lie_in_the_pool_and_are_taken(desk: House) -> None:
    leads = desk.define("pool", "leads", pool(filter={"field": "team", "op": "eq", "value": "red"}))
    desk.work()
    first, second = desk.ticket("a", team="red"), desk.ticket("b", team="red")
    desk.ticket("other team", team="blue")
    desk.ticket("owned", team="red", owner=desk.people["bo"])
    assert lying(desk, leads) == [first, second]
    (listed,) = desk.ask("GET", "/pools", who="mei")["pools"]
    assert (listed["count"], listed["may_claim"], listed["may_manage"]) == (2, True, False)
    assert claim(desk, leads, first) == [(200, None)]
    assert lying(desk, leads) == [second]
    assert desk.values(first)["owner"] == desk.people["mei"]
    assert claim(desk, leads, first, who="bo") == [(409, "already_claimed")]
    assert did(desk, first) == ["entered", "claimed"]
    assert lying(desk, leads, box="mine") == [first]
    (newest, *_) = desk.ask("GET", f"/forms/desk.ticket/records/{first}/history")["history"]
    assert newest["actor"] == {"kind": "member", "id": desk.people["mei"], "name": "mei"}


def test_a_member_without_rights_on_the_form_sees_no_pool(desk: House) -> None:
    leads = desk.define("pool", "leads", pool())
    assert desk.ask("GET", "/pools", who="lei")["pools"] == []
    assert desk.ask("GET", f"/pools/{leads}/records", who="lei", ok=False).status_code == 404


def test_who_sees_takes_and_manages_is_told_apart(desk: House) -> None:
    only = {"users": [desk.people["bo"]]}
    leads = desk.define("pool", "leads", pool(claim=only, manage=only, see={"users": [desk.people["mei"]]}))
    record = desk.ticket("a")
    assert lying(desk, leads) == [record]
    assert desk.ask("POST", f"/pools/{leads}/claim", {"records": [record]}, who="mei", ok=False).status_code == 403
    body = {"records": [record], "to": desk.people["mei"]}
    assert desk.ask("POST", f"/pools/{leads}/assign", body, who="mei", ok=False).status_code == 403
    assert desk.ask("POST", f"/pools/{leads}/assign", body, who="bo")["results"][0]["status"] == 200
    assert desk.values(record)["owner"] == desk.people["mei"]
    assert told(desk, "mei") == ["“a” from the pool “Leads” is yours now"]


def test_masked_fields_can_neither_be_read_nor_asked_for(desk: House) -> None:
    leads = desk.define("pool", "leads", pool(masked=["email"]))
    record = desk.ticket("a", email="anna@loom.example")
    (shown,) = desk.ask("GET", f"/pools/{leads}/records", who="mei")["records"]
    assert "email" not in shown["values"]
    assert shown["masked"] == {"email": "a***@loom.example"}
    for query in ("sort=email", 'filter={"field":"email","op":"not_empty"}', "fields=email"):
        answer = desk.ask("GET", f"/pools/{leads}/records?{query}", who="mei", ok=False)
        assert answer.status_code == 422, query
    assert lying(desk, leads, q="anna@loom") == []
    claim(desk, leads, record)
    assert desk.ask("GET", f"/forms/desk.ticket/records/{record}", who="mei")["values"]["email"] == "anna@loom.example"


def test_the_limit_of_a_day_ends_at_midnight_of_the_house(desk: House) -> None:
    leads = desk.define("pool", "leads", pool(limits={"per_day": 2}))
    records = [desk.ticket(str(number)) for number in range(4)]
    assert sorted(claim(desk, leads, *records[:3])) == [(200, None), (200, None), (409, "daily_limit")]
    left = next(one for one in records[:3] if desk.values(one)["owner"] is None)
    answer = desk.ask("POST", f"/pools/{leads}/claim", {"records": [left]}, who="mei")
    assert answer["results"][0]["message"] == "You took 2 today; the limit is 2 a day"
    assert answer["limits"] == {
        "per_day": 2, "taken_today": 2, "left_today": 0, "holding": None, "held": 2, "left_holding": None,
    }  # fmt: skip
    assert claim(desk, leads, left, who="bo") == [(200, None)]
    desk.clock.at = datetime(2026, 11, 23, 15, 59, tzinfo=UTC)
    assert claim(desk, leads, records[3]) == [(409, "daily_limit")]
    desk.clock.at = datetime(2026, 11, 23, 16, 1, tzinfo=UTC)
    assert claim(desk, leads, records[3]) == [(200, None)]


def test_what_is_won_does_not_count_as_held(desk: House) -> None:
    leads = desk.define("pool", "leads", pool(limits={"holding": 1, "not_counted": CLOSED}))
    first, second = desk.ticket("a"), desk.ticket("b")
    assert claim(desk, leads, first) == [(200, None)]
    assert claim(desk, leads, second) == [(409, "holding_limit")]
    desk.change(first, status="closed")
    assert claim(desk, leads, second) == [(200, None)]


def test_who_gave_it_up_waits_while_others_may_take_it(desk: House) -> None:
    leads = desk.define("pool", "leads", pool(cool_down_days=7))
    record = desk.ticket("a")
    claim(desk, leads, record)
    assert (
        desk.ask(
            "POST", f"/pools/{leads}/return", {"records": [record], "reason": " "}, who="mei", ok=False
        ).status_code
        == 422
    )
    body = {"records": [record], "reason": "wrong number"}
    assert desk.ask("POST", f"/pools/{leads}/return", body, who="bo")["results"][0]["status"] == 404
    assert desk.ask("POST", f"/pools/{leads}/return", body, who="mei")["results"][0]["status"] == 200
    assert claim(desk, leads, record) == [(409, "cooling_down")]
    (shown,) = desk.ask("GET", f"/pools/{leads}/records", who="mei")["records"]
    assert shown["cooling_until"] == "2026-11-30T01:00:00Z"
    assert claim(desk, leads, record, who="bo") == [(200, None)]
    desk.ask("POST", f"/pools/{leads}/return", body, who="bo")
    desk.clock.at = START + timedelta(days=7)
    assert claim(desk, leads, record) == [(200, None)]
    log = desk.ask("GET", f"/forms/desk.ticket/records/{record}/pool", who="mei")["log"]
    assert [one["did"] for one in log] == ["claimed", "returned", "claimed", "returned", "claimed", "entered"]
    assert log[1]["note"] == "wrong number"


def test_a_manager_can_not_take_what_is_protected(desk: House) -> None:
    leads = desk.define("pool", "leads", pool(protection={"days": 3}))
    record = desk.ticket("a")
    claim(desk, leads, record)
    body = {"records": [record], "reason": "for somebody else"}
    assert desk.ask("POST", f"/pools/{leads}/return", body)["results"][0]["code"] == "protected"
    pass_time(desk, days=3)
    assert desk.ask("POST", f"/pools/{leads}/return", body)["results"][0]["status"] == 200


def test_what_nobody_follows_up_comes_back_after_a_warning(desk: House) -> None:
    leads = desk.define("pool", "leads", pool(recycle={"unfollowed": {"days": 10}}, warn={"days": [3, 1]}))
    record = desk.ticket("Silk")
    claim(desk, leads, record)
    pass_time(desk, days=6.9)
    assert told(desk, "mei") == []
    pass_time(desk, days=0.2)
    assert told(desk, "mei") == ["“Silk” goes back to the pool “Leads” in 3 days: nobody followed up"]
    pass_time(desk, hours=1)
    assert len(told(desk, "mei")) == 1
    standing = desk.ask("GET", f"/forms/desk.ticket/records/{record}/pool", who="mei")
    assert (standing["days_left"], standing["is_warned"], standing["due_why"]) == (3, True, "unfollowed")
    pass_time(desk, days=2)
    assert len(told(desk, "mei")) == 2
    pass_time(desk, days=1)
    assert desk.values(record)["owner"] is None
    assert told(desk, "mei")[2:] == ["“Silk” went back to the pool “Leads”: nobody followed up"]
    assert did(desk, record) == ["entered", "claimed", "recycled"]
    (shown,) = desk.ask("GET", f"/pools/{leads}/records", who="bo")["records"]
    assert (shown["entry"]["recycled"], shown["entry"]["from"]) == (1, desk.people["mei"])
    pass_time(desk, days=30)
    assert did(desk, record) == ["entered", "claimed", "recycled"]


@pytest.mark.parametrize("how", ["change", "comment"])
def test_following_up_puts_it_off(desk: House, how: str) -> None:
    leads = desk.define("pool", "leads", pool(recycle={"unfollowed": {"days": 10}}))
    record = desk.ticket("Silk")
    claim(desk, leads, record)
    pass_time(desk, days=8)
    desk.change(record, note="by somebody else")
    if how == "change":
        desk.ask("PATCH", f"/forms/desk.ticket/records/{record}", {"values": {"note": "rang"}}, who="mei")
    else:
        desk.define(
            "permission_group",
            "talk",
            {**GROUP, "grants": [{**GROUP["grants"][0], "acts": ["record.comment", "record.read"]}]},
        )
        desk.ask("POST", f"/forms/desk.ticket/records/{record}/comments", {"body": "rang"}, who="mei")
    pass_time(desk, days=9)
    assert desk.values(record)["owner"] == desk.people["mei"]
    pass_time(desk, days=1)
    assert desk.values(record)["owner"] is None


def test_a_date_of_the_record_says_when_it_was_followed_up(desk: House) -> None:
    leads = desk.define("pool", "leads", pool(recycle={"unfollowed": {"days": 10, "field": "due"}}))
    record = desk.ticket("Silk")
    claim(desk, leads, record)
    desk.change(record, due="2026-11-30")
    pass_time(desk, days=11)
    assert desk.values(record)["owner"] == desk.people["mei"]
    desk.clock.at = datetime(2026, 12, 9, 16, 0, tzinfo=UTC)  # ten days after midnight of 30 November in Shanghai
    desk.work()
    assert desk.values(record)["owner"] is None


def test_what_was_not_won_in_time_comes_back_and_what_was_stays(desk: House) -> None:
    leads = desk.define("pool", "leads", pool(recycle={"unwon": {"days": 20, "won": CLOSED}}))
    lost, won = desk.ticket("lost"), desk.ticket("won")
    claim(desk, leads, lost, won)
    desk.change(won, status="closed")
    pass_time(desk, days=20)
    assert (desk.values(lost)["owner"], desk.values(won)["owner"]) == (None, desk.people["mei"])


def test_protection_by_condition_holds_whoever_has_left(desk: House) -> None:
    leads = desk.define("pool", "leads", pool(protection={"when": CLOSED, "days": 3}))
    kept, free = desk.ticket("kept"), desk.ticket("free")
    claim(desk, leads, kept, free)
    desk.change(kept, status="closed")
    desk.disable("mei")
    desk.work()
    assert (desk.values(kept)["owner"], desk.values(free)["owner"]) == (desk.people["mei"], None)
    assert did(desk, free) == ["entered", "claimed", "recycled"]
    desk.change(kept, status="open")
    desk.work()
    assert desk.values(kept)["owner"] is None


def test_a_rule_gives_records_out(desk: House) -> None:
    rule = {
        "title": both("Turn"), "form": "ticket", "field": "owner",
        "pools": [{"when": {}, "candidates": {"roles": ["sales"]}, "strategy": "round_robin"}],
    }  # fmt: skip
    desk.define("assignment_rule", "turn", rule)
    leads = desk.define("pool", "leads", pool(assign={"mode": "automatic", "rule": "turn"}))
    records = [desk.ticket(str(number)) for number in range(4)]
    answer = desk.ask("POST", f"/pools/{leads}/claim", {"records": records[:1]}, who="mei", ok=False)
    assert answer.status_code == 403
    desk.work()
    owners = [desk.values(record)["owner"] for record in records]
    assert sorted(owners) == sorted([desk.people["mei"], desk.people["bo"]] * 2)


def test_records_that_were_there_before_the_pool_begin_with_it(desk: House) -> None:
    owned, free = desk.ticket("owned", owner=desk.people["mei"]), desk.ticket("free")
    pass_time(desk, days=100)
    leads = desk.define("pool", "leads", pool(recycle={"unfollowed": {"days": 10}}))
    pass_time(desk, days=1)
    assert lying(desk, leads) == [free]
    assert desk.values(owned)["owner"] == desk.people["mei"]
    pass_time(desk, days=10)
    assert desk.values(owned)["owner"] is None
    assert set(lying(desk, leads)) == {free, owned}


def test_a_changed_term_counts_for_records_that_are_held(desk: House) -> None:
    leads = desk.define("pool", "leads", pool(recycle={"unfollowed": {"days": 100}}))
    record = desk.ticket("a")
    claim(desk, leads, record)
    pass_time(desk, days=20)
    desk.redefine(leads, pool(recycle={"unfollowed": {"days": 10}}))
    desk.work()
    assert desk.values(record)["owner"] is None


def test_the_first_pool_that_takes_a_record_has_it(desk: House) -> None:
    red = {"field": "team", "op": "eq", "value": "red"}
    everything = desk.define("pool", "rest", pool(position=2))
    reds = desk.define("pool", "reds", pool(position=1, filter=red))
    one, other, none = desk.ticket("a", team="red"), desk.ticket("b", team="blue"), desk.ticket("c")
    assert lying(desk, reds) == [one]
    assert lying(desk, everything) == [other, none]
    assert claim(desk, everything, one) == [(409, "not_in_pool")]


def test_rules_wait_for_pools(desk: House) -> None:
    leads = desk.define("pool", "leads", pool(recycle={"unfollowed": {"days": 10}}))
    desk.flow("back", [set_fields(note="came back")], {"type": "pool_event", "event": "entered", "pool": "leads"})
    desk.flow("taken", [set_fields(other="taken")], {"type": "pool_event", "event": "claimed"})
    record = desk.ticket("a", owner=desk.people["bo"])
    desk.work()
    assert desk.values(record)["note"] is None
    pass_time(desk, days=10)
    assert desk.values(record)["note"] == "came back"
    claim(desk, leads, record)
    desk.work()
    assert desk.values(record)["other"] == "taken"


def test_a_deleted_record_is_in_no_pool(desk: House) -> None:
    leads = desk.define("pool", "leads", pool(recycle={"unfollowed": {"days": 10}}))
    record = desk.ticket("a")
    claim(desk, leads, record)
    desk.ask("DELETE", f"/forms/desk.ticket/records/{record}", ok=False)
    pass_time(desk, days=20)
    assert desk.rows(tables.pool_entries) == []
    assert claim(desk, leads, record, who="bo") == [(404, "not_found")]


def test_a_pool_can_not_be_published_with_what_the_form_lacks(desk: House) -> None:
    wrong = pool(
        owner="subject", masked=["nothing"], calendar="none", assign={"mode": "automatic"},
        recycle={"unfollowed": {"days": 3, "field": "note"}}, warn={"days": [5]},
    )  # fmt: skip
    codes = {one["code"] for one in desk.refused(wrong, "pool")}
    assert {"not_a_person", "unknown_field", "unknown_calendar", "required", "not_a_date"} <= codes
