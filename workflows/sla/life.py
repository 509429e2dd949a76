"""The life of a record, read back from its history: what it was at each moment, and what was said in between.

The record as it stands is taken back step by step, so what is not written in the history (rows of sub-forms, values
that were computed anew) counts as it is now.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from formloom.platform.definitions.form import FormVersion
from formloom.platform.records.queries.traces import HistoryRow
from formloom.workflows.engine.conditions import clean_values
from formloom.workflows.sla.clock import Moment
from formloom.workflows.sla.policy import Metric, Policy


@dataclass(frozen=True, slots=True)
class Said:
    """Something that was said about a record: `public_reply`, `requester_message` or `member_comment`."""

    event: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """What a record was from `at` on; `values` are clean values. Nothing counts while it lies in the trash."""

    at: datetime
    values: dict[str, Any]
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Life:
    """Everything that clocks depend on, in the order of time."""

    steps: Sequence[Step]
    said: Sequence[Said]


def read_life(
    form: FormVersion,
    values: dict[str, Any],
    history: Iterable[HistoryRow],
    said: Iterable[Said],
    fields: frozenset[str],
) -> Life:
    """Return the life of a record. `values` are its present JSON values, `history` its steps, oldest first."""
    rows = list(history)
    steps: list[Step] = []
    current = {name: values.get(name) for name in fields}
    in_rows = {item.id for item in form.stored if item.rows is not None}
    for place in range(len(rows) - 1, -1, -1):
        row = rows[place]
        steps.append(Step(row.at, clean_values(form, current), row.act == "deleted"))
        for name, sides in row.changes.items():
            if name in current and name not in in_rows and isinstance(sides, list) and len(sides) == 2:
                current[name] = sides[0]
    heard = [Said("requester_message", row.at) for row in rows if row.actor_kind == "public" and row.act == "updated"]
    return Life(steps[::-1], sorted([*said, *heard], key=lambda one: one.at))


def policy_for(policies: Sequence[Policy], life: Life) -> Policy | None:
    """Return the first policy that takes the record as it is now; `policies` are in their order."""
    if not life.steps:
        return None
    last = life.steps[-1]
    return next((policy for policy in policies if policy.takes(last.values, last.at)), None)


def moments(life: Life, metric: Metric) -> list[Moment]:
    """Return what a clock of `metric` has to know of a life."""
    return list(_moments(life, metric))


def _moments(life: Life, metric: Metric) -> Iterator[Moment]:
    said = [one for one in life.said if one.event in {metric.start.event, metric.stop.event}]
    told, last = 0, None
    for step in life.steps:
        while told < len(said) and said[told].at < step.at:
            if last is not None:
                yield _heard(last, said[told], metric)
            told += 1
        now = _moment(step, metric)
        if last is None or replace(now, at=last.at) != last:
            yield now
        last = now
    for one in said[told:]:
        if last is not None:
            yield _heard(last, one, metric)


def _moment(step: Step, metric: Metric) -> Moment:
    values, at = step.values, step.at
    return Moment(
        at, starts=metric.start.holds(values, at), stops=metric.stop.holds(values, at),
        pauses=step.is_gone or metric.pauses(values, at), target=metric.target(values, at),
    )  # fmt: skip


def _heard(last: Moment, said: Said, metric: Metric) -> Moment:
    return replace(last, at=said.at, begun=said.event == metric.start.event, done=said.event == metric.stop.event)
