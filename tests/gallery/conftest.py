"""An installation with one administrator: as use cases (`house`) and over HTTP (`site`)."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from formloom.app import Formloom, build
from formloom.builders.gallery import installing, shelf
from formloom.builders.gallery.installing import Installed, Wish
from formloom.platform.access import api_tokens, people
from formloom.platform.access.identity import load_member
from formloom.platform.access.people import NewPerson
from formloom.platform.customers import stream
from formloom.platform.kernel.actors import Member
from formloom.platform.kernel.clock import FrozenClock
from formloom.platform.storage.database import Database
from formloom.platform.storage.definition_store import FormCatalog


@dataclass
class House:
    """A database with one administrator, and the use cases of the gallery at hand."""

    db: Database
    catalog: FormCatalog
    clock: FrozenClock
    admin: Member

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def install(self, slug: str, *, sample_data: bool = True) -> Installed:
        wish = Wish(sample_data, listeners=(stream.listen,))
        return self.db.write(
            lambda uow: installing.install(
                uow, self.admin, shelf.get(slug), now=self.now, catalog=self.catalog, wish=wish
            )
        )

    def member(self, name: str, *roles: str) -> Member:
        """Add an active person with these roles."""
        person = NewPerson(f"{name}@example.com", name, roles=roles)
        user_id = self.db.write(
            lambda uow: people.insert(uow, person, status="active", password_hash=None, now=self.now)
        )
        return Member(user_id, name, f"{name}@example.com", roles=frozenset(roles))


@pytest.fixture
def house(db: Database, clock: FrozenClock) -> House:
    """Return an installation with one administrator."""
    person = NewPerson("admin@example.com", "林晓", is_admin=True)
    user_id = db.write(lambda uow: people.insert(uow, person, status="active", password_hash=None, now=clock.now()))
    return House(db, FormCatalog(), clock, Member(user_id, "林晓", "admin@example.com", is_admin=True))


@dataclass
class Site:
    """An installation and its administrator's token."""

    formloom: Formloom
    token: str

    def ask(self, method: str, path: str, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.formloom.web.test_client().open(f"/api/v1{path}", method=method, headers=headers, **more)

    def upload(self, content: bytes) -> Any:
        return self.ask("POST", "/templates/import", data={"file": (io.BytesIO(content), "app.zip")})


@pytest.fixture
def site(database_url: str, tmp_path: Path, clock: FrozenClock) -> Iterator[Site]:
    environ = {"FORMLOOM_HOME": str(tmp_path / "home"), "FORMLOOM_DATABASE_URL": database_url}
    made = build(environ, clock=clock)
    db, now = made.runtime.db, clock.now()
    person = NewPerson("ada@example.com", "Ada", "en", is_admin=True)
    user_id = db.write(lambda uow: people.insert(uow, person, status="active", password_hash=None, now=now))
    with db.read() as unit:
        admin = load_member(unit, user_id)
    token = db.write(lambda uow: api_tokens.create(uow, admin, "test", now=now)).secret
    yield Site(made, token)
    made.close()
