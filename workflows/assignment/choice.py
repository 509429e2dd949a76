"""The decision itself, free of any database: which pool, which people, which one, and why."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from formloom.platform.kernel.text import LocalizedText
from formloom.workflows.assignment.base import STRATEGIES
from formloom.workflows.assignment.candidates import Candidate, kept

Members = Callable[[Mapping[str, Any], Sequence[str]], list[Candidate]]
Matches = Callable[[Mapping[str, Any]], bool]
IsOpen = Callable[[str], bool]
Turns = Callable[[str, Sequence[str]], Mapping[str, int]]
Loads = Callable[[Mapping[str, Any] | None, Sequence[str]], Mapping[str, int]]

_FALLBACK: LocalizedText = {"zh-CN": "没有空闲的候选人，交给后备", "en": "nobody was free, so the fallback"}
_NOBODY: LocalizedText = {"zh-CN": "没有可分配的人", "en": "there was nobody to assign to"}
_NO_MATCH: LocalizedText = {"zh-CN": "条件不成立", "en": "its condition does not hold"}
_NOBODY_FREE: LocalizedText = {"zh-CN": "没有空闲的人", "en": "nobody is free"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the decision asks the outside for."""

    values: Mapping[str, Any]
    members: Members
    """The people of `{"users","roles","departments"}` and of further ids, in a stable order."""
    matches: Matches
    is_open: IsOpen
    """Whether a calendar, by key, says working hours now."""
    turns: Turns
    loads: Loads


@dataclass(frozen=True, slots=True)
class Choice:
    """Who, from which lane, and the whole story."""

    user_id: str | None
    name: str
    lane: str
    because: LocalizedText
    candidates: Sequence[Candidate] = ()
    pool: int | None = None
    strategy: str | None = None
    skipped: Sequence[Mapping[str, Any]] = field(default_factory=tuple)

    def dump(self) -> dict[str, Any]:
        """Return the JSON form that is logged and shown as "why this person"."""
        return {
            "pool": self.pool, "strategy": self.strategy, "lane": self.lane, "because": dict(self.because),
            "candidates": [candidate.dump() for candidate in self.candidates], "skipped": list(self.skipped),
        }  # fmt: skip


def choose(rule: Mapping[str, Any], facts: Facts) -> Choice:
    """Return who gets the record by `rule`.

    The first pool whose condition holds and which has somebody free decides; then the fallback, which knows
    neither hours nor limits.
    """
    skipped: list[Mapping[str, Any]] = []
    considered: list[Candidate] = []
    for number, pool in enumerate(rule.get("pools") or ()):
        if not facts.matches(pool.get("when") or {}):
            skipped.append({"pool": number, "because": _NO_MATCH})
            continue
        found = _from_pool(number, pool, facts, skipped)
        if found.user_id is not None:
            return found
        considered.extend(found.candidates)
        skipped.append({"pool": number, "because": _NOBODY_FREE})
    return _from_fallback(rule.get("fallback") or {}, facts, skipped, considered)


def _from_pool(number: int, pool: Mapping[str, Any], facts: Facts, skipped: Sequence[Mapping[str, Any]]) -> Choice:
    strategy = STRATEGIES.get(str(pool.get("strategy") or "round_robin"))
    lane = _lane(number, pool, facts.values)
    people = facts.members(pool.get("candidates") or {}, strategy.named(pool))
    people = strategy.narrow(pool, _absent(people), facts.values)
    if pool.get("calendar") and not facts.is_open(pool["calendar"]):
        people = [person.out("off_hours") for person in people]
    people = _weighed(pool, people, facts, lane, needs_load=strategy.needs_load)
    free = kept(people)
    if not free:
        return Choice(None, "", lane, _NOBODY_FREE, people, number, strategy.id)
    picked = strategy.pick(free)
    return Choice(picked.user_id, picked.name, lane, strategy.because, people, number, strategy.id, tuple(skipped))


def _weighed(
    pool: Mapping[str, Any], people: Sequence[Candidate], facts: Facts, lane: str, *, needs_load: bool
) -> list[Candidate]:
    ids = [person.user_id for person in people]
    most = pool.get("max_open")
    limited = [_limited(person, most) for person in people]
    turns = facts.turns(lane, ids)
    counts = needs_load or any(person.max_open is not None for person in limited)
    loads = facts.loads(pool.get("open"), ids) if counts else None
    weighed = []
    for person in limited:
        load = loads.get(person.user_id, 0) if loads is not None else None
        known = _with(person, load, turns.get(person.user_id, 0))
        is_full = known.max_open is not None and (load or 0) >= known.max_open
        weighed.append(known.out("full") if is_full else known)
    return weighed


def _from_fallback(
    fallback: Mapping[str, Any], facts: Facts, skipped: list[Mapping[str, Any]], considered: list[Candidate]
) -> Choice:
    named = [fallback["user"]] if fallback.get("user") else []
    roles = [fallback["role"]] if fallback.get("role") else []
    people = _absent(facts.members({"roles": roles}, named)) if named or roles else []
    lane = "fallback"
    turns = facts.turns(lane, [person.user_id for person in people])
    people = [_with(person, None, turns.get(person.user_id, 0)) for person in people]
    free = kept(people)
    everybody = [*considered, *people]
    if not free:
        return Choice(None, "", lane, _NOBODY, everybody, skipped=tuple(skipped))
    picked = STRATEGIES.get("round_robin").pick(free)
    return Choice(picked.user_id, picked.name, lane, _FALLBACK, everybody, None, "fallback", tuple(skipped))


def _absent(people: Sequence[Candidate]) -> list[Candidate]:
    return [person if person.status == "active" else person.out(person.status) for person in people]  # type: ignore[arg-type]


def _limited(person: Candidate, most: int | None) -> Candidate:
    limits = [limit for limit in (person.max_open, most) if limit is not None]
    return Candidate(
        person.user_id, person.name, person.position, person.status, max_open=min(limits) if limits else None,
        dropped=person.dropped,
    )  # fmt: skip


def _with(person: Candidate, load: int | None, turn: int) -> Candidate:
    return Candidate(
        person.user_id, person.name, person.position, person.status, load, person.max_open, turn, person.dropped
    )


def _lane(number: int, pool: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    """Each pool is a lane of turns; with `per`, each value of that field within the pool is one."""
    per = pool.get("per")
    return f"{number}" if not per else f"{number}:{str(values.get(per))[:150]}"
