"""An app with one form of orders, an administrator, and a member with some rights."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from formloom.builders import apps, life
from formloom.platform.access import people
from formloom.platform.access.people import NewPerson
from formloom.platform.analytics import dashboards
from formloom.platform.analytics.widgets import Viewing
from formloom.platform.kernel.actors import Actor, Member, System
from formloom.platform.kernel.clock import FrozenClock
from formloom.platform.kernel.zones import DEFAULT_ZONE
from formloom.platform.records import service
from formloom.platform.records.record import Record, WriteOptions
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import Database, UnitOfWork
from formloom.platform.storage.definition_store import FormCatalog


def _text(words: str) -> dict[str, str]:
    return {"zh-CN": words, "en": words}


def _options(*values: str) -> list[dict[str, Any]]:
    return [{"value": value, "label": {"zh-CN": f"中{value}", "en": value.title()}} for value in values]


ORDER = {
    "title": _text("Order"),
    "fields": [
        {"id": "name", "type": "text", "label": _text("Name")},
        {"id": "stage", "type": "select", "label": _text("Stage"), "options": _options("first", "second", "done")},
        {"id": "tags", "type": "multiselect", "label": _text("Tags"), "options": _options("red", "blue")},
        {"id": "amount", "type": "currency", "label": _text("Amount"), "decimals": 2},
        {"id": "secret", "type": "number", "label": _text("Secret"), "decimals": 0},
        {"id": "score", "type": "nps", "label": _text("Score")},
        {"id": "in_time", "type": "boolean", "label": _text("In time")},
        {"id": "owner", "type": "user", "label": _text("Owner")},
        {"id": "due", "type": "date", "label": _text("Due")},
    ],
}


@dataclass
class Shop:
    """The app and the use cases that the tests need."""

    db: Database
    catalog: FormCatalog
    clock: FrozenClock
    app_id: str
    admin: Member
    member: Member

    def order(self, *, ago: timedelta = timedelta(), **values: object) -> Record:
        def work(uow: UnitOfWork) -> Record:
            form = self.catalog.find(uow, "shop.order")
            at = self.clock.now() - ago
            return service.create(uow, System("test"), form, values, now=at, options=WriteOptions(rules=False))

        return self.db.write(work)

    def show(self, widget: dict[str, Any], *, actor: Actor | None = None, locale: str = "en", **more: Any) -> Any:
        """Return the figures of one widget."""
        return self.show_all([widget], actor=actor, locale=locale, **more)["w"]

    def show_all(
        self, widgets: list[dict[str, Any]], *, actor: Actor | None = None, locale: str = "en",
        chosen: dict[str, Any] | None = None, filters: list[dict[str, Any]] | None = None,
    ) -> Any:  # fmt: skip
        document = {
            "widgets": [{"id": "w", "form": "order", "title": {}, **widget} for widget in widgets],
            "filters": filters or [],
        }
        viewing = Viewing(locale, self.now, DEFAULT_ZONE)
        with self.db.read() as unit:
            return dashboards.compute(
                unit, actor or self.admin, self.app_id, document, chosen or {}, catalog=self.catalog, viewing=viewing
            )

    @property
    def now(self) -> datetime:
        return self.clock.now()


@pytest.fixture
def shop(db: Database, clock: FrozenClock) -> Shop:
    """Return an app `shop` with a form `order` and nothing in it."""
    now, catalog = clock.now(), FormCatalog()

    def begin(uow: UnitOfWork) -> tuple[str, Member, Member]:
        ids = [
            people.insert(
                uow, NewPerson(f"{name}@example.com", name, is_admin=name == "ada"), status="active",
                password_hash=None, now=now,
            )
            for name in ("ada", "bo")
        ]  # fmt: skip
        ada = Member(ids[0], "ada", "ada@example.com", is_admin=True)
        app = apps.create(uow, ada, "shop", {"title": _text("Shop")}, now=now).row.id
        _publish(uow, ada, app, "form", "order", ORDER, now)
        group = {
            "title": _text("Own"), "members": {"users": [ids[1]], "departments": [], "roles": []},
            "grants": [
                {
                    "form": "order", "acts": ["record.read"], "rows": "assigned", "assigned_field": "owner",
                    "fields": {"secret": "hidden"},
                }
            ],
            "app_acts": ["open"],
        }  # fmt: skip
        _publish(uow, ada, app, "permission_group", "own", group, now)
        return app, ada, Member(ids[1], "bo", "bo@example.com")

    app_id, ada, bo = db.write(begin)
    return Shop(db, catalog, clock, app_id, ada, bo)


def _publish(
    uow: UnitOfWork, actor: Member, app: str, kind: str, key: str, document: dict[str, Any], now: datetime
) -> None:
    made = store.create(uow, app_id=app, kind=kind, key=key, document=document, by=actor.user_id, now=now)
    life.publish(uow, actor, made, now=now)


@pytest.fixture
def statements(shop: Shop) -> Callable[[], int]:
    """Return a counter of the statements that readers sent since the fixture was set up."""
    from sqlalchemy import event

    seen: list[str] = []
    with shop.db.read() as unit:
        engine = unit.conn.engine
    event.listen(engine, "before_cursor_execute", lambda *call: seen.append(call[2]))
    return lambda: len(seen)
