"""Formulas over HTTP: what the editor asks while somebody writes one, and what scripts may compute."""

from marshmallow import Schema, fields, validate

from formloom.platform.access.policy import Act
from formloom.platform.definitions.formula.compile import compile_tree
from formloom.platform.definitions.formula.grammar import MAX_LENGTH, parse
from formloom.platform.definitions.formula.showing import dump, revive, type_of
from formloom.platform.definitions.formula.values import Setting
from formloom.platform.kernel.text import LOCALES
from formloom.platform.storage import house_zone
from formloom.platform.web.route import Api, Call
from formloom.platform.web.security import rates

api = Api("formula")
MAX_BYTES = 200_000
RATE = "1200 per minute"


class FormulaBody(Schema):
    """A formula, the values of the names in it, and the language in which texts are written."""

    formula = fields.String(required=True, validate=validate.Length(max=MAX_LENGTH))
    values = fields.Dict(keys=fields.String(), load_default=dict)
    locale = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(LOCALES))


class FormulaAnswer(Schema):
    """The value as the API writes values, an error as its code, and which type of value it is."""

    value = fields.Raw(required=True, allow_none=True)
    type = fields.String(required=True)


@api.post(
    "/formula/evaluate", act=Act.FORMULA_EVALUATE, body=FormulaBody(), answer=FormulaAnswer(), max_bytes=MAX_BYTES
)
def evaluate(call: Call) -> object:
    """Compute a formula over the given values; an error such as #DIV/0! is a value, a name without one is #NAME?."""
    rates().spend(RATE, "formula", call.member.user_id)
    run = compile_tree(parse(call.body["formula"]), demand_names=True)
    with call.db.read() as unit:
        zone = house_zone.current(unit)
    setting = Setting(now=call.now, zone=zone, locale=call.body["locale"] or call.locale, user=call.member.name)
    value = run(revive(call.body["values"]), setting)
    return {"value": dump(value), "type": type_of(value)}
