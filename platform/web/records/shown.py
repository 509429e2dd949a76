"""Records as the API shows them: only fields that the caller may see."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from formloom.platform.definitions.form import FormVersion
from formloom.platform.records.record import Record


def moment(value: datetime) -> str:
    """Return a moment in RFC 3339, in UTC."""
    return value.isoformat().replace("+00:00", "Z")


def shown(form: FormVersion, record: Record, fields: Collection[str]) -> dict[str, Any]:
    """Return a record with the values of `fields`, in the form's order."""
    values = form.dump(record.values)
    if len(fields) < len(values):
        values = {name: value for name, value in values.items() if name in fields}
    return {
        "id": record.id, "rev": record.rev, "values": values,
        "created_at": moment(record.created_at), "created_by": record.created_by,
        "updated_at": moment(record.updated_at), "updated_by": record.updated_by,
    }  # fmt: skip
