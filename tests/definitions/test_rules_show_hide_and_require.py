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
    start = {
        item.id: _cleaned_alone(form, {item.id: item.default}, ctx)[item.id] for item in form.stored if item.default
    }
    values = start | _cleaned_alone(form, case["values"], ctx)
    judged = form.logic.judge(values, ctx, start=start, compute=form.recompute)
    assert judged.visible == frozenset(form.by_id) - set(case["hidden"])
    assert judged.required == frozenset(case["required"])
    assert judged.locked == frozenset(case.get("locked", ()))
    assert {name: sorted(gone) for name, gone in judged.barred.items()} == case.get("barred", {})
    kept = {name: value for name, value in form.dump(judged.values).items() if value is not None}
    assert kept == _expected(form, case, start, ctx)


@pytest.mark.parametrize(("given", "case"), CASES, ids=[f"{form['name']} {case['values']}" for form, case in CASES])
def test_cleaning_does_accordingly(
    given: dict[str, Any], case: dict[str, Any], make_form: MakeForm, ctx: CleanContext
) -> None:
    form = make_form(*given["fields"], rules=given["rules"])
    start = form.clean({}, ctx=ctx).values
    cleaned = form.clean(case["values"], ctx=ctx)
    kept = {name for name, value in form.dump(cleaned.values).items() if value is not None}
    assert kept == _expected(form, case, start, ctx).keys()
    demanded = {found.field for found in cleaned.findings if found.code == "required"}
    assert demanded == set(case["required"]) - kept
    refused = {found.field: found.code for found in cleaned.findings if found.code != "required"}
    assert refused == case.get("refused", {})


def _expected(form: FormVersion, case: dict[str, Any], start: Mapping[str, Any], ctx: CleanContext) -> dict[str, Any]:
    """Return the values as the API shows them: those of the case, else what was sent to visible fields."""
    defaults = {name: form.dump(start)[name] for name, value in start.items() if value is not None}
    sent = form.dump(_cleaned_alone(form, case["values"], ctx))
    plain = defaults | {name: value for name, value in sent.items() if value is not None}
    shown = {name: value for name, value in plain.items() if name not in case["hidden"]}
    if "then" not in case:
        return shown
    stored = {name: value for name, value in case["then"].items() if not form.field(name).type.is_generated}
    then = _cleaned_alone(form, stored, ctx)
    computed = {name: value for name, value in case["then"].items() if form.field(name).type.is_generated}
    return {name: value for name, value in form.dump(then).items() if value is not None} | computed


def _cleaned_alone(form: FormVersion, raw: Mapping[str, Any], ctx: CleanContext) -> dict[str, Any]:
    return {name: form.field(name).type.clean(value, form.field(name).cfg, ctx) for name, value in raw.items()}
