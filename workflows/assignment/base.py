"""An assignment strategy: its file in `strategies/` is its registration."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from formloom.platform.kernel.registry import Registry
from formloom.platform.kernel.text import LocalizedText
from formloom.workflows.assignment.candidates import Candidate


class AssignmentStrategy(ABC):
    """Picks one of those who are free."""

    id: ClassVar[str]
    label: ClassVar[LocalizedText]
    because: ClassVar[LocalizedText]
    """Why the one who was picked was picked."""
    needs_load: ClassVar[bool] = False

    def named(self, pool: Mapping[str, Any]) -> Sequence[str]:  # noqa: ARG002 - for strategies with a table
        """Return users that the pool names in the strategy's own settings."""
        return ()

    def narrow(
        self,
        pool: Mapping[str, Any],  # noqa: ARG002
        candidates: Sequence[Candidate],
        values: Mapping[str, Any],  # noqa: ARG002
    ) -> list[Candidate]:
        """Return the candidates, dropping those whom the strategy itself rules out for this record."""
        return list(candidates)

    @abstractmethod
    def pick(self, free: Sequence[Candidate]) -> Candidate:
        """Return one of `free`, which is never empty."""


STRATEGIES: Registry[AssignmentStrategy] = Registry("assignment strategy")


def discover() -> None:
    """Fill the registry from the folder `strategies`; harmless when it is filled already."""
    if not len(STRATEGIES):
        STRATEGIES.discover("formloom.workflows.assignment.strategies", AssignmentStrategy)
