"""Triggers: each fires on its own occasion, once, and on no other."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from formloom.platform.storage import tables
from formloom.platform.web import security

from .house import House, both, flow, set_fields

MARK = [{"type": "create_record", "form": "task", "values": {"title": "fired", "ticket": {"record": "id"}}}]
BUTTON = {"type": "button", "label": both("Close")}


def fired(house: House) -> int:
    """Let everything happen that is due and return how often the marking flow ran by now."""
    house.work()
    return len(house.records("task"))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# --- a record changed ---------------------------------------------------------------------------------------


def test_only_a_change_of_a_chosen_field_counts(house: House) -> None:
    house.flow("mark", MARK, {"type": "record_updated", "fields": ["status", "note"]})
    record = house.ticket()
    house.change(record, other="x")
    assert fired(house) == 0
    house.change(record, other="y", status="open")
    assert fired(house) == 1
    house.change(record, status="open")
    assert fired(house) == 1, "nothing changed"
    house.change(record, note="n")
    assert fired(house) == 2


def test_with_no_field_chosen_any_change_counts_and_creation_does_not(house: House) -> None:
    house.flow("mark", MARK, {"type": "record_updated"})
    record = house.ticket()
    assert fired(house) == 0
    house.change(record, other="x")
    assert fired(house) == 1


def test_a_condition_sees_what_the_field_was_before(house: House) -> None:
    when = {"all": [{"field": "status", "op": "changed_from", "value": "new"}]}
    node = {"type": "branch", "when": when, "then": [{"id": "mark", **MARK[0]}]}
    house.flow("mark", [node], {"type": "record_updated"})
    record = house.ticket(status="new")
    house.change(record, status="open")
    assert fired(house) == 1
    house.change(record, status="closed")
    assert fired(house) == 1


# --- the clock ----------------------------------------------------------------------------------------------


def test_a_schedule_fires_once_at_each_of_its_moments(house: House) -> None:
    house.clock.at = at("2026-11-23T00:00")
    house.flow("mark", MARK, {"type": "scheduled", "every": "day", "at": "09:00"})
    assert fired(house) == 0
    house.clock.at = at("2026-11-23T00:59")
    assert fired(house) == 0
    house.clock.at = at("2026-11-23T01:00")
    assert fired(house) == 1
    assert fired(house) == 1
    house.clock.at = at("2026-11-24T01:00")
    assert fired(house) == 2


def test_two_clocks_fire_a_moment_once(house: House) -> None:
    house.clock.at = at("2026-11-23T00:00")
    house.flow("mark", MARK, {"type": "scheduled", "every": "hour", "at": "00:30"})
    tickers = [house.formloom.worker.ticker, house.another_process().worker.ticker]
    for ticker in tickers:
        ticker.plan()
    house.clock.at = at("2026-11-23T00:30")
    assert sorted(ticker.fire() for ticker in tickers) == [0, 1]
    assert fired(house) == 1


def test_a_moment_that_came_while_nobody_was_there_fires_late_and_once(house: House) -> None:
    house.clock.at = at("2026-11-23T00:00")
    house.flow("mark", MARK, {"type": "scheduled", "every": "day", "at": "09:00"})
    assert fired(house) == 0
    house.clock.at = at("2026-11-26T05:00")
    assert fired(house) == 1


def test_a_schedule_that_is_changed_does_not_fire_at_the_old_time_as_well(house: House) -> None:
    house.clock.at = at("2026-11-23T00:00")
    flow_id = house.flow("mark", MARK, {"type": "scheduled", "every": "day", "at": "09:00"})
    assert fired(house) == 0
    house.redefine(flow_id, flow(MARK, {"type": "scheduled", "every": "day", "at": "10:00"}))
    assert fired(house) == 0
    house.clock.at = at("2026-11-23T01:30")
    assert fired(house) == 0
    house.clock.at = at("2026-11-23T02:00")
    assert fired(house) == 1


def test_a_schedule_with_a_filter_runs_for_each_record_that_meets_it(house: House) -> None:
    house.clock.at = at("2026-11-23T00:00")
    wanted = {"all": [{"field": "status", "op": "eq", "value": "open"}]}
    house.flow(
        "mark", [set_fields(note="seen")], {"type": "scheduled", "every": "day", "at": "09:00", "filter": wanted}
    )
    first, second, third = house.ticket(status="open"), house.ticket(status="closed"), house.ticket(status="open")
    house.work()
    house.clock.at = at("2026-11-23T01:00")
    house.work()
    assert [house.values(one)["note"] for one in (first, second, third)] == ["seen", None, "seen"]


UNREADABLE = [
    {"timezone": "Mars/Olympus"}, {"at": "09:00 sharp"}, {"at": "9"}, {"every": "year"},
    {"filter": {"all": [{"field": "nosuch", "op": "eq", "value": 1}]}},
]  # fmt: skip


def test_a_schedule_that_can_not_be_read_is_not_published(house: House) -> None:
    made = {"kind": "flow", "key": "wrong", "document": flow(MARK)}
    definition = house.ask("POST", "/apps/desk/definitions", made)["id"]
    for setting in UNREADABLE:
        document = flow(MARK, {"type": "scheduled", "every": "day", **setting})
        house.ask("PUT", f"/definitions/{definition}/draft", {"document": document})
        answer = house.ask("POST", f"/definitions/{definition}/publish", ok=False)
        assert answer.status_code == 422, setting
        (found,) = answer.json["errors"]
        assert found["field"].startswith(f"trigger/{next(iter(setting))}"), setting


def test_one_flow_whose_clock_can_not_be_read_does_not_stop_the_clock_of_others(house: House) -> None:
    house.clock.at = at("2026-11-23T00:00")
    odd = house.flow("odd", MARK, {"type": "scheduled", "every": "day", "at": "08:00"})
    house.flow("mark", MARK, {"type": "scheduled", "every": "day", "at": "09:00"})
    versions = tables.definition_versions
    broken = flow(MARK, {"type": "scheduled", "every": "day", "timezone": "Gone/Zone"})
    change = versions.update().where(versions.c.definition_id == odd).values(document=broken)
    house.db.write(lambda uow: uow.conn.execute(change))
    assert fired(house) == 0
    house.clock.at = at("2026-11-23T01:00")
    assert fired(house) == 1


# --- a date of the record -----------------------------------------------------------------------------------

DAY_BEFORE = {"type": "date_offset", "field": "due", "offset": "-P1D", "at": "09:00"}


def test_a_date_fires_at_its_offset_and_not_twice(house: House) -> None:
    house.flow("mark", MARK, DAY_BEFORE)
    house.ticket(due="2026-11-26")
    assert fired(house) == 0
    house.clock.at = at("2026-11-25T00:59")
    assert fired(house) == 0
    house.clock.at = at("2026-11-25T01:00")
    assert fired(house) == 1
    for _ in range(3):
        house.clock.advance(timedelta(days=1))
        assert fired(house) == 1


def test_when_the_date_changes_the_moment_moves_along(house: House) -> None:
    house.flow("mark", MARK, DAY_BEFORE)
    record = house.ticket(due="2026-11-26")
    assert fired(house) == 0
    house.change(record, due="2026-11-28")
    assert fired(house) == 0
    house.clock.at = at("2026-11-25T01:00")
    assert fired(house) == 0
    house.clock.at = at("2026-11-27T01:00")
    assert fired(house) == 1


def test_a_date_that_moves_away_and_back_fires_once(house: House) -> None:
    house.flow("mark", MARK, DAY_BEFORE)
    record = house.ticket(due="2026-11-26")
    for day in ("2026-11-28", "2026-11-26"):
        house.work()
        house.change(record, due=day)
    house.work()
    house.clock.at = at("2026-11-25T01:00")
    assert fired(house) == 1
    house.change(record, due="2026-11-27")
    house.work()
    house.change(record, due="2026-11-26")
    assert fired(house) == 1, "this moment has fired already"


def test_a_date_that_is_taken_away_or_a_record_that_is_deleted_fires_nothing(house: House) -> None:
    house.flow("mark", MARK, DAY_BEFORE)
    emptied, deleted, late = (house.ticket(due="2026-11-26") for _ in range(3))
    house.work()
    house.change(emptied, due=None)
    house.ask("DELETE", f"/forms/desk.ticket/records/{deleted}", ok=False)
    house.work()
    house.clock.at = at("2026-11-25T01:00")
    assert fired(house) == 1
    assert [one["values"]["ticket"] for one in house.records("task")] == [late]


def test_a_change_that_no_worker_has_seen_yet_does_not_let_the_old_moment_fire(house: House) -> None:
    house.flow("mark", MARK, DAY_BEFORE)
    record = house.ticket(due="2026-11-26")
    house.work()
    house.change(record, due="2026-12-24")
    house.clock.at = at("2026-11-25T01:00")
    house.formloom.worker.ticker.fire()
    assert fired(house) == 0


def test_records_that_were_there_before_the_flow_fire_as_well(house: House) -> None:
    house.ticket(due="2026-11-26")
    house.ticket(due="2026-11-20")
    house.work()
    house.flow("mark", MARK, DAY_BEFORE)
    assert fired(house) == 0
    house.clock.at = at("2026-11-25T01:00")
    assert fired(house) == 1


def test_a_new_offset_holds_for_the_records_that_are_there(house: House) -> None:
    flow_id = house.flow("mark", MARK, DAY_BEFORE)
    house.ticket(due="2026-11-28")
    house.work()
    house.redefine(flow_id, flow(MARK, {**DAY_BEFORE, "offset": "-P2D"}))
    house.work()
    house.clock.at = at("2026-11-26T01:00")
    assert fired(house) == 1
    house.clock.at = at("2026-11-27T01:00")
    assert fired(house) == 1


@pytest.mark.parametrize("setting", [{"offset": "soon"}, {"timezone": "Mars/Olympus"}, {"field": "nosuch"}])
def test_a_date_trigger_that_can_not_be_read_is_not_published(house: House, setting: dict[str, Any]) -> None:
    found = house.refused(flow(MARK, {**DAY_BEFORE, **setting}))
    assert [one["field"] for one in found] == [f"trigger/{next(iter(setting))}"]


# --- a button -----------------------------------------------------------------------------------------------


def test_a_button_runs_its_flow_on_the_record_and_no_other_flow(house: House) -> None:
    pressed = house.flow("close", [set_fields(status="closed", note={"fn": "me"})], BUTTON)
    other = house.flow("other", [set_fields(other="no")], BUTTON)
    record = house.ticket()
    assert house.ask("POST", f"/flows/{pressed}/trigger", {"record": record}, ok=False).status_code == 202
    house.work()
    values = house.values(record)
    assert (values["status"], values["note"], values["other"]) == ("closed", house.people["ada"], None)
    assert house.runs(other) == []


def test_a_button_is_named_by_its_app_and_key_as_the_page_of_records_does(house: House) -> None:
    house.flow("close", [set_fields(status="closed")], BUTTON)
    record = house.ticket()
    assert house.ask("POST", "/flows/desk.close/trigger", {"record": record}, ok=False).status_code == 202
    house.work()
    assert house.values(record)["status"] == "closed"
    for unknown in ("desk.nothing", "nowhere.close", "desk", "desk."):
        assert house.ask("POST", f"/flows/{unknown}/trigger", {"record": record}, ok=False).status_code == 404


def test_a_flow_without_a_button_can_not_be_pressed(house: House) -> None:
    flow_id = house.flow("mark", MARK)
    answer = house.ask("POST", f"/flows/{flow_id}/trigger", {"record": house.ticket()}, ok=False)
    assert (answer.status_code, answer.json["code"]) == (422, "not_a_button")


def test_a_button_on_a_record_that_is_not_there_says_so(house: House) -> None:
    flow_id = house.flow("close", [set_fields(status="closed")], BUTTON)
    wrong = ("nosuch", "01a20941-b317-7014-9160-000000000000", "x" * 40, "\x00", "", "x" * 41, 7)
    asked = [house.ask("POST", f"/flows/{flow_id}/trigger", {"record": one}, ok=False) for one in wrong]
    assert [answer.status_code for answer in asked] == [404, 404, 404, 422, 422, 422, 422]


def test_whoever_may_see_a_record_but_not_change_it_can_not_press_its_button(house: House) -> None:
    flow_id = house.flow("close", [set_fields(status="closed")], BUTTON)
    eve = house.person("eve")
    grants = [
        {"form": "ticket", "acts": ["record.read"], "rows": "all"},
        {"form": "ticket", "acts": ["record.read", "record.update", "record.create"], "rows": "own"},
    ]
    for number, grant in enumerate(grants):
        group = {"title": both("Group"), "members": {"users": [eve]}, "grants": [grant]}
        house.define("permission_group", f"group{number}", group)
    foreign = house.ticket("not hers")
    own = house.ticket("hers", who="eve")
    assert house.ask("GET", f"/forms/desk.ticket/records/{foreign}", who="eve", ok=False).status_code == 200
    press = [
        house.ask("POST", f"/flows/{flow_id}/trigger", {"record": one}, who="eve", ok=False).status_code
        for one in (foreign, own)
    ]
    assert press == [404, 202]
    house.work()
    assert house.values(foreign)["status"] is None
    assert house.values(own)["status"] == "closed"


# --- a call from outside ------------------------------------------------------------------------------------


def hook(house: House, nodes: list[dict[str, Any]]) -> tuple[str, str]:
    """Publish a flow that listens; return its id and its path."""
    flow_id = house.flow("hook", nodes, {"type": "webhook"})
    url = house.ask("POST", f"/flows/{flow_id}/hook")["url"]
    return flow_id, url.removeprefix(house.rt.settings.base_url)


def test_a_call_runs_the_flow_with_what_it_says(house: House) -> None:
    title = {"liquid": "{{ hook.order.no }} for {{ hook.who }}"}
    when = {"all": [{"field": "hours", "op": "gt", "value": "3"}]}
    node = {"type": "branch", "when": when, "then": [{"id": "add", "type": "create_record", "form": "task", "values": {"title": title}}]}  # fmt: skip
    _flow, path = hook(house, [node])
    web = house.formloom.web.test_client()
    for hours in ("2", "4"):
        assert web.post(path, json={"order": {"no": 7}, "who": "李雷", "hours": hours}).status_code == 202
    house.work()
    assert [one["values"]["title"] for one in house.records("task")] == ["7 for 李雷"]


def test_a_call_may_name_a_record_of_the_form(house: House) -> None:
    _flow, path = hook(house, [set_fields(note="called")])
    record = house.ticket()
    assert house.formloom.web.test_client().post(path, json={"record": record}).status_code == 202
    house.work()
    assert house.values(record)["note"] == "called"


def test_an_address_that_nobody_listens_at_is_not_found(house: House) -> None:
    _flow, path = hook(house, MARK)
    web = house.formloom.web.test_client()
    for wrong in (path[:-1], path + "x", "/hooks/" + "A" * 32, "/hooks/%00", "/hooks/" + "長" * 30):
        assert web.post(wrong, json={}).status_code == 404
    assert fired(house) == 0


WRONG_BODIES = [
    (b"{", "application/json", 400), (b"[]", "application/json", 422), (b'"x"', "application/json", 422),
    (b"a=1", "application/x-www-form-urlencoded", 415), (b"{}", "text/plain", 415),
    (b'{"record": "nosuch"}', "application/json", 422), (b'{"record": ["x"]}', "application/json", 422),
    (b'{"record": "' + b"x" * 5000 + b'"}', "application/json", 422),
    (b'{"record": "01a20941-b317-7014-9160-000000000000"}', "application/json", 422),
    (b'{"a": "\\u0000"}', "application/json", 422),
    (b'{"x": ' + b"[" * 3000 + b"]" * 3000 + b"}", "application/json", 400),
]  # fmt: skip


def test_a_wrong_body_is_refused_clearly_and_starts_nothing(house: House) -> None:
    _flow, path = hook(house, MARK)
    web = house.formloom.web.test_client()
    answers = [web.post(path, data=body, content_type=media).status_code for body, media, _status in WRONG_BODIES]
    assert answers == [status for _body, _media, status in WRONG_BODIES]
    assert fired(house) == 0


def test_members_that_do_not_fit_their_field_are_no_fault(house: House) -> None:
    flow_id, path = hook(house, MARK)
    body = {"hours": {"a": 1}, "status": "no such", "due": "whenever", "owner": 7, "subject": ["x"], "note": None}
    assert house.formloom.web.test_client().post(path, json=body).status_code == 202
    assert fired(house) == 1
    assert [run["state"] for run in house.runs(flow_id)] == ["done"]


def test_too_many_calls_are_told_to_wait(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    real = security.Rates.spend
    few = lambda self, limit, name, *keys: real(self, "2 per minute" if name == "hook" else limit, name, *keys)  # noqa: E731 - shorter than a function
    monkeypatch.setattr(security.Rates, "spend", few)
    _flow, path = hook(house, MARK)
    answers = [house.formloom.web.test_client().post(path, json={}) for _ in range(3)]
    assert [one.status_code for one in answers] == [202, 202, 429]
    assert int(answers[2].headers["Retry-After"]) > 0
    assert fired(house) == 2


def test_the_address_of_a_flow_stays_the_same_and_is_for_designers_only(house: House) -> None:
    flow_id, path = hook(house, MARK)
    house.person("eve")
    assert house.ask("POST", f"/flows/{flow_id}/hook")["url"].endswith(path)
    assert house.ask("POST", f"/flows/{flow_id}/hook", who="eve", ok=False).status_code in {403, 404}
