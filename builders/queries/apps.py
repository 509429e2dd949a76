"""Rows of apps and installed packages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, update

from formloom.platform.kernel.errors import Conflict, NotFound
from formloom.platform.kernel.ids import is_id, new_id
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import apps, definitions, installed_packages


class AppKeyTaken(Conflict):
    """An app of that key is there already."""

    code = "key_taken"
    message = {"zh-CN": "应用标识“{key}”已被使用", "en": "The app key '{key}' is taken"}


@dataclass(frozen=True, slots=True)
class AppRow:
    """One app; `document` is its published app definition, or the draft while there is none."""

    id: str
    key: str
    position: int
    created_by: str | None
    definition_id: str
    document: dict[str, Any]
    package: str | None
    package_version: str | None


def all_apps(unit: ReadUnit) -> list[AppRow]:
    """Return every app, in the order of the menu."""
    return [AppRow(*row) for row in unit.conn.execute(_listing().order_by(apps.c.position, apps.c.id))]


def find(unit: ReadUnit, reference: str) -> AppRow:
    """Return the app of that id or key. Raises NotFound."""
    column = apps.c.id if is_id(reference) else apps.c.key
    row = unit.conn.execute(_listing().where(column == reference)).one_or_none()
    if row is None:
        raise NotFound
    return AppRow(*row)


def add(uow: UnitOfWork, key: str, *, by: str | None, now: datetime) -> str:
    """Write down an app and return its id. Raises AppKeyTaken."""
    if uow.conn.scalar(select(apps.c.id).where(apps.c.key == key)) is not None:
        raise AppKeyTaken(key=key)
    made = new_id()
    uow.conn.execute(apps.insert().values(id=made, key=key, created_at=now, created_by=by))
    return made


def delete(uow: UnitOfWork, app: AppRow, *, now: datetime) -> None:
    """Take an app out of sight and free its key; its records stay until they are purged."""
    uow.conn.execute(
        update(apps).where(apps.c.id == app.id).values(deleted_at=now, key=f"{app.key[:24]}~{app.id[-12:]}")
    )


def _listing() -> Select[Any]:
    return (
        select(
            apps.c.id, apps.c.key, apps.c.position, apps.c.created_by, definitions.c.id, definitions.c.draft,
            installed_packages.c.slug, installed_packages.c.version,
        )
        .join(definitions, (definitions.c.app_id == apps.c.id) & (definitions.c.kind == "app"))
        .outerjoin(installed_packages, installed_packages.c.app_id == apps.c.id)
        .where(apps.c.deleted_at.is_(None), definitions.c.deleted_at.is_(None))
    )  # fmt: skip
