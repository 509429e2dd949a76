"""Values that the house computes, of a kind that the field's settings say: a number, a text, a day, a yes or no."""

from datetime import date
from decimal import Decimal
from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.fields import messages
from formloom.platform.definitions.fields.base import (
    CleanContext,
    ColumnKind,
    ColumnSpec,
    FieldType,
    Settings,
    ValueInvalid,
    ValueKind,
    WidgetSpec,
)
from formloom.platform.definitions.fields.moments import show_date
from formloom.platform.definitions.fields.settings import SIGNS, L10n, named
from formloom.platform.kernel.jsontypes import JSONValue
from formloom.platform.kernel.text import resolve

RESULTS: tuple[ValueKind, ...] = ("number", "text", "date", "boolean")
_COLUMNS: dict[str, ColumnKind] = {"number": "decimal", "text": "text", "date": "date", "boolean": "boolean"}
_SWITCH = {True: {"zh-CN": "是", "en": "Yes"}, False: {"zh-CN": "否", "en": "No"}}


class Results(Schema):
    """What comes out, and how it is written."""

    result = fields.String(
        load_default="number", validate=validate.OneOf(RESULTS), metadata=named("结果类型", "Kind of result")
    )
    decimals = fields.Integer(
        load_default=2, validate=validate.Range(0, 8), metadata=named("小数位数", "Decimal places")
    )
    currency = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf(tuple(SIGNS)), metadata=named("币种", "Currency")
    )
    unit = L10n(load_default=None, allow_none=True, metadata=named("单位", "Unit"))


class ResultType(FieldType[Any]):
    """Base of the types whose values nobody enters."""

    group = "advanced"
    value_kind = "number"
    kind_from = "result"
    is_generated = True

    def column(self, cfg: Settings) -> ColumnSpec:
        return ColumnSpec(_COLUMNS[cfg["result"]], cfg["decimals"] if cfg["result"] == "number" else 0)

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> Any:  # noqa: ARG002 - the signature is the base's
        raise ValueInvalid("read_only_field", messages.READ_ONLY)

    def dump(self, value: Any, cfg: Settings) -> JSONValue:  # noqa: ARG002 - the signature is the base's
        if isinstance(value, Decimal):
            return format(value, "f")
        found: JSONValue = value.isoformat() if isinstance(value, date) else value
        return found

    def revive(self, shown: Any, cfg: Settings) -> Any:
        if shown is None or cfg["result"] not in {"number", "date"}:
            return shown
        return Decimal(shown) if cfg["result"] == "number" else date.fromisoformat(shown)

    def from_column(self, stored: Any, cfg: Settings) -> Any:
        return bool(stored) if cfg["result"] == "boolean" and stored is not None else stored

    def display(self, value: Any, cfg: Settings, locale: str) -> str:
        if isinstance(value, Decimal):
            unit = resolve(cfg.get("unit"), locale)
            return f"{SIGNS.get(cfg.get('currency') or '', '')}{value:,f}{' ' + unit if unit else ''}"
        if isinstance(value, bool):
            return _SWITCH[value].get(locale, _SWITCH[value]["en"])
        if isinstance(value, date):
            return show_date(value, locale)
        return "" if value is None else str(value)

    def export_cell(self, value: Any, cfg: Settings, locale: str) -> str | Decimal:
        if isinstance(value, Decimal):
            return value
        return value.isoformat() if isinstance(value, date) else self.display(value, cfg, locale)

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("none")
