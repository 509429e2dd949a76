"""The page on which somebody finds his records by what he knows of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response

from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.kernel.errors import FormloomError
from formloom.platform.kernel.text import resolve
from formloom.platform.records import own_links
from formloom.platform.records.listing import Names, in_words
from formloom.platform.records.lookup import MAX_TYPED, QuerySettings
from formloom.platform.records.record import Record
from formloom.platform.web.problems import STATUS
from formloom.platform.web.public import own_pages
from formloom.platform.web.public.framing import Frame, page
from formloom.platform.web.public.moments import left_in_words
from formloom.platform.web.public.texts import say
from formloom.platform.web.public.visits import Visit

_INPUTS = {"email": ("email", "email"), "phone": ("tel", "tel"), "date": ("date", ""), "number": ("text", "decimal")}


@dataclass(frozen=True, slots=True)
class Condition:
    """One question of the page: an input, or a list to choose from."""

    id: str
    label: str
    kind: str
    mode: str
    options: list[tuple[str, str]]
    typed: str


@dataclass(frozen=True, slots=True)
class Found:
    """One record that was found: label and answer of what is shown, and what lets it be changed."""

    number: str
    rows: list[tuple[str, str]]
    ticket: str


def show(
    visit: Visit, *, typed: Mapping[str, str] | None = None, found: list[Found] | None = None,
    fault: FormloomError | None = None,
) -> Response:  # fmt: skip
    """Return the page: what it asks, and what was found. `found` is None before anything was asked."""
    settings, locale = QuerySettings.of(visit.link.query), visit.locale
    asked = [_condition(item, locale, (typed or {}).get(item.id, "")) for item in settings.asked(visit.form)]
    return page(
        "query.html", Frame.of_visit(visit), status=STATUS[fault.kind] if fault else 200, asked=asked, found=found,
        fault=fault.words(locale) if fault else "", longest=MAX_TYPED, is_preview=False,
    )  # fmt: skip


def preview(form: FormVersion, settings: QuerySettings, frame: Frame) -> Response:
    """Return the page as these settings would make it, with one record made up; nothing can be asked."""
    locale = frame.locale
    shown = [item for item in form.stored if item.id in settings.show]
    rows = [
        (own_pages.label_of(item, locale), item.type.mask(said) if item.id in settings.mask else said)
        for item in shown
        if (said := _made_up(item, locale))
    ]
    return page(
        "query.html", frame, asked=[_condition(item, locale, "") for item in settings.asked(form)],
        found=[Found(say("query_sample", locale), rows, "preview" if settings.edit else "")], fault="",
        longest=MAX_TYPED, is_preview=True,
    )  # fmt: skip


def shut(visit: Visit) -> Response | None:
    """Return the page that tells that nothing can be asked now; None while it can."""
    if visit.link.is_open and QuerySettings.of(visit.link.query).is_open(visit.now):
        return None
    return page(
        "closed.html", Frame.of_visit(visit, grey=True), status=403, state="query_closed",
        text=say("query_closed_text", visit.locale), opens_at=None, left_s=0, counts_down=False,
        left_in_words=left_in_words,
    )  # fmt: skip


def found(visit: Visit, settings: QuerySettings, record: Record, names: Names, *, ticket: str) -> Found:
    """Return what the page shows of a record."""
    shown = [item for item in visit.form.stored if item.id in settings.show and record.values.get(item.id) is not None]
    rows = [(own_pages.label_of(item, visit.locale), _words(visit, settings, item, record, names)) for item in shown]
    return Found(own_links.number_of(visit.form, record), rows, ticket)


def _words(visit: Visit, settings: QuerySettings, item: Field, record: Record, names: Names) -> str:
    said = in_words(item, record.values[item.id], visit.locale, names)
    return item.type.mask(said) if item.id in settings.mask else said


def _made_up(item: Field, locale: str) -> str:
    """Return an answer that somebody could have given, as people read it."""
    for one in item.cfg.get("options") or ():
        return resolve(one.get("label"), locale)
    found = next((one for one in item.type.examples if one.error is None and one.clean is not None), None)
    if found is None or item.type.who is not None:
        return "…"
    cfg = {**item.cfg, **found.settings}
    return item.type.display(found.clean, cfg, locale) or "…"


def _condition(item: Field, locale: str, typed: str) -> Condition:
    control = item.type.widget(item.cfg).control
    kind, mode = _INPUTS.get(control) or _INPUTS.get(str(item.kind)) or ("text", "")
    options = [(one["value"], resolve(one["label"], locale) or one["value"]) for one in item.cfg.get("options") or ()]
    is_chosen = item.kind == "choice"
    return Condition(
        item.id, own_pages.label_of(item, locale), kind, mode, options if is_chosen else [],
        typed[:MAX_TYPED],
    )  # fmt: skip
