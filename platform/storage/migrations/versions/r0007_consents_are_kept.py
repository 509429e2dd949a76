"""What people agreed to, and when."""

from alembic import op

from formloom.platform.storage.tables import consent_texts, consents

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is missing: the first revision makes the tables as the code knows them, so a new database has all."""
    for table in (consent_texts, consents):
        table.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    for table in (consents, consent_texts):
        table.drop(op.get_bind())
