"""A rule over records of the past, in memory: who would have got what, and what nobody could have got.

Every record is decided in the order in which they came, by the very decision that assigns live ones (`choose`). Turns
and loads begin at nothing and grow as records are given; a record that is not open any more is given back at its last
change. Nothing is read for a record but the record.

    trial = Trial(unit, form, rule)
    for record in records:          # oldest first
        trial.decide(record)
    trial.outcome()
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from formloom.platform.access.structure import Structure
from formloom.platform.definitions.conditions.compile import Setting, compile_node, is_timed
from formloom.platform.definitions.conditions.tree import parse
from formloom.platform.definitions.form import FormVersion
from formloom.platform.records.record import Record
from formloom.platform.storage.database import ReadUnit
from formloom.workflows.assignment.asking import Roster, names_of
from formloom.workflows.assignment.candidates import Candidate
from formloom.workflows.assignment.choice import Choice, Rule, choose
from formloom.workflows.assignment.facts import Facts, Turn
from formloom.workflows.business_time import calendar_of
from formloom.workflows.engine.words import title_of

MOST_EXAMPLES = 20
Holds = Callable[[Mapping[str, Any], datetime], bool]


@dataclass(slots=True)
class Share:
    """What one person would have got; `had` is how many of the records he has now, `same` how many of these again."""

    given: int = 0
    had: int = 0
    same: int = 0
    peak: int = 0
    """The most that he would have had open at once."""
    max_open: int | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of one record."""

    record_id: str
    holder: str | None
    choice: Choice


@dataclass
class Trial:
    """One rule, tried on one record after the other. `now` is the moment of every decision; without it each is decided
    for the moment at which the record was made."""

    unit: ReadUnit
    form: FormVersion
    rule: Rule
    now: datetime | None = None
    locale: str = "zh-CN"
    shows_titles: bool = True
    shares: dict[str, Share] = field(default_factory=lambda: defaultdict(Share))
    decided: int = 0
    same: int = 0
    held: int = 0
    to_take: int = 0
    unassigned: int = 0
    by_pool: Counter[int | None] = field(default_factory=Counter)
    why_not: Counter[str] = field(default_factory=Counter)
    examples: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._field = str(self.rule["field"])
        self._structure = Structure.load(self.unit)
        self._roster = Roster(self.unit, self.rule, self._structure)
        self._turns: dict[str, dict[str, Turn]] = defaultdict(dict)
        self._newest: Counter[str] = Counter()
        self._loads: dict[str, Counter[str]] = {}
        self._back: list[tuple[datetime, str, str]] = []
        self._last: dict[tuple[str, str], str] = {}
        self._holds: dict[str, Holds] = {}
        self._sticky = {str(pool["sticky"]["field"]) for pool in self.rule["pools"] if pool.get("sticky")}
        self._is_open = cache(lambda key: calendar_of(self.unit, self.form.app_id, key))
        opens = [pool.get("open") or self.rule.get("open") or {} for pool in self.rule["pools"]]
        self._opens = {str(tree): tree for tree in opens}
        self._members_of = cache(self._members)

    def decide(self, record: Record) -> Decided:
        """Decide about a record and reckon with it from now on."""
        at = self.now or record.created_at
        self._give_back(record.created_at)
        values = self.form.dump(record.values)
        found = choose(self.rule, self._facts(record, values, at))
        holder = record.values.get(self._field) or None
        self._note(record, values, found, holder)
        if found.user_id is not None:
            self._take(record, values, found, found.user_id, at)
        return Decided(record.id, holder, found)

    def stand(self, loads: Mapping[str, Mapping[str, int]], turns: Mapping[str, Mapping[str, Turn]]) -> None:
        """Begin with what people have and with the turns as they stand, instead of with nothing.

        `loads` is for each condition of `open_trees` person → number, `turns` lane → person → turn.
        """
        self._loads = {key: Counter(known) for key, known in loads.items()}
        for lane, known in turns.items():
            self._turns[lane] = dict(known)
            self._newest[lane] = max((turn.number for turn in known.values()), default=0)

    def lose(self, user: str) -> None:
        """Take one open record from somebody, which is to be decided about anew."""
        for loads in self._loads.values():
            loads[user] -= 1

    @property
    def open_trees(self) -> Mapping[str, Mapping[str, Any]]:
        """The conditions that say what counts as open, by the name under which their loads are kept."""
        return self._opens

    @property
    def people(self) -> Mapping[str, Candidate]:
        """Everybody whom the rule may turn to."""
        return self._roster.everybody

    def outcome(self) -> dict[str, Any]:
        """Return what the trial came to, as JSON."""
        names = {user: one.name for user, one in self._roster.everybody.items()}
        people = sorted(self.shares.items(), key=lambda pair: (-pair[1].given, -pair[1].had))
        return {
            "records": self.decided, "given": self.decided - self.to_take - self.unassigned, "to_take": self.to_take,
            "unassigned": self.unassigned, "held": self.held, "same": self.same,
            "people": [
                {
                    "user": user, "name": names.get(user) or self._structure.name(user), "given": one.given,
                    "had": one.had, "same": one.same, "peak": one.peak, "max_open": one.max_open,
                }
                for user, one in people
            ],
            "pools": [
                {"pool": number, "records": count}
                for number, count in sorted(self.by_pool.items(), key=lambda pair: (pair[0] is None, pair[0] or 0))
            ],
            "reasons": [{"code": code, "records": count} for code, count in self.why_not.most_common()],
            "examples": self.examples,
        }  # fmt: skip

    def _facts(self, record: Record, values: Mapping[str, Any], at: datetime) -> Facts:
        return Facts(
            values=values, now=at, structure=self._structure,
            members=lambda named, further: self._members_of(_frozen(named), tuple(further)),
            matches=lambda tree: not tree or self._test(tree)(record.values, at),
            is_open=lambda key: (calendar := self._is_open(key)) is None or calendar.is_open(at),
            turns=lambda lane: self._turns[lane],
            loads=lambda tree, _ids: self._loads.setdefault(str(tree), Counter()),
            last_holder=lambda by: self._last.get((by, str(values.get(by)))),
            names_of=lambda name: names_of(self.form, name, values),
        )  # fmt: skip

    def _members(self, named: tuple[tuple[str, tuple[str, ...]], ...], further: tuple[str, ...]) -> list[Candidate]:
        return self._roster.members(dict(named), further)

    def _test(self, tree: Mapping[str, Any]) -> Holds:
        key = str(tree)
        if key not in self._holds:
            node, zone = parse(tree, self.form.value_kinds(), with_before=True), self.form.zone
            if is_timed(node):
                self._holds[key] = lambda values, at: compile_node(node, Setting(now=at, zone=zone))(values)
            else:
                fixed = compile_node(node, Setting(zone=zone))
                self._holds[key] = lambda values, _at: fixed(values)
        return self._holds[key]

    def _note(self, record: Record, values: Mapping[str, Any], found: Choice, holder: str | None) -> None:
        self.decided += 1
        if found.user_id or found.waits:
            self.by_pool[found.pool] += 1
        if holder:
            self.held += 1
            self.shares[holder].had += 1
        if holder and holder == found.user_id:
            self.same += 1
            self.shares[holder].same += 1
        if found.waits:
            self.to_take += 1
        elif found.user_id is None:
            self.unassigned += 1
            codes: set[str] = {one.dropped for one in found.candidates if one.dropped} or {"nobody"}
            self.why_not.update(codes)
            self._example(record, values, sorted(codes))

    def _example(self, record: Record, values: Mapping[str, Any], codes: Sequence[str]) -> None:
        if len(self.examples) < MOST_EXAMPLES:
            title = title_of(self.form, values, self.locale) if self.shows_titles else None
            self.examples.append({"record": record.id, "title": title, "reasons": list(codes)})

    def _take(self, record: Record, values: Mapping[str, Any], found: Choice, user: str, at: datetime) -> None:
        self._newest[found.lane] += 1
        self._turns[found.lane][user] = Turn(self._newest[found.lane], found.start)
        for by in self._sticky:
            self._last[(by, str(values.get(by)))] = user
        picked = next((one for one in found.candidates if one.user_id == user), None)
        share = self.shares[user]
        share.given += 1
        share.max_open = picked.max_open if picked else None
        for key, tree in self._opens.items():
            is_open = not tree or self._test(tree)(record.values, at)
            if not is_open and record.updated_at <= record.created_at:
                continue
            loads = self._loads.setdefault(key, Counter())
            loads[user] += 1
            share.peak = max(share.peak, loads[user])
            if not is_open:
                heapq.heappush(self._back, (record.updated_at, key, user))

    def _give_back(self, until: datetime) -> None:
        while self._back and self._back[0][0] <= until:
            _at, key, user = heapq.heappop(self._back)
            self._loads[key][user] -= 1


def _frozen(named: Mapping[str, Any]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((part, tuple(named[part])) for part in ("users", "roles", "departments") if named.get(part))
