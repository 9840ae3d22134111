"""sign-in attempts: failures count for all server processes."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Migrate forward; there is no way back but a backup."""
    op.create_table(
        "sign_in_attempts",
        sa.Column(
            "company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("client", sa.String(64), nullable=False),
        sa.Column("email", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_sign_in_attempts")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("sign_in_attempts", schema=None) as batch_op:
        for name in ("client", "email"):
            index = op.f(f"ix_sign_in_attempts_company_id_{name}")
            batch_op.create_index(index, ["company_id", name], unique=False)
        batch_op.create_index(op.f("ix_sign_in_attempts_at"), ["at"], unique=False)
