"""The tables of the first release."""

from alembic import op

from formloom.platform.storage.tables import system

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    system.create_all(op.get_bind(), checkfirst=False)


def downgrade() -> None:
    system.drop_all(op.get_bind(), checkfirst=False)
