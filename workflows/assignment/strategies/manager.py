"""To the manager."""

from collections.abc import Sequence

from formloom.workflows.assignment.base import AssignmentStrategy, Pool, in_turn
from formloom.workflows.assignment.candidates import Candidate
from formloom.workflows.assignment.facts import Facts


class Manager(AssignmentStrategy):
    """Whoever stands above the person, or heads the department, that a field of the record names.

    `level` 1 is the direct one, 2 the one above, and so on.
    """

    id = "manager"
    label = {"zh-CN": "交给上级", "en": "The manager"}
    because = {"zh-CN": "是其上级", "en": "is the manager"}
    part = "manager"
    chooses_people = True

    def named(self, pool: Pool, facts: Facts) -> Sequence[str]:
        settings = pool.get("manager") or {}
        meant = facts.values.get(str(settings.get("field", "")))
        level = int(settings.get("level") or 1)
        found: list[str] = []
        for one in meant if isinstance(meant, list) else [meant]:
            above = facts.structure.supervisor(str(one), level)
            found += facts.structure.heads_of(str(one), level) or ([above] if above else [])
        return list(dict.fromkeys(found))

    def narrow(self, pool: Pool, candidates: Sequence[Candidate], facts: Facts) -> list[Candidate]:
        above = set(self.named(pool, facts))
        return [one if one.user_id in above else one.out("not_above") for one in candidates]

    def pick(self, free: Sequence[Candidate]) -> Candidate:
        return in_turn(free)
