"""The chain of flows behind a webhook call, told to whoever is called, so that a chain that comes back ends.

    Formloom-Cause: <base64url of {"origin", "flows"}>.<base64url HMAC-SHA256>

Only we can write it: it is signed with a key derived from the installation's. A call that comes in without it, or with
one that we did not sign, begins a chain of its own. Another system that passes it on passes the chain on.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import orjson

from formloom.platform.kernel.events import Cause

HEADER = "Formloom-Cause"
LONGEST = 2_000


def told(key: str, cause: Cause) -> dict[str, str]:
    """Return the header that tells `cause`."""
    text = _encoded(orjson.dumps(cause.dump()))
    return {HEADER: f"{text}.{_signature(key, text)}"}


def read(key: str, header: str | None) -> Cause | None:
    """Return the cause that a header tells, or None when there is none that we signed."""
    text, _, signature = (header or "")[:LONGEST].partition(".")
    if not hmac.compare_digest(_signature(key, text).encode(), signature.encode("utf-8", "replace")):
        return None
    try:
        found: Mapping[str, Any] = orjson.loads(base64.urlsafe_b64decode(text))
    except (ValueError, binascii.Error):
        return None
    return Cause.of(found)


def _signature(key: str, text: str) -> str:
    return _encoded(hmac.digest(key.encode(), b"cause:" + text.encode("utf-8", "replace"), hashlib.sha256))


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()
