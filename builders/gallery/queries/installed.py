"""Rows of installed packages, and of packages that wait for a yes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from formloom.builders.gallery.errors import AlreadyInstalled
from formloom.platform.kernel.ids import new_id
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import apps, installed_packages, waiting_packages


@dataclass(frozen=True, slots=True)
class InstalledRow:
    """One installed package; `facts` hold its manifest, its sample people, and who got its leading role."""

    slug: str
    version: str
    app_id: str
    app_key: str
    facts: dict[str, Any]
    source: str


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """An uploaded package that does nothing until it is confirmed."""

    id: str
    slug: str
    parts: dict[str, Any]


def installed(unit: ReadUnit) -> dict[str, InstalledRow]:
    """Return slug → package of everything that is installed."""
    statement = select(
        installed_packages.c.slug, installed_packages.c.version, installed_packages.c.app_id,
        apps.c.key, installed_packages.c.manifest, installed_packages.c.source,
    ).join(apps, apps.c.id == installed_packages.c.app_id).where(apps.c.deleted_at.is_(None))  # fmt: skip
    return {row.slug: InstalledRow(*row) for row in unit.conn.execute(statement)}


def add(
    uow: UnitOfWork, slug: str, version: str, app_id: str, facts: Mapping[str, Any], *, source: str,
    by: str | None, now: datetime,
) -> None:  # fmt: skip
    """Write down that a package is installed. Raises AlreadyInstalled when somebody else was faster."""
    forget(uow, slug)
    values = {
        "slug": slug, "version": version, "app_id": app_id, "manifest": dict(facts), "source": source,
        "state": "installed", "installed_at": now, "installed_by": by,
    }  # fmt: skip
    try:
        uow.conn.execute(installed_packages.insert().values(**values))
    except IntegrityError as fault:
        raise AlreadyInstalled(slug=slug) from fault


def note(uow: UnitOfWork, slug: str, facts: Mapping[str, Any]) -> None:
    """Replace what is remembered of an installed package."""
    uow.conn.execute(installed_packages.update().where(installed_packages.c.slug == slug).values(manifest=dict(facts)))


def forget(uow: UnitOfWork, slug: str) -> None:
    """Forget an installation whose app is gone."""
    gone = select(apps.c.id).where(apps.c.deleted_at.is_not(None))
    uow.conn.execute(
        installed_packages.delete().where(installed_packages.c.slug == slug, installed_packages.c.app_id.in_(gone))
    )


def wait(uow: UnitOfWork, slug: str, parts: Mapping[str, Any], *, by: str | None, now: datetime) -> str:
    """Keep an uploaded package until it is confirmed, and return its id; one of the same slug is replaced."""
    uow.conn.execute(waiting_packages.delete().where(waiting_packages.c.slug == slug))
    made = new_id()
    uow.conn.execute(
        waiting_packages.insert().values(id=made, slug=slug, parts=dict(parts), uploaded_at=now, uploaded_by=by)
    )
    return made


def waiting(unit: ReadUnit, package_id: str) -> WaitingRow | None:
    """Return an uploaded package, or None."""
    columns = (waiting_packages.c.id, waiting_packages.c.slug, waiting_packages.c.parts)
    row = unit.conn.execute(select(*columns).where(waiting_packages.c.id == package_id)).one_or_none()
    return None if row is None else WaitingRow(*row)


def let_go(uow: UnitOfWork, package_id: str) -> None:
    """Drop an uploaded package."""
    uow.conn.execute(waiting_packages.delete().where(waiting_packages.c.id == package_id))
