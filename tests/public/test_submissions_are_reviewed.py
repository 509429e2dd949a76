"""Where a form wants it, what visitors send waits for a review: it is no record until somebody accepts it."""

import re
from datetime import timedelta
from typing import Any

from formloom.workflows.ticker import Ticker

from .conftest import ENTRY, HTML, House, Publish, l10n, upload

NUMBER: dict[str, Any] = {"id": "no", "type": "serial", "label": l10n("Number", "编号"), "format": "T-{0000}"}
PRIVACY: dict[str, Any] = {
    "id": "privacy", "type": "consent", "label": l10n("Privacy", "隐私"), "text": l10n("We keep it.", "我们保存。"),
}  # fmt: skip
ON = {"moderation": True, "rate_per_hour": 1000}


def waits(house: House, state: str = "waiting") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = house.made("GET", f"/forms/{house.form_id}/waiting?state={state}")["submissions"]
    return found


def decide(house: House, what: str, *ids: str, **more: Any) -> list[dict[str, Any]]:
    body = {"ids": list(ids), **more}
    found: list[dict[str, Any]] = house.made("POST", f"/forms/{house.form_id}/waiting/{what}", body)["results"]
    return found


def events(house: House) -> list[Any]:
    with house.formloom.runtime.db.read() as unit:
        return list(unit.conn.exec_driver_sql("SELECT record_id FROM outbox").all())


def receipt_of(house: House, sent: Any) -> str:
    return str(house.browser.get(sent.headers["Location"], headers=HTML).text)


def test_a_submission_waits_and_is_no_record(form: Publish) -> None:
    house = form(ENTRY["line"], NUMBER, settings=ON)
    sent = house.send({"line": "Loom"})
    assert sent.status_code == 303
    page = receipt_of(house, sent)
    assert "Being reviewed" in page
    assert "once somebody has accepted it" in page
    assert house.records() == []
    assert events(house) == []
    assert [one["values"]["line"] for one in waits(house)] == ["Loom"]
    assert house.made("GET", f"/forms/{house.form_id}")["review"] == {"waiting": 1, "correctable": ["line"]}


def test_what_does_not_fit_is_refused_at_once(form: Publish) -> None:
    house = form(ENTRY["line"], ENTRY["mail"], settings=ON)
    assert house.send({"line": "", "mail": "nobody"}).status_code == 422
    assert waits(house) == []


def test_an_accepted_one_becomes_the_record_that_it_was_promised_to_be(form: Publish) -> None:
    house = form(ENTRY["line"], NUMBER, settings=ON)
    sent = house.send({"line": "Loom"})
    (one,) = waits(house)
    house.clock.advance(timedelta(days=2))
    assert decide(house, "accept", one["id"]) == [{"id": one["id"], "ok": True}]
    (record,) = house.records()
    assert (record["id"], record["values"]["no"], record["created_by"]) == (one["id"], "T-0001", None)
    assert record["created_at"] == house.clock.now().isoformat().replace("+00:00", "Z")
    assert len(events(house)) == 1
    path = f"/forms/{house.form_id}/records/{record['id']}"
    history = house.made("GET", f"{path}/history")["history"]
    assert {(step["act"], step["actor"]["kind"]) for step in history} == {("created", "public"), ("accepted", "member")}
    assert [one["kind"] for one in house.made("GET", f"{path}/touchpoints")["touchpoints"]] == ["form_submitted"]
    assert waits(house) == []
    assert "Being reviewed" not in receipt_of(house, sent)
    assert decide(house, "accept", one["id"])[0]["code"] == "not_found", "it is let in once"


def test_json_says_that_it_waits_and_the_same_page_waits_once(form: Publish) -> None:
    house = form(ENTRY["line"], settings=ON)
    token = dict(house.inputs().values)["_token"]
    house.clock.advance(timedelta(seconds=3))
    body = {"values": {"line": "Loom"}, "form_token": token}
    first, again = (house.browser.post(house.path, json=body) for _time in range(2))
    assert (first.status_code, first.json["state"], bool(first.json["receipt"])) == (201, "waiting", True)
    assert (again.status_code, again.json["id"]) == (201, first.json["id"])
    assert [one["id"] for one in waits(house)] == [first.json["id"]]
    bearer = {"Authorization": f"Bearer {house.bearer}", "Idempotency-Key": "once"}
    two = [house.browser.post(house.path, json={"values": {"line": "x"}}, headers=bearer).json for _time in range(2)]
    assert two[0]["id"] == two[1]["id"]
    assert len(waits(house)) == 2


def test_what_fits_no_more_is_told_and_goes_on_waiting(form: Publish) -> None:
    unique = {**ENTRY["line"], "unique": True}
    house = form(unique, settings=ON)
    for line in ("a", "b", "c"):
        house.send({"line": line})
    first, second, third = (one["id"] for one in waits(house))
    house.made("POST", f"/forms/{house.form_id}/records", {"values": {"line": "b"}})
    results = decide(house, "accept", first, second, third)
    assert [one["ok"] for one in results] == [True, False, True]
    assert results[1]["errors"][0]["field"] == "line"
    assert results[1]["errors"][0]["code"] == "not_unique"
    assert [one["id"] for one in waits(house)] == [second]


def test_a_full_form_takes_no_more_of_those_that_wait(form: Publish) -> None:
    house = form(ENTRY["line"], settings={**ON, "quota": 1})
    for line in ("a", "b"):
        assert house.send({"line": line}).status_code == 303
    first, second = (one["id"] for one in waits(house))
    results = decide(house, "accept", first, second)
    assert (results[0]["ok"], results[1]["code"]) == (True, "quota_reached")
    assert [one["id"] for one in waits(house)] == [second]


def test_what_was_sent_in_time_is_let_in_after_the_form_closed(form: Publish) -> None:
    house = form(ENTRY["line"], settings=ON)
    house.send({"line": "Loom"})
    ended = {**ON, "open_until": (house.clock.now() + timedelta(hours=1)).isoformat()}
    house.change({"fields": [ENTRY["line"]], "settings": ended})
    house.clock.advance(timedelta(days=1))
    assert decide(house, "accept", waits(house)[0]["id"])[0]["ok"] is True
    assert len(house.records()) == 1


def test_a_reviewer_corrects_before_he_accepts_and_the_history_tells(form: Publish) -> None:
    house = form(ENTRY["line"], ENTRY["mail"], PRIVACY, settings=ON)
    house.send({"line": "Lom"})
    (one,) = waits(house)
    path = f"/forms/{house.form_id}/waiting/{one['id']}"
    assert house.api("PATCH", path, {"values": {"mail": "nobody"}}).status_code == 422
    answer = house.api("PATCH", path, {"values": {"privacy": True}})
    assert answer.status_code == 422, "nobody agrees for the respondent"
    assert house.made("PATCH", path, {"values": {"line": "Loom"}})["corrected"] == ["line"]
    decide(house, "accept", one["id"])
    (record,) = house.records()
    assert record["values"]["line"] == "Loom"
    history = house.made("GET", f"/forms/{house.form_id}/records/{record['id']}/history")["history"]
    accepted = next(step for step in history if step["act"] == "accepted")
    assert accepted["changes"] == [{"field": "line", "before": "Lom", "after": "Loom"}]


def test_what_was_agreed_to_counts_from_when_it_was_sent(form: Publish) -> None:
    house = form(ENTRY["line"], PRIVACY, settings=ON)
    mark = re.search(r'name="privacy" value="([0-9a-f]{32})"', house.open().text)
    assert mark
    house.send({"line": "Loom", "privacy": mark[1]})
    sent_at = house.clock.now().isoformat().replace("+00:00", "Z")
    house.change({"fields": [ENTRY["line"], {**PRIVACY, "text": l10n("Other words.")}], "settings": ON})
    house.clock.advance(timedelta(days=1))
    (one,) = waits(house)
    assert decide(house, "accept", one["id"])[0]["ok"] is True
    (step,) = house.made("GET", f"/forms/{house.form_id}/records/{one['id']}/consents")["consents"]
    assert (step["at"], step["version"], step["wording"]["text"]) == (sent_at, 1, "We keep it.")
    assert step["actor"]["kind"] == "public"


def test_a_rejected_one_is_told_to_the_respondent_and_can_be_taken_back(form: Publish) -> None:
    house = form(ENTRY["line"], settings={**ON, "own_link": {"see": ["line"]}})
    sent = house.send({"line": "Loom"})
    page = receipt_of(house, sent)
    own = re.search(r'id="own-address" readonly value="http://[^/]+([^"]+)"', page)
    assert own
    (one,) = waits(house)
    assert "Being reviewed" in house.browser.get(own[1], headers=HTML).text
    assert decide(house, "reject", one["id"], reason="No number plate")[0]["ok"] is True
    for shown in (house.browser.get(own[1], headers=HTML).text, receipt_of(house, sent)):
        assert "Not accepted" in shown
        assert "No number plate" in shown
    assert waits(house) == []
    (rejected,) = waits(house, "rejected")
    assert (rejected["reason"], rejected["decided_by"]) == ("No number plate", "Ada")
    assert decide(house, "restore", one["id"])[0]["ok"] is True
    decide(house, "accept", one["id"])
    after = house.browser.get(own[1], headers=HTML)
    assert after.status_code == 200
    assert "Loom" in after.text
    assert "Being reviewed" not in after.text


def test_rejected_ones_are_gone_after_thirty_days(form: Publish) -> None:
    house = form(ENTRY["line"], ENTRY["papers"], settings=ON)
    for name in ("keep", "drop"):
        house.send({"line": name, "papers": upload(b"text", "a.txt")})
    kept, dropped = waits(house)
    decide(house, "reject", dropped["id"])
    house.clock.advance(timedelta(days=29))
    Ticker(house.formloom.runtime).clear()
    assert len(waits(house, "rejected")) == 1
    house.clock.advance(timedelta(days=2))
    Ticker(house.formloom.runtime).clear()
    assert waits(house, "rejected") == []
    assert [one["id"] for one in waits(house)] == [kept["id"]]
    with house.formloom.runtime.db.read() as unit:
        bound = unit.conn.exec_driver_sql("SELECT record_id FROM files WHERE record_id IS NOT NULL").scalars().all()
    assert bound == [kept["id"]]


def test_files_stay_with_what_waits_and_become_the_records(form: Publish) -> None:
    house = form(ENTRY["line"], ENTRY["papers"], settings=ON)
    house.send({"line": "Loom", "papers": upload(b"hello", "a.txt")})
    (one,) = waits(house)
    file_id = one["values"]["papers"][0]["id"]
    assert house.api("GET", f"/files/{file_id}").status_code == 200
    house.clock.advance(timedelta(days=3))
    assert decide(house, "accept", one["id"])[0]["ok"] is True
    assert house.records()[0]["values"]["papers"][0]["name"] == "a.txt"


def test_limits_count_what_waits(form: Publish) -> None:
    house = form(ENTRY["line"], ENTRY["mail"], settings={**ON, "limits": [{"by": "field", "field": "mail"}]})
    assert house.send({"line": "a", "mail": "lin@example.com"}).status_code == 303
    assert house.send({"line": "b", "mail": "lin@example.com"}).status_code == 422
    assert len(waits(house)) == 1


def test_a_question_that_is_gone_does_not_stand_in_the_way(form: Publish) -> None:
    house = form(ENTRY["line"], ENTRY["mail"], settings=ON)
    house.send({"line": "Loom", "mail": "lin@example.com"})
    house.change({"fields": [ENTRY["line"]], "settings": ON})
    (one,) = waits(house)
    assert one["values"] == {"line": "Loom"}
    assert decide(house, "accept", one["id"])[0]["ok"] is True


def test_without_the_setting_nothing_waits(form: Publish) -> None:
    house = form(ENTRY["line"], settings={"rate_per_hour": 1000})
    house.send({"line": "Loom"})
    assert len(house.records()) == 1
    assert waits(house) == []
    assert house.made("GET", f"/forms/{house.form_id}")["review"] is None
