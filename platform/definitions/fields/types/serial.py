"""A serial number."""

import re
from typing import Any

from marshmallow import Schema, ValidationError, fields

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

_FORMAT = re.compile(r"(?:[^{}]|\{(?:YYYY|YY|MM|DD|YYMMDD|YYYYMM|YYYYMMDD|MMDD|0{1,10})\})+")


def _readable(text: str) -> None:
    if not 1 <= len(text) <= 60 or not _FORMAT.fullmatch(text) or len(re.findall(r"\{0+\}", text)) != 1:
        raise ValidationError("Must look like T{YYMMDD}-{0000}, with one counter")


class Numbering(Schema):
    """How the number is written; it starts again when the date part changes."""

    format = fields.String(
        load_default="{YYYYMMDD}-{0000}", validate=_readable, metadata=named("编号格式", "Number format")
    )


class Serial(FieldType[str]):
    """A number that the house gives in the record's own transaction; never entered, never reused."""

    id = "serial"
    label = {"zh-CN": "流水号", "en": "Serial number"}
    help = {"zh-CN": "自动编号，如 T261123-0001", "en": "Numbered by itself, such as T261123-0001"}
    group = "advanced"
    icon = "serial"
    keywords = ("serial", "number", "id", "流水号", "liushuihao", "lsh", "编号", "bianhao")
    can_be_column = False
    settings = Numbering
    is_generated = True
    can_be_unique = True
    numbers_records = True
    examples = (Example("T-1", error="read_only_field"),)

    def column(self, cfg: Settings) -> ColumnSpec:  # noqa: ARG002 - the signature is the base's
        return ColumnSpec("text")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> str | None:  # noqa: ARG002 - the signature is the base's
        raise ValueInvalid("read_only_field", messages.READ_ONLY)

    def number_in(self, value: str, cfg: Settings) -> int | None:
        parts = re.split(r"(\{[A-Z0]+\})", cfg["format"])
        known = "".join(
            re.escape(part) if not part.startswith("{") else r"(\d+)" if "0" in part else rf"\d{{{len(part) - 2}}}"
            for part in parts
        )
        found = re.fullmatch(known, value)
        return int(found[1]) if found else None

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("none")
