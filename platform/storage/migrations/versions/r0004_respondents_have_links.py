"""Links of respondents: the way back to a record, personal links that can be withdrawn, unfinished answers."""

from alembic import op

from formloom.platform.storage.tables import respondent_links, unfinished_answers

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    respondent_links.create(op.get_bind(), checkfirst=True)
    unfinished_answers.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    unfinished_answers.drop(op.get_bind())
    respondent_links.drop(op.get_bind())
