"""Parts of what a called system answers are kept for later nodes, which wait for it."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from .house import House, Open, flow, set_fields
from .servers import Web, web_server


@pytest.fixture
def web() -> Iterator[Web]:
    with web_server() as running:
        yield running


@pytest.fixture
def house(opened: Open, web: Web) -> House:
    """Return an installation that may call this machine."""
    return opened(FORMLOOM_OUTBOUND_ALLOW=f"127.0.0.1:{web.port},localhost:{web.port}")


def asking(web: Web, *answers: Any) -> dict[str, Any]:
    return {"type": "call_webhook", "url": web.url(), "answers": list(answers)}


NO = {"name": "no", "path": "data.items.0.id", "kind": "text"}
PRICE = {"name": "price", "path": "data.price", "kind": "number"}
WRITE = set_fields(note={"var": "no"}, hours={"var": "price"})


def test_parts_of_an_answer_reach_the_record(house: House, web: Web) -> None:
    web.says.append(orjson.dumps({"data": {"items": [{"id": "A-7"}], "price": 12.5}}))
    flow_id = house.flow("ask", [asking(web, NO, PRICE), WRITE])
    record = house.ticket()
    house.work()
    assert (house.values(record)["note"], house.values(record)["hours"]) == ("A-7", "12.50")
    (run,) = house.runs(flow_id)
    assert run["state"] == "done"
    assert [line["result"] for line in run["trace"]] == ["waiting", "done", "done"]
    assert run["trace"][1]["output"]["answers"] == {"no": "A-7", "price": 12.5}


@pytest.mark.parametrize("said", [b"no JSON", b"[]", b'{"data": {"items": [], "price": {"amount": 1}}}'])
def test_what_an_answer_does_not_have_is_empty(house: House, web: Web, said: bytes) -> None:
    web.says.append(said)
    flow_id = house.flow("ask", [asking(web, NO, PRICE), set_fields(other="went on"), WRITE])
    record = house.ticket(note="before")
    house.work()
    values = house.values(record)
    assert (values["other"], values["note"], values["hours"]) == ("went on", None, None)
    assert house.runs(flow_id)[0]["trace"][1]["output"]["answers"] == {"no": None, "price": None}


def test_a_refused_call_is_a_step_that_failed_and_the_run_goes_on(house: House, web: Web) -> None:
    web.plan.append(404)
    flow_id = house.flow("ask", [asking(web, NO), set_fields(other="went on")])
    record = house.ticket()
    house.work()
    assert house.values(record)["other"] == "went on"
    (run,) = house.runs(flow_id)
    assert run["state"] == "partial"
    assert "HTTP 404" in run["trace"][1]["error"]["en"]


def test_an_answer_is_used_once(house: House, web: Web) -> None:
    """A dead call that a person sends again changes nothing in a run that went on without it."""
    web.plan.append(404)
    flow_id = house.flow("ask", [asking(web, NO), set_fields(note={"var": "no"})])
    record = house.ticket()
    house.work()
    (post,) = house.deliveries("webhook")
    house.ask("POST", f"/deliveries/{post.id}/send-again")
    web.says.append(b'{"data": {"items": [{"id": "late"}]}}')
    house.work()
    assert house.values(record)["note"] is None
    assert len(house.runs(flow_id)[0]["trace"]) == 3


def test_a_rehearsal_does_not_wait_for_an_answer(house: House, web: Web) -> None:
    flow_id = house.flow("ask", [asking(web, NO), set_fields(other="went on")])
    record = house.ticket()
    told = house.ask("POST", f"/flows/{flow_id}/simulate", {"record": record})
    assert [line["result"] for line in told["trace"]] == ["done", "done"]
    assert web.calls == []


def test_names_of_an_answer_are_known_to_later_nodes_alone(house: House, web: Web) -> None:
    nodes = [{"id": "a", **WRITE}, {"id": "b", **asking(web, NO, PRICE)}]
    document = flow(nodes)
    assert {one["field"] for one in house.refused(document)} == {"nodes/0/values/note", "nodes/0/values/hours"}
