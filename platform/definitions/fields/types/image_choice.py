"""Options that are pictures."""

from marshmallow import fields, validate

from formloom.platform.definitions.fields.base import Example, Settings, WidgetSpec
from formloom.platform.definitions.fields.choices import ManyChoicesType
from formloom.platform.definitions.fields.settings import MAX_OPTIONS, ManyChoices, Offer, distinct, named

MOST_PICTURES = 30
LONGEST_PICTURE = 120_000
_AB = {"options": [{"value": "a", "label": {"zh-CN": "甲", "en": "A"}}, {"value": "b", "label": {"zh-CN": "乙"}}]}


class PictureOption(Offer):
    """One picture with its words. The picture is part of the form, so that it goes wherever the form goes."""

    image = fields.String(
        validate=validate.And(
            validate.Length(max=LONGEST_PICTURE),
            validate.Regexp(r"^data:image/(png|jpeg|webp|gif);base64,[A-Za-z0-9+/]+={0,2}\Z"),
        ),
        metadata=named("图片", "Picture"),
    )


class Pictures(ManyChoices):
    """The pictures and how many of them may be chosen."""

    options = fields.List(
        fields.Nested(PictureOption),
        load_default=list,
        validate=validate.And(validate.Length(max=MOST_PICTURES), distinct),
        metadata=named("选项", "Options"),
    )
    max_items = fields.Integer(
        load_default=1, allow_none=True, validate=validate.Range(1, MAX_OPTIONS),
        metadata=named("最多选几项", "At most"),
    )  # fmt: skip


class ImageChoice(ManyChoicesType):
    """One or several pictures out of a few; always a list, so that allowing more later changes no record."""

    id = "image_choice"
    label = {"zh-CN": "图片选择", "en": "Picture choice"}
    help = {"zh-CN": "看图选款式、方案", "en": "Choose a style or design by its picture"}
    icon = "image_choice"
    keywords = ("image choice", "picture", "图片选择", "tupianxuanze", "tpxz", "看图选择", "款式")
    can_be_column = False
    settings = Pictures
    examples = (
        Example(["a"], _AB, clean=("a",)),
        Example("b", _AB, clean=("b",)),
        Example(["a", "b"], _AB, error="too_many_chosen"),
        Example(["b", "a"], {**_AB, "max_items": None}, clean=("a", "b")),
        Example(["c"], _AB, error="not_an_option"),
    )

    def widget(self, cfg: Settings) -> WidgetSpec:
        return WidgetSpec("image_choice", {"input": "radio" if cfg["max_items"] == 1 else "checkbox"})
