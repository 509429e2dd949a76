"""Sending what stands in line: outside any transaction, at least once, always under the same id.

A delivery is claimed under a lease, sent, and settled after the other side said yes. A crash between that yes and our
commit is the one window in which something is sent twice; both times it carries the same Message-ID or webhook-id.

What goes to one server is a lane. Lanes do not wait for each other: a server that answers after ten seconds, or never,
holds up nothing but what is meant for it. Within a lane one delivery follows the other.
"""

import itertools
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from operator import attrgetter
from typing import Any

import orjson

from formloom.platform.access.settings import organisation_name
from formloom.platform.kernel.clock import Clock
from formloom.platform.kernel.events import Cause
from formloom.platform.kernel.settings import Settings
from formloom.platform.storage.database import Database, DatabaseTroubled, UnitOfWork, ensure_no_transaction
from formloom.workflows.channels import causes, signing, smtp
from formloom.workflows.channels.addresses import AddressRefused, Allowance
from formloom.workflows.channels.breaker import Breaker
from formloom.workflows.channels.http import CallFailed, GuardedHttp, HttpAnswer
from formloom.workflows.deliveries import answered
from formloom.workflows.deliveries.line import BACK_OFF
from formloom.workflows.failures import reasons
from formloom.workflows.mail.message import AddressInvalid, build
from formloom.workflows.queries import failures, posts
from formloom.workflows.queries.posts import Post

BATCH = 20
LANES = 6
"""How many lanes are served at once."""
SETTLE_TRIES = 4
SETTLE_PAUSE_S = 0.3
_log = logging.getLogger(__name__)


class Refused(Exception):
    """Will never be taken; the delivery is dead until a person sends it again."""


class Delayed(Exception):
    """Not taken now; the delivery is tried again later. With `until` nothing was tried at all."""

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
        self._ways: dict[str, Callable[[Post], HttpAnswer | None]] = {"mail": self._mail, "webhook": self._webhook}
        self._lock = threading.Lock()
        self._busy: set[str] = set()
        self._pool: ThreadPoolExecutor | None = None
        self._is_closing = False

    def send_due(self) -> int:
        """Send what is due, in this thread; return how many deliveries were tried."""
        began, claimed = self._claim()
        self._send(claimed, began)
        return len(claimed)

    def begin_due(self, done: Callable[[], None]) -> int:
        """Begin to send what is due and return how many deliveries that is; `done` is called after each lane."""
        began, claimed = self._claim()
        for lane, found in itertools.groupby(sorted(claimed, key=attrgetter("lane")), key=attrgetter("lane")):
            with self._lock:
                self._busy.add(lane)
                self._pool = self._pool or ThreadPoolExecutor(LANES, thread_name_prefix="lane")
            self._pool.submit(self._serve, lane, list(found), began, done)
        return len(claimed)

    def close(self) -> None:
        """Finish what is being sent at this moment; give back what was claimed with it."""
        self._is_closing = True
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._db.write(lambda uow: posts.give_back(uow, self._owner))

    def _claim(self) -> tuple[datetime, list[Post]]:
        now = self._clock.now()
        with self._lock:
            busy = frozenset(self._busy)
        with self._db.read() as unit:
            if not posts.is_due(unit, now=now, but=busy):
                return now, []
        return now, self._db.write(lambda uow: posts.claim(uow, self._owner, now=now, most=BATCH, but=busy))

    def _serve(self, lane: str, claimed: Sequence[Post], began: datetime, done: Callable[[], None]) -> None:
        try:
            self._send(claimed, began)
        except Exception:  # noqa: BLE001 - the rows are still there
            _log.exception("the lane %s stumbled", lane)
        finally:
            with self._lock:
                self._busy.discard(lane)
            done()

    def _send(self, claimed: Sequence[Post], began: datetime) -> None:
        for post in claimed:
            if self._is_closing:
                return
            if self._still_ours(post, began):
                self._try(post)

    def _still_ours(self, post: Post, began: datetime) -> bool:
        """Tell whether nobody else took a delivery that had to wait for others of its batch."""
        now = self._clock.now()
        if now - began < posts.LEASE / 3:
            return True
        return self._db.write(lambda uow: posts.hold(uow, post.id, self._owner, now=now))

    def _try(self, post: Post) -> None:
        ensure_no_transaction()
        try:
            answer = self._ways[post.channel](post)
        except Refused as fault:
            self._end(post, str(fault), in_vain=False)
        except Delayed as fault:
            self._put_off(post, str(fault), fault.until)
        except Exception as fault:  # noqa: BLE001 - one delivery that can't be sent must not stop the others
            _log.exception("delivery %s could not be sent", post.id)
            self._put_off(post, f"{type(fault).__name__}: {fault}", None)
        else:
            settled: dict[str, Any] = {
                "state": "sent",
                "last_error": None,
                "next_at": None,
                "sent_at": self._clock.now(),
            }
            self._settle(post, answer=answer, **settled)

    def _put_off(self, post: Post, why: str, until: datetime | None) -> None:
        if until is not None:
            values = {"state": "retrying", "last_error": why[:2000], "next_at": until}
            self._db.write(lambda uow: posts.settle(uow, post.id, values, tried=False))
        elif post.attempts >= len(BACK_OFF):
            self._end(post, why, in_vain=True)
        else:
            later = self._clock.now() + BACK_OFF[post.attempts]
            self._settle(post, state="retrying", last_error=why[:2000], next_at=later)

    def _end(self, post: Post, why: str, *, in_vain: bool) -> None:
        """Let a delivery wait for a person."""
        failure = reasons.code_of_delivery(why, in_vain=in_vain)
        self._settle(post, failure=failure, state="dead", last_error=why[:2000], next_at=None)

    def _settle(
        self, post: Post, *, answer: HttpAnswer | None = None, failure: str | None = None, **values: Any
    ) -> None:
        """Write what came of it, again when the connection broke meanwhile: what is not written down is sent again.

        A run that waits for the answer is told in the same unit of work.
        """

        def write(uow: UnitOfWork) -> None:
            posts.settle(uow, post.id, values)
            if failure is not None:
                flow_id, now = failures.flow_of_run(uow, post.run_id), self._clock.now()
                failures.note(uow, "delivery", failure, form_id=post.form_id, flow_id=flow_id, now=now)
            if values["state"] in {"sent", "dead"}:
                answered.tell(uow, post, answer, values["last_error"], now=self._clock.now())

        for _ in range(SETTLE_TRIES - 1):
            try:
                self._db.write(write)
            except DatabaseTroubled:
                time.sleep(SETTLE_PAUSE_S)
            else:
                return
        self._db.write(write)

    def _mail(self, post: Post) -> HttpAnswer | None:
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
        return None

    def _webhook(self, post: Post) -> HttpAnswer:
        now = self._clock.now()
        wait = self._breaker.waits_until(post.lane, now)
        if wait is not None:
            raise Delayed("this host failed too often; waiting", wait)
        body = orjson.dumps(post.payload["body"], default=str)
        secret = post.payload.get("secret") or signing.derived_secret(self._settings.secret_key, post.lane)
        chain = causes.told(self._settings.secret_key, Cause.of(post.payload.get("cause") or {}))
        headers = {"Content-Type": "application/json", **chain, **signing.sign(secret, post.stable_id, now, body)}
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
        return answer
