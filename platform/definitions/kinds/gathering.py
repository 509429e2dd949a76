"""Checking fields that gather from other forms: which records, which field, and what can be made of it."""

from collections.abc import Iterator, Mapping
from typing import Any

from formloom.platform.definitions.fields.gathering import OF_NUMBERS, TO_NUMBERS, Gathering
from formloom.platform.definitions.fields.registry import FIELD_TYPES
from formloom.platform.definitions.kinds.base import (
    FIELD_WORD,
    Document,
    World,
    check_fields,
    unknown,
    value_kinds,
)
from formloom.platform.kernel.errors import Finding

Entry = Mapping[str, Any]
_NO_LINK = {"zh-CN": "请选择关联字段", "en": "Choose the link"}
_NO_FIELD = {"zh-CN": "请选择字段", "en": "Choose a field"}
_NOT_A_LINK = {"zh-CN": "“{name}”不是关联字段", "en": "'{name}' is no link to records"}
_ONE_ONLY = {"zh-CN": "“{name}”关联多条记录，请用关联汇总", "en": "'{name}' links to several records: use a rollup"}
_ELSEWHERE = {"zh-CN": "“{name}”没有关联到本表单", "en": "'{name}' doesn't link to this form"}
_GATHERED = {
    "zh-CN": "“{name}”本身取自其他表单，不能再次引用",
    "en": "'{name}' is itself taken from another form and can't be shown again",
}
_NO_NUMBER = {"zh-CN": "只有数字可以求和或平均", "en": "Only numbers have sums and averages"}
_RESULT = {"zh-CN": "这种汇总的结果是数字", "en": "This comes out as a number"}
_NOT_SHOWN = {"zh-CN": "这种字段不能引用", "en": "A field of this kind can't be shown elsewhere"}


def check_gathering(document: Document, entry: Entry, world: World, path: str) -> Iterator[Finding]:
    """Yield what is wrong with a field that gathers."""
    wanted = FIELD_TYPES.get(entry["type"]).gathering(entry)
    if wanted is None:
        return
    faults = list(_check_way(document, wanted, world, path))
    yield from faults
    key = target_of(entry, document)
    other = document if key == world.key else world.form(key)
    if faults or other is None:
        return
    if wanted.field is None:
        if wanted.how != "count":
            yield Finding("no_field", _NO_FIELD, f"{path}/field")
        return
    yield from check_fields(other, [(f"{path}/field", wanted.field)])
    yield from _check_value(other, entry, wanted, path)


def target_of(entry: Entry, document: Document) -> str | None:
    """Return the key of the form that a field leads to, itself or through a link beside it."""
    through = entry.get("through")
    if through is not None:
        entry = next((one for one in document.get("fields") or () if one.get("id") == through), {})
    kind = FIELD_TYPES.get(entry["type"]) if entry.get("type") in FIELD_TYPES else None
    return kind.target(entry) if kind else None


def _check_way(document: Document, wanted: Gathering, world: World, path: str) -> Iterator[Finding]:
    if wanted.through is not None:
        yield from _check_link(document, wanted.through, f"{path}/through")
        if wanted.how == "value" and value_kinds(document).get(wanted.through) == "records":
            yield Finding("links_to_several", _ONE_ONLY, f"{path}/through", {"name": wanted.through})
    elif wanted.form is None or wanted.by is None:
        yield Finding("no_link", _NO_LINK, f"{path}/through")
    elif (other := document if wanted.form == world.key else world.form(wanted.form)) is not None:
        yield from _check_link(other, wanted.by, f"{path}/by")
        entry = next((one for one in other.get("fields") or () if one["id"] == wanted.by), None)
        if entry is not None and target_of(entry, other) != world.key:
            yield Finding("links_elsewhere", _ELSEWHERE, f"{path}/by", {"name": wanted.by})


def _check_link(form: Document, name: str, path: str) -> Iterator[Finding]:
    kinds = value_kinds(form)
    if name not in kinds:
        yield unknown("unknown_field", path, name, kinds, FIELD_WORD)
    elif kinds[name] not in {"record", "records"}:
        yield Finding("not_a_link", _NOT_A_LINK, path, {"name": name})


def _check_value(other: Document, entry: Entry, wanted: Gathering, path: str) -> Iterator[Finding]:
    kinds, name = value_kinds(other), wanted.field
    theirs = next((one for one in other.get("fields") or () if one["id"] == name), None)
    if theirs is not None and FIELD_TYPES.get(theirs["type"]).gathering(theirs) is not None:
        yield Finding("gathered_twice", _GATHERED, f"{path}/field", {"name": name})
    kind = kinds.get(str(name))
    if name in kinds and kind in {None, "files", "object"}:
        yield Finding("cannot_be_shown", _NOT_SHOWN, f"{path}/field")
    if wanted.how in OF_NUMBERS and kind != "number":
        yield Finding("not_a_number", _NO_NUMBER, f"{path}/field")
    if wanted.how in TO_NUMBERS and entry.get("result", "number") != "number":
        yield Finding("result_is_a_number", _RESULT, f"{path}/result")
