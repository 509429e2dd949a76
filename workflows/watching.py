"""Runs that wait until their record is as it should be look again when it has changed, or when time may have told."""

import logging
from datetime import datetime

from formloom.platform.kernel.errors import FormloomError
from formloom.platform.storage.database import UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows.engine.context import Occasion
from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.engine.state import Token
from formloom.workflows.nodes.registry import NODES
from formloom.workflows.nodes.types.wait_until import WaitUntil
from formloom.workflows.queries import clockwork, runs
from formloom.workflows.running import Run, settle_told, take_up

_log = logging.getLogger(__name__)


def look_again(uow: UnitOfWork, rt: Runtime, occasion: Occasion, *, now: datetime) -> None:
    """Go on with the runs that wait for what has happened to a record."""
    if occasion.kind != "record.updated" or not occasion.record_id:
        return
    for run_id in runs.waiting_at(uow, occasion.form_id, occasion.record_id):
        try:
            with uow.attempt():
                _look(uow, rt, run_id, now)
        except FormloomError:  # one run that can't go on must not stop the others
            _log.exception("run %s could not look again", run_id)


def look(uow: UnitOfWork, rt: Runtime, run: Run, token: Token) -> None:
    """Go on with a token when the record is by now as it waits for, else plan the next look by the clock."""
    place = run.program.place(token.at)
    kind = NODES.get(place.type)
    if not isinstance(kind, WaitUntil):
        return
    outcome, looks_at = kind.looked_at(place.cfg, run.context.at(token.item, run.state.kept))
    if outcome is not None:
        settle_told(uow, rt, run, token, outcome)
    elif looks_at is not None:
        about = {"flow_id": run.flow.id, "form_id": run.form.form_id, "record_id": run.context.record_id}
        told = {"run": run.id, "node": token.at, "token": token.id, "visit": token.visit}
        clockwork.plan_in_run(uow, "look", about, looks_at, told, now=run.context.now)


def time_over(run: Run, token: Token) -> Outcome | None:
    """Return what comes of a token having waited for a condition as long as it may; None when it waits for others."""
    place = run.program.place(token.at)
    kind = NODES.get(place.type)
    if not isinstance(kind, WaitUntil):
        return None
    return kind.woken(place.cfg, run.context.at(token.item, run.state.kept))


def _look(uow: UnitOfWork, rt: Runtime, run_id: str, now: datetime) -> None:
    run, _stood = take_up(uow, rt, run_id, now=now)
    for number in sorted(run.state.waiting):
        token = run.state.token(number)
        if token is not None and token.status == "waiting":  # an earlier one may have ended the run
            look(uow, rt, run, token)
