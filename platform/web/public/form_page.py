"""The page of an open form: questions in their sections, what was typed, what did not fit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from flask import Response
from markupsafe import Markup

from formloom.platform.definitions.fields.base import CleanContext
from formloom.platform.definitions.fields.rows import MAX_ROWS
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.errors import Finding, FormloomError
from formloom.platform.kernel.text import resolve
from formloom.platform.records import drafts
from formloom.platform.records.links import PersonalLink, filled
from formloom.platform.web.problems import STATUS
from formloom.platform.web.public import (
    guards,
    linkage,
    linking,
    ordering,
    page_token,
    pictures,
    prefill,
    proof,
    seating,
    uploading,
)
from formloom.platform.web.public.controls import Pressed
from formloom.platform.web.public.framing import Frame, bundle_path, packed, page
from formloom.platform.web.public.logic import as_typed, effects, kept_as_typed, page_data, starting_values
from formloom.platform.web.public.mixing import mixed
from formloom.platform.web.public.modes import may_keep, modes_of
from formloom.platform.web.public.page_form import PageForm
from formloom.platform.web.public.page_token import PageToken
from formloom.platform.web.public.piping import pipe, piped_texts
from formloom.platform.web.public.questions import Question
from formloom.platform.web.public.rows import Rows
from formloom.platform.web.public.visits import Visit

KEPT = "X-Formloom-Offline"
"""Tells the service worker that it may keep the page: an empty one, the same for everybody."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What came back from a page and is shown again."""

    inputs: Any
    """Field id → what was typed, as a MultiDict."""
    fault: FormloomError | None = None
    token: PageToken | None = None
    """The page's own token, when it may be used again."""
    order: str = ""
    """What the order on the page was drawn from."""
    sought: Mapping[str, str] = field(default_factory=dict)
    """The words by which records are looked for, by field."""
    asked: str = ""
    """The field in which somebody looks for a record now."""


@dataclass(slots=True)
class Page:
    """A step of the form; the first one may have no title."""

    question: Question | None
    blocks: list["Block"] = field(default_factory=list)


@dataclass(slots=True)
class Block:
    """A section with the questions below it; the first one may have no section."""

    section: Question | None
    questions: list[Question] = field(default_factory=list)


def show(
    visit: Visit, *, personal: PersonalLink | None = None, ref: str = "", typed: Typed | None = None, draft: str = ""
) -> Response:
    """Return the page, empty or as it came back; `draft` leads to unfinished answers on the server."""
    known = filled(visit.form, personal) if personal else {}
    suggested = {} if typed else prefill.from_address(visit)
    start = _defaults(visit.form, visit.now) | suggested | known
    questions = PageForm(visit.form, visit.locale, sent=typed.inputs if typed else None, values=start)
    _fix(questions, known)
    for question in questions:
        question.is_prefilled = question.item.id in suggested and question.item.id not in known
    order = ordering.seed_of(visit, typed.order if typed else "")
    for question in questions:
        question.order_seed = order
    pictures.place(questions, visit.path)
    with visit.rt.db.read() as unit:
        seating.place(unit, visit.form, questions)
    linking.place(visit, questions, typed.sought if typed else None, asked=typed.asked if typed else "")
    pipes = _judge(visit.form, questions, visit.now)
    fault = typed.fault if typed else None
    summary = questions.hang(_findings(fault)) if fault else []
    uploading.show_kept(visit, questions)
    token = (typed.token if typed else None) or page_token.issue(
        visit.secret, visit.link.token, visit.form.form_id, visit.form.version, now=visit.now
    )
    modes = modes_of(visit.form, may_keep=may_keep(visit, ref))
    script = page_data(visit.form, questions, visit.now, modes) | {
        "path": visit.path, "carried": visit.carried, "draft": f"{visit.link.token}:{ref[-16:]}",
        "fresh": typed is None, "given": sorted(suggested | known), **effects(visit.form, visit.now, known), **pipes,
        **linkage.script_part(visit.form, visit.locale), **linking.script_part(questions),
        "proof": proof.task(visit.secret, token) if guards.wants_proof(visit) else None,
    }  # fmt: skip
    frame = Frame.of_visit(visit)
    answer = page(
        "form.html", frame, status=STATUS[fault.kind] if fault else 200, script=as_json(script),
        more_scripts=more_scripts(script), token=token.text, draft=draft, saves=drafts.days_of(visit.form) is not None,
        ref=ref, summary=summary, trap=guards.TRAP, is_preview=False, modes=modes, order=order,
        **_parts(visit.form, questions, order),
    )  # fmt: skip
    if "offline" in modes and typed is None and not draft and visit.query.keys() <= {"locale"}:
        answer.headers[KEPT] = "1"
    return packed(answer)


def preview(form: FormVersion, frame: Frame) -> Response:
    """Return a draft drawn as the public page; nothing can be sent from it."""
    questions = PageForm(form, frame.locale, values=_defaults(form, frame.now))
    pipes = _judge(form, questions, frame.now)
    modes = modes_of(form)
    script = page_data(form, questions, frame.now, modes) | {"path": "", "draft": "", "fresh": True, "proof": None}
    script |= effects(form, frame.now, {}) | pipes
    return page(
        "form.html", frame, script=as_json(script), more_scripts=more_scripts(script), token="", ref="", summary=[],
        trap=guards.TRAP, is_preview=True, order="", modes=modes, draft="", saves=drafts.days_of(form) is not None,
        **_parts(form, questions),
    )  # fmt: skip


def _judge(form: FormVersion, questions: PageForm, now: Any) -> dict[str, Any]:
    """Let the rules say how the questions look at first, and put answers into their texts; return those texts."""
    raw = {
        question.item.id: question.data
        for question in questions
        if question.item.type.is_stored and not question.item.type.is_generated
    }
    ctx = CleanContext(now=now, locale=questions.locale)
    clean = form.clean(raw, ctx=ctx, public=True).values
    judged = form.judged(clean, ctx=ctx)
    for question in questions:
        name = question.item.id
        question.is_hidden_at_first = name not in judged.visible
        question.is_required = name in judged.required or question.item.required
        question.barred = judged.barred.get(name, frozenset())
        if question.item.type.is_generated:
            question.data = clean[name]
        elif name in judged.locked and not question.is_fixed:
            kept, item = judged.values.get(name), question.item
            question.data = (
                as_typed(item, item.type.dump(kept, item.cfg)) if name in judged.given else kept_as_typed(item, kept)
            )
        if isinstance(question, Pressed):
            question.lead(raw)
        if isinstance(question, Rows):
            question.reckoned(rows_computed(question, raw, clean, now))
    pipes = piped_texts(form, questions)
    pipe(form, questions, judged.values)
    return {"pipes": pipes} if pipes else {}


def _parts(form: FormVersion, questions: PageForm, order: str = "") -> dict[str, Any]:
    return {
        "pages": _mixed_pages(form, list(pages_of(questions)), order),
        "hidden": [question for question in questions if question.control == "hidden"],
        "submit_label": resolve(form.settings.get("submit_label"), questions.locale),
    }


def rows_computed(question: Rows, raw: Mapping[str, Any], clean: Mapping[str, Any], now: Any) -> Any:
    """Return the rows as far as they fit, each in its place, with what is computed in them."""
    rows, given = question.item.rows, raw.get(question.item.id)
    if rows is None or not isinstance(given, list):
        return []
    ctx = CleanContext(now=now, locale=question.locale)
    fitting = [rows.clean(one if isinstance(one, Mapping) else {}, ctx=ctx).values for one in given[:MAX_ROWS]]
    return rows.formulas.in_rows(fitting, clean, ctx)


def _mixed_pages(form: FormVersion, pages: list[Page], order: str) -> list[Page]:
    """Return the pages in the visitor's order: pages where the form wants it, questions where their section does."""
    if not order:
        return pages
    for step in pages:
        for block in step.blocks:
            if block.section and block.section.cfg.get("shuffle"):
                block.questions = mixed(block.questions, order, block.section.item.id)
    if not form.settings.get("shuffle_pages"):
        return pages
    titled = mixed([one for one in pages if one.question], order, "pages")
    return [*(one for one in pages if not one.question), *titled]


def pages_of(questions: PageForm) -> Iterable[Page]:
    """Yield the steps of the page with their sections."""
    page, inside = Page(None), list[Question]()
    for question in questions:
        if not question.item.type.opens_page:
            inside.append(question)
            continue
        page.blocks = list(_blocks(inside))
        if page.question or inside:
            yield page
        page, inside = Page(question), []
    page.blocks = list(_blocks(inside))
    yield page


def _blocks(questions: Iterable[Question]) -> Iterable[Block]:
    block = Block(None)
    for question in questions:
        if question.item.type.opens_section:
            if block.section or block.questions:
                yield block
            block = Block(question)
        elif question.control != "hidden":
            block.questions.append(question)
    yield block


def _fix(questions: PageForm, known: Mapping[str, Any]) -> None:
    for question in questions:
        if question.item.id in known:
            question.data, question.is_fixed = known[question.item.id], True


def _findings(fault: FormloomError) -> Iterable[Finding]:
    return fault.findings or (Finding(fault.code, fault.message, params=fault.params),)


def _defaults(form: FormVersion, now: datetime) -> dict[str, Any]:
    fixed = {item.id: item.default for item in form.stored if item.public and item.default is not None}
    by_formula = [item.id for item in form.stored if item.public and item.document.get("default_formula")]
    if not by_formula:
        return fixed
    start = form.dump(starting_values(form, now))
    return fixed | {name: start[name] for name in by_formula if start[name] is not None}


_PARTS = ("own", "rows", "formulas", "effects", "pipes", "linkage", "choosing")


def more_scripts(data: Mapping[str, Any]) -> list[str]:
    """Return the scripts that only some pages need, each called like the part of the data that it reads.

    They stand before the page's own script, which tells them what is answered.
    """
    return [path for name in _PARTS if name in data and (path := bundle_path(name))]


def as_json(data: Mapping[str, Any]) -> Markup:
    """Return what the script reads, as it may stand in the page."""
    text = orjson.dumps(data).decode()
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 - escaped
