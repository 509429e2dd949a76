"""Records that nobody could be given wait in a queue; turns are counted in shares."""

import sqlalchemy as sa
from alembic import op

from formloom.platform.storage.tables import assignment_queue

revision = "0014"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is missing: the first revision makes the tables as the code knows them."""
    bind = op.get_bind()
    if "start" not in {column["name"] for column in sa.inspect(bind).get_columns("assignment_turns")}:
        op.add_column("assignment_turns", sa.Column("start", sa.Float(), nullable=False, server_default="0"))
    assignment_queue.create(bind, checkfirst=True)


def downgrade() -> None:
    assignment_queue.drop(op.get_bind())
    op.drop_column("assignment_turns", "start")
