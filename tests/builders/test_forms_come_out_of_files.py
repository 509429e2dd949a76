"""What others made becomes a form here; what has no place in it is told."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
import xlsxwriter

from formloom.builders.intake.expressions import tree_of
from formloom.builders.intake.outline import FormUnreadable, fresh_id
from formloom.builders.intake.reading import Intake, read_form
from formloom.platform.definitions.kinds.base import World
from formloom.platform.definitions.kinds.registry import KINDS
from formloom.platform.kernel.errors import FormloomError

IDS = {"age": "age", "plan": "plan", "likes": "likes", "ok": "ok"}
HOLDS = {"age": "number", "plan": "choice", "likes": "choices", "ok": "boolean"}


def book(sheets: Mapping[str, list[list[Any]]]) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return made.getvalue()


def taken(tmp_path: Path, content: bytes, name: str = "Visit.xlsx") -> Intake:
    path = tmp_path / "upload"
    path.write_bytes(content)
    found = read_form(path, name, "en")
    faults = [one for one in KINDS.get("form").check(found.document, World()) if one.severity == "error"]
    assert faults == []
    return found


def types(found: Intake) -> dict[str, str]:
    return {entry["id"]: entry["type"] for entry in found.document["fields"]}


def where(found: Intake) -> set[str]:
    return {one.where for one in found.left_out}


def test_columns_of_a_table_become_fields_by_what_stands_in_them(tmp_path: Path) -> None:
    head = "客户名称*,Mail,Amount,Visited,Channel,Remark,编号\n"
    rows = [
        f"Shop {n},s{n}@example.com,{n}.50,2026-11-{n:02},{'Web' if n % 2 else 'Phone'},{'long ' * 30},{n:03}"
        for n in range(1, 13)
    ]
    found = taken(tmp_path, (head + "\n".join(rows)).encode(), "visits.csv")
    assert found.source == "table"
    assert types(found) == {
        "ke_hu_ming_cheng": "text", "mail": "email", "amount": "number", "visited": "date", "channel": "select",
        "remark": "textarea", "bian_hao": "text",
    }  # fmt: skip
    by_id = {entry["id"]: entry for entry in found.document["fields"]}
    assert by_id["ke_hu_ming_cheng"]["required"] is True
    assert by_id["amount"]["decimals"] == 2
    assert [one["value"] for one in by_id["channel"]["options"]] == ["Phone", "Web"]


def test_columns_without_cells_are_judged_by_their_name(tmp_path: Path) -> None:
    found = taken(tmp_path, book({"Sheet1": [["手机", "Email", "出生日期", "anything"]]}))
    assert list(types(found).values()) == ["phone", "email", "date", "text"]


SURVEY = [
    ["type", "name", "label", "label::中文 (zh)", "required", "relevant", "constraint", "appearance", "hint", "choice_filter"],
    ["start", "start", "", "", "", "", "", "", "", ""],
    ["begin group", "who", "About you", "关于您", "", "", "", "", "", ""],
    ["text", "full_name", "Name", "姓名", "yes", "", "regex(., '[A-Z].*')", "", "As in your passport", ""],
    ["integer", "age", "Age", "年龄", "", "", ". >= 18 and . < 120", "", "", ""],
    ["end group", "", "", "", "", "", "", "", "", ""],
    ["select_one plans", "plan", "Plan", "套餐", "", "${age} > 20", "", "", "", "x"],
    ["select_multiple plans", "likes", "Likes", "", "${plan} = 'pro'", "selected(${plan}, 'pro') or not(${age} < 30)", "", "minimal", "", ""],
    ["note", "bye", "Thank you", "谢谢", "", "selected(${likes}, 'free')", "", "", "", ""],
    ["begin repeat", "kids", "Children", "", "", "", "", "", "", ""],
    ["text", "kid", "Name", "", "yes", "", "", "", "", ""],
    ["geopoint", "spot", "Spot", "", "", "", "", "", "", ""],
    ["end repeat", "", "", "", "", "", "", "", "", ""],
    ["text", "odd", "Odd", "", "", "position(..) = 1", "", "", "", ""],
]  # fmt: skip
CHOICES = [
    ["list_name", "name", "label", "label::中文 (zh)"],
    ["plans", "free", "Free", "免费"],
    ["plans", "pro", "Pro", "专业"],
]


def test_an_xlsform_becomes_a_form_with_its_conditions(tmp_path: Path) -> None:
    found = taken(tmp_path, book({"survey": SURVEY, "choices": CHOICES, "settings": [["form_title"], ["Visit"]]}))
    assert (found.source, found.document["title"]) == ("xlsform", {"en": "Visit"})
    assert types(found) == {
        "who": "section", "full_name": "text", "age": "number", "plan": "radio", "likes": "multiselect", "bye": "note",
        "kids": "subform", "odd": "text",
    }  # fmt: skip
    by_id = {entry["id"]: entry for entry in found.document["fields"]}
    assert by_id["full_name"]["label"] == {"zh-CN": "姓名", "en": "Name"}
    assert (by_id["full_name"]["required"], by_id["full_name"]["pattern"]) == (True, "[A-Z].*")
    assert by_id["full_name"]["help"] == {"en": "As in your passport"}
    assert (by_id["age"]["min"], by_id["age"]["max"], by_id["age"]["decimals"]) == ("18", "120", 0)
    assert [(one["id"], one["type"], one["required"]) for one in by_id["kids"]["columns"]] == [("kid", "text", True)]
    assert by_id["plan"]["options"][1] == {"value": "pro", "label": {"zh-CN": "专业", "en": "Pro"}}
    assert [{key: rule[key] for key in rule if key != "id"} for rule in found.document["rules"]] == [
        {"when": {"field": "age", "op": "gt", "value": "20"}, "show": ["plan"]},
        {"when": {"field": "plan", "op": "eq", "value": "pro"}, "require": ["likes"]},
        {
            "when": {"any": [
                {"field": "plan", "op": "eq", "value": "pro"}, {"not": {"field": "age", "op": "lt", "value": "30"}},
            ]},
            "show": ["likes"],
        },
        {"when": {"field": "likes", "op": "contains", "value": "free"}, "show": ["bye"]},
    ]  # fmt: skip
    assert where(found) == {"start", "kids: spot", "plan: choice_filter", "odd: position(..) = 1"}


def test_a_surveyjs_document_becomes_a_form_with_its_conditions(tmp_path: Path) -> None:
    survey = {
        "title": {"default": "Feedback", "zh-cn": "反馈"}, "completedHtml": "<b>Thanks</b>",
        "pages": [
            {"name": "one", "title": "First", "elements": [
                {"type": "text", "name": "mail", "title": "Mail", "inputType": "email", "isRequired": True},
                {"type": "rating", "name": "nps", "rateMin": 0, "rateMax": 10},
                {"type": "panel", "name": "more", "visibleIf": "{nps} < 7", "elements": [
                    {"type": "comment", "name": "why", "title": "Why?", "maxLength": 500, "requiredIf": "{nps} <= 3"},
                ]},
            ]},
            {"name": "two", "elements": [
                {"type": "checkbox", "name": "likes", "choices": ["a", {"value": "b", "text": {"en": "Bee"}}], "hasOther": True, "otherText": "Else", "otherPlaceholder": {"default": "What?"}},
                {"type": "boolean", "name": "again", "visibleIf": "{likes} contains 'b' and {mail} notempty"},
                {"type": "comment", "name": "besides", "visibleIf": "{likes} contains 'other'"},
                {"type": "matrixdynamic", "name": "items", "minRowCount": 2, "choices": [1, 2], "columns": [
                    {"name": "what", "cellType": "text", "isRequired": True}, {"name": "kind"},
                ]},
                {"type": "paneldynamic", "name": "trips", "templateElements": [
                    {"type": "text", "name": "day", "inputType": "date"}, {"type": "signaturepad", "name": "sign"},
                ]},
                {"type": "expression", "name": "sum"},
            ]},
        ],
    }  # fmt: skip
    found = taken(tmp_path, orjson.dumps(survey), "survey.json")
    assert (found.source, found.document["title"]) == ("surveyjs", {"zh-CN": "反馈", "en": "Feedback"})
    assert types(found) == {
        "one": "section", "mail": "email", "nps": "nps", "more": "section", "why": "textarea", "two": "section",
        "likes": "checkboxes", "again": "boolean", "besides": "textarea", "items": "subform", "trips": "subform",
    }  # fmt: skip
    items, trips = (entry for entry in found.document["fields"] if entry["type"] == "subform")
    assert [(one["id"], one["type"]) for one in items["columns"]] == [("what", "text"), ("kind", "select")]
    assert (items["min_rows"], items["columns"][0]["required"]) == (2, True)
    assert [(one["id"], one["type"]) for one in trips["columns"]] == [("day", "date")]
    assert found.document["settings"]["thanks"] == {"en": "Thanks"}
    assert [rule["when"] for rule in found.document["rules"]] == [
        {"field": "nps", "op": "lt", "value": "7"}, {"field": "nps", "op": "lte", "value": "3"},
        {"all": [{"field": "likes", "op": "contains", "value": "b"}, {"field": "mail", "op": "not_empty"}]},
        {"field": "likes", "op": "contains", "value": "other:"},
    ]  # fmt: skip
    likes = next(one for one in found.document["fields"] if one["id"] == "likes")
    assert likes["own_answer"] is True
    assert likes["own_label"] == {"en": "Else"}
    assert likes["own_placeholder"] == {"en": "What?"}
    assert where(found) == {"trips: sign", "sum"}


@pytest.mark.parametrize(
    ("expression", "tree"),
    [
        ("{ok} = true", {"field": "ok", "op": "eq", "value": True}),
        ("{ok}", {"field": "ok", "op": "eq", "value": True}),
        ("{plan} = ''", {"field": "plan", "op": "empty"}),
        ("{likes} anyof ['a', 'b']", {"field": "likes", "op": "in", "value": ["a", "b"]}),
        ("{likes} = 'a'", {"field": "likes", "op": "eq", "value": ["a"]}),
        ("({age} > 1 || {age} < -1) && {plan} empty", {"all": [
            {"any": [{"field": "age", "op": "gt", "value": "1"}, {"field": "age", "op": "lt", "value": "-1"}]},
            {"field": "plan", "op": "empty"},
        ]}),
        ("{nobody} = 1", None), ("{age} > ", None), ("{age} > 1 {plan}", None), ("today() > {age}", None),
        ("(" * 60 + "{age} > 1" + ")" * 60, None), ("", None), ("{age} > 1 and", None), ("£", None),
    ],
)  # fmt: skip
def test_conditions_are_carried_over_as_far_as_they_can_be_said(expression: str, tree: object) -> None:
    assert tree_of(expression, IDS, HOLDS) == tree


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"{}", b'{"pages": 3}', b'{"pages": [{"elements": "x"}]}', b'{"pages": [{"elements": [1, null]}]}',
        b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0", b"\x00\x01\x02", book({"survey": [["type"]]}), book({"Sheet1": [[]]}),
        b'{"elements": [{"type": "text", "name": {"a": 1}, "choices": 5, "validators": [7]}], "title": 8, "pages": []}',
    ],
)  # fmt: skip
def test_a_file_without_a_form_is_refused_or_read_but_never_breaks(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "upload"
    path.write_bytes(content)
    try:
        assert read_form(path, "x", "en").document["fields"]
    except FormloomError as fault:
        assert fault.kind == "invalid"


def test_ids_are_made_of_names_and_stand_once() -> None:
    assert fresh_id("客户", ()) == "ke_hu"
    assert fresh_id("ID", ()) == "id_2"
    assert fresh_id("2nd Name!", ["f_2nd_name"]) == "f_2nd_name_2"
    assert len(fresh_id("x" * 90, ())) <= 40


def test_an_unreadable_form_says_why(tmp_path: Path) -> None:
    (tmp_path / "upload").write_bytes(b"{nonsense")
    with pytest.raises(FormUnreadable):
        read_form(tmp_path / "upload", "x.json", "en")
