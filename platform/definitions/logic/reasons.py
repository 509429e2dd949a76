"""Why a field is as it is: which rules show, hide, require, lock, set or limit it, and what each of them saw."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from formloom.platform.definitions.conditions.compile import LeafOutcome, Setting, explain
from formloom.platform.definitions.logic.judging import Judged, Logic

Why = Literal["shown", "not_shown", "hidden", "inside", "leapt", "required", "locked", "set", "limited"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that makes a field what it is: a rule, or the hidden section or page that it stands in."""

    why: Why
    rule: str = ""
    inside: str = ""


def reasons(logic: Logic, judged: Judged) -> dict[str, list[Reason]]:
    """Return for each field that some rule does something to why it is as it is."""
    found: dict[str, list[Reason]] = {}
    for name, reason in _all(logic, judged):
        found.setdefault(name, []).append(reason)
    return found


def outcomes(
    logic: Logic, judged: Judged, *, now: datetime, zone: ZoneInfo
) -> list[tuple[str, bool, list[LeafOutcome]]]:
    """Return each rule with whether it holds, and every condition in it with the value that it saw."""
    setting = Setting(now=now, zone=zone)
    return [
        (rule.id, place in judged.holding, explain(rule.node, judged.values, setting))
        for place, rule in enumerate(logic.rules)
    ]


def _all(logic: Logic, judged: Judged) -> Iterator[tuple[str, Reason]]:
    for place, rule in enumerate(logic.rules):
        holds = place in judged.holding
        for name in rule.show:
            yield name, Reason("shown" if holds else "not_shown", rule.id)
        effects: Mapping[Why, Any] = {
            "hidden": rule.hide, "required": rule.require, "locked": rule.lock, "set": rule.gives, "limited": rule.bars,
        }  # fmt: skip
        for why, names in effects.items() if holds else ():
            yield from ((name, Reason(why, rule.id)) for name in names)
        if holds and rule.jump and rule.jump.after in judged.visible:
            yield from ((name, Reason("leapt", rule.id)) for name in rule.jump.over if name not in judged.visible)
    for section, names in logic.below.items():
        if section not in judged.visible:
            yield from ((name, Reason("inside", inside=section)) for name in names)
