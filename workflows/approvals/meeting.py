"""Who sits at the table of a node: people found, doubled ones spared, deputies in their place."""

from collections.abc import Mapping
from typing import Any

from formloom.platform.storage.database import ReadUnit
from formloom.workflows.approvals.asking import Asked, is_in_order
from formloom.workflows.approvals.facts import Running, Stay
from formloom.workflows.approvals.people import Asking, deputies, found
from formloom.workflows.engine.context import Context
from formloom.workflows.queries import staff, tasks


def invite(
    unit: ReadUnit, context: Context, run: Running, stay: Stay, kind: str, node: Mapping[str, Any]
) -> tuple[Asked, Mapping[str, Any]]:
    """Return who is asked, and the node with what follows from that: a chain of supervisors is asked in its order."""
    asking = Asking(unit, context, run.initiator_id, run.chosen, stay.node)
    meant = node.get("assignees") or ()
    people = found(asking, meant)
    if run.initiator_id in people and run.options.get("initiator_is_approver") == "supervisor":
        above = asking.structure.supervisor(run.initiator_id, 1)
        people = list(dict.fromkeys(above if one == run.initiator_id and above else one for one in people))
    if not people and kind != "cc":
        people = _instead(asking, node)
    if is_in_order(node):
        node = {**node, "mode": "sequential"}
    spared = _spared(unit, run, stay, people) if kind == "approve" else frozenset()
    return Asked(people, spared, deputies(asking, people, run.flow_id, context.now)), node


def _instead(asking: Asking, node: Mapping[str, Any]) -> list[str]:
    """Return who is asked where nobody was found."""
    rule = node.get("when_nobody") or "administrators"
    if rule == "people":
        return found(asking, node.get("nobody_to") or ())
    return staff.administrators(asking.unit) if rule == "administrators" else []


def _spared(unit: ReadUnit, run: Running, stay: Stay, people: list[str]) -> frozenset[str]:
    """Return who need not answer again: he approved before (at all, or at the node just before), or started it."""
    spared = set()
    if run.options.get("initiator_is_approver") == "skip" and run.initiator_id in people:
        spared.add(run.initiator_id)
    rule = run.options.get("same_person") or "keep"
    if rule != "keep":
        before = [one for one in tasks.of_run(unit, run.id) if one.state == "approved" and one.node != stay.node]
        if rule == "consecutive" and before:
            last = max(before, key=lambda one: (one.done_at or one.created_at, one.id)).node
            before = [one for one in before if one.node == last]
        # Somebody who was asked to look again after a return is asked again.
        spared |= {one.user_id for one in before} & set(people) if stay.visit == 1 else set()
    return frozenset(one for one in spared if one)
