"""One change that publishing brings, in words."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from formloom.platform.kernel.text import LocalizedText

ChangeKind: TypeAlias = Literal["added", "removed", "changed", "moved"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `affects_data` warns that values of existing records are touched or hidden."""

    kind: ChangeKind
    path: str
    what: LocalizedText
    affects_data: bool = False
    value: str | None = None
    """The option that is taken away, where one is."""
