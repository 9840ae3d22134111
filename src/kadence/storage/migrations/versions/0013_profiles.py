"""profiles: what is a person's own has one table, and leaves the journal, so that it can go."""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
oldest = "0013"

_OWN = ("email", "full_name", "username", "language", "timezone", "search")
_SEEN = ("last_request_at",)
_AT_ONCE = 1000


def upgrade() -> None:
    """Migrate forward; there is no way back but a backup."""
    id_ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "profiles",
        sa.Column("company_id", id_, nullable=False),
        sa.Column("user_id", id_, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_claimed", sa.SmallInteger(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=True),
        sa.Column("timezone", sa.String(length=64), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_profiles_user_id")),
        sa.PrimaryKeyConstraint("company_id", "user_id", name=op.f("pk_profiles")),
        sa.UniqueConstraint("company_id", "email", name=op.f("uq_profiles_company_id_email")),
        sa.UniqueConstraint("company_id", "username", name=op.f("uq_profiles_company_id_username")),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO profiles (company_id, user_id, email, email_claimed, full_name, username,"
        " search) SELECT company_id, id, email, 0, full_name, username, search FROM users"
    )
    if op.get_bind().dialect.name == "sqlite":
        _make_users_anew(id_)
        # What is searched for goes from the index, too, once it has gone from a card.
        op.execute("INSERT INTO card_search (card_search, rank) VALUES ('secure-delete', 1)")
    else:
        for name in ("email", "full_name", "username", "language", "search"):
            op.drop_column("users", name)
        op.add_column("users", sa.Column("erased_at", sa.BigInteger(), nullable=True))
    _take_out_of_the_journal()


def _make_users_anew(id_: sa.types.TypeEngine[Any]) -> None:
    """SQLite drops no column that must be unique."""
    op.create_table(
        "users_anew",
        sa.Column("id", id_, nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("company_id", id_, nullable=False),
        sa.Column("role", sa.SmallInteger(), nullable=False),
        sa.Column("deactivated_at", sa.BigInteger(), nullable=True),
        sa.Column("erased_at", sa.BigInteger(), nullable=True),
        sa.Column("last_request_at", sa.BigInteger(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("role IN (1, 2)", name=op.f("ck_users_role")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_users_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("company_id", "uid", name=op.f("uq_users_company_id_uid")),
        sqlite_autoincrement=True,
    )
    op.execute(
        "INSERT INTO users_anew SELECT id, uid, company_id, role, deactivated_at, NULL,"
        " last_request_at, created, updated FROM users"
    )
    op.drop_table("users")
    op.rename_table("users_anew", "users")


def _take_out_of_the_journal() -> None:
    journal = sa.table("journal", *map(sa.column, ("seq", "kind", "payload")))
    for row in _people_and_tokens(journal):
        told = json.loads(row.payload)
        kept = json.dumps(_without_own(row.kind, told), separators=(",", ":"), ensure_ascii=False)
        op.execute(journal.update().where(journal.c.seq == row.seq).values(payload=kept))


def _without_own(kind: str, told: dict[str, Any]) -> dict[str, Any]:
    if kind == "token.created":
        return {name: value for name, value in told.items() if name != "name"}
    if kind == "user.created":
        return {name: value for name, value in told.items() if name not in (*_OWN, *_SEEN)}
    fields = [name for name in told["new"] if name in _OWN]
    for side in ("old", "new"):
        told[side] = {name: value for name, value in told[side].items() if name not in _OWN}
    return told | {"profile": fields}


def _people_and_tokens(journal: sa.TableClause) -> Iterator[sa.Row[Any]]:
    """Yield the events of people and tokens, some at a time."""
    last = 0
    while True:
        page = (
            sa.select(journal)
            .where(
                journal.c.seq > last,
                journal.c.kind.in_(["user.created", "user.changed", "token.created"]),
            )
            .order_by(journal.c.seq)
            .limit(_AT_ONCE)
        )
        found = op.get_bind().execute(page).all()
        yield from found
        if not found:
            return
        last = found[-1].seq
