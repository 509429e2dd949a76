"""`Idempotency-Key`: the same write sent twice happens once and gets the same answer.

The key is stored in the write's own transaction, so a crash leaves both or neither. Scope: the caller; life: 24 h.
"""

import hashlib
from collections.abc import Callable
from typing import Any

import orjson
from flask import Response

from formloom.platform.kernel.errors import Conflict, Finding, FormloomError, Invalid
from formloom.platform.records.queries import repeats
from formloom.platform.storage.database import UnitOfWork
from formloom.platform.web.route import Call

MAX_KEY = 200


class KeyReused(FormloomError):
    """The key was used for another request."""

    code = "idempotency_key_reused"
    kind = "invalid"
    message = {"zh-CN": "此幂等键已用于另一请求", "en": "This idempotency key was used for another request"}


class InProgress(Conflict):
    """The first request with this key is still under way."""

    code = "in_progress"
    message = {"zh-CN": "相同请求正在处理中", "en": "The same request is still being worked on"}


def once(
    call: Call, work: Callable[[UnitOfWork], object], *, status: int, content: bytes | None = None
) -> object:  # fmt: skip
    """Run `work` in one unit; with an `Idempotency-Key`, at most once per caller and key.

    `content` stands for the body where that was read as a stream.
    """
    key = call.request.headers.get("Idempotency-Key")
    if key is None:
        return call.db.write(work)
    if not 1 <= len(key) <= MAX_KEY or not key.isprintable():
        words = {"zh-CN": "Idempotency-Key 应为 1 到 200 个字符", "en": "Idempotency-Key must have 1 to 200 characters"}
        raise Invalid(findings=[Finding("bad_idempotency_key", words, field="Idempotency-Key")])
    caller, fingerprint = call.actor.user_id, _fingerprint(call, content)
    try:
        return call.db.write(lambda uow: _once(call, work, uow, (caller, key, fingerprint), status))
    except repeats.Taken as fault:
        raise InProgress from fault


def _once(
    call: Call, work: Callable[[UnitOfWork], object], uow: UnitOfWork, name: tuple[str, str, str], status: int
) -> object:
    caller, key, fingerprint = name
    earlier = repeats.find(uow, caller, key, now=call.now)
    if earlier is not None:
        if earlier.fingerprint != fingerprint:
            raise KeyReused
        return Response(earlier.answer, earlier.status, content_type="application/json")
    repeats.claim(uow, caller, key, fingerprint, now=call.now)
    result: Any = work(uow)
    repeats.finish(uow, caller, key, status, orjson.dumps(result, default=str).decode())
    return result


def _fingerprint(call: Call, content: bytes | None) -> str:
    digest = hashlib.sha256(f"{call.request.method} {call.request.path}\n".encode())
    digest.update(call.request.get_data() if content is None else content)
    return digest.hexdigest()
