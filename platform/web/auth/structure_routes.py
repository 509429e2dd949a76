"""How people work, and what the organisation knows of them: role groups, skills, territories, shifts."""

from typing import Any

from formloom.platform.access import role_groups, shifts, skills, territories, work
from formloom.platform.access.acts import Act
from formloom.platform.access.role_groups import RoleGroup
from formloom.platform.access.shifts import Shift
from formloom.platform.access.skills import Skill
from formloom.platform.access.territories import ShownTerritory
from formloom.platform.access.work import Work
from formloom.platform.web.auth import structure_schemas as schemas
from formloom.platform.web.route import Api, Call, path_id

api = Api("structure")


@api.get("/users/<user_id>/work", act=Act.USER_LIST)
def read_work(call: Call, user_id: str) -> object:
    """Tell how a person works: supervisor, capacity, skills, territories, and what follows from them."""
    with call.db.read() as unit:
        return _work(work.read_work(unit, call.actor, path_id(user_id), now=call.now))


@api.patch("/users/<user_id>/work", act=Act.USER_CHANGE, body=schemas.WorkPatch())
def change_work(call: Call, user_id: str) -> object:
    """Change how a person works; null empties."""
    wanted = schemas.work_change(call.body)
    return _work(call.db.write(lambda uow: work.change_work(uow, call.actor, path_id(user_id), wanted, now=call.now)))


@api.get("/role-groups", act=Act.ROLE_LIST)
def list_role_groups(call: Call) -> object:
    """List the role groups."""
    with call.db.read() as unit:
        return {"role_groups": [_role_group(one) for one in role_groups.list_role_groups(unit, call.actor)]}


@api.post("/role-groups", act=Act.ROLE_CHANGE, body=schemas.RoleGroupBody(), status=201)
def create_role_group(call: Call) -> object:
    """Add a role group."""
    title, roles = call.body["title"], call.body["roles"]
    return _role_group(
        call.db.write(lambda uow: role_groups.create_role_group(uow, call.actor, title, roles, now=call.now))
    )


@api.patch("/role-groups/<role_group_id>", act=Act.ROLE_CHANGE, body=schemas.RoleGroupPatch())
def change_role_group(call: Call, role_group_id: str) -> object:
    """Rename a role group or say anew which roles are in it."""
    one, title, roles = path_id(role_group_id), call.body.get("title"), call.body.get("roles")
    return _role_group(
        call.db.write(lambda uow: role_groups.change_role_group(uow, call.actor, one, title, roles, now=call.now))
    )


@api.delete("/role-groups/<role_group_id>", act=Act.ROLE_CHANGE)
def delete_role_group(call: Call, role_group_id: str) -> object:
    """Delete a role group; its roles stay."""
    call.db.write(lambda uow: role_groups.delete_role_group(uow, call.actor, path_id(role_group_id), now=call.now))
    return None


@api.get("/skills", act=Act.SKILL_LIST)
def list_skills(call: Call) -> object:
    """List the skills."""
    with call.db.read() as unit:
        return {"skills": [_skill(one) for one in skills.list_skills(unit, call.actor)]}


@api.post("/skills", act=Act.SKILL_CHANGE, body=schemas.SkillBody(), status=201)
def create_skill(call: Call) -> object:
    """Add a skill."""
    return _skill(call.db.write(lambda uow: skills.create_skill(uow, call.actor, call.body["title"], now=call.now)))


@api.patch("/skills/<skill_id>", act=Act.SKILL_CHANGE, body=schemas.SkillBody())
def change_skill(call: Call, skill_id: str) -> object:
    """Rename a skill."""
    one, title = path_id(skill_id), call.body["title"]
    return _skill(call.db.write(lambda uow: skills.change_skill(uow, call.actor, one, title, now=call.now)))


@api.delete("/skills/<skill_id>", act=Act.SKILL_CHANGE)
def delete_skill(call: Call, skill_id: str) -> object:
    """Delete a skill; nobody has it any more."""
    call.db.write(lambda uow: skills.delete_skill(uow, call.actor, path_id(skill_id), now=call.now))
    return None


@api.get("/territories", act=Act.TERRITORY_LIST)
def list_territories(call: Call) -> object:
    """List the territories; `parent_id` makes the tree."""
    with call.db.read() as unit:
        return {"territories": [_territory(one) for one in territories.list_territories(unit, call.actor)]}


@api.post("/territories", act=Act.TERRITORY_CHANGE, body=schemas.TerritoryBody(), status=201)
def create_territory(call: Call) -> object:
    """Add a territory."""
    wanted = schemas.territory_change(call.body)
    return _territory(call.db.write(lambda uow: territories.create_territory(uow, call.actor, wanted, now=call.now)))


@api.patch("/territories/<territory_id>", act=Act.TERRITORY_CHANGE, body=schemas.TerritoryPatch())
def change_territory(call: Call, territory_id: str) -> object:
    """Change or move a territory."""
    one, wanted = path_id(territory_id), schemas.territory_change(call.body)
    return _territory(
        call.db.write(lambda uow: territories.change_territory(uow, call.actor, one, wanted, now=call.now))
    )


@api.delete("/territories/<territory_id>", act=Act.TERRITORY_CHANGE)
def delete_territory(call: Call, territory_id: str) -> object:
    """Delete a territory that has none below it."""
    call.db.write(lambda uow: territories.delete_territory(uow, call.actor, path_id(territory_id), now=call.now))
    return None


@api.get("/shifts", act=Act.SHIFT_LIST)
def list_shifts(call: Call) -> object:
    """List the shifts and who works them."""
    with call.db.read() as unit:
        return {"shifts": [_shift(one) for one in shifts.list_shifts(unit, call.actor)]}


@api.post("/shifts", act=Act.SHIFT_CHANGE, body=schemas.ShiftBody(), status=201)
def create_shift(call: Call) -> object:
    """Add a shift."""
    wanted = schemas.shift_change(call.body)
    return _shift(call.db.write(lambda uow: shifts.create_shift(uow, call.actor, wanted, now=call.now)))


@api.patch("/shifts/<shift_id>", act=Act.SHIFT_CHANGE, body=schemas.ShiftPatch())
def change_shift(call: Call, shift_id: str) -> object:
    """Change a shift; `people` says anew who works it."""
    one, wanted = path_id(shift_id), schemas.shift_change(call.body)
    return _shift(call.db.write(lambda uow: shifts.change_shift(uow, call.actor, one, wanted, now=call.now)))


@api.delete("/shifts/<shift_id>", act=Act.SHIFT_CHANGE)
def delete_shift(call: Call, shift_id: str) -> object:
    """Delete a shift; nobody is bound by it any more."""
    call.db.write(lambda uow: shifts.delete_shift(uow, call.actor, path_id(shift_id), now=call.now))
    return None


def _work(one: Work) -> dict[str, Any]:
    return {
        "supervisor_id": one.supervisor_id, "primary_department_id": one.primary_department_id,
        "max_open": one.max_open,
        "skills": [{"skill": skill, "level": level} for skill, level in one.skills.items()],
        "territories": list(one.territories), "supervisors": [_named(*who) for who in one.supervisors],
        "is_available": one.is_available, "delegate": one.delegate and _named(*one.delegate),
    }  # fmt: skip


def _role_group(one: RoleGroup) -> dict[str, Any]:
    return {"id": one.id, "title": one.title, "roles": list(one.roles)}


def _skill(one: Skill) -> dict[str, Any]:
    return {"id": one.id, "title": one.title, "members": one.members}


def _territory(one: ShownTerritory) -> dict[str, Any]:
    return {
        "id": one.id, "title": one.title, "parent_id": one.parent_id, "places": list(one.places),
        "people": [_named(*who) for who in one.people], "position": one.position,
    }  # fmt: skip


def _shift(one: Shift) -> dict[str, Any]:
    people = [
        {"user": who.user_id, "name": who.name, "first_on": who.first_on, "last_on": who.last_on} for who in one.people
    ]
    return {"id": one.id, "title": one.title, "timezone": one.timezone, "week": one.week, "people": people}


def _named(user_id: str, name: str) -> dict[str, str]:
    return {"id": user_id, "name": name}
