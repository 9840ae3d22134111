"""language: in which one a person is spoken to."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
oldest = "0011"


def upgrade() -> None:
    """Migrate forward; there is no way back but a backup."""
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("language", sa.String(35), server_default="en", nullable=False)
        )
