"""Public links know which sites may hold their form."""

import sqlalchemy as sa
from alembic import op

from formloom.platform.storage.types import Json

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column where it is missing: the first revision makes the tables as the code knows them."""
    there = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("form_links")}
    if "hosts" not in there:
        op.add_column("form_links", sa.Column("hosts", Json()))


def downgrade() -> None:
    op.drop_column("form_links", "hosts")
