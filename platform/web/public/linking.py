"""Records of other forms that a visitor may choose: as many as a list holds, by the fields that the builder named."""

from formloom.platform.kernel.ids import is_id
from formloom.platform.records.lookups import clean_context
from formloom.platform.records.relations.choosing import Choice, Search, choices_for_visitors, understood
from formloom.platform.records.service import owner_of
from formloom.platform.web.public.controls import Linked, LinkedMany
from formloom.platform.web.public.page_form import PageForm
from formloom.platform.web.public.visits import Visit

MOST = 200
KEPT = "—"
"""Stands for a record that was chosen and can't be chosen any more: it stays unless something else is taken."""


def place(visit: Visit, questions: PageForm) -> None:
    """Give each question that leads to another form what can be chosen beside the answers of the page."""
    waiting = [one for one in questions if isinstance(one, (Linked, LinkedMany))]
    if not waiting:
        return
    raw = {one.item.id: one.data for one in questions if one.item.type.is_stored}
    with visit.rt.db.read() as unit:
        ctx = clean_context(
            unit, visit.visitor, visit.form, now=visit.now, locale=visit.locale, owner=owner_of(visit.visitor)
        )
        search = Search(values=understood(visit.form, raw, ctx), limit=MOST)
        for question in waiting:
            found = choices_for_visitors(
                unit, visit.visitor, visit.form, question.item.id, search, now=visit.now, locale=visit.locale
            )
            known = {one.id: _label(one) for one in found}
            kept = {one: KEPT for one in question.chosen if is_id(one) and one not in known}
            question.records = sorted((known | kept).items(), key=lambda pair: pair[1])


def _label(one: Choice) -> str:
    texts = [one.title, *(text for text in one.shown if text != one.title)]
    return " · ".join(text for text in texts if text) or "—"
