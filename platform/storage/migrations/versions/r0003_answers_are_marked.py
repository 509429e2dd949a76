"""Marks of answers, for forms that take one from each device, network, value or person."""

from alembic import op

from formloom.platform.storage.tables import answer_marks

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    answer_marks.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    answer_marks.drop(op.get_bind())
