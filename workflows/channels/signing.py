"""Signatures by the Standard Webhooks scheme.

Source: the Standard Webhooks specification 1.0: `webhook-signature: v1,<base64 HMAC-SHA256>` over
`<webhook-id>.<webhook-timestamp>.<body>`; several signatures may stand side by side, separated by a space.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime

TOLERANCE_S = 300
_PREFIX = "whsec_"


def new_secret() -> str:
    """Return a fresh secret of 24 random bytes."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


def derived_secret(key: str, purpose: str) -> str:
    """Return the secret that belongs to `purpose` under the installation's key; always the same."""
    return _PREFIX + base64.b64encode(hmac.digest(key.encode(), f"webhook:{purpose}".encode(), hashlib.sha256)).decode()


def sign(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers that prove who sent `body`."""
    stamp = str(int(at.timestamp()))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{_signature(secret, message_id, stamp, body)}",
    }


def is_signed(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Tell whether `body` was signed with `secret` at most five minutes ago."""
    stamp = headers.get("webhook-timestamp", "")
    if not stamp.isdecimal() or len(stamp) > 12 or abs(now.timestamp() - int(stamp)) > TOLERANCE_S:
        return False
    expected = _signature(secret, headers.get("webhook-id", ""), stamp, body)
    offered = [part.removeprefix("v1,") for part in headers.get("webhook-signature", "").split(" ")[:10]]
    return any(hmac.compare_digest(expected.encode(), signature.encode()) for signature in offered)


def _signature(secret: str, message_id: str, stamp: str, body: bytes) -> str:
    signed = f"{message_id}.{stamp}.".encode() + body
    return base64.b64encode(hmac.digest(_key(secret), signed, hashlib.sha256)).decode()


def _key(secret: str) -> bytes:
    text = secret.removeprefix(_PREFIX)
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return secret.encode()
