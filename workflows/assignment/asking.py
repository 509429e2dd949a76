"""The facts of one decision out of the database, in a fixed number of questions.

What a record's rule may look at is asked once: its people, their turns, the organisation. Loads are asked once for each
condition that says what is open, and the last holder where a pool wants to know; nothing is asked for each person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from formloom.platform.access.structure import Structure
from formloom.platform.definitions.conditions.compile import Setting
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.text import LOCALES
from formloom.platform.storage.database import ReadUnit
from formloom.workflows.assignment.candidates import Candidate
from formloom.workflows.assignment.choice import Rule, lanes_of
from formloom.workflows.assignment.facts import Facts
from formloom.workflows.business_time import calendar_of
from formloom.workflows.engine.conditions import clean_values, meets
from formloom.workflows.engine.context import Context
from formloom.workflows.queries import staff


@dataclass
class Roster:
    """Everybody whom a rule may turn to, and their delegates."""

    unit: ReadUnit
    rule: Rule
    structure: Structure

    @cached_property
    def everybody(self) -> dict[str, Candidate]:
        """Person → the candidate that he is."""
        wanted = {user for pool in self.rule.get("pools") or () for user in self._meant(pool.get("candidates") or {})}
        for pool in self.rule.get("pools") or ():
            wanted |= _in_table(pool)
        fallback = self.rule.get("fallback") or {}
        wanted |= self._meant({"users": [fallback.get("user")], "roles": [fallback.get("role")]})
        wanted |= {one.delegate_id for each in self.structure.absences.values() for one in each if one.delegate_id}
        return {one.user_id: one for one in staff.people(self.unit, wanted)}

    def members(self, named: Mapping[str, Any], further: Sequence[str]) -> list[Candidate]:
        """Return the people of `{"users","roles","departments"}` and of further ids, in their order of joining."""
        wanted = self._meant(named) | set(further)
        if strangers := wanted - self.everybody.keys():
            more = staff.people(self.unit, strangers)
            behind = len(self.everybody)
            self.everybody.update((one.user_id, replace(one, position=behind + one.position)) for one in more)
        return [one for user, one in self.everybody.items() if user in wanted]

    def _meant(self, named: Mapping[str, Any]) -> set[str]:
        roles, departments = set(named.get("roles") or ()), set(named.get("departments") or ())
        found = {user for user in named.get("users") or () if user}
        if roles:
            found |= {user for user, held in self.structure.roles.items() if held & roles}
        if departments:
            found |= {user for user, places in self.structure.placed.items() if places & departments}
        return found


def facts_of(unit: ReadUnit, context: Context, rule: Rule, rule_id: str, field_id: str) -> Facts:
    """Return what a decision about the record of `context` may ask; `rule_id` is whose turns count."""
    structure = Structure.load(unit)
    roster = Roster(unit, rule, structure)
    form, setting = context.form, Setting(now=context.now, zone=context.zone)
    turns = staff.turns(unit, rule_id, lanes_of(rule, context.values))
    counted: dict[str, dict[str, int]] = {}

    def loads(tree: Mapping[str, Any], ids: Sequence[str]) -> Mapping[str, int]:
        known = counted.setdefault(str(tree), {})
        if missing := [one for one in {*roster.everybody, *ids} if one not in known]:
            found = staff.loads(unit, form, field_id, tree, missing, setting)
            known.update({one: found.get(one, 0) for one in missing})
        return known

    def last_holder(by: str) -> str | None:
        value = context.values.get(by)
        return staff.last_holder(unit, form, field_id, by, value, but=context.record_id)

    return Facts(
        values=context.values, now=context.now, structure=structure, members=roster.members,
        matches=lambda tree: meets(tree, context), is_open=lambda key: is_open(unit, form, key, context.now),
        turns=lambda lane: turns.get(lane, {}), loads=loads, last_holder=last_holder,
        names_of=lambda name: names_of(form, name, context.values),
    )  # fmt: skip


def is_open(unit: ReadUnit, form: FormVersion, calendar: str, now: datetime) -> bool:
    """Tell whether a calendar of the form's app says working hours."""
    found = calendar_of(unit, form.app_id, calendar)
    return found is None or found.is_open(now)


def names_of(form: FormVersion, name: str, values: Mapping[str, Any]) -> list[list[str]]:
    """Return for each value of a field what it is called: as people read it in either language, then itself."""
    item, found = form.by_id.get(name), values.get(name)
    if item is None or found in (None, "", []):
        return []
    is_list = isinstance(found, list)
    names = []
    for one in found if is_list else [found]:
        value = clean_values(form, {name: [one] if is_list else one}).get(name)
        told = [item.type.display(value, item.cfg, locale) for locale in LOCALES]
        names.append(list(dict.fromkeys([*told, str(one)])))
    return names


def _in_table(pool: Mapping[str, Any]) -> set[str]:
    table = (pool.get("by_value") or {}).get("map") or {}
    return {user for entry in table.values() for user in ([entry] if isinstance(entry, str) else entry or ())}
