"""Passwords of mail servers, kept so that a copy of the database alone opens nothing.

AES-256-GCM under a key derived from the installation's secret key, bound to the mailbox. With another secret key a
password can't be read any more, and has to be given again.
"""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_VERSION = "v1:"
_NONCE = 12


def seal(secret_key: str, mailbox_id: str, password: str) -> str:
    """Return a password as it is kept."""
    nonce = os.urandom(_NONCE)
    sealed = _cipher(secret_key).encrypt(nonce, password.encode(), mailbox_id.encode())
    return _VERSION + base64.b64encode(nonce + sealed).decode()


def unseal(secret_key: str, mailbox_id: str, kept: str | None) -> str | None:
    """Return a kept password; None where there is none that this installation can read."""
    if not kept or not kept.startswith(_VERSION):
        return None
    try:
        raw = base64.b64decode(kept.removeprefix(_VERSION))
        return _cipher(secret_key).decrypt(raw[:_NONCE], raw[_NONCE:], mailbox_id.encode()).decode()
    except (InvalidTag, ValueError):
        return None


def _cipher(secret_key: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"formloom mailbox password").derive(secret_key.encode()))
