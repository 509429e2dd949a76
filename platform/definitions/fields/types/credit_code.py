"""The number of an organisation in mainland China."""

import re
from typing import Any

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
from formloom.platform.definitions.fields.settings import Plain
from formloom.platform.definitions.fields.texts import as_text

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Digits and capital letters without I, O, S, V and Z, which look like digits."""
_PLACE = {mark: place for place, mark in enumerate(_ALPHABET)}
_WEIGHTS = tuple(3**place % 31 for place in range(17))


class CreditCode(FieldType[str]):
    """A unified social credit code of 18 characters whose check character fits. Source: GB 32100-2015."""

    id = "credit_code"
    label = {"zh-CN": "统一社会信用代码", "en": "Company credit code"}
    help = {"zh-CN": "18 位企业代码（税号），自动校验", "en": "The 18-character number of a Chinese company, checked"}
    group = "advanced"
    icon = "credit_code"
    keywords = ("credit code", "company", "tax number", "信用代码", "xinyongdaima", "xydm", "税号", "shuihao")
    settings = Plain
    can_be_unique = True
    examples = (
        Example("91350100m000100y43", clean="91350100M000100Y43"),
        Example("91350100M000100Y44", error="bad_check"),
        Example("91350100O000100Y43", error="credit_code_form"),
        Example("9135", error="credit_code_length"),
    )

    def column(self, cfg: Settings) -> ColumnSpec:  # noqa: ARG002 - the signature is the base's
        return ColumnSpec("text")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> str | None:  # noqa: ARG002 - the signature is the base's
        text = re.sub(r"[\s-]", "", as_text(raw)).upper()
        if not text:
            return None
        if len(text) != 18:
            raise ValueInvalid("credit_code_length", messages.ID_CARD_LENGTH, actual=len(text))
        if not all(mark in _PLACE for mark in text):
            raise ValueInvalid("credit_code_form", messages.CREDIT_CODE_FORM)
        if text[-1] != check_character(text[:-1]):
            raise ValueInvalid("bad_check", messages.CHECK_CHARACTER)
        return text

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec(
            "credit_code",
            {"maxlength": "22", "autocapitalize": "characters", "autocomplete": "off", "enterkeyhint": "next"},
        )


def check_character(first: str) -> str:
    """Return the 18th character of the first 17."""
    total = sum(_PLACE[mark] * weight for mark, weight in zip(first, _WEIGHTS, strict=True))
    return _ALPHABET[-total % 31]
