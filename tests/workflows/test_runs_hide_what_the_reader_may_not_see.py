"""Who looks after rules sees what they did, but not what fields hold that are hidden from him."""

import json
from typing import Any

import pytest

from formloom.workflows.nodes.base import Action
from formloom.workflows.nodes.registry import NODES

from .house import House, both, set_fields

SECRET = "top-secret-note"
WHEN = {
    "all": [{"field": "note", "op": "eq", "value": {"ref": "other"}}, {"field": "team", "op": "eq", "value": "red"}]
}
STEPS: list[Any] = [
    {"type": "branch", "when": WHEN, "then": [{"id": "m1", **set_fields(note=f"{SECRET}!", status="open")}]},
    {"type": "add_comment", "text": both("Noted {{ record.note }}")},
    {"type": "notify", "to": {"field": "owner"}, "text": both("See {{ record.note }}")},
    {"type": "create_record", "form": "task", "values": {"title": {"liquid": "About {{ record.note }}"}}},
]


def group(house: House, name: str, *, fields: Any = None, **more: Any) -> None:
    """Let a member design the app, and read tickets with what `fields` and `more` say; None for no tickets at all."""
    grants = [] if fields is None else [{"form": "ticket", "acts": ["record.read"], "fields": fields, **more}]
    document = {
        "title": both(name), "members": {"users": [house.people[name]]}, "app_acts": ["open", "design"], "grants": grants,
    }  # fmt: skip
    house.define("permission_group", name, document)


@pytest.fixture
def ran(house: House) -> tuple[House, str, str]:
    """Return an installation, a flow that ran on a ticket with a secret, and the ticket."""
    flow_id = house.flow("route", STEPS)
    record = house.ticket(f"about {SECRET}", note=SECRET, other=SECRET, team="red", owner=house.people["ada"])
    house.work()
    for name in ("dee", "max", "tim", "own"):
        house.person(name)
    group(house, "dee", fields={"note": "hidden", "subject": "hidden"})
    group(house, "max")
    group(house, "tim", fields={})
    group(house, "own", fields={}, rows="own")
    return house, flow_id, record


def run(house: House, flow_id: str, who: str) -> dict[str, Any]:
    (found,) = house.ask("GET", f"/flows/{flow_id}/runs", who=who)["runs"]
    return dict(found)


def test_an_administrator_and_who_may_see_every_field_see_everything(ran: tuple[House, str, str]) -> None:
    house, flow_id, _record = ran
    for who in ("ada", "tim"):
        found = run(house, flow_id, who)
        assert found["record_title"] == f"about {SECRET}"
        first = found["trace"][0]["why"][0]
        assert (first["value"], first["actual"], first.get("hidden")) == (SECRET, SECRET, None)


def test_hidden_fields_are_left_out_one_by_one_and_what_happened_stays(ran: tuple[House, str, str]) -> None:
    house, flow_id, _record = ran
    found = run(house, flow_id, "dee")
    assert found["record_title"] is None
    note, team = found["trace"][0]["why"]
    assert (note["field"], note["actual"], note["result"], note["hidden"]) == ("note", None, True, True)
    assert (team["actual"], team.get("hidden")) == ("red", None)
    changes = found["trace"][1]["output"]["changes"]
    assert changes["note"] == {"before": None, "after": None, "hidden": True}
    assert changes["status"]["after"] == "open"
    assert [line["result"] for line in found["trace"]] == ["matched", "done", "done", "skipped", "done"]


def test_no_text_that_a_rule_put_together_tells_a_hidden_value(ran: tuple[House, str, str]) -> None:
    house, flow_id, _record = ran
    lines = run(house, flow_id, "dee")["trace"][2:]
    assert SECRET not in json.dumps(lines)


@pytest.mark.parametrize("who", ["max", "own"])
def test_nothing_is_told_of_records_that_the_reader_may_not_see(ran: tuple[House, str, str], who: str) -> None:
    house, flow_id, _record = ran
    found = run(house, flow_id, who)
    assert SECRET not in json.dumps(found)
    assert "red" not in [leaf["actual"] for leaf in found["trace"][0]["why"]]
    assert found["state"] == "done"


def test_a_value_that_comes_from_a_hidden_field_is_hidden_in_the_comparison_too(ran: tuple[House, str, str]) -> None:
    house, flow_id, _record = ran
    house.person("ria")
    group(house, "ria", fields={"other": "hidden"})
    note = run(house, flow_id, "ria")["trace"][0]["why"][0]
    assert (note["value"], note["actual"], note["hidden"]) == (None, SECRET, True)


def test_a_rehearsal_hides_the_same(ran: tuple[House, str, str]) -> None:
    house, flow_id, record = ran
    told = house.ask("POST", f"/flows/{flow_id}/simulate", {"record": record}, who="dee")
    assert told["would_run"] is True
    assert SECRET not in json.dumps([line["output"] for line in told["trace"]])
    assert SECRET in json.dumps(house.ask("POST", f"/flows/{flow_id}/simulate", {"record": record})["trace"])


NOTE: dict[str, Any] = {"ref": "note"}
QUOTED = {"liquid": "{{ record.note }}"}
QUOTING: dict[str, dict[str, Any]] = {
    "add_comment": {"text": both("Noted {{ record.note }}")},
    "call_webhook": {"url": "https://example.com/", "body": {"note": NOTE}},
    "create_record": {"form": "task", "values": {"title": QUOTED}},
    "delete_record": {"form": "task", "match": {"title": NOTE}},
    "formula": {"name": "kept", "formula": 'CONCATENATE(note, "!")', "kind": "text"},
    "notify": {"to": {"user_field": "owner"}, "text": both("See {{ record.note }}")},
    "query_records": {"form": "task", "name": "found", "filter": {"field": "title", "op": "eq", "value": NOTE}},
    "reply_mail": {"to": {"field": "email"}, "subject": both("{{ record.note }}"), "body": both("{{ record.note }}")},
    "set_fields": {"values": {"note": QUOTED, "status": "open"}},
    "subprocess": {"flow": "other", "values": {"title": NOTE}, "wait": False},
    "update_record": {"form": "task", "match": {"ticket": NOTE}, "values": {"title": QUOTED}},
    "upsert_record": {"form": "task", "match": {"ticket": NOTE}, "values": {"title": QUOTED}},
    "wait_until": {"when": {"field": "note", "op": "eq", "value": {"ref": "other"}}},
}
"""Each action with a setting by which it is given what the hidden field holds."""
NEVER_QUOTE = frozenset({"add_tag", "approve", "assign", "cc", "delay", "end", "fill", "start"})
"""What is given these is what stands in the rule, and names of people."""


def test_no_kind_of_action_shows_what_it_was_given_of_a_hidden_field(house: House) -> None:
    actions = {kind.id for kind in NODES if isinstance(kind, Action)}
    assert set(QUOTING) | NEVER_QUOTE == actions, "say of each new action how it may quote a field"
    house.flow("other", [], {"type": "button"}, form="task")
    record = house.ticket(note=SECRET, other="else", email="lin@example.com", owner=house.people["ada"])
    house.work()
    house.person("dee")
    group(house, "dee", fields={"note": "hidden", "subject": "hidden"})
    for name, settings in QUOTING.items():
        flow_id = house.flow(f"of_{name}", [{"type": name, **settings}], {"type": "button"})

        def line(who: str, flow_id: str = flow_id) -> dict[str, Any]:
            (told,) = house.ask("POST", f"/flows/{flow_id}/simulate", {"record": record}, who=who)["trace"]
            return dict(told)

        assert SECRET in json.dumps(line("ada")), name
        assert SECRET not in json.dumps(line("dee")), name
        assert line("dee")["result"] == line("ada")["result"]
