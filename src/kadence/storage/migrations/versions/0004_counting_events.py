"""counting events: the index of a card's events tells which of them reports need."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Migrate forward; there is no way back but a backup."""
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("counts", sa.SmallInteger(), server_default="0", nullable=False)
        )
        batch_op.drop_index("ix_journal_card")
    # What domain.timeline.counts says of a new event.
    journal = sa.table("journal", sa.column("kind"), sa.column("payload"), sa.column("counts"))
    told = [journal.c.payload.contains(f'"{key}":') for key in ("state", "size_text")]
    always = (
        "card.created",
        "card.archived",
        "card.restored",
        "card.deleted",
        "iteration_card.added",
        "iteration_card.removed",
    )
    counting = sa.or_(
        journal.c.kind.in_(always),
        journal.c.kind.in_(("card.changed", "card.moved")) & sa.or_(*told),
    )
    op.execute(journal.update().where(counting).values(counts=1))
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.create_index(
            "ix_journal_card",
            ["company_id", "card_uid", "seq", "counts"],
            unique=False,
            sqlite_where=sa.text("card_uid IS NOT NULL"),
            postgresql_where=sa.text("card_uid IS NOT NULL"),
        )
