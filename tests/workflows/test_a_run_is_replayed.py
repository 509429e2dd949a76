"""What nodes were given is told; a run is gone through again from one of its nodes, after a look at what happens again."""

from typing import Any

import pytest

from formloom.workflows.durations import Duration

from .house import House, both, flow, reply, set_fields

COMMENT = {"type": "add_comment", "text": {"zh-CN": "{{ record.subject }}", "en": "{{ record.subject }}"}}


def replay(house: House, flow_id: str, run: Any, at: int, *, ok: bool = True, **more: Any) -> Any:
    again = more.pop("again", None)
    path = f"/flows/{flow_id}/runs/{run['id']}/replay"
    if again is None:
        told = house.ask("POST", f"{path}/preview", {"at": at, "values": more.get("values") or {}})
        again = [one["node"] for one in told["again"]]
    return house.ask("POST", path, {"at": at, "again": again, **more}, ok=ok)


def broken(house: House) -> tuple[str, str]:
    """Return a flow whose second node fails, and the record that it ran for."""
    flow_id = house.flow("three", [set_fields(note="one"), reply(to="email"), set_fields(other="three")])
    record = house.ticket()
    house.work()
    return flow_id, record


def test_a_run_tells_what_each_node_was_given(house: House) -> None:
    flow_id = house.flow("two", [set_fields(note={"ref": "subject"}), COMMENT])
    house.ticket("Loom")
    house.work()
    first, second = house.runs(flow_id)[0]["trace"]
    assert first["input"] == {"given": {"values": {"note": "Loom"}}, "forms": []}
    assert second["input"]["given"]["text"]["en"] == "{{ record.subject }}"


def test_a_length_of_time_is_told_as_it_was_written(house: House) -> None:
    wait = {"type": "wait_until", "when": {"field": "note", "op": "not_empty"}, "after": "P1DT2H"}
    flow_id = house.flow("wait", [wait])
    house.ticket()
    house.work()
    (line,) = house.runs(flow_id)[0]["trace"]
    assert line["input"]["given"]["after"] == "P1DT2H"


@pytest.mark.parametrize("text", ["P3D", "PT90M", "-P1DT2H30M", "P2W", "PT0M"])
def test_a_length_of_time_can_be_read_from_its_words(text: str) -> None:
    assert Duration.parse(str(Duration.parse(text))) == Duration.parse(text)


def test_a_step_that_failed_calls_the_field_by_its_label(house: House) -> None:
    flow_id = house.flow("bad", [set_fields(hours={"ref": "note"})])
    house.ticket(note="many")
    house.work()
    (line,) = house.runs(flow_id)[0]["trace"]
    assert line["error"]["en"].startswith("Hours: ")
    assert line["error"]["zh-CN"].startswith("Hours：")


def test_what_a_node_was_given_is_cut_to_size_and_has_no_secrets(house: House) -> None:
    call = {
        "type": "call_webhook",
        "url": "https://example.com/x",
        "secret": "whsec_bG9vbQ==",
        "body": {"a": {"ref": "subject"}},
    }
    flow_id = house.flow("call", [call])
    house.ticket("x" * 900)
    house.work()
    (line,) = house.runs(flow_id)[0]["trace"]
    assert set(line["input"]["given"]) == {"url", "body", "waits"}
    assert len(line["input"]["given"]["body"]["a"]) == 301


def test_a_run_is_replayed_from_the_node_that_failed(house: House) -> None:
    flow_id, record = broken(house)
    (run,) = house.runs(flow_id)
    assert [line["result"] for line in run["trace"]] == ["done", "failed", "done"]
    house.change(record, email="ming@example.com", other="")
    made = replay(house, flow_id, run, 1)
    house.work()
    assert [line["result"] for line in made["trace"]] == ["done", "done"]
    assert made["replay_of"] == run["id"]
    assert house.values(record)["other"] == "three"
    assert [one.recipient for one in house.deliveries("mail")] == ["ming@example.com"]


def test_what_would_be_done_again_is_told_before_and_must_be_named(house: House) -> None:
    flow_id, record = broken(house)
    (run,) = house.runs(flow_id)
    house.change(record, email="ming@example.com")
    path = f"/flows/{flow_id}/runs/{run['id']}/replay"
    before = house.everything()
    told = house.ask("POST", f"{path}/preview", {"at": 0})
    assert house.everything() == before
    assert told["again"] == [
        {"node": "n1", "type": "set_fields", "leaves_house": False}, {"node": "n3", "type": "set_fields", "leaves_house": False}
    ]  # fmt: skip
    answer = replay(house, flow_id, run, 0, again=["n1"], ok=False)
    assert (answer.status_code, answer.json["code"]) == (409, "more_happens_again")
    assert replay(house, flow_id, run, 0, again=["n1", "n3"])["state"] == "done"


def test_mails_of_a_replay_have_ids_of_their_own(house: House) -> None:
    flow_id = house.flow("mail", [reply()])
    house.ticket(email="ming@example.com")
    house.work()
    (run,) = house.runs(flow_id)
    told = house.ask("POST", f"/flows/{flow_id}/runs/{run['id']}/replay/preview", {"at": 0})
    assert told["again"] == [{"node": "n1", "type": "reply_mail", "leaves_house": True}]
    replay(house, flow_id, run, 0)
    first, second = house.deliveries("mail")
    assert first.stable_id != second.stable_id


def test_values_can_be_pretended_and_are_not_written(house: House) -> None:
    red = {"field": "team", "op": "eq", "value": "red"}
    flow_id = house.flow(
        "if", [{"type": "branch", "when": red, "then": [{"id": "in", **set_fields(note={"ref": "other"})}]}]
    )
    record = house.ticket(team="blue", other="was")
    house.work()
    (run,) = house.runs(flow_id)
    assert run["state"] == "skipped"
    made = replay(house, flow_id, run, 0, values={"team": "red", "other": "would be"})
    assert made["state"] == "done"
    values = house.values(record)
    assert (values["team"], values["note"], values["other"]) == ("blue", "would be", "was")
    answer = house.ask(
        "POST", f"/flows/{flow_id}/runs/{run['id']}/replay/preview", {"at": 0, "values": {"nosuch": 1}}, ok=False
    )
    assert answer.status_code == 422


def test_a_replay_asks_for_nothing_that_the_record_lacks(house: House) -> None:
    document = {
        "title": both("Claim"),
        "fields": [
            {"id": "subject", "type": "text", "label": both("Subject"), "required": True},
            {"id": "email", "type": "email", "label": both("Mail")},
            {"id": "order", "type": "text", "label": both("Order")},
            {"id": "note", "type": "text", "label": both("Note")},
        ],
        "rules": [{"id": "ordered", "when": {"field": "subject", "op": "eq", "value": "Order"}, "show": ["order"]}],
    }
    house.define("form", "claim", document)
    flow_id = house.flow("claims", [set_fields(note="seen")], form="claim")
    house.ask("POST", "/forms/desk.claim/records", {"values": {"subject": "Loom", "email": "ming@example.com"}})
    house.work()
    (run,) = house.runs(flow_id)
    path = f"/flows/{flow_id}/runs/{run['id']}/replay/preview"
    assert [line["result"] for line in house.ask("POST", path, {"at": 0})["trace"]] == ["done"]
    answer = house.ask("POST", path, {"at": 0, "values": {"email": "nowhere"}}, ok=False)
    assert [one["field"] for one in answer.json["errors"]] == ["email"]


def test_a_replay_knows_what_was_kept_and_what_the_loop_stood_at(house: House) -> None:
    query = {
        "type": "query_records",
        "form": "task",
        "filter": {"field": "ticket", "op": "eq", "value": {"record": "id"}},
        "name": "open",
    }
    mark = {
        "id": "in",
        "type": "update_record",
        "form": "task",
        "match": {"id": {"item": "id"}},
        "values": {"title": {"ref": "note"}},
    }
    loop = {"type": "for_each", "of": {"var": "open"}, "nodes": [mark]}
    flow_id = house.flow("loop", [query, loop, set_fields(hours={"var": "open"})], {"type": "button"})
    record = house.ticket(note="first")
    for title in ("a", "b"):
        house.ask("POST", "/forms/desk.task/records", {"values": {"title": title, "ticket": record}})
    house.ask("POST", f"/flows/{flow_id}/trigger", {"record": record})
    house.work()
    (run,) = house.runs(flow_id)
    house.change(record, note="second", hours=0)
    at = [number for number, line in enumerate(run["trace"]) if line["node"] == "in"][1]
    made = replay(house, flow_id, run, at)
    assert [line["node"] for line in made["trace"]] == ["in", "n3"]
    assert sorted(one["values"]["title"] for one in house.records("task")) == ["first", "second"]
    assert house.values(record)["hours"] == "2.00"


def test_a_replay_follows_the_version_that_is_published_now(house: House) -> None:
    flow_id, record = broken(house)
    (run,) = house.runs(flow_id)
    house.redefine(flow_id, flow([set_fields(note="one"), set_fields(other="mended"), set_fields(hours=3)]))
    made = replay(house, flow_id, run, 1)
    assert made["version"] == 2
    assert house.values(record)["other"] == "mended"
    house.redefine(flow_id, flow([set_fields(note="one")]))
    answer = replay(house, flow_id, run, 1, again=[], ok=False)
    assert (answer.status_code, answer.json["code"]) == (409, "not_replayable")


def test_a_run_that_is_not_over_is_not_replayed(house: House) -> None:
    flow_id = house.flow("wait", [{"type": "delay", "after": "P1D"}])
    house.ticket()
    house.work()
    (run,) = house.runs(flow_id)
    assert replay(house, flow_id, run, 0, again=[], ok=False).json["code"] == "not_replayable"


@pytest.mark.parametrize("at", [9, 500])
def test_a_line_that_is_not_there_is_not_found(house: House, at: int) -> None:
    flow_id, _record = broken(house)
    (run,) = house.runs(flow_id)
    assert replay(house, flow_id, run, at, again=[], ok=False).status_code == 404
    other = house.flow("other", [set_fields(note="x")], {"type": "button"})
    assert replay(house, other, run, 0, again=[], ok=False).status_code == 404
