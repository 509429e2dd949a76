"""The law of a form's rules.

    judged = Logic(fields, document["rules"], zone).judge(values, ctx)

*Visible.* A field named in a `show` is hidden unless one of those rules holds; `hide` wins over `show`; a hidden
section takes the fields below it along, a hidden page also the sections on it. A `jump` leads from a question or page
to a later page or to the end and hides everything in between; jumps are taken in the order of their starting points,
of several at one point the first that holds, and none from where nobody comes by. The value of what is hidden is
dropped and counts as missing everywhere else.

*Required.* `require` counts for visible fields only, and so does what a field demands without any rule.

*Locked.* A locked field keeps the value that it has without the writer: the record's own, in a new record its default.

*Set.* While a rule holds, the fields that it sets have the values that it gives, whatever was sent; of several rules
the last one decides. So a set field is locked too. When no rule holds any more, the field is left as it is.

*Offered.* A rule that limits options bars all but those it names, an option with a condition is barred unless the
condition holds; what several rules bar adds up. A barred option counts as not chosen.

All of this is read again with what came out of it, until nothing changes. The check refuses rules that wait for each
other; should there be some nevertheless, the reading ends after as many rounds as there are rules.

The browser's twin is `static/src/shared/rules.ts`; `tests/shared/rules.json` holds both together.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from formloom.platform.definitions.conditions.tree import Kinds
from formloom.platform.definitions.fields.base import CleanContext
from formloom.platform.definitions.logic.places import below
from formloom.platform.definitions.logic.rule import Part, Rule, Values, rules_of


@dataclass(frozen=True, slots=True)
class Judged:
    """What the rules say about a record. `values` is the record with all of it done."""

    visible: frozenset[str]
    required: frozenset[str]
    locked: frozenset[str] = frozenset()
    """What nobody may change, fields that are set included."""
    given: Mapping[str, Any] = field(default_factory=dict)
    """Field id → the value that a rule sets."""
    barred: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Field id → the options that are not offered."""
    holding: frozenset[int] = frozenset()
    """The places of the rules that hold."""
    values: Values = field(default_factory=dict, compare=False)


class Logic:
    """The rules of one form version, ready to be asked."""

    def __init__(
        self, parts: Sequence[Part], entries: Iterable[Mapping[str, Any]], zone: ZoneInfo, *,
        columns: Kinds = MappingProxyType({}),
    ) -> None:  # fmt: skip
        """`columns` has what conditions may name beyond the fields: the columns of sub-forms."""
        self.rules = tuple(rules_of(list(entries), parts, {**columns, **{part.id: part.kind for part in parts}}, zone))
        self._parts = {part.id: part for part in parts}
        self._required = frozenset(part.id for part in parts if part.type.is_stored and part.required)
        sections = {part.id for part in parts if part.type.opens_section}
        self.below = below(self._parts, sections, {part.id for part in parts if part.type.opens_page})
        self._shown_by_rule = frozenset().union(*(rule.show for rule in self.rules))
        self._jumps = sorted(
            ((rule.jump.place, place, rule.jump) for place, rule in enumerate(self.rules) if rule.jump),
            key=lambda one: one[:2],
        )
        self.everything = frozenset(self._parts)
        named = self._shown_by_rule.union(*(rule.hide for rule in self.rules), *(one.over for *_, one in self._jumps))
        self.hideable: frozenset[str] = named.union(*(self.below.get(name, ()) for name in named))
        """The fields that some rule may hide, those below a section that may be hidden included."""
        self.lockable: frozenset[str] = frozenset().union(*(rule.lock.union(rule.gives) for rule in self.rules))
        self.limited: frozenset[str] = frozenset().union(*(rule.bars for rule in self.rules))
        """The fields of which some option may not be offered."""
        moved = self.hideable | self.lockable | self.limited
        computed = frozenset(part.id for part in parts if part.type.formula(part.cfg))
        self._settles_at_once = not any(rule.names & (moved | computed if moved else moved) for rule in self.rules)

    def judge(
        self,
        values: Values,
        ctx: CleanContext,
        *,
        start: Values | None = None,
        compute: Callable[[Values, CleanContext], Values] | None = None,
    ) -> Judged:
        """Return what is to be said about these clean values, and the values as they are then.

        `start` has the values that locked fields keep, by default those in `values`; `compute` gives computed fields
        anew. `values` of the result is `values` itself when the rules change nothing.
        """
        if not self.rules:
            return Judged(self.everything, self._required, values=values)
        kept = values if start is None else start
        found = self._once(values, ctx)
        seen = self._seen(found, values, kept, ctx, compute)
        if not self._settles_at_once:
            for _round in self.rules:
                again = self._once(seen, ctx)
                if again == found:
                    break
                found = again
                seen = self._seen(found, values, kept, ctx, compute)
        return Judged(
            found.visible, found.required, found.locked, found.given, found.barred, found.holding, values=seen
        )

    def _once(self, values: Values, ctx: CleanContext) -> Judged:
        holding = {place for place, rule in enumerate(self.rules) if rule.when(ctx.now)(values)}
        rules = [rule for place, rule in enumerate(self.rules) if place in holding]
        hidden = self._hidden(rules, holding)
        visible = self.everything - hidden if hidden else self.everything
        required, locked = self._required.union(*(rule.require for rule in rules)), set[str]()
        given: dict[str, Any] = {}
        barred: dict[str, frozenset[str]] = {}
        for rule in rules:
            locked |= rule.lock
            given |= {name: give(values, ctx) for name, give in rule.gives.items() if name in visible}
            for name, gone in rule.bars.items():
                barred[name] = barred.get(name, frozenset()) | gone
        return Judged(
            visible, required & visible, frozenset(locked.union(given)) & visible, given, barred, frozenset(holding)
        )

    def _hidden(self, rules: Iterable[Rule], holding: set[int]) -> set[str]:
        shown: set[str] = set()
        hidden: set[str] = set()
        for rule in rules:
            shown |= rule.show
            hidden |= rule.hide
        hidden |= self._shown_by_rule - shown
        for section, inside in self.below.items():
            if section in hidden:
                hidden |= inside
        taken: set[int] = set()
        for start, place, jump in self._jumps:
            if place in holding and start not in taken and jump.after not in hidden:
                taken.add(start)
                hidden |= jump.over
        return hidden

    def _seen(
        self, found: Judged, values: Values, start: Values, ctx: CleanContext,
        compute: Callable[[Values, CleanContext], Values] | None,
    ) -> Values:  # fmt: skip
        if found.visible is self.everything and not found.locked and not found.barred:
            return values
        seen = {name: value for name, value in values.items() if name in found.visible}
        seen |= {name: start.get(name) for name in found.locked}
        seen |= found.given
        for name, gone in found.barred.items():
            if seen.get(name) is not None:
                part = self._parts[name]
                seen[name] = part.type.without(seen[name], gone)
        if compute:
            seen |= {name: value for name, value in compute(seen, ctx).items() if name in found.visible}
        return seen
