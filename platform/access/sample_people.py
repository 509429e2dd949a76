"""What a package may bring along, and takes away again: roles, and sample people who can be assigned to."""

from collections.abc import Collection, Mapping
from datetime import datetime

from formloom.platform.access import audit, people
from formloom.platform.access.people import NewPerson
from formloom.platform.access.policy import Act, requires
from formloom.platform.access.queries import organisation
from formloom.platform.access.queries import people as rows
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.ids import new_id
from formloom.platform.kernel.text import LocalizedText
from formloom.platform.storage import access_epoch
from formloom.platform.storage.database import UnitOfWork


@requires(Act.TEMPLATE_INSTALL)
def ensure_role(
    uow: UnitOfWork, actor: Actor, key: str, title: LocalizedText, *, package_slug: str | None, now: datetime
) -> str:
    """Return the id of the role `key`, made now when it is not there yet."""
    known = organisation.role_ids(uow, [key])
    if key in known:
        return known[key]
    made = new_id()
    organisation.add_role(
        uow, {"id": made, "key": key, "title": dict(title), "package_slug": package_slug, "created_at": now}
    )
    audit.note(uow, actor, Act.ROLE_CHANGE, "role", key, {"package": package_slug}, now=now)
    access_epoch.advance(uow)
    return made


@requires(Act.TEMPLATE_INSTALL)
def give_role(uow: UnitOfWork, actor: Actor, user_id: str, key: str, *, now: datetime) -> None:
    """Let a person hold a role as well. Raises Invalid for an unknown role."""
    for role_id in people.role_ids(uow, [key]):
        rows.add_role(uow, user_id, role_id)
    audit.note(uow, actor, Act.USER_CHANGE, "user", user_id, {"role_added": key}, now=now)
    access_epoch.advance(uow)


@requires(Act.TEMPLATE_INSTALL)
def add_sample_person(uow: UnitOfWork, actor: Actor, person: NewPerson, *, now: datetime) -> str:  # noqa: ARG001 - the guard reads it
    """Add a person without an account and return the id. Raises EmailTaken, Invalid."""
    return people.insert(uow, person, status="sample", password_hash=None, now=now)


@requires(Act.TEMPLATE_REMOVE)
def retire_sample_people(uow: UnitOfWork, actor: Actor, app: str, user_ids: Collection[str], *, now: datetime) -> None:  # noqa: ARG001 - the guard reads it
    """Take sample people of a removed package out of sight; their names stay on what they did."""
    for user_id in user_ids:
        row = rows.by_id(uow, user_id)
        if row is not None and row.status == "sample":
            rows.change(uow, user_id, {"status": "gone", "email_key": f"gone:{user_id}", "updated_at": now})
            rows.set_roles(uow, user_id, [])
            rows.set_departments(uow, user_id, [])
    access_epoch.advance(uow)


@requires(Act.TEMPLATE_REMOVE)
def retire_roles(
    uow: UnitOfWork, actor: Actor, app: str, package_slug: str, *, used: Collection[str], heirs: Mapping[str, str],
    but: Collection[str], now: datetime,
) -> None:  # fmt: skip
    """Remove the roles that a package made, except those in `used` and those that people hold who are not in `but`.

    `heirs` maps the key of a role to another package that brings it too: the role is that one's from now on.
    """
    for role in organisation.all_roles(uow):
        if role.package_slug != package_slug:
            continue
        if role.key in heirs:
            organisation.change_role(uow, role.id, {"package_slug": heirs[role.key]})
        elif role.key not in used and organisation.holders(uow, role.id) <= set(but):
            organisation.remove_role(uow, role.id)
            audit.note(
                uow, actor, Act.ROLE_CHANGE, "role", role.key, {"removed_with": package_slug, "app": app}, now=now
            )
    access_epoch.advance(uow)
