"""Public links have a password, a name and the moment of their last submission."""

import sqlalchemy as sa
from alembic import op

from formloom.platform.storage.types import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _columns() -> list[sa.Column[str]]:
    return [
        sa.Column("name", sa.String(120)), sa.Column("password_hash", sa.String(200)),
        sa.Column("last_submission_at", UtcDateTime()),
    ]  # fmt: skip


def upgrade() -> None:
    """Add what is missing: the first revision makes the tables as the code knows them, so a new database has all."""
    there = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("form_links")}
    for column in _columns():
        if column.name not in there:
            op.add_column("form_links", column)


def downgrade() -> None:
    for column in _columns():
        op.drop_column("form_links", column.name)
