"""A flow that calls one of our own hooks passes on the chain that it stands in, so no circle of calls goes on for ever."""

import json
from typing import Any

import pytest

from formloom.platform.kernel.events import Cause
from formloom.workflows.channels import causes
from formloom.workflows.channels.http import GuardedHttp, HttpAnswer
from formloom.workflows.running import MAX_DEPTH

from .house import House

HOOK = {"type": "webhook"}
MARK = {"type": "create_record", "form": "task", "values": {"title": "Called"}}
KEY = "k" * 40


def address(house: House, flow_id: str) -> str:
    return str(house.ask("POST", f"/flows/{flow_id}/hook")["url"])


def call(url: str) -> dict[str, Any]:
    return {"type": "call_webhook", "url": url, "body": {"hello": "again"}}


@pytest.fixture
def inward(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """Return an installation whose calls reach itself, as they do where its own address may be called."""

    def send(_self: Any, method: str, url: str, *, headers: Any, body: bytes = b"") -> HttpAnswer:
        path = url[url.index("/hooks/") :]
        answer = house.formloom.web.test_client().open(path, method=method, data=body, headers=dict(headers))
        return HttpAnswer(answer.status_code, {}, answer.data)

    monkeypatch.setattr(GuardedHttp, "send", send)
    return house


def begin(house: House, flow_id: str, headers: Any = None) -> None:
    path = address(house, flow_id).partition("/hooks/")[2]
    assert house.formloom.web.test_client().post(f"/hooks/{path}", json={}, headers=headers).status_code == 202
    house.work()


def test_a_flow_that_calls_its_own_hook_runs_once_and_says_why_not_again(inward: House) -> None:
    flow_id = inward.flow("circle", [MARK], HOOK)
    document = inward.ask("GET", f"/definitions/{flow_id}/draft")["document"]
    document["nodes"].append({"id": "n2", **call(address(inward, flow_id))})
    inward.redefine(flow_id, document)
    begin(inward, flow_id)
    assert len(inward.records("task")) == 1
    first, second = inward.runs(flow_id)
    assert (first["state"], second["state"]) == ("done", "skipped")
    assert second["summary"]["en"].startswith("Not run again")


def test_a_chain_of_flows_that_call_each_other_ends_at_the_deepest(inward: House) -> None:
    following: str | None = None
    flows = []
    for number in range(MAX_DEPTH + 2, 0, -1):
        nodes = [MARK, *([call(following)] if following else [])]
        flows.append(inward.flow(f"link_{number}", nodes, HOOK))
        following = address(inward, flows[-1])
    begin(inward, flows[-1])
    assert len(inward.records("task")) == MAX_DEPTH
    (stopped,) = inward.runs(flows[1])
    assert stopped["state"] == "skipped"
    assert f"{MAX_DEPTH} rules" in stopped["summary"]["en"]
    assert inward.runs(flows[0]) == []


def test_a_chain_that_somebody_made_up_counts_for_nothing(inward: House) -> None:
    flow_id = inward.flow("open", [MARK], HOOK)
    forged = causes.told("x" * 40, Cause("hook", (flow_id,) * 20))
    begin(inward, flow_id, forged)
    assert len(inward.records("task")) == 1


def test_what_we_signed_is_read_again_and_nothing_else() -> None:
    cause = Cause("person", ("f1", "f2"))
    header = causes.told(KEY, cause)[causes.HEADER]
    assert causes.read(KEY, header) == cause
    text, _, signature = header.partition(".")
    longer = causes._encoded(json.dumps({"origin": "person", "flows": []}).encode())
    for wrong in (
        None,
        "",
        ".",
        "x",
        text,
        f"{longer}.{signature}",
        f"{text}.{signature[:-2]}",
        f"{text}.é",
        "é.é",
        "." * 5_000,
    ):
        assert causes.read(KEY, wrong) is None
