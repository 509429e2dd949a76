"""The queue: what nobody could be given is seen, told, tried again, and can be taken by one of those who may."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from email.header import decode_header, make_header
from typing import Any

import pytest

from formloom.platform.storage import tables
from tests.waiting import PATIENCE_S

from .house import House, Open, both
from .servers import Post, mail_server

OPEN = {"all": [{"field": "status", "op": "ne", "value": "closed"}]}
AGENTS = {"candidates": {"roles": ["agent"]}}
QUEUE = tables.assignment_queue


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as running:
        yield running


@pytest.fixture
def team(opened: Open, post: Post) -> House:
    """Return the installation with two agents of the role `agent`, and one person who is none."""
    house = opened(FORMLOOM_SMTP_URL=post.url, FORMLOOM_BASE_URL="https://forms.example")
    house.ask("POST", "/roles", {"key": "agent", "title": both("Agent")})
    for name in ("bo", "cy"):
        house.person(name, roles=("agent",))
    house.person("ed")
    return house


def rule(house: House, *pools: dict[str, Any], **more: Any) -> str:
    document = {"title": both("Rule"), "form": "ticket", "field": "owner", "pools": list(pools), "open": OPEN, **more}
    house.define("assignment_rule", "who", document)
    return house.flow("assign", [{"type": "assign", "rule": "who"}])


def full_pool(**more: Any) -> dict[str, Any]:
    return {"strategy": "round_robin", "max_open": 1, **AGENTS, **more}


def tickets(house: House, number: int, **values: Any) -> list[str]:
    made = [house.ticket(f"No {one}", **values) for one in range(number)]
    house.work()
    return made


def owners(house: House, made: list[str]) -> list[str | None]:
    names = {user: name for name, user in house.people.items()}
    return [names.get(house.values(one)["owner"]) for one in made]


def queue(house: House, who: str = "ada") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = house.ask("GET", "/queue?app=desk", who=who)["entries"]
    return found


def test_what_nobody_could_take_is_seen_with_the_reasons_and_told(team: House) -> None:
    rule(team, full_pool(), alert={"users": [team.people["ed"]]})
    made = tickets(team, 4)
    waiting = queue(team)
    assert [one["record"] for one in waiting] == made[2:]
    assert waiting[0]["title"] == "No 2"
    (reason,) = waiting[0]["reasons"]
    assert (reason["code"], reason["count"], reason["names"]) == ("full", 2, ["bo", "cy"])
    assert reason["reason"]["en"] == "at the limit of 1"
    told = [one["text"]["en"] for one in team.ask("GET", "/notifications", who="ed")["notifications"]]
    assert sorted(told) == ["Nobody to assign to: No 2", "Nobody to assign to: No 3"]
    assert queue(team, "ed") == [], "who is told need not be one who may see the queue"


def test_whom_the_rule_names_gets_one_mail_while_any_record_waits(team: House, post: Post) -> None:
    rule(team, full_pool(), alert={"users": [team.people["ed"]], "mail": True})
    made = tickets(team, 5)
    (mail,) = post.taken
    text = str(mail.get_payload(decode=True).decode())  # one part
    assert mail["To"] == "ed@house.example"
    assert str(make_header(decode_header(mail["Subject"]))) == "Nobody to assign records of “Ticket” to"
    assert "at the limit of 1" in text
    assert "https://forms.example/queue" in text
    assert "No 2" not in text, "a mail says nothing of any record"
    for one in made:
        team.change(one, status="closed")
        team.work()
    assert queue(team) == []
    tickets(team, 3)
    assert len(post.taken) == 1, "within the hour nothing more is said"
    for one in team.records():
        team.change(one["id"], status="closed")
        team.work()
    team.clock.advance(timedelta(hours=1))
    tickets(team, 4)
    assert len(post.taken) == 2


def test_that_nobody_took_it_in_time_is_told(team: House, post: Post) -> None:
    gone = team.person("gone", status="disabled")
    rule(team, {"strategy": "claim", "claim": {"minutes": 10}, **AGENTS},
         {"strategy": "round_robin", "candidates": {"users": [gone]}},
         alert={"users": [team.people["ed"]], "mail": True})  # fmt: skip
    tickets(team, 2)
    assert post.taken == []
    team.clock.advance(timedelta(minutes=11))
    team.work()
    assert [mail["To"] for mail in post.taken] == ["ed@house.example"]
    assert team.ask("GET", "/notifications", who="ed")["unread"] == 2


def test_who_lets_go_of_one_gets_what_has_waited_longest(team: House) -> None:
    rule(team, full_pool())
    made = tickets(team, 4)
    team.change(made[1], status="closed")
    team.work()
    assert owners(team, made) == ["bo", "cy", "cy", None]
    assert [one["record"] for one in queue(team)] == made[3:]
    (logged, *_) = team.ask("GET", f"/forms/desk.ticket/records/{made[2]}/assignments")["assignments"]
    assert (logged["user"], logged["why"]["because"]["en"]) == (team.people["cy"], "has waited longest for a turn")


def test_it_is_tried_again_by_the_clock(team: House) -> None:
    rule(team, full_pool())
    made = tickets(team, 3)
    with_more = tables.users.update().where(tables.users.c.id == team.people["bo"])
    team.redefine(
        str(next(one["id"] for one in team.ask("GET", "/apps/desk/definitions?kind=assignment_rule")["definitions"])),
        {"title": both("Rule"), "form": "ticket", "field": "owner", "pools": [full_pool(max_open=2)], "open": OPEN},
    )
    team.db.write(lambda uow: uow.conn.execute(with_more.values(max_open=1)))
    team.work()
    assert owners(team, made)[2] is None, "its time has not come"
    team.clock.advance(timedelta(minutes=3))
    team.work()
    assert owners(team, made)[2] == "cy"
    assert queue(team) == []


def test_tries_come_further_apart_but_never_end(team: House) -> None:
    rule(team, full_pool())
    tickets(team, 3)
    waits = []
    for _ in range(7):
        (entry,) = team.rows(QUEUE)
        waits.append((entry.next_at - entry.tried_at).total_seconds() / 60)
        team.clock.at = entry.next_at
        team.work()
    assert waits == [1, 2, 4, 8, 15, 15, 15]


def test_what_is_given_by_hand_or_deleted_waits_no_more(team: House) -> None:
    rule(team, full_pool())
    made = tickets(team, 4)
    team.change(made[2], owner=team.people["ed"])
    assert [one["record"] for one in queue(team)] == made[3:], "at once, before any worker has looked"
    team.ask("DELETE", f"/forms/desk.ticket/records/{made[3]}", ok=False)
    team.work()
    assert team.rows(QUEUE) == []


def test_one_of_those_who_may_takes_it(team: House) -> None:
    rule(team, {"strategy": "claim", "max_open": 1, **AGENTS})
    made = tickets(team, 2)
    mine = queue(team, "bo")
    assert [(one["record"], one["can_take"], one["waits_to_be_taken"]) for one in mine] == [
        (ticket, True, True) for ticket in made
    ]
    told = [one["text"]["en"] for one in team.ask("GET", "/notifications", who="bo")["notifications"]]
    assert sorted(told) == ["Waits to be taken: No 0", "Waits to be taken: No 1"]
    assert queue(team, "ed") == []
    assert team.ask("POST", f"/queue/{mine[0]['id']}/take", who="ed", ok=False).status_code == 404
    taken = team.ask("POST", f"/queue/{mine[0]['id']}/take", who="bo")
    assert taken["record"] == made[0]
    assert owners(team, made) == ["bo", None]
    (newest, *_) = team.ask("GET", f"/forms/desk.ticket/records/{made[0]}/history")["history"]
    assert newest["actor"] == {"kind": "member", "id": team.people["bo"], "name": "bo"}
    refused = team.ask("POST", f"/queue/{mine[1]['id']}/take", who="bo", ok=False)
    assert (refused.status_code, refused.json["code"]) == (409, "not_for_you")
    assert "at the limit of 1" in refused.text
    assert team.ask("POST", f"/queue/{mine[0]['id']}/take", who="cy", ok=False).status_code == 404


def test_who_lacks_the_skill_can_neither_see_nor_take_it(team: House) -> None:
    skill = team.ask("POST", "/skills", {"title": both("Red things")})["id"]
    team.ask("PATCH", f"/users/{team.people['bo']}/work", {"skills": [{"skill": skill, "level": 3}]})
    rule(team, {"strategy": "claim", **AGENTS, "filters": {"skills": [{"skill": "red things", "level": 2}]}})
    tickets(team, 1)
    (entry,) = queue(team, "bo")
    assert queue(team, "cy") == []
    assert team.ask("POST", f"/queue/{entry['id']}/take", who="cy", ok=False).status_code == 404


def test_what_nobody_takes_in_time_goes_on_to_the_next_pool(team: House) -> None:
    rule(team, {"strategy": "claim", "claim": {"minutes": 10}, **AGENTS},
         {"strategy": "round_robin", "candidates": {"users": [team.people["ed"]]}})  # fmt: skip
    made = tickets(team, 1)
    team.clock.advance(timedelta(minutes=9))
    team.work()
    assert owners(team, made) == [None]
    team.clock.advance(timedelta(minutes=1))
    team.work()
    assert owners(team, made) == ["ed"]


def test_of_two_who_take_at_once_one_gets_each_and_no_limit_is_passed(team: House) -> None:
    rule(team, {"strategy": "claim", "max_open": 4, **AGENTS})
    made = tickets(team, 8)
    entries = queue(team, "bo")
    answers: dict[str, list[int]] = {"bo": [], "cy": []}

    def reach(who: str, order: int) -> None:
        for entry in entries[::order]:
            answers[who].append(team.ask("POST", f"/queue/{entry['id']}/take", who=who, ok=False).status_code)

    threads = [threading.Thread(target=reach, args=one) for one in (("bo", 1), ("cy", -1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert all(code in {200, 404, 409} for each in answers.values() for code in each)
    assert sorted(map(str, owners(team, made))) == ["bo"] * 4 + ["cy"] * 4
    assert {who: each.count(200) for who, each in answers.items()} == {"bo": 4, "cy": 4}


def test_others_are_told_only_who_and_why_not_about_whom_else(team: House) -> None:
    rule(team, full_pool())
    (ticket,) = tickets(team, 1)
    full = team.ask("GET", f"/forms/desk.ticket/records/{ticket}/assignments")["assignments"]
    assert [one["name"] for one in full[0]["why"]["candidates"]] == ["bo", "cy"]
    assert team.ask("GET", f"/forms/desk.ticket/records/{ticket}/assignments", who="ed", ok=False).status_code == 404
