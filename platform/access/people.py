"""People: who is there, what they belong to, what they may change about themselves.

A person is `invited` (has a link), `active`, `disabled` (keeps the name on what was done, has no identity), or
`sample` (came with a package: can be assigned to, can never sign in).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from formloom.platform.access import audit
from formloom.platform.access.emails import clean_email, email_key
from formloom.platform.access.errors import EmailTaken, LastAdministrator, PersonWithoutAccount
from formloom.platform.access.passwords import PasswordHash
from formloom.platform.access.policy import Act, requires
from formloom.platform.access.queries import credentials, organisation
from formloom.platform.access.queries import people as rows
from formloom.platform.kernel.actors import Actor, Member
from formloom.platform.kernel.errors import Finding, Invalid, NotFound
from formloom.platform.kernel.ids import new_id
from formloom.platform.kernel.text import LOCALES
from formloom.platform.storage import access_epoch
from formloom.platform.storage.database import ReadUnit, UnitOfWork

VISIBLE = ("invited", "active", "disabled", "sample")
CHOOSABLE = ("active", "sample")
MAX_FOUND = 500
TASK_MAILS = "task_mails"
"""The preference of those who want no mails about their tasks: false."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person as an administrator sees them."""

    id: str
    name: str
    email: str
    status: str
    locale: str
    theme: str | None
    is_admin: bool
    roles: tuple[str, ...]
    departments: tuple[str, ...]
    seen_at: datetime | None
    task_mails: bool
    """Whether mails tell them of their tasks."""


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What is known of somebody who is to be added."""

    email: str
    name: str = ""
    locale: str = LOCALES[0]
    is_admin: bool = False
    roles: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonChange:
    """What shall be different; None leaves as it is."""

    name: str | None = None
    email: str | None = None
    is_admin: bool | None = None
    is_disabled: bool | None = None
    roles: tuple[str, ...] | None = None
    departments: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """People and departments for a picker."""

    people: list[tuple[str, str]] = field(default_factory=list)
    departments: list[organisation.DepartmentRow] = field(default_factory=list)


@requires(Act.USER_LIST)
def list_people(unit: ReadUnit, actor: Actor, *, words: str = "", limit: int = MAX_FOUND) -> list[Person]:  # noqa: ARG001 - the guard reads it
    """Return the people whose name or address contains `words`."""
    return _persons(unit, rows.search(unit, words, statuses=VISIBLE, limit=limit))


@requires(Act.PEOPLE_LOOKUP)
def look_up(unit: ReadUnit, actor: Actor, *, words: str = "", limit: int = 50) -> Found:  # noqa: ARG001 - the guard reads it
    """Return whom a record can be given to: names and departments, nothing else about them."""
    found = rows.search(unit, words, statuses=CHOOSABLE, limit=limit)
    needle = words.casefold()
    departments = [
        one for one in organisation.all_departments(unit)
        if not needle or any(needle in text.casefold() for text in one.title.values())
    ]  # fmt: skip
    return Found([(one.id, one.name) for one in found], departments[:limit])


@requires(Act.SESSION_READ)
def own(unit: ReadUnit, actor: Member) -> Person:
    """Return the caller as a person. Raises NotFound when they are gone."""
    return get(unit, actor.user_id)


@requires(Act.USER_CREATE)
def create(uow: UnitOfWork, actor: Actor, person: NewPerson, password_hash: PasswordHash, *, now: datetime) -> Person:
    """Add an active person with a password. Raises EmailTaken, Invalid."""
    user_id = insert(uow, person, status="active", password_hash=password_hash, now=now)
    audit.note(uow, actor, Act.USER_CREATE, "user", user_id, {"is_admin": person.is_admin}, now=now)
    return get(uow, user_id)


@requires(Act.USER_CHANGE)
def change(uow: UnitOfWork, actor: Actor, user_id: str, wanted: PersonChange, *, now: datetime) -> Person:
    """Change a person. Disabling ends every session at once; changed rights hold from the next request.

    Raises NotFound, EmailTaken, Invalid, LastAdministrator, PersonWithoutAccount.
    """
    before = rows.lock(uow, user_id)
    if before is None:
        raise NotFound
    if before.status == "sample" and (wanted.is_admin or wanted.is_disabled is not None):
        raise PersonWithoutAccount
    values = _column_changes(uow, before, wanted)
    loses = values.get("is_admin") is False or values.get("status") == "disabled"
    if loses and before.is_admin and not rows.other_administrators(uow, user_id):
        raise LastAdministrator
    rows.change(uow, user_id, {**values, "updated_at": now})
    if wanted.roles is not None:
        rows.set_roles(uow, user_id, role_ids(uow, wanted.roles))
    if wanted.departments is not None:
        rows.set_departments(uow, user_id, department_ids(uow, wanted.departments))
    if values.get("status") == "disabled":
        credentials.remove_sessions_of(uow, user_id)
    access_epoch.advance(uow)
    audit.note(uow, actor, Act.USER_CHANGE, "user", user_id, _described(values, wanted), now=now)
    return get(uow, user_id)


@requires(Act.SESSION_CHANGE)
def change_own(
    uow: UnitOfWork, actor: Member, *, name: str | None, locale: str | None, theme: str | None,
    task_mails: bool | None = None, now: datetime,
) -> Person:  # fmt: skip
    """Change what everybody may change about themselves; None leaves as it is."""
    wanted = {"name": name and name.strip(), "locale": locale, "theme": theme}
    values: dict[str, Any] = {column: value for column, value in wanted.items() if value}
    if task_mails is not None:
        before = rows.lock(uow, actor.user_id)
        values["preferences"] = {**((before and before.preferences) or {}), TASK_MAILS: task_mails}
    rows.change(uow, actor.user_id, {**values, "updated_at": now})
    access_epoch.advance(uow)
    return get(uow, actor.user_id)


def get(unit: ReadUnit, user_id: str) -> Person:
    """Return one person. Raises NotFound. Unguarded: for use cases that have checked already."""
    row = rows.by_id(unit, user_id)
    if row is None:
        raise NotFound
    return _persons(unit, [row])[0]


def names(unit: ReadUnit, user_ids: Collection[str]) -> dict[str, str]:
    """Return names by id, whatever the people's status: names stand on what they did."""
    return rows.names(unit, user_ids)


def insert(
    uow: UnitOfWork, person: NewPerson, *, status: str, password_hash: PasswordHash | None, now: datetime
) -> str:
    """Store a new person and return the id. Raises EmailTaken, Invalid. Unguarded, as `get`."""
    address = clean_email(person.email)
    if rows.by_email(uow, email_key(address)) is not None:
        raise EmailTaken
    user_id = new_id()
    rows.add(
        uow,
        {
            "id": user_id,
            "email": address,
            "email_key": email_key(address),
            "name": person.name.strip() or address.split("@", 1)[0],
            "locale": person.locale,
            "status": status,
            "is_admin": person.is_admin,
            "password_hash": password_hash,
            "auth_epoch": 0,
            "created_at": now,
            "updated_at": now,
        },
    )
    rows.set_roles(uow, user_id, role_ids(uow, person.roles))
    rows.set_departments(uow, user_id, department_ids(uow, person.departments))
    access_epoch.advance(uow)
    return user_id


def role_ids(unit: ReadUnit, keys: Collection[str]) -> list[str]:
    """Return the ids of these roles. Raises Invalid for a key that is no role."""
    known = organisation.role_ids(unit, set(keys))
    _refuse_unknown("roles", set(keys) - known.keys())
    return list(known.values())


def department_ids(unit: ReadUnit, ids: Collection[str]) -> list[str]:
    """Return these ids when all are departments. Raises Invalid otherwise."""
    known = organisation.existing_departments(unit, set(ids))
    _refuse_unknown("departments", set(ids) - known)
    return sorted(known)


def _column_changes(uow: UnitOfWork, before: rows.UserRow, wanted: PersonChange) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if wanted.name is not None and wanted.name.strip():
        values["name"] = wanted.name.strip()
    if wanted.email is not None and email_key(wanted.email) != before.email_key:
        address = clean_email(wanted.email)
        if rows.by_email(uow, email_key(address)) is not None:
            raise EmailTaken
        values |= {"email": address, "email_key": email_key(address)}
    if wanted.is_admin is not None and wanted.is_admin != before.is_admin:
        values["is_admin"] = wanted.is_admin
    if wanted.is_disabled is not None:
        values |= _status_change(before, is_disabled=wanted.is_disabled)
    return values


def _status_change(before: rows.UserRow, *, is_disabled: bool) -> dict[str, Any]:
    if is_disabled and before.status != "disabled":
        return {"status": "disabled", "auth_epoch": before.auth_epoch + 1}
    if not is_disabled and before.status == "disabled":
        return {"status": "active" if before.password_hash else "invited"}
    return {}


def _described(values: dict[str, Any], wanted: PersonChange) -> dict[str, Any]:
    shown = {name: value for name, value in values.items() if name in {"status", "is_admin"}}
    shown["changed"] = sorted(values.keys() - shown.keys() - {"email_key", "auth_epoch"})
    if wanted.roles is not None:
        shown["roles"] = sorted(wanted.roles)
    if wanted.departments is not None:
        shown["departments"] = sorted(wanted.departments)
    return shown


def _persons(unit: ReadUnit, found: Iterable[rows.UserRow]) -> list[Person]:
    users = list(found)
    roles, departments = rows.memberships(unit, [row.id for row in users])
    return [
        Person(
            row.id, row.name, row.email, row.status, row.locale, row.theme, row.is_admin,
            tuple(roles.get(row.id, ())), tuple(departments.get(row.id, ())), row.seen_at,
            bool((row.preferences or {}).get(TASK_MAILS, True)),
        )
        for row in users
    ]  # fmt: skip


def _refuse_unknown(where: str, unknown: set[str]) -> None:
    if unknown:
        message = {"zh-CN": "“{value}”不存在", "en": "There is no '{value}'"}
        raise Invalid(
            findings=[Finding("unknown_value", message, field=where, params={"value": one}) for one in sorted(unknown)]
        )
