"""A resident identity number of mainland China."""

import re
from datetime import date
from typing import Any

from marshmallow import Schema, fields

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
from formloom.platform.definitions.fields.texts import as_text

LENGTH = 18
_FORM = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_OLDEST_YEAR = 1890
_PROVINCES = frozenset(
    str(number)
    for numbers in ((11, 16), (21, 24), (31, 38), (41, 47), (50, 55), (61, 66), (71, 72), (81, 84))
    for number in range(*numbers)
)
"""The first two digits: provinces, and 81 to 83 on residence permits for Hong Kong, Macao and Taiwan."""


class Masking(Schema):
    """Whether the number is shown in full."""

    masked = fields.Boolean(load_default=True, metadata=named("显示时隐藏中间 8 位", "Hide the middle when shown"))


class IdCard(FieldType[str]):
    """An 18-character identity number whose check character fits and whose birth date can be.

    With `masked` it is shown with its birth date hidden, on screens and in mails; files and the API have it whole,
    since rights on the field decide who gets those.

    Source: GB 11643-1999; the check character is ISO 7064 MOD 11-2.
    """

    id = "id_card"
    label = {"zh-CN": "身份证号", "en": "ID card number"}
    waits_for_submission = True
    help = {"zh-CN": "18 位居民身份证号，自动校验", "en": "An 18-digit identity number of China, checked"}
    group = "advanced"
    icon = "id_card"
    keywords = ("id card", "identity", "citizen", "身份证", "shenfenzheng", "sfz", "证件")
    settings = Masking
    can_be_unique = True
    can_name_record = False
    examples = (
        Example("11010519491231002x", clean="11010519491231002X"),
        Example("110105194912310021", error="bad_check"),
        Example("110105194902310027", error="bad_birth_date"),
        Example("1101051949", error="id_card_length"),
    )

    def column(self, cfg: Settings) -> ColumnSpec:  # noqa: ARG002 - the signature is the base's
        return ColumnSpec("text")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> str | None:  # noqa: ARG002 - the signature is the base's
        text = re.sub(r"[\s-]", "", as_text(raw)).upper()
        if not text:
            return None
        if not _FORM.fullmatch(text):
            raise ValueInvalid("id_card_length", messages.ID_CARD_LENGTH, actual=len(text))
        if text[:2] not in _PROVINCES:
            raise ValueInvalid("bad_region", messages.ID_CARD_REGION)
        if not _is_birth_date(text[6:14], ctx.now.date()):
            raise ValueInvalid("bad_birth_date", messages.ID_CARD_DATE)
        if text[-1] != check_character(text[:-1]):
            raise ValueInvalid("bad_check", messages.CHECK_CHARACTER)
        return text

    def mask(self, shown: str) -> str:
        return f"{shown[:3]}{'*' * 11}{shown[-4:]}" if len(shown) == 18 else super().mask(shown)

    def display(self, value: str | None, cfg: Settings, locale: str) -> str:  # noqa: ARG002 - the signature is the base's
        if value is None:
            return ""
        return f"{value[:6]}{'*' * 8}{value[14:]}" if cfg["masked"] else value

    def export_cell(self, value: str | None, cfg: Settings, locale: str) -> str:  # noqa: ARG002 - the signature is the base's
        return value or ""

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec(
            "id_card",
            {"maxlength": "22", "autocapitalize": "characters", "autocomplete": "off", "enterkeyhint": "next"},
        )


def check_character(digits: str) -> str:
    """Return the 18th character of the 17 digits."""
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11]


def _is_birth_date(digits: str, today: date) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return date(_OLDEST_YEAR, 1, 1) <= born <= today
