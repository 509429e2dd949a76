"""The likelihood to recommend."""

from marshmallow import Schema

from formloom.platform.definitions.fields.base import Example, Settings, WidgetSpec
from formloom.platform.definitions.fields.numbers import WholeType
from formloom.platform.definitions.fields.settings import L10n, named


class Ends(Schema):
    """What the ends of the scale mean."""

    low = L10n(load_default=None, allow_none=True, metadata=named("左端说明", "Left end"))
    high = L10n(load_default=None, allow_none=True, metadata=named("右端说明", "Right end"))


class Nps(WholeType):
    """0 to 10; 0 is an answer, None is none."""

    id = "nps"
    label = {"zh-CN": "推荐意愿 NPS", "en": "NPS"}
    help = {"zh-CN": "0 到 10 分，您有多愿意推荐", "en": "How likely to recommend, 0 to 10"}
    group = "choice"
    icon = "nps"
    keywords = ("nps", "recommend", "promoter", "推荐", "tuijian", "tj", "净推荐值")
    can_be_column = False
    settings = Ends
    examples = (Example(0, clean=0), Example("10", clean=10), Example(11, error="out_of_range"))

    def bounds(self, cfg: Settings) -> tuple[int, int]:  # noqa: ARG002 - the signature is the base's
        return 0, 10

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("nps", {"max": "10"})
