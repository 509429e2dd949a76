"""Leases, by which processes know of each other; an index of the timers that wait alone."""

from alembic import op
from sqlalchemy import inspect

from formloom.platform.storage.tables import leases, timers

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None

_WAITING = next(index for index in timers.indexes if index.name == "ix_timers_waiting")


def upgrade() -> None:
    """Add what is missing: the first revision makes the tables as the code knows them, so a new database has all."""
    leases.create(op.get_bind(), checkfirst=True)
    _WAITING.create(op.get_bind(), checkfirst=True)
    if any(index["name"] == "ix_timers_fire_at" for index in inspect(op.get_bind()).get_indexes("timers")):
        op.drop_index("ix_timers_fire_at", "timers")


def downgrade() -> None:
    op.create_index("ix_timers_fire_at", "timers", ["fire_at"])
    _WAITING.drop(op.get_bind())
    leases.drop(op.get_bind())
