"""audit log: who did what to people and access, and from where."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
oldest = "0013"


def upgrade() -> None:
    """Migrate forward; there is no way back but a backup."""
    id_ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "audit_log",
        sa.Column("company_id", id_, nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("author_id", id_, nullable=True),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_id", id_, nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_audit_log")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("audit_log", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_audit_log_company_id_at_id"), ["company_id", "at", "id"], unique=False
        )
        batch_op.create_index(
            "ix_audit_log_address",
            ["at"],
            unique=False,
            sqlite_where=sa.text("address IS NOT NULL"),
            postgresql_where=sa.text("address IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_audit_log_failed",
            ["company_id", "at", "id"],
            unique=False,
            sqlite_where=sa.text("action = 'sign_in_fail'"),
            postgresql_where=sa.text("action = 'sign_in_fail'"),
        )
