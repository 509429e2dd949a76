"""Seats: options and time slots that only so many records may have, and the line of those who wait for one.

    seats.take(uow, form, cleaned)                    # before storing: gives seats, a place in the line, or a finding
    seats.move_up(uow, form, before, ctx, now=now)    # after a seat was left: whoever is first gets it

A seat is held by every living record with that value, whoever wrote it; so it is free again as soon as the record is
deleted or changed. Giving one takes the field's lock and counts, so two submissions never get the last one.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from formloom.platform.definitions.fields.base import CleanContext
from formloom.platform.definitions.fields.messages import SEAT_TAKEN
from formloom.platform.definitions.form import Cleaned, Field, FormVersion
from formloom.platform.kernel.errors import Finding
from formloom.platform.kernel.text import LOCALES, fill
from formloom.platform.records.queries import rows
from formloom.platform.records.queries import seats as queries
from formloom.platform.records.record import Record
from formloom.platform.storage.database import ReadUnit, UnitOfWork

Promotion = tuple[Record, Record, tuple[str, ...]]
"""A record before and after it got its seat, and which fields changed."""


def limited(form: FormVersion) -> list[tuple[Field, Field | None]]:
    """Return the fields whose values have seats, each with the field of its line if there is one."""
    lines = {str(item.cfg["for_field"]): item for item in form.stored if item.type.leads_line}
    return [(item, lines.get(item.id)) for item in form.stored if item.type.seats(item.cfg)]


def take(unit: ReadUnit, form: FormVersion, cleaned: Sequence[Cleaned], *, before: Record | None = None) -> None:
    """Give each of the values its seat, in their order; where none is left, a place in the line or a finding.

    `before` is the record that is being changed: what it has already needs no new seat.
    """
    for item, line in limited(form):
        held = item.type.seats(item.cfg).taken_by(before.values.get(item.id)) if before else frozenset()
        wanted = [(one, _new(item, one.values, held)) for one in cleaned if item.id in one.values]
        if line is not None and before is not None:
            for one, new in wanted:
                if new or not item.type.seats(item.cfg).taken_by(one.values[item.id]):
                    one.values[line.id] = None
        if any(new for _one, new in wanted):
            _give(unit, form, item, line, wanted, but=before.id if before else None)


def _new(item: Field, values: Mapping[str, Any], held: frozenset[Any]) -> frozenset[Any]:
    return item.type.seats(item.cfg).taken_by(values.get(item.id)) - held


def _give(
    unit: ReadUnit, form: FormVersion, item: Field, line: Field | None,
    wanted: Iterable[tuple[Cleaned, frozenset[Any]]], *, but: str | None,
) -> None:  # fmt: skip
    if isinstance(unit, UnitOfWork):
        queries.lock(unit, form, item)
    asked = sorted({one for _cleaned, new in wanted for one in new}, key=str)
    found = {one: list(both) for one, both in queries.counts(unit, form, item, asked, line, but=but).items()}
    seats = item.type.seats(item.cfg)
    for cleaned, new in wanted:
        full = [one for one in new if found[one][0] >= (seats.of(one) or 0) or found[one][1]]
        if not full:
            for one in new:
                found[one][0] += 1
        elif line is not None:
            found[full[0]][1] += 1
            cleaned.values[line.id] = found[full[0]][1]
        else:
            cleaned.findings.extend(_full(item, one) for one in full)


def move_up(
    uow: UnitOfWork, form: FormVersion, before: Record | None, ctx: CleanContext, *, now: datetime
) -> list[Promotion]:
    """Give the seats that are free to those who wait, in their order, and close the gaps in the line.

    Looks at what `before` had; at everything that is waited for when it is None.
    """
    found: list[Promotion] = []
    for item, line in limited(form):
        if line is None:
            continue
        if before is None:
            ones = queries.waited_for(uow, form, item, line)
        else:
            ones = list(item.type.seats(item.cfg).taken_by(before.values.get(item.id)))
        for one in ones:
            found += _settle(uow, form, item, line, one, ctx, now)
    return found


def _settle(
    uow: UnitOfWork, form: FormVersion, item: Field, line: Field, one: Any, ctx: CleanContext, now: datetime
) -> list[Promotion]:
    queries.lock(uow, form, item)
    queue = queries.waiting(uow, form, item, line, one)
    if not queue:
        return []
    quota = item.type.seats(item.cfg).of(one)
    taken = queries.counts(uow, form, item, [one], line)[one][0]
    free = len(queue) if quota is None else max(0, quota - taken)
    places = [(record_id, place) for place, (record_id, had) in enumerate(queue[free:], 1) if had != place]
    queries.put_places(uow, form, line, places)
    return [_promoted(uow, form, line, record_id, ctx, now) for record_id, _place in queue[:free]]


def _promoted(
    uow: UnitOfWork, form: FormVersion, line: Field, record_id: str, ctx: CleanContext, now: datetime
) -> Promotion:
    before = rows.read_one(uow, form, record_id, lock=True)
    assert before is not None, "its row was just read under the lock"  # noqa: S101 - the lock holds it
    values = {**before.values, line.id: None}
    values |= form.computed(values, ctx)
    changed = {name: value for name, value in values.items() if value != before.values.get(name)}
    rows.change(uow, form, before, changed, by=None, now=now)
    after = Record(before.id, before.form_id, before.rev + 1, values, before.created_at, before.created_by, now, None)
    return before, after, tuple(changed)


def _full(item: Field, one: Any) -> Finding:
    value = one if item.type.seats(item.cfg).one_only else (one,)
    message = {
        locale: fill(SEAT_TAKEN, locale, {"option": item.type.display(value, item.cfg, locale)}) for locale in LOCALES
    }
    return Finding("option_full", message, field=item.id)
