"""The organisation as flows need it: supervisors, role groups, skills, territories, shifts, absences."""

import sqlalchemy as sa
from alembic import op

from formloom.platform.storage.tables import (
    absences,
    role_group_roles,
    role_groups,
    shift_people,
    shifts,
    skills,
    territories,
    user_skills,
    user_territories,
)

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = (
    role_groups, role_group_roles, skills, user_skills, territories, user_territories, shifts, shift_people, absences,
)  # fmt: skip
COLUMNS = ("supervisor_id", "primary_department_id")


def upgrade() -> None:
    """Add what is missing: the first revision makes the tables as the code knows them, so a new database has all."""
    there = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("users")}
    for name in COLUMNS:
        if name not in there:
            op.add_column("users", sa.Column(name, sa.String(36)))
    for table in TABLES:
        table.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    for table in reversed(TABLES):
        table.drop(op.get_bind())
    for name in COLUMNS:
        op.drop_column("users", name)
