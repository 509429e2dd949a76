"""Whoever agrees to a text leaves behind which version he saw, in which language and when; nobody can pretend."""

import csv
import io
import json
import re
from datetime import timedelta
from typing import Any

from formloom.platform.access.identity import load_member
from formloom.platform.records import exports
from formloom.platform.records.queries.pages import Query

from .conftest import ENTRY, HTML, House, Publish, l10n

PRIVACY: dict[str, Any] = {
    "id": "privacy", "type": "consent", "label": l10n("Privacy", "隐私声明"), "required": True,
    "text": l10n("We keep your mail address.", "我们保存您的邮箱。"), "link": "https://example.com/privacy",
}  # fmt: skip
NEWS: dict[str, Any] = {"id": "news", "type": "consent", "label": l10n("News", "新闻"), "text": l10n("A mail a month.")}
NEW_WORDS = {**PRIVACY, "text": l10n("We keep your mail address for a year.", "我们保存您的邮箱一年。")}
SETTINGS = {"rate_per_hour": 1000}


def mark(house: House, name: str = "privacy", query: str = "") -> str:
    """Return what the box of a page sends."""
    found = re.search(rf'name="{name}" value="([0-9a-f]{{32}})"', house.open(query).text)
    assert found
    return found[1]


def steps(house: House, record: str | None = None) -> list[dict[str, Any]]:
    record = record or house.records()[-1]["id"]
    found: list[dict[str, Any]] = house.made("GET", f"/forms/{house.form_id}/records/{record}/consents")["consents"]
    return found


def test_who_agrees_on_a_page_without_a_script_is_written_down(form: Publish) -> None:
    house = form(ENTRY["line"], PRIVACY, NEWS, settings=SETTINGS)
    answer = house.send({"line": "Lin", "privacy": mark(house)})
    assert answer.status_code == 303, answer.text
    assert {name: house.records()[0]["values"][name] for name in ("privacy", "news")} == {
        "privacy": True, "news": False
    }  # fmt: skip
    (one,) = steps(house)
    assert (one["field"], one["agreed"], one["version"], one["locale"]) == ("privacy", True, 1, "en")
    assert one["at"] == house.clock.now().isoformat().replace("+00:00", "Z")
    assert one["wording"]["text"] == "We keep your mail address."
    assert one["wording"]["link"] == "https://example.com/privacy"
    assert one["actor"]["kind"] == "public"


def test_a_required_consent_is_demanded_in_plain_words(form: Publish) -> None:
    house = form(ENTRY["line"], PRIVACY, settings=SETTINGS)
    answer = house.send({"line": "Lin"})
    assert answer.status_code == 422
    assert "Read and agree to Privacy" in answer.text
    assert 'value="Lin"' in answer.text
    assert house.records() == []


def test_a_text_that_changed_while_the_page_was_open_has_to_be_read_again(form: Publish) -> None:
    house = form(ENTRY["line"], PRIVACY, settings=SETTINGS)
    read, seen = house.inputs(), mark(house)
    house.change({"fields": [ENTRY["line"], NEW_WORDS], "settings": SETTINGS})
    house.clock.advance(timedelta(seconds=5))
    answer = house.post(read, {"line": "Lin", "privacy": seen})
    assert answer.status_code == 422
    assert "This text has changed" in answer.text
    assert "for a year" in answer.text
    assert 'value="Lin"' in answer.text
    assert not re.search(r'name="privacy"[^>]* checked', answer.text)
    assert house.post(house.inputs(answer), {"privacy": mark(house)}).status_code == 303
    assert steps(house)[0]["version"] == 2


def test_the_box_of_one_language_is_not_taken_for_the_other(form: Publish) -> None:
    house = form(ENTRY["line"], PRIVACY, settings=SETTINGS)
    chinese = mark(house, query="?locale=zh-CN")
    assert chinese != mark(house)
    assert house.send({"line": "Lin", "privacy": chinese}).status_code == 422
    page = house.open("?locale=zh-CN")
    assert house.send({"line": "Lin", "privacy": chinese}, page=page).status_code == 303
    assert (steps(house)[0]["locale"], steps(house)[0]["wording"]["text"]) == ("zh-CN", "我们保存您的邮箱。")


def test_what_was_agreed_to_stays_readable_after_new_versions(form: Publish) -> None:
    house = form(ENTRY["line"], PRIVACY, settings=SETTINGS)
    house.send({"line": "Lin", "privacy": mark(house)})
    first = house.records()[0]["id"]
    house.change({"fields": [ENTRY["line"], {**PRIVACY, "label": l10n("Your data", "您的数据")}], "settings": SETTINGS})
    house.change({"fields": [ENTRY["line"], NEW_WORDS], "settings": SETTINGS})
    house.send({"line": "Ada", "privacy": mark(house)})
    assert (steps(house, first)[0]["version"], steps(house, first)[0]["wording"]["text"]) == (
        1, "We keep your mail address.",
    )  # fmt: skip
    assert steps(house)[0]["version"] == 2, "a new label alone makes no new version"


def test_nobody_can_say_when_or_to_what_he_agreed(form: Publish) -> None:
    house = form(ENTRY["line"], PRIVACY, settings=SETTINGS)
    house.change({"fields": [ENTRY["line"], NEW_WORDS], "settings": SETTINGS})
    path = f"/forms/{house.form_id}/records"
    forged = {"agreed": True, "version": 1, "at": "2020-01-01T00:00:00Z"}
    for value in (forged, [True], "1 version", "0" * 32):
        assert house.api("POST", path, {"values": {"line": "x", "privacy": value}}).status_code == 422
    for extra in ("privacy.version", "privacy/at", "privacy_version", "consents"):
        answer = house.api("POST", path, {"values": {"line": "x", "privacy": True, extra: 1}})
        assert answer.status_code == 422, extra
    made = house.made("POST", path, {"values": {"line": "x", "privacy": True}})
    (one,) = steps(house, made["id"])
    assert (one["version"], one["actor"]["kind"]) == (2, "member")
    assert one["at"] == house.clock.now().isoformat().replace("+00:00", "Z")


def test_later_changes_write_down_only_what_changes_the_consent(form: Publish) -> None:
    house = form(ENTRY["line"], PRIVACY, settings=SETTINGS)
    house.send({"line": "Lin", "privacy": mark(house)})
    record = house.records()[0]["id"]
    path = f"/forms/{house.form_id}/records/{record}"
    house.change({"fields": [ENTRY["line"], NEW_WORDS], "settings": SETTINGS})
    for values in ({"line": "Lina"}, {"line": "Lin", "privacy": True}):
        house.made("PATCH", path, {"values": values})
    assert [one["version"] for one in steps(house)] == [1]
    house.clock.advance(timedelta(days=1))
    house.made("PATCH", path, {"values": {"privacy": False}})
    house.clock.advance(timedelta(days=1))
    house.made("PATCH", path, {"values": {"privacy": True}})
    assert [(one["agreed"], one["version"]) for one in steps(house)] == [(True, 2), (False, None), (True, 1)]
    changes = house.made("GET", f"{path}/history")["history"]
    assert [entry["changes"] for entry in changes[:2]] == [
        [{"field": "privacy", "before": False, "after": True}], [{"field": "privacy", "before": True, "after": False}],
    ]  # fmt: skip


def test_a_respondent_takes_his_consent_back_through_his_own_link(form: Publish) -> None:
    own = {"own_link": {"see": ["line"], "edit": {"fields": ["privacy"]}}, **SETTINGS}
    house = form(ENTRY["line"], PRIVACY, settings=own)
    sent = house.send({"line": "Lin", "privacy": mark(house)})
    receipt = house.browser.get(sent.headers["Location"], headers=HTML).text
    found = re.search(r'id="own-address" readonly value="http://[^/]+([^"]+)"', receipt)
    assert found
    edit = house.browser.get(f"{found[1]}/edit", headers=HTML)
    read = house.inputs(edit)
    assert any(name == "privacy" for name, _value in read.values), "it stands ticked"
    read.values = [one for one in read.values if one[0] != "privacy"]
    assert house.post(read, {}).status_code == 303
    assert house.records()[0]["values"]["privacy"] is False
    assert [(one["agreed"], one["actor"]["kind"]) for one in steps(house)] == [(False, "public"), (True, "public")]


def test_an_address_or_a_default_agrees_for_nobody(form: Publish) -> None:
    house = form(ENTRY["line"], PRIVACY, settings=SETTINGS)
    for value in ("true", mark(house)):
        assert not re.search(r'name="privacy"[^>]* checked', house.open(f"?privacy={value}").text)
    for more in ({"default": True}, {"default_formula": "TRUE"}):
        whole = {"title": l10n("Repair"), "fields": [ENTRY["line"], {**PRIVACY, **more}]}
        house.made("PUT", f"/definitions/{house.form_id}/draft", {"document": whole})
        answer = house.api("POST", f"/definitions/{house.form_id}/publish", {})
        assert "agreed_by_default" in {one["code"] for one in answer.json["errors"]}


def test_conditions_read_it_as_yes_or_no(form: Publish) -> None:
    rules = [{"id": "r", "when": {"field": "news", "op": "eq", "value": True}, "require": ["mail"]}]
    house = form(ENTRY["line"], ENTRY["mail"], NEWS, rules=rules, settings=SETTINGS)
    assert house.send({"line": "Lin", "news": mark(house, "news")}).status_code == 422
    assert house.send({"line": "Lin"}).status_code == 303
    assert house.send({"line": "Ada", "mail": "a@example.com", "news": mark(house, "news")}).status_code == 303
    house.made("POST", f"/forms/{house.form_id}/records", {"values": {"line": "Eve"}})

    def lines(op: str, *value: object) -> list[str]:
        leaf = {"field": "news", "op": op, **({"value": value[0]} if value else {})}
        asked = {"filter": json.dumps(leaf), "sort": "created_at"}
        answer = house.api("GET", f"/forms/{house.form_id}/records", query_string=asked)
        return [one["values"]["line"] for one in answer.json["records"]]

    assert (lines("eq", True), lines("eq", False), lines("empty")) == (["Ada"], ["Lin"], ["Eve"])


def test_a_spreadsheet_tells_version_and_moment(form: Publish) -> None:
    house = form(ENTRY["line"], PRIVACY, settings=SETTINGS)
    house.send({"line": "Lin", "privacy": mark(house)})
    target = io.BytesIO()
    rt = house.formloom.runtime
    with rt.db.read() as unit:
        admin = load_member(unit, unit.conn.exec_driver_sql("SELECT id FROM users").scalar_one())
        assert admin is not None
        found = rt.catalog.current(unit, house.form_id)
        exports.write(unit, admin, found, Query(), target, fields=None, kind="csv", locale="en")
    head, row = list(csv.reader(io.StringIO(target.getvalue().decode("utf-8-sig"))))
    assert head == ["Line", "Privacy", "Privacy (version)", "Privacy (agreed at)"]
    assert row[:3] == ["Lin", "Agreed", "1"]
    assert row[3].startswith("2026-11-2")


def test_publishing_other_words_tells_of_a_new_version(form: Publish) -> None:
    house = form(ENTRY["line"], PRIVACY, settings=SETTINGS)
    whole = {"title": l10n("Repair", "报修"), "fields": [ENTRY["line"], NEW_WORDS], "settings": SETTINGS}
    house.made("PUT", f"/definitions/{house.form_id}/draft", {"document": whole})
    said = [one["what"]["en"] for one in house.made("GET", f"/definitions/{house.form_id}/diff")["changes"]]
    assert len(said) == 1
    assert "a new version of the consent comes into being" in said[0]
