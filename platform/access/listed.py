"""Things that the organisation keeps a list of by title, and how one is added, changed and deleted.

Every change ends the same way: who may do what may be different from now on, and the audit log tells of it.

    SKILLS = Listed(skills, Act.SKILL_CHANGE, "skill")
    made = SKILLS.add(uow, {"title": dict(title)}, now=now)
    SKILLS.note(uow, actor, made, "created", now=now)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formloom.platform.access import audit
from formloom.platform.access.acts import Act
from formloom.platform.access.queries import titled
from formloom.platform.access.queries.titled import TitledTable
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.errors import NotFound
from formloom.platform.kernel.ids import new_id
from formloom.platform.storage import access_epoch
from formloom.platform.storage.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class Listed:
    """One such list: its table, the act that changes it, and what the audit log calls a thing in it."""

    table: TitledTable
    act: Act
    kind: str

    def add(self, uow: UnitOfWork, values: Mapping[str, Any], *, now: datetime) -> str:
        """Insert one and return its id; what belongs to it is written next, and then `note`."""
        made = new_id()
        titled.add(uow, self.table, {**values, "id": made, "created_at": now})
        return made

    def change(self, uow: UnitOfWork, one: str, values: Mapping[str, Any]) -> None:
        """Set columns of one, followed by `note`. Raises NotFound."""
        if not titled.change(uow, self.table, one, values):
            raise NotFound

    def delete(self, uow: UnitOfWork, actor: Actor, one: str, *, now: datetime) -> None:
        """Delete one with all that is in it. Raises NotFound."""
        if not titled.remove(uow, self.table, one):
            raise NotFound
        self.note(uow, actor, one, "deleted", now=now)

    def note(self, uow: UnitOfWork, actor: Actor, one: str, did: str, *, now: datetime) -> None:
        """Let what was done take effect, and tell the audit log."""
        access_epoch.advance(uow)
        audit.note(uow, actor, self.act, self.kind, one, {"did": did}, now=now)
