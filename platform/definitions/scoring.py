"""Scores: how many points an answer counts, and which answers of a quiz are right.

An option may carry a score; marks, scales and numbers count by themselves. A field with a `quiz` counts its points
when the answer is right, else nothing. `SCORE(field)` in a formula is that number, computed by the server alone: what
a right answer is never reaches a browser before the page of thanks, and only if the builder wants it there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from formloom.platform.definitions.fields.base import CleanContext, FieldType, Settings, ValueInvalid
from formloom.platform.kernel.text import LocalizedText

Quiz = Mapping[str, Any]
"""`answer` (every accepted one; of several choices all that must be chosen), `points`, `explanation`."""


@dataclass(frozen=True, slots=True)
class Graded:
    """How one question of a quiz was answered."""

    field: str
    is_right: bool
    points: Decimal
    of: Decimal
    right: tuple[Any, ...]
    """The right answers, clean."""
    explanation: LocalizedText


class Scoring:
    """The scores of one form version."""

    def __init__(self, fields: Iterable[tuple[str, FieldType[Any], Settings, Quiz | None]]) -> None:
        self._fields = {name: (kind, cfg, quiz) for name, kind, cfg, quiz in fields}
        self.quizzed = tuple(name for name, (_kind, _cfg, quiz) in self._fields.items() if quiz)

    def of(self, name: str, value: Any) -> Decimal | None:
        """Return how many points a clean value counts; None for one that counts nothing."""
        kind, cfg, quiz = self._fields[name]
        if quiz:
            return _points(quiz) if self._is_right(name, value) else Decimal(0)
        return None if value is None else kind.score(value, cfg)

    def graded(self, values: Mapping[str, Any], visible: frozenset[str]) -> list[Graded]:
        """Return how each visible question of the quiz was answered."""
        return [self._graded(name, values.get(name)) for name in self.quizzed if name in visible]

    def shape(self, name: str) -> str:
        """Return what scores of a field depend on, to tell whether another version scores alike."""
        _kind, cfg, quiz = self._fields[name]
        lists = [cfg.get(part) or () for part in ("options", "columns")]
        scores = [(one["value"], str(one.get("score"))) for options in lists for one in options if "value" in one]
        return repr((scores, {part: quiz[part] for part in sorted(quiz)} if quiz else None))

    def _graded(self, name: str, value: Any) -> Graded:
        _kind, _cfg, quiz = self._fields[name]
        assert quiz is not None, "only fields with a quiz are asked"  # noqa: S101 - who calls it asked
        right, points = self._is_right(name, value), _points(quiz)
        return Graded(
            name, right, points if right else Decimal(0), points, tuple(self._expected(name)),
            quiz.get("explanation") or {},
        )  # fmt: skip

    def _is_right(self, name: str, value: Any) -> bool:
        kind, _cfg, _quiz = self._fields[name]
        if value is None:
            return False
        if kind.value_kind == "choices":
            return set(value) == {one for expected in self._expected(name) for one in expected}
        if kind.value_kind == "text":
            return _folded(value) in {_folded(one) for one in self._expected(name)}
        return value in self._expected(name)

    def _expected(self, name: str) -> list[Any]:
        kind, cfg, quiz = self._fields[name]
        given = list((quiz or {}).get("answer") or ())
        if kind.value_kind == "choices":
            given = [given]
        return [found for raw in given if (found := _clean(kind, cfg, raw)) is not None]


def fits(kind: FieldType[Any], cfg: Settings, raw: str) -> bool:
    """Tell whether an answer of a quiz could be given."""
    return _clean(kind, cfg, [raw] if kind.value_kind == "choices" else raw) is not None


def _clean(kind: FieldType[Any], cfg: Settings, raw: Any) -> Any:
    loose = {**cfg, "min_items": None, "max_items": None} if kind.value_kind == "choices" else cfg
    try:
        return kind.clean(raw, loose, CleanContext())
    except ValueInvalid:
        return None


def _points(quiz: Quiz) -> Decimal:
    return Decimal(str(quiz.get("points", 1)))


def _folded(text: Any) -> str:
    return " ".join(str(text).split()).casefold()
