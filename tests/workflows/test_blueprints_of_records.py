"""Blueprints over an installation: a state is left by its transitions alone, its stages are logged, the clock moves too."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from formloom.platform.storage import tables

from .house import House, both, flow, set_fields

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # Monday 09:00 in Shanghai
DAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE = {"title": both("Office"), "timezone": "Asia/Shanghai", "week": {day: [["09:00", "18:00"]] for day in DAYS}}


def way(key: str, to: str, *sources: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "label": both(key.title()), "from": list(sources or ("*",)), "to": to, **more}


def blueprint(*transitions: dict[str, Any], **more: Any) -> dict[str, Any]:
    listed = transitions or (way("begin", "open", "new"), way("close", "closed", "open"))
    return {
        "title": both("Ticket's life"), "form": "ticket", "field": "status", "transitions": list(listed),
        "states": [{"option": "new"}, {"option": "open"}, {"option": "closed", "category": "won"}], **more,
    }  # fmt: skip


@pytest.fixture
def desk(house: House) -> House:
    house.clock.at = START
    return house


def take(house: House, record: str, key: str, *, who: str = "ada", ok: bool = True, **said: Any) -> Any:
    headers = said.pop("headers", {})
    body = {"blueprint": "life", "transition": key, **said}
    return house.ask("POST", f"/forms/desk.ticket/records/{record}/transitions", body, who=who, ok=ok, headers=headers)


def listed(house: House, record: str, who: str = "ada") -> dict[str, Any]:
    found = house.ask("GET", f"/forms/desk.ticket/records/{record}/transitions", who=who)["blueprints"][0]
    return {**found, "transitions": {one["key"]: one for one in found["transitions"]}}


def log(house: House, record: str) -> list[tuple[Any, ...]]:
    """Return the stages of a record, oldest first: state, transition, seconds spent."""
    found = house.ask("GET", f"/forms/desk.ticket/records/{record}/stages")["stages"]
    return [(one["state"], one["transition"], one["spent_s"]) for one in found[::-1]]


def refusals(answer: Any) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    return {one["field"]: one["code"] for one in answer.json["errors"]}


def agent(house: House, name: str, **grant: Any) -> None:
    """Let somebody work with the tickets."""
    house.person(name)
    acts = ["record.read", "record.create", "record.update"]
    document = {
        "title": both(name), "members": {"users": [house.people[name]]},
        "grants": [{"form": "ticket", "acts": acts, "rows": "all", **grant}],
    }  # fmt: skip
    house.define("permission_group", name, document)


def test_a_record_begins_in_the_initial_state_and_in_no_other(desk: House) -> None:
    desk.define("blueprint", "life", blueprint())
    record = desk.ticket()
    assert desk.values(record)["status"] == "new"
    assert log(desk, record) == [("new", None, None)]
    desk.ticket(status="new")
    answer = desk.ask("POST", "/forms/desk.ticket/records", {"values": {"subject": "x", "status": "open"}}, ok=False)
    assert refusals(answer) == {"status": "begins_otherwise"}
    assert "new" in answer.json["errors"][0]["message"]
    many = {"records": [{"values": {"subject": "a", "status": "closed"}}, {"values": {"subject": "b"}}]}
    results = desk.ask("POST", "/forms/desk.ticket/records/batch", many)["results"]
    assert [one["status"] for one in results] == [422, 201]


def test_no_edit_moves_a_state(desk: House) -> None:
    desk.define("blueprint", "life", blueprint())
    record = desk.ticket()
    for wanted in ("open", "closed", None):
        body = {"values": {"status": wanted, "note": "x"}}
        answer = desk.ask("PATCH", f"/forms/desk.ticket/records/{record}", body, ok=False)
        assert refusals(answer) == {"status": "only_by_transition"}
    desk.change(record, status="new", note="the same state is no move")
    assert desk.values(record)["note"] == "the same state is no move"
    assert log(desk, record) == [("new", None, None)]


def test_the_workspace_offers_no_other_way_to_change_a_state(desk: House) -> None:
    assert desk.ask("GET", "/forms/desk.ticket")["access"]["fields"]["status"] == "write"
    desk.define("blueprint", "life", blueprint())
    assert desk.ask("GET", "/forms/desk.ticket")["access"]["fields"]["status"] == "read"


def test_a_transition_moves_the_state_and_writes_the_log(desk: House) -> None:
    desk.define("blueprint", "life", blueprint())
    record = desk.ticket()
    desk.clock.advance(timedelta(hours=2))
    answer = take(desk, record, "begin", comment=" on it ")
    assert (answer["values"]["status"], answer["rev"]) == ("open", 2)
    assert log(desk, record) == [("new", None, 7200), ("open", "begin", None)]
    (_first, second) = desk.rows(tables.record_stages, tables.record_stages.c.record_id == record)
    assert (second.actor_kind, second.actor_id, second.comment) == ("member", desk.people["ada"], "on it")
    assert take(desk, record, "begin", ok=False).json["code"] == "wrong_state"
    assert take(desk, record, "nothing", ok=False).status_code == 404


def test_what_a_transition_asks_for_is_demanded_on_the_server(desk: House) -> None:
    checklist = [{"id": "read", "label": both("Read it")}, {"id": "call", "label": both("Called")}]
    demanding = way("begin", "open", "new", require=["note"], ask=["hours"], checklist=checklist, comment="required")
    desk.define("blueprint", "life", blueprint(demanding, way("close", "closed", "open")))
    record = desk.ticket()
    answer = take(desk, record, "begin", ok=False, checked=["read"], values={"other": "smuggled"})
    assert refusals(answer) == {
        "note": "required", "checklist/call": "not_ticked", "comment": "required", "other": "not_asked_for",
    }  # fmt: skip
    given = {"checked": ["read", "call"], "comment": "done"}
    assert refusals(take(desk, record, "begin", ok=False, values={"note": "   "}, **given)) == {"note": "required"}
    assert refusals(take(desk, record, "begin", ok=False, values={"note": "n", "hours": "x"}, **given)).keys() == {
        "hours"
    }
    assert desk.values(record)["status"] == "new"
    take(desk, record, "begin", values={"note": "n", "hours": 3}, **given)
    found = desk.values(record)
    assert (found["status"], found["note"], found["hours"]) == ("open", "n", "3.00")


def test_a_field_that_is_filled_already_need_not_be_sent(desk: House) -> None:
    desk.define(
        "blueprint", "life", blueprint(way("begin", "open", "new", require=["note"]), way("close", "closed", "open"))
    )
    record = desk.ticket(note="there")
    take(desk, record, "begin")
    assert desk.values(record)["status"] == "open"


def test_only_its_people_take_a_transition(desk: House) -> None:
    for name in ("bea", "cem", "dia"):
        agent(desk, name)
    meant = [{"users": [desk.people["bea"]]}, {"user_field": "owner"}, {"initiator": True}]
    desk.define("blueprint", "life", blueprint(way("begin", "open", "new", who=meant), way("close", "closed", "open")))
    records = [desk.ticket(owner=desk.people["cem"]) for _ in range(3)]
    assert listed(desk, records[0], "dia")["transitions"]["begin"]["barred"] == "not_for_you"
    refused = take(desk, records[0], "begin", who="dia", ok=False)
    assert (refused.status_code, refused.json["code"]) == (403, "not_for_you")
    for record, who in zip(records, ("bea", "cem", "ada"), strict=True):
        assert listed(desk, record, who)["transitions"]["begin"]["open"] is True
        take(desk, record, "begin", who=who)
        assert desk.values(record)["status"] == "open"


def test_a_condition_is_checked_on_the_record_as_it_stands(desk: House) -> None:
    when = {"field": "hours", "op": "gt", "value": 2}
    begin = way("begin", "open", "new", when=when, ask=["hours"])
    desk.define("blueprint", "life", blueprint(begin, way("close", "closed", "open")))
    record = desk.ticket(hours=1)
    told = listed(desk, record)["transitions"]["begin"]
    assert (told["open"], told["barred"], told["why"][0]["field"]) == (False, "condition_not_met", "hours")
    answer = take(desk, record, "begin", ok=False, values={"hours": 9})
    assert (answer.status_code, answer.json["code"]) == (422, "condition_not_met")
    desk.change(record, hours=3)
    take(desk, record, "begin")
    assert desk.values(record)["status"] == "open"


def test_a_transition_gives_the_right_to_its_own_field_and_to_no_other(desk: House) -> None:
    agent(desk, "bea", fields={"status": "read", "hours": "read"})
    begin = way("begin", "open", "new", ask=["hours", "note"])
    desk.define("blueprint", "life", blueprint(begin, way("close", "closed", "open")))
    record = desk.ticket()
    assert refusals(take(desk, record, "begin", who="bea", ok=False, values={"hours": 4})).keys() == {"hours"}
    take(desk, record, "begin", who="bea", values={"note": "mine"})
    assert desk.values(record)["status"] == "open"


def test_who_may_not_change_the_record_is_offered_nothing_and_refused(desk: House) -> None:
    agent(desk, "bea", acts=["record.read"])
    desk.define("blueprint", "life", blueprint())
    record = desk.ticket()
    assert listed(desk, record, "bea")["transitions"] == {}
    assert take(desk, record, "begin", who="bea", ok=False).status_code in {403, 404}


def test_who_may_not_see_the_field_knows_nothing_of_its_blueprint(desk: House) -> None:
    agent(desk, "bea", fields={"status": "hidden"})
    desk.define("blueprint", "life", blueprint())
    record = desk.ticket()
    where = f"/forms/desk.ticket/records/{record}"
    assert desk.ask("GET", f"{where}/transitions", who="bea")["blueprints"] == []
    assert desk.ask("GET", f"{where}/stages", who="bea")["stages"] == []
    assert take(desk, record, "begin", who="bea", ok=False).status_code == 404
    assert desk.ask("GET", "/forms/desk.ticket/stages/figures", who="bea", ok=False).status_code == 403


def test_a_stale_revision_is_refused_and_a_repeat_is_the_same_act(desk: House) -> None:
    desk.define("blueprint", "life", blueprint())
    record = desk.ticket()
    desk.change(record, note="meanwhile")
    stale = take(desk, record, "begin", ok=False, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json["code"]) == (409, "stale_record")
    once = {"If-Match": '"2"', "Idempotency-Key": "begin-it"}
    first, second = (take(desk, record, "begin", headers=once) for _ in range(2))
    assert first == second
    assert [one[0] for one in log(desk, record)] == ["new", "open"]


def test_those_who_manage_processes_put_a_state_right(desk: House) -> None:
    agent(desk, "bea")
    desk.define("blueprint", "life", blueprint())
    record = desk.ticket()
    where, body = (
        f"/forms/desk.ticket/records/{record}/state",
        {"blueprint": "life", "state": "closed", "comment": "it was closed by phone"},
    )
    assert desk.ask("POST", where, body, who="bea", ok=False).status_code == 403
    assert desk.ask("POST", where, {**body, "comment": ""}, ok=False).status_code == 422
    assert refusals(desk.ask("POST", where, {**body, "state": "lost"}, ok=False)) == {"status": "not_a_state"}
    desk.ask("POST", where, body)
    assert log(desk, record) == [("new", None, 0), ("closed", None, None)]
    assert desk.ask("GET", f"{where.removesuffix('state')}stages")["stages"][0]["comment"] == "it was closed by phone"


def test_rules_set_states_and_the_log_says_that_a_rule_did(desk: House) -> None:
    desk.define("blueprint", "life", blueprint())
    rule = desk.flow("rule", [set_fields(status="closed")], {"type": "record_updated", "fields": ["note"]})
    record = desk.ticket()
    desk.change(record, note="close it")
    desk.work()
    assert desk.values(record)["status"] == "closed"
    last = desk.rows(tables.record_stages, tables.record_stages.c.left_at.is_(None))[-1]
    assert (last.actor_kind, last.actor_id, last.transition) == ("system", rule, None)


def test_actions_after_a_transition_run_once_and_flows_hear_of_it(desk: House) -> None:
    made = {
        "id": "n1",
        "type": "create_record",
        "form": "task",
        "values": {"title": {"liquid": "after {{ transition.comment }}"}},
    }
    desk.define(
        "blueprint", "life", blueprint(way("begin", "open", "new", after=[made]), way("close", "closed", "open"))
    )
    add = {"type": "create_record", "form": "task"}
    heard = {"type": "record_transitioned", "blueprint": "life", "transitions": ["begin"]}
    desk.flow("heard", [{**add, "values": {"title": "heard"}}], heard)
    desk.flow("other", [{**add, "values": {"title": "other"}}], {**heard, "transitions": ["close"]})
    states = {"type": "record_transitioned", "blueprint": "life", "from": ["new"]}
    desk.flow("between", [{**add, "values": {"title": "between"}}], {**states, "to": ["open"]})
    desk.flow("elsewhere", [{**add, "values": {"title": "elsewhere"}}], {**states, "to": ["closed"]})
    changes = {"type": "record_updated", "changes": {"status": {"from": "new", "to": "open"}}}
    desk.flow("changed", [{**add, "values": {"title": "changed"}}], changes)
    record = desk.ticket()
    take(desk, record, "begin", comment="a word")
    desk.work()
    desk.change(record, note="no transition")
    desk.work()
    assert sorted(str(one["values"]["title"]) for one in desk.records("task")) == [
        "after a word", "between", "changed", "heard",
    ]  # fmt: skip
    (unknown,) = desk.refused(flow([], {**states, "from": ["nosuch"]}))
    assert (unknown["field"], unknown["code"]) == ("trigger/from/0", "unknown_state")


def test_the_clock_moves_what_stayed_too_long_and_only_once(desk: House) -> None:
    expire = way("expire", "closed", "new", automatic={"after": "P2D"})
    desk.define("blueprint", "life", blueprint(way("begin", "open", "new"), expire, way("reopen", "new", "closed")))
    stays, moves = desk.ticket(), desk.ticket()
    desk.clock.advance(timedelta(days=1))
    take(desk, moves, "begin")
    desk.clock.advance(timedelta(days=1, seconds=-1))
    desk.work()
    assert desk.values(stays)["status"] == "new"
    desk.clock.advance(timedelta(seconds=2))
    desk.work()
    assert (desk.values(stays)["status"], desk.values(moves)["status"]) == ("closed", "open")
    assert log(desk, stays)[-1] == ("closed", "expire", None)
    take(desk, stays, "reopen")
    desk.work()
    assert desk.values(stays)["status"] == "new"
    desk.clock.advance(timedelta(days=2, seconds=1))
    desk.work()
    assert [one[0] for one in log(desk, stays)] == ["new", "closed", "new", "closed"]


def test_a_timer_outlives_its_process_and_no_two_workers_take_it(desk: House) -> None:
    desk.define(
        "blueprint",
        "life",
        blueprint(way("expire", "open", "new", automatic={"after": "P1D"}), way("close", "closed", "open")),
    )
    record = desk.ticket()
    others = [desk.another_process() for _ in range(2)]
    desk.clock.advance(timedelta(days=1, seconds=1))
    for one in others:
        assert one.worker.ticker is not None
        one.worker.ticker.fire()
    for one in others:
        one.worker.drain()
    desk.work()
    assert log(desk, record) == [("new", None, 86401), ("open", "expire", None)]


def test_working_time_counts_where_a_calendar_is_named(desk: House) -> None:
    desk.define("calendar", "office", OFFICE)
    expire = way("expire", "open", "new", automatic={"after": "PT10H", "calendar": "office"})
    desk.define("blueprint", "life", blueprint(expire, way("close", "closed", "open")))
    record = desk.ticket()
    desk.clock.at = datetime(2026, 11, 24, 1, 59, tzinfo=UTC)
    desk.work()
    assert desk.values(record)["status"] == "new"
    desk.clock.at = datetime(2026, 11, 24, 2, 1, tzinfo=UTC)
    desk.work()
    assert desk.values(record)["status"] == "open"


def test_a_date_of_the_record_moves_it_and_moves_along(desk: House) -> None:
    late = way("late", "open", "new", automatic={"field": "due", "after": "P1D"})
    desk.define("blueprint", "life", blueprint(late, way("close", "closed", "open")))
    record, without = desk.ticket(due="2026-11-24"), desk.ticket()
    desk.change(record, due="2026-11-26")
    desk.clock.at = datetime(2026, 11, 25, 0, 0, tzinfo=UTC)
    desk.work()
    assert desk.values(record)["status"] == "new"
    desk.clock.at = datetime(2026, 11, 26, 16, 1, tzinfo=UTC)
    desk.work()
    assert (desk.values(record)["status"], desk.values(without)["status"]) == ("open", "new")


def test_a_condition_that_is_met_late_is_acted_upon_then(desk: House) -> None:
    when = {"field": "note", "op": "empty"}
    expire = way("expire", "closed", "new", when=when, automatic={"after": "P1D"})
    desk.define("blueprint", "life", blueprint(expire, way("begin", "open", "new")))
    record = desk.ticket(note="busy")
    desk.clock.advance(timedelta(days=3))
    desk.work()
    assert desk.values(record)["status"] == "new"
    desk.change(record, note=None)
    desk.work()
    assert desk.values(record)["status"] == "closed"


def test_records_that_were_there_before_are_watched_from_the_publication_on(desk: House) -> None:
    old = desk.ticket(status="open")
    never = desk.ticket()
    desk.clock.advance(timedelta(days=5))
    desk.define(
        "blueprint",
        "life",
        blueprint(
            way("begin", "open", "new"), way("expire", "closed", "open", automatic={"after": "P1D"}), way("any", "new")
        ),
    )
    desk.work()
    assert log(desk, old) == [("open", None, None)]
    desk.work()
    assert len(desk.rows(tables.record_stages)) == 1
    assert set(listed(desk, never)["transitions"]) == {"any"}
    desk.clock.advance(timedelta(days=1, seconds=1))
    desk.work()
    assert log(desk, old) == [("open", None, 86401), ("closed", "expire", None)]


def test_another_version_plans_anew(desk: House) -> None:
    def document(after: str) -> dict[str, Any]:
        return blueprint(way("expire", "open", "new", automatic={"after": after}), way("close", "closed", "open"))

    definition = desk.define("blueprint", "life", document("P1D"))
    record = desk.ticket()
    desk.redefine(definition, document("P3D"))
    desk.work()
    desk.clock.advance(timedelta(days=2))
    desk.work()
    assert desk.values(record)["status"] == "new"
    desk.clock.advance(timedelta(days=1, seconds=1))
    desk.work()
    assert desk.values(record)["status"] == "open"


def test_the_trash_ends_a_stage_and_coming_back_begins_one(desk: House) -> None:
    desk.define("blueprint", "life", blueprint())
    record = desk.ticket()
    desk.clock.advance(timedelta(minutes=1))
    desk.ask("DELETE", f"/forms/desk.ticket/records/{record}", ok=False)
    assert [one.spent_s for one in desk.rows(tables.record_stages)] == [60]
    desk.ask("POST", f"/forms/desk.ticket/records/{record}/restore")
    assert log(desk, record) == [("new", None, 60), ("new", None, None)]


def test_figures_tell_how_long_states_last_and_how_many_are_in_them(desk: House) -> None:
    desk.define("blueprint", "life", blueprint())
    records = [desk.ticket() for _ in range(11)]
    for record in records[:10]:
        desk.clock.advance(timedelta(minutes=1))
        take(desk, record, "begin")
    (found,) = desk.ask("GET", "/forms/desk.ticket/stages/figures")["blueprints"]
    states = {one["state"]: (one["now"], one["left"], one["median_s"], one["p90_s"]) for one in found["states"]}
    assert states == {"new": (1, 10, 300, 540), "open": (10, 0, None, None), "closed": (0, 0, None, None)}
    since = (desk.clock.now() - timedelta(minutes=1)).isoformat().replace("+00:00", "Z")
    (found,) = desk.ask("GET", f"/forms/desk.ticket/stages/figures?since={since}")["blueprints"]
    assert found["states"][0] == {
        "state": "new", "category": "open", "now": 1, "left": 2, "entered": 0, "median_s": 540, "p90_s": 600,
        "is_bottleneck": False,
    }  # fmt: skip


def test_figures_tell_how_often_each_way_was_taken_and_where_records_wait(desk: House) -> None:
    desk.define("blueprint", "life", blueprint())
    records = [desk.ticket() for _ in range(3)]
    desk.clock.advance(timedelta(minutes=1))
    for record in records:
        take(desk, record, "begin")
    desk.clock.advance(timedelta(hours=1))
    take(desk, records[0], "close")
    right = {"blueprint": "life", "state": "new", "comment": "began too early"}
    desk.ask("POST", f"/forms/desk.ticket/records/{records[1]}/state", right)
    desk.ask("DELETE", f"/forms/desk.ticket/records/{records[2]}", ok=False)
    desk.ask("POST", f"/forms/desk.ticket/records/{records[2]}/restore")
    (found,) = desk.ask("GET", "/forms/desk.ticket/stages/figures")["blueprints"]
    told = {(one["from"], one["to"], one["transition"]): one["count"] for one in found["moves"]}
    assert told == {
        (None, "new", None): 3, ("new", "open", "begin"): 3, ("open", "closed", "close"): 1, ("open", "new", None): 1,
    }  # fmt: skip
    assert {one["state"]: (one["entered"], one["is_bottleneck"]) for one in found["states"]} == {
        "new": (4, False), "open": (3, True), "closed": (1, False),
    }  # fmt: skip
    since = (desk.clock.now() - timedelta(minutes=1)).isoformat().replace("+00:00", "Z")
    (found,) = desk.ask("GET", f"/forms/desk.ticket/stages/figures?since={since}")["blueprints"]
    assert sum(one["count"] for one in found["moves"]) == 2


def test_after_the_blueprint_is_gone_the_field_is_free_again(desk: House) -> None:
    definition = desk.define("blueprint", "life", blueprint())
    record = desk.ticket()
    desk.ask("DELETE", f"/definitions/{definition}", ok=False)
    desk.change(record, status="closed")
    assert desk.values(record)["status"] == "closed"
