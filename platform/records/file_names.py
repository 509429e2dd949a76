"""Names of uploaded files: shown to people and given to their browsers, never used as a path."""

import re
import unicodedata

MAX_NAME = 200
_MAX_EXTENSION = 16
_NAMELESS = "file"
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(1, 10))})
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_DRAWN_AS_NOTHING = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def clean_name(given: str) -> str:
    """Return a file name that is what it looks like, at most 200 characters long.

    No path, no control, zero-width or direction marks, nothing that a file system reads in its own way; compatibility
    forms are folded (NFKC), since a full-width dot would hide an extension.
    """
    folded = unicodedata.normalize("NFKC", given[:2_000])
    seen = "".join(mark for mark in folded if unicodedata.category(mark) not in _DRAWN_AS_NOTHING)
    last = seen.replace("\\", "/").rsplit("/", 1)[-1]
    plain = _FORBIDDEN.sub("_", last).strip(" .")
    stem, dot, extension = plain.rpartition(".")
    if not dot:
        stem, extension = plain, ""
    if stem.split(".", 1)[0].strip().lower() in _DEVICES:
        stem = f"_{stem}"
    extension = extension[:_MAX_EXTENSION]
    kept = stem[: MAX_NAME - len(dot) - len(extension)].rstrip(" .") or _NAMELESS
    return f"{kept}{dot}{extension}"


def extension_of(name: str) -> str:
    """Return the extension of a cleaned name, in lower case, without the dot; empty when there is none."""
    return name.rpartition(".")[2].lower() if "." in name else ""
