"""What the rules of a form show, hide and require.

A field named in a `show` is hidden unless one of those rules matches; `hide` wins over `show`; a hidden section takes
the fields below it along, a hidden page also the sections on it; `require` counts for visible fields only. The value of
a hidden field counts as missing in every other rule, so the rules are read again until nothing changes. The check
refuses rules that wait for each other; should there be some nevertheless, the reading ends after as many rounds as
there are rules.

The browser's twin is `static/src/shared/rules.ts`; `tests/shared/rules.json` holds both together.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from formloom.platform.definitions.conditions.compile import Predicate, Setting, compile_node, is_timed
from formloom.platform.definitions.conditions.tree import Kinds, fields_of, parse

Seen: TypeAlias = tuple[frozenset[str], frozenset[str]]
"""The visible fields, and those of them that must be filled."""


@dataclass(frozen=True, slots=True)
class _Rule:
    when: Callable[[datetime | None], Predicate]
    """The rule's condition as it is at a moment; the same closure every time unless it asks for the time."""
    names: frozenset[str]
    show: frozenset[str]
    hide: frozenset[str]
    require: frozenset[str]


class Visibility:
    """The rules of one form version, ready to be asked."""

    def __init__(
        self, rules: Iterable[Mapping[str, Any]], *, kinds: Kinds, required: frozenset[str], sections: frozenset[str],
        zone: ZoneInfo, pages: frozenset[str] = frozenset(), columns: Kinds = MappingProxyType({}),
    ) -> None:  # fmt: skip
        """`kinds` has every field in its order; `required` are those demanded without any rule.

        `columns` has what conditions may name beyond that: the columns of sub-forms.
        """
        self._rules = tuple(_rule(entry, {**columns, **kinds}, zone) for entry in rules)
        self._required = required
        self._below = below(kinds, sections, pages)
        self._shown_by_rule = frozenset().union(*(rule.show for rule in self._rules))
        self.everything = frozenset(kinds)
        named = self._shown_by_rule.union(*(rule.hide for rule in self._rules))
        self.hideable: frozenset[str] = named.union(*(self._below.get(name, ()) for name in named))
        """The fields that some rule may hide, those below a section that may be hidden included."""
        self._settles_at_once = not any(rule.names & self.hideable for rule in self._rules)

    def seen(self, values: Mapping[str, Any], now: datetime | None = None) -> Seen:
        """Return what is visible and what is required with these clean values.

        The first is `everything` itself when nothing is hidden.
        """
        if not self._rules:
            return self.everything, self._required
        found = self._once(values, now)
        if self._settles_at_once:
            return found
        for _round in self._rules:
            visible = found[0]
            again = self._once({name: value for name, value in values.items() if name in visible}, now)
            if again == found:
                break
            found = again
        return found

    def _once(self, values: Mapping[str, Any], now: datetime | None) -> Seen:
        shown: set[str] = set()
        hidden: set[str] = set()
        required: set[str] = set(self._required)
        for rule in self._rules:
            if rule.when(now)(values):
                shown |= rule.show
                hidden |= rule.hide
                required |= rule.require
        hidden |= self._shown_by_rule - shown
        for section, inside in self._below.items():
            if section in hidden:
                hidden |= inside
        visible = self.everything - hidden if hidden else self.everything
        return visible, frozenset(required & visible)


def _rule(entry: Mapping[str, Any], kinds: Kinds, zone: ZoneInfo) -> _Rule:
    when = entry.get("when") or {}
    node = parse(when, kinds)
    fixed = compile_node(node, Setting(zone=zone))
    return _Rule(
        (lambda now: compile_node(node, Setting(now=now, zone=zone))) if is_timed(node) else lambda _now: fixed,
        frozenset(fields_of(when)), frozenset(entry.get("show") or ()), frozenset(entry.get("hide") or ()),
        frozenset(entry.get("require") or ()),
    )  # fmt: skip


def below(names: Iterable[str], sections: frozenset[str], pages: frozenset[str]) -> dict[str, frozenset[str]]:
    """Return what each section and each page takes along; pages are sections as well."""
    found: dict[str, set[str]] = {}
    page: set[str] = set()
    section: set[str] = set()
    for name in names:
        if name in pages:
            page = section = found.setdefault(name, set())
            continue
        page.add(name)
        if name in sections:
            section = found.setdefault(name, set())
        else:
            section.add(name)
    return {name: frozenset(inside) for name, inside in found.items()}
