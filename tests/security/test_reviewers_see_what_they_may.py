"""Whoever reviews submissions sees, corrects and decides only what his permission groups grant."""

from typing import Any

import pytest

from .conftest import Site

FORM: dict[str, Any] = {
    "title": {"zh-CN": "申请", "en": "Request"},
    "fields": [
        {"id": "subject", "type": "text", "label": {"zh-CN": "主题", "en": "Subject"}, "required": True},
        {"id": "salary", "type": "number", "label": {"zh-CN": "薪资", "en": "Salary"}, "max": "100"},
        {"id": "team", "type": "text", "label": {"zh-CN": "组", "en": "Team"}, "unique": True},
    ],
    "settings": {"moderation": True},
}
PATH = "/api/v1/forms/desk.request/waiting"


@pytest.fixture
def reviewed(site: Site) -> Site:
    """Return the installation with a form that is reviewed, two submissions, a reviewer of one team and a reader."""
    reviewer, reader = site.person("reviewer"), site.person("reader")
    site.make("/api/v1/apps", {"key": "desk", "title": {"zh-CN": "服务台", "en": "Desk"}})
    site.ids["form"] = site.publish("desk", "form", "request", FORM)
    grant = {
        "form": "request", "acts": ["record.read", "record.review"], "rows": "all", "fields": {"salary": "hidden"},
        "filter": {"field": "team", "op": "eq", "value": "north"},
    }  # fmt: skip
    for title, member, grants in (
        ("Reviewers", reviewer, [grant]),
        ("Readers", reader, [{"form": "request", "acts": ["record.read"], "rows": "all"}]),
    ):
        group = {"title": {"zh-CN": title, "en": title}, "members": {"users": [member.user_id]}, "grants": grants}
        site.publish("desk", "permission_group", title.lower(), group)
    link = site.make("/api/v1/forms/desk.request/links", {})["token"]
    for team in ("north", "south"):
        body = {"values": {"subject": f"Loom {team}", "salary": "77", "team": team}}
        answer = site.ask("admin", "POST", f"/f/{link}", body)
        assert (answer.status_code, answer.json["state"]) == (201, "waiting")
        site.ids[team] = answer.json["id"]
    return site


def test_a_reviewer_sees_his_rows_without_hidden_answers(reviewed: Site) -> None:
    answer = reviewed.ask("reviewer", "GET", PATH)
    assert [one["id"] for one in answer.json["submissions"]] == [reviewed.ids["north"]]
    assert answer.json["submissions"][0]["values"] == {"subject": "Loom north", "team": "north"}
    assert "77.00" not in answer.text


def test_a_reader_reviews_nothing(reviewed: Site) -> None:
    assert reviewed.ask("reader", "GET", PATH).status_code == 403
    assert reviewed.ask("reader", "GET", "/api/v1/forms/desk.request").json["review"] is None
    for what in ("accept", "reject", "restore"):
        assert reviewed.ask("reader", "POST", f"{PATH}/{what}", {"ids": [reviewed.ids["north"]]}).status_code == 403
    assert len(reviewed.ask("admin", "GET", PATH).json["submissions"]) == 2


def test_hidden_answers_are_neither_corrected_nor_told(reviewed: Site) -> None:
    one = f"{PATH}/{reviewed.ids['north']}"
    for values in ({"salary": "1"}, {"nothing": 1}):
        assert reviewed.ask("reviewer", "PATCH", one, {"values": values}).status_code == 422
    changed = {**FORM, "fields": [FORM["fields"][0], {**FORM["fields"][1], "max": "10"}, FORM["fields"][2]]}
    answer = reviewed.ask("admin", "PUT", f"/api/v1/definitions/{reviewed.ids['form']}/draft", {"document": changed})
    assert answer.status_code == 200, answer.text
    reviewed.make(f"/api/v1/definitions/{reviewed.ids['form']}/publish", {})
    refused = reviewed.ask("reviewer", "POST", f"{PATH}/accept", {"ids": [reviewed.ids["north"]]}).json["results"][0]
    assert refused["ok"] is False
    assert [found["field"] for found in refused["errors"]] == [None]
    assert "10" not in refused["errors"][0]["message"]
    assert "salary" not in f"{refused}".lower()


def test_what_is_not_his_to_review_he_does_not_find(reviewed: Site) -> None:
    south = reviewed.ids["south"]
    assert reviewed.ask("reviewer", "PATCH", f"{PATH}/{south}", {"values": {"subject": "x"}}).status_code == 404
    for what in ("accept", "reject"):
        result = reviewed.ask("reviewer", "POST", f"{PATH}/{what}", {"ids": [south, "nonsense"]}).json["results"]
        assert {one["code"] for one in result} == {"not_found"}
    assert len(reviewed.ask("admin", "GET", PATH).json["submissions"]) == 2


def test_what_waits_is_found_nowhere_else(reviewed: Site) -> None:
    waits = reviewed.ids["north"]
    assert reviewed.ask("admin", "GET", f"/api/v1/forms/desk.request/records/{waits}").status_code == 404
    listed = reviewed.ask("admin", "GET", "/api/v1/forms/desk.request/records?count=exact&q=Loom").json
    assert (listed["records"], listed["count"]) == ([], 0)
    export = reviewed.ask("admin", "GET", "/api/v1/forms/desk.request/export?format=csv")
    assert "Loom" not in export.text
    sums = reviewed.ask("admin", "POST", "/api/v1/forms/desk.request/aggregate", {"group_by": [], "measures": []})
    assert sums.json["rows"][0]["measures"] == [0]
