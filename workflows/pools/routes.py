"""Pools over HTTP: the hall, what lies in a pool, taking, giving, putting back, and how it stands with a record."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from formloom.platform.access.policy import Act
from formloom.platform.kernel.errors import FormloomError
from formloom.platform.records import listing
from formloom.platform.storage.database import ReadUnit
from formloom.platform.web.problems import STATUS
from formloom.platform.web.records.routes import chosen_of, query_of
from formloom.platform.web.records.shown import moment, shown
from formloom.platform.web.route import Api, Call, path_id
from formloom.workflows.pools import claiming, hall
from formloom.workflows.pools.claiming import Outcome
from formloom.workflows.pools.hall import Place
from formloom.workflows.pools.policy import days_of
from formloom.workflows.pools.rules import cooled_down_at, days_left, left
from formloom.workflows.pools.schemas import HallQuery, PoolAssignBody, PoolClaimBody, PoolListQuery, PoolReturnBody
from formloom.workflows.queries import pools as rows
from formloom.workflows.queries.pools import EntryRow, LogRow
from formloom.workflows.queries.sla import app_of

api = Api("pools")


@api.get("/pools", act=Act.POOL_LIST, query=HallQuery())
def list_pools(call: Call) -> object:
    """List the pools that the caller sees, with how much lies in each and what he may still take."""
    with call.db.read() as unit:
        app_id = app_of(unit, call.query["app"]) if call.query.get("app") else None
        found = hall.places(unit, call.member, call.runtime.catalog, app_id=app_id)
        titles = rows.app_titles(unit, {place.form.app_id for place in found})
        return {"pools": [_pool(unit, call, place, titles) for place in found]}


@api.get("/pools/<pool>/records", act=Act.POOL_READ, query=PoolListQuery())
def list_pool_records(call: Call, pool: str) -> object:
    """List what lies in a pool, masked values apart, or what the caller holds of it."""
    mine = call.query["box"] == "mine"
    with call.db.read() as unit:
        query = replace(query_of(call), with_rows=frozenset())
        place, page, readable = hall.page(unit, call.member, call.runtime.catalog, path_id(pool), query, mine=mine)
        fields = chosen_of(call, place.form, readable)
        names = listing.names_in(unit, call.actor, place.form, page.records, readable, call.locale)
        entries = hall.entries(unit, [record.id for record in page.records])
        gave_up = rows.gave_up(unit, call.member.user_id, entries) if not mine else {}
        people = hall.names(unit, [entry.from_id for entry in entries.values()])
        days = days_of(unit, place.form, place.pool)
        told = []
        for record in page.records:
            entry = entries.get(record.id)
            until = cooled_down_at(place.pool.terms, gave_up.get(record.id), days)
            about = _entry(entry, call.now) if entry else None
            told.append({
                **shown(place.form, record, fields), "entry": about,
                "masked": {} if mine else hall.masked(unit, call.member, place, record, call.locale),
                "cooling_until": moment(until) if until and until > call.now else None,
            })  # fmt: skip
    answer = {"records": told, "next": page.next, "count": page.count, **names.dump()}
    answer["people"] = {**answer["people"], **people}
    return answer


@api.post("/pools/<pool>/claim", act=Act.POOL_CLAIM, body=PoolClaimBody())
def claim(call: Call, pool: str) -> object:
    """Take records out of a pool; each that can't be taken says why."""
    return _done(
        call, pool,
        lambda uow: claiming.claim(
            uow, call.member, call.runtime, path_id(pool), call.body["records"], now=call.now
        ),
    )  # fmt: skip


@api.post("/pools/<pool>/assign", act=Act.POOL_ASSIGN, body=PoolAssignBody())
def assign(call: Call, pool: str) -> object:
    """Give records of a pool to somebody."""
    return _done(
        call, pool,
        lambda uow: claiming.assign(
            uow, call.member, call.runtime, path_id(pool), call.body["records"], call.body["to"], now=call.now
        ),
    )  # fmt: skip


@api.post("/pools/<pool>/return", act=Act.POOL_RETURN, body=PoolReturnBody())
def put_back(call: Call, pool: str) -> object:
    """Put records back into a pool, with a reason."""
    return _done(
        call, pool,
        lambda uow: claiming.put_back(
            uow, call.member, call.runtime, path_id(pool), call.body["records"], call.body["reason"], now=call.now
        ),
    )  # fmt: skip


@api.get("/forms/<form>/records/<record_id>/pool", act=Act.POOL_READ)
def read_standing(call: Call, form: str, record_id: str) -> object:
    """Tell how it stands with one record: in which pool it lies, when it goes back, and how it came here."""
    with call.db.read() as unit:
        found = call.runtime.catalog.find(unit, form)
        standing = hall.standing(unit, call.member, found, path_id(record_id), now=call.now)
        if standing is None:
            return {"pool": None, "entry": None, "log": [], "people": {}}
        mine = standing.owner_id == call.member.user_id
        ids = [one for row in standing.log for one in (row.by_id, row.from_id, row.to_id)]
        people = hall.names(unit, [*ids, standing.owner_id])
    ahead, place = standing.ahead, standing.place
    due_at, until = ahead.due_at, ahead.protected_until
    is_kept = until is not None and until > call.now
    return {
        "pool": _name(place), "owner": standing.owner_id,
        "entry": _entry(standing.entry, call.now) if standing.entry else None,
        "due_at": moment(due_at) if due_at else None, "due_why": ahead.why,
        "days_left": days_left(due_at, call.now) if due_at else None,
        "is_warned": ahead.warned_by(call.now) is not None,
        "protected_until": moment(until) if until and is_kept else None,
        "may_claim": standing.owner_id is None and place.may_claim,
        "may_return": standing.owner_id is not None and (mine or (place.may_manage and not is_kept)),
        "may_assign": standing.owner_id is None and place.may_manage,
        "log": [_step(row) for row in standing.log], "people": people,
    }  # fmt: skip


def _done(call: Call, pool: str, work: Any) -> object:
    outcomes: list[Outcome] = call.db.write(work)
    call.runtime.wake()
    with call.db.read() as unit:
        place = hall.enter(unit, call.member, call.runtime.catalog, pool, as_owner=True)
        used = _limits(unit, call, place)
    return {"results": [_outcome(one, call.locale) for one in outcomes], "limits": used}


def _outcome(outcome: Outcome, locale: str) -> dict[str, Any]:
    fault: FormloomError | None = outcome.fault
    if fault is None:
        return {"id": outcome.record_id, "status": 200}
    numbers = {name: value for name, value in fault.params.items() if isinstance(value, (int, str))}
    words = "；".join(found.words(locale) for found in fault.findings) or fault.words(locale)
    return {
        "id": outcome.record_id,
        "status": STATUS[fault.kind],
        "code": fault.code,
        "message": words,
        "params": numbers,
    }


def _pool(unit: ReadUnit, call: Call, place: Place, titles: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    document = place.pool.document
    terms = place.pool.terms
    return {
        **_name(place), "app": titles.get(place.form.app_id), "count": hall.count(unit, place, call.now),
        "form": {"id": place.form.form_id, "key": place.form.key, "title": dict(place.form.title)},
        "owner": place.pool.owner, "mode": place.pool.mode, "may_claim": place.may_claim,
        "may_manage": place.may_manage, "batch": place.pool.batch, "limits": _limits(unit, call, place),
        "masked": sorted(place.pool.masked), "warn": list(terms.warnings),
        "terms": {
            "cool_down_days": terms.cool_down, "protection_days": terms.protection,
            "unfollowed_days": terms.unfollowed, "unwon_days": terms.unwon, "owner_left": terms.owner_left,
        },
        "calendar": document.get("calendar"),
    }  # fmt: skip


def _limits(unit: ReadUnit, call: Call, place: Place) -> dict[str, Any]:
    terms, me = place.pool.terms, call.member.user_id
    taken = claiming.taken_today(unit, place, me, call.now)
    held = claiming.held_now(unit, place, me, call.now)
    return {
        "per_day": terms.per_day, "taken_today": taken, "left_today": left(terms.per_day, taken),
        "holding": terms.holding, "held": held, "left_holding": left(terms.holding, held),
    }  # fmt: skip


def _name(place: Place) -> dict[str, Any]:
    definition = place.pool.definition
    return {"id": definition.id, "key": definition.key, "title": dict(definition.title or {})}


def _entry(entry: EntryRow, now: datetime) -> dict[str, Any]:
    is_kept = entry.protected_until is not None and entry.protected_until > now
    return {
        "since": moment(entry.since), "why": entry.why, "from": entry.from_id, "recycled": entry.recycled,
        "due_at": moment(entry.due_at) if entry.due_at else None, "due_why": entry.due_why,
        "days_left": days_left(entry.due_at, now) if entry.due_at else None,
        "protected_until": moment(entry.protected_until) if entry.protected_until and is_kept else None,
    }  # fmt: skip


def _step(row: LogRow) -> dict[str, Any]:
    return {
        "did": row.did, "at": moment(row.at), "by": row.by_id, "from": row.from_id, "to": row.to_id, "why": row.why,
        "note": row.note,
    }  # fmt: skip
