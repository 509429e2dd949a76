"""Counts of what waits and what failed, for the metrics page."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select

from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.tables import deliveries, jobs, outbox, sessions, timers

Figures = Mapping[str, tuple[str, Mapping[str, float]]]


def figures(unit: ReadUnit, now: datetime) -> Figures:
    """Return name → (help, {state: value}) for everything that is watched."""
    return {
        "outbox_events": ("Events by state", _by_state(unit, outbox)),
        "deliveries": ("Mails and webhooks by state", _by_state(unit, deliveries)),
        "jobs": ("Imports and exports by state", _by_state(unit, jobs)),
        "timers": ("Timers", {"waiting": _count(unit, timers, timers.c.fired_at.is_(None))}),
        "sessions": ("Signed-in sessions", {"open": _count(unit, sessions, sessions.c.expires_at > now)}),
    }


def _by_state(unit: ReadUnit, table: object) -> Mapping[str, float]:
    state = table.c.state  # type: ignore[attr-defined]
    return {str(row[0]): float(row[1]) for row in unit.conn.execute(select(state, func.count()).group_by(state))}


def _count(unit: ReadUnit, table: object, condition: object) -> float:
    statement = select(func.count()).select_from(table).where(condition)  # type: ignore[arg-type]
    return float(unit.conn.scalar(statement) or 0)
