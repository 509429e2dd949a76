"""Gives the records that were there before a policy, its newest version or that of its calendar their clocks.

What such a record would have missed is written down and told to nobody. Records whose clocks have all stopped are left
as they were judged. Clocks of a policy that is gone are cancelled.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from formloom.platform.kernel.errors import FormloomError
from formloom.platform.records.queries import pages
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import Database, ReadUnit, UnitOfWork
from formloom.platform.storage.definition_store import Definition, FormCatalog
from formloom.workflows.queries import clockwork
from formloom.workflows.queries import sla as rows
from formloom.workflows.sla.keeping import POLICIES, follow

PAGE = 100
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A policy whose records have no clocks by it yet; `calendars` are the versions of its calendars."""

    definition: Definition
    form_id: str
    calendars: str


Write = Callable[[Callable[[UnitOfWork], str | None]], str | None]
"""Runs work in a unit of work of its own and returns what it returned."""


def adopt(db: Database, write: Write, catalog: FormCatalog, now: datetime) -> None:
    """Do whatever publications have left to do."""
    with db.read() as unit:
        newcomers = _newcomers(unit)
        published = [definition.id for definition, _document in store.published(unit, "sla")]
        orphans = rows.open_elsewhere(unit, published)
    for newcomer in newcomers:
        try:
            _adopt(write, catalog, newcomer, now)
        except FormloomError:  # the form is gone meanwhile, or the policy asks for what it no longer has
            _log.exception("policy %s can't be given to the records that are there", newcomer.definition.key)
    if orphans:
        write(lambda uow: _follow_all(uow, catalog, orphans, now))


def _newcomers(unit: ReadUnit) -> list[Newcomer]:
    calendars = {(one.app_id, one.key): (one, document) for one, document in store.published(unit, "calendar")}
    found = []
    for definition, document in store.published(unit, "sla"):
        form = store.find_by_key(unit, definition.app_id, "form", str(document.get("form")))
        if form is None:
            continue
        versions: list[str] = []
        key = document.get("calendar")
        while key and (definition.app_id, key) in calendars and len(versions) <= 1:
            calendar, held = calendars[(definition.app_id, key)]
            versions.append(f"{calendar.id}.{calendar.version}")
            key = held.get("based_on")
        newcomer = Newcomer(definition, form.id, "+".join(versions))
        if not clockwork.is_adopted(unit, definition.id, definition.version or 0, newcomer.calendars):
            found.append(newcomer)
    return found


def _adopt(write: Write, catalog: FormCatalog, newcomer: Newcomer, now: datetime) -> None:
    cursor = write(lambda uow: _page(uow, catalog, newcomer, None, now))
    while cursor is not None:
        at = cursor
        cursor = write(lambda uow: _page(uow, catalog, newcomer, at, now))  # noqa: B023 - run at once


def _page(uow: UnitOfWork, catalog: FormCatalog, newcomer: Newcomer, cursor: str | None, now: datetime) -> str | None:
    form = catalog.current(uow, newcomer.form_id)
    found = pages.page(uow, form, pages.Query(sort=("id",), limit=PAGE, cursor=cursor))
    ids = [record.id for record in found.records]
    settled = rows.settled(uow, ids) if ids else set()
    for record_id in ids:
        if record_id not in settled:
            follow(uow, form, POLICIES.of(uow, form), record_id, now=now, since=None)
    if found.next is None:
        version = newcomer.definition.version or 0
        clockwork.adopted(uow, newcomer.definition.id, version, newcomer.calendars, form.form_id, now=now)
    return found.next


def _follow_all(uow: UnitOfWork, catalog: FormCatalog, found: Sequence[tuple[str, str]], now: datetime) -> str | None:
    for form_id, record_id in found:
        try:
            form = catalog.current(uow, form_id)
        except FormloomError:  # the form or its app is gone
            rows.cancel_all(uow, form_id, now=now)
        else:
            follow(uow, form, POLICIES.of(uow, form), record_id, now=now, since=None)
    return None
