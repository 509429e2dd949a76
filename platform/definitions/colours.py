"""Arithmetic of colours as `#rrggbb`: how well one is read on another, and what is read better.

Source: WCAG 2.2, relative luminance and contrast ratio.
"""

from itertools import pairwise

TEXT_CONTRAST = 4.5
"""What text needs to be read."""
EDGE_CONTRAST = 3.0
"""What the edge of a control needs to be seen."""
WHITE, BLACK = "#ffffff", "#000000"
_STEPS = 40


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Return how light a colour is, from 0 to 1."""
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def text_on(ground: str) -> str:
    """Return the colour of text on `ground`: white as long as it is read well, else black, which then is."""
    return WHITE if contrast(WHITE, ground) >= TEXT_CONTRAST else BLACK


def is_dark(ground: str) -> bool:
    """Tell whether light text is read better on `ground` than dark text."""
    return contrast(WHITE, ground) > contrast(BLACK, ground)


def readable(colour: str, ground: str, least: float = TEXT_CONTRAST) -> str:
    """Return `colour`, moved towards black or white as far as it takes to be read on `ground`."""
    end = WHITE if is_dark(ground) else BLACK
    for step in range(_STEPS + 1):
        moved = mix(colour, end, step / _STEPS)
        if contrast(moved, ground) >= least:
            return moved
    return end


def mix(one: str, other: str, share: float) -> str:
    """Return `one` with `share` (0 to 1) of `other` in it."""
    parts = zip(_parts(one), _parts(other), strict=True)
    return "#" + bytes(round(first + (second - first) * share) for first, second in parts).hex()


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[start:end], 16) for start, end in pairwise((1, 3, 5, 7)))


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
