"""Download of a form's records as a spreadsheet."""

import tempfile
from typing import Any, get_args

from flask import Response, send_file
from marshmallow import Schema, fields, validate

from formloom.platform.access import audit
from formloom.platform.access.policy import Act
from formloom.platform.definitions.conditions.compile import Setting
from formloom.platform.records import exports
from formloom.platform.records.export_lines import Layout
from formloom.platform.records.queries.pages import Query
from formloom.platform.web.records.schemas import JsonText, Names
from formloom.platform.web.route import Api, Call

api = Api("exports")
IN_MEMORY_BYTES = 2_000_000
TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


class ExportQuery(Schema):
    """What to download."""

    format = fields.String(load_default="csv", validate=validate.OneOf(tuple(TYPES)))
    filter = JsonText(load_default=dict)
    sort = Names(load_default=())
    fields_ = Names(data_key="fields")
    q = fields.String(validate=validate.Length(max=200))
    layout = fields.String(load_default="records", validate=validate.OneOf(get_args(Layout)))


@api.get("/forms/<form>/export", act=Act.RECORD_EXPORT, query=ExportQuery(), gives=", ".join(TYPES.values()))
def export_records(call: Call, form: str) -> Response:
    """Download the records that the caller may see, as CSV or XLSX; a line for each, or for each row of sub-forms."""
    asked: Any = call.query
    target = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - closed with the answer
    try:
        with call.db.read() as unit:
            found = call.runtime.catalog.find(unit, form)
            query = Query(
                filter=asked["filter"], sort=asked["sort"], search=asked.get("q") or None, setting=Setting(now=call.now)
            )
            count = exports.write(
                unit, call.actor, found, query, target,
                fields=asked.get("fields_"), kind=asked["format"], locale=call.locale,
                layout=asked["layout"],
            )  # fmt: skip
        detail = {"format": asked["format"], "rows": count}
        call.db.write(
            lambda uow: audit.note(
                uow, call.actor, Act.RECORD_EXPORT, "form", found.form_id, detail, now=call.now, ip=call.ip
            )
        )
    except BaseException:
        target.close()
        raise
    target.seek(0)
    name = f"{found.key}-{call.now.astimezone(found.zone):%Y%m%d}.{asked['format']}"
    answer = send_file(target, mimetype=TYPES[asked["format"]], as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer
