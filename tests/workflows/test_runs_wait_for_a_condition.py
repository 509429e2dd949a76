"""A run that waits for a condition goes on when the record, time, or a record that it looks up makes it true."""

from datetime import UTC, datetime, timedelta
from typing import Any

from formloom.platform.storage import tables

from .house import TICKET, House, both, set_fields

TODAY = {"fn": "today"}
DUE = {"field": "due", "op": "lte", "value": TODAY}
THROUGH = set_fields(other="through")


def wait(**more: Any) -> dict[str, Any]:
    return {"type": "wait_until", "when": DUE, **more}


def looks(house: House) -> list[Any]:
    return [row for row in house.rows(tables.timers) if row.kind == "look"]


def test_it_goes_on_when_the_day_has_come(house: House) -> None:
    flow_id = house.flow("wait", [wait(), THROUGH])
    soon, later = house.ticket("a", due="2026-11-25"), house.ticket("b", due="2026-12-24")
    house.work()
    assert house.runs(flow_id)[0]["summary"] == {"zh-CN": "0 个动作完成，等待中", "en": "0 actions done, waiting"}
    (waiting,) = house.runs(flow_id)[0]["trace"]
    assert waiting["result"] == "waiting"
    assert waiting["output"] == {"holds": False, "until": None, "looks_at": "2026-11-24T16:00:00+00:00"}
    assert [(leaf["field"], leaf["result"]) for leaf in waiting["why"]] == [("due", False)]
    house.clock.at = datetime(2026, 11, 24, 15, 59, 59, tzinfo=UTC)
    house.work()
    assert house.values(soon)["other"] is None
    house.clock.advance(timedelta(seconds=1))
    house.work()
    assert [house.values(one)["other"] for one in (soon, later)] == ["through", None]
    through = house.runs(flow_id)[0]
    assert [line["result"] for line in through["trace"]] == ["waiting", "done", "done"]
    assert through["trace"][1]["output"] == {"holds": True}
    assert through["summary"]["en"] == "2 actions done"


def test_a_date_that_moves_moves_the_look_along(house: House) -> None:
    house.flow("wait", [wait(), THROUGH])
    record = house.ticket(due="2026-11-25")
    house.work()
    house.change(record, due="2026-11-28")
    house.work()
    house.clock.at = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
    house.work()
    assert house.values(record)["other"] is None
    house.clock.at = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)
    house.work()
    assert house.values(record)["other"] == "through"


def test_what_time_can_not_change_is_not_looked_at_by_the_clock(house: House) -> None:
    house.flow("wait", [wait(when={"field": "status", "op": "eq", "value": "closed"}), THROUGH])
    house.ticket()
    house.work()
    assert looks(house) == []


def test_what_is_to_be_done_when_it_takes_too_long_is_done_then_alone(house: House) -> None:
    late = [{"id": "l", **set_fields(note="late")}]
    flow_id = house.flow("wait", [wait(after="PT2H", late=late), THROUGH])
    slow, quick = house.ticket("a", due="2026-12-24"), house.ticket("b", due="2026-12-24")
    house.work()
    house.change(quick, due="2026-11-23")
    house.work()
    house.clock.advance(timedelta(hours=2))
    house.work()
    assert [(house.values(one)["note"], house.values(one)["other"]) for one in (slow, quick)] == [
        ("late", "through"), (None, "through"),
    ]  # fmt: skip
    told = [line["output"] for line in house.runs(flow_id)[0]["trace"] if line["type"] == "wait_until"]
    assert told[-1] == {"holds": False, "late": True}
    assert looks(house) == [], "nothing is looked at after the limit"


def test_it_hears_of_another_record_through_what_is_looked_up_from_it(house: House) -> None:
    look = {
        "id": "job_is",
        "type": "lookup",
        "label": both("Job"),
        "through": "job",
        "field": "title",
        "result": "text",
    }
    job = {"id": "job", "type": "link", "label": both("Job"), "form": "task"}
    house.define("form", "ticket2", {**TICKET, "fields": [*TICKET["fields"], job, look]})
    when = {"field": "job_is", "op": "eq", "value": "Woven"}
    house.flow("wait", [wait(when=when), THROUGH], form="ticket2")
    task = house.ask("POST", "/forms/desk.task/records", {"values": {"title": "Weave"}})["id"]
    record = house.ask("POST", "/forms/desk.ticket2/records", {"values": {"subject": "a", "job": task}})["id"]
    house.work()
    assert house.values(record, "ticket2")["other"] is None
    house.ask("PATCH", f"/forms/desk.task/records/{task}", {"values": {"title": "Woven"}})
    house.work()
    assert house.values(record, "ticket2")["other"] == "through"
