"""What runs of a process is found by its flow and version, however many runs are over."""

import sqlalchemy as sa
from alembic import op

from formloom.platform.storage.tables import flow_runs

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None
NAME = "ix_flow_runs_standing"


def upgrade() -> None:
    """Add what is missing: the first revision makes the tables as the code knows them."""
    bind = op.get_bind()
    if NAME not in {index["name"] for index in sa.inspect(bind).get_indexes("flow_runs")}:
        next(index for index in flow_runs.indexes if index.name == NAME).create(bind)


def downgrade() -> None:
    """Forget it."""
    op.drop_index(NAME, table_name="flow_runs")
