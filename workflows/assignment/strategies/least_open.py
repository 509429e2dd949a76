"""By load."""

from collections.abc import Sequence

from formloom.workflows.assignment.base import AssignmentStrategy
from formloom.workflows.assignment.candidates import Candidate


class LeastOpen(AssignmentStrategy):
    """Whoever has the fewest open records; among equals, in turn."""

    id = "least_open"
    label = {"zh-CN": "负荷最少", "en": "Fewest open"}
    because = {"zh-CN": "未完成的最少", "en": "has the fewest open"}
    needs_load = True

    def pick(self, free: Sequence[Candidate]) -> Candidate:
        return min(free, key=lambda candidate: (candidate.load or 0, candidate.turn, candidate.position))
