"""From the outbox to the flows: each event leads to one run of each flow, whoever dispatches and whatever dies."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from formloom.platform.kernel.errors import NotFound
from formloom.platform.storage import tables
from formloom.workflows import dispatcher as dispatching
from formloom.workflows.desks import LiveDesk
from formloom.workflows.queries import claims
from tests.waiting import PATIENCE_S

from .house import House, both, flow, set_fields

outbox, runs, steps = tables.outbox, tables.flow_runs, tables.flow_steps


class Died(BaseException):
    """A worker is gone: no `except Exception` sees it."""


def _dies_once(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, fault: BaseException, *, after: bool) -> None:
    """Let the first call of `owner.name` raise, before or after it did its work."""
    real: Callable[..., Any] = getattr(owner, name)
    left = [fault]

    def broken(*args: Any, **more: Any) -> Any:
        if not left:
            return real(*args, **more)
        if after:
            real(*args, **more)
        raise left.pop()

    monkeypatch.setattr(owner, name, broken)


def _count(house: House, flow_id: str) -> Counter[str]:
    return Counter(row.event_id for row in house.rows(runs, runs.c.flow_id == flow_id))


def test_several_workers_at_once_run_each_event_once(house: House) -> None:
    add = {"type": "create_record", "form": "task", "values": {"title": "Look", "ticket": {"record": "id"}}}
    flow_id = house.flow("look", [add, {"type": "add_comment", "text": both("Seen")}])
    made = [house.ticket(f"No {number}") for number in range(24)]
    workers = [house.formloom.worker, *(house.another_process().worker for _ in range(2))]
    faults: list[Exception] = []
    start = threading.Barrier(6)

    def dispatch(worker: Any) -> None:
        try:
            start.wait()
            for _ in range(30):
                worker.dispatcher.dispatch()
        except Exception as fault:  # noqa: BLE001 - told below, in the test's own thread
            faults.append(fault)

    threads = [threading.Thread(target=dispatch, args=(worker,)) for worker in workers for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert faults == []
    assert {row.state for row in house.rows(outbox)} == {"done"}
    assert sorted(_count(house, flow_id).values()) == [1] * 24
    assert Counter(one["values"]["ticket"] for one in house.records("task")) == Counter(made)


@pytest.mark.parametrize("step", ["finish", "add_step"])
def test_a_worker_that_dies_between_effect_and_mark_leaves_nothing_half_done(
    house: House, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    owner = claims if step == "finish" else dispatching.runs
    flow_id = house.flow("look", [{"type": "create_record", "form": "task", "values": {"title": "Look"}}])
    house.ticket()
    _dies_once(monkeypatch, owner, step, Died(), after=step == "add_step")
    with pytest.raises(Died):
        house.formloom.worker.dispatcher.dispatch()
    assert (house.rows(runs), house.records("task")) == ([], [])
    second = house.another_process().worker
    second.dispatcher.dispatch()
    assert house.rows(runs) == [], "the dead worker's lease still holds"
    house.clock.advance(claims.LEASE + timedelta(seconds=1))
    second.drain()
    assert [row.state for row in house.rows(runs, runs.c.flow_id == flow_id)] == ["done"]
    assert len(house.records("task")) == 1


def test_a_worker_that_comes_back_after_its_lease_does_nothing_a_second_time(house: House) -> None:
    house.flow("look", [{"type": "create_record", "form": "task", "values": {"title": "Look"}}])
    house.ticket()
    slow, quick = house.formloom.worker.dispatcher, house.another_process().worker
    _taken, rows = house.db.write(slow._claim)
    house.clock.advance(claims.LEASE + timedelta(seconds=1))
    quick.drain()
    slow._work_on(rows)
    assert len(rows) == 1
    assert len(house.records("task")) == 1
    assert [row.state for row in house.rows(runs, runs.c.record_id == rows[0].record_id)] == ["done"]
    assert [(row.state, row.last_error) for row in house.rows(outbox, outbox.c.id == rows[0].id)] == [("done", None)]


def test_a_step_that_fails_is_undone_alone_and_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    flow_id = house.flow("two", [{"type": "add_comment", "text": both("half")}, set_fields(other="whole")])
    record = house.ticket()
    _dies_once(monkeypatch, LiveDesk, "add_comment", NotFound(), after=True)
    house.work()
    assert house.rows(tables.comments) == []
    assert house.values(record)["other"] == "whole"
    (run,) = house.runs(flow_id)
    assert run["state"] == "partial"
    assert [line["result"] for line in run["trace"]] == ["failed", "done"]
    assert all(run["trace"][0]["error"][locale] for locale in ("zh-CN", "en"))
    assert all(run["summary"][locale] for locale in ("zh-CN", "en"))


def test_a_flow_that_breaks_does_not_stop_the_others(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = house.flow("broken", [{"type": "add_comment", "text": both("x")}])
    sound = house.flow("sound", [set_fields(note="done")])
    monkeypatch.setattr(LiveDesk, "add_comment", lambda *_: 1 / 0)
    record = house.ticket()
    house.work()
    assert [run["state"] for run in house.runs(broken)] == ["failed"]
    assert "ZeroDivisionError" in house.runs(broken)[0]["error"]
    assert [run["state"] for run in house.runs(sound)] == ["done"]
    assert house.values(record)["note"] == "done"


def test_a_deadlock_of_the_database_is_no_failure_of_the_flow(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    flow_id = house.flow("note", [set_fields(note="done")])
    record = house.ticket()
    locked = OperationalError("UPDATE", {}, Exception("deadlock detected"))
    _dies_once(monkeypatch, LiveDesk, "change_record", locked, after=False)
    house.work()
    house.clock.advance(timedelta(minutes=5))
    house.work()
    assert [run["state"] for run in house.runs(flow_id)] == ["done"]
    assert house.values(record)["note"] == "done"


def test_an_event_that_can_never_be_worked_on_is_put_aside_after_the_last_try(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.flow("note", [set_fields(note="done")])
    record, other = house.ticket("stuck"), house.ticket("free")
    real = dispatching.Dispatcher._occasion

    def broken(self: Any, uow: Any, form: Any, row: Any) -> Any:
        if row.record_id == record:
            raise ValueError("unreadable")
        return real(self, uow, form, row)

    monkeypatch.setattr(dispatching.Dispatcher, "_occasion", broken)
    tries = []
    for _ in range(dispatching.MAX_ATTEMPTS + 2):
        house.work()
        (row,) = house.rows(outbox, outbox.c.record_id == record, outbox.c.kind == "record.created")
        tries.append((row.state, row.attempts))
        house.clock.advance(timedelta(minutes=10))
    assert house.values(other)["note"] == "done"
    assert tries[0] == ("new", 1)
    assert tries[-1] == ("dead", dispatching.MAX_ATTEMPTS)
    (row,) = house.rows(outbox, outbox.c.record_id == record)
    assert "unreadable" in row.last_error


def test_events_of_one_record_are_worked_on_in_their_order(house: House) -> None:
    changed = {"type": "record_updated", "fields": ["note"]}
    copy = {"type": "create_record", "form": "task", "values": {"title": {"ref": "note"}}}
    house.flow("copy", [copy], changed)
    first, second = house.ticket("a"), house.ticket("b")
    for number in range(6):
        house.change(first, note=f"a{number}")
        house.change(second, note=f"b{number}")
    workers = [house.formloom.worker, house.another_process().worker]
    for number in range(20):
        workers[number % 2].dispatcher.dispatch()
    titles = [one["values"]["title"] for one in sorted(house.records("task"), key=lambda one: str(one["id"]))]
    assert [title for title in titles if title[0] == "a"] == [f"a{number}" for number in range(6)]
    assert [title for title in titles if title[0] == "b"] == [f"b{number}" for number in range(6)]


def test_while_an_event_of_a_record_is_held_the_next_one_of_it_waits(house: House) -> None:
    house.flow("note", [set_fields(other="seen")], {"type": "record_updated", "fields": ["note"]})
    record, free = house.ticket("held"), house.ticket("free")
    house.work()
    house.change(record, note="1")
    house.change(record, note="2")
    _taken, held = house.db.write(house.formloom.worker.dispatcher._claim)
    house.change(free, note="3")
    house.another_process().worker.drain()
    assert [row.record_id for row in held] == [record]
    assert house.values(record)["other"] is None
    assert house.values(free)["other"] == "seen"


def test_occasions_without_a_record_do_not_wait_for_each_other(house: House) -> None:
    hook = {"type": "webhook"}
    flow_id = house.flow("hook", [{"type": "create_record", "form": "task", "values": {"title": "Hooked"}}], hook)
    address = house.ask("POST", f"/flows/{flow_id}/hook")["url"].rpartition("/")[2]
    for _ in range(2):
        assert house.formloom.web.test_client().post(f"/hooks/{address}", json={}).status_code == 202
    held = house.rows(outbox, outbox.c.kind == "flow.webhook")[0].id
    house.db.write(lambda uow: claims.put_off(uow, held, house.clock.now() + timedelta(hours=1), "later"))
    house.work()
    assert len(house.records("task")) == 1


def test_a_flow_runs_with_the_version_that_is_published_when_it_runs(house: House) -> None:
    flow_id = house.flow("note", [set_fields(note="old")])
    first = house.ticket()
    house.work()
    house.redefine(flow_id, flow([set_fields(note="new")]))
    second = house.ticket()
    house.work()
    assert [house.values(one)["note"] for one in (first, second)] == ["old", "new"]
    assert [run["version"] for run in house.runs(flow_id)] == [1, 2]


def test_a_flow_that_is_switched_off_does_not_run(house: House) -> None:
    flow_id = house.flow("note", [set_fields(note="done")], enabled=False)
    house.ticket()
    house.work()
    assert house.runs(flow_id) == []
