"""What can be wrong with a blueprint: states that are no options, ways that lead nowhere, demands nobody can meet."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from formloom.platform.definitions.fields.registry import FIELD_TYPES
from formloom.platform.definitions.kinds.base import (
    FIELD_WORD,
    ROLE_WORD,
    Document,
    World,
    check_condition,
    check_fields,
    field_ids,
    unknown,
)
from formloom.platform.definitions.kinds.types.flow import check_node, fields_of_people, walk
from formloom.platform.definitions.kinds.types.sla import waits
from formloom.platform.definitions.words import entries_by, label_of
from formloom.platform.kernel.errors import Finding
from formloom.platform.kernel.text import LocalizedText

ANY = "*"
"""Stands in `from` for every state."""
_OPTION = {"zh-CN": "选项", "en": "option"}
_STATE = {"zh-CN": "状态", "en": "state"}
_CALENDAR = {"zh-CN": "日历", "en": "calendar"}
_NOT_ONE_CHOICE = {
    "zh-CN": "请选择一个单选字段作为状态",
    "en": "Choose a field with one choice; its options are the states",
}
_TWICE = {"zh-CN": "“{name}”重复", "en": "'{name}' stands twice"}
_NO_STATE = {
    "zh-CN": "选项“{name}”不是状态：有此值的记录无法流转",
    "en": "The option '{name}' is no state: records that have it can't be moved on",
}
_TAKEN = {
    "zh-CN": "此字段已由“{name}”管理",
    "en": "'{name}' is about this field already",
}
_UNREACHABLE = {
    "zh-CN": "没有流转能到达状态“{name}”",
    "en": "No transition leads to the state '{name}'",
}
_DEAD_END = {
    "zh-CN": "状态“{name}”没有可走的流转，记录会停在这里",
    "en": "Nothing leads out of '{name}', so records stay there; its category says that work goes on",
}
_TO_ITSELF = {"zh-CN": "流转不能回到同一状态", "en": "A transition leads to another state"}
_ANY_ALONE = {"zh-CN": "“任意状态”不能与其他状态并列", "en": "'Any state' stands alone"}
_ASKED_FOR_STATE = {
    "zh-CN": "状态字段由流转改变，不能再要求填写",
    "en": "The transition itself sets the state; it can't be asked for",
}
_NOT_FILLED = {"zh-CN": "此字段不能填写", "en": "Nobody can fill in this field"}
_NO_TIME = {"zh-CN": "请填写多久之后，或选择日期字段", "en": "Say after how long, or choose a date"}
_NOT_A_DATE = {"zh-CN": "请选择日期或日期时间字段", "en": "Choose a date, or a date with time"}
_CIRCLE = {
    "zh-CN": "按日期自动的流转首尾相接，会反复执行",
    "en": "The transitions that follow dates lead round in a circle and would never rest",
}
_CANNOT_WAIT = {
    "zh-CN": "流转后的动作应立即完成；需要等待或审批时，请另建一条由流转触发的规则",
    "en": "What follows a transition is done at once; let a rule that waits for this transition do what takes time",
}
_NOT_HERE = {"zh-CN": "“由发起人选择”不适用于流转", "en": "Nobody is asked here to choose people"}


def entry_of(form: Document, name: object) -> Mapping[str, Any] | None:
    """Return the document of a form's field of a known type, or None."""
    listed = form.get("fields")
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, Mapping) and one.get("id") == name:
            return one if isinstance(one.get("type"), str) and one["type"] in FIELD_TYPES else None
    return None


def option_values(entry: Mapping[str, Any] | None) -> list[str]:
    """Return the values of a choice field's options."""
    listed = (entry or {}).get("options")
    options = listed if isinstance(listed, list) else []
    return [str(one["value"]) for one in options if isinstance(one, Mapping) and "value" in one]


def _labels(entry: Mapping[str, Any] | None) -> Mapping[str, LocalizedText]:
    """Return option → what it is called, as people know it."""
    return {value: label_of(one) for value, one in entries_by((entry or {}).get("options"), "value").items()}


def _named(words: LocalizedText, called: Mapping[str, LocalizedText], state: str) -> LocalizedText:
    names = called.get(state) or {}
    return {locale: text.replace("{name}", names.get(locale) or state) for locale, text in words.items()}


def check_states(document: Document, form: Document) -> Iterator[Finding]:
    """Yield what is wrong with the field, its states and the initial one."""
    name = document["field"]
    yield from check_fields(form, [("field", name)], reserved=False)
    entry = entry_of(form, name)
    if entry is None:
        return
    if FIELD_TYPES.get(str(entry["type"])).stored_as != "option":
        yield Finding("not_one_choice", _NOT_ONE_CHOICE, "field")
        return
    options = option_values(entry)
    states = [str(one["option"]) for one in document["states"]]
    for place, state in enumerate(states):
        if state not in options:
            yield unknown("unknown_option", f"states/{place}/option", state, options, _OPTION)
    yield from _twice((f"states/{place}/option", state) for place, state in enumerate(states))
    called = _labels(entry)
    for option in options:
        if option not in states:
            yield Finding("not_a_state", _named(_NO_STATE, called, option), "states", severity="warning")
    if document.get("initial") and document["initial"] not in states:
        yield unknown("unknown_state", "initial", document["initial"], states, _STATE)


def check_others(document: Document, world: World) -> Iterator[Finding]:
    """Yield a finding where another blueprint of the app is about the same field."""
    for key, other in world.others.get("blueprint", {}).items():
        is_same = (other.get("form"), other.get("field")) == (document["form"], document["field"])
        if key != world.key and is_same:
            yield Finding("field_is_taken", _TAKEN, "field", {"name": key})


def check_transition(
    transition: Mapping[str, Any], path: str, document: Document, form: Document, world: World
) -> Iterator[Finding]:
    """Yield what is wrong with one transition."""
    states = [str(one["option"]) for one in document["states"]]
    sources = [str(one) for one in transition["from"]]
    for place, state in enumerate(sources):
        if state != ANY and state not in states:
            yield unknown("unknown_state", f"{path}/from/{place}", state, states, _STATE)
    if ANY in sources and len(sources) > 1:
        yield Finding("any_alone", _ANY_ALONE, f"{path}/from")
    if transition["to"] not in states:
        yield unknown("unknown_state", f"{path}/to", transition["to"], states, _STATE)
    elif transition["to"] in sources:
        yield Finding("to_itself", _TO_ITSELF, f"{path}/to")
    yield from _check_people(transition, path, form, world)
    yield from check_condition(form, transition.get("when") or {}, f"{path}/when")
    yield from _check_asked(transition, path, document, form)
    checklist = transition.get("checklist") or ()
    yield from _twice((f"{path}/checklist/{place}/id", str(one["id"])) for place, one in enumerate(checklist))
    ids: set[str] = set()
    for inner, node in walk(transition.get("after"), f"{path}/after"):
        yield from check_node(node, inner, form, world, ids)
        if waits(node):
            yield Finding("cannot_wait", _CANNOT_WAIT, f"{inner}/type")
    yield from _check_automatic(transition.get("automatic"), f"{path}/automatic", form, world)


def check_graph(document: Document, form: Document) -> Iterator[Finding]:
    """Yield what is wrong with the transitions together: keys twice, states out of reach, dead ends, circles."""
    transitions = document["transitions"]
    yield from _twice((f"transitions/{place}/key", str(one["key"])) for place, one in enumerate(transitions))
    states = [str(one["option"]) for one in document["states"]]
    called = _labels(entry_of(form, document["field"]))
    reached = reachable(initial_of(document), states, transitions)
    for place, state in enumerate(document["states"]):
        name = str(state["option"])
        if name not in reached:
            yield Finding("unreachable_state", _named(_UNREACHABLE, called, name), f"states/{place}")
        leads_on = any(leads(one, name) for one in transitions)
        if not leads_on and state.get("category", "open") in {"open", "paused"}:
            yield Finding("dead_end", _named(_DEAD_END, called, name), f"states/{place}", severity="warning")
    by_date = [(place, one) for place, one in enumerate(transitions) if (one.get("automatic") or {}).get("field")]
    for place, one in by_date:
        if set(one["from"]) & reachable(str(one["to"]), states, [other for _place, other in by_date]):
            yield Finding("circle_of_dates", _CIRCLE, f"transitions/{place}/automatic")
            return


def initial_of(document: Document) -> str:
    """Return the state in which records begin: the one that is named, else the first."""
    return str(document.get("initial") or document["states"][0]["option"])


def leads(transition: Mapping[str, Any], state: str) -> bool:
    """Tell whether a transition leads out of a state."""
    sources = transition["from"]
    return transition["to"] != state and (ANY in sources or state in sources)


def reachable(start: str, states: Sequence[str], transitions: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the states to which transitions lead from `start`, itself included."""
    found, ahead = {start}, [start]
    while ahead:
        state = ahead.pop()
        onward = {str(one["to"]) for one in transitions if leads(one, state)} & set(states)
        ahead += onward - found
        found |= onward
    return found


def _twice(named: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    seen: set[str] = set()
    for path, name in named:
        if name in seen:
            yield Finding("duplicate_id", _TWICE, path, {"name": name})
        seen.add(name)


def _check_people(transition: Mapping[str, Any], path: str, form: Document, world: World) -> Iterator[Finding]:
    for place, one in enumerate(transition.get("who") or ()):
        here = f"{path}/who/{place}"
        yield from check_fields(form, [(here, name) for name in fields_of_people(one)])
        if "chosen" in one:
            yield Finding("not_here", _NOT_HERE, here)
        if isinstance(one.get("role"), str) and world.roles and one["role"] not in world.roles:
            yield unknown("unknown_role", f"{here}/role", one["role"], world.roles, ROLE_WORD)


def _check_asked(transition: Mapping[str, Any], path: str, document: Document, form: Document) -> Iterator[Finding]:
    for part in ("require", "ask"):
        for place, name in enumerate(transition.get(part) or ()):
            here = f"{path}/{part}/{place}"
            entry = entry_of(form, name)
            kind = FIELD_TYPES.get(str(entry["type"])) if entry else None
            if kind is None:
                yield unknown("unknown_field", here, name, field_ids(form), FIELD_WORD)
            elif name == document["field"]:
                yield Finding("asked_for_state", _ASKED_FOR_STATE, here)
            elif kind.value_kind is None or not kind.is_stored or kind.is_generated:
                yield Finding("not_filled", _NOT_FILLED, here)


def _check_automatic(automatic: Mapping[str, Any] | None, path: str, form: Document, world: World) -> Iterator[Finding]:
    if automatic is None:
        return
    if not automatic.get("after") and not automatic.get("field"):
        yield Finding("no_time", _NO_TIME, path)
    if automatic.get("field"):
        entry = entry_of(form, automatic["field"])
        if entry is None:
            yield unknown("unknown_field", f"{path}/field", automatic["field"], field_ids(form), FIELD_WORD)
        elif FIELD_TYPES.get(str(entry["type"])).value_kind not in {"date", "datetime"}:
            yield Finding("not_a_date", _NOT_A_DATE, f"{path}/field")
    calendars = world.others.get("calendar", {})
    if automatic.get("calendar") and automatic["calendar"] not in calendars:
        yield unknown("unknown_calendar", f"{path}/calendar", automatic["calendar"], calendars, _CALENDAR)
