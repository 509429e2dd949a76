"""Answers that stand in the address of a page: `?name=Lin&size=s&size=m`.

Anybody can write an address, so these are suggestions: only of questions that the page shows (and of hidden values),
only where they fit, marked as filled in by the link, and judged again like anything typed when they are sent. What
must not be changed comes by a personal link (`records/links.py`) instead.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from formloom.platform.definitions.fields.base import CleanContext, ValueInvalid
from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.web.public.page_form import shown_fields
from formloom.platform.web.public.visits import Visit

RESERVED = frozenset({"locale", "lang", "ref", "r", "resume"})
"""What addresses of public pages say themselves."""
MAX_LENGTH = 2_000
_NOT_BY_ADDRESS = frozenset({"files", "user", "department"})


def fillable(form: FormVersion) -> list[Field]:
    """Return the fields that a link may fill in."""
    return [
        item
        for item in shown_fields(form)
        if item.type.is_stored
        and not item.type.is_generated
        and not item.type.agreed_to
        and item.type.value_kind not in _NOT_BY_ADDRESS
        and item.id not in RESERVED
    ]


def from_address(visit: Visit) -> dict[str, Any]:
    """Return raw values by field id, as the address gives them; those that don't fit are left out."""
    shows_all = visit.form.settings.get("prefill") is not False
    ctx = CleanContext(now=visit.now)
    found = {}
    for item in fillable(visit.form):
        if item.id not in visit.query or item.document.get("from_link") or not (shows_all or item.type.id == "hidden"):
            continue
        raw = _raw(item, visit.query)
        if _fits(item, raw, ctx):
            found[item.id] = raw
    return found


def misfits(
    form: FormVersion, values: Mapping[str, Any], ctx: CleanContext
) -> Iterable[tuple[str, ValueInvalid | None]]:
    """Yield the names of values that a link can't fill in; None where there is no such field to fill."""
    known = {item.id: item for item in fillable(form)}
    for name, raw in values.items():
        try:
            if name in known:
                known[name].type.clean(raw, known[name].cfg, ctx)
            else:
                yield name, None
        except ValueInvalid as fault:
            yield name, fault


def _raw(item: Field, query: "MultiDict[str, str]") -> Any:
    given = [text[:MAX_LENGTH] for text in query.getlist(item.id)]
    return given[:50] if item.type.value_kind == "choices" else given[0]


def _fits(item: Field, raw: Any, ctx: CleanContext) -> bool:
    if raw in ("", [], [""]):
        return False
    try:
        item.type.clean(raw, item.cfg, ctx)
    except ValueInvalid:
        return False
    return True
