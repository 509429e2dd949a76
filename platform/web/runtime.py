"""Everything that a request needs, put together once by `app.py`.

The ports to higher floors (mail, waking the dispatcher) are plain callables here, so that nothing imports upwards.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from flask import current_app

from formloom.platform.kernel.clock import Clock
from formloom.platform.kernel.settings import Settings
from formloom.platform.kernel.text import LocalizedText
from formloom.platform.storage.database import Database, UnitOfWork
from formloom.platform.storage.definition_store import FormCatalog
from formloom.platform.storage.files import FileStore
from formloom.platform.web.identity import Authenticator


class SendMail(Protocol):
    """Puts a mail of the house (invitation, reset) into the deliveries, within the given unit of work."""

    def __call__(
        self, uow: UnitOfWork, *, to: str, subject: LocalizedText, body: LocalizedText, locale: str, now: datetime
    ) -> None: ...


@dataclass(slots=True)
class Runtime:
    """The parts of one running installation."""

    settings: Settings
    db: Database
    clock: Clock
    files: FileStore
    catalog: FormCatalog
    authenticator: Authenticator
    send_mail: SendMail
    listeners: tuple[Any, ...] = ()
    """Record listeners, called inside the record's transaction (`kernel.events.RecordListener`)."""
    wake: Callable[[], None] = lambda: None
    """Tells the worker that there is something to do; called after a commit."""
    start_job: Callable[[str], None] = lambda _job_id: None
    """Lets a process of its own do the job of that id; called after a commit."""
    probe_mail: Callable[[], str | None] = lambda: None
    """Asks the mail server whether it answers; returns what is wrong, or None."""
    probe_broker: Callable[[], str | None] = lambda: None
    """Asks the message broker, likewise."""
    catalogue_parts: dict[str, Callable[[], object]] = field(default_factory=dict)
    """Name → function giving the JSON of one registry, for `/api/v1/catalog`."""

    def now(self) -> datetime:
        """Return the present moment."""
        return self.clock.now()


def runtime() -> Runtime:
    """Return the runtime of the application that serves this request."""
    found: Runtime = current_app.extensions["formloom"]
    return found
