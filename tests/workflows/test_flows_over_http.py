"""What the pages ask: runs, deliveries, notifications, and whether everything works."""

from collections.abc import Iterator
from typing import Any

import pytest

from formloom.platform.storage import tables
from formloom.workflows.routes import PAGE

from .house import House, Open, reply, set_fields
from .servers import Post, mail_server

ABSENT = "01a20941-b317-7014-9160-000000000000"


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as running:
        yield running


def pages(house: House, path: str, name: str) -> list[list[dict[str, Any]]]:
    """Follow the cursor to the end and return every page."""
    found = [house.ask("GET", path)]
    while found[-1]["next"]:
        mark = "&" if "?" in path else "?"
        found.append(house.ask("GET", f"{path}{mark}cursor={found[-1]['next']}"))
    return [one[name] for one in found]


# --- runs ---------------------------------------------------------------------------------------------------


def test_runs_are_listed_newest_first_page_by_page(house: House) -> None:
    flow_id = house.flow("note", [set_fields(note="x")])
    body = {"records": [{"values": {"subject": f"No {number}"}} for number in range(PAGE + 7)]}
    made = [one["id"] for one in house.ask("POST", "/forms/desk.ticket/records/batch", body)["results"]]
    house.work()
    first, second = pages(house, f"/flows/{flow_id}/runs", "runs")
    assert (len(first), len(second)) == (PAGE, 7)
    listed = [one["record_id"] for one in first + second]
    assert sorted(listed) == sorted(made)
    ids = [one["id"] for one in first + second]
    assert ids == sorted(ids, reverse=True)
    assert first[0]["record_title"].startswith("No ")
    assert first[0]["took_ms"] >= 0


def test_the_cursor_of_runs_keeps_its_place_when_new_runs_come_and_counts_only_what_was_asked_for(house: House) -> None:
    flow_id = house.flow("note", [set_fields(note="x")])
    body = {"records": [{"values": {"subject": f"No {number}"}} for number in range(PAGE + 3)]}
    house.ask("POST", "/forms/desk.ticket/records/batch", body)
    house.work()
    path = f"/flows/{flow_id}/runs?state=done"
    first = house.ask("GET", path)
    house.ticket("came meanwhile")
    house.work()
    second = house.ask("GET", f"{path}&cursor={first['next']}")
    titles = [one["record_title"] for one in first["runs"] + second["runs"]]
    assert sorted(titles) == sorted(f"No {number}" for number in range(PAGE + 3))
    assert second["next"] is None
    assert house.ask("GET", f"/flows/{flow_id}/runs?state=failed&cursor={first['next']}")["runs"] == []


def test_a_cursor_of_runs_after_a_full_last_page_finds_the_end(house: House) -> None:
    flow_id = house.flow("note", [set_fields(note="x")])
    body = {"records": [{"values": {"subject": f"No {number}"}} for number in range(PAGE)]}
    house.ask("POST", "/forms/desk.ticket/records/batch", body)
    house.work()
    assert [len(page) for page in pages(house, f"/flows/{flow_id}/runs", "runs")] == [PAGE, 0]


def test_runs_are_narrowed_by_state_and_by_record(house: House) -> None:
    red = {"all": [{"field": "team", "op": "eq", "value": "red"}]}
    node = {"type": "branch", "when": red, "then": [{"id": "t", **set_fields(note="x")}]}
    flow_id = house.flow("note", [node])
    done, skipped = house.ticket(team="red"), house.ticket(team="blue")
    house.work()
    for query, wanted in (("state=done", [done]), ("state=skipped", [skipped]), (f"record={skipped}", [skipped]),
                          ("state=failed", []), (f"record={ABSENT}", [])):  # fmt: skip
        found = house.ask("GET", f"/flows/{flow_id}/runs?{query}")["runs"]
        assert [one["record_id"] for one in found] == wanted, query
    assert house.ask("GET", f"/flows/{flow_id}/runs?state=nosuch", ok=False).status_code == 422
    assert house.ask("GET", f"/flows/{flow_id}/runs?nosuch=1", ok=False).status_code == 422


def test_runs_are_for_those_who_design_the_app(house: House) -> None:
    flow_id = house.flow("note", [set_fields(note="x")])
    house.person("eve")
    assert house.ask("GET", f"/flows/{flow_id}/runs", who="eve", ok=False).status_code in {403, 404}
    assert house.ask("GET", f"/flows/{ABSENT}/runs", ok=False).status_code == 404
    form = house.ask("GET", "/apps/desk/definitions?kind=form")["definitions"][0]["id"]
    assert house.ask("GET", f"/flows/{form}/runs", ok=False).status_code == 404


# --- deliveries ---------------------------------------------------------------------------------------------


@pytest.fixture
def mailing(opened: Open, post: Post) -> House:
    """Return an installation from which one mail went, one was refused and one was held back."""
    house = opened(FORMLOOM_SMTP_URL=post.url)
    post.recipients["gone@example.com"] = "550 gone"
    house.flow("acknowledge", [reply(subject="Re: {{ record.subject }}", body="We have it")])
    for address in ("ming@example.com", "gone@example.com", "noreply@example.com"):
        house.ticket("Loom", email=address)
    house.work()
    return house


def test_deliveries_are_listed_with_their_states(mailing: House) -> None:
    listed = mailing.ask("GET", "/deliveries")
    assert [(one["to"], one["state"]) for one in listed["deliveries"]] == [
        ("noreply@example.com", "suspended"), ("gone@example.com", "dead"), ("ming@example.com", "sent")
    ]  # fmt: skip
    assert listed["counts"] == {"sent": 1, "dead": 1, "suspended": 1}
    assert listed["mail_configured"] is True
    assert [one["state"] for one in mailing.ask("GET", "/deliveries?state=dead")["deliveries"]] == ["dead"]
    assert mailing.ask("GET", "/deliveries?channel=webhook")["deliveries"] == []


def test_a_delivery_is_shown_with_what_it_says(mailing: House) -> None:
    sent = mailing.ask("GET", "/deliveries?state=sent")["deliveries"][0]
    shown = mailing.ask("GET", f"/deliveries/{sent['id']}")
    assert (shown["subject"], shown["payload"]["text"], shown["attempts"]) == ("Re: Loom", "We have it", 1)
    assert shown["sent_at"]
    assert shown["message_id"].startswith("<fl.")
    assert shown["record"]["id"] in {one["id"] for one in mailing.records()}
    for absent in (ABSENT, "nosuch", "%00"):
        assert mailing.ask("GET", f"/deliveries/{absent}", ok=False).status_code == 404


def test_what_was_held_back_or_died_can_be_sent_again_and_what_was_sent_can_not(mailing: House, post: Post) -> None:
    by_state = {one["state"]: one["id"] for one in mailing.ask("GET", "/deliveries")["deliveries"]}
    post.recipients.clear()
    answer = mailing.ask("POST", f"/deliveries/{by_state['sent']}/send-again", ok=False)
    assert (answer.status_code, answer.json["code"]) == (409, "not_sendable")
    for state in ("dead", "suspended"):
        assert mailing.ask("POST", f"/deliveries/{by_state[state]}/send-again")["state"] == "pending"
        assert mailing.ask("POST", f"/deliveries/{by_state[state]}/send-again", ok=False).status_code == 409
    mailing.work()
    assert mailing.ask("GET", "/deliveries")["counts"] == {"sent": 3}
    assert sorted(str(mail["To"]) for mail in post.taken) == [
        "gone@example.com",
        "ming@example.com",
        "noreply@example.com",
    ]
    assert mailing.ask("POST", f"/deliveries/{ABSENT}/send-again", ok=False).status_code == 404


def test_what_was_sent_again_and_arrived_can_not_be_sent_a_third_time(mailing: House, post: Post) -> None:
    post.recipients.clear()
    (dead,) = mailing.ask("GET", "/deliveries?state=dead")["deliveries"]
    mailing.ask("POST", f"/deliveries/{dead['id']}/send-again")
    mailing.work()
    answer = mailing.ask("POST", f"/deliveries/{dead['id']}/send-again", ok=False)
    assert (answer.status_code, answer.json["code"]) == (409, "not_sendable")
    mailing.work()
    assert [str(mail["Message-ID"]) for mail in post.taken].count(dead["message_id"]) == 1


def test_deliveries_are_for_administrators(mailing: House) -> None:
    mailing.person("eve")
    delivery = mailing.ask("GET", "/deliveries?state=dead")["deliveries"][0]["id"]
    asked = (("GET", "/deliveries"), ("GET", f"/deliveries/{delivery}"), ("POST", f"/deliveries/{delivery}/send-again"))
    assert [mailing.ask(method, path, who="eve", ok=False).status_code for method, path in asked] == [403] * 3
    assert mailing.ask("GET", "/deliveries?state=dead")["counts"]["dead"] == 1


def test_deliveries_come_page_by_page(house: House) -> None:
    house.flow("acknowledge", [reply()])
    body = {"records": [{"values": {"subject": "x", "email": f"c{number}@example.com"}} for number in range(PAGE + 3)]}
    house.ask("POST", "/forms/desk.ticket/records/batch", body)
    house.work()
    first, second = pages(house, "/deliveries?state=unsent", "deliveries")
    assert (len(first), len(second)) == (PAGE, 3)
    assert len({one["to"] for one in first + second}) == PAGE + 3


# --- notifications ------------------------------------------------------------------------------------------


@pytest.fixture
def told(house: House) -> House:
    """Return an installation in which bo was told of two tickets and cy of one."""
    for name in ("bo", "cy"):
        house.person(name)
    words = {"zh-CN": "工单：{{ record.subject }}", "en": "Ticket: {{ record.subject }}"}
    house.flow("tell", [{"type": "notify", "to": {"user_field": "owner"}, "text": words}])
    for subject, name in (("one", "bo"), ("two", "bo"), ("three", "cy")):
        house.ticket(subject, owner=house.people[name])
        house.work()
    return house


def _unread(house: House, who: str) -> list[str]:
    listed = house.ask("GET", "/notifications", who=who)
    found = [one["text"]["en"] for one in listed["notifications"] if not one["read"]]
    assert listed["unread"] == len(found)
    return found


def test_everybody_reads_only_his_own_notifications_newest_first(told: House) -> None:
    assert [one["text"] for one in told.ask("GET", "/notifications", who="bo")["notifications"]] == [
        {"zh-CN": "工单：two", "en": "Ticket: two"}, {"zh-CN": "工单：one", "en": "Ticket: one"}
    ]  # fmt: skip
    assert _unread(told, "cy") == ["Ticket: three"]
    assert _unread(told, "ada") == []
    record = told.ask("GET", "/notifications", who="cy")["notifications"][0]["record"]
    assert told.values(record["id"])["subject"] == "three"


def test_a_notification_is_marked_as_read_by_its_owner_alone(told: House) -> None:
    newest, _older = told.ask("GET", "/notifications", who="bo")["notifications"]
    mark = {"ids": [newest["id"], ABSENT, "nosuch"]}
    assert told.ask("POST", "/notifications/read", mark, who="cy", ok=False).status_code == 204
    assert _unread(told, "bo") == ["Ticket: two", "Ticket: one"]
    assert told.ask("POST", "/notifications/read", mark, who="bo", ok=False).status_code == 204
    assert _unread(told, "bo") == ["Ticket: one"]
    assert told.ask("POST", "/notifications/read", {"all": True}, who="bo", ok=False).status_code == 204
    assert (_unread(told, "bo"), _unread(told, "cy")) == ([], ["Ticket: three"])
    assert told.ask("POST", "/notifications/read", {"ids": "all"}, who="bo", ok=False).status_code == 422


def test_nobody_without_an_account_reads_any(told: House) -> None:
    web = told.formloom.web.test_client()
    assert web.get("/api/v1/notifications").status_code == 401
    assert web.post("/api/v1/notifications/read", json={"all": True}).status_code in {400, 401, 403}
    assert len(told.rows(tables.notifications, tables.notifications.c.read_at.is_(None))) == 3


# --- what works and what not --------------------------------------------------------------------------------


def _checks(house: House) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in house.ask("GET", "/system/check")["checks"]}


def test_the_check_says_what_works(opened: Open, post: Post) -> None:
    house = opened(FORMLOOM_SMTP_URL=post.url)
    found = _checks(house)
    assert {"database", "files", "mail", "queue", "secret"} <= set(found)
    assert all(found[name]["ok"] for name in ("database", "files", "mail", "queue", "secret"))
    assert all(one["detail"] for one in found.values())
    assert "0 events wait" in found["queue"]["detail"]
    house.flow("note", [set_fields(note="x")])
    house.ticket()
    assert "1 events wait" in _checks(house)["queue"]["detail"]


def test_the_check_says_that_the_mail_server_is_away(opened: Open) -> None:
    with mail_server() as post:
        url = post.url
    found = _checks(opened(FORMLOOM_SMTP_URL=url))["mail"]
    assert (found["ok"], found["required"]) == (False, False)
    assert "refused" in found["detail"].lower()


def test_the_check_says_that_no_mail_server_is_set_in_the_readers_language(house: House) -> None:
    house.person("lin", locale="zh-CN", is_admin=True)
    assert "is not set" in _checks(house)["mail"]["detail"]
    chinese = house.ask("GET", "/system/check", who="lin")["checks"]
    assert any("未配置 FORMLOOM_SMTP_URL" in one["detail"] for one in chinese)


def test_the_check_is_for_administrators(house: House) -> None:
    house.person("eve")
    assert house.ask("GET", "/system/check", who="eve", ok=False).status_code == 403
    assert house.formloom.web.test_client().get("/api/v1/system/check").status_code == 401
