"""How a text file is encoded, and what separates its values: guessed, unless a person says it."""

import codecs
import csv
import io
from dataclasses import dataclass
from pathlib import Path

from formloom.platform.records.imports.faults import EncodingWrong, NotText

ENCODINGS = ("utf-8", "gb18030")
"""Tried in this order: what reads as UTF-8 is UTF-8."""
CHOICES = ("utf-8", "gb18030", "big5", "shift_jis", "windows-1252", "utf-16")
"""What a person may say instead."""
SEPARATORS = ",;\t"
NAMED = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
_BLOCK = 1_048_576
_SAMPLE = 65_536
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\f\x0b\x1b")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a text file is read: an encoding of `CHOICES` and a name of `NAMED`; None is guessed."""

    encoding: str | None = None
    separator: str | None = None


GUESS = Reading()


def settled(path: Path, wanted: Reading) -> Reading:
    """Return how the file is read, with nothing left open. Raises NotText, EncodingWrong."""
    codec = of(path) if wanted.encoding is None else _as_said(path, wanted.encoding)
    sign = separator(path, codec) if wanted.separator is None else NAMED[wanted.separator]
    return Reading(codec, sign)


def name_of(sign: str) -> str:
    """Return what a separator is called."""
    return next(name for name, known in NAMED.items() if known == sign)


def of(path: Path) -> str:
    """Return the encoding of a text file. Raises NotText."""
    with path.open("rb") as source:
        begin = source.read(_SAMPLE)
    if begin.startswith(codecs.BOM_UTF8):
        return _checked(path, "utf-8-sig")
    if begin.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # what Excel calls "Unicode text"
        return _checked(path, "utf-16")
    if _CONTROLS & frozenset(begin):
        raise NotText
    for codec in ENCODINGS:
        if _reads(path, codec):
            return codec
    raise NotText


def separator(path: Path, codec: str) -> str:
    """Return what separates the values: the sign that cuts the first rows into the most, equally many parts."""
    with path.open(encoding=codec, newline="") as source:
        sample = source.read(_SAMPLE)
    return max(SEPARATORS, key=lambda sign: _fit(sample, sign))


def _fit(sample: str, sign: str) -> tuple[int, int]:
    widths: list[int] = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=sign):
            if row:
                widths.append(len(row))
            if len(widths) > 20:
                break
    except csv.Error:
        return 0, 0
    if not widths or widths[0] == 1:
        return 0, 0
    return sum(width == widths[0] for width in widths[:-1] or widths), widths[0]


def _as_said(path: Path, encoding: str) -> str:
    with path.open("rb") as source:
        begin = source.read(4)
    codec = "utf-8-sig" if encoding == "utf-8" and begin.startswith(codecs.BOM_UTF8) else encoding
    if not _reads(path, codec):
        raise EncodingWrong(encoding=encoding.upper())
    return codec


def _checked(path: Path, codec: str) -> str:
    if not _reads(path, codec):
        raise NotText
    return codec


def _reads(path: Path, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)()
    with path.open("rb") as source:
        try:
            while block := source.read(_BLOCK):
                if "\x00" in decoder.decode(block):
                    return False
            decoder.decode(b"", final=True)
        except UnicodeError:
            return False
    return True
