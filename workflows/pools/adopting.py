"""Gives the records that were there before a pool, or its newest version, their entries.

Terms begin when the pool does: nobody loses overnight what he has held for a year. Records that were known before are
only looked at again.
"""

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

from formloom.platform.definitions.conditions.compile import Setting
from formloom.platform.kernel.errors import FormloomError
from formloom.platform.records.queries import pages
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import Database, ReadUnit, UnitOfWork
from formloom.platform.storage.definition_store import Definition, FormCatalog
from formloom.workflows.pools.keeping import first_entry, looked_at
from formloom.workflows.pools.policy import POOLS
from formloom.workflows.queries import clockwork
from formloom.workflows.queries import pools as rows

PAGE = 200
Write = Callable[[Callable[[UnitOfWork], str | None]], str | None]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Newcomer:
    definition: Definition
    form_id: str
    calendar: str


def adopt(db: Database, write: Write, catalog: FormCatalog, now: datetime) -> None:
    """Do whatever publications of pools have left to do."""
    with db.read() as unit:
        newcomers = _newcomers(unit)
    for newcomer in newcomers:
        try:
            cursor = write(lambda uow: _page(uow, catalog, newcomer, None, now))  # noqa: B023 - run at once
            while cursor is not None:
                at = cursor
                cursor = write(lambda uow: _page(uow, catalog, newcomer, at, now))  # noqa: B023 - run at once
        except FormloomError:  # the form is gone meanwhile
            _log.exception("pool %s can't take up the records that are there", newcomer.definition.key)


def _newcomers(unit: ReadUnit) -> list[_Newcomer]:
    found = []
    for definition, document in store.published(unit, "pool"):
        form = store.find_by_key(unit, definition.app_id, "form", str(document.get("form")))
        if form is None or form.version is None:
            continue
        key = document.get("calendar")
        calendar = store.find_by_key(unit, definition.app_id, "calendar", key) if isinstance(key, str) else None
        stamp = f"{calendar.id}.{calendar.version}" if calendar else ""
        if not clockwork.is_adopted(unit, definition.id, definition.version or 0, stamp):
            found.append(_Newcomer(definition, form.id, stamp))
    return found


def _page(uow: UnitOfWork, catalog: FormCatalog, newcomer: _Newcomer, cursor: str | None, now: datetime) -> str | None:
    form = catalog.current(uow, newcomer.form_id)
    pool = next((one for one in POOLS.of(uow, form) if one.id == newcomer.definition.id), None)
    following = None
    if pool is not None:
        query = pages.Query(
            filter=pool.tree, sort=("id",), limit=PAGE, cursor=cursor, setting=Setting(now=now),
            with_rows=frozenset(),
        )  # fmt: skip
        found = pages.page(uow, form, query)
        known = rows.entries_of(uow, [record.id for record in found.records])
        made = []
        for record in found.records:
            if record.id not in known:
                entry = first_entry(form.form_id, pool, record.id, record.values.get(pool.owner), now, "adopted")
                made.append(asdict(looked_at(uow, form, pool, entry, record.values, now)))
        rows.write_entries(uow, made, [])
        rows.look_again(uow, list(known), now=now)
        following = found.next
    if following is None:
        version = newcomer.definition.version or 0
        clockwork.adopted(uow, newcomer.definition.id, version, newcomer.calendar, form.form_id, now=now)
    return following
