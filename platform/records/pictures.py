"""Pictures: read completely once, and shown only as a picture of our own making.

A thumbnail is drawn anew from the decoded pixels, so nothing of the uploaded bytes reaches a browser: no metadata
(place, device), no trailing script, no second format behind the first.
"""

import io
import threading
import warnings
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

MAX_PIXELS = 50_000_000
THUMBNAIL_PX = 480
_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}
_one_at_a_time = threading.Semaphore(1)
"""A large picture takes 200 MB while it is decoded; two at once would be two of them."""


class NoPicture(ValueError):
    """The bytes are not a whole picture of the format, or it is too large to be decoded."""


def thumbnail(stream: BinaryIO, media_type: str) -> bytes:
    """Return a small WebP of a picture, upright, on its own background, without metadata. Raises NoPicture."""
    if media_type not in _FORMATS:
        raise NoPicture(media_type)
    try:
        with _one_at_a_time, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _drawn(stream, _FORMATS[media_type])
    except (OSError, ValueError, SyntaxError, ArithmeticError, MemoryError, EOFError, KeyError, IndexError,
            TypeError, AttributeError, UnidentifiedImageError, Image.DecompressionBombError) as fault:  # fmt: skip
        raise NoPicture(str(fault)) from fault


def _drawn(stream: BinaryIO, expected: str) -> bytes:
    with Image.open(stream, formats=(expected,)) as picture:
        width, height = picture.size
        if width * height > MAX_PIXELS:
            raise NoPicture(f"{width} × {height}")
        picture.draft("RGB", (THUMBNAIL_PX, THUMBNAIL_PX))
        picture.load()
        upright = ImageOps.exif_transpose(picture)
        small = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    small.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
    small.info.clear()
    out = io.BytesIO()
    small.save(out, "WEBP", quality=80, method=4)
    return out.getvalue()
