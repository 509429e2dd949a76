"""Sending what stands in line: outside any transaction, at least once, always under the same id.

A delivery is claimed under a lease, sent, and settled after the other side said yes. A crash between that yes and our
commit is the one window in which something is sent twice; both times it carries the same Message-ID or webhook-id.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson

from formloom.platform.access.settings import organisation_name
from formloom.platform.kernel.clock import Clock
from formloom.platform.kernel.settings import Settings
from formloom.platform.storage.database import Database, ensure_no_transaction
from formloom.workflows.channels import signing, smtp
from formloom.workflows.channels.addresses import AddressRefused, Allowance
from formloom.workflows.channels.breaker import Breaker
from formloom.workflows.channels.http import CallFailed, GuardedHttp
from formloom.workflows.deliveries.line import BACK_OFF
from formloom.workflows.mail.message import AddressInvalid, build
from formloom.workflows.queries import posts
from formloom.workflows.queries.posts import Post

BATCH = 20


class Refused(Exception):
    """Will never be taken; the delivery is dead until a person sends it again."""


class Delayed(Exception):
    """Not taken now; the delivery is tried again later. `until` overrides the back-off."""

    def __init__(self, why: str, until: datetime | None = None) -> None:
        super().__init__(why)
        self.until = until


class Sender:
    """Sends deliveries of one installation."""

    def __init__(self, db: Database, settings: Settings, clock: Clock, owner: str) -> None:
        self._db = db
        self._settings = settings
        self._clock = clock
        self._owner = owner
        self._breaker = Breaker()
        self._http = GuardedHttp(Allowance.parse(settings.outbound_allow))
        self._ways: dict[str, Callable[[Post], None]] = {"mail": self._mail, "webhook": self._webhook}

    def send_due(self) -> int:
        """Send what is due; return how many deliveries were tried."""
        now = self._clock.now()
        with self._db.read() as unit:
            if not posts.is_due(unit, now=now):
                return 0
        claimed = self._db.write(lambda uow: posts.claim(uow, self._owner, now=now, most=BATCH))
        for post in claimed:
            self._try(post)
        return len(claimed)

    def _try(self, post: Post) -> None:
        ensure_no_transaction()
        try:
            self._ways[post.channel](post)
        except Refused as fault:
            self._settle(post, state="dead", last_error=str(fault)[:2000], next_at=None)
        except Delayed as fault:
            self._put_off(post, str(fault), fault.until)
        else:
            self._settle(post, state="sent", last_error=None, next_at=None, sent_at=self._clock.now())

    def _put_off(self, post: Post, why: str, until: datetime | None) -> None:
        if post.attempts >= len(BACK_OFF):
            self._settle(post, state="dead", last_error=why[:2000], next_at=None)
            return
        later = until or self._clock.now() + BACK_OFF[post.attempts]
        self._settle(post, state="retrying", last_error=why[:2000], next_at=later)

    def _settle(self, post: Post, **values: Any) -> None:
        self._db.write(lambda uow: posts.settle(uow, post.id, values))

    def _mail(self, post: Post) -> None:
        if self._settings.smtp_url is None:
            raise Refused("FORMLOOM_SMTP_URL is not set")
        with self._db.read() as unit:
            name = organisation_name(unit)
        try:
            raw = build(
                sender_name=name, sender=self._settings.mail_from, to=post.recipient, subject=post.subject or "",
                text=post.payload["text"], message_id=post.stable_id, at=post.created_at,
                headers=post.payload["headers"], references=tuple(post.payload.get("references") or ()),
            )  # fmt: skip
            smtp.hand_over(self._settings.smtp_url, self._settings.mail_from, post.recipient, raw)
        except (AddressInvalid, smtp.MailRefused) as fault:
            raise Refused(str(fault)) from fault
        except smtp.MailDelayed as fault:
            raise Delayed(str(fault)) from fault

    def _webhook(self, post: Post) -> None:
        now = self._clock.now()
        wait = self._breaker.waits_until(post.lane, now)
        if wait is not None:
            raise Delayed("this host failed too often; waiting", wait)
        body = orjson.dumps(post.payload["body"], default=str)
        secret = post.payload.get("secret") or signing.derived_secret(self._settings.secret_key, post.lane)
        headers = {"Content-Type": "application/json", **signing.sign(secret, post.stable_id, now, body)}
        try:
            answer = self._http.send("POST", post.payload["url"], headers=headers, body=body)
        except AddressRefused as fault:
            raise Refused(str(fault)) from fault
        except CallFailed as fault:
            self._breaker.failed(post.lane, now)
            raise Delayed(str(fault)) from fault
        if answer.status >= 500 or answer.status in {408, 425, 429}:
            self._breaker.failed(post.lane, now)
            raise Delayed(f"HTTP {answer.status}")
        self._breaker.succeeded(post.lane)
        if answer.status >= 300:
            raise Refused(f"HTTP {answer.status}")
