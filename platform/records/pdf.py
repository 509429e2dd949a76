"""A small writer of PDF: pages with filled rectangles and lines of text, Chinese too.

It knows no more than label sheets need. No font is embedded: Latin is Helvetica, which every reader has; everything
else is written in the Chinese font that PDF itself names (Adobe-GB1, `STSong-Light`), for which readers take the one
of their device. So a sheet is some kilobytes and the server needs no fonts (decision 012). Lengths are millimetres
from the upper left corner.

Source: ISO 32000-1, §7.5 (file), §8.5 (paths), §9.7 (composite fonts).
"""

import zlib
from collections.abc import Iterable, Iterator
from itertools import groupby

POINTS_PER_MM = 72 / 25.4
_NARROW = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
)  # fmt: skip
"""How wide Helvetica is from space to tilde, in thousandths of its size."""
_WIDE = 1000
_FONTS = (
    b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UTF16-H/DescendantFonts[5 0 R]>>",
    b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000/FontDescriptor 6 0 R"
    b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>>>",
    b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880"
    b"/Descent -120/CapHeight 880/StemV 93>>",
)


class Page:
    """What stands on one page."""

    def __init__(self, width_mm: float, height_mm: float) -> None:
        self.width, self.height = width_mm, height_mm
        self._marks: list[str] = []

    def fill(self, rectangles: Iterable[tuple[float, float, float, float]]) -> None:
        """Fill rectangles (left, top, width, height) in black, as one shape: no hairs between neighbours."""
        parts = [f"{_at(x)} {_at(self.height - y - h)} {_at(w)} {_at(h)} re" for x, y, w, h in rectangles]
        if parts:
            self._marks.append("\n".join(parts) + "\nf")

    def write(self, x: float, y: float, text: str, size_pt: float) -> None:
        """Write one line whose foot stands at `y`."""
        runs = "".join(f"/F{2 if wide else 1} {size_pt:g} Tf {_shown(run, wide=wide)} Tj " for wide, run in _runs(text))
        if runs:
            self._marks.append(f"BT {_at(x)} {_at(self.height - y)} Td {runs}ET")

    def content(self) -> bytes:
        """Return the page's marks as PDF writes them."""
        return "\n".join(self._marks).encode("ascii")


def width_mm(text: str, size_pt: float) -> float:
    """Return how long a line is."""
    return sum(map(_width, text)) * size_pt / 1000 / POINTS_PER_MM


def fitted(text: str, size_pt: float, most_mm: float) -> str:
    """Return the line as far as it fits, with an ellipsis where something had to go."""
    plain = " ".join(text.split())
    if width_mm(plain, size_pt) <= most_mm:
        return plain
    kept = ""
    for char in plain:
        if width_mm(kept + char + "...", size_pt) > most_mm:
            break
        kept += char
    return f"{kept.rstrip()}..." if kept else ""


def document(pages: Iterable[Page], title: str) -> bytes:
    """Return the file."""
    drawn = list(pages)
    first = 8
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(drawn)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/ViewerPreferences<</PrintScaling/None>>>>",
        f"<</Type/Pages/Count {len(drawn)}/Kids[{kids}]>>".encode(), *_FONTS,
        f"<</Title<feff{title.encode('utf-16-be', 'replace').hex()}>/Producer(Formloom)>>".encode(),
    ]  # fmt: skip
    for number, page in enumerate(drawn):
        packed = zlib.compress(page.content(), 6)
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {_at(page.width)} {_at(page.height)}]"
            f"/Contents {first + 2 * number + 1} 0 R/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>>>".encode()
        )
        objects.append(b"<</Filter/FlateDecode/Length %d>>stream\n" % len(packed) + packed + b"\nendstream")
    return _file(objects)


def _file(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size %d/Root 1 0 R/Info 7 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def _runs(text: str) -> Iterator[tuple[bool, str]]:
    for wide, chars in groupby((char for char in text if char >= " "), key=_is_wide):
        yield wide, "".join(chars)


def _is_wide(char: str) -> bool:
    return not " " <= char <= "~"


def _shown(run: str, *, wide: bool) -> str:
    data = run.encode("utf-16-be", "replace") if wide else run.encode("ascii")
    return f"<{data.hex()}>"


def _width(char: str) -> int:
    return _WIDE if _is_wide(char) else _NARROW[ord(char) - 32]


def _at(length_mm: float) -> str:
    return f"{length_mm * POINTS_PER_MM:.3f}".rstrip("0").rstrip(".")
