"""Submissions that are reviewed before they become records."""

from alembic import op

from formloom.platform.storage.tables import waiting_submissions

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is missing: the first revision makes the tables as the code knows them, so a new database has all."""
    waiting_submissions.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    waiting_submissions.drop(op.get_bind())
