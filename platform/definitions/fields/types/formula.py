"""A computed value."""

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.fields.base import Example, Settings, WidgetSpec
from formloom.platform.definitions.fields.results import Results, ResultType
from formloom.platform.definitions.fields.settings import named
from formloom.platform.definitions.formula.grammar import MAX_LENGTH


class Computed(Schema):
    """What is computed."""

    formula = fields.String(
        load_default="",
        validate=validate.Length(max=MAX_LENGTH),
        metadata={**named("公式", "Formula"), "control": "formula"},
    )


class Computing(Results, Computed):
    """What is computed, and what comes out."""


class Formula(ResultType):
    """A value computed from other fields whenever the record is written; what can't be computed is empty."""

    id = "formula"
    label = {"zh-CN": "公式", "en": "Formula"}
    help = {"zh-CN": "由其他字段自动计算，如 单价*数量", "en": "Computed from other fields, such as price*quantity"}
    icon = "formula"
    keywords = ("formula", "compute", "calculate", "公式", "gongshi", "gs", "计算", "jisuan")
    settings = Computing
    examples = (Example("1", error="read_only_field"),)

    def formula(self, cfg: Settings) -> str:
        return str(cfg.get("formula") or "")

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("formula")
