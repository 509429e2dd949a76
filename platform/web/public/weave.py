"""The weave: covers drawn from a seed as warp and weft in two tones, the house's only decoration.

Rows of a cloth repeat, so each different row is drawn once and used where it comes again: a cover as high as a
screen stays below two kilobytes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

WIDTH, HEIGHT = 440, 900
PITCH = 34
THREAD = PITCH - 5
KINDS: Mapping[str, Callable[[int, int], bool]] = {
    "plain": lambda column, row: (column + row) % 2 == 0,
    "twill": lambda column, row: (column - row) % 4 < 2,
    "basket": lambda column, row: (column // 2 + row // 2) % 2 == 0,
    "herringbone": lambda column, row: ((column + row) if row // 4 % 2 else (column - row)) % 4 < 2,
    "satin": lambda column, row: (column * 2 + row) % 5 < 2,
}
"""Kind → whether the weft lies on top where column and row cross; as in `static/src/ui/weave.ts`."""
COLOURS: Mapping[str, tuple[str, str]] = {
    "grey": ("#f1efec", "#c9c4bc"), "indigo": ("#e9ecfc", "#a9b2f0"), "blue": ("#e3f1fa", "#92c3e4"),
    "teal": ("#e3f2ef", "#8fc9c6"), "green": ("#e7f4ea", "#9acbab"), "amber": ("#fcf1d8", "#e8c47a"),
    "orange": ("#fdebdf", "#eeb48c"), "red": ("#fce9e7", "#e9a19a"), "pink": ("#fbe8f1", "#e4a4c4"),
    "violet": ("#f1e9fb", "#c3a8e2"),
}  # fmt: skip
"""Option colour → ground and warp; the weft lies between the two."""
_WARP_SHADES, _WEFT_SHADES = (".6", ".82", "1"), (".55", ".75", "1")


@dataclass(frozen=True, slots=True)
class Cover:
    """A cover as SVG, and the ground that it stands on."""

    svg: Markup
    ground: str


def cover_of(chosen: Mapping[str, Any] | None, seed: str, tones: tuple[str, str] | None = None) -> Cover:
    """Return the cover that a form's settings choose; without a choice the seed chooses, and `tones` the colours."""
    settings = chosen or {}
    drawn = _random(str(settings.get("seed") or seed))
    kind = settings.get("kind") or list(KINDS)[next(drawn) * len(KINDS) >> 32]
    colour = settings.get("color") or "indigo"
    chosen_tones = COLOURS.get(str(colour), COLOURS["indigo"])
    tones = chosen_tones if settings.get("color") or tones is None else tones
    return weave(str(settings.get("seed") or seed), kind=str(kind), tones=tones)


def weave(seed: str, *, kind: str, tones: tuple[str, str]) -> Cover:
    """Return the cloth of a seed; the same seed, kind and tones always give the same one."""
    ground, warp = tones
    over, drawn = KINDS.get(kind, KINDS["plain"]), _random(f"{kind}:{seed}")
    columns, rows = WIDTH // PITCH + 2, HEIGHT // PITCH + 2
    threads = [
        f'<rect x="{column * PITCH - 6}" y="-4" width="{THREAD}" height="{HEIGHT + 8}" rx="3"'
        f' opacity="{_pick(_WARP_SHADES, drawn)}"/>'
        for column in range(columns)
    ]
    names: dict[tuple[tuple[int, int], ...], int] = {}
    uses = []
    for row in range(rows):
        number = names.setdefault(tuple(_runs(over, row, columns)), len(names))
        place, shade = f'y="{row * PITCH}"', _pick(_WEFT_SHADES, drawn)
        uses.append(f'<use href="#g{number}" {place} fill="{ground}"/>')
        uses.append(
            f'<use href="#g{number}" {place} fill="{ground}"/><use href="#w{number}" {place} opacity="{shade}"/>'
        )
    defined = "".join(
        f'<g id="g{number}">{_bars(runs, 1.5)}</g><g id="w{number}">{_bars(runs, 0)}</g>'
        for runs, number in names.items()
    )
    svg = (
        f'<svg class="weave" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="xMidYMid slice" aria-hidden="true">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{ground}"/><defs>{defined}</defs>'
        f'<g fill="{warp}">{"".join(threads)}</g><g fill="{_between(ground, warp)}">{"".join(uses)}</g></svg>'
    )
    return Cover(Markup(svg), ground)  # noqa: S704 - made of numbers and colours of ours


def _runs(over: Callable[[int, int], bool], row: int, columns: int) -> Iterator[tuple[int, int]]:
    """Yield first and last column of each stretch where the weft lies on top."""
    first: int | None = None
    for column in range(-1, columns + 1):
        if over(column, row) and column < columns:
            first = column if first is None else first
        elif first is not None:
            yield first, column - 1
            first = None


def _bars(runs: tuple[tuple[int, int], ...], grow: float) -> str:
    return "".join(
        f'<rect x="{first * PITCH - 9 - grow:g}" y="{-8 - grow:g}" rx="{3 + bool(grow)}"'
        f' width="{(last - first) * PITCH + THREAD + 6 + 2 * grow:g}" height="{THREAD + 2 * grow:g}"/>'
        for first, last in runs
    )


def _between(ground: str, warp: str) -> str:
    """Return the tone of the weft: mostly ground, a quarter warp."""
    pairs = zip(bytes.fromhex(ground[1:]), bytes.fromhex(warp[1:]), strict=True)
    return "#" + bytes(round(light * 0.75 + dark * 0.25) for light, dark in pairs).hex()


def _random(seed: str) -> Iterator[int]:
    state = 2166136261
    for mark in seed:
        state = (state ^ ord(mark)) * 16777619 & 0xFFFFFFFF
    while True:
        state = (state ^ state >> 15) * 2246822507 & 0xFFFFFFFF
        state = (state ^ state >> 13) * 3266489909 & 0xFFFFFFFF
        state ^= state >> 16
        yield state


def _pick(shades: tuple[str, ...], drawn: Iterator[int]) -> str:
    return shades[next(drawn) * len(shades) >> 32]
