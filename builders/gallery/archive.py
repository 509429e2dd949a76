"""Package files from strangers, and package files for others.

A file is read in memory and never unpacked to a disk, so no name in it can lead anywhere. What it may hold is a
closed list of names; everything else is refused, together with links, doubled names, and anything that would
become much more than it looks like. The sizes that the file claims are not believed: each part is read up to its
limit and no further.
"""

import io
import itertools
import stat
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import orjson

from formloom.builders.gallery.errors import PackageTooLarge, PackageUnreadable
from formloom.builders.gallery.package import PART, Package, to_documents

MAX_ZIP_BYTES = 20_000_000
MAX_TOTAL_BYTES = 100_000_000
MAX_PART_BYTES = 4_000_000
MAX_ENTRIES = 2_000
MAX_RATIO = 50
_END_OF_DIRECTORY = b"PK\x05\x06"


def read_archive(raw: bytes) -> dict[str, bytes]:
    """Return the parts of a package file by name. Raises PackageUnreadable, PackageTooLarge."""
    if len(raw) > MAX_ZIP_BYTES:
        raise PackageTooLarge(what="ZIP", limit=f"{MAX_ZIP_BYTES // 1_000_000} MB")
    _ensure_few_entries(raw)
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return _parts(archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as fault:
        raise PackageUnreadable(why=str(fault)[:200] or type(fault).__name__, part="zip") from fault


def write_archive(package: Package) -> bytes:
    """Return the file of a package; the same package gives the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, document in sorted(to_documents(package).items()):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, _pretty(document))
    return target.getvalue()


def _ensure_few_entries(raw: bytes) -> None:
    """Refuse a directory of a million names before it is read into memory."""
    at = raw.rfind(_END_OF_DIRECTORY)
    if at < 0 or len(raw) < at + 22:
        raise PackageUnreadable(why="not a ZIP file", part="zip")
    claimed = int.from_bytes(raw[at + 10 : at + 12], "little")
    size = int.from_bytes(raw[at + 12 : at + 16], "little")
    if claimed > MAX_ENTRIES or size > MAX_ENTRIES * 300:
        raise PackageTooLarge(what="entries", limit=MAX_ENTRIES)


def _parts(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise PackageTooLarge(what="entries", limit=MAX_ENTRIES)
    found: dict[str, bytes] = {}
    spans: list[tuple[int, int]] = []
    total = 0
    for entry in entries:
        if entry.is_dir() and entry.file_size == 0 and not entry.orig_filename.startswith(("/", "\\", "..")):
            continue
        _ensure_plain(entry)
        if entry.filename in found:
            raise PackageUnreadable(why="the name stands twice", part=entry.filename)
        spans.append((entry.header_offset, entry.header_offset + entry.compress_size))
        content = _content(archive, entry)
        total += len(content)
        if total > MAX_TOTAL_BYTES:
            raise PackageTooLarge(what="content", limit=f"{MAX_TOTAL_BYTES // 1_000_000} MB")
        found[entry.filename] = content
    _ensure_apart(spans)
    return found


def _ensure_plain(entry: zipfile.ZipInfo) -> None:
    name = entry.orig_filename
    if not PART.fullmatch(name) or entry.filename != name:
        raise PackageUnreadable(why="no such file belongs in a package", part=ascii(name)[:100])
    mode = entry.external_attr >> 16
    if stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
        raise PackageUnreadable(why="not a plain file", part=name)
    if entry.flag_bits & 0x1:
        raise PackageUnreadable(why="encrypted", part=name)
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise PackageUnreadable(why="compressed in an unusual way", part=name)
    if entry.file_size > MAX_PART_BYTES:
        raise PackageTooLarge(what=name, limit=f"{MAX_PART_BYTES // 1_000_000} MB")
    if entry.file_size > MAX_RATIO * max(entry.compress_size, 1) and entry.file_size > 10_000:
        raise PackageTooLarge(what=name, limit=f"{MAX_RATIO} : 1")


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as source:
        content = source.read(min(entry.file_size, MAX_PART_BYTES) + 1)
        if len(content) > entry.file_size:
            raise PackageUnreadable(why="larger than it claims", part=entry.filename)
        source.read(1)  # reaching the end compares the checksum
    return content


def _ensure_apart(spans: list[tuple[int, int]]) -> None:
    """Refuse entries that share their bytes, by which a small file can claim to be huge."""
    spans.sort()
    for (_start, end), (following, _end) in itertools.pairwise(spans):
        if following < end:
            raise PackageUnreadable(why="entries overlap", part="zip")


def _pretty(document: Mapping[str, Any] | list[Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
