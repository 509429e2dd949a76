"""How long records spend in each of their states."""

from alembic import op

from formloom.platform.storage.tables import record_stages

revision = "0013"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is missing: the first revision makes the tables as the code knows them, so a new database has all."""
    record_stages.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    record_stages.drop(op.get_bind())
