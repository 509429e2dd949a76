"""Uploaded files: content-addressed, on disk, written once.

The name of a stored file is the SHA-256 of its bytes; what the uploader called it is data in the `files` table.
Nothing here is ever executed or served as it is: see the file routes.
"""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from formloom.platform.kernel.errors import TooLarge

_CHUNK = 256 * 1024
_TEMPORARY = ".upload-"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What was stored: its content hash and its size."""

    sha256: str
    size_bytes: int


class FileStore:
    """The files below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, stream: BinaryIO, *, limit_bytes: int) -> StoredFile:
        """Store all of `stream`, durably. Raises TooLarge beyond `limit_bytes`, with nothing left behind."""
        digest, size = hashlib.sha256(), 0
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=_TEMPORARY)
        path = Path(name)
        try:
            with os.fdopen(handle, "wb") as target:
                while chunk := stream.read(_CHUNK):
                    size += len(chunk)
                    if size > limit_bytes:
                        raise TooLarge(limit=f"{limit_bytes // 1_048_576} MB")
                    digest.update(chunk)
                    target.write(chunk)
                target.flush()
                os.fsync(target.fileno())
            final = self.path(digest.hexdigest())
            final.parent.mkdir(exist_ok=True)
            path.replace(final)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return StoredFile(digest.hexdigest(), size)

    def path(self, sha256: str) -> Path:
        """Return where the file of that hash stands."""
        if len(sha256) != 64 or not sha256.isalnum():
            raise ValueError("not a content hash")
        return self.folder / sha256[:2] / sha256

    def open(self, sha256: str) -> BinaryIO:
        """Open the file of that hash for reading."""
        return self.path(sha256).open("rb")

    def derived(self, sha256: str, name: str) -> Path:
        """Return where something made of that file stands, if it was made: a thumbnail. It can be made again."""
        return self.path(sha256).with_name(f"{sha256}.{name}")

    def keep_derived(self, sha256: str, name: str, content: bytes) -> None:
        """Keep something made of a file, whole or not at all."""
        handle, temporary = tempfile.mkstemp(dir=self.folder, prefix=_TEMPORARY)
        with os.fdopen(handle, "wb") as target:
            target.write(content)
        final = self.derived(sha256, name)
        final.parent.mkdir(exist_ok=True)
        Path(temporary).replace(final)

    def remove(self, sha256: str, *, untouched_since: datetime) -> bool:
        """Remove a file and what was made of it, unless it was stored (again) after that moment."""
        path = self.path(sha256)
        if not _is_older(path, untouched_since):
            return False
        path.unlink(missing_ok=True)
        for made in path.parent.glob(f"{sha256}.*"):
            made.unlink(missing_ok=True)
        return True

    def remove_leftovers(self, *, untouched_since: datetime) -> None:
        """Remove what uploads left behind that were cut off before that moment."""
        for path in self.folder.glob(f"{_TEMPORARY}*"):
            if _is_older(path, untouched_since):
                path.unlink(missing_ok=True)


def _is_older(path: Path, moment: datetime) -> bool:
    try:
        return path.stat().st_mtime < moment.timestamp()
    except FileNotFoundError:
        return False
