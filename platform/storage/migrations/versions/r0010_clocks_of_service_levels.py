"""The clocks of service levels and what happened to them."""

from alembic import op

from formloom.platform.storage.tables import sla_clocks, sla_events

revision = "0010"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is missing: the first revision makes the tables as the code knows them, so a new database has all."""
    for table in (sla_clocks, sla_events):
        table.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    for table in (sla_events, sla_clocks):
        table.drop(op.get_bind())
