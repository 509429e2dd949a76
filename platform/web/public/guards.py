"""What keeps robots out of public forms without asking people anything.

A field that nobody sees, a time that nobody needs less of, a little work for the browser, and a rate for each network
and form. Without JavaScript there is no work to do, so the rate is a third.
"""

import threading
from dataclasses import dataclass, field
from typing import Any

from formloom.platform.kernel.errors import FormloomError, TooMany
from formloom.platform.records.links import PersonalLink
from formloom.platform.web.public import proof
from formloom.platform.web.public.page_token import PageToken
from formloom.platform.web.public.visits import Visit
from formloom.platform.web.security import rates

TRAP = "Website"
"""An input that people don't see. No field can have this name, since field ids are in lower case."""
RATE_PER_HOUR = 30
LEAST_RATE = 5
TRIES_PER_SUBMISSION = 10
UPLOADS_PER_SUBMISSION = 10
_ONCE = "1 per day"
_COUNTING = threading.Lock()


class LooksAutomatic(FormloomError):
    """An input that people can't see was filled in."""

    code = "looks_automatic"
    kind = "invalid"
    message = {
        "zh-CN": "有一个隐藏的输入框被填写了，已为您清空，请再提交一次",
        "en": "A hidden input was filled in. It is empty again: send it once more",
    }


@dataclass(frozen=True, slots=True)
class Sent:
    """What a request sent, however it came.

    `token` is None for callers with an API token, who need no page. `values` are raw, by field id.
    """

    values: dict[str, Any]
    token: PageToken | None
    personal: PersonalLink | None = None
    trap: str = ""
    has_script: bool = False
    solution: object = None
    key: str | None = None
    """What makes a repetition recognisable: the page's nonce, else the caller's idempotency key."""
    draft: str = ""
    """The secret of unfinished answers that are sent now, and forgotten with that."""
    is_lasting: bool = False
    """Whether the key was made by a device that keeps its answers, and means the same answer for ever."""
    findings: tuple[Any, ...] = field(default=())
    """What did not fit before the values were looked at: files that were refused."""


def admit(visit: Visit, sent: Sent) -> None:
    """Refuse what no person sent. Raises LooksAutomatic, TooFast, ProofMissing, TooMany."""
    if sent.token is None:
        return
    if sent.trap:
        raise LooksAutomatic
    sent.token.ensure_read(visit.now)
    if sent.has_script and wants_proof(visit):
        proof.ensure_done(visit.secret, sent.token, sent.solution)
    rates().spend(f"{_rate(visit) * TRIES_PER_SUBMISSION} per hour", "try", visit.form.form_id, visit.network)


def count(visit: Visit, sent: Sent) -> None:
    """Count a submission that is about to be stored; the same page, sent twice at once, only once. Raises TooMany."""
    if sent.token is None:
        return
    with _COUNTING:
        if _is_counted(sent.token):
            return
        if not (sent.has_script and wants_proof(visit)):
            tighter = min(_rate(visit), max(LEAST_RATE, _rate(visit) // 3))
            rates().spend(f"{tighter} per hour", "plain", visit.form.form_id, visit.network)
        rates().spend(f"{_rate(visit)} per hour", "submit", visit.form.form_id, visit.network)
        rates().spend(_ONCE, "counted", sent.token.nonce)


def _is_counted(token: PageToken) -> bool:
    try:
        rates().check(_ONCE, "counted", token.nonce)
    except TooMany:
        return True
    return False


def count_uploads(visit: Visit, files: int) -> None:
    """Count files that are about to be stored. Raises TooMany."""
    for _file in range(files):
        rates().spend(f"{_rate(visit) * UPLOADS_PER_SUBMISSION} per hour", "upload", visit.form.form_id, visit.network)


def wants_proof(visit: Visit) -> bool:
    """Tell whether pages with JavaScript have to do some work."""
    return visit.form.settings.get("proof_of_work") is not False


def _rate(visit: Visit) -> int:
    return int(visit.form.settings.get("rate_per_hour") or RATE_PER_HOUR)
