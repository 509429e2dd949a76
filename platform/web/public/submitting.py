"""Taking a submission: protections first, then the one write pipeline, then the receipt.

The page's nonce is stored with its receipt in the submission's own transaction, so the same page can be sent any number
of times and is stored once. Without JavaScript there is no proof of work; a tighter limit takes its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from altcha.v1 import ChallengeOptions as ChallengeOptionsV1
from altcha.v1 import create_challenge as create_challenge_v1
from altcha.v1 import verify_solution as verify_solution_v1

from formloom.platform.access.policy import Act, demand
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Actor, Public
from formloom.platform.kernel.errors import Finding, FormloomError
from formloom.platform.records import opening, service
from formloom.platform.records.links import PersonalLink, filled, unclaimed
from formloom.platform.records.queries import repeats
from formloom.platform.records.record import FormClosed, Record, WriteOptions
from formloom.platform.records.serials import number_fields
from formloom.platform.storage.database import UnitOfWork
from formloom.platform.web.public.page_token import PageToken
from formloom.platform.web.public.queries import links
from formloom.platform.web.public.queries.links import LinkRow
from formloom.platform.web.runtime import Runtime
from formloom.platform.web.security import network_of, rates

DEFAULT_RATE = 30
CHALLENGE_COST = 60_000
HONEYPOT = "contact_me_by_fax"


class ProofMissing(FormloomError):
    """The browser did not do the work that it was asked to."""

    code = "proof_of_work"
    kind = "invalid"
    message = {"zh-CN": "安全验证未完成，请再提交一次", "en": "The check didn't finish; send it again"}


class LooksAutomatic(FormloomError):
    """A field that people can't see was filled in."""

    code = "looks_automatic"
    kind = "invalid"
    message = {"zh-CN": "无法接受此提交", "en": "This can't be accepted"}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the respondent gets: the record's id, its number, when it came."""

    id: str
    number: str
    at: str
    is_repeat: bool = False


def submit(
    rt: Runtime, link: LinkRow, form: FormVersion, values: Mapping[str, Any], *, token: PageToken | None,
    personal: PersonalLink | None, ip: str, locale: str, now: datetime, actor: Actor | None = None,
) -> Receipt:  # fmt: skip
    """Store a submission once and return its receipt.

    Raises FormClosed, QuotaReached, InvalidValues, TooMany.
    """
    limit_rate(form, ip, with_proof=True)
    who = actor or Public(form.form_id, form.version, link.token, network_of(ip), locale)
    given = {**unclaimed(form, values), **(filled(form, personal) if personal else {})}
    once_per_link = personal is not None and form.settings.get("one_answer_per_link", True)
    key = f"{personal.form_id}:{personal.record_id}" if personal and once_per_link else token.nonce if token else None
    options = WriteOptions(listeners=rt.listeners, locale=locale, context={"channel": "form", "link": link.token})

    def work(uow: UnitOfWork) -> Receipt:
        demand(uow, who, Act.FORM_SUBMIT, form=form)
        if key is not None:
            earlier = repeats.find(uow, f"link:{link.token}", key, now=now)
            if earlier is not None:
                return Receipt(**orjson.loads(earlier.answer), is_repeat=True)
            repeats.claim(uow, f"link:{link.token}", key, "", now=now)
        if not links.find(uow, link.token).is_open:
            raise FormClosed
        record = service.submit(uow, who, form, given, now=now, options=options)
        links.count_submission(uow, link.token)
        receipt = _receipt(form, record)
        if key is not None:
            shown = {"id": receipt.id, "number": receipt.number, "at": receipt.at}
            repeats.finish(uow, f"link:{link.token}", key, 201, orjson.dumps(shown).decode())
        uow.after_commit(rt.wake)
        return receipt

    try:
        return rt.db.write(work)
    except repeats.Taken:  # the same page at the same moment: the other one has it now
        return rt.db.write(work)


def limit_rate(form: FormVersion, ip: str, *, with_proof: bool) -> None:
    """Bound how often one network sends one form. Raises TooMany."""
    rate = int(form.settings.get("rate_per_hour") or DEFAULT_RATE)
    allowed = rate if with_proof else max(3, rate // 2)
    rates().spend(f"{allowed} per hour", "submit", form.form_id, network_of(ip))


def challenge(rt: Runtime, form: FormVersion) -> dict[str, Any]:
    """Return a task that costs a phone a fraction of a second and a flood its profit."""
    made = create_challenge_v1(
        ChallengeOptionsV1(algorithm="SHA-256", max_number=CHALLENGE_COST, hmac_key=_proof_key(rt, form))
    )
    return {
        "algorithm": made.algorithm, "challenge": made.challenge, "salt": made.salt, "signature": made.signature,
        "maxnumber": CHALLENGE_COST,
    }  # fmt: skip


def check_proof(rt: Runtime, form: FormVersion, data: Mapping[str, Any]) -> None:
    """Check the honeypot and, from a page with JavaScript, the proof of work. Raises LooksAutomatic, ProofMissing."""
    if data.get(HONEYPOT):
        raise LooksAutomatic(findings=[Finding(LooksAutomatic.code, LooksAutomatic.message)])
    if not data.get("_js") or form.settings.get("proof_of_work") is False:
        return
    ok, _why = verify_solution_v1(
        str(data.get("_proof") or "")[:4_000], _proof_key(rt, form), check_expires=False
    )
    if not ok:
        raise ProofMissing(findings=[Finding(ProofMissing.code, ProofMissing.message)])


def state(rt: Runtime, link: LinkRow, form: FormVersion, now: datetime) -> str:
    """Return `open`, `closed`, `not_yet`, `ended` or `full`."""
    if not link.is_open:
        return "closed"
    with rt.db.read() as unit:
        return opening.state_of(unit, form, now)


def _proof_key(rt: Runtime, form: FormVersion) -> str:
    return f"{rt.settings.secret_key}:proof:{form.form_id}"


def _receipt(form: FormVersion, record: Record) -> Receipt:
    numbers = [record.values[item.id] for item in number_fields(form) if item.public]
    number = str(numbers[0]) if numbers else record.id[-8:].upper()
    return Receipt(record.id, number, record.created_at.isoformat())
