"""What cleaning may ask about the world: which members, departments and files there are.

Looked up once per unit of work and only for values that are really given.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from formloom.platform.definitions.fields.base import CleanContext
from formloom.platform.definitions.form import FormVersion
from formloom.platform.records.queries import people
from formloom.platform.records.queries.uploads import attachable
from formloom.platform.storage.database import ReadUnit


def clean_context(
    unit: ReadUnit, form: FormVersion, *, now: datetime, locale: str, owner: str, record_id: str | None = None
) -> CleanContext:
    """Return what cleaning values of `form` may ask. `owner` names whose uploads may be attached."""

    def files(field_id: str, ids: Collection[str]) -> Mapping[str, Mapping[str, Any]]:
        return attachable(unit, form.form_id, field_id, ids, owner=owner, record_id=record_id, now=now)

    return CleanContext(
        now=now, locale=locale, users=lambda ids: people.existing_users(unit, ids),
        departments=lambda ids: people.existing_departments(unit, ids), files=files,
    )  # fmt: skip
