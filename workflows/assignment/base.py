"""An assignment strategy: its file in `strategies/` is its registration."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from formloom.platform.kernel.registry import Registry
from formloom.platform.kernel.text import LocalizedText
from formloom.workflows.assignment.candidates import Candidate
from formloom.workflows.assignment.facts import Facts

Pool = Mapping[str, Any]


class AssignmentStrategy(ABC):
    """Picks one of those who are free."""

    id: ClassVar[str]
    label: ClassVar[LocalizedText]
    because: ClassVar[LocalizedText]
    """Why the one who was picked was picked."""
    needs_load: ClassVar[bool] = False
    leaves_open: ClassVar[bool] = False
    """Nobody is picked: the record waits in the queue until one of those who are free takes it."""
    part: ClassVar[str | None] = None
    """The key of the pool under which the strategy's own settings stand."""
    chooses_people: ClassVar[bool] = False
    """Whom it is about follows from its own settings; the pool need not name anybody."""

    def named(self, pool: Pool, facts: Facts) -> Sequence[str]:  # noqa: ARG002 - for strategies of their own settings
        """Return users that follow from the strategy's own settings."""
        return ()

    def narrow(self, pool: Pool, candidates: Sequence[Candidate], facts: Facts) -> list[Candidate]:  # noqa: ARG002 - the signature is the base's
        """Return the candidates, dropping those whom the strategy itself rules out for this record."""
        return list(candidates)

    def weight(self, pool: Pool, candidate: Candidate, everybody: Sequence[Candidate]) -> float:  # noqa: ARG002 - the signature is the base's
        """Return somebody's share, compared with that of the others."""
        return 1.0

    @abstractmethod
    def pick(self, free: Sequence[Candidate]) -> Candidate:
        """Return one of `free`, which is never empty."""


STRATEGIES: Registry[AssignmentStrategy] = Registry("assignment strategy")


def discover() -> None:
    """Fill the registry from the folder `strategies`; harmless when it is filled already."""
    if not len(STRATEGIES):
        STRATEGIES.discover("formloom.workflows.assignment.strategies", AssignmentStrategy)


def in_turn(free: Sequence[Candidate]) -> Candidate:
    """Return whoever has waited longest for a turn."""
    return min(free, key=lambda candidate: (candidate.turn, candidate.position))
