"""No cell of an export is calculated by whoever opens it, and numbers stay numbers."""

import csv
import io
from typing import Any

import openpyxl
import pytest

from formloom.platform.records import exports
from formloom.platform.records.exports import Format
from formloom.platform.records.queries.pages import Query
from tests.records.conftest import Desk

HOSTILE = ["=1+1", "+1", "-1+1", "@SUM(A1)", "|x", "%x", " =1", "\ufeff=1", '"=1', "＝1", "＋1", "－1", "＠x"]


def export(desk: Desk, kind: Format, **more: Any) -> bytes:
    target = io.BytesIO()
    query = Query(sort=("created_at",), **more)
    with desk.db.read() as unit:
        exports.write(
            unit, desk.admin, desk.form, query, target, fields=["subject", "amount"], kind=kind, locale="en"
        )  # fmt: skip
    return target.getvalue()


@pytest.mark.parametrize("text", HOSTILE)
def test_a_formula_in_a_text_is_marked_as_text(text: str) -> None:
    assert exports.guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Loom", "a=b", "3-4", "工单"])
def test_a_plain_text_stays_as_it_is(text: str) -> None:
    assert exports.guarded(text) == text


def test_csv_marks_texts_and_keeps_negative_numbers(desk: Desk) -> None:
    desk.create(subject="=cmd|' /C calc'!A0", amount="-5.20")
    raw = export(desk, "csv")
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert rows[0] == ["subject", "amount"]
    assert rows[1][0] == "'=cmd|' /C calc'!A0"
    assert float(rows[1][1]) == -5.2


def test_xlsx_holds_texts_and_numbers_but_no_formula(desk: Desk) -> None:
    desk.create(subject="=1+1", amount="-5.20")
    sheet = openpyxl.load_workbook(io.BytesIO(export(desk, "xlsx"))).active
    assert sheet is not None
    text, number = sheet[2][0], sheet[2][1]
    assert (text.data_type, text.value) == ("s", "=1+1")
    assert (number.data_type, number.value) == ("n", -5.2)


def test_an_export_goes_on_past_the_first_page_and_follows_the_filter(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "PAGE", 3)
    for number in range(8):
        desk.create(subject=f"s{number}", amount=number)
    tree = {"field": "amount", "op": "gte", "value": 1}
    rows = list(csv.reader(io.StringIO(export(desk, "csv", filter=tree).decode("utf-8-sig"))))
    assert sorted(row[0] for row in rows[1:]) == [f"s{number}" for number in range(1, 8)]
