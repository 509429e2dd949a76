"""To whoever had the last one."""

from collections.abc import Sequence

from formloom.workflows.assignment.base import AssignmentStrategy, Pool, in_turn
from formloom.workflows.assignment.candidates import Candidate
from formloom.workflows.assignment.facts import Facts


class Sticky(AssignmentStrategy):
    """Whoever has the newest record with the same value of a field, such as the same customer.

    Where the pool names people he has to be one of them. Whether he may get it is for the filters, as with anybody;
    if not, the next pool decides.
    """

    id = "sticky"
    label = {"zh-CN": "沿用上次负责人", "en": "Whoever had the last one"}
    because = {"zh-CN": "上一条由其处理", "en": "had the last one"}
    part = "sticky"
    chooses_people = True

    def named(self, pool: Pool, facts: Facts) -> Sequence[str]:
        holder = _holder(pool, facts)
        return [holder] if holder and not any((pool.get("candidates") or {}).values()) else ()

    def narrow(self, pool: Pool, candidates: Sequence[Candidate], facts: Facts) -> list[Candidate]:
        holder = _holder(pool, facts)
        return [one if one.user_id == holder else one.out("not_the_last") for one in candidates]

    def pick(self, free: Sequence[Candidate]) -> Candidate:
        return in_turn(free)


def _holder(pool: Pool, facts: Facts) -> str | None:
    field = (pool.get("sticky") or {}).get("field")
    return facts.last_holder(str(field)) if field and facts.values.get(str(field)) not in (None, "", []) else None
