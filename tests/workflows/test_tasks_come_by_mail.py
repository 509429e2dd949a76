"""Tasks are told by mail, and answered from the mail: looking changes nothing, an answer counts once."""

import re
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from formloom.platform.storage import tables
from formloom.workflows.approvals import telling

from .house import House, Open, both
from .office import act, approve, asked, box, process, start, state

SMTP = "smtp://127.0.0.1:9"


@pytest.fixture
def office(opened: Open) -> House:
    """Return an installation that sends mails, with some people."""
    house = opened(FORMLOOM_SMTP_URL=SMTP, FORMLOOM_BASE_URL="https://forms.example")
    for name in ("bob", "cyd", "dan"):
        house.person(name)
    return house


def mails(house: House, *names: str) -> list[Any]:
    to = {f"{name}@house.example" for name in names}
    return [one for one in house.deliveries("mail") if one.purpose == "task" and (not to or one.recipient in to)]


def link(house: House, name: str) -> str:
    """Return the path to answer by, of somebody's last mail."""
    found = re.findall(r"https://forms\.example(/t/\S+)", mails(house, name)[-1].payload["text"])
    return str(found[-1])


def look(house: House, path: str) -> TestResponse:
    return house.formloom.web.test_client().get(path, headers={"Accept": "text/html"})


def send(house: House, path: str, answer: str = "approve", **more: str) -> TestResponse:
    found = house.formloom.web.test_client().post(path, data={"answer": answer, **more})
    house.work()
    return found


def shows(house: House, path: str) -> str:
    """Return how the page says that the task stands."""
    found = re.search(r'data-state="(\w+)"', look(house, path).text)
    assert found is not None
    return found.group(1)


def test_a_mail_says_what_the_step_shows_and_nothing_else(office: House) -> None:
    process(office, [approve("a", "bob", fields={"email": "hide"})])
    start(office, email="secret@a.example", hours="3")
    (mail,) = mails(office)
    text = mail.payload["text"]
    assert (mail.recipient, mail.subject) == ("bob@house.example", "Waiting for your approval: Leave · Loom")
    assert "Started by: ada" in text
    assert "Hours: 3.00" in text
    assert "secret" not in text
    assert mail.payload["headers"]["Auto-Submitted"] == "auto-generated"
    page = look(office, link(office, "bob"))
    assert "3.00" in page.text
    assert "secret" not in page.text


def test_a_hidden_title_is_not_told(office: House) -> None:
    process(office, [approve("a", "bob", fields={"subject": "hide"})])
    start(office)
    (mail,) = mails(office)
    assert "Loom" not in (mail.subject + mail.payload["text"]).replace("Formloom", "")
    assert "Loom" not in look(office, link(office, "bob")).text.replace("Formloom", "")


def test_a_step_tells_in_its_own_words(office: House) -> None:
    texts = {
        "asked": {
            "app": {"en": "{{ record.subject }} wants {{ record.hours }}"}, "subject": {"en": "Leave of {{ task.initiator }}"},
            "body": {"en": "{{ task.step }}: {{ record.subject }}, {{ record.email }}."},
        },
        "decided": {"subject": {"en": "All is well with {{ record.subject }}"}},
    }  # fmt: skip
    process(office, [approve("a", "bob", fields={"email": "hide"}, messages=texts), approve("b", "cyd")])
    start(office, email="secret@a.example", hours="3")
    (mail,) = mails(office, "bob")
    assert mail.subject == "Leave of ada"
    assert "a: Loom, ." in mail.payload["text"]
    assert "secret" not in mail.payload["text"]
    assert "Started by" not in mail.payload["text"]
    told = [row.text["en"] for row in office.rows(tables.notifications) if row.user_id == office.people["bob"]]
    assert told == ["Loom wants 3.00"]
    send(office, link(office, "bob"))
    assert [one.subject for one in mails(office, "ada")] == ["All is well with Loom"]
    faulty = [{**approve("a", office.people["bob"]), "messages": {"asked": {"body": {"en": "{{ record"}}}}]
    document = {"title": both("Bad"), "form": "ticket", "face": "approval", "trigger": {"type": "record_created"}}
    (fault,) = office.refused({**document, "nodes": faulty})
    assert (fault["code"], fault["field"]) == ("bad_template", "nodes/0/messages/asked/body/en")


def test_looking_changes_nothing_and_an_answer_goes_on(office: House) -> None:
    process(office, [approve("a", "bob"), approve("b", "cyd")])
    run = start(office)
    path = link(office, "bob")
    for _ in range(3):
        page = look(office, path)
        assert page.status_code == 200
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert (page.headers["Cache-Control"], page.headers["X-Robots-Tag"]) == ("no-store", "noindex")
    assert office.formloom.web.test_client().head(path).status_code == 200
    assert asked(office, "bob", "cyd") == {"bob"}
    done = send(office, path, comment="fine by me")
    assert (done.status_code, done.headers["Location"]) == (303, path)
    assert shows(office, path) == "approved"
    assert asked(office, "bob", "cyd") == {"cyd"}
    log = office.ask("GET", f"/processes/{run}")["log"]
    assert (log[-1]["did"], log[-1]["who"]["name"], log[-1]["comment"]) == ("approved", "bob", "fine by me")
    assert "fine by me" in look(office, link(office, "cyd")).text
    send(office, link(office, "cyd"), "reject")
    assert state(office, run) == "rejected"


def test_an_answer_counts_once(office: House) -> None:
    process(office, [approve("a", "bob"), approve("b", "cyd")])
    start(office)
    path = link(office, "bob")
    send(office, path)
    again = send(office, path, "reject")
    assert again.status_code == 409
    assert "You approved this" in again.text
    assert asked(office, "bob", "cyd") == {"cyd"}


def test_the_page_says_what_became_of_the_task(office: House) -> None:
    process(office, [approve("a", "bob", "cyd")])
    start(office)
    late = link(office, "cyd")
    act(office, "bob")
    assert (shows(office, late), "bob answered first" in look(office, late).text) == ("answered", True)
    assert send(office, late).status_code == 409

    run = start(office)
    path = link(office, "bob")
    office.ask("POST", f"/processes/{run}/withdraw", {})
    assert shows(office, path) == "withdrawn"

    run = start(office)
    path, task = link(office, "bob"), box(office, "bob")[0]["id"]
    office.ask("POST", f"/processes/{run}/reassign", {"task": task, "to": office.people["dan"]})
    assert shows(office, path) == "given"
    assert "Hours" not in look(office, path).text
    assert send(office, path).status_code == 409
    assert shows(office, link(office, "dan")) == "open"


def test_a_link_grows_old_and_dies_with_the_account(office: House) -> None:
    process(office, [approve("a", "bob")])
    start(office)
    path = link(office, "bob")
    office.clock.advance(timedelta(days=31))
    assert (shows(office, path), send(office, path).status_code) == ("old", 422)
    office.disable("bob")
    assert look(office, path).status_code == 404
    assert look(office, path[:-1] + ("A" if path[-1] != "A" else "B")).status_code == 404


def test_a_comment_that_is_demanded_is_demanded_here_too(office: House) -> None:
    process(office, [approve("a", "bob", comment="required")])
    run = start(office)
    refused = send(office, link(office, "bob"), comment=" ")
    assert (refused.status_code, 'role="alert"' in refused.text) == (422, True)
    send(office, link(office, "bob"), comment="because")
    assert state(office, run) == "approved"


@pytest.mark.parametrize("setting", [{"mail": False}, {"signature": "required"}])
def test_a_step_can_say_no_to_answers_by_mail(office: House, setting: dict[str, Any]) -> None:
    process(office, [approve("a", "bob", **setting)])
    start(office)
    (mail,) = mails(office)
    assert "/t/" not in mail.payload["text"]
    assert f"/tasks?task={box(office, 'bob')[0]['id']}" in mail.payload["text"]


def test_people_can_do_without_mails(office: House) -> None:
    assert office.ask("PATCH", "/session", {"task_mails": False}, who="bob")["user"]["task_mails"] is False
    process(office, [approve("a", "bob", "cyd")])
    start(office)
    assert [one.recipient for one in mails(office)] == ["cyd@house.example"]


def test_nobody_is_flooded(office: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "MOST_IN_AN_HOUR", 2)
    process(office, [approve("a", "bob")])
    for _ in range(4):
        start(office)
    assert (len(mails(office)), len(box(office, "bob"))) == (2, 4)


def test_those_who_are_urged_and_those_who_are_late_get_another_mail(office: House) -> None:
    process(office, [approve("a", "bob", timeout={"after": "PT24H", "then": "remind"})])
    run = start(office)
    office.ask("POST", f"/processes/{run}/urge")
    office.clock.advance(timedelta(hours=25))
    office.work()
    subjects = [one.subject.split(":")[0] for one in mails(office, "bob")]
    assert subjects == ["Waiting for your approval", "Please deal with this soon", "Overdue"]
    assert len({one.stable_id for one in mails(office)}) == 3


def test_who_looks_at_deliveries_sees_no_link(office: House) -> None:
    process(office, [approve("a", "bob")])
    start(office)
    told = office.ask("GET", f"/deliveries/{mails(office)[0].id}")["payload"]["text"]
    assert "https://forms.example/t/…" in told


def test_without_a_mail_server_there_is_nothing_to_send(house: House) -> None:
    house.person("bob")
    process(house, [approve("a", "bob")])
    start(house)
    assert mails(house) == []
