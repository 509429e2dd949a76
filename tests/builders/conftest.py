"""An installation with an administrator, a builder who owns an app, and an outsider."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from formloom.builders import apps, life
from formloom.platform.access import people
from formloom.platform.access.people import NewPerson
from formloom.platform.kernel.actors import Member
from formloom.platform.kernel.clock import FrozenClock
from formloom.platform.storage.database import Database
from formloom.platform.storage.definition_store import Definition, FormCatalog


def words(text: str) -> dict[str, str]:
    return {"zh-CN": text, "en": text}


def form(*fields: str, **more: Any) -> dict[str, Any]:
    entries = [{"id": name, "type": "text", "label": words(name)} for name in fields]
    return {"title": words("Form"), "fields": entries, **more}


def view(of: str, *columns: str) -> dict[str, Any]:
    return {"title": words("View"), "form": of, "columns": [{"field": name} for name in columns]}


@dataclass
class Workshop:
    """The use cases of the builders, for one app."""

    db: Database
    clock: FrozenClock
    catalog: FormCatalog
    owner: Member
    outsider: Member
    app_id: str

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def create(self, kind: str, key: str, document: dict[str, Any], *, actor: Member | None = None) -> Definition:
        return self.db.write(
            lambda uow: life.create(uow, actor or self.owner, self.app_id, kind, key, document, now=self.now)
        )

    def put(self, definition_id: str, document: dict[str, Any], *, if_rev: int | None = None):
        return self.db.write(
            lambda uow: life.put_draft(uow, self.owner, definition_id, document, if_rev=if_rev, now=self.now)
        )

    def publish(self, definition_id: str, *, actor: Member | None = None) -> int:
        return self.db.write(lambda uow: life.publish(uow, actor or self.owner, definition_id, now=self.now))

    def published(self, kind: str, key: str, document: dict[str, Any]) -> Definition:
        made = self.create(kind, key, document)
        self.publish(made.id)
        return made


@pytest.fixture
def workshop(db: Database, clock: FrozenClock) -> Workshop:
    """Return an empty app whose owner holds the role of a builder."""

    def begin(uow: Any) -> tuple[Member, Member, str]:
        made = [
            people.insert(uow, NewPerson(f"{name}@example.com", name), status="active", password_hash=None, now=clock.now())
            for name in ("owner", "outsider")
        ]  # fmt: skip
        owner = Member(made[0], "owner", "owner@example.com", roles=frozenset({"builder"}))
        app = apps.create(uow, owner, "shop", {"title": words("Shop")}, now=clock.now())
        return owner, Member(made[1], "outsider", "outsider@example.com"), app.row.id

    owner, outsider, app_id = db.write(begin)
    return Workshop(db, clock, FormCatalog(), owner, outsider, app_id)
