"""To whoever takes it."""

from collections.abc import Sequence

from formloom.workflows.assignment.base import AssignmentStrategy, in_turn
from formloom.workflows.assignment.candidates import Candidate


class Claim(AssignmentStrategy):
    """Nobody is given it: it waits in the queue, where the people of the pool can take it.

    With `claim.minutes`, the pools after this one are asked once nobody took it for so long.
    """

    id = "claim"
    label = {"zh-CN": "由成员领取", "en": "Whoever takes it"}
    because = {"zh-CN": "等待领取", "en": "waits for somebody to take it"}
    part = "claim"
    leaves_open = True

    def pick(self, free: Sequence[Candidate]) -> Candidate:
        return in_turn(free)
