"""What the query pages of a form ask and show: no document, so where a field is used looks here too.

A field by which an open page finds records can't be taken out of the form; one that a page only shows is taken off the
page when the form is published, so that another field of the same name is not shown by accident.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from formloom.platform.definitions.kinds.base import Document, field_ids
from formloom.platform.kernel.errors import Finding
from formloom.platform.kernel.text import LocalizedText
from formloom.platform.records.lookup import QuerySettings
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.web.public.queries import links
from formloom.platform.web.public.queries.links import LinkRow

ASKED_BY = {
    "zh-CN": "公开查询页“{page}”按“{name}”查询：请先修改或关闭该查询页",
    "en": "The query page '{page}' finds records by '{name}': change or close that page first",
}


@dataclass(frozen=True, slots=True)
class NamedBy:
    """A field that a query page names, and what the page is called."""

    token: str
    field: str
    place: LocalizedText


def uses(unit: ReadUnit, form_id: str) -> Iterator[NamedBy]:
    """Yield every field that a query page of the form asks by or shows."""
    for link, settings in _pages(unit, form_id):
        name = _called(link)
        place = {"zh-CN": f"公开查询页“{name}”", "en": f"Query page “{name}”"}
        for field in dict.fromkeys((*settings.by, *settings.show)):
            yield NamedBy(link.token, field, place)


def findings(unit: ReadUnit, form_id: str, document: Document) -> Iterator[Finding]:
    """Yield a finding for each field that an open query page asks by and the document no longer has."""
    known = frozenset(field_ids(document))
    for link, settings in _pages(unit, form_id):
        for name in settings.by:
            if link.is_open and name not in known:
                yield Finding("asked_by_query_page", ASKED_BY, "fields", {"page": _called(link), "name": name})


def mend(uow: UnitOfWork, form_id: str, document: Document) -> None:
    """Take fields that the document no longer has off the pages that show them."""
    known = frozenset(field_ids(document))
    for link, settings in _pages(uow, form_id):
        if not known.issuperset(settings.show):
            kept = {
                part: [one for one in (link.query or {}).get(part) or () if one in known] for part in ("show", "mask")
            }
            links.change(uow, link.token, query={**(link.query or {}), **kept})


def _pages(unit: ReadUnit, form_id: str) -> list[tuple[LinkRow, QuerySettings]]:
    return [(link, QuerySettings.of(link.query)) for link in links.of_form(unit, form_id) if link.purpose == "query"]


def _called(link: LinkRow) -> str:
    return link.name or link.source or link.token
