"""Pools: which records wait for an owner, who took them and who gave them back."""

from alembic import op

from formloom.platform.storage.tables import pool_entries, pool_log

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is missing: the first revision makes the tables as the code knows them, so a new database has all."""
    for table in (pool_entries, pool_log):
        table.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    for table in (pool_log, pool_entries):
        table.drop(op.get_bind())
