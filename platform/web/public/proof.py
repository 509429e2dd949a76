"""Proof of work by the ALTCHA protocol: a fraction of a second for a phone, the end of the profit for a flood.

The task stands in the page and is signed with a key of that page alone, so it can't be worked off in advance or used
for another page. Only pages with JavaScript do it; without, a tighter rate takes its place (`guards`).
"""

from altcha import create_challenge, verify_solution

from formloom.platform.kernel.errors import FormloomError
from formloom.platform.kernel.jsontypes import JSONObject
from formloom.platform.web.public.page_token import PageToken

ALGORITHM = "PBKDF2/SHA-256"
ROUNDS = 1_000
PREFIX = "00"
"""On average 256 keys of a thousand rounds each."""
_MAX_SOLUTION = 4_000


class ProofMissing(FormloomError):
    """The browser did not do the work that it was asked to."""

    code = "proof_of_work"
    kind = "invalid"
    message = {"zh-CN": "安全验证未完成，请再提交一次", "en": "The safety check didn't finish: send it again"}


def task(secret: str, token: PageToken) -> JSONObject:
    """Return the task of one page."""
    made: JSONObject = create_challenge(
        ALGORITHM, ROUNDS, key_prefix=PREFIX, hmac_secret=_key(secret, token)
    ).to_dict()  # fmt: skip
    return made


def ensure_done(secret: str, token: PageToken, solution: object) -> None:
    """Raise ProofMissing unless `solution` solves the task of this page."""
    if not isinstance(solution, str) or not 0 < len(solution) <= _MAX_SOLUTION:
        raise ProofMissing
    if not verify_solution(solution, _key(secret, token)).verified:
        raise ProofMissing


def _key(secret: str, token: PageToken) -> str:
    return f"{secret}:proof-of-work:{token.nonce}"
