"""A spreadsheet with a line for each row of a sub-form: what an export writes, an import reads back."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from formloom.platform.kernel.clock import FrozenClock
from formloom.platform.records import exports, listing
from formloom.platform.records.imports import refusals
from formloom.platform.records.imports.rehearsal import rehearse
from formloom.platform.records.imports.running import House
from formloom.platform.records.imports.starting import keep
from formloom.platform.records.queries import child_rows
from formloom.platform.records.queries.pages import Query
from formloom.platform.storage.definition_store import FormCatalog
from formloom.platform.storage.files import FileStore

from .conftest import Desk, OpenDesk
from .tickets import bring_in

pytestmark = pytest.mark.one_database

ORDER: dict[str, Any] = {
    "title": {"en": "Order"},
    "fields": [
        {"id": "number", "type": "serial", "label": {"en": "Number"}, "format": "A-{000}"},
        {"id": "customer", "type": "text", "label": {"zh-CN": "客户", "en": "Customer"}},
        {"id": "items", "type": "subform", "label": {"zh-CN": "明细", "en": "Items"}, "columns": [
            {"id": "product", "type": "text", "label": {"zh-CN": "产品", "en": "Product"}, "required": True},
            {"id": "price", "type": "number", "label": {"zh-CN": "单价", "en": "Price"}, "max": 100},
            {"id": "agent", "type": "user", "label": {"zh-CN": "经手人", "en": "Agent"}},
            {"id": "twice", "type": "formula", "label": {"en": "Twice"}, "formula": "price*2"},
        ]},
        {"id": "visits", "type": "subform", "label": {"zh-CN": "拜访", "en": "Visits"}, "columns": [
            {"id": "on", "type": "date", "label": {"zh-CN": "日期", "en": "Day"}},
        ]},
    ],
}  # fmt: skip
ORDERS: list[dict[str, Any]] = [
    {"customer": "Ada", "items": [{"product": "a", "price": 1}, {"product": "b", "price": 2}], "visits": [{"on": "2026-01-02"}]},
    {"customer": "Ada", "items": [{"product": "c", "price": 3}]},
    {"customer": "Bea"},
    {"items": [{"product": "d"}], "visits": [{"on": "2026-01-03"}, {"on": "2026-01-04"}]},
]  # fmt: skip


@pytest.fixture
def order_desk(open_desk: OpenDesk) -> Desk:
    return open_desk(**ORDER)


@pytest.fixture
def house(order_desk: Desk, tmp_path: Path, clock: FrozenClock) -> House:
    return House(order_desk.db, FileStore(tmp_path / "files"), FormCatalog(), clock)


def exported(desk: Desk, layout: Any, kind: Any = "csv", locale: str = "en") -> bytes:
    target = io.BytesIO()
    query = Query(sort=("number",))
    with desk.db.read() as unit:
        exports.write(unit, desk.admin, desk.form, query, target, fields=None, kind=kind, locale=locale, layout=layout)
    return target.getvalue()


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def stored(desk: Desk) -> list[dict[str, Any]]:
    """Return the answers of all records, without what the house makes."""
    with desk.db.read() as unit:
        page = listing.page(unit, desk.admin, desk.form, Query(sort=("number",)))
        child_rows.load(unit, desk.form, page.records)
        shown = [desk.form.dump(record.values) for record in page.records]
    for values in shown:
        del values["number"]
        for name in ("items", "visits"):
            for row in values[name] or ():
                del row["id"]
    return shown


def test_the_records_cells_stand_on_its_first_line(order_desk: Desk) -> None:
    for values in ORDERS:
        order_desk.create(**values)
    assert table(exported(order_desk, "items")) == [
        ["Record no.", "Number", "Customer", "Items / Product", "Items / Price", "Items / Agent", "Items / Twice", "Visits / Day"],
        ["1", "A-001", "Ada", "a", "1.00", "", "2.00", "2026-01-02"],
        ["", "", "", "b", "2.00", "", "4.00", ""],
        ["2", "A-002", "Ada", "c", "3.00", "", "6.00", ""],
        ["3", "A-003", "Bea", "", "", "", "", ""],
        ["4", "A-004", "", "d", "", "", "0.00", "2026-01-03"],
        ["", "", "", "", "", "", "", "2026-01-04"],
    ]  # fmt: skip


def test_the_records_cells_are_repeated_where_that_is_wanted(order_desk: Desk) -> None:
    order_desk.create(**ORDERS[0])
    assert [line[:4] for line in table(exported(order_desk, "repeated"))[1:]] == [
        ["1", "A-001", "Ada", "a"], ["1", "A-001", "Ada", "b"],
    ]  # fmt: skip


@pytest.mark.parametrize("layout", ["items", "repeated"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_what_was_exported_comes_back_as_equal_records(
    order_desk: Desk, house: House, layout: str, kind: str, locale: str
) -> None:
    for values in [*ORDERS, ORDERS[0], ORDERS[0]]:
        order_desk.create(**values)
    before = stored(order_desk)
    job = bring_in(house, order_desk.admin, order_desk.form, exported(order_desk, layout, kind, locale))
    assert (job.state, job.ok, job.failed) == ("done", 6, 0)
    assert stored(order_desk) == before * 2


def test_a_file_of_another_house_is_put_together_by_what_repeats(order_desk: Desk, house: House) -> None:
    lines = ["Customer,Product,Price", "Ada,a,1", ",b,2", "Ada,c,3", "Bea,d,4", "Bea,e,5", ",,", "Cy,,"]
    job = bring_in(house, order_desk.admin, order_desk.form, "\n".join(lines).encode())
    assert (job.ok, job.failed, job.total) == (3, 0, 6)
    found = [(one["customer"], [row["product"] for row in one["items"] or ()]) for one in stored(order_desk)]
    assert found == [("Ada", ["a", "b", "c"]), ("Bea", ["d", "e"]), ("Cy", [])]


def test_a_column_that_is_named_tells_records_apart(order_desk: Desk, house: House) -> None:
    content = b"Order,Customer,Product\n7,Ada,a\n7,,b\n8,Ada,c\n"
    job = bring_in(house, order_desk.admin, order_desk.form, content, group_by="Order")
    assert job.ok == 2
    assert [len(one["items"]) for one in stored(order_desk)] == [2, 1]


def test_a_refused_record_comes_back_whole_with_the_reason_on_its_line(order_desk: Desk, house: House) -> None:
    content = b"Customer,Product,Price\nAda,a,1\n,b,101\n,c,3\nBea,d,4\n"
    job = bring_in(house, order_desk.admin, order_desk.form, content)
    assert (job.ok, job.failed, job.done) == (1, 3, 4)
    with house.files.open(str((job.result or {})["errors"])) as source:
        text = b"".join(refusals.as_csv(source, job.payload["columns"], order_desk.form, "en"))
    lines = table(text)[1:]
    assert [(line[0], line[1], line[4]) for line in lines] == [
        ("2", "", "a"),
        ("3", "Items / Price", "b"),
        ("4", "", "c"),
    ]
    assert lines[0][2] == "Belongs to the record of line 3, which was refused"
    mended = text.decode("utf-8-sig").replace("101", "10").encode()
    assert bring_in(house, order_desk.admin, order_desk.form, mended).ok == 1
    assert [row["price"] for row in stored(order_desk)[1]["items"]] == ["1.00", "10.00", "3.00"]


def test_lines_of_one_record_that_contradict_each_other_are_refused(order_desk: Desk, house: House) -> None:
    content = b"Record no.,Customer,Product\n1,Ada,a\n1,Bea,b\n"
    job = bring_in(house, order_desk.admin, order_desk.form, content)
    assert (job.ok, job.failed) == (0, 2)


def test_a_rehearsal_shows_which_lines_make_a_record(order_desk: Desk, house: House) -> None:
    upload = keep(house.files, io.BytesIO(b"Customer,Product,Price\nAda,a,1\n,b,x\nBea,c,3\n"), "t.csv")
    mapping = {"Customer": "customer", "Product": "items.product", "Price": "items.price"}
    with order_desk.db.read() as unit:
        found = rehearse(
            unit, order_desk.admin, order_desk.form, house.files, upload, mapping, now=order_desk.now, locale="en"
        )  # fmt: skip
    assert [one.numbers for one in found.rows] == [(2, 3), (4,)]
    assert found.rows[1].rows == {"items": [4]}
    assert [(line, fault.field) for line, fault in found.rows[0].findings] == [(3, "items.price")]
    assert (found.looked_at, found.refused) == (2, 1)
    assert [(one.field, one.count, one.cell) for one in found.troubles] == [("items.price", 1, "x")]
