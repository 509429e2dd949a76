"""Shifts: weekly hours in a time zone, and who works them from when to when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from formloom.platform.access.checking import known_people, wrong
from formloom.platform.access.listed import Listed
from formloom.platform.access.policy import Act, requires
from formloom.platform.access.queries import titled
from formloom.platform.access.queries.people import names
from formloom.platform.access.shift_hours import check_week
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.errors import Invalid
from formloom.platform.kernel.ids import new_id
from formloom.platform.kernel.text import LocalizedText
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import shift_people, shifts

SHIFTS = Listed(shifts, Act.SHIFT_CHANGE, "shift")

Week = Mapping[str, Sequence[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class OnShift:
    """One person on a shift, both days included; without a last day for good."""

    user_id: str
    first_on: date
    last_on: date | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Shift:
    """One shift; `week` is `{"mon": [["09:00", "18:00"]]}`, see `shift_hours`."""

    id: str
    title: LocalizedText
    timezone: str
    week: Week
    people: tuple[OnShift, ...]


@dataclass(frozen=True, slots=True)
class ShiftChange:
    """What shall be different; None leaves as it is."""

    title: LocalizedText | None = None
    timezone: str | None = None
    week: Week | None = None
    people: Sequence[OnShift] | None = None


@requires(Act.SHIFT_LIST)
def list_shifts(unit: ReadUnit, actor: Actor) -> list[Shift]:  # noqa: ARG001 - the guard reads it
    """Return every shift with its people, by their first day."""
    entries = titled.belonging(unit, shift_people)
    named = names(unit, {row.user_id for row in entries})
    working: dict[str, list[OnShift]] = {}
    for row in sorted(entries, key=lambda row: (row.first_on, row.id)):
        entry = OnShift(row.user_id, row.first_on, row.last_on, named[row.user_id])
        working.setdefault(row.shift_id, []).append(entry)
    return [
        Shift(row.id, row.title, row.timezone, row.week, tuple(working.get(row.id, ())))
        for row in titled.everything(unit, shifts)
    ]


@requires(Act.SHIFT_CHANGE)
def create_shift(uow: UnitOfWork, actor: Actor, wanted: ShiftChange, *, now: datetime) -> Shift:
    """Add a shift. Raises Invalid."""
    made = SHIFTS.add(uow, _checked(wanted), now=now)
    return _after(uow, actor, made, wanted, "created", now)


@requires(Act.SHIFT_CHANGE)
def change_shift(uow: UnitOfWork, actor: Actor, shift: str, wanted: ShiftChange, *, now: datetime) -> Shift:
    """Change a shift or who works it. Raises NotFound, Invalid."""
    SHIFTS.change(uow, shift, _checked(wanted))
    return _after(uow, actor, shift, wanted, "changed", now)


@requires(Act.SHIFT_CHANGE)
def delete_shift(uow: UnitOfWork, actor: Actor, shift: str, *, now: datetime) -> None:
    """Delete a shift; nobody is bound by it any more. Raises NotFound."""
    SHIFTS.delete(uow, actor, shift, now=now)


def _checked(wanted: ShiftChange) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if wanted.title is not None:
        values["title"] = dict(wanted.title)
    if wanted.timezone is not None:
        values["timezone"] = wanted.timezone
    if wanted.week is not None:
        if found := list(check_week(wanted.week)):
            raise Invalid(findings=found)
        values["week"] = {day: sorted(list(pair) for pair in pairs) for day, pairs in wanted.week.items() if pairs}
    return values


def _after(uow: UnitOfWork, actor: Actor, shift: str, wanted: ShiftChange, did: str, now: datetime) -> Shift:
    if wanted.people is not None:
        known_people(uow, "people", [one.user_id for one in wanted.people])
        for number, one in enumerate(wanted.people):
            if one.last_on is not None and one.last_on < one.first_on:
                raise wrong(
                    f"people/{number}", "ends_before", "最后一天不能早于第一天", "The last day is before the first"
                )
        titled.replace(uow, shift_people.c.shift_id, shift, [
            {"id": new_id(), "user_id": one.user_id, "first_on": one.first_on, "last_on": one.last_on}
            for one in wanted.people
        ])  # fmt: skip
    SHIFTS.note(uow, actor, shift, did, now=now)
    return next(one for one in list_shifts(uow, actor) if one.id == shift)
