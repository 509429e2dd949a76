"""Files at tasks: what somebody attaches to an answer, his signature, and the files of fields that his step gives him.

Whoever is asked need not be able to open the form itself, so the files that he needs come and go by way of his task and
its process. What was attached to an answer, and signatures, can be read by whom the process concerns, and by way of the
process alone: no field of the form names them.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from formloom.platform.access.policy import Act, demand
from formloom.platform.definitions.row_names import field_name
from formloom.platform.kernel.actors import Member
from formloom.platform.kernel.errors import Finding, Invalid, NotFound
from formloom.platform.kernel.ids import is_id
from formloom.platform.records import files, service
from formloom.platform.records.files import NOT_FOR_FILES, Place
from formloom.platform.records.queries import uploads
from formloom.platform.records.queries.uploads import FileRow
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows.approvals import processes
from formloom.workflows.approvals.shown import editable, field_rights
from formloom.workflows.queries import tasks
from formloom.workflows.queries.tasks import TaskRow
from formloom.workflows.running import Run, look_at

ATTACHED, SIGNED = "@attached", "@signed"
"""What such an upload is for, where a field would stand; no field's id has an @."""
MOST = 20
MAX_MB = 20
NO_SUCH_FILE = {"zh-CN": "文件不存在或已过期，请重新上传", "en": "This file is not there any more: upload it again"}


def take(
    rt: Runtime, actor: Member, task_id: str, part: str, filename: str, stream: BinaryIO, *, now: datetime
) -> FileRow:
    """Store a file for an open task: for its answer, its signature, or a field that can be changed there.

    Raises NotFound, Invalid, TooLarge.
    """

    def place_in(unit: ReadUnit) -> Place:
        demand(unit, actor, Act.TASK_ANSWER)
        found = tasks.find(unit, task_id)
        if found is None or found.user_id != actor.user_id or found.state != "open" or found.kind == "cc":
            raise NotFound
        run, _stood = look_at(unit, rt, found.run_id, now=now)
        return _place(run, found, part)

    with rt.db.read() as unit:
        place = place_in(unit)
    owner = service.owner_of(actor)

    def ensure(uow: UnitOfWork) -> None:
        place_in(uow)

    return files.keep_upload(rt.db, rt.files, place, owner, filename, stream, ensure=ensure, now=now)


def find(unit: ReadUnit, actor: Member, rt: Runtime, run_id: str, file_id: str, *, now: datetime) -> FileRow:
    """Return a file of a process for whom it concerns: one of an answer, or of a field that a task shows him.

    Raises NotFound.
    """
    demand(unit, actor, Act.PROCESS_READ)
    run, _stood = look_at(unit, rt, run_id, now=now)
    row = uploads.find(unit, file_id) if is_id(file_id) else None
    if row is None or row.form_id != run.form.form_id or not processes.is_of(unit, actor, run):
        raise NotFound
    if row.record_id is None and row.owner == service.owner_of(actor):
        return row
    if row.record_id != run.facts.record_id:
        raise NotFound
    if row.field_id in {ATTACHED, SIGNED} or field_name(row.field_id) in _seen(unit, actor, run):
        return row
    raise NotFound


def used(
    uow: UnitOfWork, actor: Member, task: TaskRow, part: str, ids: Sequence[str], *, now: datetime
) -> list[dict[str, Any]]:
    """Give uploads to an answer and return what they are: `id`, `name`, `size_bytes`, `type`.

    They are the actor's own and new, or stand in what he saved at this task before. Raises Invalid.
    """
    wanted = [one for one in dict.fromkeys(ids) if is_id(one)]
    free = uploads.attachable(uow, task.form_id, part, wanted, owner=service.owner_of(actor), record_id=None, now=now)
    kept = uploads.described(uow, [one for one in wanted if one in _saved(task)])
    known = {**free, **kept}
    if len(known) < len(set(ids)):
        raise Invalid(
            findings=[Finding("no_such_file", NO_SUCH_FILE, "signature" if part == SIGNED else "attachments")]
        )
    uploads.bind(uow, list(free), task.record_id, now=now)
    return [dict(known[one]) for one in wanted]


def _saved(task: TaskRow) -> Collection[str]:
    return {str(one["id"]) for one in task.attachments or ()} | ({task.signature} if task.signature else set())


def _place(run: Run, task: TaskRow, part: str) -> Place:
    form, node = run.form, run.node(task.node)
    if part == ATTACHED and node.get("comment") != "off":
        return Place(form.form_id, ATTACHED, MAX_MB)
    if part == SIGNED and node.get("signature", "off") != "off":
        return Place(form.form_id, SIGNED, 2, takes_pictures_only=True)
    if field_name(part) in editable(form, node):
        return Place.of_field(form, part)
    raise Invalid(findings=[Finding("not_for_files", NOT_FOR_FILES, field=part[:40])])


def _seen(unit: ReadUnit, actor: Member, run: Run) -> set[str]:
    """Return the fields that any of somebody's tasks in a run shows him."""
    mine = [one for one in tasks.of_run(unit, run.id) if actor.user_id in {one.user_id, one.meant_id}]
    nodes = {one.node for one in mine if one.node in run.program.places or one.kind == "start"}
    return {name for node in nodes for name in field_rights(run.form, run.node(node))}
