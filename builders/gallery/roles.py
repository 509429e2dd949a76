"""Roles and packages: which ones documents name, and which ones go with the package that brought them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from formloom.builders.gallery.queries import installed as rows
from formloom.builders.gallery.queries.installed import InstalledRow
from formloom.builders.queries import names
from formloom.platform.access.sample_people import retire_roles
from formloom.platform.kernel.actors import Actor
from formloom.platform.storage.database import UnitOfWork


def named_in(value: Any) -> set[str]:
    """Return the roles that a document, or a part of one, names."""
    if isinstance(value, Mapping):
        listed = value.get("roles")
        found = {one for one in listed if isinstance(one, str)} if isinstance(listed, list) else set()
        if isinstance(value.get("role"), str):
            found.add(value["role"])
        return found.union(*(named_in(inner) for inner in value.values()))
    if isinstance(value, list):
        return set().union(*(named_in(inner) for inner in value)) if value else set()
    return set()


def take_along(uow: UnitOfWork, actor: Actor, package: InstalledRow, *, now: datetime) -> None:
    """Remove the roles that a package made and that nobody but it uses; its app must still be there.

    A role is used when another app's documents name it, or when somebody holds it whom people gave it; who got it by
    installing the package doesn't count. One that another installed package brings too is that package's from now on.
    """
    others = [one for one in rows.installed(uow).values() if one.slug != package.slug]
    elsewhere = named_in(names.documents_elsewhere(uow, package.app_id))
    heirs = {key: one.slug for one in others for key in _brought_by(one)}
    leader = package.facts.get("leader")
    retire_roles(
        uow, actor, package.app_id, package.slug, used=elsewhere, heirs=heirs, but=[leader] if leader else [], now=now
    )


def _brought_by(package: InstalledRow) -> Collection[str]:
    manifest = package.facts.get("manifest") or {}
    return [str(role["key"]) for role in manifest.get("roles") or ()]
