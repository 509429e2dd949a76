"""Several records of another form."""

from marshmallow import fields, validate

from formloom.platform.definitions.fields import messages
from formloom.platform.definitions.fields.base import CleanContext, Example, Settings, WidgetSpec
from formloom.platform.definitions.fields.linking import MOST_FILLED, FillRow, Leading, Linking
from formloom.platform.definitions.fields.members import MOST_IDS, ManyIdsType
from formloom.platform.definitions.fields.settings import named


class LinksSettings(Linking):
    """Which records may be chosen, and how many."""

    max_items = fields.Integer(
        load_default=None, allow_none=True, validate=validate.Range(1, MOST_IDS), metadata=named("最多几条", "At most")
    )
    fill = fields.List(
        fields.Nested(FillRow), load_default=list, validate=validate.Length(max=MOST_FILLED),
        metadata=named("选择后填充明细", "Make rows of those chosen") | {"control": "fill_rows"},
    )  # fmt: skip


class Links(Leading, ManyIdsType):
    """Records of another form of the app, by id, in the order in which they were chosen."""

    id = "links"
    label = {"zh-CN": "关联多条记录", "en": "Links to records"}
    help = {"zh-CN": "选择另一张表单里的多条记录", "en": "Several records of another form"}
    icon = "links"
    keywords = ("links", "relations", "many", "records", "关联多条", "guanlian", "gldt", "多条关联", "关联数据")
    value_kind = "records"
    who = "record"
    can_be_column = False
    settings = LinksSettings
    for_members_only = False
    unknown = ("no_such_record", messages.NO_SUCH_RECORD)
    too_many = ("too_many_records", messages.TOO_MANY_RECORDS)
    examples = (Example(["nothing"], error="no_such_record"), Example(7, error="not_a_list"))

    def known(self, ids: list[str], cfg: Settings, ctx: CleanContext) -> frozenset[str]:
        return frozenset(ctx.records(cfg.get("field_id", ""), ids))

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("links")
