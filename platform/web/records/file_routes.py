"""Files over HTTP: taken in by the multipart parser alone, given out to be saved and never to be shown.

What somebody uploaded is an attachment under `nosniff` and a sandboxing policy, whatever its type. The only thing
shown in a page is a thumbnail, which we drew ourselves.
"""

from typing import Any, BinaryIO, cast

from flask import Response, request, send_file
from marshmallow import Schema, fields, validate
from werkzeug.datastructures import FileStorage

from formloom.platform.access.policy import Act
from formloom.platform.kernel.errors import Finding, Invalid
from formloom.platform.records import files
from formloom.platform.records.queries.uploads import FileRow
from formloom.platform.web.route import Api, Call, load

api = Api("files")
MAX_UPLOAD_BYTES = 54_000_000
"""The largest file that a field may take (50 MB), and the parts around it."""
ONE_FILE = {"zh-CN": "请一次上传一个文件，字段名为 file", "en": "Send exactly one file, in the part named file"}
SANDBOX = "sandbox; default-src 'none'"


class UploadTarget(Schema):
    """The field that a file is for."""

    form = fields.String(required=True, validate=validate.Length(1, 120))
    field = fields.String(required=True, validate=validate.Length(1, 40))


class UploadBody(UploadTarget):
    """A file and the field that it is for."""

    file = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


class UploadAnswer(Schema):
    """What a record's value names."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    size_bytes = fields.Integer(required=True)
    type = fields.String(required=True)


class FileQuery(Schema):
    """Which form of the file is wanted."""

    thumb = fields.Boolean(load_default=False)


@api.post(
    "/files", act=Act.FILE_ADD, takes="multipart", body=UploadBody(), answer=UploadAnswer(),
    status=201, max_bytes=MAX_UPLOAD_BYTES,
)  # fmt: skip
def upload_file(call: Call) -> object:
    """Store a file for a field; a record that names it within a day keeps it."""
    target: Any = load(UploadTarget(), request.form.to_dict())
    part = only_file()
    with call.db.read() as unit:
        form = call.runtime.catalog.find(unit, target["form"])
    row = files.store_upload(
        call.db, call.runtime.files, call.actor, form, target["field"], part.filename or "",
        cast(BinaryIO, part.stream), now=call.now,
    )  # fmt: skip
    return {"id": row.id, "name": row.name, "size_bytes": row.size_bytes, "type": row.type}


@api.get("/files/<file_id>", act=Act.FILE_READ, query=FileQuery(), gives="*/*")
def download_file(call: Call, file_id: str) -> Response:
    """Download a file of a record that the caller may read, or look at its thumbnail."""
    with call.db.read() as unit:
        row = files.find(unit, call.actor, call.runtime.catalog, file_id)
    return given(call, row)


def given(call: Call, row: FileRow) -> Response:
    """Give out a file that the caller may read, whole or as its thumbnail, as the query says."""
    if call.query["thumb"]:
        return _sent(files.thumbnail(call.runtime.files, row), as_attachment=False)
    return _sent(files.whole(call.runtime.files, row), as_attachment=True)


def only_file() -> FileStorage:
    """Return the one file that was sent. Raises Invalid."""
    parts = request.files.getlist("file")
    if len(parts) != 1 or len(request.files) != 1:
        raise Invalid(findings=[Finding("one_file", ONE_FILE, field="file")])
    return parts[0]


def _sent(found: files.Download, *, as_attachment: bool) -> Response:
    answer = send_file(
        found.path, mimetype=found.type, as_attachment=as_attachment, download_name=found.name,
        conditional=True, etag=found.sha256, max_age=0,
    )  # fmt: skip
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer
