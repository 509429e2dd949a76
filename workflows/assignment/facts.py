"""What the decision knows: a record, the organisation, and the few things that are asked only where they matter."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formloom.platform.access.structure import Structure
from formloom.workflows.assignment.candidates import Candidate

Tree = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody's last turn in a lane: its number, and where in the count of shares it began."""

    number: int
    start: float = 0.0


Members = Callable[[Mapping[str, Any], Sequence[str]], list[Candidate]]
Turns = Callable[[str], Mapping[str, Turn]]
Loads = Callable[[Tree, Sequence[str]], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the decision asks the outside for. `values` are the record's, as JSON."""

    values: Mapping[str, Any]
    now: datetime
    structure: Structure
    members: Members
    """The people of `{"users","roles","departments"}` and of further ids, in a stable order."""
    matches: Callable[[Tree], bool]
    is_open: Callable[[str], bool]
    """Whether a calendar, by key, says working hours now."""
    turns: Turns
    """Person → his last turn, of everybody who had one in a lane."""
    loads: Loads
    """Person → how many records he has that meet a condition."""
    last_holder: Callable[[str], str | None]
    """Who has the newest other record with the same value of a field."""
    names_of: Callable[[str], Sequence[Sequence[str]]]
    """What each value of a field of the record is called: as people read it in either language, then itself."""
