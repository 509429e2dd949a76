"""Uploads of a public page that works without JavaScript: plain multipart, kept across an invalid submission.

A file that arrived is stored at once and its id stands in a hidden input of the page that is shown again, so nobody has
to choose it twice. Ids are bound to form, field and link (`service.owner_of`), and are used once.
"""

from typing import Any, BinaryIO, cast

from flask import request

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Public
from formloom.platform.records import files
from formloom.platform.records.queries import uploads
from formloom.platform.records.service import owner_of
from formloom.platform.web.public.controls import UPLOADS
from formloom.platform.web.public.queries.links import LinkRow
from formloom.platform.web.route import Call

KEPT = "__kept"


def keep_uploads(call: Call, link: LinkRow, form: FormVersion) -> dict[str, list[str]]:
    """Store the files of this request; return field id → ids of these and of those kept from before.

    Raises Invalid for a file that does not fit its field, TooLarge.
    """
    values: dict[str, list[str]] = {}
    for item in form.stored:
        if not item.public or item.type.widget(item.cfg).control not in UPLOADS:
            continue
        ids = [one for one in request.form.getlist(item.id + KEPT) if one]
        for part in request.files.getlist(item.id):
            if part.filename:
                row = store_part(call, link, form, item.id, part)
                ids.append(row.id)
        if ids:
            values[item.id] = ids
    return values


def store_part(call: Call, link: LinkRow, form: FormVersion, field_id: str, part: Any) -> uploads.FileRow:
    """Store one file for a field of the public form. Raises Invalid, TooLarge."""
    visitor = Public(form.form_id, form.version, link.token)
    return files.store_upload(
        call.db, call.runtime.files, visitor, form, field_id, part.filename or "", cast(BinaryIO, part.stream),
        now=call.now,
    )  # fmt: skip


def kept_files(call: Call, form: FormVersion, data: Any) -> dict[str, list[dict[str, Any]]]:
    """Return field id → descriptions of the files that arrived with an invalid submission."""
    if data is None:
        return {}
    link_owner = owner_of(
        Public(form.form_id, form.version, str(request.view_args["token"]) if request.view_args else "")
    )
    kept: dict[str, list[dict[str, Any]]] = {}
    with call.db.read() as unit:
        for item in form.stored:
            ids = data.getlist(item.id + KEPT)
            if ids:
                found = uploads.attachable(
                    unit, form.form_id, item.id, ids, owner=link_owner, record_id=None, now=call.now
                )
                kept[item.id] = [dict(one) for one in found.values()]
    return kept
