"""Links by which people find records."""

import sqlalchemy as sa
from alembic import op

from formloom.platform.storage.types import Json

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _columns() -> list[sa.Column[str]]:
    return [
        sa.Column("purpose", sa.String(10), nullable=False, server_default="fill"),
        sa.Column("query", Json()),
    ]


def upgrade() -> None:
    """Add what is missing: the first revision makes the tables as the code knows them, so a new database has all."""
    there = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("form_links")}
    for column in _columns():
        if column.name not in there:
            op.add_column("form_links", column)


def downgrade() -> None:
    for column in _columns():
        op.drop_column("form_links", column.name)
