"""The form token: which page a submission comes from, when it was opened, and that it counts once.

Signed, bound to link, form and version, valid from two seconds (a robot is faster) to a day. Its nonce is the key under
which the submission is stored, so a second click, a reload or a retry after a lost answer gets the first receipt.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeTimedSerializer

from formloom.platform.kernel.errors import Finding, FormloomError

SHORTEST = timedelta(seconds=2)
LONGEST = timedelta(hours=24)
_SALT = "public-page"


class PageTokenRefused(FormloomError):
    """The page is too old, was never ours, or was sent too fast."""

    code = "page_token"
    kind = "invalid"
    message = {"zh-CN": "页面已过期，请检查后再次提交", "en": "This page has expired; check it and send it again"}


class TooFast(PageTokenRefused):
    """Sent faster than a person can."""

    code = "too_fast"
    message = {"zh-CN": "提交过快，请稍等两秒再提交", "en": "That was quick; wait two seconds and send it again"}


@dataclass(frozen=True, slots=True)
class PageToken:
    """What a page says of itself."""

    link: str
    form_id: str
    version: int
    nonce: str
    issued_at: datetime


def issue(secret: str, link: str, form_id: str, version: int, *, now: datetime) -> str:
    """Return a fresh token for a page that is being served."""
    body = [link, form_id, version, secrets.token_urlsafe(12), now.timestamp()]
    signed = URLSafeTimedSerializer(secret, salt=_SALT).dumps(body)
    return signed if isinstance(signed, str) else signed.decode()


def read(secret: str, text: str, link: str, *, now: datetime) -> PageToken:
    """Return what the token says. Raises PageTokenRefused, TooFast."""
    try:
        found_link, form_id, version, nonce, issued = URLSafeTimedSerializer(secret, salt=_SALT).loads(text[:2_000])
        issued_at = datetime.fromtimestamp(float(issued), tz=now.tzinfo)
    except (BadData, ValueError, TypeError, OverflowError) as fault:
        raise PageTokenRefused(findings=[_finding()]) from fault
    if found_link != link or now - issued_at > LONGEST:
        raise PageTokenRefused(findings=[_finding()])
    if now - issued_at < SHORTEST:
        raise TooFast(findings=[Finding(TooFast.code, TooFast.message)])
    return PageToken(str(found_link), str(form_id), int(version), str(nonce), issued_at)


def _finding() -> Finding:
    return Finding(PageTokenRefused.code, PageTokenRefused.message)
