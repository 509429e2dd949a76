"""Holding a state in place: whoever writes, it changes by a transition or not at all.

A record begins in the initial state. Later on the field changes only together with a `Passage`, which nobody makes but
those who have checked the transition (`workflows/blueprints/taking.py`). The house itself (flows, samples, what is
installed) may set any state: whoever draws rules draws the blueprint too. An approval node that lets a person edit the
field is a person's hand.
"""

from collections.abc import Collection, Mapping
from typing import Any

from formloom.platform.definitions.fields.base import CleanContext
from formloom.platform.definitions.form import Cleaned, FormVersion
from formloom.platform.kernel.actors import Actor, System
from formloom.platform.kernel.errors import Finding
from formloom.platform.kernel.jsontypes import JSONObject
from formloom.platform.records.blueprints import plan
from formloom.platform.records.blueprints.plan import Blueprint
from formloom.platform.records.record import Passage, Record
from formloom.platform.storage.database import ReadUnit

IN_A_PERSONS_HAND: Collection[str] = frozenset({"task"})
"""Where the house writes for a person who was let edit the record."""
_ONLY_BY_TRANSITION = {
    "zh-CN": "此状态只能通过流转按钮改变",
    "en": "This state changes by its transitions only",
}
_BEGINS_AS = {
    "zh-CN": "新记录从初始状态“{initial}”开始",
    "en": "New records begin as '{initial}'",
}
_NO_STATE = {"zh-CN": "这不是流转中的状态", "en": "This is none of the states of the blueprint"}


def begin(
    unit: ReadUnit, actor: Actor, form: FormVersion, given: JSONObject, cleaned: Cleaned, ctx: CleanContext
) -> None:
    """Put a new record into its initial states, and note where another one was given."""
    found = plan.of_form(unit, form)
    for blueprint in found:
        _begin(actor, form, blueprint, given, cleaned)
    if found:
        cleaned.values.update(form.computed(cleaned.values, ctx))


def hold(
    unit: ReadUnit, actor: Actor, form: FormVersion, before: Record, cleaned: Cleaned, passage: Passage | None
) -> None:
    """Note where a change would move a state in another way than by a transition."""
    for blueprint in plan.of_form(unit, form):
        name = blueprint.field
        if name not in cleaned.values or cleaned.values[name] == before.values.get(name):
            continue
        wanted = cleaned.values[name]
        if passage is not None and (passage.field, passage.to) == (name, wanted):
            continue
        if not _is_house(actor):
            cleaned.findings.append(Finding("only_by_transition", _ONLY_BY_TRANSITION, field=name))
        elif wanted not in blueprint.states:
            cleaned.findings.append(Finding("not_a_state", _NO_STATE, field=name))


def _begin(actor: Actor, form: FormVersion, blueprint: Blueprint, given: Mapping[str, Any], cleaned: Cleaned) -> None:
    name = blueprint.field
    value = cleaned.values.get(name)
    if given.get(name) in (None, "") or value is None:
        cleaned.values[name] = blueprint.initial
        cleaned.findings[:] = [one for one in cleaned.findings if (one.code, one.field) != ("required", name)]
    elif value != blueprint.initial and not _is_house(actor):
        item = form.field(name)
        said = {locale: item.type.display(blueprint.initial, item.cfg, locale) for locale in _BEGINS_AS}
        words = {locale: text.replace("{initial}", said[locale]) for locale, text in _BEGINS_AS.items()}
        cleaned.findings.append(Finding("begins_otherwise", words, field=name))
    elif value not in blueprint.states:
        cleaned.findings.append(Finding("not_a_state", _NO_STATE, field=name))


def _is_house(actor: Actor) -> bool:
    return isinstance(actor, System) and actor.cause not in IN_A_PERSONS_HAND
