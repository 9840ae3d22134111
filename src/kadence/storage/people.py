"""Companies, their people and the people's tokens as rows."""

from collections.abc import Sequence

import msgspec
from msgspec.structs import asdict
from sqlalchemy import and_, bindparam, func, insert, literal, or_, select, update

from kadence.domain.access import Actor
from kadence.domain.model import PROFILE, Company, Instant, Token, TokenKind, User
from kadence.domain.text import fold
from kadence.storage.schema import companies, members, passwords, profiles, tokens, users
from kadence.storage.table_gateway import RecordReader, TableGateway
from kadence.storage.transactions import Statement, Transaction, bound, record_columns

COMPANIES = TableGateway(companies, Company, ("id",))
OWN_PROFILE = (
    profiles,
    and_(profiles.c.company_id == users.c.company_id, profiles.c.user_id == users.c.id),
)
"""What a query of people joins, to have all of a User."""
USER_COLUMNS = [(profiles if n in PROFILE else users).c[n] for n in User.__struct_fields__]
USERS = RecordReader(users, User, columns=USER_COLUMNS, source=users.join(*OWN_PROFILE))
_TOKEN_COLUMNS = record_columns(tokens, Token)
_COMPANY_COLUMNS = record_columns(companies, Company)


def _without_id(record: type[msgspec.Struct]) -> list[str]:
    return [field for field in record.__struct_fields__ if field != "id"]


_INSERT_COMPANY = Statement(
    insert(companies).values(bound(companies, *_without_id(Company))).returning(companies.c.id)
)
_COMPANIES = Statement(select(*_COMPANY_COLUMNS).order_by(companies.c.id))
_SWITCH_ITERATIONS = Statement(
    update(companies)
    .where(companies.c.id == bindparam("company_id"))
    .values(bound(companies, "iterations_off_at", "updated"))
)

_OF_ACCOUNT = [name for name in _without_id(User) if name not in PROFILE]
_INSERT_USER = Statement(insert(users).values(bound(users, *_OF_ACCOUNT)).returning(users.c.id))
_INSERT_PROFILE = Statement(
    insert(profiles).values(bound(profiles, "company_id", "user_id", *PROFILE, "search"))
)
_USER_BY_EMAIL = Statement(
    USERS.select.where(
        profiles.c.company_id == bindparam("company_id"),
        profiles.c.email == bindparam("email"),
    )
)
_USERNAMES = Statement(
    select(profiles.c.username).where(
        profiles.c.company_id == bindparam("company_id"),
        func.substr(profiles.c.username, 1, func.length(bindparam("stem"))) == bindparam("stem"),
    )
)
_UPDATE_USER = Statement(
    update(users)
    .where(users.c.company_id == bindparam("company"), users.c.id == bindparam("of_user"))
    .values(bound(users, "role", "deactivated_at", "erased_at", "updated"))
)
_UPDATE_PROFILE = Statement(
    update(profiles)
    .where(
        profiles.c.company_id == bindparam("company"), profiles.c.user_id == bindparam("of_user")
    )
    .values(bound(profiles, *PROFILE, "search"))
)
_SEEN_USER = Statement(
    update(users)
    .where(users.c.id == bindparam("user_id"), users.c.erased_at.is_(None))
    .values(bound(users, "last_request_at"))
)

_INSERT_TOKEN = Statement(
    insert(tokens).values(bound(tokens, *_without_id(Token))).returning(tokens.c.id)
)
_TOKENS = Statement(
    select(*_TOKEN_COLUMNS)
    .where(tokens.c.company_id == bindparam("company_id"))
    .order_by(tokens.c.id)
)
_REVOKE = Statement(
    update(tokens)
    .where(
        tokens.c.company_id == bindparam("company"),
        tokens.c.id == bindparam("token_id"),
    )
    .values(bound(tokens, "revoked_at"))
)
_TOKEN_BY_DIGEST = Statement(select(*_TOKEN_COLUMNS).where(tokens.c.digest == bindparam("digest")))
_TOKENS_OF = Statement(
    select(*_TOKEN_COLUMNS)
    .where(
        tokens.c.company_id == bindparam("company_id"),
        tokens.c.user_id == bindparam("user_id"),
        tokens.c.revoked_at.is_(None),
        or_(tokens.c.expires.is_(None), tokens.c.expires > bindparam("now")),
    )
    .order_by(tokens.c.id)
)
_ALL_TOKENS_OF = Statement(
    select(*_TOKEN_COLUMNS)
    .where(tokens.c.company_id == bindparam("company_id"), tokens.c.user_id == bindparam("user_id"))
    .order_by(tokens.c.id)
)
_USER_WIDTH = len(User.__struct_fields__)
_newest = tokens.alias()
_INVITED = Statement(
    select(*USER_COLUMNS, *_TOKEN_COLUMNS)
    .join_from(tokens, users, users.c.id == tokens.c.user_id)
    .join(*OWN_PROFILE)
    .where(
        tokens.c.company_id == bindparam("company_id"),
        tokens.c.kind == literal(TokenKind.LOGIN_LINK.value),
        users.c.last_request_at.is_(None),
        users.c.deactivated_at.is_(None),
        # Nothing came after the link: no newer one, and no session by it.
        ~select(_newest.c.id)
        .where(
            _newest.c.company_id == tokens.c.company_id,
            _newest.c.user_id == tokens.c.user_id,
            _newest.c.id > tokens.c.id,
            _newest.c.kind != literal(TokenKind.API.value),
        )
        .exists(),
    )
    .order_by(tokens.c.id.desc())
    .limit(bindparam("limit"))
)
_PASSWORD = Statement(
    select(passwords.c.hash).where(
        passwords.c.company_id == bindparam("company_id"),
        passwords.c.user_id == bindparam("user_id"),
    )
)
_INSERT_PASSWORD = Statement(
    insert(passwords).values(bound(passwords, "company_id", "user_id", "hash", "updated"))
)
_UPDATE_PASSWORD = Statement(
    update(passwords)
    .where(passwords.c.company_id == bindparam("company"), passwords.c.user_id == bindparam("user"))
    .values(bound(passwords, "hash", "updated"))
)
_SEEN_TOKEN = Statement(
    update(tokens)
    .where(tokens.c.id == bindparam("token_id"), tokens.c.revoked_at.is_(None))
    .values(bound(tokens, "last_used"))
)
_ACTOR = Statement(
    select(
        users.c.id,
        users.c.uid,
        users.c.company_id,
        users.c.role,
        companies.c.iterations_off_at,
        tokens.c.id,
        tokens.c.last_used,
        tokens.c.kind,
    )
    .join_from(tokens, users, users.c.id == tokens.c.user_id)
    .join(companies, companies.c.id == tokens.c.company_id)
    .where(
        tokens.c.digest == bindparam("digest"),
        tokens.c.kind != literal(TokenKind.LOGIN_LINK.value),
        tokens.c.revoked_at.is_(None),
        users.c.deactivated_at.is_(None),
        or_(tokens.c.expires.is_(None), tokens.c.expires > bindparam("now")),
    )
)

_ACTOR_BY_ID = Statement(
    select(users.c.id, users.c.uid, users.c.company_id, users.c.role, companies.c.iterations_off_at)
    .join_from(users, companies, companies.c.id == users.c.company_id)
    .where(
        users.c.company_id == bindparam("company_id"),
        users.c.id == bindparam("user_id"),
        users.c.deactivated_at.is_(None),
    )
)


def find_actor(tx: Transaction, digest: str, now: Instant) -> Actor | None:
    """Return the person whose valid token has this SHA-256, unless they are deactivated."""

    def ask() -> Actor | None:
        row = tx.first(_ACTOR, {"digest": digest, "now": now})
        return Actor(*row) if row else None

    return tx.remembered(("actor", digest), ask)


def actor_of(tx: Transaction, company_id: int, user_id: int) -> Actor | None:
    """Return the person with this id as somebody who acts, unless they are deactivated."""
    row = tx.first(_ACTOR_BY_ID, {"company_id": company_id, "user_id": user_id})
    return Actor(*row) if row else None


def insert_company(tx: Transaction, company: Company) -> Company:
    """Add a company; returns it with its id."""
    values = asdict(company)
    del values["id"]
    return msgspec.structs.replace(company, id=tx.scalar(_INSERT_COMPANY, values))


def all_companies(tx: Transaction) -> list[Company]:
    """Return every company, oldest first."""
    return [Company(*row) for row in tx.all(_COMPANIES)]


def switch_iterations(
    tx: Transaction, company_id: int, *, off_at: Instant | None, now: Instant
) -> None:
    """Switch the company's iterations off (the instant) or on (None)."""
    tx.run(
        _SWITCH_ITERATIONS,
        {"company_id": company_id, "iterations_off_at": off_at, "updated": now},
    )


def insert_user(tx: Transaction, user: User) -> User:
    """Add a person; returns them with their id."""
    values = asdict(user)
    made = msgspec.structs.replace(
        user, id=tx.scalar(_INSERT_USER, {name: values[name] for name in _OF_ACCOUNT})
    )
    key = {"company_id": made.company_id, "user_id": made.id}
    tx.run(_INSERT_PROFILE, key | _profile(made))
    return made


def _profile(user: User) -> dict[str, str | None]:
    """Return the columns of a person's profile."""
    names = fold(f"{user.email}\n{user.full_name}\n{user.username}")
    return {name: getattr(user, name) for name in PROFILE} | {"search": names}


def find_user(tx: Transaction, company_id: int, user_id: int) -> User | None:
    """Return the person of this company with this id."""
    return USERS.find(tx, company_id, user_id)


def find_user_by_email(tx: Transaction, company_id: int, email: str) -> User | None:
    """Return the person of this company with this (lower-case) address."""
    row = tx.first(_USER_BY_EMAIL, {"company_id": company_id, "email": email})
    return User(*row) if row else None


def users_by_uid(tx: Transaction, company_id: int, uids: Sequence[str]) -> list[User]:
    """Return the people of this company with these uids."""
    return USERS.among(tx, "uid", company_id, uids)


def users_by_id(tx: Transaction, company_id: int, ids: Sequence[int]) -> list[User]:
    """Return the people of this company with these ids."""
    return USERS.among(tx, "id", company_id, ids)


def list_users(
    tx: Transaction,
    company_id: int,
    *,
    text: str | None = None,
    ids: Sequence[int] | None = None,
    deactivated: bool = False,
    no_members_of: Sequence[int] = (),
    limit: int,
    offset: int = 0,
) -> list[User]:
    """Return the people of a company by id.

    `text` is looked for in addresses and names, in any case; `deactivated` lists those as well.
    Members of the spaces `no_members_of` are left out.
    """
    query = USERS.select.where(users.c.company_id == company_id)
    if text is not None:
        query = query.where(profiles.c.search.contains(fold(text), autoescape=True))
    if ids is not None:
        query = query.where(users.c.id.in_(ids))
    if not deactivated:
        query = query.where(users.c.deactivated_at.is_(None))
    if no_members_of:
        inside = select(members.c.user_id).where(
            members.c.company_id == company_id, members.c.space_id.in_(no_members_of)
        )
        query = query.where(users.c.id.not_in(inside))
    rows = tx.all(Statement(query.order_by(users.c.id).limit(limit).offset(offset)))
    return [User(*row) for row in rows]


def usernames_like(tx: Transaction, company_id: int, stem: str) -> set[str]:
    """Return the usernames of a company that begin with `stem`."""
    return {row[0] for row in tx.all(_USERNAMES, {"company_id": company_id, "stem": stem})}


def update_user(tx: Transaction, user: User) -> None:
    """Store a person's profile and role, and whether they are deactivated or erased."""
    key = {"company": user.company_id, "of_user": user.id}
    account = {
        name: getattr(user, name) for name in ("role", "deactivated_at", "erased_at", "updated")
    }
    tx.run(_UPDATE_USER, key | account)
    tx.run(_UPDATE_PROFILE, key | _profile(user))


def insert_token(tx: Transaction, token: Token) -> Token:
    """Add a token; returns it with its id."""
    values = asdict(token)
    del values["id"]
    return msgspec.structs.replace(token, id=tx.scalar(_INSERT_TOKEN, values))


def list_tokens(tx: Transaction, company_id: int) -> list[Token]:
    """Return all tokens of a company, oldest first."""
    return [Token(*row) for row in tx.all(_TOKENS, {"company_id": company_id})]


def revoke_token(tx: Transaction, company_id: int, token_id: int, now: Instant) -> None:
    """Revoke the token."""
    tx.run(_REVOKE, {"company": company_id, "token_id": token_id, "revoked_at": now})


def find_token(tx: Transaction, digest: str) -> Token | None:
    """Return the token with this SHA-256, of whatever company, whether it is good or not."""
    row = tx.first(_TOKEN_BY_DIGEST, {"digest": digest})
    return Token(*row) if row else None


def tokens_of(tx: Transaction, company_id: int, user_id: int, now: Instant) -> list[Token]:
    """Return a person's tokens that are good, of every kind, oldest first."""
    values = {"company_id": company_id, "user_id": user_id, "now": now}
    return [Token(*row) for row in tx.all(_TOKENS_OF, values)]


def all_tokens_of(tx: Transaction, company_id: int, user_id: int) -> list[Token]:
    """Return a person's tokens, also those that are no longer valid, oldest first."""
    values = {"company_id": company_id, "user_id": user_id}
    return [Token(*row) for row in tx.all(_ALL_TOKENS_OF, values)]


def invited(tx: Transaction, company_id: int, limit: int) -> list[tuple[User, Token]]:
    """Return who has a one-time link, used nothing yet and is not deactivated; the newest first.

    With each comes their newest link, whether it is good or not.
    """
    rows = tx.all(_INVITED, {"company_id": company_id, "limit": limit})
    return [(User(*row[:_USER_WIDTH]), Token(*row[_USER_WIDTH:])) for row in rows]


def password_hash(tx: Transaction, company_id: int, user_id: int) -> str | None:
    """Return what argon2 wrote of the person's password; None for who has none."""
    row = tx.first(_PASSWORD, {"company_id": company_id, "user_id": user_id})
    return None if row is None else str(row[0])


def set_password(tx: Transaction, company_id: int, user_id: int, hash_: str, now: Instant) -> None:
    """Keep what argon2 wrote of the person's new password."""
    if password_hash(tx, company_id, user_id) is None:
        values = {"company_id": company_id, "user_id": user_id, "hash": hash_, "updated": now}
        tx.run(_INSERT_PASSWORD, values)
        return
    tx.run(
        _UPDATE_PASSWORD, {"company": company_id, "user": user_id, "hash": hash_, "updated": now}
    )


def mark_seen(tx: Transaction, actor: Actor, now: Instant) -> None:
    """Note that the actor's token was used."""
    tx.run(_SEEN_TOKEN, {"token_id": actor.token_id, "last_used": now})
    tx.run(_SEEN_USER, {"user_id": actor.user_id, "last_request_at": now})
