"""Uploads of a public page, with JavaScript one by one, without it together with the submission.

A file that arrived is stored at once. Its id stands in the page that is shown again, ticked, so nobody has to choose
it twice and unticking removes it. Ids are bound to form, field and link (`service.owner_of`), live a day and are used
once.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, BinaryIO, cast

from werkzeug.datastructures import FileStorage, MultiDict

from formloom.platform.definitions.row_names import field_name
from formloom.platform.kernel.errors import Finding, Forbidden, Invalid, TooLarge
from formloom.platform.records import files, service
from formloom.platform.records.queries import uploads
from formloom.platform.records.queries.uploads import FileRow
from formloom.platform.web.public import guards
from formloom.platform.web.public.controls import Uploads
from formloom.platform.web.public.page_form import PageForm
from formloom.platform.web.public.rows import Rows
from formloom.platform.web.public.visits import Visit

_NUMBER = re.compile(r"\.[0-9]{1,3}\.")
"""The row in the name of an input inside a sub-form."""
NO_SUCH_FIELD = {"zh-CN": "此表单没有这个上传字段", "en": "This form has no such field for files"}


def store_one(visit: Visit, field_id: str, part: FileStorage) -> FileRow:
    """Store one file for a field. Raises Invalid, TooLarge, TooMany."""
    item, holder = files.holder_of(visit.form, field_id), visit.form.by_id.get(field_name(field_id))
    if item is None or holder is None or not holder.public or item.kind != "files":
        raise Invalid(findings=[Finding("not_for_files", NO_SUCH_FIELD, field=field_id[:40])])
    guards.count_uploads(visit, 1)
    return files.store_upload(
        visit.rt.db, visit.rt.files, visit.visitor, visit.form, field_id, part.filename or "",
        cast(BinaryIO, part.stream), now=visit.now,
    )  # fmt: skip


def store_parts(visit: Visit, parts: "MultiDict[str, FileStorage]") -> tuple[dict[str, list[str]], list[Finding]]:
    """Store the files that came with a submission; return input name → ids, and which files did not fit."""
    stored: dict[str, list[str]] = {}
    findings: list[Finding] = []
    for name, part in parts.items(multi=True):
        if not part.filename:
            continue
        field_id = _NUMBER.sub(".", name, count=1)
        try:
            stored.setdefault(name, []).append(store_one(visit, field_id, part).id)
        except (Invalid, TooLarge, Forbidden) as fault:
            found = fault.findings or (Finding(fault.code, fault.message, params=fault.params),)
            findings.extend(replace(one, field=name.replace(".", "/")) for one in found)
    return stored, findings


def show_kept(visit: Visit, page: PageForm, *, record_id: str | None = None) -> None:
    """Let the page show the files that arrived before, and those of the record that is changed."""
    owner = service.owner_of(visit.visitor)
    with visit.rt.db.read() as unit:
        for question in _with_cells(page):
            if isinstance(question, Uploads) and question.data:
                given, holder = _ids(question.data), question.cfg["field_id"]
                found = uploads.attachable(
                    unit, visit.form.form_id, holder, given, owner=owner, record_id=record_id, now=visit.now
                )
                question.kept = list(found.values())


def _with_cells(page: PageForm) -> Iterable[Any]:
    for question in page:
        yield question
        if isinstance(question, Rows):
            yield from (cell for line in question.lines for cell in line)


def _ids(given: Iterable[Any]) -> list[str]:
    return [one for one in given if isinstance(one, str) and len(one) <= 40][:50]
