"""What the page's script asks while a public form is filled in: answers that other forms give, records to choose."""

from marshmallow import Schema, fields, validate

from formloom.platform.access.policy import Act
from formloom.platform.records.record import FormClosed
from formloom.platform.web.public import linkage, linking, page_token, visits
from formloom.platform.web.public.visits import Visit
from formloom.platform.web.route import Api, Call

api = Api("linkage", prefix="")
MAX_BYTES = 50_000
MAX_ANSWERS = 300


class AskingBody(Schema):
    """The page that asks, by its token, and its answers so far."""

    form_token = fields.String(required=True, validate=validate.Length(max=2_000))
    values = fields.Dict(
        keys=fields.String(validate=validate.Length(max=40)), required=True, validate=validate.Length(max=MAX_ANSWERS)
    )


class GivenAnswer(Schema):
    """What other forms give, by field; null for nothing."""

    values = fields.Dict(required=True)


@api.post(
    "/f/<token>/defaults", act=Act.FORM_SUBMIT, who="visitor", body=AskingBody(), answer=GivenAnswer(),
    max_bytes=MAX_BYTES, errors=(403, 404, 429),
)  # fmt: skip
def give_defaults(call: Call, token: str) -> object:
    """Return what other forms give for the fields that the builder opened for visitors."""
    return {"values": linkage.given(_page(call, token), call.body["values"])}


class FindingBody(AskingBody):
    """What is looked for in a field: words, or what some records are called that were chosen before."""

    q = fields.String(load_default="", validate=validate.Length(max=linking.LONGEST))
    ids = fields.List(
        fields.String(validate=validate.Length(max=40)), load_default=list, validate=validate.Length(max=200)
    )


class FoundChoice(Schema):
    """One record that can be chosen."""

    id = fields.String(required=True)
    label = fields.String(required=True)


class FoundAnswer(Schema):
    """The records that were found, and what is said about them."""

    choices = fields.List(fields.Nested(FoundChoice), required=True)
    note = fields.String(required=True)


@api.post(
    "/f/<token>/choices/<field_id>", act=Act.FORM_SUBMIT, who="visitor", body=FindingBody(), answer=FoundAnswer(),
    max_bytes=MAX_BYTES, errors=(403, 404, 429),
)  # fmt: skip
def find_choices(call: Call, token: str, field_id: str) -> object:
    """Find the records that a visitor may choose in a field, by the fields that the builder named."""
    found = linking.find(_page(call, token), field_id, call.body["q"], call.body["values"], call.body["ids"])
    return {"choices": [{"id": one, "label": label} for one, label in found.records], "note": found.note}


def _page(call: Call, token: str) -> Visit:
    """Return the visit of somebody who has the page open. Raises FormClosed, LinkLocked, PageTokenRefused."""
    visit = visits.begin(call, token)
    if visit.state != "open":
        raise FormClosed
    visit.ensure_unlocked()
    page_token.read(visit.secret, call.body["form_token"], visit.link.token, now=visit.now)
    return visit
