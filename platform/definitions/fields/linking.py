"""What the types that lead to records of another form have in common: the form, who may choose what, what is copied.

A condition over the other form's records may compare with fields of this one, which it calls `my:<field>`:

    {"field": "customer", "op": "eq", "value": {"ref": "my:customer"}}
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.fields.base import ColumnSpec
from formloom.platform.definitions.fields.settings import named

MINE = "my:"
"""Stands before the id of a field of this form in conditions over another one; no field id has a colon."""
MOST_SHOWN = 6
MOST_FILLED = 50
_ID = validate.Regexp(r"^[a-z][a-z0-9_]{0,39}$")


def form_key() -> fields.String:
    """Return the setting that names another form of the app."""
    return fields.String(
        load_default=None, allow_none=True, validate=_ID, metadata=named("关联表单", "Form") | {"control": "form"}
    )


def their_field(chinese: str, english: str) -> fields.String:
    """Return a setting that names a field of the other form."""
    return fields.String(
        load_default=None, allow_none=True, validate=_ID, metadata=named(chinese, english) | {"control": "their_field"}
    )


def their_fields(chinese: str, english: str) -> fields.List[Any]:
    """Return a setting that names fields of the other form."""
    return fields.List(
        fields.String(validate=_ID), load_default=list, validate=validate.Length(max=MOST_SHOWN),
        metadata=named(chinese, english) | {"control": "their_fields"},
    )  # fmt: skip


def their_condition(chinese: str, english: str) -> fields.Dict:
    """Return a setting that is a condition over the other form's records."""
    return fields.Dict(
        keys=fields.String(), load_default=dict, metadata=named(chinese, english) | {"control": "their_condition"}
    )


class FillColumn(Schema):
    """One value that is copied."""

    from_ = fields.String(data_key="from", required=True, validate=_ID, metadata=named("取自", "From"))
    to = fields.String(required=True, validate=_ID, metadata=named("填入", "Into"))


class Fill(FillColumn):
    """What is copied out of the chosen record: a value, or with `columns` the rows of a sub-form into one of this."""

    columns = fields.List(
        fields.Nested(FillColumn), load_default=list, validate=validate.Length(max=MOST_FILLED),
        metadata=named("列", "Columns"),
    )  # fmt: skip


class FillRow(Schema):
    """The row that each chosen record makes in a sub-form of this form."""

    to = fields.String(required=True, validate=_ID, metadata=named("填入", "Into"))
    columns = fields.List(
        fields.Nested(FillColumn), load_default=list, validate=validate.Length(max=MOST_FILLED),
        metadata=named("列", "Columns"),
    )  # fmt: skip


class Linking(Schema):
    """Which records may be chosen, and by whom."""

    form = form_key()
    show = their_fields("选择时显示的字段", "Fields shown when choosing")
    filter = their_condition("可选范围", "What can be chosen")
    visitors = fields.Boolean(load_default=False, metadata=named("访客可以选择", "Visitors may choose"))


def exact_keys(where: Any) -> frozenset[str] | None:
    """Return the fields of this form that a raw condition compares with, when records must equal everything it says.

    None for a condition that asks anything else: a part of a text, a range, one of several.
    """
    if not isinstance(where, Mapping):
        return None
    if "field" not in where:
        parts = where.get("all")
        found = [exact_keys(one) for one in parts] if isinstance(parts, list) and set(where) == {"all"} else [None]
        return None if None in found else frozenset().union(*(one for one in found if one is not None))
    value = where.get("value")
    if where.get("op") != "eq" or isinstance(value, list) or str(where["field"]).startswith(MINE):
        return None
    if not isinstance(value, Mapping):
        return frozenset()
    ref = value.get("ref")
    return frozenset({ref.removeprefix(MINE)}) if isinstance(ref, str) and ref.startswith(MINE) else None


def mine(kinds: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stands under field ids under the names by which conditions over another form call it."""
    return {f"{MINE}{name}": kind for name, kind in kinds.items()}


class Leading:
    """What a type that leads to another form adds to its base."""

    settings: ClassVar[type[Schema]] = Linking

    def target(self, cfg: Mapping[str, Any]) -> str | None:
        """Return the key of the other form."""
        found: str | None = cfg.get("form")
        return found

    def column_meaning(self, cfg: Mapping[str, Any]) -> tuple[ColumnSpec, str]:
        """Return what a column holds: ids of one form's records mean nothing for another form."""
        spec, meaning = super().column_meaning(cfg)  # type: ignore[misc]  # the mixin stands before a type
        return spec, f"{meaning}:{cfg.get('form')}"

    def is_for_visitors(self, cfg: Mapping[str, Any]) -> bool:
        """Tell whether the builder lets visitors choose."""
        return bool(cfg.get("visitors"))
