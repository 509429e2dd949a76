"""By shares."""

from collections.abc import Sequence

from formloom.workflows.assignment.base import AssignmentStrategy, Pool
from formloom.workflows.assignment.candidates import Candidate


class Weighted(AssignmentStrategy):
    """Each gets a share by his weight: one who weighs 2 gets two where another gets one, evenly spread.

    Stride scheduling: somebody's place in the count moves on by 1 / weight with each record, and whoever is furthest
    behind is next. Who was away is put level with the others, so that he is not given what he missed.
    """

    id = "weighted"
    label = {"zh-CN": "按权重", "en": "By weight"}
    because = {"zh-CN": "按权重轮到", "en": "is next by weight"}
    part = "weights"

    def weight(self, pool: Pool, candidate: Candidate, everybody: Sequence[Candidate]) -> float:
        settings = pool.get("weights") or {}
        if settings.get("by") == "capacity":
            if candidate.max_open is not None:
                return float(candidate.max_open) or 1.0
            return float(max((one.max_open for one in everybody if one.max_open), default=1))
        return float((settings.get("map") or {}).get(candidate.user_id) or 1)

    def pick(self, free: Sequence[Candidate]) -> Candidate:
        return min(free, key=lambda candidate: (candidate.start, candidate.turn, candidate.position))
