"""revisions: from which schema on a program may serve the database."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
oldest = "0011"


def upgrade() -> None:
    """Migrate forward; there is no way back but a backup."""
    op.create_table(
        "revisions",
        sa.Column("revision", sa.String(32), nullable=False),
        sa.Column("oldest", sa.String(32), nullable=False),
        sa.Column("filled", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_revisions")),
        sqlite_with_rowid=False,
    )
