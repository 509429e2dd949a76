"""Users, invitations, departments, roles, API tokens, and the pickers that choose among people."""

from datetime import timedelta

from formloom.platform.access import api_tokens, invitations, organisation, password_change, people
from formloom.platform.access.acts import Act
from formloom.platform.access.passwords import hash_new
from formloom.platform.access.people import NewPerson, PersonChange
from formloom.platform.access.queries.organisation import DepartmentRow, RoleRow
from formloom.platform.access.settings import default_locale
from formloom.platform.storage.database import ReadUnit
from formloom.platform.web.auth import schemas
from formloom.platform.web.auth.installation import letters
from formloom.platform.web.auth.session_routes import shown
from formloom.platform.web.route import Api, Call, path_id

api = Api("people")


@api.get("/users", act=Act.USER_LIST, query=schemas.SearchQuery())
def list_users(call: Call) -> object:
    """List everybody, for administrators."""
    with call.db.read() as unit:
        found = people.list_people(unit, call.actor, words=call.query["q"], limit=call.query["limit"])
    return {"users": [shown(person) for person in found]}


@api.post("/users", act=Act.USER_CREATE, body=schemas.UserBody(), status=201)
def create_user(call: Call) -> object:
    """Add an active person with a password of the administrator's choice."""
    password_hash = hash_new(call.body["password"], personal=(call.body["email"], call.body["name"]))
    made = call.db.write(
        lambda uow: people.create(uow, call.actor, _new_person(uow, call.body), password_hash, now=call.now)
    )
    return shown(made)


@api.patch("/users/<user_id>", act=Act.USER_CHANGE, body=schemas.UserPatch())
def change_user(call: Call, user_id: str) -> object:
    """Change a person; what they lose, they lose at once."""
    body = call.body
    wanted = PersonChange(
        name=body.get("name"),
        email=body.get("email"),
        is_admin=body.get("is_admin"),
        is_disabled=body["status"] == "disabled" if "status" in body else None,
        roles=tuple(body["roles"]) if "roles" in body else None,
        departments=tuple(body["departments"]) if "departments" in body else None,
    )
    return shown(call.db.write(lambda uow: people.change(uow, call.actor, path_id(user_id), wanted, now=call.now)))


@api.post("/users/<user_id>/password-link", act=Act.USER_CHANGE, body=schemas.EmptyBody(), status=201)
def make_password_link(call: Call, user_id: str) -> object:
    """Make a link by which a person chooses a new password, to hand over when no mail leaves."""
    url = call.db.write(
        lambda uow: password_change.make_link(uow, call.actor, path_id(user_id), letters(call.runtime), now=call.now)
    )
    return {"url": url}


@api.post("/invitations", act=Act.USER_INVITE, body=schemas.InvitationBody(), status=201)
def invite(call: Call) -> object:
    """Invite somebody by mail; without a mail server the answer holds the link."""
    made = call.db.write(
        lambda uow: invitations.invite(
            uow, call.actor, _new_person(uow, call.body), letters(call.runtime), now=call.now
        )
    )
    call.runtime.wake()
    answer: dict[str, object] = {"id": made.user_id, "sent": made.is_sent}
    return answer if made.url is None else {**answer, "url": made.url}


@api.get("/people", act=Act.PEOPLE_LOOKUP, query=schemas.SearchQuery())
def look_up(call: Call) -> object:
    """Find people and departments by name, for choosing among them."""
    with call.db.read() as unit:
        found = people.look_up(unit, call.actor, words=call.query["q"], limit=call.query["limit"])
    return {
        "people": [{"id": user_id, "name": name} for user_id, name in found.people],
        "departments": [{"id": one.id, "title": one.title} for one in found.departments],
    }


@api.get("/departments", act=Act.DEPARTMENT_LIST)
def list_departments(call: Call) -> object:
    """List the departments; `parent_id` makes the tree."""
    with call.db.read() as unit:
        return {"departments": [_department(one) for one in organisation.list_departments(unit, call.actor)]}


@api.post("/departments", act=Act.DEPARTMENT_CHANGE, body=schemas.DepartmentBody(), status=201)
def create_department(call: Call) -> object:
    """Add a department."""
    wanted = schemas.department_change(call.body)
    return _department(call.db.write(lambda uow: organisation.create_department(uow, call.actor, wanted, now=call.now)))


@api.patch("/departments/<department_id>", act=Act.DEPARTMENT_CHANGE, body=schemas.DepartmentPatch())
def change_department(call: Call, department_id: str) -> object:
    """Rename or move a department."""
    wanted = schemas.department_change(call.body)
    return _department(
        call.db.write(
            lambda uow: organisation.change_department(uow, call.actor, path_id(department_id), wanted, now=call.now)
        )
    )


@api.delete("/departments/<department_id>", act=Act.DEPARTMENT_CHANGE)
def delete_department(call: Call, department_id: str) -> object:
    """Delete a department that has none below it; its people stay."""
    call.db.write(lambda uow: organisation.delete_department(uow, call.actor, path_id(department_id), now=call.now))
    return None


@api.get("/roles", act=Act.ROLE_LIST)
def list_roles(call: Call) -> object:
    """List the roles."""
    with call.db.read() as unit:
        return {"roles": [_role(one) for one in organisation.list_roles(unit, call.actor)]}


@api.post("/roles", act=Act.ROLE_CHANGE, body=schemas.RoleBody(), status=201)
def create_role(call: Call) -> object:
    """Add a role."""
    key, title = call.body["key"], call.body["title"]
    return _role(call.db.write(lambda uow: organisation.create_role(uow, call.actor, key, title, now=call.now)))


@api.patch("/roles/<role_id>", act=Act.ROLE_CHANGE, body=schemas.RolePatch())
def change_role(call: Call, role_id: str) -> object:
    """Rename a role; its key stays."""
    title = call.body["title"]
    return _role(
        call.db.write(lambda uow: organisation.change_role(uow, call.actor, path_id(role_id), title, now=call.now))
    )


@api.delete("/roles/<role_id>", act=Act.ROLE_CHANGE)
def delete_role(call: Call, role_id: str) -> object:
    """Delete a role; its holders lose what it gave."""
    call.db.write(lambda uow: organisation.delete_role(uow, call.actor, path_id(role_id), now=call.now))
    return None


@api.get("/tokens", act=Act.TOKEN_LIST)
def list_tokens(call: Call) -> object:
    """List one's own API tokens; their secrets can't be shown again."""
    with call.db.read() as unit:
        found = api_tokens.list_own(unit, call.actor)
    return {
        "tokens": [
            {
                "id": one.id, "name": one.name, "hint": one.hint, "created_at": one.created_at,
                "last_used_at": one.last_used_at, "expires_at": one.expires_at,
            }
            for one in found
        ]
    }  # fmt: skip


@api.post("/tokens", act=Act.TOKEN_CREATE, body=schemas.TokenBody(), status=201)
def create_token(call: Call) -> object:
    """Make an API token; the answer is the only time that its secret is shown."""
    days = call.body["expires_in_days"]
    expires_at = None if days is None else call.now + timedelta(days=days)
    made = call.db.write(
        lambda uow: api_tokens.create(uow, call.actor, call.body["name"], now=call.now, expires_at=expires_at)
    )
    return {"id": made.id, "name": made.name, "token": made.secret, "expires_at": expires_at}


@api.delete("/tokens/<token_id>", act=Act.TOKEN_REVOKE)
def revoke_token(call: Call, token_id: str) -> object:
    """Revoke one of one's own API tokens, at once."""
    call.db.write(lambda uow: api_tokens.revoke(uow, call.actor, path_id(token_id), now=call.now))
    return None


def _new_person(unit: ReadUnit, body: dict[str, object]) -> NewPerson:
    roles, departments = body["roles"], body["departments"]
    return NewPerson(
        email=str(body["email"]),
        name=str(body["name"]),
        locale=str(body["locale"] or default_locale(unit)),
        is_admin=bool(body["is_admin"]),
        roles=tuple(roles) if isinstance(roles, list) else (),
        departments=tuple(departments) if isinstance(departments, list) else (),
    )


def _department(one: DepartmentRow) -> dict[str, object]:
    return {
        "id": one.id, "title": one.title, "parent_id": one.parent_id, "head_id": one.head_id,
        "head_name": one.head_name, "position": one.position, "members": one.members,
    }  # fmt: skip


def _role(one: RoleRow) -> dict[str, object]:
    return {"id": one.id, "key": one.key, "title": one.title, "package": one.package_slug, "members": one.members}
