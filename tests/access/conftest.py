"""A small organisation to try permissions on: one app, one form, people of every sort."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import insert

from formloom.platform.access import people, setup
from formloom.platform.access.identity import load_member
from formloom.platform.access.passwords import PasswordHash
from formloom.platform.access.people import NewPerson
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Member
from formloom.platform.kernel.clock import FrozenClock
from formloom.platform.kernel.ids import new_id
from formloom.platform.storage import definition_store
from formloom.platform.storage.database import Database
from formloom.platform.storage.tables import apps

CHEAP = PasswordHash("$argon2id$v=19$m=8,t=1,p=1$not-a-hash")
"""For people who never sign in with a password here."""

TICKET = {
    "title": {"zh-CN": "工单", "en": "Ticket"},
    "fields": [
        {"id": "subject", "type": "text", "label": {"en": "Subject"}},
        {"id": "amount", "type": "number", "label": {"en": "Amount"}},
        {"id": "assignee", "type": "user", "label": {"en": "Assignee"}, "public": False},
        {"id": "note", "type": "text", "label": {"en": "Note"}, "public": False},
    ],
}
FREE_KEYS = itertools.count()


@dataclass
class House:
    """An installation that is set up, and short ways to fill it."""

    db: Database
    now: datetime
    admin: Member
    app_id: str = ""
    form: FormVersion | None = None
    groups: list[str] = field(default_factory=list)

    def person(self, name: str, **more: Any) -> Member:
        """Add an active person and return them as an actor."""
        new = NewPerson(f"p{next(FREE_KEYS)}@example.com", name, "en", **more)
        made = self.db.write(lambda uow: people.insert(uow, new, status="active", password_hash=CHEAP, now=self.now))
        return self.again(made)

    def again(self, member: Member | str) -> Member:
        """Return the person as they are known now."""
        with self.db.read() as unit:
            found = load_member(unit, member if isinstance(member, str) else member.user_id)
        assert found is not None
        return found

    def app(self, owner: Member | None = None) -> str:
        """Add an app and return its id."""
        app_id = new_id()
        row = {"id": app_id, "key": f"app_{next(FREE_KEYS)}", "created_at": self.now}
        row["created_by"] = owner.user_id if owner else self.admin.user_id
        self.db.write(lambda uow: uow.conn.execute(insert(apps).values(**row)).rowcount)
        return app_id

    def group(self, grants: list[Mapping[str, Any]], *, app_id: str | None = None, **document: Any) -> str:
        """Publish a permission group and return its id."""
        content = {"title": {"en": "Group"}, "grants": grants, **document}
        key = f"group_{next(FREE_KEYS)}"

        def work(uow: Any) -> str:
            made = definition_store.create(
                uow, app_id=app_id or self.app_id, kind="permission_group", key=key, document=content,
                by=self.admin.user_id, now=self.now,
            )  # fmt: skip
            definition_store.add_version(uow, made, content, by=self.admin.user_id, now=self.now)
            return made

        return self.db.write(work)

    def drop_group(self, group_id: str) -> None:
        """Delete a permission group."""
        self.db.write(lambda uow: definition_store.delete(uow, group_id, now=self.now))


def form_of(app_id: str, key: str = "ticket", document: Mapping[str, Any] = TICKET) -> FormVersion:
    """Return a form version that no database knows."""
    columns = {entry["id"]: entry["id"] for entry in document["fields"]}
    return FormVersion.build(
        form_id=new_id(), app_id=app_id, app_key="desk", key=key, version=1, document=document, table="t",
        columns=columns,
    )  # fmt: skip


@pytest.fixture
def house(db: Database, clock: FrozenClock) -> House:
    """Return an installation with an administrator, an app of theirs, and its form."""
    wanted = setup.Installation("Weaving Ltd", "en", "Ada", "ada@example.com")
    admin_id = db.write(lambda uow: setup.init_installation(uow, wanted, CHEAP, now=clock.now()))
    with db.read() as unit:
        admin = load_member(unit, admin_id)
    assert admin is not None
    made = House(db, clock.now(), admin)
    made.app_id = made.app()
    made.form = form_of(made.app_id)
    return made


Grants = Callable[..., Mapping[str, Any]]


@pytest.fixture
def grant() -> Grants:
    """Return a function that writes a grant on the ticket form."""

    def write(*rights: str, **more: Any) -> Mapping[str, Any]:
        return {"form": "ticket", "acts": [f"record.{right}" for right in rights], **more}

    return write
