"""What a write leaves behind where somebody agrees to a text, or takes that back.

The value of a consent is only whether somebody agrees now. What proves it is a row that the pipeline adds in the
record's own transaction when that changes: the moment is the server's, the version the one that is published. Nothing
that is sent can name either, and no row is ever changed. `consents.py` reads them.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from formloom.platform.definitions.fields.types.consent import fingerprint
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.ids import new_id
from formloom.platform.records.queries import consents
from formloom.platform.records.record import Agreement, Record
from formloom.platform.storage import consent_texts
from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.prepared import Insertion

Changed = tuple[Record | None, Record]


def made_now(
    unit: ReadUnit, form: FormVersion, values: Mapping[str, Any], actor: Actor, *, locale: str, now: datetime
) -> dict[str, Agreement]:
    """Return, by field, what is agreed to by these clean values at this moment."""
    agreed = [item for item in form.consents if values.get(item.id) is True]
    known = _numbers(unit, form) if agreed else {}
    return {
        item.id: Agreement(known.get(item.id), locale, fingerprint(item.cfg, locale), now, actor.kind, actor.id)
        for item in agreed
    }


def left_by(
    unit: ReadUnit, form: FormVersion, changes: Iterable[Changed], actor: Actor, *, locale: str, now: datetime,
    earlier: Mapping[str, Agreement] | None = None,
) -> list[Insertion]:  # fmt: skip
    """Return what changes of records leave behind. `earlier` has what was agreed to before the record was made."""
    if not form.consents:
        return []
    rows: list[dict[str, Any]] = []
    for before, after in changes:
        old = before.values if before else {}
        new = {name: value for name, value in after.values.items() if value is not old.get(name)}
        said = made_now(unit, form, new, actor, locale=locale, now=now) | {
            name: one for name, one in (earlier or {}).items() if new.get(name) is True
        }
        rows += [_row(after, name, one) for name, one in said.items()]
        gone = [item.id for item in form.consents if old.get(item.id) is True and after.values.get(item.id) is not True]
        rows += [_row(after, name, Agreement(None, locale, "", now, actor.kind, actor.id)) for name in gone]
    return [(consents.INSERT, rows)] if rows else []


def _row(record: Record, field_id: str, one: Agreement) -> dict[str, Any]:
    return {
        "id": new_id(), "form_id": record.form_id, "record_id": record.id, "field_id": field_id,
        "agreed": bool(one.text_hash), "at": one.at, "version": one.version, "locale": one.locale,
        "text_hash": one.text_hash or None, "actor_kind": one.actor_kind, "actor_id": one.actor_id,
    }  # fmt: skip


def _numbers(unit: ReadUnit, form: FormVersion) -> Mapping[str, int]:
    """Return the numbers of the texts of a form version; they never change, so they are asked for once."""
    found = _known.get(form)
    if found is None:
        found = _known[form] = consent_texts.numbers(unit, form)
    return found


_known: WeakKeyDictionary[FormVersion, Mapping[str, int]] = WeakKeyDictionary()
