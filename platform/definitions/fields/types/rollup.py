"""Figures over several records of another form."""

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.fields.base import Example, Settings
from formloom.platform.definitions.fields.gathering import Gathering, own_link, way
from formloom.platform.definitions.fields.linking import their_condition, their_field
from formloom.platform.definitions.fields.results import Results, ResultType
from formloom.platform.definitions.fields.settings import named

_ID = validate.Regexp(r"^[a-z][a-z0-9_]{0,39}$")


class Rolled(Schema):
    """Over which records, and what is made of them."""

    through = own_link("汇总哪些记录", "Over which records", "gathered")
    form = fields.String(
        load_default=None,
        allow_none=True,
        validate=_ID,
        metadata=named("来源表单", "Form") | {"control": "with_through"},
    )
    by = fields.String(
        load_default=None, allow_none=True, validate=_ID,
        metadata=named("指向本表单的字段", "Their link here") | {"control": "with_through"},
    )  # fmt: skip
    how = way("value")
    field = their_field("对方字段", "Their field")
    filter = their_condition("只汇总满足条件的", "Only records that meet")


class RollupSettings(Results, Rolled):
    """Over what, and what comes out."""


class Rollup(ResultType):
    """A count, sum, average … over linked records, or over the records of another form that link here."""

    id = "rollup"
    label = {"zh-CN": "关联汇总", "en": "Rollup"}
    help = {"zh-CN": "对关联的多条记录计数、求和、取平均等", "en": "Counts, sums or averages linked records"}
    icon = "rollup"
    keywords = ("rollup", "sum", "count", "aggregate", "关联汇总", "guanlian", "glhz", "汇总", "huizong", "统计")
    is_typed_as_computed = False
    for_members_only = True
    can_be_column = False
    settings = RollupSettings
    examples = (Example("1", error="read_only_field"),)

    def target(self, cfg: Settings) -> str | None:
        found: str | None = cfg.get("form")
        return found

    def gathering(self, cfg: Settings) -> Gathering | None:
        return Gathering(
            cfg.get("how") or "count", cfg.get("field"), cfg.get("through"), cfg.get("form"), cfg.get("by"),
            cfg.get("filter"),
        )  # fmt: skip
