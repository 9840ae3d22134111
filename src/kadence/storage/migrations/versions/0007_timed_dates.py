"""timed dates: whether a time was written with the start or finish date of an iteration."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Migrate forward; there is no way back but a backup."""
    with op.batch_alter_table("iterations", schema=None) as batch_op:
        for name in ("start_timed", "finish_timed"):
            batch_op.add_column(
                sa.Column(name, sa.SmallInteger(), server_default="0", nullable=False)
            )
