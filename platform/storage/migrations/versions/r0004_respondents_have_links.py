"""Links of respondents: the way back to a record, and personal links that can be withdrawn."""

from alembic import op

from formloom.platform.storage.tables import respondent_links

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    respondent_links.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    respondent_links.drop(op.get_bind())
