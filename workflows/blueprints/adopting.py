"""Lets the records that were there before a blueprint, or before its newest version, be watched by it.

Their present stage counts from the moment of the publication: nobody knows how long they were in it before.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from formloom.platform.kernel.errors import FormloomError
from formloom.platform.records.blueprints import plan as plans
from formloom.platform.records.queries import pages, stages
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import Database, ReadUnit, UnitOfWork
from formloom.platform.storage.definition_store import Definition, FormCatalog
from formloom.workflows.blueprints import automatic
from formloom.workflows.queries import clockwork

PAGE = 500
_log = logging.getLogger(__name__)
Write = Callable[[Callable[[UnitOfWork], str | None]], str | None]


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A blueprint whose records are not watched by this version yet; `calendars` are those that it counts by."""

    definition: Definition
    form_id: str
    calendars: str


def adopt(db: Database, write: Write, catalog: FormCatalog, now: datetime) -> None:
    """Do whatever publications have left to do."""
    with db.read() as unit:
        newcomers = _newcomers(unit)
    for newcomer in newcomers:
        try:
            _adopt(write, catalog, newcomer, now)
        except FormloomError:  # the form is gone meanwhile, or the blueprint asks for what it no longer has
            _log.exception("blueprint %s can't watch the records that are there", newcomer.definition.key)


def _newcomers(unit: ReadUnit) -> list[Newcomer]:
    published = store.published(unit, "blueprint")
    if not published:
        return []
    calendars = {
        (one.app_id, one.key): f"{one.id}.{one.version}" for one, _document in store.published(unit, "calendar")
    }
    found = []
    for definition, document in published:
        form = store.find_by_key(unit, definition.app_id, "form", str(document["form"]))
        named = {(one.get("automatic") or {}).get("calendar") for one in document["transitions"]} - {None}
        versions = "+".join(sorted(calendars.get((definition.app_id, str(key)), "") for key in named))
        if form is not None and not clockwork.is_adopted(unit, definition.id, definition.version or 0, versions):
            found.append(Newcomer(definition, form.id, versions))
    return found


def _adopt(write: Write, catalog: FormCatalog, newcomer: Newcomer, now: datetime) -> None:
    cursor = write(lambda uow: _page(uow, catalog, newcomer, None, now))
    while cursor is not None:
        at = cursor
        cursor = write(lambda uow: _page(uow, catalog, newcomer, at, now))  # noqa: B023 - run at once


def _page(uow: UnitOfWork, catalog: FormCatalog, newcomer: Newcomer, cursor: str | None, now: datetime) -> str | None:
    form = catalog.current(uow, newcomer.form_id)
    version = newcomer.definition.version or 0
    blueprint = next((one for one in plans.of_form(uow, form) if one.id == newcomer.definition.id), None)
    if blueprint is None:
        clockwork.adopted(uow, newcomer.definition.id, version, newcomer.calendars, form.form_id, now=now)
        return None
    filled = {"field": blueprint.field, "op": "not_empty"}
    found = pages.page(uow, form, pages.Query(filter=filled, sort=("id",), limit=PAGE, cursor=cursor))
    states = {one.id: str(one.values[blueprint.field]) for one in found.records}
    stages.enter_all(uow, form.form_id, blueprint.field, states, now=now)
    if any(one.automatic for one in blueprint.transitions):
        records = {one.id: one for one in found.records}
        for stage in stages.open_of(uow, states, field=blueprint.field):
            automatic.plan(uow, form, blueprint, stage, records[stage.record_id], now=now)
    if found.next is None:
        clockwork.adopted(uow, newcomer.definition.id, version, newcomer.calendars, form.form_id, now=now)
    return found.next
