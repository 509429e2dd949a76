"""Package files that mean harm, each made small here and named by what it tries."""

import io
import json
import stat
import struct
import zipfile
from collections.abc import Callable

from formloom.builders.gallery import archive, shelf

MANIFEST = {
    "format": 1, "slug": "guest", "version": "1.0.0", "title": {"zh-CN": "客", "en": "Guest"},
    "summary": {"zh-CN": "客", "en": "Guest"}, "category": "other", "icon": "app",
    "cover": {"seed": "guest", "kind": "plain", "color": "teal"},
}  # fmt: skip
APP = {"title": {"zh-CN": "客", "en": "Guest"}, "menu": []}


def zipped(parts: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return target.getvalue()


def honest(**more: object) -> dict[str, bytes]:
    """Return the parts of a small sound package, with further JSON parts."""
    parts = {"manifest.json": MANIFEST, "definitions/app/app.json": APP, **more}
    return {name: json.dumps(value).encode() for name, value in parts.items()}


def _with(name: str, content: bytes = b"{}") -> bytes:
    return zipped({**honest(), name: content})


def _raw(name: str, text: str) -> bytes:
    return zipped({**honest(), name: text.encode()})


def _symlink() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, content in honest().items():
            made.writestr(name, content)
        entry = zipfile.ZipInfo("definitions/form/evil.json")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(entry, "/etc/passwd")
    return target.getvalue()


def _doubled() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, content in honest().items():
            made.writestr(name, content)
        made.writestr("manifest.json", b"{}")
    return target.getvalue()


def _lying_checksum() -> bytes:
    raw = bytearray(zipped(honest(), method=zipfile.ZIP_STORED))
    at = raw.find(b"Guest")
    raw[at : at + 5] = b"Ghost"
    return bytes(raw)


def _overlap() -> bytes:
    """Two names in the directory that point at the same bytes."""
    raw = zipped({**honest(), "definitions/form/a.json": b"{}", "definitions/form/b.json": b"{}"})
    with zipfile.ZipFile(io.BytesIO(raw)) as read:
        first = read.getinfo("definitions/form/a.json").header_offset
    at = raw.rfind(b"definitions/form/b.json") - 46
    renamed = raw[: at + 42] + struct.pack("<I", first) + raw[at + 46 :]
    start = renamed.find(b"definitions/form/a.json")
    return renamed[:start] + b"definitions/form/b.json" + renamed[start + 23 :]


def _understated_size() -> bytes:
    """A directory that claims ten bytes where two million come out."""
    name = "definitions/form/big.json"
    raw = bytearray(zipped({**honest(), name: b'"' + b"a" * 2_000_000 + b'"'}))
    at = raw.rfind(name.encode()) - 46
    struct.pack_into("<I", raw, at + 24, 10)
    return bytes(raw)


def _million_entries() -> bytes:
    raw = bytearray(zipped(honest()))
    at = raw.rfind(b"PK\x05\x06")
    struct.pack_into("<HH", raw, at + 8, 65_535, 65_535)
    return bytes(raw)


def _many_entries() -> bytes:
    return zipped({f"definitions/form/f{number}.json": b"{}" for number in range(2_100)})


def _encrypted() -> bytes:
    raw = bytearray(zipped(honest()))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw.find(mark)
        while at >= 0:
            raw[at + place] |= 1
            at = raw.find(mark, at + 4)
    return bytes(raw)


def _nested_zip() -> bytes:
    return _with("inner.zip", zipped(honest()))


CORPUS: dict[str, Callable[[], bytes]] = {
    "not a zip": lambda: b"MZ" + bytes(5_000),
    "empty file": lambda: b"",
    "cut short": lambda: archive.write_archive(shelf.get("survey"))[:-3_000],
    "parent folder": lambda: _with("../evil.json"),
    "parent folder inside": lambda: _with("definitions/form/../../../evil.json"),
    "absolute path": lambda: _with("/etc/cron.d/evil.json"),
    "drive letter": lambda: _with("C:\\evil.json"),
    "backslashes": lambda: _with("definitions\\form\\..\\evil.json"),
    "null in the name": lambda: _with("definitions/form/a.json#.png").replace(b"json#.png", b"json\0.png"),
    "unexpected file": lambda: _with("definitions/form/evil.py"),
    "hidden file": lambda: _with(".env"),
    "unicode look-alike": lambda: _with("definitions/form/ｅvil.json"),
    "symbolic link": _symlink,
    "doubled name": _doubled,
    "false checksum": _lying_checksum,
    "overlapping entries": _overlap,
    "understated size": _understated_size,
    "a directory of many names": _million_entries,
    "too many entries": _many_entries,
    "encrypted": _encrypted,
    "zip in the zip": _nested_zip,
    "bomb": lambda: _with("definitions/form/bomb.json", b" " * 3_900_000),
    "huge part": lambda: _with("definitions/form/huge.json", b'"' + bytes(range(32, 127)) * 50_000 + b'"'),
    "lzma": lambda: zipped(honest(), method=zipfile.ZIP_LZMA),
    "deep JSON": lambda: _raw("definitions/form/deep.json", "[" * 10_000 + "]" * 10_000),
    "deep objects": lambda: _raw("definitions/form/deep.json", '{"a":' * 40 + "1" + "}" * 40),
    "NaN": lambda: _raw("definitions/form/nan.json", '{"title":NaN}'),
    "infinity": lambda: _raw("definitions/form/nan.json", '{"title":-Infinity}'),
    "doubled key": lambda: _raw("definitions/form/twice.json", '{"title":1,"title":2}'),
    "long number": lambda: _raw("definitions/form/number.json", '{"n":' + "9" * 100_000 + "}"),
    "not UTF-8": lambda: _with("definitions/form/bytes.json", b"\xff\xfe\x00{"),
    "not JSON": lambda: _raw("definitions/form/bad.json", "{'title': 1}"),
    "XML with entities": lambda: _raw("definitions/form/x.json", '<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'),
    "a list for a document": lambda: _raw("definitions/form/list.json", "[]"),
    "unknown kind": lambda: _with("definitions/script/evil.json"),
    "no manifest": lambda: zipped({"definitions/app/app.json": b"{}"}),
    "no app": lambda: zipped({"manifest.json": json.dumps(MANIFEST).encode()}),
    "manifest of another shape": lambda: zipped({**honest(), "manifest.json": b'{"slug":"../x"}'}),
    "manifest with code": lambda: zipped(honest(**{"manifest.json": {**MANIFEST, "on_install": "rm -rf"}})),
    "role that rules": lambda: zipped(
        honest(**{"manifest.json": {**MANIFEST, "roles": [{"key": "builder", "title": {"en": "B"}}]}})
    ),
    "link to no form": lambda: zipped(honest(**{"manifest.json": {**MANIFEST, "public_links": ["nowhere"]}})),
    "samples of no form": lambda: zipped(honest(**{"sample/nowhere.json": []})),
    "sample with a bad date": lambda: zipped(
        honest(**{"definitions/form/a.json": {}, "sample/a.json": [{"created_at": "tomorrow", "values": {}}]})
    ),
}  # fmt: skip
