"""Between the dispatcher and the clocks: keeps them along with a record's events, and tells what they come to.

What a clock comes to is an occasion of its own, put among the events in the same unit of work: the actions of its
policy run for it as a flow of the policy's name, and so do the rules that wait for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from formloom.platform.definitions.form import FormVersion
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.workflows.engine.context import Occasion
from formloom.workflows.queries import claims
from formloom.workflows.running import Flow
from formloom.workflows.sla.keeping import POLICIES, Telling, follow
from formloom.workflows.sla.policy import Policy
from formloom.workflows.triggers.registry import TRIGGERS

OCCASION: Literal["flow.sla_event"] = "flow.sla_event"
KEPT_FOR = frozenset({
    "record.created", "record.updated", "record.deleted", "record.restored", "flow.button", "flow.message",
    "sla.due",
})  # fmt: skip
"""The occasions on which a clock may have moved."""
LISTENER = "sla_event"


class Announcer:
    """Keeps clocks for one dispatcher."""

    def listens(self, unit: ReadUnit, form: FormVersion) -> bool:
        """Tell whether records of a form have clocks."""
        return bool(POLICIES.of(unit, form))

    def keep(
        self, uow: UnitOfWork, form: FormVersion, occasion: Occasion, flows: Iterable[Flow], *, now: datetime
    ) -> None:
        """Work out the clocks of the occasion's record anew and put what they came to among the events."""
        policies = POLICIES.of(uow, form)
        if _is_beside(occasion, policies):
            return
        tellings = follow(uow, form, policies, occasion.record_id or "", now=now, since=occasion.at)
        rules = [flow.trigger for flow in flows if flow.is_on and flow.trigger.get("type") == LISTENER]
        for telling in tellings:
            if _has_actions(telling) or _is_awaited(telling, rules, occasion):
                payload: dict[str, Any] = {
                    "actor_kind": "system", "locale": occasion.locale, "cause": occasion.cause.dump(),
                    "messages": occasion.messages, "sla": dict(telling.told), "policy_id": telling.policy.id,
                    "mark": telling.mark,
                }  # fmt: skip
                claims.add_occasion(uow, OCCASION, form.form_id, occasion.record_id or "", payload, now=now)

    def actions_of(self, unit: ReadUnit, form: FormVersion, occasion: Occasion) -> list[Flow]:
        """Return the actions that a policy wants done on this occasion, as a flow of its own."""
        told, mark = occasion.payload.get("sla"), occasion.payload.get("mark")
        if occasion.kind != OCCASION or not isinstance(told, Mapping) or not mark:
            return []
        wanted = occasion.payload.get("policy_id")
        policy = next((one for one in POLICIES.of(unit, form) if one.id == wanted), None)
        nodes = _nodes(policy, str(told["metric"]), str(mark)) if policy else ()
        if policy is None or not nodes:
            return []
        document: dict[str, Any] = {"form": form.key, "trigger": {"type": LISTENER}, "nodes": list(nodes)}
        return [Flow(policy.definition, document)]


def _is_beside(occasion: Occasion, policies: Iterable[Policy]) -> bool:
    """Tell whether a change touched nothing that clocks depend on; what the one it is about says counts by itself."""
    if occasion.kind != "record.updated" or occasion.actor_kind == "public":
        return False
    return not any(policy.fields & set(occasion.changed) for policy in policies)


def _nodes(policy: Policy, metric: str, mark: str) -> Sequence[Any]:
    found = next((one for one in policy.metrics if one.rule.id == metric), None)
    return found.actions.get(mark) or () if found else ()


def _has_actions(telling: Telling) -> bool:
    return bool(telling.mark and _nodes(telling.policy, str(telling.told["metric"]), telling.mark))


def _is_awaited(telling: Telling, rules: Iterable[Any], occasion: Occasion) -> bool:
    heard = Occasion(
        event_id="", kind=OCCASION, app_id=occasion.app_id, form_id=occasion.form_id, at=occasion.at,
        payload={"sla": dict(telling.told)},
    )  # fmt: skip
    return any(TRIGGERS.get(LISTENER).accepts(rule, heard) for rule in rules)
