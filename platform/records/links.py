"""Personal links: a public form opened for one record, with hidden values that the respondent can't change.

A message template writes `{{ links.rating }}`; the link carries, signed, which record it is about and the values
that fields of the target form take from it (`"from_link": "no"` takes the value of `no`, `"from_link": "record"`
the record's id). Opening it records nothing; only submitting does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from formloom.platform.definitions.form import FormVersion

SOURCE = "link.source"
"""What `from_link` says to take the source of the public link; no field's id has a dot."""
_SALT = "personal-link"


@dataclass(frozen=True, slots=True)
class PersonalLink:
    """What a personal link says: which form it opens, for which record, with which values."""

    form_id: str
    record_id: str
    values: Mapping[str, Any]


def sign(secret: str, link: PersonalLink) -> str:
    """Return the link's text for the query parameter `ref`."""
    signed = URLSafeSerializer(secret, salt=_SALT).dumps([link.form_id, link.record_id, dict(link.values)])
    return signed if isinstance(signed, str) else signed.decode()


def read(secret: str, text: str) -> PersonalLink | None:
    """Return what a link's text says, or None for one that we did not sign."""
    try:
        form_id, record_id, values = URLSafeSerializer(secret, salt=_SALT).loads(text[:4_000])
    except (BadData, ValueError, TypeError):
        return None
    return PersonalLink(str(form_id), str(record_id), dict(values))


def taken_names(form: FormVersion) -> frozenset[str]:
    """Return the names of the source record's fields that the target form takes values from."""
    names = (item.document.get("from_link") for item in form.stored)
    return frozenset(name for name in names if isinstance(name, str) and name not in {"record", SOURCE})


def tagged(form: FormVersion, source: str | None) -> dict[str, Any]:
    """Return field id → source of the public link, for the fields that take it."""
    return {item.id: source for item in form.stored if source and item.document.get("from_link") == SOURCE}


def filled(form: FormVersion, link: PersonalLink) -> dict[str, Any]:
    """Return field id → value that the link fills in."""
    found: dict[str, Any] = {}
    for item in form.stored:
        name = item.document.get("from_link")
        if name == "record":
            found[item.id] = link.record_id
        elif isinstance(name, str) and link.values.get(name) is not None:
            found[item.id] = link.values[name]
    return found
