"""Runs that wait until their record is as it should be look again when it has changed."""

import logging
from datetime import datetime

from formloom.platform.kernel.errors import FormloomError
from formloom.platform.storage.database import UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows.engine.context import Occasion
from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.nodes.registry import NODES
from formloom.workflows.nodes.types.wait_until import WaitUntil
from formloom.workflows.queries import runs
from formloom.workflows.running import settle_and_go, take_up

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


def _look(uow: UnitOfWork, rt: Runtime, run_id: str, now: datetime) -> None:
    run, _stood = take_up(uow, rt, run_id, now=now)
    for number in sorted(run.state.waiting):
        token = run.state.token(number)
        if token is None or token.status != "waiting":
            continue  # an earlier one ended the run
        place = run.program.place(token.at)
        kind = NODES.get(place.type)
        if isinstance(kind, WaitUntil) and kind.holds(place.cfg, run.context.at(token.item, run.state.kept)):
            settle_and_go(uow, rt, run, number, Outcome(output={"holds": True}))
