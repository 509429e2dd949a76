"""Runs of flows that go on later, and the tasks of the people that they wait for."""

import sqlalchemy as sa
from alembic import op

from formloom.platform.storage.tables import flow_log, flow_runs, flow_tasks

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None
NEW = ("tokens", "occasion", "face", "result", "initiator_id", "chosen", "ended_at", "parent_id", "parent_token")


def upgrade() -> None:
    """Add what is missing: the first revision makes the tables as the code knows them."""
    bind = op.get_bind()
    there = {column["name"] for column in sa.inspect(bind).get_columns("flow_runs")}
    if missing := [name for name in NEW if name not in there]:
        for name in missing:
            known = flow_runs.c[name]
            default = "rule" if name == "face" else None
            op.add_column("flow_runs", sa.Column(name, known.type, nullable=known.nullable, server_default=default))
        op.create_index("ix_flow_runs_parent_id", "flow_runs", ["parent_id"])
        op.create_index("ix_flow_runs_initiator_id_face_id", "flow_runs", ["initiator_id", "face", "id"])
    flow_tasks.create(bind, checkfirst=True)
    flow_log.create(bind, checkfirst=True)


def downgrade() -> None:
    bind = op.get_bind()
    flow_log.drop(bind)
    flow_tasks.drop(bind)
    op.drop_index("ix_flow_runs_initiator_id_face_id", "flow_runs")
    op.drop_index("ix_flow_runs_parent_id", "flow_runs")
    for name in NEW:
        op.drop_column("flow_runs", name)
