"""An installation's parts without a web server: a person who builds, a catalog, the registries filled."""

from dataclasses import dataclass
from datetime import datetime

import pytest

from formloom.builders.gallery import installing, shelf
from formloom.builders.gallery.installing import Installed, Wish
from formloom.platform.access import people
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
