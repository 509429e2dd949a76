"""Role groups: several roles under one name, to turn to whoever holds any of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from formloom.platform.access.checking import refuse_unknown
from formloom.platform.access.listed import Listed
from formloom.platform.access.policy import Act, requires
from formloom.platform.access.queries import organisation, titled
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.text import LocalizedText
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import role_group_roles, role_groups

GROUPS = Listed(role_groups, Act.ROLE_CHANGE, "role_group")


@dataclass(frozen=True, slots=True)
class RoleGroup:
    """One group; `roles` are keys."""

    id: str
    title: LocalizedText
    roles: tuple[str, ...]


@requires(Act.ROLE_LIST)
def list_role_groups(unit: ReadUnit, actor: Actor) -> list[RoleGroup]:  # noqa: ARG001 - the guard reads it
    """Return every group with the keys of its roles."""
    keys = {one.id: one.key for one in organisation.all_roles(unit)}
    inside = [(row.role_group_id, keys[row.role_id]) for row in titled.belonging(unit, role_group_roles)]
    return [
        RoleGroup(row.id, row.title, tuple(sorted(key for group, key in inside if group == row.id)))
        for row in titled.everything(unit, role_groups)
    ]


@requires(Act.ROLE_CHANGE)
def create_role_group(
    uow: UnitOfWork, actor: Actor, title: LocalizedText, roles: Sequence[str], *, now: datetime
) -> RoleGroup:
    """Add a group. Raises Invalid for an unknown role."""
    made = GROUPS.add(uow, {"title": dict(title)}, now=now)
    _fill(uow, made, roles)
    return _after(uow, actor, made, "created", now)


@requires(Act.ROLE_CHANGE)
def change_role_group(
    uow: UnitOfWork, actor: Actor, group: str, title: LocalizedText | None, roles: Sequence[str] | None, *,
    now: datetime,
) -> RoleGroup:  # fmt: skip
    """Rename a group or say anew what is in it; None leaves as it is. Raises NotFound, Invalid."""
    GROUPS.change(uow, group, {} if title is None else {"title": dict(title)})
    if roles is not None:
        _fill(uow, group, roles)
    return _after(uow, actor, group, "changed", now)


@requires(Act.ROLE_CHANGE)
def delete_role_group(uow: UnitOfWork, actor: Actor, group: str, *, now: datetime) -> None:
    """Delete a group; its roles stay. Raises NotFound."""
    GROUPS.delete(uow, actor, group, now=now)


def _fill(uow: UnitOfWork, group: str, keys: Sequence[str]) -> None:
    known = organisation.role_ids(uow, set(keys))
    refuse_unknown("roles", keys, known)
    titled.replace(uow, role_group_roles.c.role_group_id, group, [{"role_id": known[key]} for key in sorted(set(keys))])


def _after(uow: UnitOfWork, actor: Actor, group: str, did: str, now: datetime) -> RoleGroup:
    GROUPS.note(uow, actor, group, did, now=now)
    return next(one for one in list_role_groups(uow, actor) if one.id == group)
