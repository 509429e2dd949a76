"""Personal links: a public form opened for one record, with hidden values that the respondent can't change.

Some are signed by whoever sends them (`POST /api/v1/links/<token>/personal`) and fix answers of the form itself.
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
MAX_TEXT = 4_000
_SALT = "personal-link"


@dataclass(frozen=True, slots=True)
class PersonalLink:
    """What a personal link says: which form it opens, for which record, with which values.

    `fixed` are raw answers by field id; a link with some is about no record, and its `record_id` only tells it from
    other links.
    """

    form_id: str
    record_id: str
    values: Mapping[str, Any]
    fixed: Mapping[str, Any] | None = None


def sign(secret: str, link: PersonalLink) -> str:
    """Return the link's text for the query parameter `ref`."""
    said = [link.form_id, link.record_id, dict(link.values)]
    signed = URLSafeSerializer(secret, salt=_SALT).dumps(said if link.fixed is None else [*said, dict(link.fixed)])
    return signed if isinstance(signed, str) else signed.decode()


def read(secret: str, text: str) -> PersonalLink | None:
    """Return what a link's text says, or None for one that we did not sign."""
    try:
        form_id, record_id, values, *more = URLSafeSerializer(secret, salt=_SALT).loads(text[:MAX_TEXT])
    except (BadData, ValueError, TypeError):
        return None
    return PersonalLink(str(form_id), str(record_id), dict(values), dict(more[0]) if more else None)


def taken_names(form: FormVersion) -> frozenset[str]:
    """Return the names of the source record's fields that the target form takes values from."""
    names = (item.document.get("from_link") for item in form.stored)
    return frozenset(name for name in names if isinstance(name, str) and name not in {"record", SOURCE})


def tagged(form: FormVersion, source: str | None) -> dict[str, Any]:
    """Return field id → source of the public link, for the fields that take it."""
    return {item.id: source for item in form.stored if source and item.document.get("from_link") == SOURCE}


def filled(form: FormVersion, link: PersonalLink) -> dict[str, Any]:
    """Return field id → value that the link fills in."""
    if link.fixed is not None:
        return {name: value for name, value in link.fixed.items() if name in form.by_id and form.by_id[name].public}
    found: dict[str, Any] = {}
    for item in form.stored:
        name = item.document.get("from_link")
        if name == "record":
            found[item.id] = link.record_id
        elif isinstance(name, str) and link.values.get(name) is not None:
            found[item.id] = link.values[name]
    return found
