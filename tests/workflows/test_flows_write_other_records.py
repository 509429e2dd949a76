"""Steps that create and change records, and what a flow is refused for before it is published."""

from typing import Any

import pytest

from .house import House, both, flow, set_fields


def create(form: str = "task", **values: Any) -> dict[str, Any]:
    return {"type": "create_record", "form": form, "values": values}


def update(match: dict[str, Any], form: str = "task", **values: Any) -> dict[str, Any]:
    return {"type": "update_record", "form": form, "match": match, "values": values}


def task(house: House, **values: Any) -> str:
    return str(house.ask("POST", "/forms/desk.task/records", {"values": values})["id"])


def test_a_record_is_created_with_values_of_the_one_that_it_is_about(house: House) -> None:
    house.flow("task", [create(title={"liquid": "Do {{ record.subject }}"}, ticket={"record": "id"}, done=False)])
    record = house.ticket("Loom")
    house.work()
    (made,) = house.records("task")
    assert made["values"] == {"title": "Do Loom", "ticket": record, "done": False}
    assert made["created_by"] is None


def test_what_a_person_could_not_enter_a_flow_can_not_either(house: House) -> None:
    flow_id = house.flow("task", [create(title={"ref": "note"}), set_fields(other="on")])
    record = house.ticket()
    house.work()
    assert house.records("task") == []
    assert house.values(record)["other"] == "on"
    assert house.runs(flow_id)[0]["trace"][0]["result"] == "failed"
    assert "title" in house.runs(flow_id)[0]["trace"][0]["error"]["en"]


def test_records_that_are_found_by_equal_values_are_changed_and_no_others(house: House) -> None:
    flow_id = house.flow("close", [update({"ticket": {"record": "id"}}, done=True)], {"type": "record_updated"})
    record, other = house.ticket("a"), house.ticket("b")
    mine = [task(house, title="1", ticket=record), task(house, title="2", ticket=record)]
    others = [task(house, title="3", ticket=other), task(house, title="4")]
    house.change(record, status="closed")
    house.work()
    assert [house.values(one, "task")["done"] for one in mine] == [True, True]
    assert [house.values(one, "task")["done"] for one in others] == [None, None]
    told = house.runs(flow_id)[0]["trace"][0]["output"]["records"]
    assert sorted(one["title"] for one in told) == ["1", "2"]


def test_a_record_is_found_by_its_id(house: House) -> None:
    wanted, other = task(house, title="1"), task(house, title="2")
    house.flow("close", [update({"id": {"ref": "note"}}, done=True)])
    house.ticket(note=wanted)
    house.work()
    assert [house.values(one, "task")["done"] for one in (wanted, other)] == [True, None]


@pytest.mark.parametrize("note", [None, "nosuch"])
def test_an_empty_or_unknown_reference_means_no_record_and_not_every_record(house: House, note: str | None) -> None:
    tasks = [task(house, title="1"), task(house, title="2", ticket="x")]
    flow_id = house.flow("close", [update({"ticket": {"ref": "note"}}, done=True)])
    house.ticket(note=note)
    house.work()
    assert [house.values(one, "task")["done"] for one in tasks] == [None, None]
    assert house.runs(flow_id)[0]["trace"][0]["result"] == "skipped"


def test_one_step_changes_at_most_twenty_records(house: House) -> None:
    body = {"records": [{"values": {"title": str(number), "ticket": "x"}} for number in range(25)]}
    house.ask("POST", "/forms/desk.task/records/batch", body)
    house.flow("close", [update({"ticket": "x"}, done=True)])
    house.ticket()
    house.work()
    assert sum(one["values"]["done"] is True for one in house.records("task")) == 20


def test_when_one_of_several_records_can_not_take_the_values_none_is_changed(house: House) -> None:
    house.ask("POST", "/forms/desk.task/records/batch", {"records": [{"values": {"title": "1", "ticket": "x"}}] * 2})
    flow_id = house.flow("close", [update({"ticket": "x"}, title={"liquid": ""}, done=True)])
    house.ticket()
    house.work()
    assert [one["values"]["done"] for one in house.records("task")] == [None, None]
    assert house.runs(flow_id)[0]["trace"][0]["result"] == "failed"


def test_rules_of_the_other_form_run_for_what_a_flow_changes(house: House) -> None:
    house.flow("close", [update({"ticket": {"record": "id"}}, done=True)], {"type": "record_updated"})
    house.flow("note", [set_fields(title="closed")], {"type": "record_updated", "fields": ["done"]}, form="task")
    record = house.ticket()
    house.work()
    mine = task(house, title="1", ticket=record)
    house.change(record, status="closed")
    house.work()
    assert house.values(mine, "task")["title"] == "closed"


# --- what is refused at publishing --------------------------------------------------------------------------

WRONG: list[tuple[dict[str, Any], str, str]] = [
    (set_fields(nosuch="x"), "values", "unknown_field"),
    (set_fields(note={"ref": "nosuch"}), "values/note", "unknown_field"),
    (set_fields(created_at="2026-01-01"), "values", "unknown_field"),
    (create("nosuch", title="x"), "form", "unknown_form"),
    (create("task", nosuch="x"), "values", "unknown_field"),
    (create("task", subject="a field of the flow's form, not of the target"), "values", "unknown_field"),
    (create("task", title={"ref": "done"}), "values/title", "unknown_field"),
    (update({"nosuch": "x"}, done=True), "match", "unknown_field"),
    (update({"ticket": {"ref": "nosuch"}}, done=True), "match/ticket", "unknown_field"),
    (update({"title": "x"}, nosuch=True), "values", "unknown_field"),
    (update({"title": "x"}, form="nosuch", done=True), "form", "unknown_form"),
    ({"type": "call_webhook", "url": "https://x.example/", "body": {"a": {"ref": "nosuch"}}}, "body/a", "unknown_field"),
    ({"type": "notify", "to": {"user_field": "nosuch"}, "text": both("x")}, "to", "unknown_field"),
    ({"type": "assign", "field": "nosuch", "candidates": {}}, "field", "unknown_field"),
    ({"type": "assign", "field": "owner", "per": "nosuch"}, "per", "unknown_field"),
    ({"type": "assign", "field": "owner", "by_value": {"field": "nosuch", "map": {}}}, "by_value", "unknown_field"),
    ({"type": "assign", "rule": "nosuch"}, "rule", "unknown_assignment_rule"),
    ({"type": "assign", "field": "owner", "calendar": "nosuch"}, "calendar", "unknown_calendar"),
    ({"type": "reply_mail", "to": {"field": "email"}, "template": "nosuch"}, "template", "unknown_message_template"),
    ({"type": "add_comment", "text": {"zh-CN": "{% if %}"}}, "text/zh-CN", "bad_template"),
    ({"type": "nosuch"}, "type", "unknown_type"),
]  # fmt: skip


def test_a_flow_that_names_what_does_not_exist_is_not_published_and_each_place_is_told_in_both_languages(
    house: House,
) -> None:
    made = {"kind": "flow", "key": "wrong", "document": flow([node for node, _where, _code in WRONG])}
    definition = house.ask("POST", "/apps/desk/definitions", made)["id"]
    house.person("lin", locale="zh-CN", is_admin=True)
    words = {}
    for who in ("ada", "lin"):
        answer = house.ask("POST", f"/definitions/{definition}/publish", who=who, ok=False)
        assert answer.status_code == 422
        found = [one for one in answer.json["errors"] if one["code"] != "missing_language"]
        expected = [(f"nodes/{number}/{where}", code) for number, (_node, where, code) in enumerate(WRONG)]
        assert sorted((one["field"], one["code"]) for one in found) == sorted(expected)
        words[who] = {one["field"]: one["message"] for one in found}
    assert all(words["ada"][place] and words["ada"][place] != words["lin"][place] for place in words["ada"])
    house.ask("PUT", f"/definitions/{definition}/draft", {"document": flow([set_fields(note="x")])})
    house.ask("POST", f"/definitions/{definition}/publish")


def test_the_nearest_name_is_told(house: House) -> None:
    house.person("lin", locale="zh-CN", is_admin=True)
    made = {"kind": "flow", "key": "typo", "document": flow([set_fields(statsu="open")])}
    definition = house.ask("POST", "/apps/desk/definitions", made)["id"]
    said = [
        house.ask("POST", f"/definitions/{definition}/publish", who=who, ok=False).json["errors"][0]["message"]
        for who in ("ada", "lin")
    ]
    assert said == ["Unknown field 'statsu'; did you mean 'status'?", "没有名为“statsu”的字段，是否想用“status”？"]


def test_a_step_inside_a_branch_is_checked_as_well(house: House) -> None:
    inner = {"id": "inner", **set_fields(nosuch="x")}
    found = house.refused(flow([{"type": "branch", "when": {}, "then": [], "else": [inner]}]))
    assert [(one["field"], one["code"]) for one in found] == [("nodes/0/else/0/values", "unknown_field")]
