"""The pages behind a respondent's own link: where the record stands, and the form to change it with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response

from formloom.platform.definitions.conditions.tree import fields_of
from formloom.platform.definitions.fields.base import CleanContext, ValueInvalid
from formloom.platform.definitions.form import Field
from formloom.platform.kernel.actors import Public
from formloom.platform.kernel.errors import Finding, FormloomError, NotFound
from formloom.platform.kernel.text import resolve
from formloom.platform.records import listing, own_links, reviews
from formloom.platform.records.listing import Names, in_words
from formloom.platform.records.own_links import Terms
from formloom.platform.records.queries.respondents import RespondentLink
from formloom.platform.records.queries.waiting import WaitingRow
from formloom.platform.records.record import Record, StaleRecord
from formloom.platform.web.problems import STATUS
from formloom.platform.web.public import form_page, guards, linking, own_mail, page_token, qr, seating, uploading
from formloom.platform.web.public.framing import Frame, page
from formloom.platform.web.public.logic import page_data
from formloom.platform.web.public.page_form import PageForm, shown_fields
from formloom.platform.web.public.rows import Rows
from formloom.platform.web.public.texts import TEXTS, say
from formloom.platform.web.public.visits import Visit


@dataclass(frozen=True, slots=True)
class Way:
    """An own link that was opened: its row, what the form allows, the record as it stands."""

    secret: str
    link: RespondentLink
    terms: Terms
    record: Record
    visitor: Public
    names: Names

    def path(self, visit: Visit) -> str:
        """Return the path of the link's page."""
        return path(visit, self.secret)


@dataclass(frozen=True, slots=True)
class Review:
    """How a submission stands that is reviewed before it becomes a record."""

    is_rejected: bool
    reason: str
    at: datetime | None
    """When it was rejected."""


class UnderReview(NotFound):
    """The link leads to a submission that is no record yet."""

    code = "under_review"
    message = {"zh-CN": "正在审核，通过后可在此查看", "en": "It is being reviewed: once accepted, it can be seen here"}

    def __init__(self, secret: str, link: RespondentLink, row: WaitingRow) -> None:
        super().__init__()
        self.secret, self.link, self.row = secret, link, row


@dataclass(frozen=True, slots=True)
class OwnCard:
    """What a page tells of the link itself: its address, its picture, whom it can be mailed to."""

    path: str
    url: str
    qr: str
    expires_at: datetime | None
    takes_mail: bool
    edits: bool
    mail: str
    """The address in the record, all but unreadable; empty where it has none."""


def path(visit: Visit, secret: str) -> str:
    """Return the path of an own link."""
    return f"{visit.path}/own/{secret}"


def address(visit: Visit, secret: str) -> str:
    """Return the whole address of an own link."""
    return visit.rt.settings.base_url + path(visit, secret)


def card_of(visit: Visit, secret: str) -> OwnCard | None:
    """Return what a receipt tells of the own link; None where there is none, or none any more."""
    if not secret:
        return None
    with visit.rt.db.read() as unit:
        link = own_links.find(unit, visit.secret, visit.form, secret, visit.now)
        to = own_mail.address_in(unit, visit.form, link.record_id or "") if link else None
    return None if link is None else _card(visit, secret, link, to)


def review_of(visit: Visit, record_id: str) -> Review | None:
    """Return how a submission stands; None for one that is a record by now."""
    if not record_id:
        return None
    with visit.rt.db.read() as unit:
        row = reviews.standing(unit, visit.form, record_id)
    return None if row is None else _review(row)


def waiting(visit: Visit, found: UnderReview, *, said: str = "", fault: FormloomError | None = None) -> Response:
    """Show that a submission is being reviewed, or was not accepted and why."""
    return _private(page(
        "waiting.html", Frame.of_visit(visit), status=STATUS[fault.kind] if fault else 200, said=said,
        fault=fault.words(visit.locale) if fault else "", review=_review(found.row), number=found.link.label,
        at=found.row.created_at, own=_card(visit, found.secret, found.link, ""),
    ))  # fmt: skip


def show(visit: Visit, way: Way, *, said: str = "", fault: FormloomError | None = None) -> Response:
    """Show where the record stands."""
    form, locale, record = visit.form, visit.locale, way.record
    status = form.by_id.get(str(form.document.get("status_field") or ""))
    shown = [item for item in form.stored if item.id in way.terms.see and record.values.get(item.id) is not None]
    words = {item: in_words(item, record.values[item.id], locale, way.names) for item in shown}
    rows = [(label_of(item, locale), said_of) for item, said_of in words.items() if item is not status]
    now = words.get(status, "") if status else ""
    can_edit = way.terms.lets_edit(form, record, visit.now)
    return _private(page(
        "own.html", Frame.of_visit(visit), status=STATUS[fault.kind] if fault else 200, said=said,
        fault=fault.words(locale) if fault else "", record=record, number=own_links.number_of(form, record), rows=rows,
        now_is=now, own=_card(visit, way.secret, way.link, own_mail.address_of(form, record)), can_edit=can_edit,
        edit_ends=way.terms.ends_at(record) if can_edit else None,
    ))  # fmt: skip


def edit(
    visit: Visit, way: Way, *, typed: Any = None, rev: int | None = None, fault: FormloomError | None = None,
    sought: Mapping[str, str] | None = None, asked: str = "",
) -> Response:  # fmt: skip
    """Show the record's changeable answers as a form; what was typed stays, whatever went wrong."""
    items, rules = _asked(visit, way.record, way.terms.edit)
    questions = PageForm(visit.form, visit.locale, sent=typed, values=_as_typed(visit, items, way.record), asked=items)
    summary = questions.hang(_findings(visit, way, fault)) if fault else []
    uploading.show_kept(visit, questions, record_id=way.record.id)
    linking.place(visit, questions, sought, asked=asked)
    with visit.rt.db.read() as unit:
        seating.place(unit, visit.form, questions, way.record.values)
    token = page_token.issue(visit.secret, visit.link.token, visit.form.form_id, visit.form.version, now=visit.now)
    visible = visit.form.visible(way.record.values, now=visit.now)
    for question in questions:
        question.is_hidden_at_first = question.item.id not in visible
    script = page_data(visit.form, questions, visit.now) | {
        "rules": rules, "path": way.path(visit), "draft": "", "fresh": False, "native": True, "proof": None,
        **linking.script_part(questions),
    }  # fmt: skip
    for part in ("formulas", "suggestions", "checks"):  # what is asked about may not be among these questions
        script.pop(part, None)
    if any(one["formulas"] for one in script.get("rows") or ()):  # those in rows ask about these questions alone
        script["formulas"] = []
    for question in questions:
        if isinstance(question, Rows):
            given = typed.get(question.item.id) if typed is not None else None
            rows = way.record.values.get(question.item.id)
            question.reckoned(
                rows if given is None
                else form_page.rows_computed(question, {question.item.id: given}, way.record.values, visit.now)
            )  # fmt: skip
    return _private(page(
        "own_edit.html", Frame.of_visit(visit), status=STATUS[fault.kind] if fault else 200,
        script=form_page.as_json(script), token=token.text, ref="", summary=summary, trap=guards.TRAP, is_preview=False,
        draft="", saves=False, more_scripts=form_page.more_scripts(script), order="", modes=(),
        pages=list(form_page.pages_of(questions)), hidden=[], submit_label=say("save_changes", visit.locale),
        action=f"{way.path(visit)}/edit?locale={visit.locale}", rev=rev or way.record.rev, back=way.path(visit),
        number=own_links.number_of(visit.form, way.record),
    ))  # fmt: skip


def asked_of(visit: Visit, way: Way) -> list[Field]:
    """Return the questions of the form to change the record with."""
    return _asked(visit, way.record, way.terms.edit)[0]


def names_in(unit: Any, visit: Visit, terms: Terms, record: Record) -> Names:
    """Return the names behind ids in what the link shows."""
    return listing.names_in(unit, visit.visitor, visit.form, [record], terms.see, visit.locale)


def _asked(visit: Visit, record: Record, changeable: frozenset[str]) -> tuple[list[Field], list[Mapping[str, Any]]]:
    """Return the questions, and the rules that can be followed while only these change.

    What depends on anything else is decided by the record as it stands.
    """
    form = visit.form
    visible = form.visible(record.values, now=visit.now)
    rules = [rule for rule in form.document.get("rules") or () if set(fields_of(rule.get("when") or {})) <= changeable]
    moving = {name for rule in rules for part in ("show", "hide") for name in rule.get(part) or ()}
    asked = _with_headings([one for one in shown_fields(form) if one.id in visible or one.id in moving], changeable)
    names = {item.id for item in asked}
    kept: list[Mapping[str, Any]] = [
        {
            "when": rule.get("when") or {},
            **{part: [one for one in rule.get(part) or () if one in names] for part in _DO},
        }
        for rule in rules
    ]
    return asked, kept


_DO = ("show", "hide", "require")


def _with_headings(items: list[Field], changeable: frozenset[str]) -> list[Field]:
    """Return the questions that can be changed, below the pages and sections in which they stand on the public page."""
    found: list[Field] = []
    page: Field | None = None
    section: Field | None = None
    for item in items:
        if item.type.opens_page:
            page, section = item, None
        elif item.type.opens_section:
            section = item
        elif item.id in changeable:
            found += [one for one in (page, section) if one is not None]
            page = section = None
            found.append(item)
    return found


def _as_typed(visit: Visit, asked: list[Field], record: Record) -> dict[str, Any]:
    """Return the record's answers as the inputs of a page hold them."""
    dumped = visit.form.dump(record.values)
    return {item.id: _inputs(item, dumped[item.id]) for item in asked if dumped.get(item.id) is not None}


def _inputs(item: Field, shown: Any) -> Any:
    if item.rows is not None and isinstance(shown, list):
        columns = item.rows.by_id
        return [
            {name: _inputs(columns[name], one) if name in columns and one else one for name, one in row.items()}
            for row in shown
        ]
    if item.kind != "files":
        return shown
    return [one.get("id", one) if isinstance(one, Mapping) else one for one in shown]


def _findings(visit: Visit, way: Way, fault: FormloomError) -> list[Finding]:
    if not isinstance(fault, StaleRecord):
        return list(fault.findings) or [Finding(fault.code, fault.message, params=fault.params)]
    mine: Mapping[str, Any] = fault.params["yours"]  # type: ignore[assignment]  # this fault carries it
    differing = [
        Finding("changed_meanwhile", TEXTS["now_says"], field=item.id, params={"now": _now(visit, way, item)})
        for item in asked_of(visit, way)
        if item.id in mine and _differs(visit, item, mine[item.id], way.record)
    ]
    return [Finding(fault.code, TEXTS["own_conflict"]), *differing]


def _differs(visit: Visit, item: Field, typed: Any, record: Record) -> bool:
    """Tell whether what was typed is not what the record says by now."""
    there = record.values.get(item.id)
    if typed in (None, "", []):
        return there is not None
    if item.kind == "files":
        return bool(list(typed) != _inputs(item, item.type.dump(there, item.cfg) or ()))
    try:
        return bool(item.type.clean(typed, item.cfg, CleanContext(now=visit.now, locale=visit.locale)) != there)
    except ValueInvalid:
        return True


def _now(visit: Visit, way: Way, item: Field) -> str:
    return in_words(item, way.record.values.get(item.id), visit.locale, way.names) or say("nothing", visit.locale)


def _card(visit: Visit, secret: str, link: RespondentLink, to: str | None) -> OwnCard:
    terms = Terms.of(visit.form)
    edits = terms is not None and bool(terms.edit)
    whole = address(visit, secret)
    return OwnCard(
        path(visit, secret), whole, qr.inline(whole), link.expires_at, own_mail.leaves(visit.rt), edits,
        own_mail.masked(to) if to else "",
    )  # fmt: skip


def label_of(item: Field, locale: str) -> str:
    """Return what a field is called."""
    return resolve(item.label, locale) or item.id


def _private(answer: Response) -> Response:
    """Let the address, which is the key, be told to nobody."""
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _review(row: WaitingRow) -> Review:
    return Review(row.state == "rejected", row.reason or "", row.decided_at)
