"""Every table, once; instants are milliseconds since 1970 in UTC, uids lower-case UUIDs.

Every key begins with, or is reachable by an index through, company_id, so that the data can be
spread over several machines by company.
"""

from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    column,
    event,
    table,
    text,
)

REVISION = "0015"
"""The newest migration that this program knows: a database stands there, or at a later one that
this program may serve, to be served."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only in a column whose type is exactly INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")
Uid = String(36)
Millis = BigInteger

# Of no company, as Alembic's own table: what each migration from 0011 on means for the servers.
revisions = Table(
    "revisions",
    metadata,
    Column("revision", String(32), primary_key=True),
    # The oldest schema whose programs may serve the database from then on.
    Column("oldest", String(32), nullable=False),
    # Whether the rows that were there before have been brought along.
    Column("filled", SmallInteger, nullable=False),
    sqlite_with_rowid=False,
)

# Of no company: where this database is served, and whether it may be a copy of that.
installation = Table(
    "installation",
    metadata,
    Column("id", SmallInteger, primary_key=True),
    Column("public_url", Text),
    Column("paused_at", Millis),
    Column("paused_because", String(16)),
    # Whether something was taken out that may still be dug out of the file.
    Column("purge_owed", SmallInteger, nullable=False, server_default="0"),
    CheckConstraint("id = 1", name="one"),
    sqlite_with_rowid=False,
)

companies = Table(
    "companies",
    metadata,
    Column("id", Id, primary_key=True),
    Column("uid", Uid, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("iterations_off_at", Millis),
    Column("created", Millis, nullable=False),
    Column("updated", Millis, nullable=False),
    sqlite_autoincrement=True,
)

users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True),
    Column("uid", Uid, nullable=False),
    Column("company_id", Id, ForeignKey("companies.id"), nullable=False),
    Column("role", SmallInteger, nullable=False),
    Column("deactivated_at", Millis),
    Column("erased_at", Millis),
    Column("last_request_at", Millis),
    Column("created", Millis, nullable=False),
    Column("updated", Millis, nullable=False),
    UniqueConstraint("company_id", "uid"),
    CheckConstraint("role IN (1, 2)", name="role"),
    sqlite_autoincrement=True,
)

# All that is a person's own. No event tells it, so that it can be changed and erased for good.
profiles = Table(
    "profiles",
    metadata,
    Column("company_id", Id, nullable=False),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False),
    Column("email", Text, nullable=False),
    # 1: they have said so themselves, and no owner since.
    Column("email_claimed", SmallInteger, nullable=False),
    Column("full_name", Text, nullable=False),
    Column("username", Text, nullable=False),
    # Null until they have chosen one.
    Column("language", String(35)),
    Column("timezone", String(64)),
    # The e-mail address and both names, folded: SQLite's own LIKE folds ASCII only.
    Column("search", Text, nullable=False),
    PrimaryKeyConstraint("company_id", "user_id"),
    UniqueConstraint("company_id", "email"),
    UniqueConstraint("company_id", "username"),
    sqlite_with_rowid=False,
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Id, primary_key=True),
    Column("company_id", Id, ForeignKey("companies.id"), nullable=False),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("created", Millis, nullable=False),
    Column("last_used", Millis),
    Column("expires", Millis),
    Column("revoked_at", Millis),
    Column("kind", SmallInteger, nullable=False, server_default="0"),
    Column("parent_id", Id),
    Index(None, "company_id", "user_id"),
    sqlite_autoincrement=True,
)

passwords = Table(
    "passwords",
    metadata,
    Column("company_id", Id, ForeignKey("companies.id"), nullable=False),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False),
    # As argon2 writes it, with its parameters and salt.
    Column("hash", Text, nullable=False),
    Column("updated", Millis, nullable=False),
    PrimaryKeyConstraint("company_id", "user_id"),
)

# Of those that failed, for some minutes; no names and no addresses, but their digests.
sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("company_id", Id, nullable=False),
    Column("id", Uid, nullable=False),
    Column("client", String(64), nullable=False),
    Column("email", String(64), nullable=False),
    Column("at", Millis, nullable=False),
    PrimaryKeyConstraint("company_id", "id"),
    Index(None, "company_id", "client"),
    Index(None, "company_id", "email"),
    Index(None, "at"),
    sqlite_with_rowid=False,
)

spaces = Table(
    "spaces",
    metadata,
    Column("id", Id, primary_key=True),
    Column("uid", Uid, nullable=False),
    Column("company_id", Id, ForeignKey("companies.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text),
    Column("external_id", Text),
    Column("access", String(12), nullable=False),
    Column("everyone_role", SmallInteger, nullable=False),
    Column("parent_uid", Uid),
    Column("path", Text, nullable=False),
    Column("sort_order", Double, nullable=False),
    Column("deleted_at", Millis),
    Column("created", Millis, nullable=False),
    Column("updated", Millis, nullable=False),
    UniqueConstraint("company_id", "uid"),
    ForeignKeyConstraint(["company_id", "parent_uid"], ["spaces.company_id", "spaces.uid"]),
    CheckConstraint("access IN ('for_everyone', 'by_invite')", name="access"),
    CheckConstraint("everyone_role IN (1, 2, 3)", name="everyone_role"),
    Index(None, "company_id", "sort_order"),
    sqlite_autoincrement=True,
)

members = Table(
    "members",
    metadata,
    Column("company_id", Id, nullable=False),
    Column("space_id", Id, ForeignKey("spaces.id"), nullable=False),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False),
    Column("role", SmallInteger, nullable=False),
    Column("created", Millis, nullable=False),
    Column("updated", Millis, nullable=False),
    PrimaryKeyConstraint("company_id", "space_id", "user_id"),
    CheckConstraint("role IN (1, 2, 3)", name="role"),
    Index(None, "company_id", "user_id"),
    sqlite_with_rowid=False,
)

boards = Table(
    "boards",
    metadata,
    Column("id", Id, primary_key=True),
    Column("uid", Uid, nullable=False),
    Column("company_id", Id, ForeignKey("companies.id"), nullable=False),
    Column("space_id", Id, ForeignKey("spaces.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text),
    Column("external_id", Text),
    Column("sort_order", Double, nullable=False),
    Column("deleted_at", Millis),
    Column("created", Millis, nullable=False),
    Column("updated", Millis, nullable=False),
    UniqueConstraint("company_id", "uid"),
    Index(None, "company_id", "space_id"),
    sqlite_autoincrement=True,
)

placements = Table(
    "placements",
    metadata,
    Column("company_id", Id, nullable=False),
    Column("space_id", Id, ForeignKey("spaces.id"), nullable=False),
    Column("board_id", Id, ForeignKey("boards.id"), nullable=False),
    Column("created", Millis, nullable=False),
    PrimaryKeyConstraint("company_id", "space_id", "board_id"),
    Index(None, "company_id", "board_id"),
    sqlite_with_rowid=False,
)

columns = Table(
    "columns",
    metadata,
    Column("id", Id, primary_key=True),
    Column("uid", Uid, nullable=False),
    Column("company_id", Id, ForeignKey("companies.id"), nullable=False),
    Column("board_id", Id, ForeignKey("boards.id"), nullable=False),
    Column("column_id", Id, ForeignKey("columns.id")),
    Column("title", Text, nullable=False),
    Column("type", SmallInteger, nullable=False),
    Column("sort_order", Double, nullable=False),
    Column("wip_limit", BigInteger),
    Column("external_id", Text),
    Column("deleted_at", Millis),
    Column("created", Millis, nullable=False),
    Column("updated", Millis, nullable=False),
    UniqueConstraint("company_id", "uid"),
    CheckConstraint("type IN (1, 2, 3)", name="type"),
    Index(None, "company_id", "board_id"),
    sqlite_autoincrement=True,
)

lanes = Table(
    "lanes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("uid", Uid, nullable=False),
    Column("company_id", Id, ForeignKey("companies.id"), nullable=False),
    Column("board_id", Id, ForeignKey("boards.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("sort_order", Double, nullable=False),
    Column("wip_limit", BigInteger),
    Column("external_id", Text),
    Column("condition", SmallInteger, nullable=False, server_default="1"),
    Column("created", Millis, nullable=False),
    Column("updated", Millis, nullable=False),
    UniqueConstraint("company_id", "uid"),
    Index(None, "company_id", "board_id"),
    sqlite_autoincrement=True,
)

iterations = Table(
    "iterations",
    metadata,
    Column("company_id", Id, nullable=False),
    Column("id", Uid, nullable=False),
    Column("space_uid", Uid, nullable=False),
    Column("title", Text, nullable=False),
    Column("goal", Text),
    Column("status", String(8), nullable=False),
    Column("creator_uid", Uid, nullable=False),
    Column("updater_uid", Uid, nullable=False),
    Column("start_date", Millis),
    Column("finish_date", Millis),
    Column("actual_finish_date", Millis),
    Column("sort_order", Double, nullable=False),
    Column("data", Text),
    Column("capacity", Double),
    Column("start_timed", SmallInteger, nullable=False, server_default="0"),
    Column("finish_timed", SmallInteger, nullable=False, server_default="0"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created", Millis, nullable=False),
    Column("updated", Millis, nullable=False),
    PrimaryKeyConstraint("company_id", "id"),
    ForeignKeyConstraint(["company_id", "space_uid"], ["spaces.company_id", "spaces.uid"]),
    ForeignKeyConstraint(["company_id", "creator_uid"], ["users.company_id", "users.uid"]),
    ForeignKeyConstraint(["company_id", "updater_uid"], ["users.company_id", "users.uid"]),
    CheckConstraint("status IN ('planned', 'active', 'closed', 'removed')", name="status"),
    CheckConstraint("finish_date > start_date", name="period"),
    Index(None, "company_id", "space_uid", "created", "id"),
    Index(None, "company_id", "space_uid", "sort_order"),
    Index(
        "ix_iterations_closed",
        "company_id",
        "space_uid",
        "actual_finish_date",
        sqlite_where=text("status = 'closed'"),
        postgresql_where=text("status = 'closed'"),
    ),
    # Ids are UUIDv7, so the table itself grows at its end.
    sqlite_with_rowid=False,
)

cards = Table(
    "cards",
    metadata,
    Column("id", Id, primary_key=True),
    Column("uid", Uid, nullable=False),
    Column("company_id", Id, nullable=False),
    Column("space_id", Id, ForeignKey("spaces.id"), nullable=False),
    Column("board_id", Id, ForeignKey("boards.id"), nullable=False),
    Column("column_id", Id, ForeignKey("columns.id"), nullable=False),
    Column("lane_id", Id, ForeignKey("lanes.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("condition", SmallInteger, nullable=False),
    Column("sort_order", Double, nullable=False),
    Column("version", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("owner_id", Id, ForeignKey("users.id"), nullable=False),
    Column("responsible_id", Id, ForeignKey("users.id")),
    Column("updater_id", Id, ForeignKey("users.id"), nullable=False),
    Column("asap", SmallInteger, nullable=False),
    Column("due_date", Millis),
    Column("due_date_time_present", SmallInteger, nullable=False),
    Column("size", Double),
    Column("size_unit", Text),
    Column("size_text", Text),
    Column("external_id", Text),
    Column("estimate_workload", Double, nullable=False),
    Column("planned_start", Millis),
    Column("planned_end", Millis),
    Column("last_moved_at", Millis),
    Column("column_changed_at", Millis),
    Column("lane_changed_at", Millis),
    Column("first_moved_to_in_progress_at", Millis),
    Column("last_moved_to_done_at", Millis),
    Column("completed_at", Millis),
    Column("comments_total", Integer, nullable=False),
    Column("comment_last_added_at", Millis),
    Column("iteration_id", Uid),
    Column("created", Millis, nullable=False),
    Column("updated", Millis, nullable=False),
    Column("properties", Text),
    Column("description", Text),
    UniqueConstraint("company_id", "uid"),
    ForeignKeyConstraint(
        ["company_id", "iteration_id"], ["iterations.company_id", "iterations.id"]
    ),
    CheckConstraint("state IN (1, 2, 3)", name="state"),
    CheckConstraint("condition IN (1, 2, 3)", name="condition"),
    Index("ix_cards_company", "company_id", "condition", "id"),
    Index("ix_cards_space", "company_id", "space_id", "condition", "id"),
    Index("ix_cards_board", "company_id", "board_id", "condition", "id"),
    Index("ix_cards_cell", "company_id", "column_id", "lane_id", "sort_order"),
    # The backlog can be a few cards among very many.
    Index(
        "ix_cards_backlog",
        "company_id",
        "space_id",
        "condition",
        "id",
        sqlite_where=text("iteration_id IS NULL"),
        postgresql_where=text("iteration_id IS NULL"),
    ),
    Index(
        "ix_cards_iteration",
        "company_id",
        "iteration_id",
        sqlite_where=text("iteration_id IS NOT NULL"),
        postgresql_where=text("iteration_id IS NOT NULL"),
    ),
    sqlite_autoincrement=True,
)

card_search = table(
    "card_search", column("rowid"), column("title"), column("description"), column("external_id")
)
"""The folded texts of cards in a trigram index, under the card's id.

SQLite: an FTS5 table. PostgreSQL: a table with indexes of pg_trgm.
"""

CREATE_CARD_SEARCH = {
    "sqlite": (
        (
            "CREATE VIRTUAL TABLE card_search USING fts5"
            "(title, description, external_id, tokenize='trigram case_sensitive 1')"
        ),
        # What has gone from a card cannot be found in the index either.
        "INSERT INTO card_search (card_search, rank) VALUES ('secure-delete', 1)",
    ),
    "postgresql": (
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        (
            "CREATE TABLE card_search (rowid BIGINT PRIMARY KEY, title TEXT NOT NULL,"
            " description TEXT NOT NULL, external_id TEXT NOT NULL)"
        ),
        *(
            f"CREATE INDEX ix_card_search_{name} ON card_search USING gin ({name} gin_trgm_ops)"
            for name in ("title", "description", "external_id")
        ),
    ),
}
for _dialect, _statements in CREATE_CARD_SEARCH.items():
    for _statement in _statements:
        event.listen(
            metadata,
            "after_create",
            DDL(_statement).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]
        )

card_members = Table(
    "card_members",
    metadata,
    Column("company_id", Id, nullable=False),
    Column("card_id", Id, ForeignKey("cards.id"), nullable=False),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False),
    Column("created", Millis, nullable=False),
    Column("updated", Millis, nullable=False),
    PrimaryKeyConstraint("company_id", "card_id", "user_id"),
    Index(None, "company_id", "user_id"),
    sqlite_with_rowid=False,
)

tags = Table(
    "tags",
    metadata,
    Column("id", Id, primary_key=True),
    Column("uid", Uid, nullable=False),
    Column("company_id", Id, ForeignKey("companies.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("color", SmallInteger, nullable=False),
    Column("created", Millis, nullable=False),
    Column("updated", Millis, nullable=False),
    UniqueConstraint("company_id", "name"),
    sqlite_autoincrement=True,
)

card_tags = Table(
    "card_tags",
    metadata,
    Column("company_id", Id, nullable=False),
    Column("card_id", Id, ForeignKey("cards.id"), nullable=False),
    Column("tag_id", Id, ForeignKey("tags.id"), nullable=False),
    Column("created", Millis, nullable=False),
    PrimaryKeyConstraint("company_id", "card_id", "tag_id"),
    Index(None, "company_id", "tag_id"),
    sqlite_with_rowid=False,
)

comments = Table(
    "comments",
    metadata,
    Column("id", Id, primary_key=True),
    Column("uid", Uid, nullable=False),
    Column("company_id", Id, nullable=False),
    Column("card_id", Id, ForeignKey("cards.id"), nullable=False),
    Column("author_id", Id, ForeignKey("users.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("edited_at", Millis),
    Column("created", Millis, nullable=False),
    Column("updated", Millis, nullable=False),
    Index(None, "company_id", "card_id", "id"),
    sqlite_autoincrement=True,
)

iteration_cards = Table(
    "iteration_cards",
    metadata,
    Column("company_id", Id, nullable=False),
    Column("iteration_id", Uid, nullable=False),
    Column("id", Uid, nullable=False),
    Column("card_uid", Uid, nullable=False),
    Column("added_by_uid", Uid, nullable=False),
    Column("removed_at", Millis),
    Column("removed_by_uid", Uid),
    Column("sort_order", Double, nullable=False),
    Column("live", SmallInteger),
    Column("created", Millis, nullable=False),
    Column("updated", Millis, nullable=False),
    PrimaryKeyConstraint("company_id", "iteration_id", "id"),
    ForeignKeyConstraint(
        ["company_id", "iteration_id"], ["iterations.company_id", "iterations.id"]
    ),
    ForeignKeyConstraint(["company_id", "card_uid"], ["cards.company_id", "cards.uid"]),
    CheckConstraint("live IS NULL OR (live = 1 AND removed_at IS NULL)", name="live"),
    Index(None, "company_id", "iteration_id", "sort_order"),
    Index("ix_iteration_cards_card", "company_id", "card_uid", "created"),
    # A card is live in at most one planned or active iteration, whatever the code does.
    Index(
        "uq_iteration_cards_live",
        "company_id",
        "card_uid",
        unique=True,
        sqlite_where=text("live IS NOT NULL"),
        postgresql_where=text("live IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("company_id", Id, nullable=False),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False),
    Column("key", String(255), nullable=False),
    Column("request", String(64), nullable=False),
    Column("answer", Text, nullable=False),
    Column("etag", Text),
    Column("demands", Text),
    Column("created", Millis, nullable=False),
    PrimaryKeyConstraint("company_id", "user_id", "key"),
    Index(None, "created"),
    sqlite_with_rowid=False,
)

ITERATION_STEPS = (
    "kind IN ('iteration.changed', 'iteration.activated', 'iteration.closed', 'iteration.removed')"
)
"""What changes an iteration after it was planned: few, and so cheap to index."""

journal = Table(
    "journal",
    metadata,
    Column("seq", Id, primary_key=True),
    Column("company_id", Id, nullable=False),
    Column("at", Millis, nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor_uid", Uid),
    Column("space_uid", Uid),
    Column("iteration_id", Uid),
    Column("card_uid", Uid),
    Column("payload", Text, nullable=False),
    # Whether reports count the event (domain.timeline.counts). It stands in the index of a
    # card's events, so that a report skips the others, which are most.
    Column("counts", SmallInteger, nullable=False, server_default="0"),
    Index(None, "company_id", "space_uid", "seq"),
    Index(
        "ix_journal_card",
        "company_id",
        "card_uid",
        "seq",
        "counts",
        sqlite_where=text("card_uid IS NOT NULL"),
        postgresql_where=text("card_uid IS NOT NULL"),
    ),
    Index(
        "ix_journal_iteration",
        "company_id",
        "iteration_id",
        "seq",
        sqlite_where=text(ITERATION_STEPS),
        postgresql_where=text(ITERATION_STEPS),
    ),
)

# Who did what to people and access. Its addresses are not kept for ever, so no event tells it.
audit_log = Table(
    "audit_log",
    metadata,
    Column("company_id", Id, nullable=False),
    Column("id", Uid, nullable=False),
    Column("at", Millis, nullable=False),
    Column("author_id", Id),
    Column("category", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject_id", Id),
    # Ids as JSON: no text that somebody wrote.
    Column("details", Text, nullable=False),
    Column("client", Text),
    Column("address", Text),
    PrimaryKeyConstraint("company_id", "id"),
    Index(None, "company_id", "at", "id"),
    Index(
        "ix_audit_log_address",
        "at",
        sqlite_where=text("address IS NOT NULL"),
        postgresql_where=text("address IS NOT NULL"),
    ),
    Index(
        "ix_audit_log_failed",
        "company_id",
        "at",
        "id",
        sqlite_where=text("action = 'sign_in_fail'"),
        postgresql_where=text("action = 'sign_in_fail'"),
    ),
    sqlite_with_rowid=False,
)

calendars = Table(
    "calendars",
    metadata,
    Column("company_id", Id, nullable=False),
    Column("space_uid", Uid, nullable=False),
    # domain.calendar.WorkingCalendar as JSON.
    Column("calendar", Text, nullable=False),
    Column("updated", Millis, nullable=False),
    PrimaryKeyConstraint("company_id", "space_uid"),
    ForeignKeyConstraint(["company_id", "space_uid"], ["spaces.company_id", "spaces.uid"]),
    sqlite_with_rowid=False,
)

links = Table(
    "links",
    metadata,
    Column("company_id", Id, ForeignKey("companies.id"), nullable=False),
    Column("id", Uid, nullable=False),
    Column("space_uid", Uid, nullable=False),
    Column("iteration_id", Uid),
    Column("shows", String(16), nullable=False),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False),
    Column("created", Millis, nullable=False),
    Column("expires", Millis, nullable=False),
    Column("revoked_at", Millis),
    PrimaryKeyConstraint("company_id", "id"),
    UniqueConstraint("id"),
    ForeignKeyConstraint(["company_id", "space_uid"], ["spaces.company_id", "spaces.uid"]),
    ForeignKeyConstraint(
        ["company_id", "iteration_id"], ["iterations.company_id", "iterations.id"]
    ),
    Index(None, "company_id", "space_uid"),
    sqlite_with_rowid=False,
)

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("company_id", Id, ForeignKey("companies.id"), primary_key=True),
    Column("secret", Text, nullable=False),
    Column("created", Millis, nullable=False),
)
