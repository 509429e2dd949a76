"""Skills: what somebody can do. Who has one, and how well, stands with the person (`work`)."""

from dataclasses import dataclass
from datetime import datetime

from formloom.platform.access.listed import Listed
from formloom.platform.access.policy import Act, requires
from formloom.platform.access.queries import titled
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.text import LocalizedText
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import skills, user_skills

SKILLS = Listed(skills, Act.SKILL_CHANGE, "skill")


@dataclass(frozen=True, slots=True)
class Skill:
    """One skill; `members` counts who has it."""

    id: str
    title: LocalizedText
    members: int


@requires(Act.SKILL_LIST)
def list_skills(unit: ReadUnit, actor: Actor) -> list[Skill]:  # noqa: ARG001 - the guard reads it
    """Return every skill."""
    had = [row.skill_id for row in titled.belonging(unit, user_skills)]
    return [Skill(row.id, row.title, had.count(row.id)) for row in titled.everything(unit, skills)]


@requires(Act.SKILL_CHANGE)
def create_skill(uow: UnitOfWork, actor: Actor, title: LocalizedText, *, now: datetime) -> Skill:
    """Add a skill, which nobody has yet."""
    made = SKILLS.add(uow, {"title": dict(title)}, now=now)
    SKILLS.note(uow, actor, made, "created", now=now)
    return Skill(made, title, 0)


@requires(Act.SKILL_CHANGE)
def change_skill(uow: UnitOfWork, actor: Actor, skill: str, title: LocalizedText, *, now: datetime) -> Skill:
    """Rename a skill. Raises NotFound."""
    SKILLS.change(uow, skill, {"title": dict(title)})
    SKILLS.note(uow, actor, skill, "renamed", now=now)
    return next(one for one in list_skills(uow, actor) if one.id == skill)


@requires(Act.SKILL_CHANGE)
def delete_skill(uow: UnitOfWork, actor: Actor, skill: str, *, now: datetime) -> None:
    """Delete a skill; nobody has it any more. Raises NotFound."""
    SKILLS.delete(uow, actor, skill, now=now)
