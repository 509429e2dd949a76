"""The rules of a form, by the cases that the browser runs too."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from formloom.platform.definitions.fields.base import CleanContext
from formloom.platform.definitions.form import FormVersion

SHARED = json.loads((Path(__file__).parents[1] / "shared" / "rules.json").read_text(encoding="utf-8"))
NOW = datetime.fromisoformat(SHARED["now"])
CASES = [(form, case) for form in SHARED["forms"] for case in form["cases"]]
MakeForm = Callable[..., FormVersion]


@pytest.mark.parametrize(("given", "case"), CASES, ids=[f"{form['name']} {case['values']}" for form, case in CASES])
def test_rules(given: dict[str, Any], case: dict[str, Any], make_form: MakeForm, ctx: CleanContext) -> None:
    form = make_form(*given["fields"], rules=given["rules"])
    values = _cleaned_alone(form, case["values"], ctx)
    assert form.visible(values, now=NOW) == frozenset(form.by_id) - set(case["hidden"])
    assert form.required(values, now=NOW) == frozenset(case["required"])


@pytest.mark.parametrize(("given", "case"), CASES, ids=[f"{form['name']} {case['values']}" for form, case in CASES])
def test_cleaning_drops_and_demands_accordingly(
    given: dict[str, Any], case: dict[str, Any], make_form: MakeForm, ctx: CleanContext
) -> None:
    form = make_form(*given["fields"], rules=given["rules"])
    cleaned = form.clean(case["values"], ctx=ctx)
    kept = {name for name, value in cleaned.values.items() if value is not None}
    assert kept == set(case["values"]) - set(case["hidden"])
    demanded = {found.field for found in cleaned.findings if found.code == "required"}
    assert demanded == set(case["required"]) - kept


def _cleaned_alone(form: FormVersion, raw: Mapping[str, Any], ctx: CleanContext) -> dict[str, Any]:
    return {name: form.field(name).type.clean(value, form.field(name).cfg, ctx) for name, value in raw.items()}
