"""cards and iteration cards."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_CREATE_CARD_SEARCH = {
    "sqlite": (
        (
            "CREATE VIRTUAL TABLE card_search USING fts5"
            "(title, description, external_id, tokenize='trigram case_sensitive 1')"
        ),
    ),
    "postgresql": (
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        (
            "CREATE TABLE card_search (rowid BIGINT PRIMARY KEY, title TEXT NOT NULL,"
            " description TEXT NOT NULL, external_id TEXT NOT NULL)"
        ),
        "CREATE INDEX ix_card_search_title ON card_search USING gin (title gin_trgm_ops)",
        (
            "CREATE INDEX ix_card_search_description ON card_search"
            " USING gin (description gin_trgm_ops)"
        ),
        (
            "CREATE INDEX ix_card_search_external_id ON card_search"
            " USING gin (external_id gin_trgm_ops)"
        ),
    ),
}


def upgrade() -> None:
    """Migrate forward; there is no way back but a backup."""
    op.create_table(
        "tags",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column(
            "company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("color", sa.SmallInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_tags_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tags")),
        sa.UniqueConstraint("company_id", "name", name=op.f("uq_tags_company_id_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "idempotency_keys",
        sa.Column(
            "company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_idempotency_keys_user_id")
        ),
        sa.PrimaryKeyConstraint("company_id", "user_id", "key", name=op.f("pk_idempotency_keys")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_keys_created"), ["created"], unique=False)

    op.create_table(
        "placements",
        sa.Column(
            "company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("space_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("board_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["board_id"], ["boards.id"], name=op.f("fk_placements_board_id")),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name=op.f("fk_placements_space_id")),
        sa.PrimaryKeyConstraint("company_id", "space_id", "board_id", name=op.f("pk_placements")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("placements", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_placements_company_id_board_id"),
            ["company_id", "board_id"],
            unique=False,
        )

    op.create_table(
        "cards",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column(
            "company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("space_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("board_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "column_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("lane_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("condition", sa.SmallInteger(), nullable=False),
        sa.Column("sort_order", sa.Double(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "responsible_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "updater_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("asap", sa.SmallInteger(), nullable=False),
        sa.Column("due_date", sa.BigInteger(), nullable=True),
        sa.Column("due_date_time_present", sa.SmallInteger(), nullable=False),
        sa.Column("size", sa.Double(), nullable=True),
        sa.Column("size_unit", sa.Text(), nullable=True),
        sa.Column("size_text", sa.Text(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("estimate_workload", sa.Double(), nullable=False),
        sa.Column("planned_start", sa.BigInteger(), nullable=True),
        sa.Column("planned_end", sa.BigInteger(), nullable=True),
        sa.Column("last_moved_at", sa.BigInteger(), nullable=True),
        sa.Column("column_changed_at", sa.BigInteger(), nullable=True),
        sa.Column("lane_changed_at", sa.BigInteger(), nullable=True),
        sa.Column("first_moved_to_in_progress_at", sa.BigInteger(), nullable=True),
        sa.Column("last_moved_to_done_at", sa.BigInteger(), nullable=True),
        sa.Column("completed_at", sa.BigInteger(), nullable=True),
        sa.Column("comments_total", sa.Integer(), nullable=False),
        sa.Column("comment_last_added_at", sa.BigInteger(), nullable=True),
        sa.Column("iteration_id", sa.String(length=36), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("properties", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.CheckConstraint("condition IN (1, 2, 3)", name=op.f("ck_cards_condition")),
        sa.CheckConstraint("state IN (1, 2, 3)", name=op.f("ck_cards_state")),
        sa.ForeignKeyConstraint(["board_id"], ["boards.id"], name=op.f("fk_cards_board_id")),
        sa.ForeignKeyConstraint(["column_id"], ["columns.id"], name=op.f("fk_cards_column_id")),
        sa.ForeignKeyConstraint(
            ["company_id", "iteration_id"],
            ["iterations.company_id", "iterations.id"],
            name=op.f("fk_cards_company_id_iteration_id"),
        ),
        sa.ForeignKeyConstraint(["lane_id"], ["lanes.id"], name=op.f("fk_cards_lane_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_cards_owner_id")),
        sa.ForeignKeyConstraint(
            ["responsible_id"], ["users.id"], name=op.f("fk_cards_responsible_id")
        ),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name=op.f("fk_cards_space_id")),
        sa.ForeignKeyConstraint(["updater_id"], ["users.id"], name=op.f("fk_cards_updater_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards")),
        sa.UniqueConstraint("company_id", "uid", name=op.f("uq_cards_company_id_uid")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("cards", schema=None) as batch_op:
        batch_op.create_index(
            "ix_cards_backlog",
            ["company_id", "space_id", "condition", "id"],
            unique=False,
            sqlite_where=sa.text("iteration_id IS NULL"),
            postgresql_where=sa.text("iteration_id IS NULL"),
        )
        batch_op.create_index(
            "ix_cards_board", ["company_id", "board_id", "condition", "id"], unique=False
        )
        batch_op.create_index(
            "ix_cards_cell", ["company_id", "column_id", "lane_id", "sort_order"], unique=False
        )
        batch_op.create_index("ix_cards_company", ["company_id", "condition", "id"], unique=False)
        batch_op.create_index(
            "ix_cards_iteration",
            ["company_id", "iteration_id"],
            unique=False,
            sqlite_where=sa.text("iteration_id IS NOT NULL"),
            postgresql_where=sa.text("iteration_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_cards_space", ["company_id", "space_id", "condition", "id"], unique=False
        )

    op.create_table(
        "card_members",
        sa.Column(
            "company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("card_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name=op.f("fk_card_members_card_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_card_members_user_id")),
        sa.PrimaryKeyConstraint("company_id", "card_id", "user_id", name=op.f("pk_card_members")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("card_members", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_card_members_company_id_user_id"),
            ["company_id", "user_id"],
            unique=False,
        )

    op.create_table(
        "card_tags",
        sa.Column(
            "company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("card_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tag_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name=op.f("fk_card_tags_card_id")),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name=op.f("fk_card_tags_tag_id")),
        sa.PrimaryKeyConstraint("company_id", "card_id", "tag_id", name=op.f("pk_card_tags")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("card_tags", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_card_tags_company_id_tag_id"), ["company_id", "tag_id"], unique=False
        )

    op.create_table(
        "comments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column(
            "company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("card_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("edited_at", sa.BigInteger(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_comments_author_id")),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name=op.f("fk_comments_card_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("comments", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_comments_company_id_card_id_id"),
            ["company_id", "card_id", "id"],
            unique=False,
        )

    op.create_table(
        "iteration_cards",
        sa.Column(
            "company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("iteration_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("card_uid", sa.String(length=36), nullable=False),
        sa.Column("added_by_uid", sa.String(length=36), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.Column("removed_by_uid", sa.String(length=36), nullable=True),
        sa.Column("sort_order", sa.Double(), nullable=False),
        sa.Column("live", sa.SmallInteger(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "live IS NULL OR (live = 1 AND removed_at IS NULL)",
            name=op.f("ck_iteration_cards_live"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "card_uid"],
            ["cards.company_id", "cards.uid"],
            name=op.f("fk_iteration_cards_company_id_card_uid"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "iteration_id"],
            ["iterations.company_id", "iterations.id"],
            name=op.f("fk_iteration_cards_company_id_iteration_id"),
        ),
        sa.PrimaryKeyConstraint(
            "company_id", "iteration_id", "id", name=op.f("pk_iteration_cards")
        ),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("iteration_cards", schema=None) as batch_op:
        batch_op.create_index(
            "ix_iteration_cards_card", ["company_id", "card_uid", "created"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_iteration_cards_company_id_iteration_id_sort_order"),
            ["company_id", "iteration_id", "sort_order"],
            unique=False,
        )
        batch_op.create_index(
            "uq_iteration_cards_live",
            ["company_id", "card_uid"],
            unique=True,
            sqlite_where=sa.text("live IS NOT NULL"),
            postgresql_where=sa.text("live IS NOT NULL"),
        )

    with op.batch_alter_table("boards", schema=None) as batch_op:
        batch_op.add_column(sa.Column("deleted_at", sa.BigInteger(), nullable=True))

    with op.batch_alter_table("columns", schema=None) as batch_op:
        batch_op.add_column(sa.Column("wip_limit", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("external_id", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("deleted_at", sa.BigInteger(), nullable=True))

    with op.batch_alter_table("iterations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("capacity", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))

    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.create_index(
            "ix_journal_card",
            ["company_id", "card_uid", "seq"],
            unique=False,
            sqlite_where=sa.text("card_uid IS NOT NULL"),
            postgresql_where=sa.text("card_uid IS NOT NULL"),
        )

    with op.batch_alter_table("lanes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("wip_limit", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("external_id", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column("condition", sa.SmallInteger(), server_default="1", nullable=False)
        )

    for statement in _CREATE_CARD_SEARCH[op.get_bind().dialect.name]:
        op.execute(statement)
    op.execute(
        "INSERT INTO placements (company_id, space_id, board_id, created) "
        "SELECT company_id, space_id, id, created FROM boards"
    )
