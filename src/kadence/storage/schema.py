"""Every table, once; instants are milliseconds since 1970 in UTC, uids lower-case UUIDs.

Every key begins with, or is reachable by an index through, company_id, so that the data can be
spread over several machines by company.
"""

from sqlalchemy import (
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
)

REVISION = "0001"
"""The newest migration that this program knows: a database must stand there to be served."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only in a column that is INTEGER to the letter.
Id = BigInteger().with_variant(Integer, "sqlite")
Uid = String(36)
Millis = BigInteger

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
    Column("email", Text, nullable=False),
    Column("full_name", Text, nullable=False),
    Column("username", Text, nullable=False),
    Column("role", SmallInteger, nullable=False),
    Column("deactivated_at", Millis),
    Column("last_request_at", Millis),
    Column("created", Millis, nullable=False),
    Column("updated", Millis, nullable=False),
    # The e-mail address and both names in one case-folded text: SQLite's own LIKE folds ASCII only.
    Column("search", Text, nullable=False),
    UniqueConstraint("company_id", "uid"),
    UniqueConstraint("company_id", "email"),
    UniqueConstraint("company_id", "username"),
    CheckConstraint("role IN (1, 2)", name="role"),
    sqlite_autoincrement=True,
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
    Index(None, "company_id", "user_id"),
    sqlite_autoincrement=True,
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
    Column("created", Millis, nullable=False),
    Column("updated", Millis, nullable=False),
    UniqueConstraint("company_id", "uid"),
    Index(None, "company_id", "space_id"),
    sqlite_autoincrement=True,
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
    # Ids are UUIDv7, so the table itself grows at its end.
    sqlite_with_rowid=False,
)

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
    Index(None, "company_id", "space_uid", "seq"),
)
