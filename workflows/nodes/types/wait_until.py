"""Wait until the record is as it should be."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Length

from formloom.workflows.durations import Duration
from formloom.workflows.engine.conditions import changes_at, explain
from formloom.workflows.engine.context import Context
from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.nodes import keeping
from formloom.workflows.nodes.base import Action, Plan, Settings
from formloom.workflows.nodes.desk import Desk


def _is_duration(text: str) -> None:
    try:
        Duration.parse(text)
    except ValueError as fault:
        raise ValidationError("Not a duration such as PT2H or P1D") from fault


class WaitUntil(Action):
    """Goes on once the record meets a condition, which is looked at again whenever the record changes and at each
    moment at which time alone may change the answer.

    With `after` it waits so long at most; then it does what stands in `late` before it goes on. A condition sees the
    record alone: of others what it looks up from them, and of results of earlier nodes what they were then.
    """

    id = "wait_until"
    label = {"zh-CN": "等待条件成立", "en": "Wait for a condition"}
    icon = "clock"
    group = "logic"
    waits = True
    settings = Schema.from_dict(
        {
            "title": keeping.title(),
            "when": fields.Dict(load_default=dict),
            "after": fields.String(allow_none=True, load_default=None, validate=[Length(max=40), _is_duration]),
            "calendar": fields.String(allow_none=True, load_default=None, validate=Length(max=60)),
            "late": fields.List(fields.Dict(), load_default=list),
        },
        name="WaitUntil",
    )()

    def plan(self, cfg: Settings, context: Context) -> Plan:  # noqa: ARG002 - looked at when it is done
        after = Duration.parse(cfg["after"]) if cfg.get("after") else None
        return {"when": cfg.get("when"), "after": after, "calendar": cfg.get("calendar")}

    def perform(self, plan: Plan, desk: Desk) -> Outcome:
        outcome, looks_at = self.looked_at(plan, desk.context)
        if outcome is not None:
            return outcome
        until = desk.later(plan["after"], plan["calendar"]) if plan["after"] else None
        waits = desk.wait_for_change(until, looks_at)
        return replace(waits, why=self._why(plan, desk.context)[1])

    def looked_at(self, cfg: Settings, context: Context) -> tuple[Outcome | None, datetime | None]:
        """Return what comes of a look, None while it waits on, and when the next is due by the clock."""
        holds, why = self._why(cfg, context)
        if holds:
            return Outcome(output={"holds": True}, why=why), None
        return None, changes_at(cfg.get("when") or {}, context)

    def woken(self, cfg: Settings, context: Context) -> Outcome:
        """Return what comes of its time being over."""
        holds, why = self._why(cfg, context)
        return Outcome(output={"holds": holds, "late": not holds}, why=why, way=None if holds else "late")

    def _why(self, cfg: Settings, context: Context) -> tuple[bool, tuple[dict[str, Any], ...]]:
        when = cfg.get("when")
        holds, why = explain(when, context) if when else (True, [])
        return holds, tuple(why)
