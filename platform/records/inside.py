"""What values of a record name, the rows of its sub-forms included: files, members, departments."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from formloom.platform.definitions.form import Field, FormVersion

Values = Mapping[str, Any]


def holds_files(form: FormVersion) -> bool:
    """Tell whether some field, or some column of a sub-form, takes files."""
    return any(item.kind == "files" or (item.rows is not None and holds_files(item.rows)) for item in form.stored)


def files_in(form: FormVersion, values: Values) -> Iterator[str]:
    """Yield the ids of the files that clean values name."""
    for item, value in _values(form, values, lambda item: item.kind == "files"):
        yield from (info["id"] for info in value if "id" in info and item.kind == "files")


def ids_in(form: FormVersion, values: Values, readable: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield `user` or `department` with the id of each that the readable values name."""
    for item, value in _values(form, values, lambda item: item.type.who is not None, readable):
        for one in item.type.ids_in(value):
            yield str(item.type.who), one


def linked_in(form: FormVersion, values: Values, name: str) -> Iterator[str]:
    """Yield the ids of the records that clean values name in a field of `FormVersion.leading`."""
    outer, _, inner = name.partition(".")
    item, value = form.leading[name], values.get(outer)
    for row in value if inner and isinstance(value, list) else () if inner else (values,):
        yield from item.type.ids_in(row.get(item.id))


def _values(
    form: FormVersion, values: Values, wanted: Callable[[Field], bool], readable: Collection[str] | None = None
) -> Iterator[tuple[Field, Any]]:
    for item in form.stored:
        value = values.get(item.id)
        if value is None or (readable is not None and item.id not in readable):
            continue
        if wanted(item):
            yield item, value
        elif item.rows is not None and isinstance(value, list):
            for row in value:
                yield from _values(item.rows, row, wanted)
