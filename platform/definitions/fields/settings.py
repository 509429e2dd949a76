"""Settings that several field types share, as marshmallow schemas that the designer is drawn from."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from formloom.platform.kernel.text import LOCALES, LocalizedText

COLOURS = ("grey", "indigo", "blue", "teal", "green", "amber", "orange", "red", "pink", "violet")
MAX_LABEL = 500
MAX_OPTIONS = 500
SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "HKD": "HK$", "JPY": "JP¥", "GBP": "£"}
"""Currency → how an amount of it is marked."""
MARK = "other:"
"""Begins the value of an answer that somebody wrote himself, and no option's (`own_answers.py`)."""
MAX_DECIMALS = 8
MAX_INTEGER = 9_000_000_000_000_000_000


def named(chinese: str, english: str) -> dict[str, LocalizedText]:
    """Return the metadata by which the designer calls a setting."""
    return {"label": {"zh-CN": chinese, "en": english}}


class L10n(fields.Dict):
    """A text by language; a language may be missing."""

    def __init__(self, max_length: int = MAX_LABEL, **kwargs: Any) -> None:
        super().__init__(
            keys=fields.String(validate=validate.OneOf(LOCALES)),
            values=fields.String(validate=validate.Length(max=max_length)),
            **kwargs,
        )


def _storable(value: str) -> None:
    """Refuse what could not be found again in a stored list; a lone comma looks like the gap between two values."""
    if value == "," or value != value.strip() or any(mark < " " or 0xD800 <= ord(mark) <= 0xDFFF for mark in value):
        raise ValidationError("Must not be a comma, nor begin or end with a space, nor have control characters")
    if value.startswith(MARK):
        raise ValidationError(f"Must not begin with {MARK}, which marks answers that people write themselves")


class Option(Schema):
    """One choice: the value that is stored, the words that are shown."""

    value = fields.String(
        required=True, validate=validate.And(validate.Length(1, 100), _storable), metadata=named("值", "Value")
    )
    label = L10n(required=True, metadata=named("名称", "Label"))
    color = fields.String(validate=validate.OneOf(COLOURS), metadata=named("颜色", "Colour"))
    category = fields.String(
        validate=validate.OneOf(("open", "paused", "done")), metadata=named("状态类别", "Status category")
    )
    pinned = fields.Boolean(metadata=named("固定在最后", "Always last"))
    score = fields.Decimal(
        allow_none=True, validate=validate.Range(-1_000_000, 1_000_000), metadata=named("分值", "Score")
    )
    quota = fields.Integer(allow_none=True, validate=validate.Range(0, 10_000_000), metadata=named("名额", "Places"))


class Offer(Option):
    """An option that may have a condition on which it is offered."""

    when = fields.Dict(keys=fields.String(), metadata=named("仅当", "Only when"))


def distinct(options: list[dict[str, Any]]) -> None:
    """Refuse options of which two have the same value. Raises ValidationError."""
    values = [option["value"] for option in options]
    twice = sorted({value for value in values if values.count(value) > 1})
    if twice:
        raise ValidationError(f"Option values stand twice: {', '.join(twice)}")


class Plain(Schema):
    """No settings at all."""


class Texts(Schema):
    """Length and form of a text."""

    min_length = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(0, 100_000),
        metadata=named("最少字数", "At least (characters)"),
    )
    max_length = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(1, 100_000),
        metadata=named("最多字数", "At most (characters)"),
    )
    pattern = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=500), metadata=named("格式（正则）", "Pattern")
    )
    pattern_message = L10n(
        load_default=None, allow_none=True, metadata=named("格式不符时的提示", "Message when it does not fit")
    )


class Bounds(Schema):
    """Bounds and decimal places."""

    decimals = fields.Integer(
        load_default=2, validate=validate.Range(0, MAX_DECIMALS), metadata=named("小数位数", "Decimal places")
    )
    min = fields.Decimal(load_default=None, allow_none=True, metadata=named("最小值", "Smallest"))
    max = fields.Decimal(load_default=None, allow_none=True, metadata=named("最大值", "Largest"))


class Numbers(Bounds):
    """Bounds, decimal places and a unit."""

    unit = L10n(load_default=None, allow_none=True, metadata=named("单位", "Unit"))


class Choices(Schema):
    """The options of a choice."""

    options = fields.List(
        fields.Nested(Offer),
        load_default=list,
        validate=validate.And(validate.Length(max=MAX_OPTIONS), distinct),
        metadata=named("选项", "Options"),
    )
    shuffle = fields.Boolean(load_default=False, metadata=named("选项随机排列", "Options in random order"))
    show_left = fields.Boolean(load_default=False, metadata=named("显示剩余名额", "Show places left"))


def _of_own(chinese: str, english: str) -> dict[str, Any]:
    return {**named(chinese, english), "needs": "own_answer"}


class OwnAnswers(Schema):
    """Whether people may write an answer of their own beside the options."""

    own_answer = fields.Boolean(load_default=False, metadata=named("允许填写其他", "Allow an own answer"))
    own_label = L10n(
        load_default=None, allow_none=True, max_length=100, metadata=_of_own("其他项的名称", "What it is called")
    )
    own_placeholder = L10n(
        load_default=None, allow_none=True, max_length=200, metadata=_of_own("其他项的占位文字", "Placeholder of it")
    )
    own_most = fields.Integer(
        load_default=100, validate=validate.Range(1, 500), metadata=_of_own("其他项最多字数", "Its characters at most")
    )


class OpenChoices(OwnAnswers, Choices):
    """The options of a choice beside which people may write their own answer."""


class ManyChoices(Choices):
    """The options of a choice of several."""

    min_items = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(0, MAX_OPTIONS),
        metadata=named("至少选几项", "At least"),
    )
    max_items = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(1, MAX_OPTIONS),
        metadata=named("最多选几项", "At most"),
    )


class OpenManyChoices(OwnAnswers, ManyChoices):
    """The options of a choice of several beside which people may write their own answer."""


class Files(Schema):
    """How many files of what size and kind."""

    max_items = fields.Integer(
        load_default=5, validate=validate.Range(1, 20), metadata=named("最多文件数", "Files at most")
    )
    max_size_mb = fields.Integer(
        load_default=10, validate=validate.Range(1, 50), metadata=named("单个大小上限（MB）", "Size limit (MB)")
    )
    extensions = fields.List(
        fields.String(validate=validate.Regexp(r"^[a-z0-9]{1,10}$")),
        load_default=list,
        metadata=named("允许的扩展名", "Allowed extensions"),
    )
