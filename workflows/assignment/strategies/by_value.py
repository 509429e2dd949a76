"""By a table from values to people."""

from collections.abc import Mapping, Sequence
from typing import Any

from formloom.workflows.assignment.base import AssignmentStrategy
from formloom.workflows.assignment.candidates import Candidate


class ByValue(AssignmentStrategy):
    """The person whom the table names for the record's value: one user, or several who take turns."""

    id = "by_value"
    label = {"zh-CN": "按字段值对照", "en": "By a table"}
    because = {"zh-CN": "对照表指定", "en": "named in the table"}

    def named(self, pool: Mapping[str, Any]) -> Sequence[str]:
        table = (pool.get("by_value") or {}).get("map") or {}
        return list(dict.fromkeys(user for entry in table.values() for user in _users(entry)))

    def narrow(
        self, pool: Mapping[str, Any], candidates: Sequence[Candidate], values: Mapping[str, Any]
    ) -> list[Candidate]:
        settings = pool.get("by_value") or {}
        meant = values.get(settings.get("field", ""))
        table = settings.get("map") or {}
        asked = meant if isinstance(meant, list) else [meant]
        users = {user for value in asked for user in _users(table.get(str(value)))}
        return [one if one.user_id in users else one.out("not_in_table") for one in candidates]

    def pick(self, free: Sequence[Candidate]) -> Candidate:
        return min(free, key=lambda candidate: (candidate.turn, candidate.position))


def _users(entry: Any) -> list[str]:
    if isinstance(entry, str):
        return [entry]
    return [str(user) for user in entry] if isinstance(entry, list) else []
