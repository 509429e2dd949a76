"""The session cookie.

Over https it carries the `__Host-` prefix: the browser then insists on Secure, on this very host and on the path
/, so that no neighbouring host can plant one. Over plain http browsers would refuse that, so it goes without.
"""

from flask import Request, Response

from formloom.platform.access.identity import LIFETIME
from formloom.platform.kernel.settings import Settings

_MAX_LENGTH = 100


def cookie_name(settings: Settings) -> str:
    """Return the cookie's name."""
    return "__Host-formloom" if settings.is_https else "formloom"


def session_secret(request: Request, settings: Settings) -> str | None:
    """Return the secret that the request brings, or None."""
    secret = request.cookies.get(cookie_name(settings))
    return secret if secret and len(secret) <= _MAX_LENGTH else None


def set_session(answer: Response, secret: str, settings: Settings) -> None:
    """Let the browser keep the session."""
    answer.set_cookie(
        cookie_name(settings),
        secret,
        max_age=int(LIFETIME.total_seconds()),
        path="/",
        secure=settings.is_https,
        httponly=True,
        samesite="Lax",
    )


def drop_session(answer: Response, settings: Settings) -> None:
    """Let the browser forget the session and what it kept of it."""
    answer.delete_cookie(cookie_name(settings), path="/", secure=settings.is_https, httponly=True, samesite="Lax")
    answer.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
