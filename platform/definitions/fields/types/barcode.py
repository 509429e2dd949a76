"""What stands in a bar code."""

from collections.abc import Mapping
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
from formloom.platform.definitions.fields.texts import as_text

LONGEST = 500
_DIGITS: Mapping[str, int] = {"ean_13": 13, "ean_8": 8, "upc_a": 12}


class Symbology(Schema):
    """Which codes are taken."""

    symbology = fields.String(
        load_default="any", validate=validate.OneOf(("any", *_DIGITS)), metadata=named("条码类型", "Kind of code")
    )


class Barcode(FieldType[str]):
    """The text of a bar code or QR code, scanned where the browser can, else typed.

    Of a product code (EAN, UPC) the check digit is verified.

    Source: GS1 General Specifications, section 7.9.
    """

    id = "barcode"
    label = {"zh-CN": "条码", "en": "Barcode"}
    help = {"zh-CN": "扫码或手输：设备、商品编号", "en": "Scanned or typed: a device, a product"}
    group = "advanced"
    icon = "barcode"
    keywords = ("barcode", "qr", "scan", "ean", "upc", "条码", "tiaoma", "tm", "扫码", "saoma", "二维码")
    settings = Symbology
    is_scanned = True
    can_be_unique = True
    examples = (
        Example(" SN-0042 ", clean="SN-0042"),
        Example("6901234567892", {"symbology": "ean_13"}, clean="6901234567892"),
        Example("6901234567893", {"symbology": "ean_13"}, error="bad_check"),
        Example("690", {"symbology": "ean_13"}, error="not_digits"),
    )

    def column(self, cfg: Settings) -> ColumnSpec:  # noqa: ARG002 - the signature is the base's
        return ColumnSpec("text")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> str | None:  # noqa: ARG002 - the signature is the base's
        text = " ".join(as_text(raw).split())
        if len(text) > LONGEST:
            raise ValueInvalid("too_long", messages.TOO_LONG, max=LONGEST, actual=len(text))
        digits = _DIGITS.get(cfg["symbology"])
        return (_product(text, digits) if digits and text else text) or None

    def widget(self, cfg: Settings) -> WidgetSpec:
        is_product = cfg["symbology"] in _DIGITS
        return WidgetSpec(
            "barcode",
            {
                "inputmode": "numeric" if is_product else "text", "autocapitalize": "off", "enterkeyhint": "next",
                "symbology": cfg["symbology"],
            },
        )  # fmt: skip


def _product(text: str, digits: int) -> str:
    """Return a product code without blanks. Raises ValueInvalid."""
    code = text.replace(" ", "").replace("-", "")
    if digits == 12 and len(code) == 13 and code.startswith("0"):  # scanners read UPC-A as EAN-13
        code = code[1:]
    if len(code) != digits or not (code.isascii() and code.isdigit()):
        raise ValueInvalid("not_digits", messages.DIGITS_EXPECTED, digits=digits)
    if sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(code))) % 10:
        raise ValueInvalid("bad_check", messages.CHECK_CHARACTER)
    return code
