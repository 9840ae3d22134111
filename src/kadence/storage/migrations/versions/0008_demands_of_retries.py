"""demands of retries: what somebody had to be allowed for an answer that is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Migrate forward; there is no way back but a backup."""
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.add_column(sa.Column("demands", sa.Text(), nullable=True))
