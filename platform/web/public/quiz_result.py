"""The result of a quiz as the page of thanks tells it, worked out when the submission is stored."""

from decimal import Decimal
from typing import Any

from formloom.platform.definitions.form import FormVersion
from formloom.platform.definitions.scoring import Graded
from formloom.platform.kernel.text import LOCALES, joined, resolve
from formloom.platform.records.record import Record

Result = dict[str, Any]


def of_record(form: FormVersion, record: Record) -> Result | None:
    """Return the result of a record, as much of it as the form tells; None where it tells nothing."""
    wanted = form.settings.get("quiz") or {}
    if not form.scoring.quizzed or not wanted or wanted.get("show", "score") == "nothing":
        return None
    graded = form.scoring.graded(record.values, form.visible(record.values, now=record.created_at))
    points, of = sum((one.points for one in graded), Decimal(0)), sum((one.of for one in graded), Decimal(0))
    mark = wanted.get("pass_mark")
    found: Result = {"points": _plain(points), "of": _plain(of)}
    if mark is not None:
        found["passed"] = points >= Decimal(str(mark))
    if wanted.get("show") == "answers":
        found["questions"] = [_question(form, record, one) for one in graded if form.field(one.field).public]
    return found


def _question(form: FormVersion, record: Record, graded: Graded) -> Result:
    item, value = form.field(graded.field), record.values.get(graded.field)

    def said(one: Any, locale: str) -> str:
        return item.type.display(one, item.cfg, locale) if one is not None else ""

    return {
        "right": graded.is_right, "points": _plain(graded.points), "of": _plain(graded.of),
        "words": {
            locale: {
                "label": form.label(graded.field, locale), "given": said(value, locale),
                "answer": joined((said(one, locale) for one in graded.right), locale),
                "explanation": resolve(graded.explanation, locale),
            }
            for locale in LOCALES
        },
    }  # fmt: skip


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f") if number else "0"
