"""Names of others in what somebody wants to change: they have to be there."""

from collections.abc import Collection

from formloom.platform.access.queries import people as people_rows
from formloom.platform.kernel.errors import Finding, Invalid
from formloom.platform.storage.database import ReadUnit

UNKNOWN = {"zh-CN": "“{value}”不存在", "en": "There is no '{value}'"}


def refuse_unknown(field: str, wanted: Collection[str], known: Collection[str]) -> None:
    """Raise Invalid with a finding for each of `wanted` that is not known."""
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise Invalid(
            findings=[Finding("unknown_value", UNKNOWN, field=field, params={"value": one}) for one in unknown]
        )


def known_people(unit: ReadUnit, field: str, user_ids: Collection[str]) -> list[str]:
    """Return these people, each once, in their order. Raises Invalid when one of them is nobody."""
    refuse_unknown(field, user_ids, people_rows.names(unit, user_ids))
    return list(dict.fromkeys(user_ids))


def wrong(field: str, code: str, zh: str, en: str) -> Invalid:
    """Return the refusal with one finding."""
    return Invalid(findings=[Finding(code, {"zh-CN": zh, "en": en}, field=field)])
