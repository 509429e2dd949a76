"""Rules that lock, set, limit and leap, on a public page: the server decides, the page is only quicker."""

from typing import Any

import pytest

from .conftest import OPTIONS, Publish, l10n

pytestmark = pytest.mark.one_database

KIND = {"id": "kind", "type": "text", "label": l10n("Kind")}
RATE = {"id": "rate", "type": "number", "label": l10n("Rate"), "default": "10"}
ONE = {"id": "one", "type": "select", "label": l10n("One"), "options": OPTIONS}
GRADE = {"id": "grade", "type": "text", "label": l10n("Grade"), "public": False, "default": "gold"}
IS_VIP = {"field": "kind", "op": "eq", "value": "vip"}


def page(name: str) -> dict[str, Any]:
    return {"id": name, "type": "tabs", "label": l10n(name)}


def text(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "type": "text", "label": l10n(name), **more}


def test_a_locked_field_keeps_its_default_without_a_script(form: Publish) -> None:
    house = form(KIND, RATE, rules=[{"id": "r", "when": IS_VIP, "lock": ["rate"]}])
    refused = house.send({"kind": "vip", "rate": "99"})
    assert refused.status_code == 422
    assert "it keeps its value" in refused.text
    assert 'name="rate" type="text" autocomplete="off" value="10"' in refused.text, "the page shows what it will be"
    assert house.send({"kind": "vip", "rate": "10"}).status_code == 303
    assert house.send({"kind": "else", "rate": "99"}).status_code == 303
    assert sorted(one["values"]["rate"] for one in house.records()) == ["10.00", "99.00"]


def test_what_a_rule_sets_stands_whatever_was_sent(form: Publish) -> None:
    sets = [{"field": "rate", "value": "5"}, {"field": "grade", "formula": "UPPER(kind)"}]
    house = form(KIND, RATE, GRADE, rules=[{"id": "r", "when": IS_VIP, "set": sets}])
    assert house.send({"kind": "vip", "rate": "99"}).status_code == 303
    assert house.records()[0]["values"] == {"kind": "vip", "rate": "5.00", "grade": "VIP"}
    data = house.data(house.open())
    assert data["rules"] == [{"when": IS_VIP, "set": [{"field": "rate", "value": "5"}]}]
    assert data["effects"] == {"start": {"rate": "10"}}


def test_an_option_that_is_not_offered_is_refused(form: Publish) -> None:
    house = form(KIND, ONE, rules=[{"id": "r", "when": IS_VIP, "options": [{"field": "one", "only": ["b"]}]}])
    refused = house.send({"kind": "vip", "one": "a"})
    assert refused.status_code == 422
    assert "“Alpha” can’t be chosen here" in refused.text.replace("&#39;", "’")
    assert house.send({"kind": "vip", "one": "b"}).status_code == 303
    assert house.send({"kind": "", "one": "a"}).status_code == 303


def test_what_was_leapt_over_is_dropped_and_not_demanded(form: Publish) -> None:
    rules = [{"id": "r", "when": IS_VIP, "jump": {"after": "kind", "to": "end"}}]
    house = form(KIND, page("more"), text("why", required=True), page("end"), text("bye"), rules=rules)
    assert house.send({"kind": "else"}).status_code == 422
    assert house.send({"kind": "vip", "why": "because", "bye": "x"}).status_code == 303
    assert house.records()[0]["values"] == {"kind": "vip", "why": None, "bye": "x"}
    assert "Only if it applies to you" in house.open().text, "without a script all pages stand below each other"


def test_options_and_conditions_tell_nothing_about_inner_fields(form: Publish) -> None:
    gold = {"field": "grade", "op": "eq", "value": "gold"}
    options = [{**OPTIONS[0], "when": gold}, {**OPTIONS[1], "when": {"not": gold}}]
    house = form(KIND, {**ONE, "options": options}, GRADE)
    shown = house.open()
    assert "grade" not in shown.text
    assert house.data(shown)["fields"][1]["options"] == [
        {"value": "a", "when": {}},
        {"value": "b", "when": {"not": {}}},
    ]
    assert house.send({"one": "b"}).status_code == 422
    assert house.send({"one": "a"}).status_code == 303
