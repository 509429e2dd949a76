"""Secrets that we hand out and recognise again without keeping them.

Every one is 256 random bits; the database holds the SHA-256 of it, so a copy of the database opens nothing. A
slow hash is for passwords, which people choose; random bits need none.
"""

import hashlib
import hmac
import secrets

API_PREFIX = "flm_"


def new_secret() -> str:
    """Return 256 fresh random bits as URL-safe text."""
    return secrets.token_urlsafe(32)


def new_api_secret() -> str:
    """Return a fresh bearer token; its prefix lets scanners recognise a leaked one."""
    return API_PREFIX + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Return what the database keeps of `secret`."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def same(left: str, right: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(left.encode("utf-8", "surrogatepass"), right.encode("utf-8", "surrogatepass"))
