"""Sample data: brought through the write pipeline with rules off, marked, and taken away in one click."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formloom.builders.gallery.errors import NotInstalled
from formloom.builders.gallery.moments import moment_of, resolved
from formloom.builders.gallery.package import Package
from formloom.builders.gallery.queries import installed as rows
from formloom.builders.gallery.queries import samples
from formloom.platform.access import audit
from formloom.platform.access.people import NewPerson
from formloom.platform.access.policy import Act, demand
from formloom.platform.access.sample_people import add_sample_person, retire_sample_people
from formloom.platform.kernel.actors import Actor, System
from formloom.platform.records import service
from formloom.platform.records.record import WriteOptions
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.definition_store import FormCatalog


@dataclass(frozen=True, slots=True)
class Cleared:
    """How many sample records went, and how many stay because people have worked on them."""

    removed: int
    kept: int


def bring_people(uow: UnitOfWork, actor: Actor, package: Package, *, now: datetime) -> dict[str, str]:
    """Add the package's sample people and return key → id."""
    return {
        person["key"]: add_sample_person(
            uow,
            actor,
            NewPerson(_address(package, person["key"]), person["name"], roles=tuple(person["roles"])),
            now=now,
        )
        for person in package.people
    }


def bring_records(
    uow: UnitOfWork, package: Package, app_id: str, people: Mapping[str, str], *, now: datetime,
    catalog: FormCatalog, listeners: tuple[Any, ...] = (),
) -> int:  # fmt: skip
    """Write the package's sample records, each at its own time in the past, and return how many.

    Raises InvalidValues for a record that does not fit its form.
    """
    options = WriteOptions(rules=False, messages=False, listeners=listeners, context={"sample": package.slug})
    written = 0
    for key, records in package.samples.items():
        form = catalog.in_app(uow, app_id, key)
        made = [
            service.create(
                uow, System("install"), form, resolved(one["values"], now, form.zone, people),
                now=moment_of(one["created_at"], now), options=options,
            )
            for one in records
        ]  # fmt: skip
        samples.mark(uow, package.slug, form.form_id, [(record.id, record.rev) for record in made])
        written += len(made)
    return written


def count(unit: ReadUnit, slug: str) -> int:
    """Return how many sample records of a package are there."""
    return sum(len(ids) for ids in samples.marked(unit, slug).values())


def clear(uow: UnitOfWork, actor: Actor, slug: str, *, now: datetime, catalog: FormCatalog) -> Cleared:
    """Take sample data away; a record that people have changed or commented on stays and is theirs from now on.

    Raises NotInstalled, Forbidden.
    """
    known = rows.installed(uow).get(slug)
    if known is None:
        raise NotInstalled(slug=slug[:60])
    demand(uow, actor, Act.TEMPLATE_REMOVE, app=known.app_id)
    removed = kept = 0
    for form_id, record_ids in samples.marked(uow, slug).items():
        touched = samples.touched_by_people(uow, record_ids)
        going = [record_id for record_id in record_ids if record_id not in touched]
        removed += samples.erase(uow, catalog.current(uow, form_id), going)
        kept += len(touched)
    samples.unmark(uow, slug)
    retire_sample_people(uow, actor, known.app_id, list(known.facts.get("people", {}).values()), now=now)
    rows.note(uow, slug, {**known.facts, "people": {}})
    audit.note(
        uow, actor, Act.TEMPLATE_REMOVE, "app", known.app_id, {"slug": slug, "removed": removed, "kept": kept}, now=now
    )
    return Cleared(removed, kept)


def _address(package: Package, key: str) -> str:
    return f"{key}.{package.slug}@sample.example.com"
