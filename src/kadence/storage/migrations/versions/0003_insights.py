"""insights: working calendars, signed links, and indexes for reports."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ITERATION_STEPS = (
    "kind IN ('iteration.changed', 'iteration.activated', 'iteration.closed', 'iteration.removed')"
)


def upgrade() -> None:
    """Migrate forward; there is no way back but a backup."""
    company_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "calendars",
        sa.Column("company_id", company_id, nullable=False),
        sa.Column("space_uid", sa.String(length=36), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "space_uid"],
            ["spaces.company_id", "spaces.uid"],
            name=op.f("fk_calendars_company_id_space_uid"),
        ),
        sa.PrimaryKeyConstraint("company_id", "space_uid", name=op.f("pk_calendars")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "links",
        sa.Column("company_id", company_id, nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("space_uid", sa.String(length=36), nullable=False),
        sa.Column("iteration_id", sa.String(length=36), nullable=True),
        sa.Column("shows", sa.String(length=16), nullable=False),
        sa.Column("user_id", company_id, nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id", "iteration_id"],
            ["iterations.company_id", "iterations.id"],
            name=op.f("fk_links_company_id_iteration_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "space_uid"],
            ["spaces.company_id", "spaces.uid"],
            name=op.f("fk_links_company_id_space_uid"),
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_links_company_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_links_user_id")),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_links")),
        sa.UniqueConstraint("id", name=op.f("uq_links_id")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_links_company_id_space_uid"), ["company_id", "space_uid"], unique=False
        )
    op.create_table(
        "signing_keys",
        sa.Column("company_id", company_id, nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_signing_keys_company_id")
        ),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_signing_keys")),
    )
    with op.batch_alter_table("iterations", schema=None) as batch_op:
        batch_op.create_index(
            "ix_iterations_closed",
            ["company_id", "space_uid", "actual_finish_date"],
            unique=False,
            sqlite_where=sa.text("status = 'closed'"),
            postgresql_where=sa.text("status = 'closed'"),
        )
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.create_index(
            "ix_journal_iteration",
            ["company_id", "iteration_id", "seq"],
            unique=False,
            sqlite_where=sa.text(_ITERATION_STEPS),
            postgresql_where=sa.text(_ITERATION_STEPS),
        )
