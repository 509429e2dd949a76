"""Keeping what was gathered up to date: when a record changes, those that show something of it are gathered again.

This happens after the commit, from the outbox, like flows: a change of one record may reach many others, and those
others further ones. Each is written by the one pipeline, with the house as author: history, formulas, flows follow.
Where too many show something of the record, that would keep everybody else from writing meanwhile: a job computes all
records of their form again instead, in parts and as no change of theirs.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from formloom.platform.definitions.fields.gathering import Gathering
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import System
from formloom.platform.kernel.errors import FormloomError
from formloom.platform.kernel.events import Cause
from formloom.platform.records import recomputing, service
from formloom.platform.records.queries import linked
from formloom.platform.records.record import WriteOptions
from formloom.platform.records.relations.following import followers
from formloom.platform.storage.database import ReadUnit, UnitOfWork

NAME = "relations"
"""Stands in the chain of causes beside the ids of flows, so that circles between forms come to an end."""
MOST = 500
"""So many records follow one change at once; about a second's work."""
HOUSE = System(NAME)


def follow(
    uow: UnitOfWork, form: FormVersion, record_id: str, before: Mapping[str, Any], after: Mapping[str, Any],
    *, cause: Cause, now: datetime, options: WriteOptions,
) -> list[str]:  # fmt: skip
    """Gather again in every record that shows something of a changed one; values as the API shows them.

    Return the jobs that are to be begun after the commit, where there are more than `MOST` of one form.
    """
    wanted: dict[str, tuple[FormVersion, set[str]]] = {}
    for other, _item, gathering in followers(uow, form):
        ids = _affected(uow, other, gathering, record_id, before, after)
        wanted.setdefault(other.form_id, (other, set()))[1].update(ids)
    following = replace(options, cause=cause.by(NAME))
    planned = []
    for other, ids in wanted.values():
        if len(ids) > MOST:
            planned.append(recomputing.again(uow, HOUSE, other, now=now))
            continue
        for one in sorted(ids):
            try:
                with uow.attempt():
                    service.update(uow, HOUSE, other, one, {}, now=now, options=following)
            except FormloomError:  # gone meanwhile, or not to be written now: it is gathered when it is written next
                continue
    return [job_id for job_id in planned if job_id is not None]


def _affected(
    unit: ReadUnit, other: FormVersion, gathering: Gathering, record_id: str,
    before: Mapping[str, Any], after: Mapping[str, Any],
) -> set[str]:  # fmt: skip
    if gathering.through is not None:
        through = other.by_id.get(gathering.through)
        return set(linked.pointing(unit, other, through, record_id, limit=MOST + 1)) if through else set()
    by = gathering.by or ""
    return {one for values in (before, after) for one in _ids(values.get(by))}


def _ids(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())
