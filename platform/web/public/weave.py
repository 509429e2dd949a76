"""The weave: covers drawn from a seed as warp and weft in two tones, the house's only decoration."""

import hashlib
from collections.abc import Callable, Mapping

WIDTH, HEIGHT, PITCH = 440, 880, 22
_LAYOUTS: Mapping[str, Callable[[int, int], bool]] = {
    "plain": lambda x, y: (x + y) % 2 == 0,
    "twill": lambda x, y: (x + y) % 4 < 2,
    "basket": lambda x, y: (x // 2 + y // 2) % 2 == 0,
    "herringbone": lambda x, y: ((x + y) if (x // 4) % 2 == 0 else (x - y)) % 4 < 2,
    "satin": lambda x, y: (2 * x + y) % 5 == 0,
}
COLOURS = {
    "grey": "#8c867e", "indigo": "#5a67da", "blue": "#3a93cf", "teal": "#1f9a8c", "green": "#3b9d61",
    "amber": "#d9971c", "orange": "#dd7a34", "red": "#d1493e", "pink": "#cc5590", "violet": "#9566cc",
}  # fmt: skip
"""The raw option tones of the token sheet; an SVG served as a picture can't read custom properties."""
_SHADES = (0.16, 0.22, 0.3, 0.42)


def weave_svg(seed: str, *, kind: str = "plain", color: str = "indigo") -> str:
    """Return the cover as SVG text; the same seed always gives the same cloth."""
    digest = hashlib.sha256(seed.encode()).digest()
    over = _LAYOUTS.get(kind, _LAYOUTS["plain"])
    tone = COLOURS.get(color, COLOURS["indigo"])
    thread = PITCH - 5
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'preserveAspectRatio="xMidYMid slice" aria-hidden="true">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{tone}" fill-opacity=".12"/><g fill="{tone}">'
    ]
    parts.extend(
        f'<rect x="{column * PITCH}" width="{thread}" height="{HEIGHT}" fill-opacity="{_shade(digest, column)}"/>'
        for column in range(WIDTH // PITCH + 1)
    )
    for row in range(HEIGHT // PITCH + 1):
        shade = _shade(digest, row + 7)
        path = "".join(
            f"M{column * PITCH - 2} {row * PITCH}h{PITCH}v{thread}h-{PITCH}z"
            for column in range(WIDTH // PITCH + 1)
            if over(column, row)
        )
        parts.append(f'<path d="{path}" fill="#fff"/><path d="{path}" fill-opacity="{shade}"/>')
    parts.append("</g></svg>")
    return "".join(parts)


def _shade(digest: bytes, number: int) -> float:
    return _SHADES[digest[number % len(digest)] % len(_SHADES)]
