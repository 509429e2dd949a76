"""A telephone number."""

import re
from typing import Any

import phonenumbers
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
from formloom.platform.definitions.fields.texts import as_text

_MAINLAND_MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")


class Numbering(Schema):
    """The country in which a number without a country code is read."""

    region = fields.String(
        load_default="CN",
        validate=validate.Regexp(r"^[A-Z]{2}$"),
        metadata=named("默认国家或地区", "Default country or region") | {"control": "country"},
    )


class Phone(FieldType[str]):
    """A telephone number, kept in E.164: +8613812345678."""

    id = "phone"
    label = {"zh-CN": "手机", "en": "Phone"}
    help = {"zh-CN": "手机或座机，可含国家代码", "en": "A mobile or land line"}
    icon = "phone"
    keywords = ("phone", "mobile", "tel", "手机", "shouji", "sj", "电话", "dianhua", "dh")
    settings = Numbering
    can_be_unique = True
    examples = (
        Example("138 1234 5678", clean="+8613812345678"),
        Example("+44 20 7946 0958", clean="+442079460958"),
        Example("12345", error="not_phone"),
    )

    def column(self, cfg: Settings) -> ColumnSpec:  # noqa: ARG002 - the signature is the base's
        return ColumnSpec("text")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> str | None:  # noqa: ARG002 - the signature is the base's
        text = as_text(raw).strip()
        compact = re.sub(r"[\s()（）-]", "", text)
        if cfg["region"] == "CN" and (mobile := _MAINLAND_MOBILE.fullmatch(compact)):
            return f"+86{mobile.group(1)}"
        try:
            number = phonenumbers.parse(text[:40], cfg["region"])
        except phonenumbers.NumberParseException:
            raise ValueInvalid("not_phone", messages.PHONE_EXPECTED) from None
        if not phonenumbers.is_possible_number(number) or not phonenumbers.is_valid_number(number):
            raise ValueInvalid("not_phone", messages.PHONE_EXPECTED)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def mask(self, shown: str) -> str:
        return f"{shown[:3]}****{shown[-4:]}" if len(shown) == 11 else super().mask(shown)

    def display(self, value: str | None, cfg: Settings, locale: str) -> str:  # noqa: ARG002 - the signature is the base's
        if value is None:
            return ""
        return value.removeprefix("+86") if cfg["region"] == "CN" and len(value) == 14 else value

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("phone", {"inputmode": "tel", "autocomplete": "tel", "enterkeyhint": "next"})
