"""Which run a run repeats, and who wanted that."""

import sqlalchemy as sa
from alembic import op

from formloom.platform.storage.tables import flow_runs

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None
NEW = ("replay_of", "replay_by")


def upgrade() -> None:
    """Add what is missing: the first revision makes the tables as the code knows them."""
    there = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("flow_runs")}
    for name in NEW:
        if name not in there:
            op.add_column("flow_runs", sa.Column(name, flow_runs.c[name].type))


def downgrade() -> None:
    """Take the columns away."""
    for name in NEW:
        op.drop_column("flow_runs", name)
