"""Running one flow for one occasion, within a given transaction."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.errors import FormloomError
from formloom.platform.kernel.text import LOCALES
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows.desks import DryDesk, LiveDesk
from formloom.workflows.engine.context import Context, Occasion
from formloom.workflows.engine.outcome import Outcome, failure
from formloom.workflows.engine.run import Step, drive
from formloom.workflows.engine.trace import TraceLine, run_state
from formloom.workflows.engine.words import title_of, variables
from formloom.workflows.queries import runs

MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Flow:
    """A published flow."""

    definition: store.Definition
    document: dict[str, Any]

    @property
    def id(self) -> str:
        return self.definition.id

    @property
    def trigger(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.document["trigger"]
        return found

    @property
    def is_on(self) -> bool:
        return self.document.get("enabled", True) is not False


def run_flow(uow: UnitOfWork, rt: Runtime, flow: Flow, form: FormVersion, occasion: Occasion, *, now: datetime) -> None:
    """Run a flow for an occasion, once: a second attempt finds the run there and does nothing."""
    began = time.perf_counter()
    run_id = begin_run(uow, flow, form, occasion, now=now)
    if run_id is None:
        return
    context = context_of(uow, rt, form, occasion, now=now)
    desk = LiveDesk(uow, rt, context, flow_id=flow.id, flow_key=flow.definition.key, run_id=run_id)

    def perform(step: Step) -> Outcome:
        desk.step_no = step.no
        outcome = _performed(step, desk, uow)
        runs.add_step(uow, run_id, step.no, step.node, outcome.result, outcome.output, now=now)
        return outcome

    lines = drive(flow.document.get("nodes") or (), context, perform)
    runs.finish(uow, run_id, _told(lines, began))


def begin_run(uow: UnitOfWork, flow: Flow, form: FormVersion, occasion: Occasion, *, now: datetime) -> str | None:
    """Claim the run of a flow for an occasion and return its id; None when it is there already."""
    return runs.begin(
        uow, flow.id, flow.definition.version or 0, occasion.event_id,
        {
            "form_id": form.form_id, "record_id": occasion.record_id,
            "record_title": title_of(form, occasion.after, occasion.locale),
            "trigger": str(flow.trigger.get("type")), "cause": occasion.cause.dump(), "at": now,
        },
    )  # fmt: skip


def rehearse(
    unit: ReadUnit, rt: Runtime, flow: Flow, form: FormVersion, occasion: Occasion, *, now: datetime
) -> list[TraceLine]:
    """Return the trace of what would happen, without doing any of it."""
    context = context_of(unit, rt, form, occasion, now=now)
    desk = DryDesk(unit, rt, context, flow_id=flow.id)

    def perform(step: Step) -> Outcome:
        desk.step_no = step.no
        try:
            return step.action.perform(step.plan, desk)
        except FormloomError as fault:
            return failure(fault)

    return list(drive(flow.document.get("nodes") or (), context, perform))


def context_of(unit: ReadUnit, rt: Runtime, form: FormVersion, occasion: Occasion, *, now: datetime) -> Context:
    """Return the context of a run, with the template variables looked up when a template asks."""
    context = Context(form, occasion, now, form.zone, dict(occasion.after))
    known: dict[str, Mapping[str, Any]] = {}

    def words(locale: str) -> Mapping[str, Any]:
        language = locale if locale in LOCALES else LOCALES[0]
        key = f"{language}:{hash(frozenset((name, str(value)) for name, value in context.values.items()))}"
        if key not in known:
            known[key] = variables(unit, rt.catalog, rt.settings, context, language)
        return known[key]

    context.words = words
    return context


def _performed(step: Step, desk: LiveDesk, uow: UnitOfWork) -> Outcome:
    """Do a step; what a named fact prevents is undone alone and told, the flow goes on."""
    try:
        with uow.attempt():
            return step.action.perform(step.plan, desk)
    except FormloomError as fault:
        return failure(fault)


def _told(lines: tuple[TraceLine, ...], began: float) -> dict[str, Any]:
    return {
        "state": run_state(lines), "trace": [line.dump() for line in lines],
        "took_ms": int((time.perf_counter() - began) * 1000),
    }  # fmt: skip
