"""The shapes of what the routes of the organisation take: skills, territories, shifts, absences."""

from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.access.shift_hours import WEEKDAYS
from formloom.platform.access.shifts import OnShift, ShiftChange
from formloom.platform.access.territories import TerritoryChange
from formloom.platform.access.work import CLEARABLE, WorkChange
from formloom.platform.definitions.fields.moments import is_zone
from formloom.platform.web.auth.schemas import Keys, Line, Title

MOST_PEOPLE = 1_000
_BOUNDS = validate.Range(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


class People(fields.List[Any]):
    """Ids of people."""

    def __init__(self, **more: Any) -> None:
        super().__init__(Line(most=36, least=1), validate=validate.Length(max=MOST_PEOPLE), **more)


class Moment(fields.AwareDateTime):
    """A moment of this century."""

    def __init__(self, **more: Any) -> None:
        super().__init__(format="iso", default_timezone=UTC, validate=_BOUNDS, **more)


class SkillBody(Schema):
    title = Title(required=True)


class RoleGroupBody(Schema):
    title = Title(required=True)
    roles = Keys(load_default=list)


class RoleGroupPatch(Schema):
    title = Title()
    roles = Keys()


class TerritoryBody(Schema):
    title = Title(required=True)
    parent_id = Line(most=36, allow_none=True)
    places = fields.List(Line(most=60, least=1), validate=validate.Length(max=500))
    people = People()
    position = fields.Integer(strict=True, validate=validate.Range(0, 1_000_000))


class TerritoryPatch(TerritoryBody):
    title = Title()


class OnShiftBody(Schema):
    user = Line(most=36, least=1, required=True)
    first_on = fields.Date(required=True)
    last_on = fields.Date(load_default=None, allow_none=True)


class ShiftBody(Schema):
    title = Title(required=True)
    timezone = fields.String(required=True, validate=[validate.Length(max=60), is_zone])
    week = fields.Dict(
        keys=fields.String(validate=validate.OneOf(WEEKDAYS)),
        values=fields.List(
            fields.List(Line(most=5, least=1), validate=validate.Length(equal=2)), validate=validate.Length(max=10)
        ),
        required=True,
    )
    people = fields.List(fields.Nested(OnShiftBody), validate=validate.Length(max=MOST_PEOPLE))


class ShiftPatch(ShiftBody):
    title = Title()
    timezone = fields.String(validate=[validate.Length(max=60), is_zone])
    week = fields.Dict(
        keys=fields.String(validate=validate.OneOf(WEEKDAYS)),
        values=fields.List(
            fields.List(Line(most=5, least=1), validate=validate.Length(equal=2)), validate=validate.Length(max=10)
        ),
    )


class HasSkill(Schema):
    skill = Line(most=36, least=1, required=True)
    level = fields.Integer(strict=True, required=True, validate=validate.Range(1, 5))


class WorkPatch(Schema):
    supervisor_id = Line(most=36, least=1, allow_none=True)
    primary_department_id = Line(most=36, least=1, allow_none=True)
    max_open = fields.Integer(strict=True, validate=validate.Range(0, 100_000), allow_none=True)
    skills = fields.List(fields.Nested(HasSkill), validate=validate.Length(max=200))
    territories = Keys()


class AbsenceQuery(Schema):
    user = Line(most=36, load_default=None)
    past = fields.Boolean(load_default=False)


class AbsencePatch(Schema):
    starts_at = Moment()
    ends_at = Moment()
    reason = Line(most=300)
    delegate_id = Line(most=36, least=1, allow_none=True)
    flow_ids = Keys()
    app_ids = Keys()


class AbsenceBody(AbsencePatch):
    user = Line(most=36, least=1, load_default=None, allow_none=True)
    kind = fields.String(required=True, validate=validate.OneOf(("leave", "delegation")))
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)


def territory_change(body: dict[str, Any]) -> TerritoryChange:
    """Return what a territory body asks for; a parent of null brings it to the top."""
    to_top = "parent_id" in body and body["parent_id"] is None
    return TerritoryChange(**body, to_top=to_top)


def shift_change(body: dict[str, Any]) -> ShiftChange:
    """Return what a shift body asks for."""
    if "people" not in body:
        return ShiftChange(**body)
    people = [OnShift(one["user"], one["first_on"], one["last_on"]) for one in body["people"]]
    return ShiftChange(**{**body, "people": people})


def work_change(body: dict[str, Any]) -> WorkChange:
    """Return what a work body asks for; an explicit null clears."""
    given = {name: value for name, value in body.items() if value is not None}
    if "skills" in given:
        given["skills"] = {one["skill"]: one["level"] for one in given["skills"]}
    clears = frozenset(name for name, value in body.items() if value is None)
    return WorkChange(**given, clears=clears & CLEARABLE)


def absence_fields(body: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of an absence in a body, without whose and of what kind it is."""
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in body.items()
        if name not in {"user", "kind"}
    }
