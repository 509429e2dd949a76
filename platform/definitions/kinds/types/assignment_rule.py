"""An assignment rule."""

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.conditions.tree import fields_of
from formloom.platform.definitions.kinds import shapes
from formloom.platform.definitions.kinds.base import (
    ROLE_WORD,
    DefinitionKind,
    Document,
    Usage,
    World,
    check_condition,
    check_fields,
    check_form,
    unknown,
)
from formloom.platform.kernel.errors import Finding

_NEEDED = ("by_value", "sticky", "manager")
"""Strategies that choose by a field, which stands under the strategy's own name."""
_UNSET = {"zh-CN": "请选择这种派单方式所依据的字段", "en": "Choose the field that this way of choosing goes by"}


class ByValue(Schema):
    """A table: the value of a field decides the person."""

    field = shapes.key(required=True)
    map = fields.Dict(
        keys=fields.String(validate=validate.Length(max=100)), values=fields.String(validate=shapes.REFERENCE)
    )


class RequiredSkill(Schema):
    """A skill by its id or name, or the one that goes by the name of a field's value, at this level or better."""

    skill = fields.String(allow_none=True, validate=validate.Length(1, 120))
    field = shapes.key(allow_none=True)
    level = fields.Integer(load_default=1, validate=validate.Range(1, 5))


class Filters(Schema):
    """Who of the people may get the record at all."""

    skills = fields.List(fields.Nested(RequiredSkill), load_default=list, validate=validate.Length(max=10))
    territory = shapes.key(allow_none=True)
    leave = fields.String(load_default="skip", validate=validate.OneOf(("skip", "delegate", "ignore")))
    shift = fields.Boolean(load_default=True)


class Weights(Schema):
    """How large each person's share is: by his capacity, or as the table says, 1 where it says nothing."""

    by = fields.String(load_default="map", validate=validate.OneOf(("map", "capacity")))
    map = fields.Dict(
        keys=fields.String(validate=shapes.REFERENCE), values=fields.Integer(validate=validate.Range(1, 100))
    )


class SameValue(Schema):
    """The field whose same value leads to the same person, such as the customer."""

    field = shapes.key(required=True)


class Above(Schema):
    """Whose manager: the person or the department of a field, and how far up."""

    field = shapes.key(required=True)
    level = fields.Integer(load_default=1, validate=validate.Range(1, 10))


class Taking(Schema):
    """For how long a record waits for somebody to take it before the next pools are asked; for ever without."""

    minutes = fields.Integer(allow_none=True, validate=validate.Range(1, 10_080))


class Pool(Schema):
    """Whom the records of one condition go to, and how."""

    id = fields.String(validate=validate.Length(1, 40))
    when = shapes.condition(load_default=dict)
    candidates = fields.Nested(shapes.Candidates, load_default=dict)
    filters = fields.Nested(Filters, load_default=dict)
    strategy = fields.String(required=True, validate=validate.Length(1, 40))
    by_value = fields.Nested(ByValue, allow_none=True)
    weights = fields.Nested(Weights, allow_none=True)
    sticky = fields.Nested(SameValue, allow_none=True)
    manager = fields.Nested(Above, allow_none=True)
    claim = fields.Nested(Taking, allow_none=True)
    calendar = shapes.key(allow_none=True)
    max_open = fields.Integer(allow_none=True, validate=validate.Range(1, 10_000))
    open = shapes.condition(load_default=dict)
    lane = shapes.key(allow_none=True)


class Fallback(Schema):
    """Who gets it when nobody fits."""

    role = shapes.key()
    user = fields.String(validate=shapes.REFERENCE)


class AssignmentRuleDocument(shapes.Titled):
    """Pools in order; the first whose condition holds and that has somebody free decides.

    `open` and `max_open` hold for all pools: what counts as open where a pool doesn't say, and the most that anybody may
    have. `alert` is told when a record has to wait because nobody could be given it.
    """

    form = shapes.key(required=True)
    field = shapes.key(required=True)
    pools = fields.List(fields.Nested(Pool), required=True, validate=validate.Length(1, 50))
    open = shapes.condition(load_default=dict)
    max_open = fields.Integer(allow_none=True, validate=validate.Range(1, 10_000))
    fallback = fields.Nested(Fallback, allow_none=True)
    alert = fields.Nested(shapes.Alerted, allow_none=True)


class AssignmentRule(DefinitionKind):
    """How the person for a record is chosen."""

    id = "assignment_rule"
    label = {"zh-CN": "派单规则", "en": "Assignment rule"}
    schema = AssignmentRuleDocument

    def check_meaning(self, document: Document, world: World) -> Iterator[Finding]:
        form = world.form(document["form"])
        if form is None:
            yield from check_form(world, document["form"], "form")
            return
        yield from check_fields(form, [("field", document["field"])], reserved=False)
        yield from check_condition(form, document.get("open") or {}, "open")
        yield from _check_roles(document.get("alert") or {}, "alert", world)
        for place, pool in enumerate(document["pools"]):
            yield from _check_pool(pool, f"pools/{place}", form, world)

    def references(self, document: Document) -> Iterator[Usage]:
        form = str(document.get("form"))
        yield Usage("form", form, "form")
        yield Usage("form", form, "field", str(document.get("field")))
        yield from (Usage("form", form, "open", name) for name in sorted(fields_of(document.get("open"))))
        for place, pool in enumerate(document.get("pools") or ()):
            named = {name for _part, name in _fields_named(pool)}
            for name in sorted(fields_of(pool.get("when")) | fields_of(pool.get("open")) | named):
                yield Usage("form", form, f"pools/{place}", name)
            if pool.get("calendar"):
                yield Usage("calendar", pool["calendar"], f"pools/{place}/calendar")


def _check_pool(pool: dict[str, Any], path: str, form: Document, world: World) -> Iterator[Finding]:
    yield from check_condition(form, pool.get("when") or {}, f"{path}/when")
    yield from check_condition(form, pool.get("open") or {}, f"{path}/open")
    if world.strategies and pool["strategy"] not in world.strategies:
        yield unknown(
            "unknown_strategy",
            f"{path}/strategy",
            pool["strategy"],
            world.strategies,
            {"zh-CN": "派单方式", "en": "strategy"},
        )
    calendars = world.others.get("calendar", {})
    if pool.get("calendar") and pool["calendar"] not in calendars:
        yield unknown(
            "unknown_calendar", f"{path}/calendar", pool["calendar"], calendars, {"zh-CN": "日历", "en": "calendar"}
        )
    yield from check_fields(form, [(f"{path}/{part}", name) for part, name in _fields_named(pool)], reserved=False)
    yield from _check_roles(pool.get("candidates") or {}, f"{path}/candidates", world)
    strategy = pool["strategy"]
    if strategy in _NEEDED and not pool.get(strategy):
        yield Finding("strategy_unset", _UNSET, field=f"{path}/{strategy}")


def _check_roles(candidates: Mapping[str, Any], path: str, world: World) -> Iterator[Finding]:
    for role in candidates.get("roles") or ():
        if world.roles and role not in world.roles:
            yield unknown("unknown_role", f"{path}/roles", role, world.roles, ROLE_WORD)


def _fields_named(pool: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the place in a pool and the field that is named there."""
    filters = pool.get("filters") or {}
    for place, asked in enumerate(filters.get("skills") or ()):
        if isinstance(asked, Mapping) and asked.get("field"):
            yield f"filters/skills/{place}/field", str(asked["field"])
    if filters.get("territory"):
        yield "filters/territory", str(filters["territory"])
    for part in _NEEDED:
        if (pool.get(part) or {}).get("field"):
            yield f"{part}/field", str(pool[part]["field"])
