"""By a table from values to people."""

from collections.abc import Sequence
from typing import Any

from formloom.workflows.assignment.base import AssignmentStrategy, Pool, in_turn
from formloom.workflows.assignment.candidates import Candidate
from formloom.workflows.assignment.facts import Facts


class ByValue(AssignmentStrategy):
    """The person whom the table names for the record's value: one user, or several who take turns."""

    id = "by_value"
    label = {"zh-CN": "按字段值对照", "en": "By a table"}
    because = {"zh-CN": "对照表指定", "en": "named in the table"}
    part = "by_value"
    chooses_people = True

    def named(self, pool: Pool, facts: Facts) -> Sequence[str]:  # noqa: ARG002 - all of them, to tell why not
        table = (pool.get("by_value") or {}).get("map") or {}
        return list(dict.fromkeys(user for entry in table.values() for user in _users(entry)))

    def narrow(self, pool: Pool, candidates: Sequence[Candidate], facts: Facts) -> list[Candidate]:
        settings = pool.get("by_value") or {}
        meant = facts.values.get(settings.get("field", ""))
        table = settings.get("map") or {}
        asked = meant if isinstance(meant, list) else [meant]
        users = {user for value in asked for user in _users(table.get(str(value)))}
        return [one if one.user_id in users else one.out("not_in_table") for one in candidates]

    def pick(self, free: Sequence[Candidate]) -> Candidate:
        return in_turn(free)


def _users(entry: Any) -> list[str]:
    if isinstance(entry, str):
        return [entry]
    return [str(user) for user in entry] if isinstance(entry, list) else []
