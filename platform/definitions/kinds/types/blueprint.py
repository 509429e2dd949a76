"""A blueprint: the states of a choice field, and the transitions that lead from one to another."""

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from formloom.platform.definitions.conditions.tree import fields_of
from formloom.platform.definitions.fields.settings import L10n
from formloom.platform.definitions.kinds import shapes
from formloom.platform.definitions.kinds.base import DefinitionKind, Document, Usage, World, check_form
from formloom.platform.definitions.kinds.blueprint_checks import (
    check_graph,
    check_others,
    check_states,
    check_transition,
)
from formloom.platform.definitions.kinds.types.flow import fields_of_people, used_by_node, walk
from formloom.platform.definitions.kinds.types.sla import duration
from formloom.platform.kernel.errors import Finding

CATEGORIES = ("open", "paused", "won", "lost")
COMMENTS = ("off", "optional", "required")
MOST_STATES = 60
MOST_TRANSITIONS = 200


def _is_period(text: str) -> None:
    try:
        duration(text)
    except ValueError as fault:
        raise ValidationError("Must be a duration such as PT4H") from fault


def _option(**kwargs: Any) -> fields.String:
    return fields.String(validate=validate.Length(1, 100), **kwargs)


def _names() -> "fields.List[Any]":
    return fields.List(shapes.key(), load_default=list, validate=validate.Length(max=50))


class StateDocument(Schema):
    """An option of the field, and what it means for the work."""

    option = _option(required=True)
    category = fields.String(load_default="open", validate=validate.OneOf(CATEGORIES))


class ItemDocument(Schema):
    """Something to be ticked off before a transition is taken."""

    id = fields.String(required=True, validate=validate.Length(1, 40))
    label = L10n(max_length=200, required=True)


class AutomaticDocument(Schema):
    """When the clock takes a transition: so long after the state was entered, or after a date of the record."""

    after = fields.String(validate=_is_period)
    field = shapes.key()
    calendar = shapes.key(allow_none=True)


class TransitionDocument(Schema):
    """A way from some states (`["*"]` for any) to another: for whom, when, what is asked for, what happens after."""

    key = shapes.key(required=True)
    label = L10n(max_length=60, required=True)
    from_ = fields.List(_option(), required=True, data_key="from", validate=validate.Length(1, MOST_STATES))
    to = _option(required=True)
    who = fields.List(fields.Dict(keys=fields.String()), load_default=list, validate=validate.Length(max=20))
    when = shapes.condition(allow_none=True)
    require = _names()
    ask = _names()
    checklist = fields.List(fields.Nested(ItemDocument), load_default=list, validate=validate.Length(max=30))
    comment = fields.String(load_default="optional", validate=validate.OneOf(COMMENTS))
    after = fields.List(fields.Dict(), load_default=list, validate=validate.Length(max=20))
    automatic = fields.Nested(AutomaticDocument, allow_none=True)


class BlueprintDocument(shapes.Titled):
    """Which field of which form, its states, and the transitions between them."""

    form = shapes.key(required=True)
    field = shapes.key(required=True)
    initial = _option(allow_none=True)
    states = fields.List(fields.Nested(StateDocument), required=True, validate=validate.Length(2, MOST_STATES))
    transitions = fields.List(
        fields.Nested(TransitionDocument), required=True, validate=validate.Length(1, MOST_TRANSITIONS)
    )


class BlueprintKind(DefinitionKind):
    """By which ways a state may change."""

    id = "blueprint"
    label = {"zh-CN": "状态流转", "en": "Blueprint"}
    schema = BlueprintDocument

    def check_meaning(self, document: Document, world: World) -> Iterator[Finding]:
        form = world.form(document["form"])
        if form is None:
            yield from check_form(world, document["form"], "form")
            return
        yield from check_states(document, form)
        yield from check_others(document, world)
        for place, transition in enumerate(document["transitions"]):
            yield from check_transition(transition, f"transitions/{place}", document, form, world)
        yield from check_graph(document, form)

    def references(self, document: Document) -> Iterator[Usage]:
        form = str(document.get("form"))
        yield Usage("form", form, "form")
        if isinstance(document.get("field"), str):
            yield Usage("form", form, "field", document["field"])
        for place, transition in enumerate(_mappings(document.get("transitions"))):
            path = f"transitions/{place}"
            yield from _named_by(transition, path, form)
            for inner, node in walk(transition.get("after"), f"{path}/after"):
                yield from used_by_node(node, inner, form)


def _named_by(transition: Mapping[str, Any], path: str, form: str) -> Iterator[Usage]:
    for name in sorted(fields_of(transition.get("when"))):
        yield Usage("form", form, f"{path}/when", name)
    for part in ("require", "ask"):
        listed = transition.get(part)
        for number, name in enumerate(listed if isinstance(listed, list) else ()):
            yield Usage("form", form, f"{path}/{part}/{number}", str(name))
    for number, one in enumerate(_mappings(transition.get("who"))):
        for name in fields_of_people(one):
            yield Usage("form", form, f"{path}/who/{number}", name)
    automatic = transition.get("automatic")
    if isinstance(automatic, Mapping):
        if isinstance(automatic.get("field"), str):
            yield Usage("form", form, f"{path}/automatic/field", automatic["field"])
        if isinstance(automatic.get("calendar"), str):
            yield Usage("calendar", automatic["calendar"], f"{path}/automatic/calendar")


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
