"""What people see of tasks and processes: boxes, one task with its record, the log, the picture."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formloom.platform.access.policy import Access, Act, requires
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Member
from formloom.platform.kernel.errors import Forbidden, NotFound
from formloom.platform.records.listing import names_in
from formloom.platform.records.queries.rows import read_one
from formloom.platform.records.record import Record
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows.approvals import people, processes, rights, taking_back
from formloom.workflows.approvals.shown import field_rights
from formloom.workflows.engine.program import START, NoSuchPlace, Program
from formloom.workflows.queries import runs, tasks
from formloom.workflows.queries.runs import Standing
from formloom.workflows.queries.tasks import TaskRow
from formloom.workflows.running import Run, look_at, published

PAGE = 50
MOST_SUMMED_UP = 4


@dataclass(frozen=True, slots=True)
class Box:
    """One page of tasks, how many wait, and where the next page begins."""

    rows: list[dict[str, Any]]
    counts: Mapping[str, int]
    next: str | None


@requires(Act.TASK_LIST)
def box(
    unit: ReadUnit, actor: Member, rt: Runtime, which: str, *, app_id: str | None, q: str, before: str | None,
    limit: int, now: datetime,
) -> Box:  # fmt: skip
    """Return one page of a box: todo, done, cc or started."""
    if which == "started":
        found = tasks.started(unit, actor.user_id, app_id=app_id, q=q, before=before, limit=limit)
        shown = _Shown.of(unit, rt, found)
        rows = [shown.process(one) for one in found]
    else:
        pairs = tasks.box(unit, actor.user_id, which, app_id=app_id, q=q, before=before, limit=limit)
        shown = _Shown.of(unit, rt, [{**told, **_about(task)} for task, told in pairs])
        found = [{"id": task.id} for task, _told in pairs]
        rows = [shown.task(task, told, now) for task, told in pairs]
        # A title that a step hides is found by nobody either.
        rows = [one for one in rows if one["record_title"] is not None or not q]
    return Box(rows, tasks.counts(unit, actor.user_id), found[-1]["id"] if len(found) == limit else None)


@requires(Act.TASK_LIST)
def flows(unit: ReadUnit, actor: Member) -> list[dict[str, Any]]:
    """Return the approval processes of the apps that the actor may open, and others that asked him before."""
    access, asked = Access.of(unit, actor), tasks.flows_that_asked(unit, actor.user_id)
    found = [
        definition
        for definition, document in store.published(unit, "flow")
        if document.get("face") == "approval"
        and (definition.id in asked or access.can(Act.APP_OPEN, app=definition.app_id))
    ]
    apps = runs.apps_named(unit, {one.app_id for one in found})
    return [
        {"id": one.id, "title": one.title or {}, "app": {"id": one.app_id, **apps[one.app_id]}}
        for one in found
        if one.app_id in apps
    ]


@requires(Act.TASK_LIST)
def task(unit: ReadUnit, actor: Member, rt: Runtime, task_id: str, *, now: datetime) -> dict[str, Any]:
    """Return one task with what can be done with it, the record as its node shows it, log and picture.

    Raises NotFound.
    """
    found = tasks.find(unit, task_id)
    if found is None or actor.user_id not in {found.user_id, found.meant_id}:
        raise NotFound
    run, stood = look_at(unit, rt, found.run_id, now=now)
    node = run.program.place(found.node).cfg
    shown = _Shown.of(unit, rt, [{**_told_by(stood), **_about(found)}])
    record = read_one(unit, run.form, found.record_id)
    allowed = field_rights(run.form, node)
    is_mine = found.state == "open" and found.user_id == actor.user_id
    values = run.form.dump(record.values) if record else {}
    return {
        **shown.task(found, _told_by(stood), now),
        "values": {name: values.get(name) for name in allowed},
        "fields": allowed if is_mine else dict.fromkeys(allowed, "view"),
        "actions": rights.actions(node, found) if is_mine else _afterwards(found, stood, actor),
        "return_targets": rights.return_targets(unit, run, found.node, node) if is_mine else [],
        "chosen": _choices(unit, run, found, node) if is_mine and found.kind == "choose" else [],
        "after_return": node.get("after_return") or "ask",
        "comment": node.get("comment") or "optional",
        "signature": node.get("signature") or "off",
        "draft": {"comment": found.comment, "signature": found.signature, "attachments": found.attachments or []},
        "record_exists": record is not None,
        "form_document": _form_document(run.form, allowed),
        **_names(unit, actor, run.form, record, allowed),
        **story(unit, run),
    }  # fmt: skip


def _names(
    unit: ReadUnit, actor: Member, form: FormVersion, record: Record | None, allowed: Collection[str]
) -> dict[str, Any]:
    """Return what the ids in the shown values are called, as far as the reader may know."""
    if record is None:
        return {}
    found: dict[str, Any] = names_in(unit, actor, form, [record], allowed, actor.locale).dump()
    return found


def _afterwards(task: TaskRow, stood: Standing, actor: Member) -> list[str]:
    return ["take_back"] if taking_back.may(task, stood, actor.user_id) else []


def _form_document(form: FormVersion, allowed: Mapping[str, str]) -> dict[str, Any]:
    """Return the form as the step shows it: whoever is asked need not be able to open the form itself."""
    shown = [item.document for item in form.fields if item.id in allowed or not item.type.is_stored]
    return {"fields": shown, "rules": form.document.get("rules") or []}


@requires(Act.TASK_LIST)
def mark_read(uow: UnitOfWork, actor: Member, task_id: str, *, now: datetime) -> None:
    """A copy was opened. Raises NotFound."""
    found = tasks.find(uow, task_id)
    if found is None or found.user_id != actor.user_id or found.kind != "cc":
        raise NotFound
    tasks.change(uow, [task_id], {"state": "read", "done_at": now}, only=("open",))


@requires(Act.PROCESS_READ)
def process(unit: ReadUnit, actor: Member, rt: Runtime, run_id: str, *, now: datetime) -> dict[str, Any]:
    """Return a process with its log and picture, for whom it concerns. Raises NotFound."""
    run, stood = look_at(unit, rt, run_id, now=now)
    if stood.face != "approval" or not processes.is_of(unit, actor, run):
        raise NotFound
    shown = _Shown.of(unit, rt, [_told_by(stood)])
    return {
        **shown.process(_told_by(stood), _seen(unit, actor, run)), "version": stood.version,
        "actions": processes.actions(unit, actor, run, stood), **story(unit, run),
    }  # fmt: skip


def _seen(unit: ReadUnit, actor: Member, run: Run) -> Collection[str] | None:
    """Return the fields that somebody sees of a process: those of the steps that asked him; None for all of them."""
    if run.facts.initiator_id == actor.user_id or processes.may_manage(unit, actor, run):
        return None
    mine = [one.node for one in tasks.of_run(unit, run.id) if actor.user_id in {one.user_id, one.meant_id}]
    return {name for node in mine for name in field_rights(run.form, _node_of(run.program, node))}


@requires(Act.RECORD_READ)
def processes_of(
    unit: ReadUnit, actor: Member, form: FormVersion, rt: Runtime, record_id: str, *, now: datetime
) -> list[dict[str, Any]]:
    """Return the processes of a record that concern the actor, newest first."""
    found = []
    for run_id in runs.processes_of(unit, form.form_id, record_id):
        try:
            found.append(process(unit, actor, rt, run_id, now=now))
        except (NotFound, Forbidden):
            continue
    return found


def _choices(unit: ReadUnit, run: Run, task: TaskRow, node: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return among whom the initiator chooses for a node; an empty `from` means everybody."""
    sources = [one["from"] for one in node.get("assignees") or () if one.get("chosen") and one.get("from")]
    asking = people.Asking(unit, run.context, run.facts.initiator_id, run.facts.chosen, task.node)
    eligible = people.found(asking, sources)
    names = tasks.names(unit, eligible)
    return [{"node": task.node, "title": node.get("title") or {}, "from": [_person(one, names) for one in eligible]}]


def story(unit: ReadUnit, run: Run) -> dict[str, Any]:
    """Return the log, the document and the picture to lay over it."""
    asked = tasks.of_run(unit, run.id)
    log = tasks.log_of(unit, run.id)
    told = [one for row in log for one in ((row["told"] or {}).get("to") or ())]
    deputies = [(row["told"] or {}).get("on_behalf_of") for row in log]
    ids = {one for one in (*told, *deputies, *(row["user_id"] for row in log), *(one.user_id for one in asked)) if one}
    names = tasks.names(unit, ids)
    return {
        "log": [_line(run, row, names) for row in log],
        "document": {"nodes": run.flow.document.get("nodes") or [], "title": run.flow.document.get("title")},
        "picture": {"nodes": list(_picture(run, asked, names))},
    }


def _line(run: Run, row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    told = row["told"] or {}
    return {
        "at": row["at"], "who": _person(row["user_id"], names), "node": row["node"],
        "node_title": rights.title_of(run, row["node"]) if row["node"] else None, "did": row["did"],
        "comment": row["comment"], "signature": row["signature"], "attachments": row["attachments"] or [],
        "to": [_person(one, names) for one in told.get("to") or ()], "why": told.get("why"),
        "target": rights.title_of(run, told["node"]) if told.get("node") else None, "then": told.get("then"),
        "position": told.get("position"), "on_behalf_of": _person(told.get("on_behalf_of"), names),
    }  # fmt: skip


def _picture(run: Run, asked: Sequence[TaskRow], names: Mapping[str, str]) -> Iterable[dict[str, Any]]:
    """Yield every node with its state and the people of the last stay there."""
    current = {one.at for one in run.state.tokens}
    visits = {line["node"] for line in run.lines}
    for name in (START, *run.program.places):
        last = max((one.visit for one in asked if one.node == name), default=0)
        here = [one for one in asked if one.node == name and one.visit == last]
        state = "current" if name in current else "done" if name in visits or name == START or here else "ahead"
        if state == "ahead" and run.state.ended is not None:
            state = "skipped"
        if any(one.state == "rejected" for one in here):
            state = "rejected"
        people = [
            {**(_person(one.user_id, names) or {}), "state": one.state, "at": one.done_at, "task": one.id}
            for one in here
            if one.state != "cancelled"
        ]
        yield {"id": name, "state": state, "people": people}


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a page of rows needs beside the rows, read once for all of them."""

    flows: Mapping[str, tuple[store.Definition, Mapping[str, Any]]]
    apps: Mapping[str, Mapping[str, Any]]
    forms: Mapping[str, FormVersion]
    names: Mapping[str, str]
    records: Mapping[str, Mapping[str, Any]]
    programs: Mapping[tuple[str, int], Program]

    @classmethod
    def of(cls, unit: ReadUnit, rt: Runtime, rows: Sequence[Mapping[str, Any]]) -> "_Shown":
        """Read what `rows` name by `flow_id` and `version`, `form_id`, `record_id` and `initiator_id`."""
        forms: dict[str, FormVersion] = {}
        for form_id in {row["form_id"] for row in rows}:
            try:
                forms[form_id] = rt.catalog.current(unit, form_id)
            except NotFound:
                continue
        flows = runs.flows_named(unit, {row["flow_id"] for row in rows})
        people = {row["initiator_id"] for row in rows if row["initiator_id"]}
        records: dict[str, Mapping[str, Any]] = {}
        for form_id, form in forms.items():
            ids = [row["record_id"] for row in rows if row["form_id"] == form_id]
            records |= runs.values_of(unit, form, ids)
        programs = {
            (flow_id, version): published(unit, flow_id, version)[1]
            for flow_id, version in {(row["flow_id"], row["version"]) for row in rows if "version" in row}
        }
        return cls(flows, runs.apps_named(unit, {form.app_id for form in forms.values()}), forms,
                   tasks.names(unit, people), records, programs)  # fmt: skip

    def task(self, task: TaskRow, told: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """Return the row of one task."""
        node = _node_of(self.programs[task.flow_id, told["version"]], task.node)
        form = self.forms.get(task.form_id)
        allowed = field_rights(form, node) if form else {}
        is_open = task.state == "open"
        can_batch = is_open and task.kind == "approve" and node.get("signature") != "required"
        return {
            **self._common(task.flow_id, task.form_id, task.record_id, told, allowed), "id": task.id,
            "process": task.run_id,
            "node": task.node, "node_title": node.get("title") or {}, "kind": task.kind,
            "state": "waiting" if task.state == "pending" else task.state,
            "created_at": task.opened_at or task.created_at, "due_at": task.due_at, "done_at": task.done_at,
            "is_late": bool(is_open and task.due_at and task.due_at < now),
            "batch": can_batch and node.get("comment") != "required",
            "summary": self._summary(task.form_id, task.record_id, allowed),
        }  # fmt: skip

    def process(self, row: Mapping[str, Any], allowed: Collection[str] | None = None) -> dict[str, Any]:
        """Return the row of one process, with what `allowed` names of its record; all of it if None."""
        return {
            **self._common(row["flow_id"], row["form_id"], row["record_id"], row, allowed), "id": row["id"],
            "process": row["id"], "state": row["result"] or "running", "created_at": row["at"],
            "started_at": row["at"], "done_at": row["ended_at"], "ended_at": row["ended_at"],
            "due_at": None, "is_late": False, "kind": "process", "node": None,
            "node_title": None, "batch": False, "summary": self._summary(row["form_id"], row["record_id"], allowed),
        }  # fmt: skip

    def _common(
        self, flow_id: str, form_id: str, record_id: str, told: Mapping[str, Any], allowed: Collection[str] | None
    ) -> dict[str, Any]:
        flow, form = self.flows.get(flow_id), self.forms.get(form_id)
        is_named = form is None or form.title_field is None or allowed is None or form.title_field in allowed
        app = self.apps.get(form.app_id) if form else None
        return {
            "flow": {"id": flow_id, "title": (flow[1].get("title") if flow else None) or {}},
            "app": dict(app) if app else None, "form": f"{app['key']}.{form.key}" if app and form else None,
            "record": record_id, "record_title": told.get("record_title") if is_named else None,
            "initiator": _person(told.get("initiator_id"), self.names),
            "process_state": told.get("result") or "running",
        }  # fmt: skip

    def _summary(self, form_id: str, record_id: str, allowed: Collection[str] | None) -> list[dict[str, Any]]:
        """Return the first filled ones of the fields that are shown: `field`, `label`, `type` and `value`."""
        form = self.forms.get(form_id)
        if form is None:
            return []
        values = self.records.get(record_id) or {}
        known = form.stored if allowed is None else [item for item in form.stored if item.id in allowed]
        shown = [item for item in known if values.get(item.id) not in (None, "", [])]
        return [
            {"field": item.id, "label": item.label, "type": item.type.id, "value": values[item.id]}
            for item in shown[:MOST_SUMMED_UP]
        ]


def _node_of(program: Program, name: str) -> Mapping[str, Any]:
    """Return a node of a process; one that is no longer there, after the process was moved, has no title."""
    try:
        return program.place(name).cfg
    except NoSuchPlace:
        return {}


def _person(user_id: str | None, names: Mapping[str, str]) -> dict[str, Any] | None:
    return {"id": user_id, "name": names.get(user_id, "")} if user_id else None


def _about(task: TaskRow) -> dict[str, Any]:
    return {"flow_id": task.flow_id, "form_id": task.form_id, "record_id": task.record_id}


def _told_by(stood: Standing) -> dict[str, Any]:
    return {
        "id": stood.id, "flow_id": stood.flow_id, "form_id": stood.form_id, "record_id": stood.record_id,
        "record_title": stood.record_title, "initiator_id": stood.initiator_id, "result": stood.result, "at": stood.at,
        "ended_at": stood.ended_at, "version": stood.version,
    }  # fmt: skip
