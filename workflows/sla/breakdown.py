"""How well one policy is kept: each of its clocks by period and by what stands in a field, and which records were late.

told = of_policy(unit, catalog, actor, policy_id, Asked(since=…, by="priority"), now=now)
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from formloom.platform.access.policy import Access, Act, demand
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Member
from formloom.platform.kernel.errors import Forbidden, NotFound
from formloom.platform.records.listing import in_words, names_in_groups
from formloom.platform.records.queries.groups import GroupRow
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.definition_store import FormCatalog
from formloom.platform.web.records.shown import moment
from formloom.workflows.engine.words import title_of
from formloom.workflows.queries import runs
from formloom.workflows.queries import sla as rows
from formloom.workflows.queries.sla import Timed
from formloom.workflows.sla.figures import Figures

Bucket = Literal["day", "week", "month"]
GROUPED_BY = ("choice", "user")
"""What a field holds whose values tell whom or what figures are about."""
MOST_LATE = 100
_DAILY, _WEEKLY = timedelta(days=31), timedelta(days=182)


@dataclass(frozen=True, slots=True)
class Asked:
    """Clocks that started since when, all of them if None; `by` a field of the form; which clock's late records."""

    since: datetime | None = None
    by: str | None = None


def of_policy(
    unit: ReadUnit, catalog: FormCatalog, actor: Member, policy_id: str, asked: Asked, *, now: datetime
) -> dict[str, Any]:
    """Return `policy`, `fields` to group by, `bucket` and for each clock its figures, periods, groups and late records.

    Raises NotFound, Forbidden to whom not all of the form's records and fields are open: figures tell about them all.
    """
    definition = store.find(unit, policy_id)
    demand(unit, actor, Act.APP_OPEN, app=definition.app_id)
    document = store.published_document(unit, definition.app_id, "sla", definition.key)
    if definition.kind != "sla" or document is None:
        raise NotFound
    form = catalog.in_app(unit, definition.app_id, str(document.get("form")))
    if not Access.of(unit, actor).reads_wholly(form):
        raise Forbidden
    fields = [item for item in form.stored if form.value_kinds().get(item.id) in GROUPED_BY]
    priority = document.get("priority_field")
    by = asked.by if asked.by in {item.id for item in fields} else None
    clocks = rows.timed(unit, form, definition.id, asked.since, by)
    first = min((one.started_at for one in clocks), default=now)
    bucket = _bucket(now - (asked.since or first))
    policy = {"id": definition.id, "key": definition.key, "title": document.get("title") or {}}
    judged = [_Judged(one, _is_late(one, now), _begin(one.started_at, bucket, form.zone)) for one in clocks]
    return {
        "policy": policy, "form": form.key, "bucket": bucket, "by": by, "is_cut": len(clocks) == rows.MOST_DURATIONS,
        "fields": [
            {"id": item.id, "label": item.label, "is_priority": item.id == priority} for item in fields
        ],
        "metrics": [
            _metric(unit, actor, form, policy, metric, [one for one in judged if one.clock.metric == metric["id"]], by)
            for metric in document.get("metrics") or ()
        ],
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Judged:
    clock: Timed
    is_late: bool
    period: date


def _metric(
    unit: ReadUnit, actor: Member, form: FormVersion, policy: Mapping[str, Any], metric: Mapping[str, Any],
    clocks: list[_Judged], by: str | None,
) -> dict[str, Any]:  # fmt: skip
    def figures(some: Iterable[_Judged]) -> Figures:
        made = Figures(policy, metric["id"], metric.get("title") or {}, metric["kind"])
        for one in some:
            made.count(one.clock.state, is_late=one.is_late)
            if one.clock.state == "stopped":
                made.elapsed_s.append(one.clock.elapsed_s)
        return made

    periods = sorted({one.period for one in clocks})
    late = sorted((one.clock for one in clocks if one.is_late), key=lambda one: (one.due_at, one.record_id))
    return {
        **figures(clocks).dump(),
        "periods": [
            {"from": day.isoformat(), **_short(figures(one for one in clocks if one.period == day))} for day in periods
        ],
        "groups": _groups(unit, actor, form, clocks, by, figures) if by else [],
        "late": _late(unit, actor, form, late[::-1][:MOST_LATE]),
    }  # fmt: skip


def _groups(
    unit: ReadUnit, actor: Member, form: FormVersion, clocks: list[_Judged], by: str, figures: Any
) -> list[dict[str, Any]]:
    values = {one.clock.group for one in clocks}
    names = names_in_groups(unit, actor, form, [GroupRow({by: one}, []) for one in values if one], actor.locale)
    item = form.field(by)
    told = [
        {"value": value, "label": in_words(item, value, actor.locale, names) if value else None,
         **_short(figures(one for one in clocks if one.clock.group == value))}
        for value in values
    ]  # fmt: skip
    return sorted(told, key=lambda one: (one["attainment"] is None, one["attainment"] or 0, str(one["label"])))


def _late(unit: ReadUnit, actor: Member, form: FormVersion, clocks: list[Timed]) -> list[dict[str, Any]]:
    values = runs.values_of(unit, form, [one.record_id for one in clocks])
    return [
        {
            "record": one.record_id, "title": title_of(form, values[one.record_id], actor.locale), "state": one.state,
            "started_at": moment(one.started_at), "due_at": moment(one.due_at) if one.due_at else None,
            "stopped_at": moment(one.stopped_at) if one.stopped_at else None, "within_s": one.within_s,
            "elapsed_s": one.elapsed_s,
        }
        for one in clocks
        if one.record_id in values
    ]  # fmt: skip


def _short(figures: Figures) -> dict[str, Any]:
    told = figures.dump()
    kept = ("attainment", "met", "missed", "overdue", "open", "paused", "median_s", "p90_s")
    return {name: told[name] for name in kept}


def _is_late(clock: Timed, now: datetime) -> bool:
    return clock.is_breached or (clock.state == "running" and clock.due_at is not None and clock.due_at < now)


def _bucket(span: timedelta) -> Bucket:
    return "day" if span <= _DAILY else "week" if span <= _WEEKLY else "month"


def _begin(at: datetime, bucket: Bucket, zone: ZoneInfo) -> date:
    day = at.astimezone(zone).date()
    if bucket == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if bucket == "week" else day
