"""Which territory a value lies in: a province, a city, an address, or any text that names a place.

Every territory goes by its title and by the names of the places in it. A name counts with and without what kind of
place it is (广东 and 广东省), in any case of letters. Of several territories the one of the narrowest place wins: an
address is asked for its district first, then the city, then the province; a text that is no name as a whole is searched
for names in it, of which the one deepest in the tree counts, then the longest.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from formloom.platform.definitions.fields.divisions import Division, provinces
from formloom.platform.definitions.fields.types.address import PARTS

_MOST_STEPS = 100


@dataclass(frozen=True, slots=True)
class Territory:
    """One named area; `people` are those of it alone, in their order of joining."""

    id: str
    parent_id: str | None
    title: Mapping[str, str]
    places: tuple[str, ...]
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TerritoryMap:
    """Every territory, by id and by the names that it goes by."""

    territories: Mapping[str, Territory] = field(default_factory=dict)
    by_name: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, territories: Sequence[Territory]) -> "TerritoryMap":
        """Build from the territories, in the order in which they are shown."""
        by_name: dict[str, tuple[str, ...]] = {}
        for one in territories:
            for name in {_plain(text) for text in (*one.title.values(), *one.places)} - {""}:
                by_name[name] = (*by_name.get(name, ()), one.id)
        return cls({one.id: one for one in territories}, by_name)

    def find(self, value: object) -> tuple[str, ...]:
        """Return the ids of the territories that `value` lies in; several only where they share the place."""
        texts = list(_texts(value))
        for text in texts:
            if found := self.by_name.get(_plain(text)):
                return found
        said = [_folded(text) for text in texts]
        within = [name for name in self.by_name if len(name) > 1 and any(name in text for text in said)]
        return self.by_name[max(within, key=lambda name: (self._depth(name), len(name)))] if within else ()

    def people(self, value: object) -> tuple[str, ...]:
        """Return the people of where `value` lies, or of the nearest territory around it that has some."""
        level = self.find(value)
        for _ in range(_MOST_STEPS):
            found = tuple(dict.fromkeys(user for one in level for user in self.territories[one].people))
            if found or not level:
                return found
            level = tuple(dict.fromkeys(above for one in level if (above := self._above(one)) is not None))
        return ()

    def _above(self, territory: str) -> str | None:
        parent = self.territories[territory].parent_id
        return parent if parent in self.territories else None

    def _depth(self, name: str) -> int:
        steps, at = 0, self._above(self.by_name[name][0])
        while at is not None and steps < _MOST_STEPS:
            steps, at = steps + 1, self._above(at)
        return steps


def _texts(value: object) -> Iterator[str]:
    """Yield the names in a value, the narrowest place first; an address holds the codes of its places."""
    if isinstance(value, str):
        place = _place(value)
        yield from _names(place) if place else [value]
    elif isinstance(value, Mapping):
        yield from _texts([value[part] for part in PARTS[:3] if value.get(part)])
    elif isinstance(value, Sequence):
        for part in reversed(value):
            yield from _texts(part)


def _place(code: str) -> Division | None:
    if len(code) != 6 or not code.isdigit():
        return None
    province = provinces().get(f"{code[:2]}0000")
    if province is None or code == province.code:
        return province
    city = province.below.get(f"{code[:4]}00")
    return city if city is None or code == city.code else city.below.get(code)


def _names(place: Division) -> list[str]:
    return [one for one in (place.name, place.english) if one]


def _plain(text: str) -> str:
    folded = _folded(text)
    return _folded(Division("", folded).short)


def _folded(text: Any) -> str:
    return "".join(str(text).casefold().split())
