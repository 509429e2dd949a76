"""What the answers at a node come to by now, and what follows from that."""

from formloom.platform.storage.database import UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows.approvals import asking, rights, telling
from formloom.workflows.approvals.facts import Stay
from formloom.workflows.approvals.seats import ruling
from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.queries import tasks
from formloom.workflows.running import Run, settle_and_go


def weigh(uow: UnitOfWork, rt: Runtime, run: Run, stay: Stay, kind: str) -> None:
    """See what the answers at a node come to by now: ask the next ones, or go on."""
    node = run.node(stay.node)
    seats = asking.seats_of(uow, run.id, stay)
    mode = node.get("mode") or "any"
    if asking.is_in_order(node):
        mode = "sequential"
    found = ruling(str(mode), int(node.get("percent") or 50), seats)
    if found.result is None:
        if closed := [one.id for one in seats if one.state == "open" and one.id not in found.open]:
            tasks.change(uow, closed, {"state": "pending"})
        turn = [one for one in seats if one.id in found.open]
        return asking.open_now(uow, run.context, run.facts, node, turn, kind=kind)
    telling.tell_decided(uow, run.context, run.facts, stay, node, found.result)
    outcome = Outcome(output={"result": found.result})
    if found.result == "rejected":
        outcome = asking.rejected(node, rights.previous(uow, run, stay.node))
    return settle_and_go(uow, rt, run, stay.token, outcome)
