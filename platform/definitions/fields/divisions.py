"""The administrative divisions of China by their GB/T 2260 codes: provinces, cities, counties.

The table (`divisions.txt`) has 34 provinces, and for the 31 of the mainland 342 cities and 2,850 counties as of the end
of 2023; Hong Kong, Macao and Taiwan have a code of their own only. Zones that the statistics count but GB/T 2260
doesn't (codes 71 to 79, such as high-tech zones) are left out. Made from the package china-division 2.7.0 (WTFPL),
which takes them from the National Bureau of Statistics. A line is a province (two digits, name, English name) or a
city (four digits, name, its counties as two digits and a name); browsers read the same file.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files as package_files

_GATHERED = ("直辖县级行政区划", "县")
"""How cities end that only gather counties; people don't say them."""
_ENDINGS = (
    "维吾尔自治区", "壮族自治区", "回族自治区", "特别行政区", "自治区", "自治州", "自治县", "地区",
    "省", "市", "区", "县", "盟", "旗",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Division:
    """One place; `below` are those inside it, by code."""

    code: str
    name: str
    english: str = ""
    below: dict[str, "Division"] = field(default_factory=dict)

    @property
    def is_said(self) -> bool:
        """Tell whether people write the name in an address."""
        return not (self.name.endswith(_GATHERED[0]) or self.name == _GATHERED[1])

    @property
    def short(self) -> str:
        """Return the name without what kind of place it is, as people often write it."""
        bare = next((self.name.removesuffix(end) for end in _ENDINGS if self.name.endswith(end)), self.name)
        return bare if len(bare) > 1 else self.name


@lru_cache(maxsize=1)
def text() -> str:
    """Return the table as browsers read it."""
    return (package_files(__package__) / "divisions.txt").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def provinces() -> Mapping[str, Division]:
    """Return the provinces by code."""
    found: dict[str, Division] = {}
    for line in text().splitlines():
        digits, name, *rest = line.split(" ")
        if len(digits) == 2:
            found[f"{digits}0000"] = Division(f"{digits}0000", name, " ".join(rest))
        else:
            counties = {f"{digits}{one[:2]}": Division(f"{digits}{one[:2]}", one[2:]) for one in rest}
            found[f"{digits[:2]}0000"].below[f"{digits}00"] = Division(f"{digits}00", name, below=counties)
    return found


def chosen(given: str, among: Mapping[str, Division]) -> Division | None:
    """Return the place that a code, a name or a short name means."""
    return among.get(given) or _by_name(among.values()).get(given)


def leading(words: str, among: Iterable[Division]) -> tuple[Division, str] | None:
    """Return the place with whose name `words` begin, and what follows it; the longest name wins."""
    for name, one in sorted(_by_name(among).items(), key=lambda pair: -len(pair[0])):
        if words.startswith(name):
            return one, words[len(name) :].lstrip()
    return None


def _by_name(among: Iterable[Division]) -> dict[str, Division]:
    """Return the places by name, and by short name where only one is called so (伊宁 is a city and a county)."""
    places = list(among)
    short = Counter(one.short for one in places)
    return {one.short: one for one in places if short[one.short] == 1} | {one.name: one for one in places}
