"""Runs that called another system and wait for what it answers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from formloom.platform.kernel.errors import FormloomError, NotFound
from formloom.platform.storage.database import UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows.engine.outcome import Outcome, failure
from formloom.workflows.running import settle_and_go, take_up

MAX_TEXT = 4_000


class NoAnswer(FormloomError):
    """The other system never answered, or refused."""

    code = "no_answer"
    message = {"zh-CN": "对方没有正常返回：{why}", "en": "The other system did not answer: {why}"}


def take(uow: UnitOfWork, rt: Runtime, told: Mapping[str, Any], *, now: datetime) -> None:
    """Let a run go on with what came back; nothing happens where it does not wait for that any more."""
    try:
        run, _stood = take_up(uow, rt, str(told.get("run")), now=now)
    except NotFound:
        return
    token = run.state.token(int(told.get("token") or 0))
    if token is None or not token.waits(told.get("node"), told.get("visit")):
        return
    outcome = _outcome(run.node(token.at), told)
    run.tell(token, outcome)
    settle_and_go(uow, rt, run, token.id, outcome)


def _outcome(node: Mapping[str, Any], told: Mapping[str, Any]) -> Outcome:
    if told.get("status") is None:
        return failure(NoAnswer(why=str(told.get("error") or "")[:200]))
    parts = {part["name"]: part for part in node.get("answers") or ()}
    keeps = {
        name: {"kind": part.get("kind") or "text", "value": _found(told.get("body"), part)}
        for name, part in parts.items()
    }
    kept = {name: one["value"] for name, one in keeps.items()}
    return Outcome(output={"status": told["status"], "delivery": told.get("delivery"), "answers": kept}, keeps=keeps)


def _found(body: Any, part: Mapping[str, Any]) -> Any:
    """Return what stands at a path of an answer, None where nothing, or nothing simple, does."""
    for step in str(part["path"]).split("."):
        if isinstance(body, Mapping):
            body = body.get(step)
        elif isinstance(body, list) and step.isascii() and step.isdigit():
            body = body[int(step)] if int(step) < len(body) else None
        else:
            return None
    if body is None or isinstance(body, (Mapping, list)):
        return None
    if part.get("kind") == "boolean":
        return body if isinstance(body, bool) else None
    return body if isinstance(body, int | float) and part.get("kind") == "number" else str(body)[:MAX_TEXT]
