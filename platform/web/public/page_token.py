"""The form token: which page a submission comes from, when it was opened, and that it counts once.

Signed, bound to link, form and version, valid from three seconds (a robot is faster) to a day. Its nonce is the key
under which the submission is stored, so a second click, a reload or a retry after a lost answer gets the first receipt.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer

from formloom.platform.kernel.errors import FormloomError

SHORTEST = timedelta(seconds=3)
LONGEST = timedelta(hours=24)
_SALT = "public-page"


class PageTokenRefused(FormloomError):
    """The page is too old or was never ours; what was typed is still there."""

    code = "form_token"
    kind = "invalid"
    message = {
        "zh-CN": "页面已过期，内容都在，请再提交一次",
        "en": "This page has expired. Nothing is lost: send it once more",
    }


class TooFast(FormloomError):
    """Sent faster than a person can."""

    code = "too_fast"
    kind = "invalid"
    message = {"zh-CN": "提交过快，请等三秒再提交", "en": "That was quick: wait three seconds and send it again"}


@dataclass(frozen=True, slots=True)
class PageToken:
    """What a page says of itself."""

    text: str
    link: str
    form_id: str
    version: int
    nonce: str
    issued_at: datetime

    def ensure_read(self, now: datetime) -> None:
        """Raise TooFast when the page was open for less time than anybody needs."""
        if now - self.issued_at < SHORTEST:
            raise TooFast


def issue(secret: str, link: str, form_id: str, version: int, *, now: datetime) -> PageToken:
    """Return a fresh token for a page that is being served."""
    nonce = secrets.token_urlsafe(12)
    moment = int(now.timestamp() * 1000)
    text = str(URLSafeSerializer(secret, salt=_SALT).dumps([link, form_id, version, nonce, moment]))
    return PageToken(text, link, form_id, version, nonce, now)


def read(secret: str, text: object, link: str, *, now: datetime) -> PageToken:
    """Return what the token says. Raises PageTokenRefused."""
    given = text[:2_000] if isinstance(text, str) else ""
    try:
        found_link, form_id, version, nonce, moment = URLSafeSerializer(secret, salt=_SALT).loads(given)
        issued_at = datetime.fromtimestamp(float(moment) / 1000, tz=UTC)
    except (BadData, ValueError, TypeError, OverflowError) as fault:
        raise PageTokenRefused from fault
    if found_link != link or not timedelta(0) <= now - issued_at <= LONGEST:
        raise PageTokenRefused
    return PageToken(given, str(found_link), str(form_id), int(version), str(nonce), issued_at)
