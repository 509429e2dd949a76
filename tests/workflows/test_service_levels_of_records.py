"""Policies over an installation: clocks follow the records, warn and breach once, and rules act upon them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from formloom.platform.storage import tables

from .house import House, both, set_fields

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # Monday 09:00 in Shanghai
DAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE = {"title": both("Office"), "timezone": "Asia/Shanghai", "week": {day: [["09:00", "18:00"]] for day in DAYS}}
CLOSED = {"field": "status", "op": "eq", "value": "closed"}
WAITING = {"field": "team", "op": "eq", "value": "blue"}


def policy(**more: Any) -> dict[str, Any]:
    metric = {
        "id": "resolution", "kind": "resolution", "stop": CLOSED, "pause": WAITING,
        "targets": [{"priority": ["red"], "within": "PT4H"}, {"within": "PT9H"}],
    }  # fmt: skip
    return {
        "title": both("Service"), "form": "ticket", "calendar": "office", "priority_field": "team",
        "metrics": [{**metric, **more.pop("metric", {})}], **more,
    }  # fmt: skip


def marking(text: str) -> list[dict[str, Any]]:
    return [{"id": "mark", "type": "create_record", "form": "task", "values": {"title": text}}]


@pytest.fixture
def desk(house: House) -> House:
    house.clock.at = START
    house.define("calendar", "office", OFFICE)
    return house


def pass_time(house: House, **span: float) -> None:
    house.clock.advance(timedelta(**span))
    house.work()


def clocks(house: House, record: str | None = None) -> list[Any]:
    return house.rows(tables.sla_clocks, *([tables.sla_clocks.c.record_id == record] if record else []))


def told(house: House) -> list[str]:
    return [str(one["values"]["title"]) for one in house.records("task")]


def snapshot(house: House) -> list[tuple[Any, ...]]:
    """Return what is known of all clocks and their events, without ids."""
    with_events = []
    for clock in clocks(house):
        events = house.rows(tables.sla_events, tables.sla_events.c.clock_id == clock.id)
        log = sorted((one.at, one.kind, one.key, repr(one.detail)) for one in events)
        with_events.append((clock.record_id, clock.metric, clock.number, clock.state, clock.due_at, clock.elapsed_s, clock.paused_s, clock.is_breached, clock.stopped_at, log))  # fmt: skip
    return sorted(with_events, key=repr)


def test_a_record_gets_its_clock_and_stops_it(desk: House) -> None:
    desk.define("sla", "service", policy())
    desk.work()
    record = desk.ticket(team="red", status="new")
    pass_time(desk, hours=1)
    (clock,) = clocks(desk, record)
    assert (clock.state, clock.due_at, clock.within_s) == ("running", START + timedelta(hours=4), 4 * 3600)
    desk.change(record, status="closed")
    pass_time(desk, hours=10)
    (clock,) = clocks(desk, record)
    assert (clock.state, clock.elapsed_s, clock.is_breached) == ("stopped", 3600, False)


def test_warning_breach_and_ladder_come_once_each(desk: House) -> None:
    steps = {
        "warn": [{"before": "PT30M", "do": marking("warn")}], "breach": marking("breach {{ sla.number }}"),
        "ladder": [{"after": "PT2H", "do": marking("ladder")}],
    }  # fmt: skip
    steps["breach"][0]["values"]["title"] = {"liquid": "breach {{ sla.metric }}"}
    desk.define("sla", "service", policy(metric=steps))
    desk.work()
    record = desk.ticket(team="red")
    pass_time(desk, hours=3.4)
    assert told(desk) == []
    pass_time(desk, hours=0.11)
    assert told(desk) == ["warn"]
    desk.change(record, note="still at it")
    pass_time(desk, hours=0.5)
    assert told(desk) == ["warn", "breach resolution"]
    pass_time(desk, hours=1)
    desk.change(record, note="nearly")
    pass_time(desk, hours=1.1)
    assert told(desk) == ["warn", "breach resolution", "ladder"]
    pass_time(desk, hours=100)
    assert told(desk) == ["warn", "breach resolution", "ladder"]


def test_a_breach_that_is_taken_back_is_not_told_again(desk: House) -> None:
    desk.define("sla", "service", policy(metric={"breach": marking("breach")}))
    desk.work()
    record = desk.ticket(team="red")
    pass_time(desk, hours=5)
    assert told(desk) == ["breach"]
    desk.change(record, team="green")
    pass_time(desk, hours=1)
    (clock,) = clocks(desk, record)
    assert (clock.is_breached, clock.due_at) == (False, START + timedelta(hours=9))
    desk.change(record, team="red")
    pass_time(desk, hours=1)
    assert told(desk) == ["breach"]


def test_a_rule_waits_for_what_a_clock_comes_to(desk: House) -> None:
    desk.define("sla", "service", policy())
    for event in ("breach", "paused", "resumed", "met", "missed"):
        node = {"type": "create_record", "form": "task", "values": {"title": event, "ticket": {"record": "id"}}}
        desk.flow(f"on_{event}", [node], {"type": "sla_event", "event": event, "policy": "service"})
    desk.flow("other", [set_fields(note="no")], {"type": "sla_event", "event": "breach", "metric": "first_response"})
    record = desk.ticket(team="green")
    pass_time(desk, hours=1)
    desk.change(record, team="blue")
    pass_time(desk, hours=1)
    desk.change(record, team="red")
    pass_time(desk, hours=1)
    assert told(desk) == ["paused", "resumed"]
    pass_time(desk, hours=4)
    desk.change(record, status="closed")
    desk.work()
    assert told(desk) == ["paused", "resumed", "breach", "missed"]
    assert desk.values(record)["note"] is None


def test_the_first_policy_that_takes_a_record_applies(desk: House) -> None:
    desk.define("sla", "all", policy(position=2))
    desk.define("sla", "vip", policy(position=1, filter={"field": "note", "op": "eq", "value": "vip"}))
    desk.work()
    record = desk.ticket(team="red")
    desk.work()
    (before,) = clocks(desk, record)
    desk.change(record, note="vip")
    desk.work()
    states = {clock.policy_id: clock.state for clock in clocks(desk, record)}
    assert sorted(states.values()) == ["cancelled", "running"]
    assert states[before.policy_id] == "cancelled"


def test_a_reopened_record_goes_on_where_it_stopped(desk: House) -> None:
    desk.define("sla", "service", policy())
    desk.work()
    record = desk.ticket(status="new", team="green")
    pass_time(desk, hours=2)
    desk.change(record, status="closed")
    pass_time(desk, hours=24)
    desk.change(record, status="open")
    pass_time(desk, hours=1)
    (clock,) = clocks(desk, record)
    assert (clock.state, clock.due_at, clock.paused_s) == ("running", START + timedelta(hours=24 + 9), 9 * 3600)


def test_a_deleted_record_rests_in_the_trash(desk: House) -> None:
    desk.define("sla", "service", policy(metric={"breach": marking("breach")}))
    desk.work()
    record = desk.ticket(team="red")
    pass_time(desk, hours=1)
    desk.ask("DELETE", f"/forms/desk.ticket/records/{record}")
    pass_time(desk, hours=48)
    (clock,) = clocks(desk, record)
    assert (clock.state, told(desk)) == ("paused", [])


def test_records_that_were_there_before_get_clocks_and_nobody_is_bothered(desk: House) -> None:
    record = desk.ticket(team="red")
    pass_time(desk, hours=6)
    desk.define("sla", "service", policy(metric={"breach": marking("breach"), "ladder": [{"after": "PT3H", "do": marking("later")}]}))  # fmt: skip
    desk.work()
    (clock,) = clocks(desk, record)
    assert (clock.is_breached, clock.breached_at, told(desk)) == (True, START + timedelta(hours=4), [])
    pass_time(desk, hours=1.5)
    assert told(desk) == ["later"], "what comes from now on is told"


def test_another_calendar_or_policy_moves_what_is_open_and_leaves_what_is_over(desk: House) -> None:
    sla = desk.define("sla", "service", policy())
    desk.work()
    over, still = desk.ticket(team="red"), desk.ticket(team="red")
    pass_time(desk, hours=1)
    desk.change(over, status="closed")
    desk.work()
    calendar = next(one["id"] for one in desk.ask("GET", "/apps/desk/definitions")["definitions"] if one["kind"] == "calendar")  # fmt: skip
    desk.redefine(calendar, {**OFFICE, "entries": [{"on": "2026-11-23", "kind": "holiday"}]})
    desk.work()
    assert clocks(desk, still)[0].due_at == START + timedelta(hours=24 + 4)
    assert clocks(desk, over)[0].elapsed_s == 3600
    desk.redefine(sla, policy(metric={"targets": [{"within": "PT30M"}]}))
    desk.work()
    assert clocks(desk, still)[0].due_at == START + timedelta(hours=24.5)
    desk.redefine(sla, policy(enabled=False))
    desk.work()
    assert clocks(desk, still)[0].state == "cancelled"
    assert clocks(desk, over)[0].state == "stopped"


def test_a_deleted_policy_cancels_its_clocks(desk: House) -> None:
    sla = desk.define("sla", "service", policy())
    record = desk.ticket(team="red")
    desk.work()
    assert clocks(desk, record)[0].state == "running"
    desk.ask("DELETE", f"/definitions/{sla}")
    desk.work()
    assert clocks(desk, record)[0].state == "cancelled"


def test_an_answer_by_a_button_is_a_first_response_and_one_by_a_rule_is_not(desk: House) -> None:
    reply = {"type": "reply_mail", "to": {"field": "email"}, "subject": both("Hello"), "body": both("Soon")}
    desk.flow("receipt", [reply])
    button = desk.flow("answer", [reply], {"type": "button", "label": both("Answer")})
    first = {"id": "first", "kind": "first_response", "targets": [{"within": "PT2H"}]}
    desk.define("sla", "service", {**policy(), "metrics": [first]})
    record = desk.ticket(email="visitor@example.com")
    pass_time(desk, hours=1)
    assert clocks(desk, record)[0].state == "running"
    desk.ask("POST", f"/flows/{button}/trigger", {"record": record})
    desk.work()
    pass_time(desk, hours=1)
    (clock,) = clocks(desk, record)
    assert (clock.state, clock.elapsed_s) == ("stopped", 3600)


def test_keeping_clocks_along_the_way_is_the_same_as_working_them_out_at_the_end(desk: House) -> None:
    story: list[tuple[float, Mapping[str, Any]]] = [
        (1, {"team": "blue"}), (3, {"team": "green"}), (2, {"status": "closed"}), (20, {"status": "open"}),
        (0.5, {"team": "red"}), (30, {"note": "x"}), (1, {"status": "closed"}),
    ]  # fmt: skip
    sla = desk.define("sla", "service", policy(metric={"warn": [{"percent": 50}]}))
    desk.work()
    record = desk.ticket(team="red", status="new")
    for hours, values in story:
        pass_time(desk, hours=hours)
        desk.change(record, **values)
        desk.work()
    kept = snapshot(desk)
    with desk.db.read() as unit:
        assert kept
        assert unit is not None
    desk.db.write(lambda uow: uow.conn.execute(tables.sla_events.delete()))
    desk.db.write(lambda uow: uow.conn.execute(tables.sla_clocks.delete()))
    desk.redefine(sla, policy(metric={"warn": [{"percent": 50}]}, position=1))
    desk.work()
    assert snapshot(desk) == kept


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"metric": {"targets": [{"within": "4 hours"}]}}, "bad_duration"),
        ({"metric": {"targets": [{"within": "PT0H"}]}}, "bad_duration"),
        ({"metric": {"targets": []}}, "bad_length"),
        ({"metric": {"stop": None}}, "no_stop"),
        ({"metric": {"stop": {"event": "public_replay"}}}, "unknown_event"),
        ({"metric": {"pause": {"field": "sttus", "op": "empty"}}}, "unknown_field"),
        ({"metric": {"breach": [{"id": "x", "type": "notfiy"}]}}, "unknown_type"),
        ({"metric": {"warn": [{"before": "PT1H", "percent": 80}]}}, "one_of_two"),
        ({"metric": {"breach": [{"id": "x", "type": "delay", "for": "PT1H"}]}}, "cannot_wait"),
        ({"priority_field": "prority"}, "unknown_field"),
        ({"priority_field": None}, "no_priority_field"),
        ({"calendar": "ofice"}, "unknown_calendar"),
        ({"filter": {"field": "status", "op": "eq", "value": {"ref": "nothing"}}}, "bad_value"),
    ],
)  # fmt: skip
def test_a_policy_with_a_fault_is_not_published(desk: House, change: dict[str, Any], code: str) -> None:
    assert code in [one["code"] for one in desk.refused(policy(**change), "sla")]


def test_a_policy_that_nothing_is_left_for_is_pointed_out(desk: House) -> None:
    desk.define("sla", "all", policy(position=1))
    made = desk.ask("POST", "/apps/desk/definitions", {"kind": "sla", "key": "late", "document": policy(position=2)})
    found = desk.ask("PUT", f"/definitions/{made['id']}/draft", {"document": policy(position=2)})["findings"]
    assert [(one["code"], one.get("severity")) for one in found] == [("unreachable", "warning")]


def test_a_record_tells_how_its_clocks_stand(desk: House) -> None:
    desk.define("sla", "service", policy(metric={"warn": [{"percent": 50}]}))
    desk.work()
    record = desk.ticket(team="red")
    desk.clock.advance(timedelta(hours=1))
    (clock,) = desk.ask("GET", f"/forms/desk.ticket/records/{record}/sla")["clocks"]
    assert (clock["status"], clock["remaining_s"], clock["due_at"]) == ("running", 3 * 3600, "2026-11-23T05:00:00Z")
    desk.clock.advance(timedelta(hours=1.5))
    (clock,) = desk.ask("GET", f"/forms/desk.ticket/records/{record}/sla")["clocks"]
    assert (clock["status"], [one["kind"] for one in clock["events"]]) == ("warned", ["activate", "warn"])
    desk.clock.advance(timedelta(hours=3))
    (clock,) = desk.ask("GET", f"/forms/desk.ticket/records/{record}/sla")["clocks"]
    assert (clock["status"], clock["remaining_s"]) == ("breached", -5400)


def test_attainment_counts_what_is_over_or_overdue_and_nothing_else(desk: House) -> None:
    desk.define("sla", "service", policy())
    desk.work()
    in_time, late, overdue, resting = (desk.ticket(team="red") for _ in range(4))
    desk.work()
    desk.change(resting, team="blue")
    pass_time(desk, hours=2)
    desk.change(in_time, status="closed")
    pass_time(desk, hours=3)
    desk.change(late, status="closed")
    desk.ticket(team="red")
    desk.work()
    (figures,) = desk.ask("GET", "/apps/desk/sla/figures")["figures"]
    told = {name: figures[name] for name in ("met", "missed", "overdue", "open", "paused", "attainment")}
    assert told == {"met": 1, "missed": 1, "overdue": 1, "open": 1, "paused": 1, "attainment": 33.3}
    assert (figures["median_s"], figures["p90_s"], figures["mean_s"]) == (3.5 * 3600, 5 * 3600, 3.5 * 3600)
    assert overdue
    later = "2026-11-23T02:00:00Z"
    (figures,) = desk.ask("GET", f"/apps/desk/sla/figures?since={later}")["figures"]
    assert (figures["open"], figures["attainment"]) == (1, None)


def test_a_policy_is_told_by_period_and_field(desk: House) -> None:
    made = desk.define("sla", "service", policy())
    desk.work()
    in_time, late, other = desk.ticket(team="red"), desk.ticket(team="red"), desk.ticket(team="green")
    desk.work()
    pass_time(desk, hours=2)
    desk.change(in_time, status="closed")
    pass_time(desk, hours=3)
    for one in (late, other):
        desk.change(one, status="closed")
    pass_time(desk, days=1)
    desk.ticket(team="red")
    desk.work()
    told = desk.ask("GET", f"/sla/{made}/figures?by=team")
    (metric,) = told["metrics"]
    assert (told["bucket"], [one["id"] for one in told["fields"]]) == ("day", ["status", "team", "owner"])
    assert [(one["from"], one["met"], one["missed"], one["open"]) for one in metric["periods"]] == [
        ("2026-11-23", 2, 1, 0), ("2026-11-24", 0, 0, 1),
    ]  # fmt: skip
    assert [(one["label"], one["attainment"]) for one in metric["groups"]] == [("red", 50.0), ("green", 100.0)]
    assert [(one["record"], one["title"], one["elapsed_s"]) for one in metric["late"]] == [(late, "Loom", 5 * 3600)]
    assert desk.ask("GET", f"/sla/{made}/figures?by=subject")["by"] is None


def test_holidays_can_be_copied_into_a_calendar(desk: House) -> None:
    lists = desk.ask("GET", "/holidays")["lists"]
    assert [one["id"] for one in lists] == ["cn-2026", "cn-2025"]
    desk.define("calendar", "china", {**OFFICE, "entries": [entry for one in lists for entry in one["entries"]]})
