"""Apps: begin, change, remove. An app's title, look and menu are its app definition."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from formloom.builders import life
from formloom.builders.queries import apps as rows
from formloom.builders.queries.apps import AppRow
from formloom.platform.access import audit
from formloom.platform.access.policy import Access, Act, demand, requires
from formloom.platform.kernel.actors import Actor, Member
from formloom.platform.storage import access_epoch
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import ReadUnit, UnitOfWork

MENU_KINDS = ("form", "dashboard")


@dataclass(frozen=True, slots=True)
class App:
    """One app as a member sees it."""

    row: AppRow
    can_design: bool
    can_manage: bool


@requires(Act.APP_LIST)
def list_apps(unit: ReadUnit, actor: Actor) -> list[App]:
    """Return the apps that the actor may open."""
    access = Access.of(unit, actor)
    return [_seen(access, row) for row in rows.all_apps(unit) if access.can(Act.APP_OPEN, app=row.id)]


def open_app(unit: ReadUnit, actor: Actor, reference: str) -> App:
    """Return the app of that id or key. Raises NotFound for one that the actor may not know of."""
    row = rows.find(unit, reference)
    demand(unit, actor, Act.APP_OPEN, app=row.id)
    return _seen(Access.of(unit, actor), row)


@requires(Act.APP_CREATE)
def create(uow: UnitOfWork, actor: Actor, key: str, document: Mapping[str, Any], *, now: datetime) -> App:
    """Begin an app. Raises AppKeyTaken."""
    author = actor.user_id if isinstance(actor, Member) else None
    app_id = rows.add(uow, key, by=author, now=now)
    made = store.create(uow, app_id=app_id, kind="app", key=key, document=document, by=author, now=now)
    store.add_version(uow, made, document, by=author, now=now)
    access_epoch.advance(uow)
    audit.note(uow, actor, Act.APP_CREATE, "app", app_id, {"key": key}, now=now)
    return _seen(Access.of(uow, actor), rows.find(uow, app_id))


def change(uow: UnitOfWork, actor: Actor, reference: str, wanted: Mapping[str, Any], *, now: datetime) -> App:
    """Change what the app says of itself and publish that. Raises NotFound, Forbidden, Invalid."""
    row = rows.find(uow, reference)
    demand(uow, actor, Act.APP_CHANGE, app=row.id)
    life.put_draft(uow, actor, row.definition_id, {**row.document, **wanted}, if_rev=None, now=now)
    life.publish(uow, actor, row.definition_id, now=now)
    return open_app(uow, actor, row.id)


def delete(uow: UnitOfWork, actor: Actor, reference: str, *, now: datetime) -> None:
    """Take an app out of sight: its pages, rules and public links stop at once. Raises NotFound, Forbidden."""
    row = rows.find(uow, reference)
    demand(uow, actor, Act.APP_DELETE, app=row.id)
    rows.delete(uow, row, now=now)
    access_epoch.advance(uow)
    audit.note(uow, actor, Act.APP_DELETE, "app", row.id, {"key": row.key}, now=now)


def menu(unit: ReadUnit, actor: Actor, app: App) -> list[dict[str, Any]]:
    """Return the menu: what the app lists, else every published form and dashboard, as far as it may be seen."""
    access = Access.of(unit, actor)
    published = {
        (one.kind, one.key): one for kind in MENU_KINDS
        for one in store.listing(unit, app_id=app.row.id, kind=kind, published=True)
    }  # fmt: skip
    asked = [(entry["kind"], entry["key"]) for entry in app.row.document.get("menu") or ()]
    names = [name for name in asked if name in published] + [name for name in published if name not in asked]
    return [
        {"kind": kind, "key": key, "id": published[kind, key].id, "title": published[kind, key].title}
        for kind, key in names
        if _may_open(access, published[kind, key])
    ]


@dataclass(frozen=True, slots=True)
class _FormName:
    form_id: str
    app_id: str
    key: str
    fields: tuple[Any, ...] = ()
    field_ids: frozenset[str] = frozenset()
    sources: Mapping[str, tuple[str, frozenset[str]]] = field(default_factory=dict)


def _may_open(access: Access, found: store.Definition) -> bool:
    if found.kind == "form":
        return access.can(Act.FORM_OPEN, form=_FormName(found.id, found.app_id, found.key))
    return access.can(Act.DASHBOARD_READ, app=found.app_id)


def _seen(access: Access, row: AppRow) -> App:
    return App(row, access.can(Act.DEFINITION_EDIT, app=row.id), access.can(Act.APP_DELETE, app=row.id))
