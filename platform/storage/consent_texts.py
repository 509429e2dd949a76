"""The versions of the texts that people agree to.

A version is made when a publication changes the words, and counts up for each field. It is never changed, so what
somebody agreed to can be read years later.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from formloom.platform.definitions.form import FormVersion
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import consent_texts as table


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One version of what a consent says; `wording` as the document has it, in all languages."""

    field_id: str
    number: int
    form_version: int
    wording: Mapping[str, Any]


def note(uow: UnitOfWork, form: FormVersion, *, now: datetime) -> None:
    """Write down the texts of a version that is being published, as far as they differ from those before."""
    if not form.consents:
        return
    earlier = _newest(of_form(uow, form.form_id))
    for item in form.consents:
        wording = {name: item.document[name] for name in item.type.agreed_to if item.document.get(name)}
        last = earlier.get(item.id)
        if last is None or last.wording != wording:
            uow.conn.execute(
                table.insert().values(
                    form_id=form.form_id, field_id=item.id, number=last.number + 1 if last else 1,
                    form_version=form.version, wording=wording, published_at=now,
                )
            )  # fmt: skip


def of_form(unit: ReadUnit, form_id: str, fields: Collection[str] | None = None) -> list[ConsentText]:
    """Return all texts of a form's consents, oldest first."""
    columns = table.c.field_id, table.c.number, table.c.form_version, table.c.wording
    asked = select(*columns).where(table.c.form_id == form_id).order_by(table.c.field_id, table.c.number)
    if fields is not None:
        asked = asked.where(table.c.field_id.in_(list(fields)))
    return [ConsentText(*row) for row in unit.conn.execute(asked)]


def numbers(unit: ReadUnit, form: FormVersion) -> dict[str, int]:
    """Return field id → the number of the text that a version of the form shows."""
    told = [one for one in of_form(unit, form.form_id) if one.form_version <= form.version]
    return {name: one.number for name, one in _newest(told).items()}


def _newest(texts: Collection[ConsentText]) -> dict[str, ConsentText]:
    return {one.field_id: one for one in texts}
