"""The place in a waiting list."""

from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.fields import messages
from formloom.platform.definitions.fields.base import (
    CleanContext,
    ColumnSpec,
    Example,
    FieldType,
    Settings,
    ValueInvalid,
    WidgetSpec,
)
from formloom.platform.definitions.fields.settings import named


class Line(Schema):
    """What is waited for."""

    for_field = fields.String(
        load_default="",
        validate=validate.Length(max=40),
        metadata={**named("排队的字段", "Waiting for"), "control": "seats"},
    )


class Waiting(FieldType[int]):
    """At which place a record waits for an option or a time slot that was full; empty once it has one.

    With such a field, whoever chooses what is full is taken nevertheless, at the end of the line. When a place becomes
    free, the first one gets it, which is a change of that record like any other, so flows hear of it.
    """

    id = "waiting"
    label = {"zh-CN": "候补名次", "en": "Waiting list"}
    help = {
        "zh-CN": "名额满后排队候补，有空位时依次递补",
        "en": "A line for what is full; whoever is first gets the next place",
    }
    group = "advanced"
    icon = "users"
    keywords = ("waiting list", "queue", "line", "候补", "houbu", "hb", "排队", "paidui", "递补")
    value_kind = "number"
    settings = Line
    is_generated = True
    leads_line = True
    examples = (Example(1, error="read_only_field"),)

    def column(self, cfg: Settings) -> ColumnSpec:  # noqa: ARG002 - the signature is the base's
        return ColumnSpec("integer")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> int | None:  # noqa: ARG002 - the signature is the base's
        raise ValueInvalid("read_only_field", messages.READ_ONLY)

    def display(self, value: int | None, cfg: Settings, locale: str) -> str:  # noqa: ARG002 - the signature is the base's
        if value is None:
            return ""
        return f"候补第 {value} 位" if locale == "zh-CN" else f"Waiting, place {value}"

    def export_cell(self, value: int | None, cfg: Settings, locale: str) -> str | int:  # noqa: ARG002 - the signature is the base's
        return "" if value is None else value

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("none")
