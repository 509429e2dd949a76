"""What a metric is: a formula over how often each answer was given.

The database counts (one group-by per widget), the metric computes. So a formula is a pure function that can be
held by the published test vectors, and a breakdown by touchpoint costs the same single query.

Every figure carries its n. Below 5 answers it says nothing about anybody but those few and is shown greyed; below
30 it moves by chance and carries a warning.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import ClassVar, Literal

from formloom.platform.kernel.text import LocalizedText

Scores = Mapping[Decimal, int]
"""Answer → how often it was given; the missing answer is left out."""
Outcomes = Mapping[str, int]
"""`done`, `open` or `excluded` → how many records."""
Unit = Literal["score", "percent", "mean"]
Flag = Literal["few", "uncertain"]

FEW = 5
UNCERTAIN = 30


@dataclass(frozen=True, slots=True)
class Figure:
    """One computed figure. `value` is None when there is nothing to compute from.

    `margin` is half the width of the 95 % interval, in the unit of the value, where the metric has one; `parts` are
    the counts that it is made of.
    """

    value: Decimal | None
    n: int
    margin: Decimal | None = None
    parts: Mapping[str, int] = field(default_factory=dict)

    @property
    def flag(self) -> Flag | None:
        """Tell how far the figure can be trusted."""
        if self.n < FEW:
            return "few"
        return "uncertain" if self.n < UNCERTAIN else None


class Metric(ABC):
    """Base of every metric; concrete ones are either over scores or over outcomes."""

    id: ClassVar[str]
    label: ClassVar[LocalizedText]
    help: ClassVar[LocalizedText]
    unit: ClassVar[Unit]
    icon: ClassVar[str] = "metric"
    decimals: ClassVar[int] = 1
    lowest: ClassVar[int]
    highest: ClassVar[int]


class ScoreMetric(Metric):
    """A formula over answers on a scale."""

    scale: ClassVar[tuple[int, int]]
    """The lowest and highest answer; others are not counted."""

    def of(self, scores: Scores) -> Figure:
        """Return the figure of these answers."""
        low, high = self.scale
        return self.compute({score: count for score, count in scores.items() if low <= score <= high and count})

    @abstractmethod
    def compute(self, scores: Scores) -> Figure:
        """Return the figure of answers that are all on the scale."""


class OutcomeMetric(Metric):
    """A share of records that came to a good end, over all that count."""

    unit = "percent"
    lowest = 0
    highest = 100

    def of(self, outcomes: Outcomes) -> Figure:
        """Return the share of `done` among `done` and `open`; what is `excluded` does not count."""
        done, still_open = outcomes.get("done", 0), outcomes.get("open", 0)
        n = done + still_open
        return Figure(share(done, n), n, parts={"done": done, "open": still_open})


def total(scores: Scores) -> int:
    """Return how many answers there are."""
    return sum(scores.values())


def count(scores: Scores, low: int, high: int) -> int:
    """Return how many answers lie between `low` and `high`, both included."""
    return sum(number for score, number in scores.items() if low <= score <= high)


def share(part: int, n: int) -> Decimal | None:
    """Return `part` of `n` in percent, exactly; None for nothing out of nothing."""
    return Decimal(100 * part) / n if n else None


def mean(scores: Scores) -> Decimal | None:
    """Return the arithmetic mean; None without answers."""
    n = total(scores)
    return sum((score * number for score, number in scores.items()), Decimal()) / n if n else None


def shown(value: Decimal | None, decimals: int) -> str | None:
    """Return a figure rounded half up, as text without needless zeros."""
    if value is None:
        return None
    text = format(value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
