"""Public query pages: somebody finds records by what only he knows of them.

A link of the purpose `query` says by which fields records are found (all must match exactly), which fields are shown
and which of those in part. What was typed becomes the rows that the visitor may see (`kernel.actors.Opened`), so the
policy itself keeps everything else out of reach; a value that is missing or does not fit finds what a wrong one finds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formloom.platform.definitions.conditions.compile import Setting
from formloom.platform.definitions.fields.base import CleanContext, ValueInvalid
from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.kernel.actors import Opened, Public
from formloom.platform.kernel.errors import Finding
from formloom.platform.records import listing
from formloom.platform.records.queries.pages import Query
from formloom.platform.records.record import Record
from formloom.platform.storage import form_tables
from formloom.platform.storage.database import ReadUnit, UnitOfWork

MOST_CONDITIONS, MOST_ROWS, ROWS, MAX_TYPED = 3, 20, 5, 300
_COMPARED = frozenset({"text", "number", "date", "choice"})
NOT_COMPARED = {"zh-CN": "“{name}”不能用作查询条件", "en": "Records can't be found by '{name}'"}
NOT_SHOWN = {"zh-CN": "“{name}”没有可显示的内容", "en": "'{name}' holds no answer that could be shown"}

NEVER_OPEN = {"zh-CN": "结束时间必须晚于开始时间", "en": "The page must end after it begins"}


@dataclass(frozen=True, slots=True)
class QuerySettings:
    """What a query page asks and shows."""

    by: tuple[str, ...]
    show: tuple[str, ...]
    mask: frozenset[str]
    rows: int
    edit: bool
    open_from: datetime | None
    open_until: datetime | None

    @classmethod
    def of(cls, given: Mapping[str, Any] | None) -> "QuerySettings":
        """Return the settings as they are kept with the link."""
        said = given or {}
        return cls(
            tuple(said.get("by") or ()), tuple(said.get("show") or ()), frozenset(said.get("mask") or ()),
            int(said.get("rows") or ROWS), bool(said.get("edit")), _moment(said.get("open_from")),
            _moment(said.get("open_until")),
        )  # fmt: skip

    def is_open(self, now: datetime) -> bool:
        """Tell whether the page answers at `now`."""
        return (self.open_from is None or self.open_from <= now) and (self.open_until is None or now < self.open_until)

    def asked(self, form: FormVersion) -> list[Field]:
        """Return the fields by which records are found; none when one of them is gone, so that nothing is found."""
        found = [form.by_id[name] for name in self.by if name in form.by_id and can_ask(form.by_id[name])]
        return found if len(found) == len(self.by) else []


def can_ask(item: Field) -> bool:
    """Tell whether records can be found by a field."""
    return item.type.is_stored and item.kind in _COMPARED and item.type.who is None


def check(form: FormVersion, settings: QuerySettings) -> Iterator[Finding]:
    """Yield what does not fit the form."""
    for place, name in enumerate(settings.by):
        if name not in form.by_id or not can_ask(form.by_id[name]):
            yield Finding("not_compared", NOT_COMPARED, f"query.by.{place}", {"name": name})
    for place, name in enumerate(settings.show):
        if name not in form.by_id or not form.by_id[name].type.is_stored:
            yield Finding("not_shown", NOT_SHOWN, f"query.show.{place}", {"name": name})
    if settings.open_from and settings.open_until and settings.open_until <= settings.open_from:
        yield Finding("ends_before_it_begins", NEVER_OPEN, "query.open_until")


def prepare(uow: UnitOfWork, form: FormVersion, settings: QuerySettings) -> None:
    """Index what is searched by, so that finding nothing takes no longer the more records there are."""
    form_tables.ensure_indexes(uow, form, settings.by[:1])


def condition(form: FormVersion, settings: QuerySettings, typed: Mapping[str, str], now: datetime) -> Opened | None:
    """Return what a visitor who typed this may see; None when something is missing or can't be a value."""
    asked = settings.asked(form)
    leaves = []
    for item in asked:
        value = _clean(item, typed.get(item.id, "").strip()[:MAX_TYPED], now)
        if value is None:
            return None
        leaves.append({"field": item.id, "op": "eq", "value": item.type.dump(value, item.cfg)})
    shown = frozenset(name for name in settings.show if name in form.by_id)
    return Opened({"all": leaves}, shown) if leaves else None


def find(unit: ReadUnit, visitor: Public, form: FormVersion, settings: QuerySettings, now: datetime) -> list[Record]:
    """Return the newest records that the visitor's link opens."""
    query = Query(limit=settings.rows, sort=("-created_at",), setting=Setting(now=now, zone=form.zone))
    return listing.page(unit, visitor, form, query).records


def _clean(item: Field, typed: str, now: datetime) -> Any:
    if not typed or item.type.is_generated:
        return typed or None
    try:
        return item.type.clean(typed, item.cfg, CleanContext(now=now))
    except ValueInvalid:
        return None


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
