"""Unfinished answers that a respondent kept on the server, to go on with on another device.

They are what stood in the page's inputs, judged by nobody and counted nowhere: no record, no event, no place taken.
So they survive a new version of the form: what it no longer asks is left out when the page is drawn again. What a
lost link must not give away (`FieldType.waits_for_submission`: identity numbers, signatures, files) is not kept.

The way back is a link like any that a respondent holds (`respondents.py`): signed, kept as a hash, with an end, mailed
a few times at most, withdrawn by the builder. Whoever sends the answers uses it up.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from formloom.platform.access.secrets import digest
from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.kernel.errors import TooLarge
from formloom.platform.kernel.ids import new_id
from formloom.platform.records import own_links
from formloom.platform.records.queries import respondents, unfinished
from formloom.platform.records.queries.respondents import RespondentLink
from formloom.platform.storage.database import ReadUnit, UnitOfWork

DAYS = 30
MAX_BYTES = 200_000
Inputs = Sequence[tuple[str, Sequence[str]]]
"""Names of inputs, `field` or `field.part`, with what stood in each."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Unfinished answers and the link that leads to them. `ref` is the personal link that the page was opened by."""

    link: RespondentLink
    inputs: Inputs
    ref: str


def days_of(form: FormVersion) -> int | None:
    """Return how many days a form keeps unfinished answers; None where it keeps none."""
    chosen = form.settings.get("save_later")
    return int(chosen.get("days") or DAYS) if isinstance(chosen, Mapping) else None


def keepable(form: FormVersion, given: Iterable[tuple[str, Sequence[str]]]) -> Inputs:
    """Return the inputs that are kept: answers to public questions that may be."""
    return [
        (name, list(texts))
        for name, texts in given
        if (item := form.by_id.get(name.split(".")[0])) is not None and _may_be_kept(item) and any(texts)
    ]


def left_out(form: FormVersion) -> list[Field]:
    """Return the questions whose answers are not kept."""
    return [item for item in form.stored if item.public and item.type.waits_for_submission]


def keep(
    uow: UnitOfWork, form: FormVersion, secret: str, inputs: Inputs, *, ref: str, link_token: str, now: datetime
) -> RespondentLink:
    """Keep answers under a secret, in place of what was kept under it. Raises TooLarge."""
    if len(orjson.dumps(inputs)) > MAX_BYTES:
        raise TooLarge(limit=f"{MAX_BYTES // 1000} kB")
    ends = now + timedelta(days=days_of(form) or DAYS)
    known = respondents.by_hash(uow, digest(secret))
    if known is not None:
        respondents.change(uow, known.id, expires_at=ends)
        unfinished.put(uow, known.id, inputs, ref, now=now)
        return known
    made = RespondentLink(new_id(), "draft", form.form_id, link_token, None, None, 0, now, None, ends, None, None)
    row = {name: getattr(made, name) for name in RespondentLink.__slots__}
    respondents.add_many(uow, [{**row, "token_hash": digest(secret)}])
    unfinished.put(uow, made.id, inputs, ref, now=now)
    return made


def find(unit: ReadUnit, key: str, form: FormVersion, secret: str, now: datetime) -> Draft | None:
    """Return the answers that a secret leads to, or None."""
    link = respondents.by_hash(unit, digest(secret)) if own_links.is_ours(key, secret) else None
    if link is None or link.kind != "draft" or link.form_id != form.form_id or not link.is_good(now):
        return None
    kept = unfinished.read(unit, link.id)
    return None if kept is None else Draft(link, [(name, texts) for name, texts in kept[0]], kept[1])


def use_up(uow: UnitOfWork, key: str, secret: str) -> None:
    """Forget answers that were sent."""
    if own_links.is_ours(key, secret):
        unfinished.forget(uow, digest(secret))


def _may_be_kept(item: Field) -> bool:
    return (
        item.public and item.type.is_stored and not item.type.is_generated and not item.type.waits_for_submission
        and not item.document.get("from_link")
    )  # fmt: skip
