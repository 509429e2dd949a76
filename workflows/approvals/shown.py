"""The record as a step shows it: which of its fields, and what stands in them in words, for mails and plain pages."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Member
from formloom.platform.kernel.text import resolve
from formloom.platform.records.listing import in_words, names_in
from formloom.platform.records.record import Record
from formloom.platform.storage.database import ReadUnit


def field_rights(form: FormVersion, node: Mapping[str, Any]) -> dict[str, str]:
    """Return field → edit or view, without those that are hidden here."""
    given: Mapping[str, str] = node.get("fields") or {}
    usual = given.get("*", "view")
    told = {item.id: given.get(item.id, usual) for item in form.stored}
    return {name: right for name, right in told.items() if right != "hide"}


def shows_title(form: FormVersion, node: Mapping[str, Any]) -> bool:
    """Tell whether the name by which a record goes may be told here: its title is a field like any other."""
    return form.title_field is None or form.title_field in field_rights(form, node)


def editable(form: FormVersion, node: Mapping[str, Any]) -> set[str]:
    """Return the fields that can be changed here; what the house computes never can."""
    return {name for name, right in field_rights(form, node).items() if right == "edit"}


def lines(
    unit: ReadUnit, reader: Member, form: FormVersion, record: Record, fields: Collection[str], locale: str,
    *, now: datetime,
) -> list[tuple[str, str]]:  # fmt: skip
    """Return label and text of the filled ones of `fields`, in the form's order.

    Linked records are named as far as the reader may read them; what the form's rules hide is left out.
    """
    visible = form.visible(record.values, now=now)
    items = [
        one for one in form.stored if one.id in fields and one.id in visible and record.values.get(one.id) is not None
    ]
    names = names_in(unit, reader, form, [record], {one.id for one in items}, locale)
    found = [
        (resolve(one.label, locale) or one.id, in_words(one, record.values[one.id], locale, names)) for one in items
    ]
    return [(label, text) for label, text in found if text]
