"""Taking a submission: protections first, then the one write pipeline, then the receipt.

The page's nonce is stored with the receipt in the submission's own transaction, so the same page can be sent any
number of times, also at the same moment, and is stored once.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from formloom.platform.kernel.errors import Conflict, Finding
from formloom.platform.records import drafts, own_links, reviews, service
from formloom.platform.records.links import PersonalLink, filled, tagged
from formloom.platform.records.lookups import clean_context
from formloom.platform.records.queries import repeats
from formloom.platform.records.record import FormClosed, InvalidValues, QuotaReached, WriteOptions
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.web.public import guards, limits, linkage, receipts
from formloom.platform.web.public.guards import Sent
from formloom.platform.web.public.queries import answers, links, marks
from formloom.platform.web.public.receipts import Receipt
from formloom.platform.web.public.visits import Visit, answers_once


class StoredBefore(Conflict):
    """The answer arrived more than a day ago, and the device was never told."""

    code = "stored_before"
    message = {"zh-CN": "这份填写早已收到", "en": "This answer arrived before"}


def take(visit: Visit, sent: Sent) -> Receipt:
    """Store a submission once and return its receipt.

    Raises LinkLocked, FormClosed, QuotaReached, InvalidValues, TooMany, and what `guards.admit` raises.
    """
    visit.ensure_unlocked()
    values = with_link_values(visit, sent.values, sent.personal)
    with visit.rt.db.read() as unit:
        earlier = _earlier(unit, visit, sent, values)
    if earlier is not None:
        return earlier
    if visit.state != "open":
        raise QuotaReached if visit.state == "full" else FormClosed
    guards.admit(visit, sent)
    values = linkage.prepared(visit, values)
    _check(visit, sent, values)
    guards.count(visit, sent)

    def work(uow: UnitOfWork) -> Receipt:
        return _earlier(uow, visit, sent, values) or _store(uow, visit, sent, values)

    try:
        return visit.rt.db.write(work)
    except repeats.Taken:  # the same page at the same moment: the other one has stored it by now
        return visit.rt.db.write(work)


def with_link_values(visit: Visit, values: Mapping[str, Any], personal: PersonalLink | None) -> dict[str, Any]:
    """Return the values with those of the public and of a personal link, which the respondent can't change.

    Hidden fields that take their value from a link take it from nowhere else.
    """
    forged = {item.id for item in visit.form.stored if item.type.id == "hidden" and item.document.get("from_link")}
    given = {name: value for name, value in values.items() if name not in forged}
    return given | tagged(visit.form, visit.link.source) | (filled(visit.form, personal) if personal else {})


def kept(visit: Visit, receipt: Receipt) -> Receipt:
    """Return a receipt with what is kept with it, as long as it is kept and the visitor may see the form."""
    is_old = visit.now - receipt.at > repeats.LIFE
    if receipt.key is None or is_old or not visit.is_unlocked or receipt.state == "answered":
        return receipt
    with visit.rt.db.read() as unit:
        found = repeats.peek(unit, _caller(visit), receipt.key)
    whole = receipts.load(found.answer) if found else receipt
    return replace(receipt, answers=whole.answers, next=whole.next, quiz=whole.quiz, own=_own_again(visit, receipt.key))


def answered_before(unit: ReadUnit, visit: Visit, personal: PersonalLink | None) -> Receipt | None:
    """Return the receipt of a personal link that was answered, for forms that take one answer from each."""
    link_hash = answers_once(visit, personal)
    found = answers.find(unit, visit.form.form_id, link_hash) if link_hash else None
    return None if found is None else Receipt(found.record_id, found.receipt, found.at, "answered")


def _check(visit: Visit, sent: Sent, values: dict[str, Any]) -> None:
    """Judge the values before anything is counted or written; the pipeline judges again inside its transaction."""
    owner = service.owner_of(visit.visitor)
    with visit.rt.db.read() as unit:
        ctx = clean_context(unit, visit.visitor, visit.form, now=visit.now, locale=visit.locale, owner=owner)
        findings = [*sent.findings, *visit.form.clean(values, ctx=ctx, public=True, kept=_kept(visit, sent)).findings]
    if findings:
        raise InvalidValues(findings=_once_per_field(findings), count=len(findings))


def _store(uow: UnitOfWork, visit: Visit, sent: Sent, values: dict[str, Any]) -> Receipt:
    form = visit.form
    if sent.key is not None:
        repeats.claim(uow, _caller(visit), sent.key, _fingerprint(values), now=visit.now)
    if not links.find(uow, visit.link.token).is_open:
        raise FormClosed
    context = {"channel": "form", "link": visit.link.token, "source": visit.link.source}
    options = WriteOptions(
        listeners=visit.rt.listeners, locale=visit.locale, context=context, kept=_kept(visit, sent)
    )  # fmt: skip
    waits = reviews.is_on(form)
    take_in = reviews.put if waits else service.submit
    record = take_in(uow, visit.visitor, form, values, now=visit.now, options=options)
    if sent.is_lasting and not marks.put(uow, form.form_id, _mark(visit, sent.key), record.id, now=visit.now):
        raise StoredBefore
    limits.take(uow, visit, record, is_page=sent.token is not None)
    receipt = receipts.of_waiting(form, record) if waits else receipts.of_record(form, record)
    if sent.key is not None:
        repeats.finish(uow, _caller(visit), sent.key, 201, receipt.dump())
    own = own_links.new_secret(visit.secret, _seed(visit, sent.key) if sent.token else None)
    if own_links.give(uow, form, record, own, link_token=visit.link.token, by=None, now=visit.now):
        receipt = replace(receipt, own=own)
    if link_hash := answers_once(visit, sent.personal):
        answers.add(uow, form.form_id, link_hash, answers.Answer(receipt.id, receipt.number, receipt.at))
    if sent.draft:
        drafts.use_up(uow, visit.secret, sent.draft)
    links.count_submission(uow, visit.link.token, now=visit.now)
    return receipt


def _kept(visit: Visit, sent: Sent) -> frozenset[str]:
    """Return the fields whose values come with the link: the respondent could not change them anyway."""
    return frozenset(with_link_values(visit, {}, sent.personal))


def _earlier(unit: ReadUnit, visit: Visit, sent: Sent, values: dict[str, Any]) -> Receipt | None:
    found = _stored(unit, visit, sent.key) if sent.key is not None else None
    if found is not None:
        receipt = receipts.load(found.answer)
        state: receipts.State = "repeat" if found.fingerprint == _fingerprint(values) else "changed"
        return replace(receipt.again(state), own=_own_again(visit, sent.key if sent.token else None))
    return answered_before(unit, visit, sent.personal)


def _own_again(visit: Visit, key: str | None) -> str:
    """Return the secret of the own link that a submission made, as far as the form gives any."""
    if key is None or own_links.Terms.of(visit.form) is None:
        return ""
    return own_links.new_secret(visit.secret, _seed(visit, key))


def _seed(visit: Visit, key: str | None) -> str | None:
    """Return what makes the secret of a page's own link; an API caller's key is neither random nor used only once."""
    return None if key is None else f"{_caller(visit)}:{key}"


def _stored(unit: ReadUnit, visit: Visit, key: str) -> repeats.Earlier | None:
    if isinstance(unit, UnitOfWork):
        return repeats.find(unit, _caller(visit), key, now=visit.now)
    return repeats.peek(unit, _caller(visit), key)


def _once_per_field(findings: list[Finding]) -> list[Finding]:
    kept: dict[tuple[str | None, str], Finding] = {}
    for found in findings:
        kept.setdefault((found.field, found.code if found.field is None else ""), found)
    return list(kept.values())


def _mark(visit: Visit, key: str | None) -> str:
    said = f"{visit.link.token}:{key}".encode()
    return hmac.new(f"kept-answer:{visit.secret}".encode(), said, hashlib.sha256).hexdigest()


def _caller(visit: Visit) -> str:
    return f"link:{visit.link.token}"


def _fingerprint(values: Mapping[str, Any]) -> str:
    filled_in = {name: value for name, value in values.items() if value not in (None, "", [])}
    return hashlib.sha256(orjson.dumps(filled_in, default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()
