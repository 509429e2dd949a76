"""A published form with one of everything that the pipeline must look after, and an administrator who writes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from formloom.platform.access import setup
from formloom.platform.access.identity import load_member
from formloom.platform.access.passwords import PasswordHash
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Member, Public
from formloom.platform.kernel.clock import FrozenClock
from formloom.platform.kernel.ids import new_id
from formloom.platform.records import service
from formloom.platform.records.record import Record
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import Database, UnitOfWork
from formloom.platform.storage.publishing import publish_form
from formloom.platform.storage.tables import apps

CHEAP = PasswordHash("$argon2id$v=19$m=8,t=1,p=1$not-a-hash")
FIELDS: list[dict[str, Any]] = [
    {"id": "number", "type": "serial", "format": "T{YYMMDD}-{0000}"},
    {"id": "subject", "type": "text", "required": True},
    {"id": "email", "type": "email", "unique": True},
    {"id": "amount", "type": "number", "decimals": 2},
    {"id": "note", "type": "text", "public": False},
]


@dataclass
class Desk:
    """One form and whoever writes into it."""

    db: Database
    now: datetime
    admin: Member
    form: FormVersion

    def create(self, **values: Any) -> Record:
        """Create a record as the administrator."""
        return self.db.write(lambda uow: service.create(uow, self.admin, self.form, values, now=self.now))

    def update(self, record: Record, *, if_rev: int | None = None, **values: Any) -> Record:
        """Change a record as the administrator."""
        return self.db.write(
            lambda uow: service.update(
                uow, self.admin, self.form, record.id, values, now=self.now, if_rev=if_rev
            )
        )  # fmt: skip

    def delete(self, record: Record) -> None:
        """Put a record into the trash."""
        self.db.write(lambda uow: service.delete(uow, self.admin, self.form, record.id, now=self.now))

    def restore(self, record: Record) -> Record:
        """Take a record out of the trash."""
        return self.db.write(lambda uow: service.restore(uow, self.admin, self.form, record.id, now=self.now))

    def submit(self, **values: Any) -> Record:
        """Fill in the form as a visitor."""
        visitor = Public(self.form.form_id, self.form.version, "link")
        return self.db.write(lambda uow: service.submit(uow, visitor, self.form, values, now=self.now))


OpenDesk = Callable[..., Desk]


@pytest.fixture
def open_desk(db: Database, clock: FrozenClock) -> OpenDesk:
    """Return a function that publishes the form with more document settings."""

    def publish(**document: Any) -> Desk:
        wanted = setup.Installation("Weaving Ltd", "en", "Ada", "ada@example.com")
        admin_id = db.write(lambda uow: setup.init_installation(uow, wanted, CHEAP, now=clock.now()))
        with db.read() as unit:
            admin = load_member(unit, admin_id)
        assert admin is not None
        form = db.write(lambda uow: _publish(uow, document, clock.now()))
        return Desk(db, clock.now(), admin, form)

    return publish


@pytest.fixture
def desk(open_desk: OpenDesk) -> Desk:
    """Return the form as it is."""
    return open_desk()


def _publish(uow: UnitOfWork, more: dict[str, Any], now: datetime) -> FormVersion:
    app_id = new_id()
    uow.conn.execute(apps.insert().values(id=app_id, key="desk", created_at=now))
    fields = [{"label": {"en": one["id"]}, **one} for one in FIELDS]
    document = {"title": {"en": "Ticket"}, "fields": fields, **more}
    made = store.create(uow, app_id=app_id, kind="form", key="ticket", document=document, by=None, now=now)
    return publish_form(uow, store.find(uow, made), document, by=None, now=now)
