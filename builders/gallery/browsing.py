"""The gallery as people see it: what there is, what is installed, what a package holds before one takes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from formloom.builders.gallery import rehearsal, shelf
from formloom.builders.gallery.inert import outside_addresses
from formloom.builders.gallery.package import Package
from formloom.builders.gallery.queries import installed as rows
from formloom.builders.gallery.queries import samples
from formloom.builders.gallery.queries.installed import InstalledRow
from formloom.platform.access.policy import Access, Act, requires
from formloom.platform.analytics.widgets import Viewing
from formloom.platform.kernel.actors import Actor
from formloom.platform.storage.database import ReadUnit


@dataclass(frozen=True, slots=True)
class Entry:
    """One package in the gallery; `samples_left` counts the sample records that are still there."""

    package: Package
    installed: InstalledRow | None
    samples_left: int
    can_remove: bool


@requires(Act.TEMPLATE_LIST)
def list_packages(unit: ReadUnit, actor: Actor) -> list[Entry]:
    """Return every package of the gallery."""
    known = rows.installed(unit)
    return [_entry(unit, actor, shelf.get(slug), known.get(slug)) for slug in shelf.slugs()]


@requires(Act.TEMPLATE_LIST)
def look_at(unit: ReadUnit, actor: Actor, slug: str) -> Entry:
    """Return one package. Raises PackageUnknown."""
    return _entry(unit, actor, shelf.get(slug), rows.installed(unit).get(slug))


def preview(package: Package, viewing: Viewing) -> dict[str, Any]:
    """Return what a package brings: its documents, and its dashboards filled with its sample data."""
    figures = rehearsal.dashboards(package, viewing)
    found = package.definitions
    return {
        "app": dict(package.app),
        "forms": [
            {"key": key, "document": document, "public": key in package.manifest["public_links"]}
            for key, document in found.get("form", {}).items()
        ],
        "dashboards": [
            {"key": key, "document": document, "figures": figures[key]}
            for key, document in found.get("dashboard", {}).items()
        ],
        "flows": _named(found.get("flow", {}), with_document=True),
        "views": _named(found.get("view", {})),
        "templates": _named(found.get("message_template", {}), with_document=True),
        "permission_groups": _named(found.get("permission_group", {})),
        "assignment_rules": _named(found.get("assignment_rule", {}), with_document=True),
        "roles": list(package.manifest["roles"]),
        "samples": {key: len(records) for key, records in package.samples.items()},
        "calls_out_to": outside_addresses(package),
    }  # fmt: skip


def _entry(unit: ReadUnit, actor: Actor, package: Package, known: InstalledRow | None) -> Entry:
    if known is None:
        return Entry(package, None, 0, can_remove=False)
    left = sum(len(ids) for ids in samples.marked(unit, package.slug).values())
    can_remove = Access.of(unit, actor).can(Act.TEMPLATE_REMOVE, app=known.app_id)
    return Entry(package, known, left, can_remove)


def _named(documents: Mapping[str, Any], *, with_document: bool = False) -> list[dict[str, Any]]:
    return [
        {"key": key, "title": document.get("title") or {}, **({"document": document} if with_document else {})}
        for key, document in documents.items()
    ]
