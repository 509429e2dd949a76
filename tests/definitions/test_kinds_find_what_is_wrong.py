"""Each kind of document: a good one passes, and each fault is found with its place and the nearest valid name."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import Schema, fields

from formloom.platform.definitions.kinds.base import ITSELF, Usage, World
from formloom.platform.definitions.kinds.registry import KINDS
from formloom.platform.kernel.errors import Finding

Document = dict[str, Any]


def both(text: str) -> dict[str, str]:
    return {"zh-CN": f"中{text}", "en": text}


FORM: Document = {
    "title": both("Ticket"), "title_field": "subject", "customer": {"email": "mail"},
    "fields": [
        {"id": "subject", "type": "text", "label": both("Subject"), "required": True},
        {"id": "status", "type": "select", "label": both("Status"), "options": [{"value": "open", "label": both("Open")}], "default": "open"},
        {"id": "amount", "type": "number", "label": both("Amount"), "min": "0"},
        {"id": "mail", "type": "email", "label": both("Mail")},
        {"id": "part", "type": "section", "label": both("Part")},
        {"id": "owner", "type": "user", "label": both("Owner")},
        {"id": "due", "type": "date", "label": both("Due")},
        {"id": "stage", "type": "radio", "label": both("Stage"), "options": [{"value": one, "label": both(one)} for one in ("new", "quote", "won")]},
    ],
    "rules": [{"id": "r1", "when": {"field": "status", "op": "eq", "value": "open"}, "show": ["amount"], "require": ["subject"]}],
    "buttons": [{"id": "go", "label": both("Go"), "flow": "route"}],
    "settings": {"languages": ["zh-CN", "en"], "quota": 5, "open_from": "2026-01-01T00:00:00Z", "cover": {"kind": "twill", "seed": "x", "color": "indigo"}},
}  # fmt: skip
GOOD: Mapping[str, Document] = {
    "app": {"title": both("Desk"), "menu": [{"kind": "form", "key": "ticket"}, {"kind": "dashboard", "key": "figures"}]},
    "form": FORM,
    "view": {
        "title": both("Open"), "form": "ticket", "columns": [{"field": "subject", "width": 200}, {"field": "created_at"}],
        "filter": {"field": "status", "op": "eq", "value": "open"}, "sort": ["-created_at", "amount"], "group_by": "status",
    },
    "flow": {
        "title": both("Route"), "form": "ticket", "trigger": {"type": "record_updated", "fields": ["status"]},
        "nodes": [{
            "id": "n1", "type": "branch", "when": {"field": "status", "op": "changed_to", "value": "open"},
            "then": [
                {"id": "n2", "type": "set_fields", "values": {"owner": {"fn": "me"}, "subject": {"liquid": "{{ record.subject }}"}}},
                {"id": "n3", "type": "reply_mail", "template": "hello", "to": {"field": "mail"}},
                {"id": "n4", "type": "assign", "rule": "fair"},
                {"id": "n5", "type": "create_record", "form": "task", "values": {"name": {"ref": "subject"}}},
            ],
            "else": [{"id": "n6", "type": "notify", "to": {"user_field": "owner"}, "text": both("Hi")}],
        }],
    },
    "dashboard": {
        "title": both("Figures"), "filters": [{"field": "due", "form": "ticket"}],
        "widgets": [{
            "id": "w1", "type": "bar", "title": both("Amounts"), "form": "ticket", "group_by": [{"field": "due", "bucket": "month"}],
            "measures": [{"op": "count"}, {"op": "sum", "field": "amount"}], "filter": {"field": "owner", "op": "not_empty"},
        }],
    },
    "message_template": {"title": both("Hello"), "channel": "mail", "subject": both("Hello"), "body": both("Dear {{ record.subject }}")},
    "permission_group": {
        "title": both("Agents"), "members": {"roles": ["agent"]},
        "grants": [{"form": "ticket", "acts": ["record.read"], "rows": "assigned", "assigned_field": "owner", "fields": {"amount": "hidden"}}],
    },
    "assignment_rule": {
        "title": both("Fair"), "form": "ticket", "field": "owner",
        "pools": [{"when": {"field": "status", "op": "eq", "value": "open"}, "strategy": "round_robin", "candidates": {"roles": ["agent"]}, "calendar": "office"}],
    },
    "field_group": {
        "title": both("Contact"), "fields": [{"id": "name", "type": "text", "label": both("Name")}, {"id": "mail", "type": "email", "label": both("Mail")}],
        "rules": [{"id": "r", "when": {"field": "name", "op": "not_empty"}, "require": ["mail"]}],
    },
    "calendar": {
        "title": both("Office"), "timezone": "Asia/Shanghai", "week": {"mon": [["09:00", "12:00"], ["13:00", "18:00"]]}, "days": {"2026-10-01": []},
        "entries": [{"on": "2026-02-15", "until": "2026-02-23", "kind": "holiday", "title": both("Spring Festival")}, {"on": "2026-02-14", "kind": "workday"}],
    },
    "sla": {
        "title": both("Service"), "form": "ticket", "calendar": "office", "priority_field": "status",
        "metrics": [{
            "id": "solved", "kind": "resolution", "title": both("Solved"), "stop": {"field": "amount", "op": "gt", "value": 1},
            "pause": {"field": "owner", "op": "empty"}, "targets": [{"priority": ["open"], "within": "PT4H"}, {"within": "P2D", "business": False}],
            "warn": [{"before": "PT30M", "do": [{"id": "a", "type": "notify", "to": {"user_field": "owner"}, "text": both("Soon")}]}],
            "breach": [{"id": "a", "type": "set_fields", "values": {"amount": 2}}], "ladder": [{"after": "PT2H", "do": []}],
        }],
    },
    "mailbox": {
        "title": both("Support"), "form": "ticket", "addresses": ["support@house.example"], "plus": True,
        "server": {"host": "imap.house.example", "port": 993, "security": "tls", "user": "support", "folder": "INBOX", "after": "keep"},
        "fields": {"from": "mail", "at": "due"}, "values": {"status": "open"}, "unmatched": "hold",
    },
    "pool": {
        "title": both("Leads"), "form": "ticket", "owner": "owner", "filter": {"field": "status", "op": "eq", "value": "open"},
        "see": {"roles": ["agent"]}, "claim": {"roles": ["agent"]}, "manage": {"roles": ["lead"]},
        "assign": {"mode": "automatic", "rule": "fair"}, "calendar": "office", "masked": ["mail"], "cool_down_days": 7,
        "limits": {"per_day": 20, "holding": 100, "not_counted": {"field": "amount", "op": "gt", "value": 0}, "batch": 10},
        "protection": {"days": 3, "when": {"field": "amount", "op": "gt", "value": 1}},
        "recycle": {"unfollowed": {"days": 30, "field": "due"}, "unwon": {"days": 180, "won": {"field": "amount", "op": "gt", "value": 2}}, "owner_left": True},
        "warn": {"days": [3, 1], "mail": True},
    },
}  # fmt: skip
BLUEPRINT: Document = {
    "title": both("Sale"), "form": "ticket", "field": "stage",
    "states": [{"option": "new"}, {"option": "quote", "category": "paused"}, {"option": "won", "category": "won"}],
    "transitions": [
        {
            "key": "offer", "label": both("Offer"), "from": ["new"], "to": "quote", "who": [{"role": "agent"}, {"user_field": "owner"}],
            "when": {"field": "amount", "op": "gt", "value": 1}, "require": ["amount"], "ask": ["due"], "checklist": [{"id": "a", "label": both("Read")}],
            "after": [{"id": "n1", "type": "set_fields", "values": {"subject": "x"}}],
        },
        {"key": "win", "label": both("Win"), "from": ["*"], "to": "won", "automatic": {"field": "due", "after": "P3D", "calendar": "office"}},
    ],
}  # fmt: skip
GOOD = {**GOOD, "blueprint": BLUEPRINT}
TASK: Document = {"title": both("Task"), "fields": [{"id": "name", "type": "text", "label": both("Name")}]}
_settings: Any = Schema.from_dict
NODES = {
    "branch": _settings({}), "set_fields": _settings({"values": fields.Dict(required=True)}),
    "reply_mail": _settings({"template": fields.String(required=True), "to": fields.Dict()})(),
    "assign": _settings({"rule": fields.String()}), "create_record": _settings({"form": fields.String(), "values": fields.Dict()}),
    "notify": _settings({"to": fields.Dict(), "text": fields.Dict()}),
}  # fmt: skip
WORLD = World(
    key="ticket", roles=frozenset({"agent", "lead"}), strategies=frozenset({"round_robin", "least_open"}), metrics=frozenset({"nps"}),
    triggers={"record_created": _settings({}), "record_updated": _settings({"fields": fields.List(fields.String())})}, nodes=NODES,
    liquid=lambda text: "unclosed" if text.count("{{") != text.count("}}") else None,
    others={
        "form": {"ticket": FORM, "task": TASK}, "flow": {"route": GOOD["flow"]}, "dashboard": {"figures": GOOD["dashboard"]},
        "message_template": {"hello": GOOD["message_template"]}, "assignment_rule": {"fair": GOOD["assignment_rule"]},
        "calendar": {"office": GOOD["calendar"]}, "sla": {"service": {**GOOD["sla"], "position": 9}}, "view": {"open": GOOD["view"]},
        "permission_group": {"agents": GOOD["permission_group"]}, "pool": {"leads": {**GOOD["pool"], "position": 9}},
        "mailbox": {"sales": {**GOOD["mailbox"], "addresses": ["sales@house.example"]}},
        "blueprint": {"sale": {**GOOD["blueprint"], "field": "other"}},
    },
)  # fmt: skip


def check(kind: str, document: Document) -> list[Finding]:
    return KINDS.get(kind).check(document, WORLD)


def changed(kind: str, path: str, value: Any) -> Document:
    """Return the good document of `kind` with `value` at `path`; `-` appends to a list."""
    document = deepcopy(GOOD[kind])
    *steps, last = path.split("/")
    place: Any = document
    for step in steps:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if last == "-":
        place.append(value)
    else:
        place[int(last) if isinstance(place, list) else last] = value
    return document


@pytest.mark.parametrize("kind", KINDS.ids())
def test_a_good_document_passes(kind: str) -> None:
    assert check(kind, deepcopy(GOOD[kind])) == []


@pytest.mark.parametrize("kind", KINDS.ids())
def test_an_unknown_key_is_refused_with_the_nearest_one(kind: str) -> None:
    found = check(kind, {**GOOD[kind], "titel": both("x")})
    assert [(one.code, one.field) for one in found] == [("unknown_key", "titel")]
    assert "'title'" in found[0].words("en")


@pytest.mark.parametrize("kind", KINDS.ids())
def test_a_missing_language_is_a_warning(kind: str) -> None:
    found = check(kind, {**GOOD[kind], "title": {"zh-CN": "只有中文"}})
    assert [(one.code, one.field, one.severity) for one in found] == [("missing_language", "title", "warning")]


TOO_LONG = {"en": "x" * 60_000}
FAULTS = [
    ("app", "menu/0/key", "tikcet", "unknown_key", "ticket"),
    ("app", "menu/0/kind", "flow", "not_a_choice", "form, view"),
    ("app", "color", "purple", "not_a_choice", None),
    ("form", "fields/0/id", "created_at", "reserved_id", "created_at"),
    ("form", "fields/0/id", "Subject", "bad_form", None),
    ("form", "fields/0/id", "a" * 41, "bad_form", None),
    ("form", "fields/2/id", "status", "duplicate_id", "status"),
    ("form", "fields/0/type", "txet", "unknown_type", "text"),
    ("form", "fields/0/type", 5, "not_text", None),
    ("form", "fields/0/label", "Subject", "not_an_object", None),
    ("form", "fields/0/label", {"fr": "Sujet"}, "not_a_choice", None),
    ("form", "fields/0/max_lenght", 5, "unknown_key", "max_length"),
    ("form", "fields/0/max_length", "many", "not_integer", None),
    ("form", "fields/0/pattern", "(?=x)", "bad_pattern", None),
    ("form", "fields/0/pattern", "(", "bad_pattern", None),
    ("form", "fields/0/default", {"a": 1}, "bad_default", None),
    ("form", "fields/0/width", "wide", "not_a_choice", None),
    ("form", "fields/1/options", [], "no_options", None),
    ("form", "fields/1/options/0/color", "purple", "not_a_choice", None),
    ("form", "fields/1/options/0/value", ",", "bad_option_value", None),
    ("form", "fields/1/options/0/value", "", "bad_length", None),
    ("form", "fields/1/options/-", {"value": "open", "label": both("Twice")}, "duplicate_option", "open"),
    ("form", "fields/1/default", "closed", "bad_default", "closed"),
    ("form", "fields/1/unique", True, "cannot_be_unique", None),
    ("form", "fields/2/decimals", 9, "out_of_range", "8"),
    ("form", "fields/2/max", "-1", "bounds_crossed", None),
    ("form", "title_field", "subjct", "unknown_field", "subject"),
    ("form", "customer/phone", "tel", "unknown_field", None),
    ("form", "rules/0/when", {"field": "statsu", "op": "eq", "value": "x"}, "unknown_field", "status"),
    ("form", "rules/0/when", {"field": "amount", "op": "gt", "value": "x"}, "bad_value", None),
    ("form", "rules/0/when", {"field": "status", "op": "changed"}, "unknown_operator", None),
    ("form", "rules/0/show", ["amuont"], "unknown_field", "amount"),
    ("form", "rules/0/show", ["status"], "rule_cycle", "status → status"),
    (
        "form",
        "rules/-",
        {"id": "r2", "when": {"field": "amount", "op": "empty"}, "hide": ["status"]},
        "rule_cycle",
        "→",
    ),
    (
        "form",
        "rules/-",
        {"id": "r2", "when": {"field": "owner", "op": "empty"}, "hide": ["part"]},
        "rule_cycle",
        "owner",
    ),
    ("form", "buttons/0/flow", "ruote", "unknown_flow", "route"),
    ("form", "settings/open_from", "2026-01-01", "not_moment", None),
    ("form", "settings/quota", 0, "out_of_range", "1"),
    ("form", "settings/languages", [], "bad_length", None),
    ("view", "form", "tickets", "unknown_form", "ticket"),
    ("view", "columns/0/field", "subjet", "unknown_field", "subject"),
    ("view", "sort/0", "-creatd_at", "unknown_field", "created_at"),
    ("view", "sort/0", "amount desc", "bad_form", None),
    ("view", "filter", {"any": [{"field": "x", "op": "eq", "value": 1}]}, "unknown_field", None),
    ("flow", "form", "tickte", "unknown_form", "ticket"),
    ("flow", "trigger/type", "record_create", "unknown_type", "record_created"),
    ("flow", "trigger/fields", ["statut"], "unknown_field", "status"),
    ("flow", "trigger/weekday", 1, "unknown_key", "weekday"),
    ("flow", "nodes/0/when", {"field": "status", "op": "changed_to"}, "bad_value", None),
    ("flow", "nodes/0/then/0/type", "set_field", "unknown_type", "set_fields"),
    ("flow", "nodes/0/then/0/values", {"ownr": 1}, "unknown_field", "owner"),
    ("flow", "nodes/0/then/0/values", {"id": 1}, "unknown_field", None),
    ("flow", "nodes/0/then/0/values", {"subject": {"ref": "amuont"}}, "unknown_field", "amount"),
    ("flow", "nodes/0/then/0/values", {"subject": {"liquid": "{{ x"}}, "bad_template", "unclosed"),
    ("flow", "nodes/0/then/0/values", "all", "not_an_object", None),
    ("flow", "nodes/0/then/1/template", "helo", "unknown_message_template", "hello"),
    ("flow", "nodes/0/then/1/to", {"field": "email"}, "unknown_field", "mail"),
    ("flow", "nodes/0/then/1/id", "n2", "duplicate_id", "n2"),
    ("flow", "nodes/0/then/2/rule", "fare", "unknown_assignment_rule", "fair"),
    ("flow", "nodes/0/then/3/form", "taks", "unknown_form", "task"),
    ("flow", "nodes/0/then/3/values", {"subject": "x"}, "unknown_field", None),
    ("flow", "nodes/0/else/0/text", {"en": "{{ x"}, "bad_template", "unclosed"),
    ("flow", "nodes/0/else/0/id", None, "required", None),
    ("flow", "nodes/0/then/-", 5, "not_a_list", None),
    ("flow", "nodes/0/else", {}, "not_a_list", None),
    (
        "flow",
        "nodes/0/else",
        [{"id": f"x{number}", "type": "branch"} for number in range(101)],
        "too_many_nodes",
        "100",
    ),
    ("dashboard", "widgets/0/form", "tikket", "unknown_form", "ticket"),
    ("dashboard", "widgets/0/type", "bars", "not_a_choice", None),
    ("dashboard", "widgets/0/group_by/0/field", "duo", "unknown_field", "due"),
    ("dashboard", "widgets/0/group_by/0/field", "status", "no_buckets", None),
    ("dashboard", "widgets/0/measures/1/field", "subject", "not_measurable", None),
    ("dashboard", "widgets/0/measures/1", {"op": "sum"}, "required", None),
    ("dashboard", "widgets/0/metric", "npss", "unknown_metric", "nps"),
    ("dashboard", "widgets/0/w", 13, "out_of_range", "12"),
    ("dashboard", "filters/0/field", "duee", "unknown_field", "due"),
    ("message_template", "body", {"zh-CN": "你好", "en": "{{ x"}, "bad_template", "unclosed"),
    ("message_template", "body", TOO_LONG, "too_long", "50000"),
    ("message_template", "channel", "sms", "not_a_choice", "mail"),
    ("permission_group", "grants/0/form", "tiket", "unknown_form", "ticket"),
    ("permission_group", "grants/0/acts", ["record.fly"], "not_a_choice", None),
    ("permission_group", "grants/0/fields", {"amonut": "hidden"}, "unknown_field", "amount"),
    ("permission_group", "grants/0/fields", {"amount": "write"}, "not_a_choice", "hidden"),
    ("permission_group", "grants/0/assigned_field", None, "required", None),
    ("permission_group", "grants/0/filter", {"field": "status", "op": "like", "value": "x"}, "unknown_operator", None),
    ("permission_group", "members/roles", ["agnet"], "unknown_role", "agent"),
    ("assignment_rule", "field", "ower", "unknown_field", "owner"),
    ("assignment_rule", "pools", [], "bad_length", None),
    ("assignment_rule", "pools/0/strategy", "round_robbin", "unknown_strategy", "round_robin"),
    ("assignment_rule", "pools/0/calendar", "ofice", "unknown_calendar", "office"),
    ("assignment_rule", "pools/0/candidates/roles", ["leed"], "unknown_role", "lead"),
    ("assignment_rule", "pools/0/when", {"field": "staus", "op": "empty"}, "unknown_field", "status"),
    ("mailbox", "form", "tiket", "unknown_form", "ticket"),
    ("mailbox", "addresses", ["nobody"], "bad_form", None),
    ("mailbox", "addresses", ["Sales@house.example"], "address_taken", None),
    ("mailbox", "fields/from", "mial", "unknown_field", "mail"),
    ("mailbox", "fields/from", "due", "not_fitting", None),
    ("mailbox", "fields/at", "mail", "not_fitting", None),
    ("mailbox", "values", {"statos": "open"}, "unknown_field", "status"),
    ("mailbox", "server/security", "none", "not_a_choice", "tls"),
    ("calendar", "timezone", "Asia/Peking", "unknown_zone", "Asia/Peking"),
    ("calendar", "week", {"monday": []}, "not_a_choice", "mon"),
    ("calendar", "week/mon", [["18:00", "09:00"]], "empty_interval", None),
    ("calendar", "week/mon", [["09:00", "13:00"], ["12:00", "18:00"]], "overlap", None),
    ("calendar", "week/mon", [["9", "18:00"]], "bad_time", None),
    ("calendar", "days", {"1 October": []}, "bad_form", None),
    ("calendar", "entries/0/until", "2026-02-14", "backwards", None),
    ("pool", "owner", "ower", "unknown_field", "owner"),
    ("pool", "owner", "mail", "not_a_person", None),
    ("pool", "filter", {"field": "staus", "op": "empty"}, "unknown_field", "status"),
    ("pool", "filter", {"any": [{"not": {"all": [{"any": [{"field": "status", "op": "empty"}]}]}}]}, "too_deep", None),
    ("pool", "assign/rule", "fare", "unknown_rule", "fair"),
    ("pool", "assign/rule", None, "required", None),
    ("pool", "assign/mode", "clame", "not_a_choice", "claim"),
    ("pool", "calendar", "ofice", "unknown_calendar", "office"),
    ("pool", "recycle/unfollowed/field", "subject", "not_a_date", None),
    ("pool", "recycle/unwon/won", {"field": "amout", "op": "empty"}, "unknown_field", "amount"),
    ("pool", "masked", ["male"], "unknown_field", "mail"),
    ("pool", "manage/roles", ["leed"], "unknown_role", "lead"),
    ("pool", "limits/per_day", 0, "out_of_range", None),
    ("sla", "metrics/0/targets/0/within", "4h", "bad_duration", None),
    ("sla", "metrics/0/targets/0/when", {"field": "staus", "op": "empty"}, "unknown_field", "status"),
    ("sla", "metrics/0/kind", "resolved", "not_a_choice", "resolution"),
    ("sla", "metrics/0/stop", None, "no_stop", None),
    ("sla", "metrics/0/warn/0/do/0/to", {"user_field": "ower"}, "unknown_field", "owner"),
    ("sla", "metrics/0/ladder/0/do", [{"id": "a", "type": "notfy"}], "unknown_type", "notify"),
    ("sla", "calendar", "ofice", "unknown_calendar", "office"),
    ("flow", "trigger/policy", "servce", "unknown_sla", "service"),
    ("flow", "trigger/blueprint", "slae", "unknown_blueprint", "sale"),
    (
        "flow",
        "trigger",
        {"type": "record_created", "blueprint": "sale", "transitions": ["ofer"]},
        "unknown_transition",
        "offer",
    ),
    ("blueprint", "field", "stag", "unknown_field", "stage"),
    ("blueprint", "field", "amount", "not_one_choice", None),
    ("blueprint", "initial", "nwe", "unknown_state", "new"),
    ("blueprint", "states/0/option", "nwe", "unknown_option", "new"),
    ("blueprint", "states/1/option", "new", "duplicate_id", "new"),
    ("blueprint", "states/0/category", "opne", "not_a_choice", "open"),
    ("blueprint", "transitions/0/to", "qoute", "unknown_state", "quote"),
    ("blueprint", "transitions/0/to", None, "required", None),
    ("blueprint", "transitions/0/to", "new", "to_itself", None),
    ("blueprint", "transitions/0/from", ["nwe"], "unknown_state", "new"),
    ("blueprint", "transitions/0/from", [], "bad_length", None),
    ("blueprint", "transitions/0/from", ["*", "new"], "any_alone", None),
    ("blueprint", "transitions/1/key", "offer", "duplicate_id", "offer"),
    ("blueprint", "transitions/0/who", [{"user_field": "ower"}], "unknown_field", "owner"),
    ("blueprint", "transitions/0/who", [{"role": "aegnt"}], "unknown_role", "agent"),
    ("blueprint", "transitions/0/who", [{"chosen": True}], "not_here", None),
    ("blueprint", "transitions/0/when", {"field": "amuont", "op": "empty"}, "unknown_field", "amount"),
    ("blueprint", "transitions/0/require", ["amuont"], "unknown_field", "amount"),
    ("blueprint", "transitions/0/require", ["stage"], "asked_for_state", None),
    ("blueprint", "transitions/0/ask", ["part"], "not_filled", None),
    ("blueprint", "transitions/0/checklist", [{"id": "a", "label": {"en": "A"}}] * 2, "duplicate_id", "a"),
    ("blueprint", "transitions/0/after", [{"id": "a", "type": "notfy"}], "unknown_type", "notify"),
    ("blueprint", "transitions/0/after", [{"id": "a", "type": "delay"}], "cannot_wait", None),
    ("blueprint", "transitions/1/automatic", {}, "no_time", None),
    ("blueprint", "transitions/1/automatic", {"after": "3d"}, "bad_duration", None),
    ("blueprint", "transitions/1/automatic", {"field": "amount"}, "not_a_date", None),
    ("blueprint", "transitions/1/automatic", {"after": "P3D", "calendar": "ofice"}, "unknown_calendar", "office"),
]


@pytest.mark.parametrize(
    ("kind", "path", "value", "code", "said"), FAULTS, ids=[f"{one[0]} {one[1]}={str(one[2])[:40]}" for one in FAULTS]
)
def test_fault(kind: str, path: str, value: Any, code: str, said: str | None) -> None:
    found = [one for one in check(kind, changed(kind, path, value)) if one.severity == "error"]
    assert code in [one.code for one in found]
    one = next(one for one in found if one.code == code)
    for locale in ("zh-CN", "en"):
        assert one.words(locale)
        assert "{" not in one.words(locale) or code == "bad_template"
        assert (said or "") in one.words(locale)
    around = path.rsplit("/", 1)[0] if "/" in path else path
    assert str(one.field).startswith(around) or around.startswith(str(one.field))


def test_faults_of_a_form_are_found_together() -> None:
    document = changed("form", "fields/0/type", "txet")
    document["fields"][2]["min"] = "x"
    document["rules"][0]["show"] = ["nothing"]
    assert {"unknown_type", "not_number", "unknown_field"} <= {one.code for one in check("form", document)}


def test_a_field_has_one_blueprint() -> None:
    world = World(key="other", others={**WORLD.others, "blueprint": {"sale": BLUEPRINT}})
    found = KINDS.get("blueprint").check(deepcopy(BLUEPRINT), world)
    assert ("field_is_taken", "field", "error") in [(one.code, one.field, one.severity) for one in found]
    same = World(key="sale", others=world.others)
    assert not KINDS.get("blueprint").check(deepcopy(BLUEPRINT), same)


def test_a_state_that_no_transition_leads_to_is_an_error_at_that_state() -> None:
    document = changed("blueprint", "transitions/0/to", "won")
    found = [(one.code, one.field, one.severity) for one in check("blueprint", document)]
    assert ("unreachable_state", "states/1", "error") in found


def test_a_blueprint_warns_of_options_without_a_state_and_of_dead_ends() -> None:
    document = changed("blueprint", "states", [{"option": "new"}, {"option": "won", "category": "open"}])
    document["transitions"] = [{"key": "win", "label": both("Win"), "from": ["new"], "to": "won"}]
    found = check("blueprint", document)
    assert [(one.code, one.field, one.severity) for one in found] == [
        ("not_a_state", "states", "warning"), ("dead_end", "states/1", "warning"),
    ]  # fmt: skip


def test_transitions_by_dates_may_not_go_round_in_a_circle() -> None:
    document = deepcopy(BLUEPRINT)
    by_date = {"automatic": {"field": "due"}}
    document["transitions"] = [
        {"key": "there", "label": both("There"), "from": ["new"], "to": "quote", **by_date},
        {"key": "back", "label": both("Back"), "from": ["quote"], "to": "new", **by_date},
        {"key": "win", "label": both("Win"), "from": ["quote"], "to": "won"},
    ]
    assert ("circle_of_dates", "transitions/0/automatic") in [
        (one.code, one.field) for one in check("blueprint", document)
    ]
    document["transitions"][1]["automatic"] = {"after": "P1D"}
    assert check("blueprint", document) == []


def test_where_used_names_every_place() -> None:
    def used(kind: str) -> set[tuple[str, str, str | None]]:
        return {(one.kind, one.key, one.field) for one in KINDS.get(kind).references(GOOD[kind])}

    assert used("app") == {("form", "ticket", None), ("dashboard", "figures", None)}
    own = {("form", ITSELF, name) for name in ("subject", "amount", "status", "mail")}
    assert used("form") == {("flow", "route", None), *own}
    assert used("view") == {("form", "ticket", one) for one in (None, "subject", "created_at", "amount", "status")}
    assert used("flow") == {
        *(("form", "ticket", one) for one in (None, "status", "owner", "subject", "mail")), ("form", "task", None), ("form", "task", "name"),
        ("message_template", "hello", None), ("assignment_rule", "fair", None),
    }  # fmt: skip
    assert used("dashboard") == {("form", "ticket", one) for one in (None, "due", "amount", "owner")}
    assert used("permission_group") == {("form", "ticket", one) for one in (None, "amount", "owner")}
    assert used("assignment_rule") == {("form", "ticket", one) for one in (None, "owner", "status")} | {
        ("calendar", "office", None)
    }
    assert used("blueprint") == {
        ("form", "ticket", one) for one in (None, "stage", "amount", "due", "owner", "subject")
    } | {("calendar", "office", None)}


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield from _places(one, (*path, name))


SPOTS = [(kind, path) for kind, document in GOOD.items() for path in _places(document) if path]
odd_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=4)
    | st.sampled_from(["subject", "ticket", "\ud800"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(SPOTS), odd_values)
def test_whatever_stands_in_a_document_is_a_finding_never_an_error(
    spot: tuple[str, tuple[Any, ...]], value: Any
) -> None:
    kind, path = spot
    document = deepcopy(GOOD[kind])
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    for one in check(kind, document):
        assert one.words("zh-CN")
        assert one.words("en")
    if not any(one.severity == "error" for one in check(kind, document)):
        assert all(isinstance(one, Usage) for one in KINDS.get(kind).references(document))


@settings(max_examples=200, deadline=None)
@given(odd_values)
def test_a_half_finished_form_does_not_stop_the_check_of_what_hangs_on_it(value: Any) -> None:
    for part in ("fields", "rules"):
        broken = World(
            key="x",
            others={
                **WORLD.others,
                "form": {"ticket": {**FORM, part: value}, "task": {"fields": [value, {"id": value, "type": value}]}},
            },
        )
        for kind in ("view", "flow", "dashboard", "permission_group", "assignment_rule", "blueprint"):
            KINDS.get(kind).check(deepcopy(GOOD[kind]), broken)
