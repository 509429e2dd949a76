"""What publishing would change, as a person reads it before pressing the button."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from formloom.platform.definitions.change import Change
from formloom.platform.definitions.diff import diff
from formloom.platform.definitions.kinds.registry import KINDS


def field(name: str, kind: str = "text", **settings: Any) -> dict[str, Any]:
    return {"id": name, "type": kind, "label": {"zh-CN": f"中{name}", "en": name.title()}, **settings}


def form(*fields: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return {"title": {"en": "Ticket"}, "fields": list(fields), **parts}


def option(value: str, **more: Any) -> dict[str, Any]:
    return {"value": value, "label": {"en": value.title()}, **more}


def told(before: dict[str, Any], after: dict[str, Any], kind: str = "form") -> list[tuple[str, str, str, bool]]:
    return [(one.kind, one.path, one.what["en"], one.affects_data) for one in diff(kind, before, after)]


A, B, C = field("a"), field("b"), field("c")
AMOUNT = field("a", "number")
PICK = field("a", "select", options=[option("x"), option("y")])
RULE = {"id": "r1", "when": {"field": "a", "op": "eq", "value": "x"}, "show": ["b"]}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (form(A), form(A), []),
        (form(A), form(A, B), [("added", "fields/b", "Adds the field “B”", False)]),
        (form(A, B), form(A), [("removed", "fields/b", "Removes the field “B”; its values are kept but not shown", True)]),
        (form(A), form({**A, "label": {"zh-CN": "中a", "en": "Name"}}), [("changed", "fields/a/label", "Renames “A” to “Name”", False)]),
        (form(A), form({**A, "required": True}), [("changed", "fields/a/required", "Makes “A” required", False)]),
        (form({**A, "required": True}), form(A), [("changed", "fields/a/required", "Makes “A” optional", False)]),
        (form({**A, "required": False}), form(A), []),
        (form(A), form({**A, "unique": True}), [("changed", "fields/a/unique", "Makes “A” unique", False)]),
        (form(A), form({**A, "public": False}), [("changed", "fields/a/public", "Keeps “A” to members", False)]),
        (form(A), form({**A, "public": True}), []),
        (form(A), form(AMOUNT), [("changed", "fields/a/type", "Turns “A” from “Single line” into “Number”; values that fit are converted", True)]),
        (form(A), form({**A, "max_length": 5}), [("changed", "fields/a", "Changes settings of “A”", False)]),
        (form(AMOUNT), form({**AMOUNT, "decimals": 4}), [("changed", "fields/a", "Changes the precision of “A”; values that fit are converted", True)]),
        (form(AMOUNT), form({**AMOUNT, "decimals": 2}), [("changed", "fields/a", "Changes settings of “A”", False)]),
        (form(A, B, C), form(C, A, B), [("moved", "fields/c", "Moves the field “C”", False)]),
        (form(A, B, C), form(B, A, C), [("moved", "fields/a", "Moves the field “A”", False)]),
        (form(PICK), form({**PICK, "options": [option("x"), option("y"), option("z")]}), [("added", "fields/a/options", "Adds the option “Z” to “A”", False)]),
        (form(PICK), form({**PICK, "options": [option("y")]}), [("removed", "fields/a/options", "Removes the option “X” from “A”; records keep it", True)]),
        (form(PICK), form({**PICK, "options": [option("x", color="red"), option("y")]}), [("changed", "fields/a/options", "Changes the options of “A”", False)]),
        (form(PICK), form({**PICK, "options": [option("y"), option("x")]}), [("changed", "fields/a/options", "Changes the options of “A”", False)]),
        (
            form(PICK), form({**PICK, "options": [{**option("x"), "label": {"en": "Ex"}}, option("y")]}),
            [("changed", "fields/a/options", "Renames the option “X” of “A” to “Ex”", False)],
        ),
        (form(A, B), form(A, B, rules=[RULE]), [("added", "rules/r1", "Adds a rule about “B”", False)]),
        (form(A, B, rules=[RULE]), form(A, B), [("removed", "rules/r1", "Removes a rule about “B”", False)]),
        (form(A, B, rules=[RULE]), form(A, B, rules=[{**RULE, "when": {}}]), [("changed", "rules/r1", "Changes a rule about “B”", False)]),
        (form(A), form(A, settings={"quota": 5}), [("added", "settings", "Adds the public page's settings", False)]),
        (form(A), {**form(A), "title": {"en": "Case"}}, [("changed", "title", "Changes the title", False)]),
    ],
)  # fmt: skip
def test_form(before: dict[str, Any], after: dict[str, Any], said: list[tuple[str, str, str, bool]]) -> None:
    assert told(before, after) == said


def test_a_first_publication_tells_all_there_is_in_it() -> None:
    amount = {**field("amount", "number"), "required": True}
    note = {**field("note"), "public": False}
    when = {"all": [{"field": "pick", "op": "in", "value": ["x", "y"]}, {"any": [
        {"field": "amount", "op": "gt", "value": 100}, {"not": {"field": "note", "op": "empty"}},
        {"field": "due", "op": "within_last", "value": "P3DT2H"}]}]}  # fmt: skip
    rule = {"id": "r1", "when": when, "show": ["note"], "require": ["note", "due"]}
    pick = {**PICK, "id": "pick", "label": {"zh-CN": "类型", "en": "Kind"}}
    document = form(
        amount, pick, note, field("due", "date"), rules=[rule], buttons=[{"id": "go", "label": {"en": "Go"}}]
    )
    first = diff("form", None, document)
    assert [(one.path, one.what["en"]) for one in first] == [
        ("", "Published for the first time"),
        ("fields/amount", "The field “Amount”: Number, required"),
        ("fields/pick", "The field “Kind”: Drop-down; options: X, Y"),
        ("fields/note", "The field “Note”: Single line, members only"),
        ("fields/due", "The field “Due”: Date"),
        ("rules/r1", "When Kind is any of X, Y and (Amount is more than 100 or not (Note is empty) or Due is within the last 3 days 2 hours): shows “Note”, requires “Note”, “Due”"),
        ("buttons/go", "The button “Go”"),
    ]  # fmt: skip
    said = [one.what["zh-CN"] for one in first]
    assert said[1:3] == ["字段“中amount”：数字，必填", "字段“类型”：下拉框；选项：X、Y"]
    assert said[5] == "当 类型 属于任一 X、Y 且 （中amount 大于 100 或 非（中note 为空） 或 中due 最近 3 天 2 小时） 时，显示“中note”，必填“中note”“中due”"  # fmt: skip
    assert {one.kind for one in first} == {"added"}
    assert not any(one.affects_data for one in first)


def test_a_long_list_of_options_is_counted() -> None:
    pick = {**PICK, "options": [option(f"o{number}") for number in range(12)]}
    told = diff("form", None, form(pick))[1].what
    assert told["en"] == "The field “A”: Drop-down; 12 options: O0, O1, O2, O3, O4, O5, O6, O7 …"
    assert told["zh-CN"].endswith("等 12 个")


def test_a_first_publication_of_another_kind_names_its_parts() -> None:
    chart = {"id": "w1", "title": {"en": "Open tickets"}, "type": "number"}
    assert [one.what["en"] for one in diff("dashboard", None, {"widgets": [chart]})] == [
        "Published for the first time", "Adds the chart “Open tickets”",
    ]  # fmt: skip


def test_changes_come_in_the_order_of_the_document_and_chinese_stands_beside_english() -> None:
    changes = diff("form", form(A), form(*(field(name) for name in "zyxwvutsrq"), {**A, "required": True}))
    assert [one.path for one in changes] == [f"fields/{name}" for name in "zyxwvutsrq"] + ["fields/a/required"]
    assert changes[0].what["zh-CN"] == "新增字段“中z”"
    assert changes[-1].what["zh-CN"] == "“中a”改为必填"


def test_other_kinds_are_told_by_their_parts() -> None:
    chart = {"id": "w1", "title": {"en": "Open tickets"}, "type": "number"}
    assert told({"widgets": [chart]}, {"widgets": [{**chart, "type": "bar"}]}, "dashboard") == [
        ("changed", "widgets/w1", "Changes the chart “Open tickets”", False)
    ]
    assert told({"subject": {"en": "a"}}, {"subject": {"en": "b"}}, "message_template") == [
        ("changed", "subject", "Changes the subject", False)
    ]
    assert told({"nodes": []}, {"nodes": [{}]}, "flow") == [
        ("changed", "nodes", "Changes conditions and actions", False)
    ]
    assert told(
        {"columns": [{"field": "a"}, {"field": "b"}]}, {"columns": [{"field": "b"}, {"field": "a"}]}, "view"
    ) == [("moved", "columns", "Reorders the columns", False)]


@pytest.mark.parametrize("kind", KINDS.ids())
def test_every_part_of_every_kind_has_words_in_both_languages(kind: str) -> None:
    parts = [one.data_key or name for name, one in KINDS.get(kind).schema().fields.items()]
    for part in parts:
        for one in diff(kind, {}, {part: [{"id": "x"}]} if part == "fields" else {part: "new"}):
            assert one.what["en"].split(" ", 1)[1] != part
            assert part not in one.what["zh-CN"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["a", "text", "select", "number"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["id", "type", "label", "options", "value", "show", "fields", "rules", "decimals", "en", "title", "when", "all", "not", "op"]), inner, max_size=4
    ),
    max_leaves=12,
)  # fmt: skip
documents = st.fixed_dictionaries(
    {}, optional={"fields": json_values, "rules": json_values, "buttons": json_values, "title": json_values}
)


# how long documents take to be made up says nothing about the differences
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(documents, documents)
def test_half_finished_drafts_can_be_compared(before: dict[str, Any], after: dict[str, Any]) -> None:
    changes: list[Change] = diff("form", before, after)
    assert all(set(one.what) == {"zh-CN", "en"} for one in changes)
    assert diff("form", after, after) == []
    assert all(set(one.what) == {"zh-CN", "en"} for one in diff("form", None, after))
