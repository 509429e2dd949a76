"""The catalogue: every registered type as the designers need it, from the one place where each is declared."""

from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import Schema, fields, missing, validate

from formloom.platform.analytics.metrics.base import Metric, ScoreMetric
from formloom.platform.definitions.conditions.operators import OPERATORS
from formloom.platform.definitions.fields.registry import FIELD_TYPES
from formloom.platform.definitions.fields.settings import COLOURS, L10n
from formloom.platform.definitions.formula.function import Function
from formloom.platform.definitions.formula.registry import FUNCTIONS
from formloom.platform.definitions.formula.showing import dump
from formloom.platform.definitions.kinds.looks import described_themes
from formloom.platform.definitions.kinds.registry import KINDS

_CONTROLS: tuple[tuple[type, str], ...] = (
    (L10n, "l10n"), (fields.Boolean, "switch"), (fields.Integer, "integer"), (fields.Decimal, "decimal"),
    (fields.Date, "date"), (fields.AwareDateTime, "datetime"), (fields.Dict, "object"), (fields.List, "list"),
    (fields.Nested, "object"), (fields.String, "text"),
)  # fmt: skip
OWN_CONTROLS = frozenset({"tree"})
"""Controls that know the parts of their setting by themselves; a tree's would never end."""


def base_parts() -> dict[str, Any]:
    """Return the parts of the catalogue that the platform itself has."""
    return {
        "field_types": [_field_type(one) for one in FIELD_TYPES],
        "operators": [
            {
                "id": one.id, "label": one.label, "shape": one.shape, "kinds": sorted(one.kinds),
                "in_flows_only": one.needs_before,
            }
            for one in OPERATORS.values()
        ],
        "functions": [_function(one) for one in FUNCTIONS],
        "kinds": [{"id": one.id, "label": one.label} for one in KINDS],
        "colors": list(COLOURS),
        "themes": described_themes(),
    }  # fmt: skip


def described(items: Iterable[Any]) -> list[dict[str, Any]]:
    """Return registered types (triggers, actions …) with their settings."""
    return [
        {
            "id": one.id, "label": one.label, "help": getattr(one, "help", {}), "icon": getattr(one, "icon", one.id),
            "settings": settings(one.settings) if getattr(one, "settings", None) else [],
            **({"group": one.group} if getattr(one, "group", None) else {}),
            **({"part": one.part} if getattr(one, "part", None) else {}),
            **({"chooses_people": True} if getattr(one, "chooses_people", False) else {}),
            **({"gives": dict(one.gives)} if getattr(one, "gives", None) else {}),
            **({"waits": True} if getattr(one, "waits", False) else {}),
        }
        for one in items
    ]  # fmt: skip


def described_metrics(metrics: Iterable[Metric]) -> list[dict[str, Any]]:
    """Return the metrics with what kind of field each is computed over."""
    return [
        {
            "id": one.id, "label": one.label, "help": one.help, "unit": one.unit,
            "lowest": one.lowest, "highest": one.highest,
            "value_kinds": ["number"] if isinstance(one, ScoreMetric) else ["boolean", "choice"],
            "scale": list(one.scale) if isinstance(one, ScoreMetric) else None,
        }
        for one in metrics
    ]  # fmt: skip


def settings(schema: type[Schema] | Schema) -> list[dict[str, Any]]:
    """Return a settings schema as a list of controls."""
    made = schema if isinstance(schema, Schema) else schema()
    return [_setting(name, one) for name, one in made.fields.items()]


def _function(one: Function) -> dict[str, Any]:
    return {
        "id": one.id, "name": one.name, "usage": one.usage, "group": one.family, "help": one.help,
        "arguments": [
            {"name": arg.name, "reading": arg.reading, "optional": arg.optional, "repeated": arg.repeated}
            for arg in one.arguments
        ],
        "examples": [{"formula": said, "value": dump(value)} for said, value in one.examples.items()],
        "is_volatile": one.volatile,
    }  # fmt: skip


def _field_type(one: Any) -> dict[str, Any]:
    return {
        "id": one.id, "label": one.label, "help": one.help, "group": one.group, "icon": one.icon,
        "keywords": list(one.keywords), "value_kind": one.value_kind, "kind_from": one.kind_from,
        "is_computed": one.formula({}) is not None or one.gathering({}) is not None, "is_stored": one.is_stored,
        "lists_matches": one.lists_matches,
        "is_generated": one.is_generated, "can_be_unique": one.can_be_unique, "opens_section": one.opens_section,
        "can_be_column": one.is_stored and one.can_be_column, "columns_in": one.columns_in,
        "is_pressed": one.is_pressed, "opens_page": one.opens_page, "has_seats": one.has_seats,
        "limits_options": one.limits_options, "agreed_to": list(one.agreed_to),
        "settings": settings(one.settings),
    }  # fmt: skip


def _setting(name: str, one: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": one.data_key or name, "label": one.metadata.get("label"), "control": _control(name, one),
        "required": one.required,
        "default": None if one.load_default is missing or callable(one.load_default) else _plain(one.load_default),
    }  # fmt: skip
    if "needs" in one.metadata:
        found["needs"] = one.metadata["needs"]
    if "choices" in one.metadata:
        found["choice_labels"] = one.metadata["choices"]
    for rule in one.validators:
        found |= _bounds(rule)
    if found["control"] in OWN_CONTROLS:
        return found
    if isinstance(one, fields.Nested):
        found["settings"] = settings(type(one.schema))
    if isinstance(one, fields.List) and isinstance(one.inner, fields.Nested):
        found["settings"] = settings(type(one.inner.schema))
    return found


def _control(name: str, one: Any) -> str:
    if "control" in one.metadata:
        return str(one.metadata["control"])
    if name == "options":
        return "options"
    if any(isinstance(rule, validate.OneOf) for rule in one.validators):
        return "choice"
    return next((control for kind, control in _CONTROLS if isinstance(one, kind)), "json")


def _bounds(rule: Any) -> Mapping[str, Any]:
    if isinstance(rule, validate.OneOf):
        return {"choices": list(rule.choices)}
    if isinstance(rule, (validate.Range, validate.Length)):
        return {"min": rule.min, "max": rule.max}
    if isinstance(rule, validate.And):
        return {name: bound for inner in rule.validators for name, bound in _bounds(inner).items()}
    return {}


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, str, list, dict)) else str(value)
