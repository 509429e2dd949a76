"""Counts of what waits and what failed, for the metrics page."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select

from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.tables import deliveries, jobs, leases, outbox, sessions, timers

SILENT_S = 15.0
"""So long after its last sign a process no longer counts as seen."""

Figures = Mapping[str, tuple[str, Mapping[str, float]]]


def figures(unit: ReadUnit, now: datetime) -> Figures:
    """Return name → (help, {state: value}) for everything that is watched."""
    return {
        "outbox_events": ("Events by state", _by_state(unit, outbox)),
        "deliveries": ("Mails and webhooks by state", _by_state(unit, deliveries)),
        "jobs": ("Imports and exports by state", _by_state(unit, jobs)),
        "timers": ("Timers", {"waiting": _count(unit, timers, timers.c.fired_at.is_(None))}),
        "outbox_lag_seconds": ("Age of the oldest event that waits", {"oldest": _age(unit, outbox, ("new",), now)}),
        "deliveries_lag_seconds": (
            "Age of the oldest mail or webhook that is due",
            {"oldest": _age(unit, deliveries, ("pending", "sending"), now)},
        ),
        "timers_lag_seconds": ("How late the oldest timer is", {"oldest": _lateness(unit, now)}),
        "processes_seen": ("Tickers that lead and workers, seen lately", _seen(unit, now)),
        "sessions": ("Signed-in sessions", {"open": _count(unit, sessions, sessions.c.expires_at > now)}),
    }


def _seen(unit: ReadUnit, now: datetime) -> Mapping[str, float]:
    """Return how many of each kind gave a sign lately; nothing where one process is all."""
    ages = lease_ages(unit, now)
    lately = [name.partition(":")[0] for name, age in ages.items() if age < SILENT_S]
    return {kind: float(lately.count(kind)) for kind in ("ticker", "worker")} if ages else {}


def lease_ages(unit: ReadUnit, now: datetime) -> Mapping[str, float]:
    """Return for each lease that is held how many seconds ago its holder gave the last sign."""
    held = select(leases.c.name, leases.c.renewed_at).where(leases.c.holder != "").order_by(leases.c.name)
    return {name: max(0.0, (now - renewed_at).total_seconds()) for name, renewed_at in unit.conn.execute(held)}


def _age(unit: ReadUnit, table: object, states: tuple[str, ...], now: datetime) -> float:
    columns = table.c  # type: ignore[attr-defined]  # our tables have columns
    oldest = unit.conn.scalar(
        select(columns.created_at).where(columns.state.in_(states)).order_by(columns.id).limit(1)
    )  # ids are in the order of time
    return max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0


def _lateness(unit: ReadUnit, now: datetime) -> float:
    waiting = select(timers.c.fire_at).where(timers.c.fired_at.is_(None)).order_by(timers.c.fire_at).limit(1)
    first = unit.conn.scalar(waiting)
    return max(0.0, (now - first).total_seconds()) if first is not None else 0.0


def _by_state(unit: ReadUnit, table: object) -> Mapping[str, float]:
    state = table.c.state  # type: ignore[attr-defined]  # our tables have columns
    return {str(row[0]): float(row[1]) for row in unit.conn.execute(select(state, func.count()).group_by(state))}


def _count(unit: ReadUnit, table: object, condition: object) -> float:
    statement = select(func.count()).select_from(table).where(condition)  # type: ignore[arg-type]  # our tables have columns
    return float(unit.conn.scalar(statement) or 0)
