"""Rules that set each other off, and machines that answer each other, come to rest; what was held back is told."""

from collections.abc import Iterator
from datetime import timedelta
from email.message import Message

import pytest

from formloom.platform.storage import tables
from formloom.workflows.mail.loops import PER_RECIPIENT, PER_RECORD, classify
from formloom.workflows.running import MAX_DEPTH

from .house import House, Open, flow, reply, set_fields
from .servers import Post, mail_server

UPDATED = {"type": "record_updated"}


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as running:
        yield running


def test_a_flow_that_changes_its_own_record_runs_once_and_says_why_not_again(house: House) -> None:
    count = set_fields(note={"liquid": "{{ record.note }}x"})
    flow_id = house.flow("count", [count], UPDATED)
    record = house.ticket()
    house.change(record, other="go")
    house.work()
    assert house.values(record)["note"] == "x"
    ran, stopped = house.runs(flow_id)
    assert (ran["state"], stopped["state"]) == ("done", "skipped")
    assert stopped["summary"] == {
        "zh-CN": "由本规则自己的动作引起，未再次执行，以免循环", "en": "Not run again: this came of what the rule itself did",
    }  # fmt: skip


def test_a_flow_that_changes_its_record_runs_again_when_a_person_changes_it_again(house: House) -> None:
    house.flow("count", [set_fields(note={"liquid": "{{ record.note }}x"})], {**UPDATED, "fields": ["other"]})
    record = house.ticket()
    for word in ("go", "on"):
        house.change(record, other=word)
        house.work()
    assert house.values(record)["note"] == "xx"


def test_two_flows_that_set_each_other_off_come_to_rest(house: House) -> None:
    ping = house.flow("ping", [set_fields(note={"liquid": "{{ record.note }}i"})], {**UPDATED, "fields": ["other"]})
    pong = house.flow("pong", [set_fields(other={"liquid": "{{ record.other }}o"})], {**UPDATED, "fields": ["note"]})
    record = house.ticket()
    house.change(record, other="go")
    house.work()
    values = house.values(record)
    assert (values["note"], values["other"]) == ("i", "goo")
    assert [run["state"] for run in house.runs(ping)] == ["done", "skipped"]
    assert [run["state"] for run in house.runs(pong)] == ["done"]


def test_a_flow_that_creates_what_sets_it_off_creates_one(house: House) -> None:
    flow_id = house.flow("more", [{"type": "create_record", "form": "ticket", "values": {"subject": "child"}}])
    house.ticket("parent")
    house.work()
    assert sorted(one["values"]["subject"] for one in house.records()) == ["child", "parent"]
    assert [run["state"] for run in house.runs(flow_id)] == ["done", "skipped"]


def test_a_long_chain_of_different_flows_ends_and_says_so(house: House) -> None:
    for number in range(MAX_DEPTH + 2):
        when = {"all": [{"field": "hours", "op": "eq", "value": str(number)}]}
        node = {"type": "branch", "when": when, "then": [{"id": "up", **set_fields(hours=str(number + 1))}]}
        house.flow(f"step{number}", [node], {**UPDATED, "fields": ["hours"]})
    record = house.ticket()
    house.change(record, hours="0")
    house.work()
    assert float(house.values(record)["hours"]) == MAX_DEPTH
    stopped = [row for row in house.rows(tables.flow_runs) if row.state == "skipped" and not row.trace[0]["type"]]
    assert any("had set each other off" in row.trace[0]["error"]["en"] for row in stopped)
    assert {row.state for row in house.rows(tables.outbox)} == {"done"}


class Neighbour:
    """Another help desk: it answers every mail that comes, and its answer becomes a ticket here."""

    def __init__(self, house: House, post: Post, *, knows_the_rules: bool) -> None:
        self._house, self._post, self._knows = house, post, knows_the_rules
        self._seen = 0

    def answer_all(self) -> int:
        """Answer what came since the last time; return how many answers that were."""
        fresh = self._post.taken[self._seen :]
        self._seen += len(fresh)
        answered = [mail for mail in fresh if not self._knows or self._may_answer(mail)]
        for mail in answered:
            self._house.ticket(f"Re: {mail['Subject']}", email=str(mail["To"]))
        return len(answered)

    def _may_answer(self, mail: Message) -> bool:
        headers = {name.lower(): str(value) for name, value in mail.items()}
        return not classify(headers, own_domain="neighbour.example").suppress_reply


def _talk(house: House, neighbour: Neighbour, *, rounds: int, pause: timedelta) -> list[int]:
    said = []
    for _ in range(rounds):
        house.work()
        said.append(neighbour.answer_all())
        house.clock.advance(pause)
    return said


def test_a_machine_that_knows_the_rules_does_not_answer_our_automatic_mails(opened: Open, post: Post) -> None:
    house = opened(FORMLOOM_SMTP_URL=post.url)
    house.flow("acknowledge", [reply()])
    house.ticket(email="desk@neighbour.example")
    assert _talk(house, Neighbour(house, post, knows_the_rules=True), rounds=4, pause=timedelta(seconds=1)) == [0] * 4
    assert len(post.ids) == 1


def test_two_machines_that_answer_each_other_stop(opened: Open, post: Post) -> None:
    house = opened(FORMLOOM_SMTP_URL=post.url)
    house.flow("acknowledge", [reply()])
    house.ticket(email="desk@neighbour.example")
    most = PER_RECIPIENT[timedelta(minutes=10)]
    said = _talk(house, Neighbour(house, post, knows_the_rules=False), rounds=most + 4, pause=timedelta(seconds=1))
    assert said[-3:] == [0, 0, 0], "it went on"
    assert len(post.ids) == most
    held = [row for row in house.deliveries("mail") if row.state == "suspended"]
    assert [row.last_error for row in held] == ["too_many_to_recipient"]
    assert len(house.records()) == most + 1


def test_too_many_mails_about_one_record_are_held_back_and_the_run_says_so(opened: Open, post: Post) -> None:
    house = opened(FORMLOOM_SMTP_URL=post.url)
    flow_id = house.flow("tell", [reply()], {**UPDATED, "fields": ["note"]})
    record = house.ticket(email="ming@example.com")
    most = PER_RECORD[timedelta(minutes=10)]
    for number in range(most + 2):
        house.change(record, note=str(number))
        house.work()
    assert len(post.ids) == most
    assert [run["state"] for run in house.runs(flow_id)] == ["done"] * (most + 2)
    told = house.runs(flow_id)[-1]["trace"][0]
    assert (told["result"], told["output"]["mails"][0]["cause"]) == ("skipped", "too_many_on_record")
    house.clock.advance(timedelta(minutes=11))
    house.change(record, note="later")
    house.work()
    assert len(post.ids) == most + 1


@pytest.mark.parametrize(
    ("address", "cause"),
    [("hello@forms.example", "own_address"), ("noreply@shop.example", "noreply_address"),
     ("mailer-daemon@shop.example", "noreply_address")],
)  # fmt: skip
def test_machines_and_ourselves_get_no_answer(opened: Open, post: Post, address: str, cause: str) -> None:
    house = opened(FORMLOOM_SMTP_URL=post.url, FORMLOOM_MAIL_FROM="hello@forms.example")
    flow_id = house.flow("acknowledge", [reply()])
    house.ticket(email=address)
    house.work()
    assert post.ids == []
    assert house.runs(flow_id)[0]["trace"][0]["output"]["mails"][0]["cause"] == cause
    assert house.ask("GET", "/deliveries?state=suspended")["deliveries"][0]["last_error"] == cause


def test_what_leaves_the_house_says_that_a_machine_wrote_it(opened: Open, post: Post) -> None:
    house = opened(FORMLOOM_SMTP_URL=post.url)
    house.flow("acknowledge", [reply()])
    house.ticket(email="ming@example.com")
    house.work()
    (mail,) = post.taken
    headers = {name.lower(): str(value) for name, value in mail.items()}
    seen = classify(headers, own_domain="elsewhere.example")
    assert seen.is_automatic
    assert seen.suppress_reply


def test_a_chain_over_two_forms_ends(house: House) -> None:
    on_ticket = house.flow("down", [{"type": "create_record", "form": "task", "values": {"title": "t"}}])
    back = {"type": "create_record", "form": "ticket", "values": {"subject": "again"}}
    house.define("flow", "up", flow([back], form="task"))
    house.ticket("first")
    house.work()
    assert (len(house.records()), len(house.records("task"))) == (2, 1)
    assert [run["state"] for run in house.runs(on_ticket)] == ["done", "skipped"]
