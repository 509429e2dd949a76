"""Reading who agreed to what: on one record with the words of that time, on many for a spreadsheet."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from formloom.platform.access.policy import Access, Act, requires
from formloom.platform.definitions.fields.types.consent import worded
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Actor
from formloom.platform.records import service
from formloom.platform.records.queries import consents, people
from formloom.platform.records.queries.consents import ConsentRow
from formloom.platform.storage import consent_texts
from formloom.platform.storage.database import ReadUnit


@dataclass(frozen=True, slots=True)
class Consent:
    """One step of a consent: the row, who that was, and the words that were agreed to."""

    row: ConsentRow
    actor_name: str | None
    wording: Mapping[str, str] | None


@requires(Act.RECORD_READ)
def of_record(unit: ReadUnit, actor: Actor, form: FormVersion, record_id: str) -> list[Consent]:
    """Return the steps of a record's consents that the actor may see, newest first. Raises NotFound."""
    service.read(unit, actor, form, record_id)
    readable = Access.of(unit, actor).readable(form)
    rows = consents.of_records(unit, [record_id], [item.id for item in form.consents if item.id in readable])
    texts = {
        (one.field_id, one.number): one.wording
        for one in consent_texts.of_form(unit, form.form_id, {row.field_id for row in rows})
    }
    names = people.user_names(unit, {row.actor_id for row in rows if row.actor_id and row.actor_kind == "member"})
    return [_consent(row, names, texts) for row in reversed(rows)]


def standing(
    unit: ReadUnit, form: FormVersion, record_ids: Collection[str], fields: Collection[str]
) -> dict[tuple[str, str], ConsentRow]:
    """Return, by record and field, to what is agreed now; the caller has asked for records that the actor may see."""
    chosen = [item.id for item in form.consents if item.id in fields]
    newest = {(row.record_id, row.field_id): row for row in consents.of_records(unit, record_ids, chosen)}
    return {place: row for place, row in newest.items() if row.agreed}


def _consent(row: ConsentRow, names: Mapping[str, str], texts: Mapping[tuple[str, int], Any]) -> Consent:
    wording = texts.get((row.field_id, row.version)) if row.version is not None else None
    said = worded(wording, row.locale) if wording is not None else None
    return Consent(row, names.get(row.actor_id or ""), said)
