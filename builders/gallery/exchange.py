"""Packages from and to the outside: an upload waits until somebody who saw what is in it says yes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from formloom.builders.gallery import archive
from formloom.builders.gallery.errors import AlreadyInstalled, PackageUnknown
from formloom.builders.gallery.inert import without_secrets
from formloom.builders.gallery.installing import Installed, Wish, install
from formloom.builders.gallery.manifest import FORMAT
from formloom.builders.gallery.package import Package, check, from_documents, from_parts, to_documents
from formloom.builders.gallery.queries import installed as rows
from formloom.builders.gallery.roles import named_in
from formloom.builders.queries import apps as app_rows
from formloom.builders.queries import names
from formloom.builders.world import world_of
from formloom.platform.access.policy import Act, demand, requires
from formloom.platform.definitions.kinds.registry import KINDS
from formloom.platform.kernel.actors import Actor, Member
from formloom.platform.kernel.errors import Finding
from formloom.platform.kernel.ids import is_id
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.definition_store import FormCatalog


def read_upload(raw: bytes) -> Package:
    """Return the package in an uploaded file; nothing is written. Raises PackageUnreadable, PackageTooLarge."""
    return from_parts(archive.read_archive(raw))


@requires(Act.TEMPLATE_IMPORT)
def keep(uow: UnitOfWork, actor: Actor, package: Package, *, now: datetime) -> tuple[str, list[Finding]]:
    """Keep an uploaded package, doing nothing; return its id and what was found in it. Raises AlreadyInstalled."""
    if package.slug in rows.installed(uow):
        raise AlreadyInstalled(slug=package.slug)
    author = actor.user_id if isinstance(actor, Member) else None
    made = rows.wait(uow, package.slug, to_documents(package), by=author, now=now)
    return made, check(package, world_of(uow, ""))


@requires(Act.TEMPLATE_IMPORT)
def confirm(
    uow: UnitOfWork, actor: Actor, package_id: str, *, now: datetime, catalog: FormCatalog, sample_data: bool,
    listeners: tuple[Any, ...] = (),
) -> Installed:  # fmt: skip
    """Install a package that was kept, inert. Raises PackageUnknown, PackageHasFaults."""
    found = rows.waiting(uow, package_id) if is_id(package_id) else None
    if found is None:
        raise PackageUnknown(slug=package_id[:40], nearest="—")
    package = from_documents(found.parts)
    done = install(uow, actor, package, now=now, catalog=catalog, wish=Wish(sample_data, "import", listeners))
    rows.let_go(uow, package_id)
    return done


def export(unit: ReadUnit, actor: Actor, reference: str) -> bytes:
    """Return an app as a package file: what is published, no records, no secrets. Raises NotFound, Forbidden."""
    app = app_rows.find(unit, reference)
    demand(unit, actor, Act.DEFINITION_EXPORT, app=app.id)
    definitions: dict[str, dict[str, Any]] = {}
    for kind in KINDS.ids():
        if kind != "app":
            for found, document in store.published(unit, kind, app_id=app.id):
                definitions.setdefault(kind, {})[found.key] = without_secrets(document)
    title = app.document.get("title") or {}
    manifest = {
        "format": FORMAT, "slug": app.key, "version": app.package_version or "1.0.0", "title": title,
        "summary": app.document.get("description") or title, "category": "other",
        "icon": app.document.get("icon") or "app",
        "cover": {"seed": app.key, "kind": "plain", "color": app.document.get("color") or "indigo"},
        "requires": "0.1", "roles": _roles(unit, definitions), "leading_role": None, "public_links": [], "try_it": [],
    }  # fmt: skip
    return archive.write_archive(Package(manifest, definitions, without_secrets(app.document)))


def _roles(unit: ReadUnit, definitions: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the roles that the documents name, as far as there are such."""
    named = named_in(definitions)
    return [{"key": key, "title": title} for key, title in names.role_titles(unit).items() if key in named]
