"""The decision itself, free of any database: which pool, which people, which one, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from formloom.platform.kernel.text import LocalizedText
from formloom.workflows.assignment.base import STRATEGIES, AssignmentStrategy, in_turn
from formloom.workflows.assignment.candidates import Candidate, kept
from formloom.workflows.assignment.facts import Facts
from formloom.workflows.assignment.filters import admitted

Rule = Mapping[str, Any]
FALLBACK = "fallback"
"""The lane of those who get what nobody else could take."""
_FALLBACK: LocalizedText = {"zh-CN": "没有空闲的候选人，交给后备", "en": "nobody was free, so the fallback"}
_NOBODY: LocalizedText = {"zh-CN": "没有可分配的人", "en": "there was nobody to assign to"}
_NO_MATCH: LocalizedText = {"zh-CN": "条件不成立", "en": "its condition does not hold"}
_NOBODY_FREE: LocalizedText = {"zh-CN": "没有空闲的人", "en": "nobody is free"}
_NOT_TAKEN: LocalizedText = {"zh-CN": "没有人领取", "en": "nobody took it"}


@dataclass(frozen=True, slots=True)
class Choice:
    """Who, from which lane, and the whole story.

    `start` is where his turn begins in the lane's count of shares; `waits` that it is left for somebody to take.
    """

    user_id: str | None
    name: str
    lane: str
    because: LocalizedText
    candidates: Sequence[Candidate] = ()
    pool: int | None = None
    strategy: str | None = None
    skipped: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    start: float = 0.0
    waits: bool = False

    def dump(self) -> dict[str, Any]:
        """Return the JSON form that is logged and shown as "why this person"."""
        return {
            "pool": self.pool, "strategy": self.strategy, "lane": self.lane, "because": dict(self.because),
            "candidates": [candidate.dump() for candidate in self.candidates], "skipped": list(self.skipped),
        }  # fmt: skip


def choose(rule: Rule, facts: Facts, *, waited: timedelta = timedelta()) -> Choice:
    """Return who gets the record by `rule`.

    The first pool whose condition holds and which has somebody free decides; then the fallback, which knows
    neither filters nor limits. `waited` is for how long the record has been left to be taken: a pool that gives its
    people less than that is passed over.
    """
    skipped: list[Mapping[str, Any]] = []
    considered: list[Candidate] = []
    for number, pool in enumerate(rule.get("pools") or ()):
        if not facts.matches(pool.get("when") or {}):
            skipped.append({"pool": number, "because": _NO_MATCH})
            continue
        found = _from_pool(number, pool, rule, facts)
        if found.waits and waited >= patience(pool):
            found = replace(found, waits=False, because=_NOT_TAKEN)
        if found.user_id is not None or found.waits:
            return replace(found, skipped=tuple(skipped))
        considered.extend(found.candidates)
        skipped.append({"pool": number, "because": found.because})
    return _from_fallback(rule.get("fallback") or {}, facts, skipped, considered)


def takers(rule: Rule, facts: Facts) -> dict[str, Candidate]:
    """Return everybody of the pools whose condition holds, as the first of these that lets him take it sees him.

    Whom a pool finds away or outside hours may still take the record himself (`Candidate.may_take`).
    """
    found: dict[str, Candidate] = {}
    for number, pool in enumerate(rule.get("pools") or ()):
        if facts.matches(pool.get("when") or {}):
            for one in _from_pool(number, pool, rule, facts).candidates:
                if one.user_id not in found or (one.may_take and not found[one.user_id].may_take):
                    found[one.user_id] = one
    return found


def judged(pool: Mapping[str, Any], rule: Rule, facts: Facts, number: int) -> list[Candidate]:
    """Return the people of one pool, each with his load and turn, and dropped where something speaks against him."""
    strategy = _strategy(pool)
    people = facts.members(pool.get("candidates") or {}, strategy.named(pool, facts))
    people = admitted(pool, strategy.narrow(pool, _absent(people), facts), facts)
    if pool.get("calendar") and not facts.is_open(pool["calendar"]):
        people = [person.out("off_hours") for person in people]
    return _weighed(pool, rule, people, facts, lane_of(number, pool, facts.values), strategy)


def patience(pool: Mapping[str, Any]) -> timedelta:
    """Return for how long a record is left to the people of a pool to take it."""
    minutes = (pool.get("claim") or {}).get("minutes")
    return timedelta(minutes=minutes) if minutes else timedelta.max


def lane_of(number: int, pool: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    """Return whose turns count: each pool is a lane; with `per`, each value of that field within the pool is one."""
    per = pool.get("per")
    return f"{number}" if not per else f"{number}:{str(values.get(per))[:150]}"


def lanes_of(rule: Rule, values: Mapping[str, Any]) -> list[str]:
    """Return every lane that a decision about these values may look at."""
    return [FALLBACK, *(lane_of(number, pool, values) for number, pool in enumerate(rule.get("pools") or ()))]


def _from_pool(number: int, pool: Mapping[str, Any], rule: Rule, facts: Facts) -> Choice:
    strategy = _strategy(pool)
    lane = lane_of(number, pool, facts.values)
    people = judged(pool, rule, facts, number)
    free = kept(people)
    if strategy.leaves_open and people:
        return Choice(None, "", lane, strategy.because, people, number, strategy.id, waits=True)
    if not free:
        return Choice(None, "", lane, _NOBODY_FREE, people, number, strategy.id)
    picked = strategy.pick(free)
    return Choice(picked.user_id, picked.name, lane, strategy.because, people, number, strategy.id, start=picked.start)


def _weighed(
    pool: Mapping[str, Any], rule: Rule, people: Sequence[Candidate], facts: Facts, lane: str,
    strategy: AssignmentStrategy,
) -> list[Candidate]:  # fmt: skip
    limits = (pool.get("max_open"), rule.get("max_open"))
    limited = [person.limited(limits) for person in people]
    counts = strategy.needs_load or any(person.max_open is not None for person in limited)
    open_tree = pool.get("open") or rule.get("open") or {}
    loads = facts.loads(open_tree, [person.user_id for person in people]) if counts else None
    turns = facts.turns(lane)
    newest = max(turns.values(), key=lambda turn: turn.number).start if turns else 0.0
    weighed = []
    for person in limited:
        turn = turns.get(person.user_id)
        behind = turn.start + 1 / strategy.weight(pool, person, limited) if turn else newest
        load = loads.get(person.user_id, 0) if loads is not None else None
        known = person.known(load, turn.number if turn else 0, max(behind, newest))
        is_full = known.max_open is not None and (known.load or 0) >= known.max_open
        weighed.append(known.out("full") if is_full else known)
    return weighed


def _from_fallback(
    fallback: Mapping[str, Any], facts: Facts, skipped: Sequence[Mapping[str, Any]], considered: list[Candidate]
) -> Choice:
    named = [fallback["user"]] if fallback.get("user") else []
    roles = [fallback["role"]] if fallback.get("role") else []
    people = _absent(facts.members({"roles": roles}, named)) if named or roles else []
    turns = facts.turns(FALLBACK) if people else {}
    people = [replace(person, turn=turns[person.user_id].number if person.user_id in turns else 0) for person in people]
    free = kept(people)
    everybody = [*considered, *people]
    if not free:
        return Choice(None, "", FALLBACK, _NOBODY, everybody, skipped=tuple(skipped))
    picked = in_turn(free)
    return Choice(picked.user_id, picked.name, FALLBACK, _FALLBACK, everybody, None, "fallback", tuple(skipped))


def _strategy(pool: Mapping[str, Any]) -> AssignmentStrategy:
    return STRATEGIES.get(str(pool.get("strategy") or "round_robin"))


def _absent(people: Sequence[Candidate]) -> list[Candidate]:
    return [person if person.status == "active" else person.out(person.status) for person in people]  # type: ignore[arg-type]  # no other status is left
