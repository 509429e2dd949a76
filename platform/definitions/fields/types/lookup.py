"""What stands in the linked record."""

from marshmallow import Schema

from formloom.platform.definitions.fields.base import Example, Settings
from formloom.platform.definitions.fields.gathering import Gathering, own_link
from formloom.platform.definitions.fields.linking import their_field
from formloom.platform.definitions.fields.results import Results, ResultType


class Looked(Schema):
    """Through which link, and at what."""

    through = own_link("通过关联字段", "Through the link", "my_link")
    field = their_field("对方字段", "Their field")


class LookupSettings(Results, Looked):
    """At what, and what kind of value it is."""


class Lookup(ResultType):
    """A field of the record that a link of this form leads to, kept up to date with it."""

    id = "lookup"
    label = {"zh-CN": "关联属性", "en": "Lookup"}
    help = {"zh-CN": "显示关联记录里的一个字段", "en": "Shows a field of the linked record"}
    icon = "lookup"
    keywords = ("lookup", "reference", "vlookup", "关联属性", "guanlian", "glsx", "引用", "yinyong", "关联查询")
    is_typed_as_computed = False
    for_members_only = True
    can_be_column = False
    settings = LookupSettings
    examples = (Example("1", error="read_only_field"),)

    def gathering(self, cfg: Settings) -> Gathering | None:
        return Gathering("value", cfg.get("field"), through=cfg.get("through"))
