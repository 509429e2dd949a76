"""Uploaded files: taken in, checked, bound to what they were uploaded for, given out, cleared away.

An upload belongs to one form, one field and one owner (`service.owner_of`). It is used once: writing a record that
names it binds it to that record, and from then on whoever may read the record and the field may download it. What no
record used within a day is removed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from formloom.platform.access.policy import Access, Act, demand, requires
from formloom.platform.definitions.fields.uploads import UploadType
from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.definitions.row_names import field_name
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.errors import Finding, Invalid, NotFound
from formloom.platform.kernel.ids import is_id, new_id
from formloom.platform.records import file_kinds, pictures, reviews, service
from formloom.platform.records.file_names import clean_name, extension_of
from formloom.platform.records.queries import uploads
from formloom.platform.records.queries.uploads import FileRow
from formloom.platform.storage.database import Database, ReadUnit, UnitOfWork
from formloom.platform.storage.definition_store import FormCatalog
from formloom.platform.storage.files import FileStore

MB = 1_048_576
BLOB_REST = timedelta(hours=1)
"""How long bytes stay after their last row: an upload of the same bytes may be between its file and its row."""
NOT_FOR_FILES = {"zh-CN": "此字段不能上传文件", "en": "This field takes no files"}
WRONG_KIND = {"zh-CN": "不支持这种文件：{name}", "en": "Files of this kind can't be uploaded: {name}"}
WRONG_CONTENT = {
    "zh-CN": "文件内容与扩展名不符，或文件已损坏：{name}",
    "en": "The content is not what the name says, or the file is damaged: {name}",
}
_THUMBNAIL = "thumb.webp"


@dataclass(frozen=True, slots=True)
class Place:
    """What a file is uploaded for, and what is taken there; `name` is what findings are about."""

    form_id: str
    name: str
    max_size_mb: int
    extensions: frozenset[str] = frozenset()
    """None of them: any."""
    takes_pictures_only: bool = False

    @classmethod
    def of_field(cls, form: FormVersion, name: str) -> "Place":
        """Return a field of a form, or a column of a sub-form, as such a place. Raises Invalid for other fields."""
        item = holder_of(form, name)
        if item is None or not isinstance(item.type, UploadType):
            raise Invalid(findings=[Finding("not_for_files", NOT_FOR_FILES, field=name[:40])])
        only = item.type.takes_pictures_only
        return cls(form.form_id, name, item.cfg["max_size_mb"], frozenset(item.cfg["extensions"]), only)


@dataclass(frozen=True, slots=True)
class Download:
    """A file to give out: where it stands, what it is called and what it is."""

    path: Path
    name: str
    type: str
    sha256: str


def store_upload(
    db: Database, store: FileStore, actor: Actor, form: FormVersion, field_id: str, filename: str, stream: BinaryIO,
    *, now: datetime,
) -> FileRow:  # fmt: skip
    """Store one file for a field and return its row; it waits a day for a record to use it.

    Raises Forbidden, Invalid for a field that takes no files and for content that it doesn't take, TooLarge.
    """
    with db.read() as unit:
        place = _place_to_fill(unit, actor, form, field_id)

    def ensure(uow: UnitOfWork) -> None:
        demand(uow, actor, Act.FILE_UPLOAD, form=form)

    return keep_upload(db, store, place, service.owner_of(actor), filename, stream, ensure=ensure, now=now)


def keep_upload(
    db: Database, store: FileStore, place: Place, owner: str, filename: str, stream: BinaryIO, *,
    ensure: Callable[[UnitOfWork], None], now: datetime,
) -> FileRow:  # fmt: skip
    """Store one file for a place and return its row. Unguarded but for `ensure`, asked with the row's transaction.

    Raises Invalid for content that the place doesn't take, TooLarge.
    """
    name = clean_name(filename)
    extension = extension_of(name)
    _check_extension(place, name, extension)
    stored = store.put(stream, limit_bytes=place.max_size_mb * MB)
    media_type = _checked_type(store, stored.sha256, place, name, extension)
    row = FileRow(new_id(), stored.sha256, name, stored.size_bytes, media_type, place.form_id, place.name, None, owner)

    def work(uow: UnitOfWork) -> None:
        ensure(uow)
        uploads.add(uow, row, now=now)

    db.write(work)
    return row


@requires(Act.FILE_READ)
def find(unit: ReadUnit, actor: Actor, catalog: FormCatalog, file_id: str) -> FileRow:
    """Return a file that the actor may read: his own upload, or one of a record and a field that he may see.

    Raises NotFound, Forbidden.
    """
    row = uploads.find(unit, file_id) if is_id(file_id) else None
    if row is None:
        raise NotFound
    if row.record_id is None:
        if row.owner != service.owner_of(actor):
            raise NotFound
        return row
    form = catalog.find(unit, row.form_id)
    try:
        service.read(unit, actor, form, row.record_id)
    except NotFound:  # it may be a submission that waits for a review
        if not Access.of(unit, actor).can(Act.RECORD_REVIEW, form=form):
            raise
        reviews.read(unit, actor, form, catalog, row.record_id)
    if field_name(row.field_id) not in Access.of(unit, actor).readable(form):
        raise NotFound
    return row


def whole(store: FileStore, row: FileRow) -> Download:
    """Return a file as it was uploaded, to be saved and never shown. Raises NotFound when its bytes are gone."""
    path = store.path(row.sha256)
    if not path.is_file():
        raise NotFound
    return Download(path, row.name, row.type, row.sha256)


def thumbnail(store: FileStore, row: FileRow) -> Download:
    """Return a small picture of a picture. Raises NotFound for everything else."""
    path = store.derived(row.sha256, _THUMBNAIL)
    if not path.is_file():
        original = whole(store, row)
        try:
            with original.path.open("rb") as stream:
                store.keep_derived(row.sha256, _THUMBNAIL, pictures.thumbnail(stream, row.type))
        except pictures.NoPicture as fault:
            raise NotFound from fault
    return Download(path, f"{row.name.rpartition('.')[0] or row.name}.webp", "image/webp", row.sha256)


def remove_unused(db: Database, store: FileStore, *, now: datetime) -> int:
    """Remove uploads that no record used within a day, and bytes that no row names; return how many uploads.

    Called by the ticker; may be called at any time and by several processes at once.
    """
    gone = db.write(lambda uow: uploads.remove_unused(uow, now=now))
    with db.read() as unit:
        kept = uploads.named(unit, gone)
    for sha256 in set(gone) - kept:
        store.remove(sha256, untouched_since=now - BLOB_REST)
    store.remove_leftovers(untouched_since=now - uploads.UPLOAD_LIFE)
    return len(gone)


def _place_to_fill(unit: ReadUnit, actor: Actor, form: FormVersion, field_id: str) -> Place:
    """A field that the actor may not fill is refused in the words for one that takes no files."""
    demand(unit, actor, Act.FILE_UPLOAD, form=form)
    place = Place.of_field(form, field_id)
    if not _may_fill(unit, actor, form, field_id):
        raise Invalid(findings=[Finding("not_for_files", NOT_FOR_FILES, field=field_id[:40])])
    return place


def _may_fill(unit: ReadUnit, actor: Actor, form: FormVersion, field_id: str) -> bool:
    return Access.of(unit, actor).field(form, field_name(field_id)) == "write"


def holder_of(form: FormVersion, name: str) -> Field | None:
    """Return the field that a file is uploaded for: one of the form, or the column `field.column` of a sub-form."""
    field_id, _, column = name.partition(".")
    item = form.by_id.get(field_id)
    if not column or item is None:
        return item
    return item.rows.by_id.get(column) if item.rows is not None else None


def _check_extension(place: Place, name: str, extension: str) -> None:
    allowed = set(place.extensions)
    if place.takes_pictures_only:
        allowed = (allowed & file_kinds.PICTURES.keys()) or set(file_kinds.PICTURES)
    if allowed and extension not in allowed:
        raise _refusal("wrong_kind", WRONG_KIND, place, name)


def _checked_type(store: FileStore, sha256: str, place: Place, name: str, extension: str) -> str:
    """Return the media type of stored bytes. Raises Invalid when they are not what the name says."""
    with store.open(sha256) as stream:
        if not file_kinds.fits(extension, stream.read(file_kinds.HEAD_BYTES)):
            raise _refusal("wrong_content", WRONG_CONTENT, place, name)
        media_type = file_kinds.media_type(extension)
        if extension not in file_kinds.PICTURES:
            return media_type
        stream.seek(0)
        try:
            store.keep_derived(sha256, _THUMBNAIL, pictures.thumbnail(stream, media_type))
        except pictures.NoPicture as fault:
            if place.takes_pictures_only:
                raise _refusal("wrong_content", WRONG_CONTENT, place, name) from fault
            return file_kinds.PLAIN
    return media_type


def _refusal(code: str, words: dict[str, str], place: Place, name: str) -> Invalid:
    return Invalid(findings=[Finding(code, words, field=place.name.rpartition(".")[2], params={"name": name[:60]})])
