"""Simulation writes and sends nothing, shows what would happen, and every trace tells each condition's values."""

from collections.abc import Iterator
from typing import Any

import pytest

from formloom.platform.storage import tables

from .house import House, Open, both, flow, reply, set_fields
from .servers import Post, Web, mail_server, web_server


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as running:
        yield running


@pytest.fixture
def web() -> Iterator[Web]:
    with web_server() as running:
        yield running


def simulate(house: House, flow_id: str, record: str, **values: Any) -> Any:
    return house.ask("POST", f"/flows/{flow_id}/simulate", {"record": record, "values": values})


def everything_a_flow_can_do(house: House, web: Web) -> list[dict[str, Any]]:
    return [
        set_fields(note={"liquid": "{{ record.subject }}!"}, status="open"),
        {"type": "assign", "field": "owner", "candidates": {"users": [house.people["bo"], house.people["cy"]]}},
        {"type": "create_record", "form": "task", "values": {"title": {"ref": "note"}}},
        {"type": "update_record", "form": "task", "match": {"title": "old"}, "values": {"done": True}},
        {"type": "add_comment", "text": both("Seen {{ record.subject }}")},
        {"type": "notify", "to": {"user_field": "owner"}, "text": both("Yours: {{ record.subject }}")},
        reply(subject="Re: {{ record.subject }}"),
        {"type": "call_webhook", "url": web.url(), "body": {"what": {"ref": "subject"}}},
    ]


@pytest.fixture
def busy(opened: Open, post: Post, web: Web) -> House:
    """Return an installation that could send, with a task `old`."""
    house = opened(FORMLOOM_SMTP_URL=post.url, FORMLOOM_OUTBOUND_ALLOW=f"127.0.0.1:{web.port}")
    house.person("bo")
    house.person("cy")
    house.ask("POST", "/forms/desk.task/records", {"values": {"title": "old"}})
    return house


def test_a_simulation_changes_no_row_of_any_table_and_sends_nothing(busy: House, post: Post, web: Web) -> None:
    record = busy.ticket("Loom", email="ming@example.com")
    busy.work()
    flow_id = busy.flow("all", everything_a_flow_can_do(busy, web))
    busy.work()
    simulate(busy, flow_id, record)  # what the session itself writes, such as the token's last use, is written now
    before = busy.everything()
    told = simulate(busy, flow_id, record, subject="Pretended")
    after = busy.everything()
    busy.work()
    assert {name for name in before if before[name] != after[name]} == set()
    assert sum(map(len, before.values())) > 20
    assert (post.asked, web.calls) == (0, [])
    assert told["would_run"] is True
    assert [line["result"] for line in told["trace"]] == ["done"] * 8
    changes, who, made, _changed, comment, notice, mail, called = (line["output"] for line in told["trace"])
    assert changes["changes"]["note"] == {"before": None, "after": "Pretended!"}
    assert who["name"] == "bo"
    assert made["title"] == "Pretended!"
    assert comment["text"] == "Seen Pretended"
    assert (notice["people"], notice["text"]["en"]) == (1, "Yours: Pretended")
    assert (mail["mails"][0]["to"], mail["mails"][0]["subject"]) == ("ming@example.com", "Re: Pretended")
    assert called["body"] == {"what": "Pretended"}


def test_what_a_simulation_shows_is_what_happens(busy: House, post: Post, web: Web) -> None:
    record = busy.ticket("Loom", email="ming@example.com")
    nodes = everything_a_flow_can_do(busy, web)
    flow_id = busy.flow("all", nodes, {"type": "button", "label": both("Go")})
    shown = simulate(busy, flow_id, record)["trace"]
    busy.ask("POST", f"/flows/{flow_id}/trigger", {"record": record})
    busy.work()
    (run,) = busy.runs(flow_id)
    same = ("node", "type", "result", "step_no", "error")
    assert [[line[name] for name in same] for line in shown] == [[line[name] for name in same] for line in run["trace"]]
    for number in (0, 1, 4, 5):
        assert shown[number]["output"] == run["trace"][number]["output"]
    assert run["trace"][3]["output"]["records"] == shown[3]["output"]["records"]
    assert len(post.ids) == 1
    assert len(web.calls) == 1
    assert busy.values(record)["note"] == "Loom!"


def test_a_simulation_shows_whose_turn_it_is(house: House) -> None:
    for name in ("bo", "cy"):
        house.person(name)
    node = {"type": "assign", "field": "owner", "candidates": {"users": [house.people["bo"], house.people["cy"]]}}
    flow_id = house.flow("assign", [set_fields(note="x"), node])
    house.ticket("first")
    house.work()
    told = simulate(house, flow_id, house.ticket("second"))
    assert told["trace"][1]["output"]["name"] == "cy"


def test_a_simulation_runs_the_draft_and_not_what_is_published(house: House) -> None:
    flow_id = house.flow("note", [set_fields(note="published")])
    house.ask("PUT", f"/definitions/{flow_id}/draft", {"document": flow([set_fields(note="drafted")])})
    told = simulate(house, flow_id, house.ticket())
    assert told["trace"][0]["output"]["changes"]["note"]["after"] == "drafted"


def test_a_step_that_would_fail_is_shown_as_failing(house: House) -> None:
    flow_id = house.flow("note", [set_fields(status={"liquid": "nonsense"}), set_fields(note="on")])
    record = house.ticket()
    house.work()
    told = simulate(house, flow_id, record)["trace"]
    assert [line["result"] for line in told] == ["failed", "done"]
    assert [line["result"] for line in house.runs(flow_id)[0]["trace"]] == ["failed", "done"]
    assert told[0]["error"] == house.runs(flow_id)[0]["trace"][0]["error"]


UNREADABLE: list[dict[str, Any]] = [
    {"nodes": ["x"]}, {"nodes": "x"}, {"nodes": {"a": 1}}, {"trigger": "x"}, {"trigger": {}}, {"form": "nosuch"},
    {"form": {"a": 1}}, {"nodes": [{"id": "a", "type": "nosuch"}]}, {"nodes": [{"id": "a", "type": "set_fields"}]},
    {"nodes": [{"id": "a", "type": "branch", "then": "x"}]}, {"nodes": [{"id": "a", "type": "branch", "when": {"all": 1}}]},
    {"nodes": [{"id": "a", "type": "branch", "then": [{"type": "notify", "to": 1, "text": 2}]}]},
]  # fmt: skip


def test_a_draft_that_can_not_be_run_is_refused_clearly(house: House) -> None:
    flow_id = house.flow("note", [set_fields(note="x")])
    record = house.ticket()
    for change in UNREADABLE:
        house.ask("PUT", f"/definitions/{flow_id}/draft", {"document": flow([]) | change})
        answer = house.ask("POST", f"/flows/{flow_id}/simulate", {"record": record}, ok=False)
        assert answer.status_code == (404 if change == {"form": "nosuch"} else 422), (change, answer.text)


def test_only_who_designs_the_app_may_simulate_and_only_on_flows(house: House) -> None:
    flow_id, record = house.flow("note", [set_fields(note="x")]), house.ticket()
    house.person("eve")
    asked = {"record": record}
    assert house.ask("POST", f"/flows/{flow_id}/simulate", asked, who="eve", ok=False).status_code in {403, 404}
    form = house.ask("GET", "/apps/desk/definitions?kind=form")["definitions"][0]["id"]
    assert house.ask("POST", f"/flows/{form}/simulate", asked, ok=False).status_code == 404
    assert house.ask("POST", f"/flows/{flow_id}/simulate", {"record": "nosuch"}, ok=False).status_code == 404


# --- traces -------------------------------------------------------------------------------------------------


def test_a_trace_tells_each_condition_with_its_value_and_what_was_found(house: House) -> None:
    when = {
        "all": [
            {"field": "team", "op": "eq", "value": "red"},
            {"any": [{"field": "hours", "op": "gt", "value": "3"}, {"field": "note", "op": "empty"}]},
        ]
    }
    node = {"type": "branch", "when": when, "then": [{"id": "t", **set_fields(other="then")}], "else": [{"id": "e", **set_fields(other="else")}]}  # fmt: skip
    flow_id = house.flow("why", [node])
    yes, no = house.ticket(team="red", hours="2"), house.ticket(team="blue", hours="5", note="n")
    house.work()
    assert [house.values(one)["other"] for one in (yes, no)] == ["then", "else"]
    first, second = house.runs(flow_id)
    told = [
        (line["field"], line["op"], line["value"], line["actual"], line["result"]) for line in first["trace"][0]["why"]
    ]
    assert told == [
        ("team", "eq", "red", "red", True), ("hours", "gt", "3", "2.00", False), ("note", "empty", None, None, True)
    ]  # fmt: skip
    assert [line["result"] for line in first["trace"]] == ["matched", "done"]
    assert [line["node"] for line in first["trace"]] == ["n1", "t"]
    assert [line["result"] for line in second["trace"][0]["why"]] == [False, True, False]
    assert [line["node"] for line in second["trace"]] == ["n1", "e"]
    assert second["trace"][0]["result"] == "unmatched"


def test_a_run_in_which_no_action_was_reached_says_which_condition_did_not_hold(house: House) -> None:
    when = {"all": [{"field": "subject", "op": "not_empty"}, {"field": "team", "op": "eq", "value": "red"}]}
    node = {"type": "branch", "when": when, "then": [{"id": "t", **set_fields(other="then")}]}
    flow_id = house.flow("why", [node])
    house.ticket(team="blue")
    house.work()
    (run,) = house.runs(flow_id)
    assert run["state"] == "skipped"
    assert run["summary"] == {"zh-CN": "第 2 个条件不成立", "en": "Condition 2 does not hold"}


def test_later_conditions_see_what_earlier_steps_changed(house: House) -> None:
    when = {"all": [{"field": "note", "op": "eq", "value": "set"}]}
    node = {"type": "branch", "when": when, "then": [{"id": "t", **set_fields(other="seen")}]}
    flow_id = house.flow("why", [set_fields(note="set"), node])
    record = house.ticket()
    house.work()
    assert house.values(record)["other"] == "seen"
    assert house.runs(flow_id)[0]["trace"][1]["why"][0]["actual"] == "set"


def test_each_step_of_a_run_is_written_down_once(house: House) -> None:
    flow_id = house.flow("two", [set_fields(note="a"), {"type": "add_comment", "text": both("b")}])
    house.ticket()
    house.work()
    (run,) = house.runs(flow_id)
    steps = tables.flow_steps
    found = house.rows(steps, steps.c.run_id == run["id"])
    assert sorted((row.step_no, row.node, row.state) for row in found) == [(0, "n1", "done"), (1, "n2", "done")]
