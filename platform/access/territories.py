"""Territories: named areas with people, in a tree. `territory_map` tells which of them a value lies in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formloom.platform.access.checking import known_people, refuse_unknown
from formloom.platform.access.errors import TerritoryInUse, TerritoryLoop
from formloom.platform.access.listed import Listed
from formloom.platform.access.policy import Act, requires
from formloom.platform.access.queries import titled
from formloom.platform.access.queries.people import names
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.text import LocalizedText
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import territories, user_territories

TERRITORIES = Listed(territories, Act.TERRITORY_CHANGE, "territory")


@dataclass(frozen=True, slots=True)
class ShownTerritory:
    """One territory; `people` are (id, name), whatever their status."""

    id: str
    parent_id: str | None
    title: LocalizedText
    places: tuple[str, ...]
    people: tuple[tuple[str, str], ...]
    position: int


@dataclass(frozen=True, slots=True)
class TerritoryChange:
    """What shall be different; None leaves as it is. `to_top` takes it out of the territory around it."""

    title: LocalizedText | None = None
    parent_id: str | None = None
    to_top: bool = False
    places: Sequence[str] | None = None
    people: Sequence[str] | None = None
    position: int | None = None


@requires(Act.TERRITORY_LIST)
def list_territories(unit: ReadUnit, actor: Actor) -> list[ShownTerritory]:  # noqa: ARG001 - the guard reads it
    """Return every territory, by position."""
    inside: dict[str, list[str]] = {}
    for row in titled.belonging(unit, user_territories):
        inside.setdefault(row.territory_id, []).append(row.user_id)
    named = names(unit, {one for users in inside.values() for one in users})
    return [
        ShownTerritory(
            row.id, row.parent_id, row.title, tuple(row.places),
            tuple((one, named[one]) for one in inside.get(row.id, ())), row.position,
        )
        for row in titled.everything(unit, territories)
    ]  # fmt: skip


@requires(Act.TERRITORY_CHANGE)
def create_territory(uow: UnitOfWork, actor: Actor, wanted: TerritoryChange, *, now: datetime) -> ShownTerritory:
    """Add a territory. Raises Invalid."""
    made = TERRITORIES.add(uow, {"places": [], "position": 0, **_checked(uow, None, wanted)}, now=now)
    return _after(uow, actor, made, wanted, "created", now)


@requires(Act.TERRITORY_CHANGE)
def change_territory(
    uow: UnitOfWork, actor: Actor, territory: str, wanted: TerritoryChange, *, now: datetime
) -> ShownTerritory:
    """Change or move a territory. Raises NotFound, TerritoryLoop, Invalid."""
    TERRITORIES.change(uow, territory, _checked(uow, territory, wanted))
    return _after(uow, actor, territory, wanted, "changed", now)


@requires(Act.TERRITORY_CHANGE)
def delete_territory(uow: UnitOfWork, actor: Actor, territory: str, *, now: datetime) -> None:
    """Delete a territory. Raises NotFound, TerritoryInUse."""
    if any(row.parent_id == territory for row in titled.everything(uow, territories)):
        raise TerritoryInUse
    TERRITORIES.delete(uow, actor, territory, now=now)


def _checked(uow: UnitOfWork, territory: str | None, wanted: TerritoryChange) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if wanted.title is not None:
        values["title"] = dict(wanted.title)
    if wanted.places is not None:
        values["places"] = list(dict.fromkeys(text for one in wanted.places if (text := " ".join(one.split()))))
    if wanted.position is not None:
        values["position"] = wanted.position
    if wanted.parent_id is not None:
        values["parent_id"] = _possible_parent(uow, territory, wanted.parent_id)
    elif wanted.to_top:
        values["parent_id"] = None
    return values


def _possible_parent(uow: UnitOfWork, territory: str | None, parent: str) -> str:
    parents = {row.id: row.parent_id for row in titled.everything(uow, territories)}
    refuse_unknown("parent_id", [parent], parents)
    at: str | None = parent
    while at is not None:
        if at == territory:
            raise TerritoryLoop
        at = parents.get(at)
    return parent


def _after(
    uow: UnitOfWork, actor: Actor, territory: str, wanted: TerritoryChange, did: str, now: datetime
) -> ShownTerritory:
    if wanted.people is not None:
        found = known_people(uow, "people", wanted.people)
        titled.replace(uow, user_territories.c.territory_id, territory, [{"user_id": one} for one in found])
    TERRITORIES.note(uow, actor, territory, did, now=now)
    return next(one for one in list_territories(uow, actor) if one.id == territory)
