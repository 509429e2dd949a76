"""The name of a device: a random one in a signed cookie, given only where a form takes one answer from each device."""

import secrets

from flask import Response, request
from itsdangerous import BadData, URLSafeSerializer

from formloom.platform.web.public import embedding
from formloom.platform.web.runtime import Runtime

_SALT = "device"
_LIFE_S = 400 * 86_400


def name(answer: Response, rt: Runtime) -> None:
    """Give the browser a name; it says nothing and leads nowhere."""
    text = URLSafeSerializer(rt.settings.secret_key, salt=_SALT).dumps(secrets.token_urlsafe(12))
    embedding.keep_cookie(answer, request, cookie_name(rt), str(text), life_s=_LIFE_S, is_https=rt.settings.is_https)


def device_of(rt: Runtime, cookie: str | None) -> str | None:
    """Return the device that a cookie of ours names."""
    try:
        return str(URLSafeSerializer(rt.settings.secret_key, salt=_SALT).loads((cookie or "")[:200]))
    except (BadData, ValueError, TypeError):
        return None


def cookie_name(rt: Runtime) -> str:
    """Return the name of the cookie that names a device."""
    return f"{'__Host-' if rt.settings.is_https else ''}formloom-device"
