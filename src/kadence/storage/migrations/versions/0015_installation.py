"""installation: where a database is served, so that a copy of it does not act for it."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
oldest = "0013"


def upgrade() -> None:
    """Migrate forward; there is no way back but a backup."""
    op.create_table(
        "installation",
        sa.Column("id", sa.SmallInteger(), nullable=False),
        sa.Column("public_url", sa.Text(), nullable=True),
        sa.Column("paused_at", sa.BigInteger(), nullable=True),
        sa.Column("paused_because", sa.String(length=16), nullable=True),
        sa.Column("purge_owed", sa.SmallInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_installation_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
        sqlite_with_rowid=False,
    )
    # 0013 has taken out what may still be dug out of the file.
    op.execute("INSERT INTO installation (id, purge_owed) SELECT 1, 1 FROM companies LIMIT 1")
