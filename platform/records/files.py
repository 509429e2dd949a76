"""Uploaded files: taken in, checked, bound to what they were uploaded for."""

import re
import unicodedata
from datetime import datetime
from typing import BinaryIO

from formloom.platform.access.policy import Act, demand
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.errors import Finding, Invalid
from formloom.platform.kernel.ids import new_id
from formloom.platform.records.queries import uploads
from formloom.platform.records.queries.uploads import FileRow
from formloom.platform.records.service import owner_of
from formloom.platform.storage.database import Database, UnitOfWork
from formloom.platform.storage.files import FileStore

MB = 1_048_576
NOT_FOR_FILES = {"zh-CN": "此字段不能上传文件", "en": "This field takes no files"}
WRONG_KIND = {"zh-CN": "不支持这种文件：{name}", "en": "Files of this kind can't be uploaded: {name}"}
_PICTURES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def store_upload(
    db: Database, store: FileStore, actor: Actor, form: FormVersion, field_id: str, filename: str, stream: BinaryIO,
    *, now: datetime,
) -> FileRow:  # fmt: skip
    """Store one file for a field and return its row; it waits a day for a record to use it.

    Raises Invalid for a field that takes no files and for a kind that it doesn't take, TooLarge.
    """
    item = form.field(field_id)
    if item.type.value_kind != "files":
        raise Invalid(findings=[Finding("not_for_files", NOT_FOR_FILES, field=field_id)])
    name = clean_name(filename)
    kind = _kind(item.type.id, item.cfg, name, field_id)
    stored = store.put(stream, limit_bytes=item.cfg["max_size_mb"] * MB)
    row = FileRow(new_id(), stored.sha256, name, stored.size_bytes, kind, form.form_id, field_id, None, owner_of(actor))

    def work(uow: UnitOfWork) -> None:
        demand(uow, actor, Act.FILE_UPLOAD, form=form)
        uploads.add(uow, row, now=now)

    db.write(work)
    return row


def clean_name(filename: str) -> str:
    """Return a file name without path, control and direction marks, at most 200 characters long."""
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKC", filename)).replace("\\", "/").rsplit("/", 1)[-1].strip(" .")
    stem, dot, extension = plain.rpartition(".")
    return f"{stem[:180]}{dot}{extension[:16]}" if stem else (plain[:200] or "file")


def _kind(type_id: str, cfg: object, name: str, field_id: str) -> str:
    extension = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    allowed = cfg["extensions"] or list(_PICTURES) if type_id == "image" else cfg["extensions"]  # type: ignore[index]
    if allowed and extension not in allowed:
        raise Invalid(findings=[Finding("wrong_kind", WRONG_KIND, field=field_id, params={"name": name[:60]})])
    return _PICTURES.get(extension, "application/octet-stream")
