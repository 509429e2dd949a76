"""Uploaded files: content-addressed, on disk, written once.

The name of a stored file is the SHA-256 of its bytes; what the uploader called it is data in the `files` table.
Nothing here is ever executed or served as it is: see the file routes.
"""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from formloom.platform.kernel.errors import TooLarge

_CHUNK = 256 * 1024


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
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=".upload-")
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
