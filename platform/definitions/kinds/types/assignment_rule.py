"""An assignment rule."""

from collections.abc import Iterator
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


class ByValue(Schema):
    """A table: the value of a field decides the person."""

    field = shapes.key(required=True)
    map = fields.Dict(
        keys=fields.String(validate=validate.Length(max=100)), values=fields.String(validate=shapes.REFERENCE)
    )


class Pool(Schema):
    """Whom the records of one condition go to, and how."""

    id = fields.String(validate=validate.Length(1, 40))
    when = shapes.condition(load_default=dict)
    candidates = fields.Nested(shapes.Candidates, load_default=dict)
    strategy = fields.String(required=True, validate=validate.Length(1, 40))
    by_value = fields.Nested(ByValue, allow_none=True)
    calendar = shapes.key(allow_none=True)
    max_open = fields.Integer(allow_none=True, validate=validate.Range(1, 10_000))
    open = shapes.condition(load_default=dict)
    lane = shapes.key(allow_none=True)


class Fallback(Schema):
    """Who gets it when nobody fits."""

    role = shapes.key()
    user = fields.String(validate=shapes.REFERENCE)


class AssignmentRuleDocument(shapes.Titled):
    """Pools in order; the first whose condition holds decides."""

    form = shapes.key(required=True)
    field = shapes.key(required=True)
    pools = fields.List(fields.Nested(Pool), required=True, validate=validate.Length(1, 50))
    fallback = fields.Nested(Fallback, allow_none=True)


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
        for place, pool in enumerate(document["pools"]):
            yield from _check_pool(pool, f"pools/{place}", form, world)

    def references(self, document: Document) -> Iterator[Usage]:
        form = str(document.get("form"))
        yield Usage("form", form, "form")
        yield Usage("form", form, "field", str(document.get("field")))
        for place, pool in enumerate(document.get("pools") or ()):
            for name in sorted(fields_of(pool.get("when")) | fields_of(pool.get("open"))):
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
    for role in (pool.get("candidates") or {}).get("roles", ()):
        if world.roles and role not in world.roles:
            yield unknown("unknown_role", f"{path}/candidates/roles", role, world.roles, ROLE_WORD)
