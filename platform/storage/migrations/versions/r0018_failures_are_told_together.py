"""What went wrong is kept until a digest tells of it; a notification may lead to a page."""

import sqlalchemy as sa
from alembic import op

from formloom.platform.storage.tables import failures, notifications

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is missing: the first revision makes the tables as the code knows them."""
    bind = op.get_bind()
    if "path" not in {column["name"] for column in sa.inspect(bind).get_columns("notifications")}:
        op.add_column("notifications", sa.Column("path", notifications.c.path.type))
    failures.create(bind, checkfirst=True)


def downgrade() -> None:
    """Forget both."""
    failures.drop(op.get_bind())
    op.drop_column("notifications", "path")
