"""Answers in the texts of later questions: `{field}` in labels, helps, notes and titles of pages.

The server puts in what it knows when it draws the page, and hands the texts to the script, which keeps them up to
date while somebody answers (`static/public_form/piping.ts`). Only public fields are ever quoted; a name that no field
has stays as it is written.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from formloom.platform.definitions.form import FormVersion
from formloom.platform.definitions.kinds.quotes import PIPED
from formloom.platform.kernel.text import resolve
from formloom.platform.web.public.page_form import PageForm, must_words
from formloom.platform.web.public.questions import Question


def pipe(form: FormVersion, page: PageForm, values: Mapping[str, Any]) -> None:
    """Put the answers into the texts of the page's questions; templates escape them like any text."""

    def filled(text: str) -> str:
        return (
            PIPED.sub(lambda found: _said(form, found[0], found[1], values, page.locale), text) if "{" in text else text
        )

    for question in page:
        question.label.text = filled(str(question.label.text))
        question.help = filled(question.help)
        if question.control == "note":
            question.words = filled(question.text)


def piped_texts(form: FormVersion, page: PageForm) -> list[dict[str, str]]:
    """Return the texts with places for answers, before `pipe`: whose they are, which part, and how they are written."""
    return [
        {"id": question.item.id, "part": part, "text": _quotable(form, text)}
        for question in page
        for part, text in _texts(question)
        if any(name in form.by_id for name in PIPED.findall(text))
    ]


def _texts(question: Question) -> Iterable[tuple[str, str]]:
    document, locale = question.item.document, question.locale
    yield "label", resolve(document.get("label"), locale)
    if question.item.type.is_stored:
        yield "must", must_words(question)
    yield "help", resolve(document.get("help"), locale)
    if question.control == "note":
        yield "text", question.text


def _said(form: FormVersion, whole: str, name: str, values: Mapping[str, Any], locale: str) -> str:
    item = form.by_id.get(name)
    if item is None:
        return whole
    value = values.get(name)
    return item.type.display(value, item.cfg, locale) if item.public and value is not None else ""


def _quotable(form: FormVersion, text: str) -> str:
    """Return the text without the names of fields that are for members only."""
    return PIPED.sub(lambda found: "" if found[1] in form.by_id and not form.by_id[found[1]].public else found[0], text)
