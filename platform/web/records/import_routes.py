"""Imports and jobs over HTTP."""

from typing import Any

import orjson
from flask import Response, stream_with_context

from formloom.platform.access.policy import Act, demand
from formloom.platform.definitions.fields.rows import MAX_ROWS
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.errors import Finding, Invalid, NotFound
from formloom.platform.kernel.text import resolve
from formloom.platform.records import job_kinds, jobs
from formloom.platform.records.house import House
from formloom.platform.records.imports import encoding, refusals, starting
from formloom.platform.records.imports.bundles import column_between
from formloom.platform.records.imports.encoding import Reading
from formloom.platform.records.imports.faults import MAX_FILE_BYTES
from formloom.platform.records.imports.mapping import Mapped, checked, fillable, guess
from formloom.platform.records.imports.rehearsal import rehearse
from formloom.platform.records.imports.starting import Upload, Wish
from formloom.platform.records.queries.jobs import JobRow
from formloom.platform.storage.database import ReadUnit
from formloom.platform.web.records.idempotency import once
from formloom.platform.web.records.import_schemas import JobAnswer, JobList, PreviewAnswer, Started
from formloom.platform.web.route import Api, Call

api = Api("imports")
MAX_CELL = 220
"""Longer than any name of a column."""
UPLOAD_BYTES = MAX_FILE_BYTES + 1_048_576
_NO_FILE = {"zh-CN": "请选择文件", "en": "Choose a file"}
_NOT_JSON = {"zh-CN": "应为 {列名: 字段} 形式的 JSON 对象", "en": "Must be a JSON object {column: field or null}"}
_SWITCH = {"zh-CN": "只能是 on 或 off", "en": "Must be on or off"}
_NOT_KNOWN = {"zh-CN": "只能是 {known} 之一", "en": "Must be one of {known}"}


@api.post(
    "/forms/<form>/imports/preview", act=Act.RECORD_IMPORT, takes="multipart", max_bytes=UPLOAD_BYTES,
    answer=PreviewAnswer(),
)  # fmt: skip
def preview_import(call: Call, form: str) -> object:
    """Show the first rows of a file and try them; nothing is imported.

    `file`, or the `upload` of an earlier preview; `mapping` is guessed unless given, so are `encoding` and `separator`,
    and `group_by`, the column that tells which lines are one record where columns of sub-forms are filled.
    """
    found = _form(call, form)
    if "upload" in call.request.form:
        made, upload = call.request.form["upload"], _previewed(call, found)
        with call.db.read() as unit:
            guessed = guess(upload.found.columns, fillable(unit, call.actor, found))
    else:
        upload = _uploaded(call)
        made, guessed = call.db.write(lambda uow: starting.preview(uow, call.actor, found, upload, now=call.now))
    survey, given = upload.found, _mapping(call)
    with call.db.read() as unit:
        free = fillable(unit, call.actor, found)
        mapping = guessed if given is None else checked(given, survey.columns, free)
        by = column_between(found, survey.columns, mapping, _group_by(call))
        trial = _tried(call, unit, found, upload, mapping, by) if any(mapping.values()) else None
    reading = survey.reading
    return {
        "columns": survey.columns, "rows": survey.first, "total_rows": survey.total, "mapping": mapping,
        "fillable": [one.id for one in free], "upload": made, "trial": trial, "group_by": by,
        "encoding": reading and (reading.encoding or "").replace("-sig", ""),
        "separator": reading and encoding.name_of(reading.separator or ","),
    }  # fmt: skip


@api.post(
    "/forms/<form>/imports", act=Act.RECORD_IMPORT, takes="multipart", max_bytes=UPLOAD_BYTES, answer=Started(),
    status=202,
)  # fmt: skip
def start_import(call: Call, form: str) -> object:
    """Import a file, or one that was previewed: `file` or `upload`, `mapping`, `rules` and `messages` on or off."""
    found = _form(call, form)
    wish = Wish(
        _mapping(call), _group_by(call), rules=_switch(call, "rules"), messages=_switch(call, "messages"),
        locale=call.locale,
    )  # fmt: skip
    upload = _previewed(call, found) if "upload" in call.request.form else _uploaded(call)

    def work(uow: Any) -> object:
        made = starting.start(uow, call.actor, found, upload, wish, now=call.now)
        uow.after_commit(lambda: call.runtime.start_job(made))
        return {"id": made}

    said = orjson.dumps(
        [upload.sha256, wish.mapping, wish.group_by, wish.rules, wish.messages, str(upload.wanted)],
        option=orjson.OPT_SORT_KEYS,
    )
    return once(call, work, status=202, content=said)


@api.get("/jobs", act=Act.JOB_READ, answer=JobList())
def list_jobs(call: Call) -> object:
    """List the newest jobs of the caller; an administrator sees everybody's."""
    with call.db.read() as unit:
        found = jobs.listing(unit, call.actor)
    if any(jobs.is_silent(job, call.now) for job in found):
        _bury_silent(call)
        with call.db.read() as unit:
            found = jobs.listing(unit, call.actor)
    return {"jobs": [_shown(call, job, dict(job.result or {})) for job in found]}


@api.get("/jobs/<job_id>", act=Act.JOB_READ, answer=JobAnswer())
def read_job(call: Call, job_id: str) -> object:
    """Tell how far a job is, or how it ended."""
    return _shown(call, _job(call, job_id))


@api.post("/jobs/<job_id>/cancel", act=Act.JOB_CHANGE, answer=JobAnswer())
def cancel_job(call: Call, job_id: str) -> object:
    """Stop a job; what it wrote stays until it is undone."""
    return _shown(call, call.db.write(lambda uow: jobs.cancel(uow, call.actor, job_id, now=call.now)))


@api.post("/jobs/<job_id>/undo", act=Act.JOB_CHANGE, answer=JobAnswer())
def undo_job(call: Call, job_id: str) -> object:
    """Take back what a job did, except where somebody changed it since: an import's records go into the trash."""
    rt = call.runtime
    house = House(rt.db, rt.files, rt.catalog, rt.clock, rt.listeners)
    return _shown(call, call.db.write(lambda uow: job_kinds.undo(uow, call.actor, house, job_id, now=call.now)))


@api.get("/jobs/<job_id>/errors", act=Act.JOB_READ, gives="text/csv")
def download_refused_rows(call: Call, job_id: str) -> Response:
    """Download the rows that did not fit, each with its number, the field, the reason and the original cells."""
    job = _job(call, job_id)
    kept = (job.result or {}).get("errors")
    if kept is None:
        raise NotFound
    with call.db.read() as unit:
        form = call.runtime.catalog.current(unit, job.form_id or "")
    source = call.runtime.files.open(kept)
    lines = refusals.as_csv(source, job.payload["columns"], form, call.locale)
    answer = Response(stream_with_context(lines), content_type="text/csv; charset=utf-8")
    answer.call_on_close(source.close)
    answer.headers["Content-Disposition"] = f'attachment; filename="import-errors-{job.id[:8]}.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _form(call: Call, reference: str) -> FormVersion:
    """Return the form, refusing at once who may not import: before a large file is read."""
    with call.db.read() as unit:
        found = call.runtime.catalog.find(unit, reference)
        demand(unit, call.actor, Act.RECORD_IMPORT, form=found)
    return found


def _uploaded(call: Call) -> Upload:
    given = call.request.files.get("file")
    if given is None or not given.filename:
        raise Invalid(findings=[Finding("required", _NO_FILE, field="file")])
    return starting.keep(call.runtime.files, given.stream, given.filename, _reading(call))  # type: ignore[arg-type]  # an upload has a name here


def _previewed(call: Call, form: FormVersion) -> Upload:
    upload_id = call.request.form["upload"]
    with call.db.read() as unit:
        return starting.reopen(unit, call.runtime.files, call.actor, form, upload_id, _reading(call), now=call.now)


def _reading(call: Call) -> Reading:
    return Reading(_known(call, "encoding", encoding.CHOICES), _known(call, "separator", tuple(encoding.NAMED)))


def _known(call: Call, name: str, known: tuple[str, ...]) -> str | None:
    raw = call.request.form.get(name) or None
    if raw is not None and raw not in known:
        raise Invalid(findings=[Finding("unknown_value", _NOT_KNOWN, field=name, params={"known": ", ".join(known)})])
    return raw


def _tried(
    call: Call, unit: ReadUnit, form: FormVersion, upload: Upload, mapping: Mapped, by: str
) -> dict[str, object]:
    found = rehearse(
        unit, call.actor, form, call.runtime.files, upload, mapping, now=call.now, locale=call.locale, by=by
    )  # fmt: skip
    return {
        "looked_at": found.looked_at, "refused": found.refused,
        "rows": [
            {
                "row": row.numbers[0], "lines": row.numbers[:MAX_ROWS], "row_lines": row.rows, "values": row.values,
                "errors": [_said(call, line, fault) for line, fault in row.findings],
            }
            for row in found.rows
        ],
        "troubles": [
            {"field": one.field, "count": one.count, "message": one.first.words(call.locale), "cell": one.cell[:80]}
            for one in found.troubles
        ],
    }  # fmt: skip


def _said(call: Call, line: int, fault: Finding) -> dict[str, object]:
    return {"field": fault.field, "code": fault.code, "message": fault.words(call.locale), "line": line}


def _group_by(call: Call) -> str | None:
    raw = call.request.form.get("group_by")
    return None if raw is None else raw[:MAX_CELL]


def _mapping(call: Call) -> dict[str, object] | None:
    raw = call.request.form.get("mapping")
    if raw is None:
        return None
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise Invalid(findings=[Finding("bad_mapping", _NOT_JSON, field="mapping")])
    return found


def _switch(call: Call, name: str) -> bool:
    raw = call.request.form.get(name, "off")
    if raw not in {"on", "off"}:
        raise Invalid(findings=[Finding("bad_switch", _SWITCH, field=name)])
    return raw == "on"


def _job(call: Call, job_id: str) -> JobRow:
    with call.db.read() as unit:
        found = jobs.read(unit, call.actor, job_id)
    if not jobs.is_silent(found, call.now):
        return found
    _bury_silent(call)
    with call.db.read() as unit:
        return jobs.read(unit, call.actor, job_id)


def _bury_silent(call: Call) -> None:
    for job_id in call.db.write(lambda uow: jobs.bury_silent(uow, now=call.now)):
        call.runtime.start_job(job_id)


def _shown(call: Call, job: JobRow, result: dict[str, Any] | None = None) -> dict[str, object]:
    """Return a job; in a list with its bare `result`."""
    result = job_kinds.told(job) if result is None else result
    if result.pop("errors", None):
        result["errors_url"] = f"/api/v1/jobs/{job.id}/errors"
    error = job.error and {"code": job.error["code"], "message": resolve(job.error["message"], call.locale)}
    return {
        "id": job.id, "kind": job.kind, "state": job.state, "form": job.form_id, "file": job.payload.get("name"),
        "done": job.done, "total": job.total, "ok": job.ok, "failed": job.failed, "rate_per_s": _rate(call, job),
        "rules": job.payload.get("rules", False), "messages": job.payload.get("messages", False),
        "can_undo": job_kinds.can_undo(job),
        "created_at": _moment(job.created_at), "started_at": _moment(job.started_at),
        "finished_at": _moment(job.finished_at), "error": error, "result": result,
    }  # fmt: skip


def _rate(call: Call, job: JobRow) -> float | None:
    if job.started_at is None or not job.done:
        return None
    until = job.finished_at or job.heartbeat_at or call.now
    return round(job.done / max((until - job.started_at).total_seconds(), 0.1), 1)


def _moment(at: Any) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")
