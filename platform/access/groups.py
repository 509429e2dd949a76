"""Permission groups: what their documents say, in a form that can be decided on quickly.

A group is a published definition of kind `permission_group`. It has members (users, departments, roles) and
grants; a grant names a form of the same app, the rights on it, the rows they hold for and what is narrower for
single fields. Rights of several groups add up. Nobody has a right that no group gives.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from formloom.platform.access.acts import RIGHTS
from formloom.platform.access.queries import groups as rows
from formloom.platform.kernel.actors import Member
from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.per_epoch import PerEpoch

FieldRight = Literal["hidden", "read", "write"]
RowScope = Literal["all", "own", "assigned"]
AppAct = Literal["design", "manage"]


@dataclass(frozen=True, slots=True)
class Grant:
    """Rights on one form. `narrowed` names the fields that are not fully open."""

    form: str
    rights: frozenset[str]
    rows: RowScope
    assigned_field: str | None
    filter: Mapping[str, Any] | None
    narrowed: Mapping[str, FieldRight]

    @property
    def is_for_all_rows(self) -> bool:
        return self.rows == "all" and not self.filter

    def on(self, field_id: str) -> FieldRight:
        """Return what the grant allows with a field."""
        return self.narrowed.get(field_id, "write")


@dataclass(frozen=True, slots=True)
class Group:
    """One published permission group."""

    id: str
    app_id: str
    title: Mapping[str, str]
    users: frozenset[str]
    departments: frozenset[str]
    roles: frozenset[str]
    grants: tuple[Grant, ...]
    app_acts: frozenset[str]

    def membership(self, member: Member) -> str | None:
        """Return by what the member belongs to the group (`user`, `role` or `department`), or None."""
        if member.user_id in self.users:
            return "user"
        if self.roles & member.roles:
            return "role"
        return "department" if self.departments & member.departments else None


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Every published group by app, who started which app, and which flow belongs to which app."""

    groups: Mapping[str, tuple[Group, ...]]
    owners: Mapping[str, str | None]
    flows: Mapping[str, str]

    def of(self, member: Member, app_id: str) -> tuple[Group, ...]:
        """Return the groups of the app that the member belongs to."""
        return tuple(group for group in self.groups.get(app_id, ()) if group.membership(member))


def present(unit: ReadUnit) -> Rulebook:
    """Return the rulebook of the unit's database, as this unit of work sees it."""
    return _rulebooks.present(unit)


def load(unit: ReadUnit) -> Rulebook:
    """Read every published group."""
    groups: dict[str, list[Group]] = {}
    for group_id, app_id, document in rows.published(unit):
        groups.setdefault(app_id, []).append(parse(group_id, app_id, document))
    return Rulebook(
        MappingProxyType({app_id: tuple(found) for app_id, found in groups.items()}),
        MappingProxyType(rows.app_owners(unit)),
        MappingProxyType(rows.flow_apps(unit)),
    )


_rulebooks = PerEpoch(load)


def parse(group_id: str, app_id: str, document: Mapping[str, Any]) -> Group:
    """Return the group that a published document describes; what it does not say is not granted."""
    members = document.get("members") or {}
    return Group(
        id=group_id,
        app_id=app_id,
        title=document.get("title") or {},
        users=frozenset(members.get("users") or ()),
        departments=frozenset(members.get("departments") or ()),
        roles=frozenset(members.get("roles") or ()),
        grants=tuple(_grant(grant) for grant in document.get("grants") or ()),
        app_acts=frozenset(document.get("app_acts") or ()),
    )


def _grant(document: Mapping[str, Any]) -> Grant:
    fields = document.get("fields") or {}
    return Grant(
        form=str(document.get("form") or ""),
        rights=frozenset(document.get("acts") or ()) & frozenset(RIGHTS),
        rows=_scope(document.get("rows")),
        assigned_field=document.get("assigned_field"),
        filter=document.get("filter") or None,
        narrowed=MappingProxyType({str(name): _field_right(right) for name, right in fields.items()}),
    )


def _scope(rows: object) -> RowScope:
    if rows is None or rows == "all":
        return "all"
    return "assigned" if rows == "assigned" else "own"


def _field_right(right: object) -> FieldRight:
    if right == "write":
        return "write"
    return "read" if right == "read" else "hidden"
