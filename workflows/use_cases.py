"""What people do with flows: look at runs, rehearse, press buttons, send dead letters again."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from formloom.platform.access.policy import Act, demand, requires
from formloom.platform.definitions.form import FormVersion
from formloom.platform.definitions.kinds.base import setting_findings, shape_findings, unknown
from formloom.platform.definitions.kinds.types.flow import FlowDocument, walk_nodes
from formloom.platform.kernel.actors import Actor, Member, System
from formloom.platform.kernel.errors import Conflict, Finding, Invalid, NotFound
from formloom.platform.kernel.events import Cause
from formloom.platform.kernel.ids import is_id
from formloom.platform.records import service
from formloom.platform.records.lookups import clean_context
from formloom.platform.records.queries.rows import read_one
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows import sights
from formloom.workflows.approvals import process_figures
from formloom.workflows.engine.context import Occasion
from formloom.workflows.engine.masking import masked
from formloom.workflows.engine.trace import TraceLine
from formloom.workflows.nodes.registry import NODES
from formloom.workflows.queries import claims, inbox, posts, runs, tasks
from formloom.workflows.queries.posts import Post
from formloom.workflows.queries.runs import RunRow
from formloom.workflows.running import Flow, rehearse

KINDS_OF_TRIGGER = {
    "record_updated": "record.updated", "record_transitioned": "record.updated", "button": "flow.button",
    "scheduled": "flow.scheduled",
    "date_offset": "flow.date_offset", "webhook": "flow.webhook", "sla_event": "flow.sla_event",
    "message_received": "flow.message",
}  # fmt: skip


class NotSendable(Conflict):
    """Only what is dead, held back or unsent can be sent again."""

    code = "not_sendable"
    message = {"zh-CN": "这条投递无需重发", "en": "This doesn't need to be sent again"}


class NotAButton(Invalid):
    """The flow is not started by a button."""

    code = "not_a_button"
    message = {"zh-CN": "该规则不由按钮触发", "en": "This rule isn't started by a button"}


class NoSuchRecord(Invalid):
    """A call from outside names a record that is not there."""

    code = "no_such_record"
    message = {"zh-CN": "没有这条记录", "en": "There is no such record"}


def list_runs(
    unit: ReadUnit,
    rt: Runtime,
    actor: Actor,
    flow_id: str,
    *,
    state: str | None,
    record_id: str | None,
    before: str | None,
) -> list[RunRow]:
    """Return a flow's runs, newest first, without what the actor may not see. Raises NotFound, Forbidden."""
    flow = store.find_named(unit, "flow", flow_id)
    demand(unit, actor, Act.FLOW_RUNS_READ, app=flow.app_id)
    found = runs.of_flow(unit, flow.id, state=state, record_id=record_id, before=before)
    return sights.seen_runs(unit, rt.catalog, actor, found)


def simulate(
    unit: ReadUnit,
    rt: Runtime,
    actor: Actor,
    flow_id: str,
    record_id: str,
    overrides: Mapping[str, Any],
    *,
    now: datetime,
) -> tuple[bool, list[dict[str, Any]]]:
    """Return whether any action would be reached, and the trace, of the flow's draft on a record. Writes nothing.

    What the actor may not see of the record is left out of the trace.
    """
    definition = store.find(unit, flow_id, with_draft=True)
    demand(unit, actor, Act.FLOW_SIMULATE, app=definition.app_id)
    document = definition.draft or {}
    if definition.kind != "flow":
        raise NotFound
    if faults := _unreadable(document):
        raise Invalid(findings=faults)
    form = rt.catalog.in_app(unit, definition.app_id, str(document.get("form")))
    record = service.read(unit, actor, form, record_id)
    shown = form.dump(record.values)
    kind = KINDS_OF_TRIGGER.get(str((document.get("trigger") or {}).get("type")), "record.created")
    after = {**shown, **{name: value for name, value in overrides.items() if name in shown}}
    occasion = Occasion(
        event_id="simulation", kind=kind, app_id=form.app_id, form_id=form.form_id, at=now, record_id=record.id,  # type: ignore[arg-type]  # the kinds are ours
        after=after, before=shown, changed=tuple(name for name in after if after[name] != shown.get(name)),
        actor_kind=actor.kind, actor_id=actor.id,
    )  # fmt: skip
    lines = rehearse(unit, rt, Flow(definition, document), form, occasion, now=now)
    sight = sights.of_form(unit, rt.catalog, actor, form)
    return any(line.step_no is not None for line in lines), [masked(line.dump(), sight) for line in lines]


def foresee(
    unit: ReadUnit, rt: Runtime, actor: Actor, flow_id: str, *, document: Mapping[str, Any] | None,
    initiator: str | None, record_id: str | None, values: Mapping[str, Any], now: datetime,
) -> list[dict[str, Any]]:  # fmt: skip
    """Return the way that an approval process would take, and who would be asked where. Writes nothing.

    It runs over the draft, or over `document` as an editor has it, for a record or for values alone, as started by
    `initiator`. Everybody is taken to agree. Raises NotFound, Forbidden, Invalid.
    """
    definition = store.find(unit, flow_id, with_draft=True)
    demand(unit, actor, Act.FLOW_SIMULATE, app=definition.app_id)
    if definition.kind != "flow":
        raise NotFound
    wanted = dict(document if document is not None else definition.draft or {})
    if faults := _unreadable(wanted):
        raise Invalid(findings=faults)
    form = rt.catalog.in_app(unit, definition.app_id, str(wanted.get("form")))
    shown = form.dump(service.read(unit, actor, form, record_id).values) if record_id else {}
    ctx = clean_context(unit, System("simulation"), form, now=now, locale="zh-CN", owner="simulation")
    given = {name: value for name, value in values.items() if name in form.columns}
    after = {**shown, **form.dump(form.clean(given, ctx=ctx, partial=True).values)}
    occasion = Occasion(
        event_id="simulation", kind="record.created", app_id=form.app_id, form_id=form.form_id, at=now,
        record_id=record_id, after=after, actor_kind="member" if initiator else "system", actor_id=initiator,
    )  # fmt: skip
    lines = rehearse(unit, rt, Flow(definition, wanted), form, occasion, now=now)
    nodes = {str(node.get("id")): node for _path, node in walk_nodes(wanted)}
    asked = [person for line in lines for person in line.output.get("people") or ()]
    names = tasks.names(unit, [*asked, *([initiator] if initiator else [])])
    return [_foreseen(line, nodes.get(line.node) or {}, names) for line in lines]


def _foreseen(line: TraceLine, node: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    told = line.output
    people = [{"id": one, "name": names.get(one, "")} for one in told.get("people") or ()]
    skipped = set(told.get("skipped") or ())
    return {
        "node": line.node, "title": node.get("title") or {}, "type": line.type, "result": line.result,
        "people": [{**one, "skipped": one["id"] in skipped} for one in people], "mode": told.get("mode"),
        "chosen": bool(told.get("chosen")), "until": told.get("until"), "why": list(line.why), "error": line.error,
    }  # fmt: skip


def figures(unit: ReadUnit, actor: Actor, flow_id: str, *, since: datetime | None, now: datetime) -> dict[str, Any]:
    """Return what an approval process costs in time: all of it, and each node. Raises NotFound, Forbidden."""
    flow = store.find_named(unit, "flow", flow_id)
    demand(unit, actor, Act.FLOW_RUNS_READ, app=flow.app_id)
    document = store.version(unit, flow.id, flow.version or 0).document
    begun = since or now - timedelta(days=90)
    return process_figures.of_flow(unit, flow.id, document, since=begun, now=now)


def press(uow: UnitOfWork, rt: Runtime, actor: Member, flow_id: str, record_id: str, *, now: datetime) -> str:
    """Start a button's flow on a record that the actor may change; return the occasion's id."""
    flow = store.find_named(uow, "flow", flow_id)
    document = store.version(uow, flow.id, flow.version or 0).document
    form = rt.catalog.in_app(uow, flow.app_id, str(document.get("form")))
    demand(uow, actor, Act.FLOW_TRIGGER, form=form)
    if document["trigger"]["type"] != "button":
        raise NotAButton
    service.changeable(uow, actor, form, record_id)
    payload = _payload(flow.id, actor)
    return claims.add_occasion(uow, "flow.button", form.form_id, record_id, payload, now=now)


def receive_hook(
    uow: UnitOfWork, rt: Runtime, token: str, body: Mapping[str, Any], *, cause: Cause | None, now: datetime
) -> str:
    """Start the flow that listens at `token`; return the occasion's id. Raises NotFound, NoSuchRecord.

    Of the body's members that are named like fields, those that fit their field can be used in conditions; the
    others are in the template variable `hook` only, with all the rest. `cause` is the chain of flows that called, when
    it was one of ours: a flow that it comes back to, or that would make it too long, does not run and says so.
    """
    found = inbox.hook_of(uow, token)
    if found is None:
        raise NotFound
    flow = store.find_named(uow, "flow", found[0])
    document = store.version(uow, flow.id, flow.version or 0).document
    form = rt.catalog.in_app(uow, flow.app_id, str(document.get("form")))
    record_id = _record_of(uow, form, body.get("record"))
    named = {name: value for name, value in body.items() if name in form.columns}
    ctx = clean_context(uow, System("hook", flow.id), form, now=now, locale="zh-CN", owner="hook")
    after = form.dump(form.clean(named, ctx=ctx, partial=True).values)
    chain = Cause("hook", cause.flows if cause else ())
    payload = {**_payload(flow.id, None), "hook": dict(body), "after": after, "cause": chain.dump()}
    return claims.add_occasion(uow, "flow.webhook", form.form_id, record_id, payload, now=now)


def hook_address(uow: UnitOfWork, actor: Actor, flow_id: str, *, now: datetime) -> str:
    """Return the token under which a flow listens. Raises NotFound, Forbidden."""
    flow = store.find(uow, flow_id)
    demand(uow, actor, Act.DEFINITION_EDIT, app=flow.app_id)
    return inbox.hook_for(uow, flow.id, now=now)


@requires(Act.DELIVERY_LIST)
def list_deliveries(
    unit: ReadUnit,
    actor: Actor,  # noqa: ARG001 - the guard reads it
    *,
    state: str | None,
    channel: str | None,
    before: str | None,
) -> tuple[list[Post], dict[str, int]]:
    """Return deliveries, newest first, and how many there are by state."""
    return posts.listing(unit, state=state, channel=channel, before=before), posts.counts(unit)


@requires(Act.DELIVERY_LIST)
def read_delivery(unit: ReadUnit, actor: Actor, delivery_id: str) -> Post:  # noqa: ARG001 - the guard reads it
    """Return one delivery with what it says. Raises NotFound."""
    found = posts.find(unit, delivery_id)
    if found is None:
        raise NotFound
    return found


@requires(Act.DELIVERY_SEND)
def send_again(uow: UnitOfWork, actor: Actor, delivery_id: str, *, now: datetime) -> Post:  # noqa: ARG001 - the guard reads it
    """Put a dead, held-back or unsent delivery in line again. Raises NotFound, NotSendable."""
    if posts.find(uow, delivery_id) is None:
        raise NotFound
    if not posts.again(uow, delivery_id, now=now):
        raise NotSendable
    found = posts.find(uow, delivery_id)
    if found is None:
        raise NotFound
    return found


def _unreadable(document: Mapping[str, Any]) -> list[Finding]:
    """Return what keeps a draft from being run at all; it may still name things that are not there."""
    found = shape_findings(FlowDocument, document)
    for path, node in walk_nodes(document):
        kind = str(node.get("type"))
        if kind not in NODES:
            found.append(unknown("unknown_type", f"{path}/type", kind, NODES.ids(), {"zh-CN": "动作", "en": "action"}))
            continue
        given = {name: value for name, value in node.items() if name not in {"id", "type"}}
        found += setting_findings(NODES.get(kind).settings, given, path)
    return found


def _record_of(unit: ReadUnit, form: FormVersion, named: Any) -> str:
    if named in (None, ""):
        return ""
    if not is_id(named) or read_one(unit, form, named) is None:
        raise NoSuchRecord(findings=[Finding("no_such_record", NoSuchRecord.message, "record")])
    return str(named)


def _payload(flow_id: str, actor: Member | None) -> dict[str, Any]:
    return {
        "flow_id": flow_id, "actor_kind": "member" if actor else "system", "actor_id": actor.user_id if actor else None,
        "locale": actor.locale if actor else "zh-CN", "cause": Cause("button" if actor else "hook").dump(),
    }  # fmt: skip
