"""What an uploaded file is, by its first bytes and not by its name.

A name promises a content. Where the promise can be checked it is: a `.png` that is no PNG, a `.csv` with binary
content, a `.pdf` that begins as something else are refused. What the file is said to be when it is downloaded comes
from the short list below; everything else is plain bytes, so that no browser ever interprets it.
"""

import puremagic

HEAD_BYTES = 8_192
PLAIN = "application/octet-stream"
PICTURES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}

_OFFICE = "application/vnd.openxmlformats-officedocument."
_TYPES = {
    **PICTURES,
    "pdf": "application/pdf", "zip": "application/zip", "gz": "application/gzip", "7z": "application/x-7z-compressed",
    "rar": "application/vnd.rar", "mp4": "video/mp4", "mp3": "audio/mpeg", "txt": "text/plain", "csv": "text/csv",
    "doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint",
    "docx": f"{_OFFICE}wordprocessingml.document", "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "pptx": f"{_OFFICE}presentationml.presentation",
}  # fmt: skip
_ZIPPED = frozenset({"zip", "docx", "xlsx", "pptx"})
_OLE = frozenset({"doc", "xls", "ppt"})
_SIGNS: dict[str, frozenset[str]] = {
    "png": frozenset({"png"}), "gif": frozenset({"gif"}), "webp": frozenset({"webp"}), "pdf": frozenset({"pdf"}),
    "jpg": frozenset({"jpg", "jpeg"}), "jpeg": frozenset({"jpg", "jpeg"}),
    "gz": frozenset({"gz"}), "7z": frozenset({"7z"}), "rar": frozenset({"rar"}), "mp4": frozenset({"mp4"}),
    **dict.fromkeys(_ZIPPED, _ZIPPED), **dict.fromkeys(_OLE, _OLE),
}  # fmt: skip
_TEXTS = frozenset({"txt", "csv", "tsv", "md", "json", "xml", "html", "htm", "xhtml", "svg", "log", "yaml", "yml"})
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


def fits(extension: str, head: bytes) -> bool:
    """Tell whether a file that begins with `head` can be what its extension says; an empty file can be anything."""
    if not head:
        return extension not in _SIGNS
    if extension in _SIGNS:
        return not _SIGNS[extension].isdisjoint(_recognised(head))
    if extension in _TEXTS:
        return head.startswith(_WIDE_MARKS) or b"\x00" not in head
    return True


def media_type(extension: str) -> str:
    """Return what a file of that extension is said to be on download."""
    return _TYPES.get(extension, PLAIN)


def _recognised(head: bytes) -> set[str]:
    try:
        return {str(found.extension).removeprefix(".") for found in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        return set()
