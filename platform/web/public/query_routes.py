"""Public query pages over HTTP. They tell nobody whether there is a record that he did not find.

Every question takes the same least time, and nothing found reads the same whatever was typed. Who asks too often, or
a link that is asked too often in vain, waits.

Taking the same time means waiting, and who waits keeps a thread of the server. So only a few questions are answered at
once; one more is turned away before anything is looked up, and a flood of questions leaves the forms alone.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Response, redirect, request
from itsdangerous import BadData, URLSafeSerializer

from formloom.platform.access.policy import Act
from formloom.platform.kernel.actors import Opened, Public
from formloom.platform.kernel.errors import NotFound, TooMany
from formloom.platform.records import listing, lookup, own_links, service
from formloom.platform.records.listing import Names
from formloom.platform.records.lookup import QuerySettings
from formloom.platform.records.own_links import Terms
from formloom.platform.records.record import Record
from formloom.platform.web.public import other_pages, own_pages, query_pages, visits
from formloom.platform.web.public.query_pages import Found
from formloom.platform.web.public.visits import Visit
from formloom.platform.web.route import Api, Call
from formloom.platform.web.security import rates

api = Api("queries", prefix="")
MAX_BYTES = 10_000
LEAST_S = 0.15
AT_ONCE = 4
"""So many questions are answered at the same moment: a quarter of the threads of a server."""
_PLACES = threading.BoundedSemaphore(AT_ONCE)
TRIES = "10 per 10 minute"
IN_VAIN = "300 per hour"
TICKET_S = 900
_SALT = "query-ticket"


@api.post(
    "/f/<token>/query", act=Act.PUBLIC_FORM_READ, who="anyone", takes="any", max_bytes=MAX_BYTES, gives="text/html",
    errors=(403, 404, 429),
)  # fmt: skip
def ask(call: Call, token: str) -> object:
    """Find records by what was typed."""
    visit = visits.begin(call, token, sent=request.form, purpose="query")
    if (shut := query_pages.shut(visit)) is not None:
        return shut
    if not visit.is_unlocked:
        return other_pages.locked(visit)
    if "_lang" in request.form:
        return query_pages.show(visit, typed=request.form)
    try:
        with _in_its_time():
            return _answered(visit, request.form)
    except TooMany as fault:
        answer = query_pages.show(visit, typed=request.form, fault=fault)
        answer.headers["Retry-After"] = str(fault.params.get("retry_after_s", 60))
        return answer


@contextmanager
def _in_its_time() -> Iterator[None]:
    """Let what is done inside take the least time, found or not. Raises TooMany when too many wait."""
    if not _PLACES.acquire(blocking=False):
        raise TooMany(retry_after_s=1)
    began = time.monotonic()
    try:
        yield
        time.sleep(max(0.0, LEAST_S - (time.monotonic() - began)))
    finally:
        _PLACES.release()


@api.post(
    "/f/<token>/query/change", act=Act.FORM_SUBMIT, who="visitor", takes="any", max_bytes=MAX_BYTES, gives="text/html",
    status=303, errors=(403, 404, 429),
)  # fmt: skip
def change_found(call: Call, token: str) -> object:
    """Lead on to changing a record that was just found, by a link of its own."""
    visit = visits.begin(call, token, sent=request.form, purpose="query")
    visit.ensure_unlocked()
    rates().spend(TRIES, "query-change", visit.link.token, visit.network)
    settings, terms = QuerySettings.of(visit.link.query), Terms.of(visit.form)
    record_id = _read_ticket(visit, request.form.get("ticket", ""))
    if not visit.link.is_open or not settings.edit or not settings.is_open(visit.now) or terms is None:
        raise NotFound
    secret = own_links.new_secret(visit.secret)

    def work(uow: Any) -> None:
        visitor = _visitor(visit, own_links.own_of(terms, record_id, edits=False))
        record = service.read(uow, visitor, visit.form, record_id)
        own_links.give(uow, visit.form, record, secret, link_token=visit.link.token, by=None, now=visit.now)

    call.db.write(work)
    return redirect(f"{own_pages.path(visit, secret)}/edit?locale={visit.locale}", code=303)


def _answered(visit: Visit, typed: Any) -> Response:
    settings = QuerySettings.of(visit.link.query)
    rates().spend(TRIES, "query", visit.link.token, visit.network)
    rates().check(IN_VAIN, "query-vain", visit.link.token)
    opened = lookup.condition(visit.form, settings, typed, visit.now)
    records: list[Record] = []
    names = Names({}, {}, {})
    if opened is not None:
        with visit.rt.db.read() as unit:
            records = lookup.find(unit, _visitor(visit, opened), visit.form, settings, visit.now)
            names = listing.names_in(unit, visit.visitor, visit.form, records, opened.sees, visit.locale)
    if not records:
        rates().spend(IN_VAIN, "query-vain", visit.link.token)
    return query_pages.show(visit, typed=typed, found=[_found(visit, settings, one, names) for one in records])


def _found(visit: Visit, settings: QuerySettings, record: Record, names: Names) -> Found:
    terms = Terms.of(visit.form) if settings.edit else None
    may_change = terms is not None and terms.lets_edit(visit.form, record, visit.now)
    return query_pages.found(visit, settings, record, names, ticket=_ticket(visit, record) if may_change else "")


def _visitor(visit: Visit, opens: Opened) -> Public:
    return Public(visit.form.form_id, visit.form.version, visit.link.token, visit.network, visit.locale, opens)


def _ticket(visit: Visit, record: Record) -> str:
    said = [visit.link.token, record.id, int(visit.now.timestamp())]
    return str(URLSafeSerializer(visit.secret, salt=_SALT).dumps(said))


def _read_ticket(visit: Visit, text: str) -> str:
    try:
        token, record_id, at = URLSafeSerializer(visit.secret, salt=_SALT).loads(text[:500])
        age_s = visit.now.timestamp() - float(at)
    except (BadData, ValueError, TypeError, OverflowError) as fault:
        raise NotFound from fault
    if token != visit.link.token or not 0 <= age_s <= TICKET_S:
        raise NotFound
    return str(record_id)
