"""Stars."""

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.fields.base import Example, Settings, WidgetSpec
from formloom.platform.definitions.fields.numbers import WholeType
from formloom.platform.definitions.fields.settings import L10n, named


class Stars(Schema):
    """How many stars, and what the ends mean."""

    max = fields.Integer(load_default=5, validate=validate.Range(2, 10), metadata=named("星数", "Stars"))
    low = L10n(load_default=None, allow_none=True, metadata=named("左端说明", "Left end"))
    high = L10n(load_default=None, allow_none=True, metadata=named("右端说明", "Right end"))


class Rating(WholeType):
    """Whole stars from 1 to `max`; an unanswered rating is None, never 0."""

    id = "rating"
    label = {"zh-CN": "评分", "en": "Rating"}
    help = {"zh-CN": "满意度、星级", "en": "Satisfaction in stars"}
    group = "choice"
    icon = "rating"
    keywords = ("rating", "stars", "csat", "评分", "pingfen", "pf", "星级", "满意度")
    settings = Stars
    examples = (
        Example("2", {"max": 3}, clean=2),
        Example("4", {"max": 3}, error="out_of_range"),
        Example(2.5, error="out_of_range"),
    )

    def bounds(self, cfg: Settings) -> tuple[int, int]:
        return 1, cfg["max"]

    def widget(self, cfg: Settings) -> WidgetSpec:
        return WidgetSpec("rating", {"max": str(cfg["max"])})
