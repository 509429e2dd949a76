"""Mails are received: what came in, and how far each mailbox was read."""

from alembic import op

from formloom.platform.storage.tables import mailbox_places, messages

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is missing: the first revision makes the tables as the code knows them. `mail_log` was never used."""
    messages.create(op.get_bind(), checkfirst=True)
    mailbox_places.create(op.get_bind(), checkfirst=True)
    op.execute("DROP TABLE IF EXISTS mail_log")


def downgrade() -> None:
    """Forget both."""
    for table in (mailbox_places, messages):
        table.drop(op.get_bind())
