"""A number between two ends."""

from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.fields import messages
from formloom.platform.definitions.fields.base import CleanContext, Example, Settings, ValueInvalid, WidgetSpec
from formloom.platform.definitions.fields.numbers import WholeType
from formloom.platform.definitions.fields.settings import L10n, named
from formloom.platform.kernel.text import resolve

_ENDS = validate.Range(-1_000_000, 1_000_000)


class Slide(Schema):
    """The ends, the step between two values, what the ends mean."""

    min = fields.Integer(load_default=0, validate=_ENDS, metadata=named("最小值", "Smallest"))
    max = fields.Integer(load_default=100, validate=_ENDS, metadata=named("最大值", "Largest"))
    step = fields.Integer(load_default=1, validate=validate.Range(1, 1_000_000), metadata=named("步长", "Step"))
    unit = L10n(load_default=None, allow_none=True, metadata=named("单位", "Unit"))
    low = L10n(load_default=None, allow_none=True, metadata=named("左端说明", "Left end"))
    high = L10n(load_default=None, allow_none=True, metadata=named("右端说明", "Right end"))


class Slider(WholeType):
    """A whole number that is slid to; nothing is chosen until somebody does."""

    id = "slider"
    label = {"zh-CN": "滑块", "en": "Slider"}
    help = {"zh-CN": "在两端之间拖动选数", "en": "A number between two ends"}
    group = "choice"
    icon = "slider"
    keywords = ("slider", "range", "滑块", "huakuai", "hk", "滑动条", "拖动")
    settings = Slide
    examples = (
        Example("40", clean=40),
        Example(101, error="out_of_range"),
        Example(7, {"step": 5}, error="off_step"),
    )

    def bounds(self, cfg: Settings) -> tuple[int, int]:
        return cfg["min"], cfg["max"]

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> int | None:
        value = super().clean(raw, cfg, ctx)
        if value is not None and (value - cfg["min"]) % cfg["step"]:
            raise ValueInvalid("off_step", messages.OFF_STEP, min=cfg["min"], step=cfg["step"])
        return value

    def display(self, value: int | None, cfg: Settings, locale: str) -> str:
        unit = resolve(cfg["unit"], locale)
        return "" if value is None else f"{value:,d}{' ' + unit if unit else ''}"

    def widget(self, cfg: Settings) -> WidgetSpec:
        spans = {name: str(cfg[name]) for name in ("min", "max", "step")}
        return WidgetSpec("slider", {**spans, "inputmode": "numeric" if cfg["min"] >= 0 else "text"})
