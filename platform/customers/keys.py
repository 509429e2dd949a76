"""By what a customer is recognised: a mail address or a phone number, written in one way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from formloom.platform.definitions.form import FormVersion


@dataclass(frozen=True, slots=True)
class Identification:
    """Who a record says its customer is; `keys` are (kind, value) pairs, the surest first."""

    name: str | None
    keys: tuple[tuple[str, str], ...]


def identification(form: FormVersion, values: Mapping[str, Any]) -> Identification | None:
    """Return whom the values name, by the form's own mapping, or None when they name nobody.

    `values` are JSON values as the API shows them.
    """
    mapping: Mapping[str, str | None] = form.document.get("customer") or {}
    keys = []
    for kind in ("email", "phone"):
        field_id = mapping.get(kind)
        value = values.get(field_id) if field_id else None
        if isinstance(value, str) and value:
            keys.append((kind, value.strip().lower()[:254]))
    named = values.get(mapping.get("name") or "")
    if not keys:
        return None
    return Identification(str(named)[:200] if named else None, tuple(keys))
