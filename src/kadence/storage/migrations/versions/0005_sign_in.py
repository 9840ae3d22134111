"""sign in: passwords, and tokens that are browser sessions or let somebody in once."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Migrate forward; there is no way back but a backup."""
    id_ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    with op.batch_alter_table("tokens", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("kind", sa.SmallInteger(), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("parent_id", id_, nullable=True))
    op.create_table(
        "passwords",
        sa.Column("company_id", id_, nullable=False),
        sa.Column("user_id", id_, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_passwords_company_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_passwords_user_id")),
        sa.PrimaryKeyConstraint("company_id", "user_id", name=op.f("pk_passwords")),
    )
