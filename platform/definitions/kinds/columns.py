"""Checking the columns of a sub-form: each is a field document of a type that fits into a row."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from formloom.platform.definitions.fields.base import Settings
from formloom.platform.definitions.fields.registry import FIELD_TYPES
from formloom.platform.definitions.kinds.base import shape_findings, unknown
from formloom.platform.definitions.kinds.fields import FieldDocument
from formloom.platform.kernel.errors import Finding

Check = Callable[[Mapping[str, Any], str], Iterable[Finding]]
_NONE = {"zh-CN": "还没有列", "en": "There are no columns yet"}
_TWICE = {"zh-CN": "列标识“{name}”重复", "en": "The column id '{name}' stands twice"}
_RESERVED = {"zh-CN": "“id”是行自己的标识", "en": "'id' is the row's own id"}
_NO_COLUMN = {"zh-CN": "子表单里不能有“{type}”", "en": "A sub-form can't have a column of type '{type}'"}
_NOT_HERE = {"zh-CN": "列没有这一项设置", "en": "A column has no such setting"}
_NO_NUMBERS = {"zh-CN": "“{name}”不是数字，只能计数", "en": "'{name}' holds no numbers; it can only be counted"}
_COLUMN = {"zh-CN": "列", "en": "column"}
_NOT_OF_COLUMNS = ("public", "from_link")


def check_columns(cfg: Settings, path: str, check: Check) -> Iterator[Finding]:
    """Yield what is wrong with the columns and totals of a sub-form; `check` judges a field document."""
    kinds: dict[str, Any] = {}
    if not cfg["columns"]:
        yield Finding("no_columns", _NONE, f"{path}/columns")
    for place, column in enumerate(cfg["columns"]):
        where = f"{path}/columns/{place}"
        faults = list(_check_column(column, kinds, where, check))
        yield from faults
        if not any(found.severity == "error" for found in faults):
            kinds[column["id"]] = FIELD_TYPES.get(column["type"]).kind_of(column)
    for name, how in cfg["totals"].items():
        if name not in kinds:
            yield unknown("unknown_field", f"{path}/totals/{name[:40]}", name, kinds, _COLUMN)
        elif how != "count" and kinds[name] != "number":
            yield Finding("not_number", _NO_NUMBERS, f"{path}/totals/{name}", {"name": name})


def _check_column(column: Mapping[str, Any], known: Mapping[str, Any], path: str, check: Check) -> Iterator[Finding]:
    shape = shape_findings(FieldDocument, column, is_open=True)
    if shape:
        yield from (Finding(one.code, one.message, f"{path}/{one.field}", one.params, one.severity) for one in shape)
        return
    if column["id"] in known:
        yield Finding("duplicate_id", _TWICE, f"{path}/id", {"name": column["id"]})
    if column["id"] == "id":
        yield Finding("reserved_id", _RESERVED, f"{path}/id")
    for name in _NOT_OF_COLUMNS:
        if name in column:
            yield Finding("unknown_key", _NOT_HERE, f"{path}/{name}")
    kind = FIELD_TYPES.get(column["type"]) if column["type"] in FIELD_TYPES else None
    if kind is not None and not (kind.is_stored and kind.can_be_column):
        yield Finding("not_a_column", _NO_COLUMN, f"{path}/type", {"type": column["type"]})
        return
    yield from check(column, path)
