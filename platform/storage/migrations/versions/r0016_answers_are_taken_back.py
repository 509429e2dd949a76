"""Runs keep where they stood before their last answer, so that it can be taken back."""

import sqlalchemy as sa
from alembic import op

from formloom.platform.storage.tables import flow_runs

revision = "0016"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, unless the first revision made the table as the code knows it."""
    there = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("flow_runs")}
    if "last_answer" not in there:
        op.add_column("flow_runs", sa.Column("last_answer", flow_runs.c.last_answer.type, nullable=True))


def downgrade() -> None:
    """Forget them."""
    op.drop_column("flow_runs", "last_answer")
