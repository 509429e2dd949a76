"""Queries, loops, kept values, waiting for a condition: on both databases."""

from datetime import timedelta
from typing import Any

import pytest

from .house import TICKET, House, both, flow, set_fields

HERE = {"field": "note", "op": "not_empty"}


def query(name: str = "open", tree: Any = None, form: str = "task", **more: Any) -> dict[str, Any]:
    return {"type": "query_records", "form": form, "filter": tree or {}, "name": name, **more}


def each(of: dict[str, Any], *nodes: dict[str, Any]) -> dict[str, Any]:
    body = [{"id": f"e{number}", **node} for number, node in enumerate(nodes, 1)]
    return {"type": "for_each", "of": of, "nodes": body}


def create(**values: Any) -> dict[str, Any]:
    return {"type": "create_record", "form": "task", "values": values}


def task(house: House, **values: Any) -> str:
    return str(house.ask("POST", "/forms/desk.task/records", {"values": values})["id"])


def titles(house: House) -> list[str]:
    return sorted(one["values"]["title"] for one in house.records("task"))


def with_lines(house: House) -> None:
    (form,) = [
        one for one in house.ask("GET", "/apps/desk/definitions?kind=form")["definitions"] if one["key"] == "ticket"
    ]
    columns = [
        {"id": "product", "type": "text", "label": both("Product")},
        {"id": "price", "type": "number", "label": both("Price")},
    ]
    lines = {"id": "lines", "type": "subform", "label": both("Lines"), "columns": columns}
    tags = {"id": "tags", "type": "multiselect", "label": both("Tags"), "options": [
        {"value": one, "label": both(one)} for one in ("red", "blue", "green")
    ]}  # fmt: skip
    house.redefine(form["id"], {**TICKET, "fields": [*TICKET["fields"], lines, tags]})


def test_a_query_keeps_what_it_found_for_later_nodes(house: House) -> None:
    record = house.ticket("Loom")
    for title, ticket in (("b", record), ("a", record), ("c", "other")):
        task(house, title=title, ticket=ticket)
    flow_id = house.flow("q", [
        query("mine", {"all": [{"field": "ticket", "op": "eq", "value": {"record": "id"}}]}, sort=["title"]),
        set_fields(hours={"var": "mine"}, other={"var": "mine.title"},
                   note={"liquid": "{% for one in var.mine.rows %}{{ one.title }};{% endfor %}{{ var.mine.count }}"}),
    ], {"type": "record_updated", "fields": ["status"]})  # fmt: skip
    house.change(record, status="open")
    house.work()
    values = house.values(record)
    assert (float(values["hours"]), values["other"], values["note"]) == (2.0, "a", "a;b;2")
    told = house.runs(flow_id)[0]["trace"][0]["output"]
    assert (told["count"], [one["title"] for one in told["records"]]) == (2, ["a", "b"])


def test_a_branch_may_ask_how_many_a_query_found(house: House) -> None:
    when = {"field": "var.twins", "op": "gt", "value": 1}
    inner = {"id": "x", **set_fields(other="several")}
    otherwise = {"id": "y", **set_fields(other="one")}
    house.flow("q", [
        query("twins", {"field": "subject", "op": "eq", "value": {"ref": "subject"}}, form="ticket"),
        {"type": "branch", "when": when, "then": [inner], "else": [otherwise]},
    ])  # fmt: skip
    first = house.ticket("same")
    house.work()
    second = house.ticket("same")
    house.work()
    assert [house.values(one)["other"] for one in (first, second)] == ["one", "several"]


def test_a_filter_with_an_empty_reference_finds_nothing(house: House) -> None:
    task(house, title="1")
    house.flow(
        "q", [query("x", {"field": "ticket", "op": "eq", "value": {"ref": "note"}}), set_fields(hours={"var": "x"})]
    )
    record = house.ticket()
    house.work()
    assert float(house.values(record)["hours"]) == 0


def test_a_query_gives_at_most_its_limit(house: House) -> None:
    body = {"records": [{"values": {"title": str(number)}} for number in range(7)]}
    house.ask("POST", "/forms/desk.task/records/batch", body)
    house.flow("q", [query("x", limit=5), set_fields(hours={"var": "x"})])
    record = house.ticket()
    house.work()
    assert float(house.values(record)["hours"]) == 5


def test_what_a_loop_does_is_done_for_each_row_of_a_sub_form(house: House) -> None:
    with_lines(house)
    dear = {"field": "item.price", "op": "gt", "value": 10}
    inner = {
        "id": "in",
        **create(title={"item": "product"}, ticket={"liquid": "{{ item.product }} of {{ record.subject }}"}),
    }
    house.flow("loop", [each({"field": "lines"}, {"type": "branch", "when": dear, "then": [inner], "else": []})])
    house.ticket(
        "Loom",
        lines=[{"product": "Lamp", "price": 5}, {"product": "Desk", "price": 90}, {"product": "Sofa", "price": 400}],
    )
    house.work()
    assert [(one["values"]["title"], one["values"]["ticket"]) for one in house.records("task")] == [
        ("Desk", "Desk of Loom"), ("Sofa", "Sofa of Loom"),
    ]  # fmt: skip


def test_a_loop_over_a_query_reaches_each_record(house: House) -> None:
    mine = [task(house, title=name, ticket="x") for name in "ab"]
    other = task(house, title="c", ticket="y")
    flow_id = house.flow("loop", [
        query("found", {"field": "ticket", "op": "eq", "value": "x"}),
        each({"var": "found"}, {"type": "update_record", "form": "task", "match": {"id": {"item": "id"}}, "values": {"done": True}}),
    ])  # fmt: skip
    house.ticket()
    house.work()
    assert [house.values(one, "task")["done"] for one in (*mine, other)] == [True, True, None]
    assert house.runs(flow_id)[0]["trace"][1]["output"] == {"ways": 2}


def test_a_loop_over_people_knows_each(house: House) -> None:
    people = [house.person(name) for name in ("bo", "cy")]
    house.flow("loop", [
        each({"users": [{"users": people}]}, create(title={"liquid": "For {{ item.name }}"}, ticket={"item": "id"}),
             {"type": "notify", "to": {"item": "id"}, "text": both("Hello {{ item.name }}")})
    ])  # fmt: skip
    house.ticket()
    house.work()
    assert titles(house) == ["For bo", "For cy"]
    said = {
        who: [one["text"]["en"] for one in house.ask("GET", "/notifications", who=who)["notifications"]]
        for who in ("bo", "cy")
    }
    assert said == {"bo": ["Hello bo"], "cy": ["Hello cy"]}


def test_a_loop_has_at_most_two_hundred_rounds(house: House) -> None:
    with_lines(house)
    flow_id = house.flow("loop", [each({"field": "lines"}, {"type": "formula", "name": "n", "formula": "item_price"})])
    for size in (3, 200):
        house.ticket(lines=[{"product": str(number), "price": number} for number in range(size)])
    house.work()
    assert [one["trace"][0]["output"]["ways"] for one in house.runs(flow_id)] == [3, 200]


def test_what_is_kept_and_what_a_loop_stands_at_survive_a_run_that_waits(house: House) -> None:
    for name in "ab":
        task(house, title=name, ticket="x")
    house.flow("slow", [
        query("found", {"field": "ticket", "op": "eq", "value": "x"}, sort=["title"]),
        {"type": "formula", "name": "twice", "formula": "hours * 2 + found"},
        each({"var": "found"}, {"type": "delay", "after": "PT1H"}, create(title={"liquid": "{{ item.title }} {{ var.twice }}"})),
        set_fields(other={"var": "twice"}),
    ])  # fmt: skip
    record = house.ticket(hours=3)
    house.work()
    assert titles(house) == ["a", "b"]
    house.clock.advance(timedelta(hours=2))
    house.work()
    assert titles(house) == ["a", "a 8", "b", "b 8"]
    assert house.values(record)["other"] == "8"


def test_a_formula_without_a_result_is_told(house: House) -> None:
    flow_id = house.flow("f", [{"type": "formula", "name": "n", "formula": "1 / 0"}, set_fields(other="on")])
    record = house.ticket()
    house.work()
    assert house.runs(flow_id)[0]["trace"][0]["result"] == "failed"
    assert house.values(record)["other"] == "on"


def test_a_record_is_changed_or_else_created(house: House) -> None:
    house.flow("up", [
        {"type": "upsert_record", "form": "task", "match": {"ticket": {"ref": "subject"}}, "values": {"title": {"ref": "note"}}}
    ])  # fmt: skip
    for note in ("first", "second"):
        house.ticket("Loom", note=note)
        house.work()
    assert [one["values"] for one in house.records("task")] == [{"title": "second", "ticket": "Loom", "done": None}]


def test_records_that_equal_the_values_are_deleted_and_an_empty_value_deletes_none(house: House) -> None:
    for ticket in ("Loom", "Loom", "other"):
        task(house, title="t", ticket=ticket)
    flow_id = house.flow("del", [{"type": "delete_record", "form": "task", "match": {"ticket": {"ref": "note"}}}])
    house.ticket()
    house.work()
    assert len(house.records("task")) == 3
    house.ticket(note="Loom")
    house.work()
    assert [one["values"]["ticket"] for one in house.records("task")] == ["other"]
    assert [run["trace"][0]["result"] for run in house.runs(flow_id)] == ["skipped", "done"]


def test_tags_are_added_and_removed_and_the_others_stay(house: House) -> None:
    with_lines(house)
    house.flow("tag", [{"type": "add_tag", "field": "tags", "add": ["green"], "remove": ["red"]}])
    record = house.ticket(tags=["red", "blue"])
    house.work()
    assert house.values(record)["tags"] == ["blue", "green"]


def test_a_run_waits_until_the_record_is_as_it_should_be(house: House) -> None:
    closed = {"field": "status", "op": "eq", "value": "closed"}
    flow_id = house.flow("wait", [{"type": "wait_until", "when": closed}, set_fields(other="through")])
    record, bystander = house.ticket("a"), house.ticket("b")
    house.work()
    assert [one["state"] for one in house.runs(flow_id)] == ["running", "running"]
    house.change(record, note="x")
    house.work()
    assert house.values(record)["other"] is None
    house.change(record, status="closed")
    house.work()
    assert [house.values(one)["other"] for one in (record, bystander)] == ["through", None]
    assert [one["state"] for one in house.runs(flow_id)] == ["done", "running"]


def test_waiting_for_a_condition_ends_with_its_time(house: House) -> None:
    closed = {"field": "status", "op": "eq", "value": "closed"}
    late, in_time = {"id": "l", **set_fields(other="late")}, {"id": "t", **set_fields(other="in time")}
    house.flow("wait", [
        {"type": "wait_until", "when": closed, "after": "PT2H"},
        {"type": "branch", "when": closed, "then": [in_time], "else": [late]},
    ])  # fmt: skip
    quick, slow = house.ticket("a"), house.ticket("b")
    house.work()
    house.change(quick, status="closed")
    house.work()
    house.clock.advance(timedelta(hours=3))
    house.work()
    assert [house.values(one)["other"] for one in (quick, slow)] == ["in time", "late"]


WRONG: list[tuple[dict[str, Any], str, str]] = [
    (query("x", {"field": "nosuch", "op": "eq", "value": 1}), "filter", "unknown_field"),
    (query("x", {"field": "ticket", "op": "eq", "value": {"ref": "nosuch"}}), "filter", "unknown_field"),
    (query("x", {"field": "ticket", "op": "eq", "value": {"var": "nosuch"}}), "filter", "unknown_name"),
    (query("x", {"field": "done", "op": "gt", "value": {"ref": "hours"}}), "filter", "operator_does_not_apply"),
    (query("x", sort=["nosuch"]), "sort", "unknown_field"),
    (query("Not a name"), "name", "invalid"),
    (query("x", limit=500), "limit", "invalid"),
    (each({"var": "nosuch"}), "of/var", "unknown_name"),
    (each({"field": "note"}), "of/field", "not_a_subform"),
    (each({"field": "nosuch"}), "of", "unknown_field"),
    (each({"users": []}), "of", "invalid"),
    (set_fields(note={"item": "title"}), "values/note", "unknown_item"),
    (set_fields(note={"var": "later"}), "values/note", "unknown_name"),
    ({"type": "branch", "when": {"field": "item.title", "op": "eq", "value": "x"}, "then": [], "else": []}, "when", "unknown_field"),
    ({"type": "formula", "name": "later", "formula": "1 +"}, "formula", "invalid"),
    ({"type": "add_tag", "field": "nosuch", "add": ["x"]}, "field", "unknown_field"),
    ({"type": "wait_until", "when": {"field": "nosuch", "op": "empty"}}, "when", "unknown_field"),
    ({"type": "delete_record", "form": "nosuch", "match": {"id": "x"}}, "form", "unknown_form"),
    ({"type": "upsert_record", "form": "task", "match": {"nosuch": "x"}}, "match", "unknown_field"),
]  # fmt: skip


@pytest.mark.parametrize(("node", "where", "code"), WRONG)
def test_what_nothing_answers_to_is_not_published(house: House, node: dict[str, Any], where: str, code: str) -> None:
    found = [one for one in house.refused(flow([node])) if one["code"] != "missing_language"]
    assert found
    assert found[0]["field"].startswith(f"nodes/0/{where}")
    if code != "invalid":
        assert found[0]["code"] == code


def test_fields_of_the_item_are_known_inside_the_loop_alone(house: House) -> None:
    use = {"type": "branch", "when": {"field": "item.title", "op": "eq", "value": "x"}, "then": [], "else": []}
    nodes = [
        query("found"),
        each({"var": "found"}, use, set_fields(note={"item": "title"})),
        set_fields(note={"item": "title"}),
    ]
    found = house.refused(flow(nodes))
    assert [(one["field"], one["code"]) for one in found] == [("nodes/2/values/note", "unknown_item")]


def test_a_rehearsal_tells_of_all_of_it_and_changes_nothing(house: House) -> None:
    old = task(house, title="old", ticket="x")
    record = house.ticket("Loom", note="x")
    flow_id = house.flow("all", [
        query("found", {"field": "ticket", "op": "eq", "value": {"ref": "note"}}),
        each({"var": "found"}, {"type": "delete_record", "form": "task", "match": {"id": {"item": "id"}}}),
        {"type": "upsert_record", "form": "task", "match": {"ticket": {"ref": "note"}}, "values": {"done": True}},
        {"type": "wait_until", "when": {"field": "status", "op": "eq", "value": "closed"}},
    ], {"type": "button"})  # fmt: skip
    told = house.ask("POST", f"/flows/{flow_id}/simulate", {"record": record, "values": {}})["trace"]
    assert [line["result"] for line in told] == ["done", "matched", "done", "done", "done"]
    assert told[2]["output"]["records"] == [{"id": old, "title": "old"}]
    assert house.values(old, "task") == {"title": "old", "ticket": "x", "done": None}


def test_the_catalogue_serves_every_new_node_in_both_languages(house: House) -> None:
    told = {one["id"]: one for one in house.ask("GET", "/catalog")["nodes"]}
    for name in ("query_records", "upsert_record", "delete_record", "for_each", "wait_until", "formula", "add_tag"):
        assert told[name]["label"]["zh-CN"] != told[name]["label"]["en"]
        assert told[name]["icon"]
        assert told[name]["group"] in {"record", "logic"}
