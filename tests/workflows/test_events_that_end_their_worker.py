"""An event that ends the process of whoever works on it is put aside in the end, and a person can have it run again."""

from datetime import timedelta
from typing import Any

import pytest

from formloom.platform.kernel.ids import new_id
from formloom.platform.storage import tables
from formloom.workflows import dispatcher as dispatching
from formloom.workflows.queries import claims

from .house import House, set_fields

outbox = tables.outbox
DEATHS = dispatching.MAX_ATTEMPTS


class Died(BaseException):
    """A worker is gone: no `except Exception` sees it."""


def _deadly(monkeypatch: pytest.MonkeyPatch, record: str) -> None:
    """Let whoever works on an event of the record die."""
    real = dispatching.Dispatcher._occasion

    def occasion(self: Any, uow: Any, form: Any, row: Any) -> Any:
        if row.record_id == record and row.kind == "record.created":
            raise Died
        return real(self, uow, form, row)

    monkeypatch.setattr(dispatching.Dispatcher, "_occasion", occasion)


def _die(house: House, times: int) -> None:
    """Let one worker after the other take what waits and die of it."""
    for _ in range(times):
        with pytest.raises(Died):
            house.formloom.worker.drain()
        house.clock.advance(claims.LEASE + timedelta(seconds=1))


def _put_aside(house: House, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Return a record whose first event was put aside, and the event's id."""
    house.flow("note", [set_fields(note="done")])
    record = house.ticket("deadly")
    with monkeypatch.context() as deadly:
        _deadly(deadly, record)
        _die(house, DEATHS)
        house.work()
    return record, str(house.rows(outbox, outbox.c.record_id == record, outbox.c.kind == "record.created")[0].id)


def test_it_is_put_aside_after_the_last_death_and_says_why(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    _record, event = _put_aside(house, monkeypatch)
    (row,) = house.rows(outbox, outbox.c.id == event)
    assert (row.state, row.last_error) == ("dead", dispatching.ENDED_ITS_WORKER)
    assert [(one.kind, one.code) for one in house.rows(tables.failures)] == [("event", "worn_out")]


def test_it_takes_no_other_event_with_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.flow("note", [set_fields(note="done")])
    before, record, after = (house.ticket(name) for name in ("before", "deadly", "after"))
    _deadly(monkeypatch, record)
    _die(house, DEATHS)
    house.work()
    assert [house.values(one)["note"] for one in (before, record, after)] == ["done", None, "done"]
    assert [row.record_id for row in house.rows(outbox, outbox.c.state == "dead")] == [record]


def test_later_events_of_its_record_go_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    record, _event = _put_aside(house, monkeypatch)
    house.flow("seen", [set_fields(other="seen")], {"type": "record_updated", "fields": ["hours"]})
    house.change(record, hours="3")
    house.work()
    assert house.values(record)["other"] == "seen"


def test_it_is_listed_and_can_be_run_again_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    record, event = _put_aside(house, monkeypatch)
    (listed,) = house.ask("GET", "/events/dead")["events"]
    assert (listed["id"], listed["kind"], listed["record_id"]) == (event, "record.created", record)
    assert listed["form"]["title"]["en"] == "Ticket"
    house.ask("POST", f"/events/{event}/run-again")
    house.work()
    assert house.values(record)["note"] == "done"
    assert house.ask("GET", "/events/dead")["events"] == []
    answer = house.ask("POST", f"/events/{event}/run-again", ok=False)
    assert (answer.status_code, answer.json["code"]) == (409, "not_dead")


def test_only_administrators_see_it_or_run_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    _record, event = _put_aside(house, monkeypatch)
    house.person("eve")
    for method, path in (("GET", "/events/dead"), ("POST", f"/events/{event}/run-again")):
        assert house.ask(method, path, who="eve", ok=False).status_code == 403
    assert house.ask("POST", f"/events/{new_id()}/run-again", ok=False).status_code == 404
