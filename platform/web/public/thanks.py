"""What the page of thanks may say of an answer: texts with answers in them, the answers themselves, where to go next.

The page never reads the record. What it may say is worked out when the submission is stored, kept with its receipt
for a day like everything that makes a repetition harmless, and reached only by the signed address of the receipt.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from formloom.platform.definitions.fields.base import CleanContext
from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.definitions.kinds.quotes import PIPED
from formloom.platform.kernel.text import LOCALES, resolve
from formloom.platform.records.record import Record
from formloom.platform.web.public.page_form import shown_fields

LONGEST_TEXT = 2_000
LONGEST_PARAMETER = 500
Answers = Mapping[str, Mapping[str, str]]
"""Field id → the answer as people read it, in each language."""


def answers_of(form: FormVersion, record: Record) -> Answers:
    """Return the answers that the page of thanks will show or quote."""
    wanted = _shown(form) | _piped(form) | _told(form)
    return {item.id: _in_words(item, record.values[item.id]) for item in form.stored if _may(item, wanted, record)}


def next_address(form: FormVersion, record: Record) -> str:
    """Return where the respondent is sent on to, with the answers that go along; empty for nowhere."""
    chosen = (ending_of(form, record) or form.settings).get("redirect") or {}
    if not chosen.get("url"):
        return ""
    dumped = form.dump(record.values)
    names = set(chosen.get("fields") or ())
    given = [(item.id, _parameter(dumped.get(item.id))) for item in form.stored if _may(item, names, record)]
    parts = urlsplit(str(chosen["url"]))
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, urlencode(given))))))


def ending_of(form: FormVersion, record: Record) -> Mapping[str, Any]:
    """Return the end page that the answers of a record lead to; empty for the form's usual one."""
    return form.endings.reached(record.values, CleanContext(now=record.created_at)) or {}


def ending(form: FormVersion, name: str) -> Mapping[str, Any]:
    """Return the end page of that id, as long as the form has it; empty for its usual one."""
    pages = form.settings.get("endings") or ()
    return next((one for one in pages if name and one["id"] == name), {})


def words(form: FormVersion, text: Mapping[str, str] | None, locale: str, answers: Answers, number: str) -> str:
    """Return a text of thanks with answers in the places of `{field}`; it is text, never markup."""

    def put_in(match: re.Match[str]) -> str:
        name = match[1]
        if name == "receipt":
            return number
        return answers[name].get(locale, "") if name in answers else "" if name in form.by_id else match[0]

    return PIPED.sub(put_in, resolve(text, locale))


def listed(form: FormVersion, locale: str, answers: Answers) -> list[tuple[str, str]]:
    """Return label and answer of what is shown, in the form's order."""
    shown = _shown(form) | _told(form)
    return [
        (resolve(item.label, locale) or item.id, answers[item.id].get(locale, ""))
        for item in form.stored
        if item.id in shown and item.id in answers
    ]


def _shown(form: FormVersion) -> set[str]:
    if not form.settings.get("show_answers"):
        return set()
    return {item.id for item in shown_fields(form) if item.type.is_stored and item.type.id != "hidden"}


def _told(form: FormVersion) -> set[str]:
    """Return what is always said: that somebody waits."""
    return {item.id for item in form.stored if item.type.leads_line}


def _piped(form: FormVersion) -> set[str]:
    pages = form.settings.get("endings") or ()
    texts = [form.settings.get("thanks"), *(page.get(part) for page in pages for part in ("title", "text"))]
    return {name for text in texts for words in (text or {}).values() for name in PIPED.findall(words)}


def _may(item: Field, wanted: set[str], record: Record) -> bool:
    return item.public and item.id in wanted and record.values.get(item.id) is not None


def _in_words(item: Field, value: Any) -> dict[str, str]:
    return {locale: item.type.display(value, item.cfg, locale)[:LONGEST_TEXT] for locale in LOCALES}


def _parameter(value: Any) -> str:
    parts = value if isinstance(value, list) else [value]
    return ",".join(str(part).lower() if isinstance(part, bool) else str(part) for part in parts)[:LONGEST_PARAMETER]
