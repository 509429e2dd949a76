"""What the clock does with tasks and processes that wait."""

from datetime import timedelta

import pytest

from .house import House
from .office import act, approve, asked, box, process, start, state


@pytest.mark.parametrize(
    ("then", "outcome", "who"),
    [
        ("pass", "approved", set()),
        ("reject", "rejected", set()),
        ("remind", "running", {"cyd"}),
        ("return", "running", {"bob"}),
    ],
)
def test_a_late_task(office: House, then: str, outcome: str, who: set[str]) -> None:
    late = {"after": "PT24H", "remind_before": "PT2H", "then": then}
    process(office, [approve("a", "bob"), approve("b", "cyd", timeout=late)])
    run = start(office)
    act(office, "bob")
    assert box(office, "cyd")[0]["due_at"] is not None
    office.clock.advance(timedelta(hours=22, minutes=1))
    office.work()
    assert (state(office, run), asked(office)) == ("running", {"cyd"})
    office.clock.advance(timedelta(hours=2))
    office.work()
    assert (state(office, run), asked(office)) == (outcome, who)
    reminders = [one for one in office.ask("GET", f"/processes/{run}")["log"] if one["did"] == "reminded"]
    assert len(reminders) == (2 if then == "remind" else 1)


def test_a_late_task_goes_to_the_supervisor(office: House) -> None:
    process(office, [approve("a", "bob", timeout={"after": "P1D", "then": "escalate", "to": [{"users": ["eve"]}]})])
    run = start(office)
    office.clock.advance(timedelta(hours=25))
    office.work()
    assert asked(office) == {"eve"}
    act(office, "eve")
    assert state(office, run) == "approved"


def test_a_run_waits_for_a_time(office: House) -> None:
    process(office, [{"id": "d", "type": "delay", "after": "PT2H"}, approve("a", "bob")])
    start(office)
    assert asked(office) == set()
    office.clock.advance(timedelta(hours=2, seconds=1))
    office.work()
    assert asked(office) == {"bob"}
