"""Carrying values over when the type of a published field changed, in parts of 500 records.

The first part is done by the publication itself, so that a small form is finished at once; what is left is a job that
a process of its own works off. Each part is one transaction that holds the values and how far the job is, so a job
that died goes on where it stood. The old column is never touched: what does not fit stays in it.

A field that goes back to an earlier type finds its earlier column again. What stands there is kept where it still is
the same value (or never fitted, so nobody saw it since), and gives way where the value was changed or cleared in
between. Whatever somebody wrote into the new column after the publication stays.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Actor, System
from formloom.platform.kernel.errors import Conflict
from formloom.platform.records import jobs, recomputing
from formloom.platform.records.conversion import Converter
from formloom.platform.records.house import House
from formloom.platform.records.lookups import clean_context
from formloom.platform.records.queries import conversions as columns_of
from formloom.platform.records.queries import jobs as rows
from formloom.platform.storage.database import ReadUnit, UnitOfWork

KIND = "conversion"
PART = 500


class ConversionUnderWay(Conflict):
    """The values of an earlier change of type are still being carried over."""

    code = "conversion_under_way"
    message = {
        "zh-CN": "上一次类型转换还没有完成，请稍后再发布",
        "en": "Values of an earlier change of type are still being converted; publish again afterwards",
    }


@dataclass(frozen=True, slots=True)
class Part:
    """What one part did. `last` is the id of its last record, empty when nothing is left."""

    last: str = ""
    done: int = 0
    ok: int = 0
    failed: int = 0


def carry_over(
    uow: UnitOfWork, actor: Actor, before: FormVersion, after: FormVersion, changed: Mapping[str, tuple[str, str]],
    *, now: datetime,
) -> str | None:  # fmt: skip
    """Carry over the first part of each changed field and write down a job for the rest; return its id, or None.

    Raises ConversionUnderWay.
    """
    if rows.unfinished(uow, KIND, before.form_id):
        raise ConversionUnderWay
    left: list[dict[str, Any]] = []
    counts = {"done": 0, "ok": 0, "failed": 0}
    total = 0
    for field_id in changed:
        found = convert_part(uow, before, after, field_id, after_id="", since=now)
        counts = {name: counts[name] + getattr(found, name) for name in counts}
        if found.last:
            left.append({"field": field_id, "after": found.last})
            total += columns_of.count(uow, columns_of.pair(before, after, field_id))
        else:
            total += found.done
    if not left:
        return None
    payload = {"before": before.version, "after": after.version, "left": left}
    made = jobs.enqueue(uow, actor, KIND, payload, form_id=before.form_id, total=total, now=now)
    rows.change(uow, made, counts)
    return made


def waiting(unit: ReadUnit, form_id: str) -> str | None:
    """Return the job about a form that waits to be begun, or None."""
    return next((job.id for job in rows.unfinished(unit, KIND, form_id) if job.state == "queued"), None)


def run(house: House, job_id: str) -> None:
    """Carry over what is left of a waiting job; nothing happens when it doesn't wait any more."""
    job = house.db.write(lambda uow: jobs.claim(uow, job_id, now=house.clock.now()))
    if job is None:
        return
    with house.db.read() as unit:
        before = house.catalog.version(unit, job.form_id or "", job.payload["before"])
        after = house.catalog.version(unit, job.form_id or "", job.payload["after"])
    while house.db.write(functools.partial(_step, job_id=job_id, before=before, after=after, now=house.clock.now())):
        pass
    with house.db.read() as unit:
        following = recomputing.waiting(unit, job.form_id or "")
    if following is not None:  # formulas over the new values; they could not be computed before
        recomputing.run(house, following)


def convert_part(
    uow: UnitOfWork, before: FormVersion, after: FormVersion, field_id: str, *, after_id: str, since: datetime
) -> Part:
    """Carry over the next records of one field; `since` is when the change was published."""
    columns = columns_of.pair(before, after, field_id)
    found = columns_of.part(uow, columns, after=after_id, limit=PART)
    ok = failed = 0
    for record_id, target, stored, fits in _planned(uow, before, after, field_id, found, since):
        is_there = fits and (stored == target or columns_of.put(uow, columns, record_id, target, stored))
        ok, failed = ok + is_there, failed + (not is_there)
    return Part(found[-1][0] if len(found) == PART else "", len(found), ok, failed)


def _planned(
    uow: ReadUnit, before: FormVersion, after: FormVersion, field_id: str, found: Any, since: datetime
) -> list[tuple[str, Any, Any, bool]]:
    """Return (id, what the new column holds, what it is to hold, whether nothing stayed behind) of each record."""
    old, new = before.field(field_id), after.field(field_id)
    locale = (after.settings.get("languages") or ["zh-CN"])[0]
    ctx = clean_context(uow, System("convert"), after, now=since, locale=locale, owner="")
    sources = [old.type.from_column(row[1], old.cfg) for row in found]
    targets = [new.type.from_column(row[2], new.cfg) for row in found]
    forth = Converter(uow, old, new, ctx).outcomes(sources)
    back = Converter(uow, new, old, ctx).outcomes(targets) if any(one is not None for one in targets) else None
    planned: list[tuple[str, Any, Any, bool]] = []
    for place, (record_id, _source, target, updated_at) in enumerate(found):
        source, reverse = sources[place], back[place].value if back else None
        if target is not None and (reverse == source or updated_at > since):
            stored, fits = target, True  # the same value, one that never fitted and nobody saw since, or a newer one
        else:
            stored = new.type.to_column(forth[place].value, new.cfg)
            fits = source is None or stored is not None
        planned.append((record_id, target, stored, fits))
    return planned


def _step(uow: UnitOfWork, *, job_id: str, before: FormVersion, after: FormVersion, now: datetime) -> bool:
    """Do the next part; False when the job is at its end or isn't wanted any more."""
    job = rows.find(uow, job_id, lock=True)
    if job is None or job.state != "running":
        return False
    left = list(job.payload["left"])
    if not left:
        rows.change(uow, job_id, {"state": "done", "finished_at": now, "heartbeat_at": now})
        return False
    found = convert_part(uow, before, after, left[0]["field"], after_id=left[0]["after"], since=job.created_at)
    left = [{**left[0], "after": found.last}, *left[1:]] if found.last else left[1:]
    rows.change(uow, job_id, {
        "payload": {**job.payload, "left": left}, "done": job.done + found.done, "ok": job.ok + found.ok,
        "failed": job.failed + found.failed, "heartbeat_at": now,
    })  # fmt: skip
    return True
