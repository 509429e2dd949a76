"""Tasks and processes over HTTP."""

from dataclasses import asdict
from typing import Any, BinaryIO, cast

from flask import request
from marshmallow import Schema, fields, validate

from formloom.platform.access.policy import Act
from formloom.platform.kernel.errors import FormloomError
from formloom.platform.web.problems import STATUS
from formloom.platform.web.records.file_routes import MAX_UPLOAD_BYTES, FileQuery, UploadAnswer, given, only_file
from formloom.platform.web.route import Api, Call, load
from formloom.workflows.approvals import answering, migration, processes, reading, taking_back, task_files
from formloom.workflows.approvals.answering import Answer
from formloom.workflows.approvals.faults import NotHere
from formloom.workflows.approvals.processes import Order
from formloom.workflows.queries import tasks
from formloom.workflows.queries.sla import app_of

api = Api("tasks")
ANSWERS = ("approve", "reject", "submit", "save", "return", "transfer", "add_sign", "comment")
ORDERS = ("withdraw", "urge", "comment", "jump", "reassign", "end", "reactivate")
MOST_AT_ONCE = 100
_ID = validate.Length(1, 40)


class BoxQuery(Schema):
    """Which tasks."""

    box = fields.String(load_default="todo", validate=validate.OneOf(("todo", "done", "started", "cc")))
    app = fields.String(validate=_ID)
    q = fields.String(load_default="", validate=validate.Length(max=200))
    cursor = fields.String(validate=_ID)
    limit = fields.Integer(load_default=reading.PAGE, validate=validate.Range(1, 200))


class AnswerBody(Schema):
    """What somebody says at a task."""

    comment = fields.String(load_default="", validate=validate.Length(max=5_000))
    signature = fields.String(load_default=None, allow_none=True, validate=_ID)
    attachments = fields.List(fields.String(validate=_ID), load_default=list, validate=validate.Length(max=20))
    values = fields.Dict(keys=fields.String(validate=validate.Length(max=60)), load_default=dict)
    to = fields.List(fields.String(validate=_ID), load_default=list, validate=validate.Length(max=50))
    position = fields.String(load_default="before", validate=validate.OneOf(("before", "after", "parallel")))
    node = fields.String(load_default="", validate=validate.Length(max=60))
    chosen = fields.Dict(
        keys=fields.String(validate=validate.Length(max=60)),
        values=fields.List(fields.String(validate=_ID), validate=validate.Length(max=50)), load_default=dict,
    )  # fmt: skip
    then = fields.String(load_default="again", validate=validate.OneOf(("again", "direct")))


class TaskFileTarget(Schema):
    """What a file is for."""

    field = fields.String(required=True, validate=validate.Length(1, 90))


class TaskFileBody(TaskFileTarget):
    """A file and what it is for."""

    file = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


class TaskBatchBody(Schema):
    """Several tasks answered alike."""

    ids = fields.List(fields.String(validate=_ID), required=True, validate=validate.Length(1, MOST_AT_ONCE))
    action = fields.String(required=True, validate=validate.OneOf(("approve", "reject")))
    comment = fields.String(load_default="", validate=validate.Length(max=5_000))


class OrderBody(Schema):
    """What is to be done with a process."""

    comment = fields.String(load_default="", validate=validate.Length(max=5_000))
    node = fields.String(load_default="", validate=validate.Length(max=60))
    task = fields.String(load_default="", validate=validate.Length(max=40))
    to = fields.String(load_default="", validate=validate.Length(max=40))


class MigrateBody(Schema):
    """To which version, and which node becomes which; those of the same id need not be named, "" lets them stay.

    Many processes are taken in parts: `after` is the `next` of the part before.
    """

    to = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1))
    mapping = fields.Dict(
        keys=fields.String(validate=validate.Length(max=60)), values=fields.String(validate=validate.Length(max=60)),
        load_default=dict, validate=validate.Length(max=100),
    )  # fmt: skip
    processes = fields.List(fields.String(validate=_ID), load_default=list, validate=validate.Length(max=500))
    after = fields.String(load_default="", validate=validate.Length(max=40))
    most = fields.Integer(load_default=migration.MOST, validate=validate.Range(1, migration.MOST))
    dry_run = fields.Boolean(load_default=True)


@api.get("/tasks", act=Act.TASK_LIST, query=BoxQuery())
def box(call: Call) -> object:
    """List one's tasks, copies or processes, newest first."""
    asked = call.query
    with call.db.read() as unit:
        found = reading.box(
            unit, call.member, call.runtime, asked["box"], app_id=asked.get("app"), q=asked["q"],
            before=asked.get("cursor"), limit=asked["limit"], now=call.now,
        )  # fmt: skip
    return {"tasks": found.rows, "counts": found.counts, "next": found.next}


@api.get("/tasks/counts", act=Act.TASK_LIST)
def counts(call: Call) -> object:
    """Tell how many tasks wait and how many copies are unread."""
    with call.db.read() as unit:
        return {"counts": tasks.counts(unit, call.member.user_id)}


@api.get("/tasks/flows", act=Act.TASK_LIST)
def flows(call: Call) -> object:
    """List the approval processes that may ask the caller, for which he can name somebody else."""
    with call.db.read() as unit:
        return {"flows": reading.flows(unit, call.member)}


@api.get("/tasks/<task>", act=Act.TASK_LIST)
def read(call: Call, task: str) -> object:
    """Return one task with its record as the step shows it, the log and the picture of the process."""
    with call.db.read() as unit:
        found = reading.task(unit, call.member, call.runtime, task, now=call.now)
    if found["kind"] == "cc" and found["state"] == "open":
        call.db.write(lambda uow: reading.mark_read(uow, call.member, task, now=call.now))
        found["state"] = "read"
    return found


@api.post("/tasks/batch", act=Act.TASK_ANSWER, body=TaskBatchBody(), status=200)
def batch(call: Call) -> object:
    """Approve or reject several tasks, each for itself."""
    said = Answer(comment=call.body["comment"])
    results = []
    for task in dict.fromkeys(call.body["ids"]):
        try:
            _answer(call, task, call.body["action"], said)
            results.append({"id": task, "status": 200})
        except FormloomError as fault:
            results.append({"id": task, "status": STATUS[fault.kind], "message": fault.words(call.locale)})
    return {"results": results}


@api.post("/tasks/<task>/<action>", act=Act.TASK_ANSWER, body=AnswerBody(), status=200)
def answer(call: Call, task: str, action: str) -> object:
    """Answer a task: approve, reject, submit, save, return, transfer, add_sign or comment."""
    if action not in ANSWERS:
        raise NotHere
    run = _answer(call, task, action, Answer(**call.body))
    return {"task": task, "process": run.id, "process_state": run.result, "can_take_back": _can_take_back(call, task)}


@api.post("/tasks/<task>/take_back", act=Act.TASK_ANSWER, status=200)
def take_back(call: Call, task: str) -> object:
    """Take one's answer back, as long as nothing came of it but that others were asked."""
    run = call.db.write(lambda uow: taking_back.take_back(uow, call.member, call.runtime, task, now=call.now))
    return {"task": task, "process": run.id, "process_state": run.result}


@api.post(
    "/tasks/<task>/files", act=Act.TASK_ANSWER, takes="multipart", body=TaskFileBody(), answer=UploadAnswer(),
    status=201, max_bytes=MAX_UPLOAD_BYTES,
)  # fmt: skip
def upload(call: Call, task: str) -> object:
    """Store a file for one's answer (@attached), one's signature (@signed) or a field that can be changed here."""
    target: Any = load(TaskFileTarget(), request.form.to_dict())
    part = only_file()
    stream = cast(BinaryIO, part.stream)
    row = task_files.take(call.runtime, call.member, task, target["field"], part.filename or "", stream, now=call.now)
    return {"id": row.id, "name": row.name, "size_bytes": row.size_bytes, "type": row.type}


@api.get("/processes/<process>/files/<file>", act=Act.PROCESS_READ, query=FileQuery(), gives="*/*")
def download(call: Call, process: str, file: str) -> object:
    """Download a file of a process, or of its record as far as a task shows it; or look at its thumbnail."""
    with call.db.read() as unit:
        row = task_files.find(unit, call.member, call.runtime, process, file, now=call.now)
    return given(call, row)


@api.get("/processes/<process>", act=Act.PROCESS_READ)
def read_process(call: Call, process: str) -> object:
    """Return a process with its log and picture."""
    with call.db.read() as unit:
        return reading.process(unit, call.member, call.runtime, process, now=call.now)


@api.post("/processes/<process>/<action>", act=Act.PROCESS_ACT, body=OrderBody(), status=200)
def act(call: Call, process: str, action: str) -> object:
    """Do something with a whole process: withdraw, urge, comment; administrators: jump, reassign, end, reactivate."""
    if action not in ORDERS:
        raise NotHere
    order = Order(**call.body)

    def work(uow: Any) -> Any:
        return processes.act(uow, call.member, call.runtime, process, action, order, now=call.now)

    run = call.db.write(work)
    return {"process": run.id, "process_state": run.result}


@api.get("/flows/<flow>/running", act=Act.PROCESS_MANAGE)
def running(call: Call, flow: str) -> object:
    """Tell how many processes of a flow run on which of its versions."""
    with call.db.read() as unit:
        return migration.standing(unit, call.member, flow)


@api.get("/apps/<app>/processes/older", act=Act.PROCESS_MANAGE)
def older(call: Call, app: str) -> object:
    """Tell how many processes of each flow of an app run on an older version of it."""
    with call.db.read() as unit:
        return {"flows": migration.older(unit, call.member, app_of(unit, app))}


@api.post("/flows/<flow>/migrate", act=Act.PROCESS_MANAGE, body=MigrateBody(), status=200)
def migrate(call: Call, flow: str) -> object:
    """Take running processes to another version, or tell what that would do."""
    said = call.body
    order = migration.Order(said["to"], said["mapping"], frozenset(said["processes"]), said["after"], said["most"])
    if said["dry_run"]:
        with call.db.read() as unit:
            return asdict(migration.preview(unit, call.member, call.runtime, flow, order))

    def work(uow: Any) -> Any:
        return migration.migrate(uow, call.member, call.runtime, flow, order, now=call.now)

    return asdict(call.db.write(work))


@api.get("/forms/<form>/records/<record>/processes", act=Act.RECORD_READ)
def of_record(call: Call, form: str, record: str) -> object:
    """List the processes of a record that concern the caller, newest first."""
    with call.db.read() as unit:
        found = call.runtime.catalog.find(unit, form)
        return {"processes": reading.processes_of(unit, call.member, found, call.runtime, record, now=call.now)}


def _can_take_back(call: Call, task: str) -> bool:
    with call.db.read() as unit:
        return taking_back.can(unit, task, call.member.user_id)


def _answer(call: Call, task: str, action: str, said: Answer) -> Any:
    return call.db.write(lambda uow: answering.answer(uow, call.member, call.runtime, task, action, said, now=call.now))
