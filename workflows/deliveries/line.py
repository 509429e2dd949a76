"""Putting mails and webhook calls in line, within the transaction of what causes them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from formloom.platform.kernel.events import Cause
from formloom.platform.kernel.ids import new_id
from formloom.platform.kernel.settings import Settings
from formloom.platform.kernel.text import LocalizedText, resolve
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.workflows.channels.addresses import AddressRefused
from formloom.workflows.mail import loops
from formloom.workflows.mail.message import (
    automatic_headers,
    checked_address,
    domain_of,
    one_line,
    stable_key,
    stable_message_id,
)
from formloom.workflows.queries import messages, posts


@dataclass(frozen=True, slots=True)
class Origin:
    """Which step of which run puts a delivery in line; from it comes the stable id."""

    run_id: str
    flow_id: str
    event_id: str
    step_no: int
    form_id: str
    record_id: str | None


def put_reply(
    uow: UnitOfWork, settings: Settings, origin: Origin, *, to: str, subject: str, body: str, locale: str, part: int,
    is_on: bool, answers: Callable[[str], str] | None = None, now: datetime,
) -> dict[str, Any]:  # fmt: skip
    """Put an automatic reply in line, by the rules against loops; return its id, state and why it is held back.

    `answers` gives the address for answers to a mail of some Message-ID, where they come back to
    the house. Raises AddressInvalid.
    """
    address = checked_address(to)
    counted = cache(lambda: posts.counts_to(uow, address, [now - span for span in loops.SPANS], origin.record_id))
    has_bounced, is_machine = messages.signs_of(
        uow, address, bounced_since=now - loops.BLOCKED_AFTER_BOUNCE, automatic_since=now - loops.QUIET_AFTER_AUTOMATIC
    )
    traffic = loops.Traffic(
        sent=lambda span, about: counted()[loops.SPANS.index(span)][about], has_bounced=has_bounced,
        answers_automatically=is_machine,
    )  # fmt: skip
    cause = loops.refusal(
        address, [settings.mail_from], traffic, is_on=is_on, about_record=origin.record_id is not None
    )
    stable = _message_id(settings, origin.flow_id, origin.event_id, f"{origin.step_no}.{part}")
    earlier = correspondence(uow, origin.record_id, address) if origin.record_id else []
    answers_to = {"Reply-To": answers(stable)} if answers is not None else {}
    state = "suspended" if cause else "pending" if settings.smtp_url else "unsent"
    delivery, state = posts.add(
        uow,
        {
            "channel": "mail", "state": state, "stable_id": stable, "recipient": address,
            "subject": one_line(subject)[:200], "lane": "mail", "purpose": "flow", "form_id": origin.form_id,
            "record_id": origin.record_id, "run_id": origin.run_id, "step_no": origin.step_no, "created_at": now,
            "last_error": cause,
            "payload": {
                "text": body, "locale": locale, "headers": {**automatic_headers("reply"), **answers_to},
                "references": [one for one in earlier if one != stable],
            },
        },
    )  # fmt: skip
    return {"delivery": delivery, "state": state, **({"cause": cause} if cause else {})}


def put_notice(
    uow: UnitOfWork, settings: Settings, *, key: str, to: str, subject: str, body: str, locale: str, run_id: str,
    form_id: str, record_id: str, now: datetime,
) -> None:  # fmt: skip
    """Put a mail to a member about a task of his in line, once for each key. Raises AddressInvalid."""
    posts.add(
        uow,
        {
            "channel": "mail", "state": "pending", "stable_id": _message_id(settings, key),
            "recipient": checked_address(to), "subject": one_line(subject)[:200], "lane": "mail", "purpose": "task",
            "form_id": form_id, "record_id": record_id, "run_id": run_id, "created_at": now,
            "payload": {
                "text": body, "locale": locale, "headers": automatic_headers("notice"), "references": [],
            },
        },
    )  # fmt: skip


def put_word(
    uow: UnitOfWork, settings: Settings, *, key: str, to: str, subject: str, body: str, locale: str, now: datetime
) -> None:
    """Put a mail by which the house tells a member something in line, once for each key. Raises AddressInvalid."""
    posts.add(
        uow,
        {
            "channel": "mail", "state": "pending", "stable_id": _message_id(settings, key),
            "recipient": checked_address(to), "subject": one_line(subject)[:200], "lane": "mail", "purpose": "notice",
            "created_at": now,
            "payload": {"text": body, "locale": locale, "headers": automatic_headers("notice"), "references": []},
        },
    )  # fmt: skip


def put_call(
    uow: UnitOfWork,
    origin: Origin,
    *,
    url: str,
    secret: str | None,
    body: Mapping[str, Any],
    cause: Cause,
    is_on: bool,
    now: datetime,
    answer_to: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Put a webhook call in line under an id that stays the same over repeats; `cause` is told to whoever is called.

    `answer_to` names the place of a run that waits for what comes back. Raises AddressRefused.
    """
    stable = f"msg_{stable_key(origin.flow_id, origin.event_id, str(origin.step_no))}"
    delivery, state = posts.add(
        uow,
        {
            "channel": "webhook", "state": "pending" if is_on else "suspended", "stable_id": stable,
            "recipient": url[:500], "subject": None, "lane": _host(url), "purpose": "flow",
            "form_id": origin.form_id, "record_id": origin.record_id, "run_id": origin.run_id,
            "step_no": origin.step_no, "created_at": now,
            "payload": {
                "url": url, "secret": secret, "body": dict(body), "cause": cause.dump(),
                **({"answer_to": dict(answer_to)} if answer_to else {}),
            },
        },
    )  # fmt: skip
    return {"delivery": delivery, "state": state}


def _message_id(settings: Settings, *parts: str) -> str:
    return stable_message_id(settings.secret_key, domain_of(settings.mail_from), *parts)


def correspondence(unit: ReadUnit, record_id: str, address: str) -> list[str]:
    """Return the Message-IDs of what was written about a record to and by an address, oldest first."""
    both = [*posts.last_of_record(unit, record_id, address), *messages.last_of_record(unit, record_id, address)]
    return [message_id for _at, message_id in sorted(both)]


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "")[:200]
    except ValueError as fault:
        raise AddressRefused(why="malformed") from fault


class HouseMail:
    """The port through which lower floors send letters: invitations, forgotten passwords."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __call__(
        self, uow: UnitOfWork, *, to: str, subject: LocalizedText, body: LocalizedText, locale: str, now: datetime
    ) -> None:
        """Put a letter in line. Raises AddressInvalid."""
        posts.add(
            uow,
            {
                "channel": "mail", "state": "pending" if self._settings.smtp_url else "unsent",
                "stable_id": _message_id(self._settings, new_id()),
                "recipient": checked_address(to), "subject": one_line(resolve(subject, locale))[:200], "lane": "mail",
                "purpose": "account", "created_at": now,
                "payload": {
                    "text": resolve(body, locale), "locale": locale, "headers": automatic_headers("notice"),
                    "references": [],
                },
            },
        )  # fmt: skip


BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480, 1440))
"""How long a delivery waits after each failure; after the last it is dead."""
