"""Forms out of files, over HTTP."""

import shutil
import tempfile
from pathlib import Path

from marshmallow import Schema, fields

from formloom.builders.intake.reading import MAX_BYTES, read_form
from formloom.builders.queries.apps import find as find_app
from formloom.platform.access.policy import Act, demand
from formloom.platform.kernel.errors import Finding, Invalid
from formloom.platform.kernel.text import resolve
from formloom.platform.web.route import Api, Call

api = Api("intake")
_NO_FILE = {"zh-CN": "请选择文件", "en": "Choose a file"}


class LeftOutAnswer(Schema):
    """One thing of the file that has no place in the form."""

    where = fields.String(required=True)
    why = fields.String(required=True)


class IntakeAnswer(Schema):
    """The form that was read; nothing is stored."""

    source = fields.String(required=True)
    document = fields.Dict(required=True)
    left_out = fields.List(fields.Nested(LeftOutAnswer), required=True)


@api.post(
    "/apps/<app>/intake", act=Act.DEFINITION_CREATE, takes="multipart", max_bytes=MAX_BYTES, answer=IntakeAnswer()
)
def read_file(call: Call, app: str) -> object:
    """Read a form out of a table, an XLSForm or a SurveyJS file; nothing is stored."""
    with call.db.read() as unit:
        demand(unit, call.actor, Act.DEFINITION_CREATE, app=find_app(unit, app).id)
    given = call.request.files.get("file")
    if given is None or not given.filename:
        raise Invalid(findings=[Finding("required", _NO_FILE, field="file")])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        with path.open("wb") as kept:
            shutil.copyfileobj(given.stream, kept)
        found = read_form(path, given.filename, call.locale)
    left_out = [{"where": one.where, "why": resolve(one.why, call.locale)} for one in found.left_out]
    return {"source": found.source, "document": found.document, "left_out": left_out}
