"""One tree, one meaning: the shared cases as a closure, on SQLite and on PostgreSQL; vitest runs them in the browser."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from formloom.platform.definitions.conditions.compile import Setting, explain, matches
from formloom.platform.definitions.conditions.sql import to_clause
from formloom.platform.definitions.conditions.tree import ConditionInvalid, parse
from formloom.platform.definitions.fields.base import CleanContext
from formloom.platform.definitions.form import FormVersion
from formloom.platform.storage.database import UnitOfWork
from formloom.platform.storage.form_tables import RESERVED

SHARED = json.loads((Path(__file__).parents[1] / "shared" / "conditions.json").read_text(encoding="utf-8"))
MOMENTS = ("created_at", "updated_at")
SETTING = Setting(now=datetime.fromisoformat(SHARED["now"]), me=SHARED["me"], zone=ZoneInfo(SHARED["zone"]))
Records = Mapping[str, dict[str, Any]]


@pytest.fixture(scope="module")
def form(make_form: Callable[..., FormVersion]) -> FormVersion:
    return make_form(*SHARED["fields"])


@pytest.fixture(scope="module")
def records(form: FormVersion, ctx: CleanContext) -> Records:
    made = {}
    for name, record in SHARED["records"].items():
        cleaned = form.clean(record["values"], ctx=ctx)
        assert cleaned.findings == []
        reserved = {key: value for key, value in record.items() if key != "values"}
        reserved |= {key: datetime.fromisoformat(reserved[key]) for key in MOMENTS}
        made[name] = {**reserved, **cleaned.values}
    return made


def test_the_kinds_told_to_the_browser_are_those_of_the_fields(form: FormVersion) -> None:
    assert form.value_kinds() == SHARED["kinds"]


@pytest.mark.parametrize("case", SHARED["cases"], ids=lambda case: json.dumps(case["when"], ensure_ascii=False)[:90])
def test_closure(case: dict[str, Any], form: FormVersion, records: Records) -> None:
    node = parse(case["when"], form.value_kinds())
    assert {name: matches(node, records[name], SETTING) for name in case["is"]} == case["is"]


def test_sql(shelve: Callable[[FormVersion], Any], form: FormVersion, records: Records) -> None:
    shelf = shelve(form)

    def fill(uow: UnitOfWork) -> None:
        for record in records.values():
            shelf.put(uow, {key: record[key] for key in RESERVED if key != "deleted_at"}, record)

    shelf.db.write(fill)
    wrong = []
    with shelf.db.read() as unit:
        for case in SHARED["cases"]:
            clause = to_clause(parse(case["when"], form.value_kinds()), shelf.columns, SETTING)
            found = set(unit.conn.scalars(select(shelf.table.c.id).where(clause)))
            is_ = {name: records[name]["id"] in found for name in case["is"]}
            if is_ != case["is"]:
                wrong.append((case["when"], is_))
    assert wrong == []


def _setting_of(case: dict[str, Any]) -> Setting:
    return Setting(now=datetime.fromisoformat(case["now"]), zone=ZoneInfo(case["zone"]))


@pytest.mark.parametrize("case", SHARED["days"], ids=json.dumps)
def test_days_are_those_of_the_installations_zone(case: dict[str, Any], form: FormVersion, ctx: CleanContext) -> None:
    values = form.clean(case["values"], ctx=ctx).values
    assert matches(parse(case["when"], form.value_kinds()), values, _setting_of(case)) is case["is"]


def test_days_in_sql(
    shelve: Callable[[FormVersion], Any], form: FormVersion, records: Records, ctx: CleanContext
) -> None:
    shelf = shelve(form)
    reserved = {key: records["full"][key] for key in RESERVED if key != "deleted_at"}

    def fill(uow: UnitOfWork) -> None:
        for place, case in enumerate(SHARED["days"]):
            shelf.put(uow, {**reserved, "id": str(place)}, form.clean(case["values"], ctx=ctx).values)

    shelf.db.write(fill)
    wrong = []
    with shelf.db.read() as unit:
        for place, case in enumerate(SHARED["days"]):
            clause = to_clause(parse(case["when"], form.value_kinds()), shelf.columns, _setting_of(case))
            found = set(unit.conn.scalars(select(shelf.table.c.id).where(clause)))
            if (str(place) in found) is not case["is"]:
                wrong.append(case)
    assert wrong == []


@pytest.mark.parametrize("case", SHARED["changes"], ids=lambda case: json.dumps(case, ensure_ascii=False)[:90])
def test_conditions_about_a_change(case: dict[str, Any], form: FormVersion, ctx: CleanContext) -> None:
    before, after = (form.clean(case[side], ctx=ctx).values for side in ("before", "after"))
    node = parse(case["when"], form.value_kinds(), with_before=True)
    setting = replace(SETTING, before=before)
    assert matches(node, after, setting) is case["is"]


@pytest.mark.parametrize("case", SHARED["refused"], ids=lambda case: json.dumps(case)[:90])
def test_what_can_not_be_read_is_refused_with_a_reason(case: dict[str, Any], form: FormVersion) -> None:
    with pytest.raises(ConditionInvalid) as refusal:
        parse(case["when"], form.value_kinds())
    assert case["code"] in {found.code for found in refusal.value.findings}
    assert all(found.words("zh-CN") and found.words("en") for found in refusal.value.findings)


def test_all_faults_are_found_at_once_and_named_by_place(form: FormVersion) -> None:
    tree = {
        "all": [{"field": "nmae", "op": "eq", "value": "x"}, {"any": [{"field": "amount", "op": "gt", "value": "x"}]}]
    }
    with pytest.raises(ConditionInvalid) as refusal:
        parse(tree, form.value_kinds())
    found = {one.field: one for one in refusal.value.findings}
    assert set(found) == {"/all/0", "/all/1/any/0"}
    assert "'name'" in found["/all/0"].words("en")


def test_an_explanation_tells_every_comparison_with_what_was_found(form: FormVersion, records: Records) -> None:
    tree = {"any": [
        {"field": "amount", "op": "gte", "value": "20"},
        {"not": {"field": "tags", "op": "contains", "value": "a"}},
        {"field": "at", "op": "within_last", "value": "P1DT2H"},
        {"field": "due", "op": "eq", "value": {"fn": "today"}},
        {"field": "owner", "op": "empty"},
    ]}  # fmt: skip
    told = explain(parse(tree, form.value_kinds()), records["full"], SETTING)
    assert [(one.field, one.op, one.value, one.actual, one.result) for one in told] == [
        ("amount", "gte", "20", "12.50", False),
        ("tags", "contains", "a", ["a", "c"], True),
        ("at", "within_last", "P1DT2H", "2026-11-23T05:00:00Z", True),
        ("due", "eq", "2026-11-23", "2026-11-23", True),
        ("owner", "empty", None, "u1", False),
    ]
