"""Links with a password: who has given it, and the cookie that remembers so.

The cookie is signed and bound to the link and to its present password, so a new password closes every door at once;
it lives as long as a page may be sent. It says nothing about who somebody is.
"""

import hashlib
from datetime import datetime

from flask import Response, request
from itsdangerous import BadData, URLSafeSerializer

from formloom.platform.access import passwords
from formloom.platform.kernel.errors import Forbidden
from formloom.platform.web.public import embedding, page_token
from formloom.platform.web.public.queries.links import LinkRow
from formloom.platform.web.runtime import Runtime
from formloom.platform.web.security import rates

LOOKS = "60 per minute"
WRONG = "10 per 10 minute"
WRONG_ON_LINK = "300 per hour"
_SALT = "link-password"


class LinkLocked(Forbidden):
    """The link has a password that was not given yet."""

    code = "link_locked"
    message = {"zh-CN": "此表单需要密码", "en": "This form needs a password"}


class PasswordWrong(LinkLocked):
    """The password is not that of the link."""

    code = "link_password_wrong"
    message = {"zh-CN": "密码不正确，请再试一次", "en": "That is not the password. Try again"}


def ensure_fits(link: LinkRow, password: str, network: str) -> None:
    """Check a password; slow, so never inside a unit of work. Raises PasswordWrong, TooMany."""
    own, shared = ("link-password", link.token, network), ("link-password", link.token)
    rates().check(WRONG, *own)
    rates().check(WRONG_ON_LINK, *shared)
    rates().spend(LOOKS, "link-password-look", link.token, network)
    if not passwords.verify(link.password_hash, password):
        rates().spend(WRONG, *own)
        rates().spend(WRONG_ON_LINK, *shared)
        raise PasswordWrong


def is_unlocked(rt: Runtime, link: LinkRow, cookie: str | None, now: datetime) -> bool:
    """Tell whether a link has no password, or the visitor's cookie says that it was given."""
    if link.password_hash is None:
        return True
    try:
        mark, at = URLSafeSerializer(rt.settings.secret_key, salt=_SALT).loads((cookie or "")[:500])
        age_s = now.timestamp() - float(at)
    except (BadData, ValueError, TypeError, OverflowError):
        return False
    return bool(mark == _mark(link)) and 0 <= age_s <= page_token.LONGEST.total_seconds()


def remember(answer: Response, rt: Runtime, link: LinkRow, now: datetime) -> None:
    """Let the browser keep that the password was given."""
    text = URLSafeSerializer(rt.settings.secret_key, salt=_SALT).dumps([_mark(link), int(now.timestamp())])
    embedding.keep_cookie(
        answer, request, cookie_name(rt, link.token), str(text), life_s=int(page_token.LONGEST.total_seconds()),
        is_https=rt.settings.is_https,
    )  # fmt: skip


def cookie_name(rt: Runtime, token: str) -> str:
    """Return the name of a link's cookie."""
    return f"{'__Host-' if rt.settings.is_https else ''}formloom-link-{token[:40]}"


def _mark(link: LinkRow) -> str:
    return hashlib.sha256(f"{link.token}:{link.password_hash}".encode()).hexdigest()[:32]
