"""tokens mended: a column that 0005 got only after some databases had it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Migrate forward; there is no way back but a backup."""
    known = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("tokens")}
    if "parent_id" in known:
        return
    id_ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    with op.batch_alter_table("tokens", schema=None) as batch_op:
        batch_op.add_column(sa.Column("parent_id", id_, nullable=True))
