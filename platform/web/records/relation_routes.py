"""What a member may choose in fields that lead to other forms."""

from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.access.policy import Act
from formloom.platform.definitions.form import FormVersion
from formloom.platform.records.lookups import clean_context
from formloom.platform.records.relations import choosing, defaults, matching
from formloom.platform.records.relations.choosing import Search
from formloom.platform.records.service import owner_of
from formloom.platform.storage.database import ReadUnit
from formloom.platform.web.route import Api, Call

api = Api("relations")


class ChoicesBody(Schema):
    """What is looked for, beside what is filled in so far."""

    q = fields.String(load_default="", validate=validate.Length(max=200))
    values = fields.Dict(keys=fields.String(), load_default=dict)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, choosing.MOST_IN_LIST))
    ids = fields.List(
        fields.String(validate=validate.Length(max=40)), load_default=list,
        validate=validate.Length(max=choosing.MOST_IN_LIST),
    )  # fmt: skip


class ChoiceAnswer(Schema):
    """One record to choose."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    shown = fields.List(fields.String(), required=True)
    fill = fields.Dict(keys=fields.String(), required=True)


class ChoicesAnswer(Schema):
    """The records to choose from, and what records are called that choosing one of `ids` fills in."""

    choices = fields.List(fields.Nested(ChoiceAnswer), required=True)
    linked = fields.Dict(keys=fields.String(), required=True)


@api.post(
    "/forms/<form>/fields/<field_id>/choices", act=Act.FORM_OPEN, body=ChoicesBody(), answer=ChoicesAnswer()
)  # fmt: skip
def find_choices(call: Call, form: str, field_id: str) -> object:
    """Find the records that the caller may choose in a field; asks only, so it changes nothing."""
    with call.db.read() as unit:
        found = call.runtime.catalog.find(unit, form)
        beside = choosing.asking_form(found, field_id)
        values = understood(call, unit, found, call.body["values"], beside)
        search = Search(call.body["q"], values, call.body["limit"], call.body["ids"])
        given = choosing.choices(unit, call.actor, found, field_id, search, now=call.now, locale=call.locale)
        is_whole = bool(search.ids) and beside is found
        names = choosing.names_in(unit, call.actor, found, given, call.locale) if is_whole else {}
    return {
        "choices": [{"id": one.id, "title": one.title, "shown": one.shown, "fill": one.fill} for one in given],
        "linked": {one: {"title": name.title, "deleted": name.deleted} for one, name in names.items()},
    }


class ValuesBody(Schema):
    """What is filled in so far."""

    values = fields.Dict(keys=fields.String(), required=True)


class MatchAnswer(Schema):
    """One record."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    texts = fields.List(fields.String(), required=True)


class MatchesAnswer(Schema):
    """What a query found."""

    labels = fields.List(fields.Dict(), required=True)
    records = fields.List(fields.Nested(MatchAnswer), required=True)


class DefaultsAnswer(Schema):
    """Values by field id."""

    values = fields.Dict(keys=fields.String(), required=True)


@api.post("/forms/<form>/fields/<field_id>/matches", act=Act.FORM_OPEN, body=ValuesBody(), answer=MatchesAnswer())
def find_matches(call: Call, form: str, field_id: str) -> object:
    """Find the records that a query shows beside what stands in a record; asks only."""
    with call.db.read() as unit:
        found = call.runtime.catalog.find(unit, form)
        values = understood(call, unit, found, call.body["values"])
        given = matching.matches(unit, call.actor, found, field_id, values, now=call.now, locale=call.locale)
    return {
        "labels": given.labels,
        "records": [{"id": one.id, "title": one.title, "texts": one.texts} for one in given.records],
    }


@api.post("/forms/<form>/defaults", act=Act.FORM_OPEN, body=ValuesBody(), answer=DefaultsAnswer())
def find_defaults(call: Call, form: str) -> object:
    """Return what other forms give for the fields of a new record; asks only."""
    with call.db.read() as unit:
        found = call.runtime.catalog.find(unit, form)
        values = understood(call, unit, found, call.body["values"])
        given = defaults.defaults(unit, call.actor, found, values, now=call.now, locale=call.locale)
    return {"values": given}


def understood(
    call: Call, unit: ReadUnit, form: FormVersion, raw: dict[str, Any], part: FormVersion | None = None
) -> dict[str, Any]:
    """Return what of a half-filled record can be read, or of a row whose columns are `part`."""
    ctx = clean_context(
        unit, call.actor, form, now=call.now, locale=call.locale, owner=owner_of(call.actor), many=[raw]
    )
    return choosing.understood(part or form, raw, ctx)
