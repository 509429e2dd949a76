"""In turn."""

from collections.abc import Sequence

from formloom.workflows.assignment.base import AssignmentStrategy, in_turn
from formloom.workflows.assignment.candidates import Candidate


class RoundRobin(AssignmentStrategy):
    """Whoever has waited longest. Who was away is next when he is back, but is not given what he missed."""

    id = "round_robin"
    label = {"zh-CN": "轮流分配", "en": "In turn"}
    because = {"zh-CN": "距上次分配最久", "en": "has waited longest for a turn"}

    def pick(self, free: Sequence[Candidate]) -> Candidate:
        return in_turn(free)
