"""Fetching mails from the servers of mailboxes, by the clock.

A mailbox that is new begins with what comes from then on: years of old mails are not brought in. After each mail it is
written down how far reading came, so that whoever is killed goes on there; what is read twice is taken in once. When a
server numbers its mails anew (RFC 3501, UIDVALIDITY) those since the last one that came are read again: a look may have
failed, and a server that moved may have failed for long.
"""

import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from formloom.platform.storage.database import UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows.channels import imap
from formloom.workflows.channels.addresses import Allowance
from formloom.workflows.channels.imap import Account, Folder, ServerFailed, Session
from formloom.workflows.failures import reasons
from formloom.workflows.inbound import mailboxes, sealing
from formloom.workflows.inbound.mailboxes import Mailbox
from formloom.workflows.inbound.receiving import receive
from formloom.workflows.mail.reading import MAX_BYTES
from formloom.workflows.queries import failures, messages
from formloom.workflows.queries import mailbox_places as places
from formloom.workflows.queries.mailbox_places import MailboxPlace

EVERY = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=30)
AT_ONCE = 50
TOGETHER = 4
TRIES_BEFORE_TELLING = 4
_log = logging.getLogger(__name__)


def fetch_due(rt: Runtime) -> int:
    """Fetch from the servers that are due to be asked; return how many mails came."""
    with rt.db.read() as unit:
        boxes = [box for box in mailboxes.working(unit) if box.server]
        due = [box for box in boxes if _is_due(places.of(unit, box.id), rt.now())]
    if not due:
        return 0
    with ThreadPoolExecutor(TOGETHER, thread_name_prefix="mailbox") as pool:
        return sum(pool.map(lambda box: fetch(rt, box), due))


def fetch(rt: Runtime, box: Mailbox) -> int:
    """Fetch what is new on a mailbox's server, a batch at a time; return how many mails came."""
    with rt.db.read() as unit:
        place = places.of(unit, box.id)
    try:
        came = _fetch(rt, box, place)
    except ServerFailed as fault:
        _note_failure(rt, box, place, fault.code)
        return 0
    except Exception:  # noqa: BLE001 - one mailbox must not stop the others
        _log.exception("mailbox %s can't be read", box.key)
        _note_failure(rt, box, place, "protocol")
        return 0
    _put(rt, box, checked_at=rt.now(), error=None, tries=0)
    return came


def account_of(rt: Runtime, mailbox_id: str, server: Mapping[str, Any], kept: str | None) -> Account:
    """Return the account of a mailbox. Raises ServerFailed without a password."""
    password = sealing.unseal(rt.settings.secret_key, mailbox_id, kept)
    if password is None:
        raise ServerFailed("no_password")
    return Account(
        str(server["host"]), int(server.get("port") or 993), str(server.get("security") or "tls"), str(server["user"]),
        password, str(server.get("folder") or "INBOX"),
    )  # fmt: skip


def allowance_of(rt: Runtime) -> Allowance:
    """Return where the administrator allows to connect to."""
    return Allowance.parse(rt.settings.outbound_allow)


def _fetch(rt: Runtime, box: Mailbox, place: MailboxPlace) -> int:
    server: Mapping[str, Any] = box.server or {}
    account = account_of(rt, box.id, server, place.password)
    deletes = server.get("after") == "delete"
    came = 0
    with imap.session(account, allowance_of(rt)) as session:
        folder = session.open(account.folder, is_changed=deletes)
        for uid in _new_ones(rt, box, place, account, session, folder):
            raw = session.fetch(uid, most_bytes=MAX_BYTES + 1)
            if raw is not None:
                receive(rt, box, raw)
                came += 1
            if deletes and raw is not None and len(raw) <= MAX_BYTES:  # of a longer one only the server has the end
                session.delete(uid)
            _put(rt, box, last_uid=uid)
    return came


def _new_ones(
    rt: Runtime, box: Mailbox, place: MailboxPlace, account: Account, session: Session, folder: Folder
) -> list[int]:
    """Return the numbers of the mails to fetch now, and write down where reading begins."""
    server = f"{account.user}@{account.host}:{account.port}/{account.folder}"[:600]
    if place.server != server:
        _put(rt, box, server=server, uid_validity=folder.uid_validity, last_uid=folder.next_uid - 1)
        return []
    if place.uid_validity != folder.uid_validity:
        with rt.db.read() as unit:
            came = messages.newest(unit, box.id)
        again = session.since_day(min(one for one in (came, place.checked_at, rt.now()) if one) - timedelta(days=1))
        _put(rt, box, uid_validity=folder.uid_validity, last_uid=min(again, default=folder.next_uid) - 1)
        return again[:AT_ONCE]
    return session.since(place.last_uid or 0)[:AT_ONCE]


def _is_due(place: MailboxPlace, now: datetime) -> bool:
    pause = min(EVERY * 2 ** min(place.tries, 10), LONGEST_PAUSE)
    return place.checked_at is None or now - place.checked_at >= pause or place.checked_at > now


def _note_failure(rt: Runtime, box: Mailbox, place: MailboxPlace, code: str) -> None:
    tries = place.tries + 1

    def work(uow: UnitOfWork) -> None:
        places.put(uow, box.id, checked_at=rt.now(), error=code, tries=tries)
        if tries == TRIES_BEFORE_TELLING:
            form = rt.catalog.in_app(uow, box.app_id, box.form)
            failures.note(uow, "mailbox", reasons.MAILBOX + code, form_id=form.form_id, now=rt.now())

    rt.db.write(work)


def _put(rt: Runtime, box: Mailbox, **values: Any) -> None:
    rt.db.write(lambda uow: places.put(uow, box.id, **values))
