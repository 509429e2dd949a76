"""Checks over several fields when a record is written: what must be true, and what is said where it is not.

A check is judged over what the rules left of the record, whoever writes it. It is silent while a field that it asks
about is hidden or has a fault of its own, and in a change that touches none of them when it was broken before.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from formloom.platform.definitions.conditions.compile import Setting, compile_node
from formloom.platform.definitions.conditions.tree import RESERVED, Kinds, fields_of, parse
from formloom.platform.definitions.fields.base import CleanContext
from formloom.platform.definitions.formula import grammar, values
from formloom.platform.definitions.logic.judging import Judged
from formloom.platform.definitions.logic.rule import Part, Values, formula_over
from formloom.platform.kernel.errors import Finding
from formloom.platform.kernel.text import LocalizedText

Holds = Callable[[Values, CleanContext], bool]
_BROKEN = {"zh-CN": "提交的内容互相矛盾", "en": "These answers don't fit together"}


@dataclass(frozen=True, slots=True)
class Check:
    """What must be true, the fields that it asks about, and the fields on which its message is hung."""

    holds: Holds
    names: frozenset[str]
    message: LocalizedText
    fields: tuple[str, ...]


class Checks:
    """The checks of one form version."""

    def __init__(
        self, entries: Iterable[Mapping[str, Any]], parts: Sequence[Part], kinds: Kinds, zone: ZoneInfo
    ) -> None:
        by_id = {part.id: part for part in parts}
        self._checks = tuple(_check(entry, by_id, kinds, zone) for entry in entries)

    def findings(
        self, judged: Judged, whole: Values, ctx: CleanContext, *, faulty: frozenset[str | None] = frozenset(),
        given: Iterable[str] = (), before: Values | None = None,
    ) -> Iterator[Finding]:  # fmt: skip
        """Yield a finding for each broken check, on each of its fields.

        What is said of `faulty` fields comes first. `before` is the record of which `given` fields are changed.
        """
        touched = set(given)
        for check in self._checks:
            if not check.names <= judged.visible or check.names & faulty or check.holds(whole, ctx):
                continue
            if before is not None and not check.names & touched and not check.holds(before, ctx):
                continue
            for name in check.fields or (None,):
                yield Finding("check_failed", check.message, field=name)


def _check(entry: Mapping[str, Any], parts: Mapping[str, Part], kinds: Kinds, zone: ZoneInfo) -> Check:
    message = {locale: text for locale, text in entry["message"].items() if text}
    fields = tuple(entry.get("fields") or ())
    if entry.get("formula"):
        tree = grammar.parse(entry["formula"])
        run, names = formula_over(tree, parts, zone)
        return Check(lambda known, ctx: _is_true(run(known, ctx)), names, message or _BROKEN, fields)
    when = entry.get("when") or {}
    node = parse(when, kinds)
    named = frozenset(fields_of(when)) - frozenset(RESERVED)
    return Check(
        lambda known, ctx: compile_node(node, Setting(now=ctx.now, zone=zone))(known), named, message or _BROKEN, fields
    )


def _is_true(value: Any) -> bool:
    """Tell whether a formula's result is TRUE, or a number other than 0, as Excel reads conditions."""
    if isinstance(value, values.Fault) or value is None or isinstance(value, str):
        return isinstance(value, str) and value.upper() == "TRUE"
    return bool(value)
