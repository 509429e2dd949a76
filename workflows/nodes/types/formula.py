"""Compute a value for later nodes."""

from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Length, OneOf

from formloom.platform.definitions.formula.compile import compile_text
from formloom.platform.kernel.errors import FormloomError
from formloom.workflows.engine.context import Context
from formloom.workflows.engine.expressions import computed
from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.nodes import keeping
from formloom.workflows.nodes.base import Action, Plan, Settings
from formloom.workflows.nodes.desk import Desk

KINDS = ("number", "text", "date", "datetime", "boolean")


class FormulaFails(FormloomError):
    """A formula has no result for this record."""

    code = "formula_fails"
    message = {"zh-CN": "公式没有结果：{what}", "en": "The formula has no result: {what}"}


def _is_formula(text: str) -> None:
    try:
        compile_text(text)
    except FormloomError as fault:
        raise ValidationError(fault.words("en")) from fault


class Formula(Action):
    """Keeps what a formula comes to under a name. It knows the record's fields, kept results by name, `item_…`."""

    id = "formula"
    label = {"zh-CN": "计算", "en": "Compute a value"}
    icon = "formula"
    group = "logic"
    settings = Schema.from_dict(
        {
            "title": keeping.title(),
            "name": keeping.name(),
            "formula": fields.String(required=True, validate=[Length(1, 4000), _is_formula]),
            "kind": fields.String(load_default="number", validate=OneOf(KINDS)),
        },
        name="FormulaNode",
    )()

    def plan(self, cfg: Settings, context: Context) -> Plan:
        value = computed(cfg["formula"], context)
        if isinstance(value, str) and value.startswith("#") and value.rstrip("!?").isupper():
            raise FormulaFails(what=value)
        return {"name": cfg["name"], "kind": cfg.get("kind") or "number", "value": value}

    def perform(self, plan: Plan, desk: Desk) -> Outcome:  # noqa: ARG002 - nothing is done outside
        kept = {"kind": plan["kind"], "value": plan["value"]}
        return Outcome(output={"kept": plan["name"], "value": plan["value"]}, keeps={plan["name"]: kept})
