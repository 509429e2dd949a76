"""Who of a pool may get a record: skill, territory, leave, shift. Each who is out says why.

    "filters": {
        "skills": [{"skill": "Billing", "level": 2}, {"field": "category"}],
        "territory": "address", "leave": "delegate", "shift": true
    }

A skill is named by its id or by its name in either language; with `field`, by what the record's value is called, and a
value that is empty asks for none. A territory is that in which the value of a field lies: its people, or those of the
nearest one around it that has some; where the value lies in none, nobody looks after it. Leave and shift count unless
the pool says otherwise: `leave` is `skip`, `delegate` (who acts for him is asked in his place) or `ignore`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from formloom.workflows.assignment.candidates import Candidate
from formloom.workflows.assignment.facts import Facts

Filters = Mapping[str, Any]


def admitted(pool: Mapping[str, Any], people: Sequence[Candidate], facts: Facts) -> list[Candidate]:
    """Return the people, dropping whom the filters of a pool rule out; delegates stand behind the others.

    A delegate needs the skills himself, but looks after the territory of whom he acts for.
    """
    filters: Filters = pool.get("filters") or {}
    return _present(filters, _near(filters, _able(filters, people, facts), facts), facts)


def _able(filters: Filters, people: Sequence[Candidate], facts: Facts) -> list[Candidate]:
    found = list(people)
    for title, skills, level in _required(filters, facts):
        found = [_skilled(one, title, skills, level, facts) for one in found]
    return found


def _near(filters: Filters, people: Sequence[Candidate], facts: Facts) -> list[Candidate]:
    field = filters.get("territory")
    if not field:
        return list(people)
    value = facts.values.get(str(field))
    mine = set(facts.structure.territory_people(value)) if value not in (None, "", []) else set()
    place = next((names[0] for names in facts.names_of(str(field))), "—")
    return [one if one.user_id in mine else one.out("wrong_territory", place=place) for one in people]


def _required(filters: Filters, facts: Facts) -> Iterator[tuple[Any, Sequence[str], int]]:
    """Yield what each skill asked for is called, the ids that go by that name, and the level."""
    for asked in filters.get("skills") or ():
        level = int(asked.get("level") or 1)
        if asked.get("skill"):
            named = facts.structure.skills_named(str(asked["skill"]))
            yield facts.structure.skill_title(named[0]) if named else asked["skill"], named, level
        elif asked.get("field"):
            for names in facts.names_of(str(asked["field"])):
                named = next((found for name in names if (found := facts.structure.skills_named(name))), ())
                yield facts.structure.skill_title(named[0]) if named else names[0], named, level


def _skilled(one: Candidate, title: Any, skills: Sequence[str], level: int, facts: Facts) -> Candidate:
    has = max((facts.structure.skill_level(one.user_id, skill) for skill in skills), default=0)
    return one if has >= level else one.out("no_skill", skill=title, level=level, has=has)


def _present(filters: Filters, people: Sequence[Candidate], facts: Facts) -> list[Candidate]:
    leave = filters.get("leave") or "skip"
    found = [one if leave == "ignore" or not _is_away(one, facts) else one.out("on_leave") for one in people]
    if leave == "delegate":
        away = [one for one in found if one.dropped == "on_leave"]
        others = _able(filters, _delegates(away, found, facts), facts)
        found += [other for other in others if not _is_away(other, facts)]
    if filters.get("shift", True) is False:
        return found
    return [one if facts.structure.is_on_shift(one.user_id, facts.now) else one.out("off_shift") for one in found]


def _is_away(one: Candidate, facts: Facts) -> bool:
    return facts.structure.is_on_leave(one.user_id, facts.now)


def _delegates(away: Sequence[Candidate], there: Sequence[Candidate], facts: Facts) -> list[Candidate]:
    """Return who acts for those who are on leave and is not asked anyway."""
    known = {one.user_id for one in there}
    found: dict[str, Candidate] = {}
    for one in away:
        other = facts.structure.delegate_of(one.user_id, facts.now)
        if other is not None and other not in known and other not in found:
            (person,) = facts.members({}, [other]) or (None,)
            if person is not None and person.status == "active":
                found[other] = replace(person, position=one.position, instead_of=one.user_id)
    return list(found.values())
