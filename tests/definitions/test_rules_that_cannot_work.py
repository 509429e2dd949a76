"""What the check says about rules that can't do what they are meant to."""

from typing import Any

import pytest

from formloom.platform.definitions.kinds.base import World
from formloom.platform.definitions.kinds.registry import KINDS

OPTIONS = [{"value": one, "label": {"zh-CN": one, "en": one}} for one in "ab"]
FIELDS: list[dict[str, Any]] = [
    {"id": "on", "type": "boolean"}, {"id": "n", "type": "number"}, {"id": "no", "type": "serial"},
    {"id": "pick", "type": "select", "options": OPTIONS}, {"id": "rank", "type": "ranking", "options": OPTIONS},
    {"id": "twice", "type": "formula", "formula": "n*2"}, {"id": "p1", "type": "tabs"}, {"id": "a", "type": "text"},
    {"id": "p2", "type": "tabs"}, {"id": "b", "type": "text"},
]  # fmt: skip
ON = {"field": "on", "op": "eq", "value": True}
MANY = {"field": "n", "op": "gt", "value": 1}


def found(*rules: dict[str, Any], fields: list[dict[str, Any]] = FIELDS) -> dict[str, str]:
    entries = [{**one, "label": {"zh-CN": one["id"], "en": one["id"]}} for one in fields]
    document = {"title": {"zh-CN": "表", "en": "Form"}, "fields": entries, "rules": [{"id": f"r{at}", "when": ON, **one} for at, one in enumerate(rules)]}  # fmt: skip
    return {one.code: one.field or "" for one in KINDS.get("form").check(document, World())}


GOOD: list[dict[str, Any]] = [
    {"lock": ["n"]}, {"set": [{"field": "n", "value": "3"}, {"field": "a", "formula": "TEXT(n,\"0\")"}]},
    {"options": [{"field": "pick", "only": ["a"]}]}, {"jump": {"after": "on", "to": "p2"}}, {"jump": {"after": "p1"}},
]  # fmt: skip


@pytest.mark.parametrize("rule", GOOD, ids=str)
def test_a_good_one_passes(rule: dict[str, Any]) -> None:
    assert found(rule) == {}


@pytest.mark.parametrize(
    ("rule", "code", "place"),
    [
        ({"lock": ["nn"]}, "unknown_field", "rules/0"),
        ({"set": [{"field": "no", "value": "1"}]}, "cannot_be_set", "rules/0/set/0/field"),
        ({"set": [{"field": "n", "value": "x"}]}, "not_number", "rules/0/set/0/value"),
        ({"set": [{"field": "n", "formula": "n+"}]}, "unexpected_end", "rules/0/set/0/formula"),
        ({"set": [{"field": "n", "formula": "zz"}]}, "unknown_field", "rules/0/set/0/formula"),
        ({"options": [{"field": "rank", "only": ["a"]}]}, "cannot_be_limited", "rules/0/options/0/field"),
        ({"options": [{"field": "pick", "only": ["c"]}]}, "unknown_option", "rules/0/options/0/only"),
        ({"jump": {"after": "a", "to": "b"}}, "not_a_page", "rules/0/jump/to"),
        ({"jump": {"after": "b", "to": "p1"}}, "backward_jump", "rules/0/jump/to"),
        ({"jump": {"after": "a", "to": "p2"}}, "empty_jump", "rules/0/jump"),
        ({"jump": {"after": "gone"}}, "unknown_field", "rules/0"),
    ],
    ids=str,
)
def test_each_fault_is_found_at_its_place(rule: dict[str, Any], code: str, place: str) -> None:
    assert found(rule).get(code) == place


@pytest.mark.parametrize(
    "rules",
    [
        [{"when": MANY, "set": [{"field": "n", "value": "1"}]}],
        [{"set": [{"field": "n", "formula": "n+1"}]}],
        [{"when": MANY, "set": [{"field": "a", "value": "x"}]}, {"when": {"field": "a", "op": "empty"}, "set": [{"field": "n", "value": "1"}]}],
        [{"when": {"field": "b", "op": "empty"}, "jump": {"after": "a"}}],
        [{"when": {"field": "twice", "op": "gt", "value": 2}, "lock": ["n"]}],
        [{"when": {"field": "pick", "op": "eq", "value": "a"}, "options": [{"field": "pick", "only": ["b"]}]}],
    ],
    ids=str,
)  # fmt: skip
def test_what_waits_for_itself_is_refused(rules: list[dict[str, Any]]) -> None:
    assert "rule_cycle" in found(*rules)


def test_conditions_of_options_are_checked() -> None:
    def with_options(*options: dict[str, Any], kind: str = "select") -> list[dict[str, Any]]:
        return [FIELDS[0], {"id": "pick", "type": kind, "options": list(options)}]

    label = {"zh-CN": "甲", "en": "A"}
    assert found(fields=with_options({"value": "a", "label": label, "when": ON})) == {}
    stranger = {"value": "a", "label": label, "when": {"field": "off", "op": "empty"}}
    assert found(fields=with_options(stranger))["unknown_field"] == "fields/1/options/0/when"
    itself = {"value": "a", "label": label, "when": {"field": "pick", "op": "empty"}}
    assert "rule_cycle" in found(fields=with_options(itself))
    deep = {"value": "a", "label": label, "children": [{"value": "b", "label": label, "when": ON}]}
    assert found(fields=with_options(deep, kind="cascade"))["condition_too_deep"] == "fields/1/options/0/children"
    ranked = found(fields=with_options({"value": "a", "label": label, "when": ON}, kind="ranking"))
    assert ranked["cannot_be_limited"] == "fields/1/options/0/when"
