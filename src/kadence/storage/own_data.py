"""What there is of one person in all tables: to be handed to them, or to be erased."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct
from sqlalchemy import Column, Delete, bindparam, delete, func, null, or_, select, update
from sqlalchemy.sql import ColumnElement

from kadence.domain.model import Comment, Iteration, User
from kadence.storage.audit_log import forget_addresses_of
from kadence.storage.people import update_user
from kadence.storage.schema import (
    boards,
    card_members,
    cards,
    columns,
    comments,
    companies,
    idempotency_keys,
    iterations,
    journal,
    lanes,
    members,
    passwords,
    spaces,
    tags,
    tokens,
    users,
)
from kadence.storage.transactions import Statement, Transaction, record_columns

_PERSON: dict[str, Any] = {"company": bindparam("company"), "person": bindparam("person")}
_CARDS = Statement(
    select(cards.c.id, cards.c.owner_id, cards.c.responsible_id, card_members.c.user_id)
    .outerjoin_from(
        cards,
        card_members,
        (card_members.c.company_id == cards.c.company_id)
        & (card_members.c.card_id == cards.c.id)
        & (card_members.c.user_id == _PERSON["person"]),
    )
    .where(
        cards.c.company_id == _PERSON["company"],
        or_(
            cards.c.owner_id == _PERSON["person"],
            cards.c.responsible_id == _PERSON["person"],
            card_members.c.user_id == _PERSON["person"],
        ),
    )
    .order_by(cards.c.id)
)
_COMMENTS = Statement(
    select(*record_columns(comments, Comment))
    .where(comments.c.company_id == _PERSON["company"], comments.c.author_id == _PERSON["person"])
    .order_by(comments.c.id)
)
_ITERATIONS = Statement(
    select(*record_columns(iterations, Iteration))
    .where(
        iterations.c.company_id == _PERSON["company"], iterations.c.creator_uid == bindparam("uid")
    )
    .order_by(iterations.c.id)
)
_MEMBERSHIPS = Statement(
    select(spaces.c.uid, members.c.role, members.c.created)
    .join_from(members, spaces, spaces.c.id == members.c.space_id)
    .where(members.c.company_id == _PERSON["company"], members.c.user_id == _PERSON["person"])
    .order_by(spaces.c.id)
)
_ERASE = (
    Statement(
        delete(passwords).where(
            passwords.c.company_id == _PERSON["company"], passwords.c.user_id == _PERSON["person"]
        )
    ),
    Statement(
        update(tokens)
        .where(tokens.c.company_id == _PERSON["company"], tokens.c.user_id == _PERSON["person"])
        .values(name="", last_used=null())
    ),
    Statement(
        update(users)
        .where(users.c.company_id == _PERSON["company"], users.c.id == _PERSON["person"])
        .values(last_request_at=null())
    ),
)


class CardOf(NamedTuple):
    """A card that somebody has to do with, by their id in each part that they may have."""

    id: int
    owner_id: int
    responsible_id: int | None
    member_id: int | None


class Membership(NamedTuple):
    """A person's own role in a space, and since when."""

    space_uid: str
    role: int
    created: int


class Mention(Struct, frozen=True):
    """A text that somebody wrote in which a person is named: the thing, its id and the field."""

    of: str
    id: str
    field: str


def cards_of(tx: Transaction, user: User) -> list[CardOf]:
    """Return the cards that somebody owns, does or takes part in."""
    return [CardOf(*row) for row in tx.all(_CARDS, _key(user))]


def comments_of(tx: Transaction, user: User) -> list[Comment]:
    """Return what somebody wrote beside cards."""
    return [Comment(*row) for row in tx.all(_COMMENTS, _key(user))]


def iterations_of(tx: Transaction, user: User) -> list[Iteration]:
    """Return the iterations that somebody made."""
    return [Iteration(*row) for row in tx.all(_ITERATIONS, _key(user) | {"uid": user.uid})]


def memberships_of(tx: Transaction, user: User) -> list[Membership]:
    """Return the roles that somebody has of their own."""
    return [Membership(*row) for row in tx.all(_MEMBERSHIPS, _key(user))]


def _key(user: User) -> dict[str, int]:
    return {"company": user.company_id, "person": user.id}


def erase(tx: Transaction, user: User, neutral: User) -> None:
    """Leave of a person what `neutral` says, and take away what else is their own."""
    update_user(tx, neutral)
    for statement in _ERASE:
        tx.run(statement, _key(user))
    tx.run(Statement(_answers_with(user)))
    forget_addresses_of(tx, user.company_id, user.id)


def _answers_with(user: User) -> Delete:
    """Return what drops the answers that are kept for retries, and tell of a person."""
    answer = idempotency_keys.c.answer
    told = (user.uid, _as_json(user.full_name), _as_json(user.email), _as_json(user.username))
    return delete(idempotency_keys).where(
        idempotency_keys.c.company_id == user.company_id,
        or_(
            idempotency_keys.c.user_id == user.id,
            *(answer.contains(one, autoescape=True) for one in told),
        ),
    )


def _as_json(text: str) -> str:
    return msgspec.json.encode(text).decode()


_TEXTS: Sequence[tuple[str, ColumnElement[int], Sequence[Column[str]]]] = (
    ("company", companies.c.id, (companies.c.name,)),
    ("space", spaces.c.company_id, (spaces.c.title, spaces.c.description)),
    ("board", boards.c.company_id, (boards.c.title, boards.c.description)),
    ("column", columns.c.company_id, (columns.c.title,)),
    ("lane", lanes.c.company_id, (lanes.c.title,)),
    ("card", cards.c.company_id, (cards.c.title, cards.c.description, cards.c.properties)),
    ("comment", comments.c.company_id, (comments.c.text,)),
    ("tag", tags.c.company_id, (tags.c.name,)),
    ("iteration", iterations.c.company_id, (iterations.c.title, iterations.c.goal)),
    ("event", journal.c.company_id, (journal.c.payload,)),
)


def mentions(tx: Transaction, company_id: int, names: Sequence[str], most: int) -> list[Mention]:
    """Return where one of these names stands in what people wrote, at most so many of each field.

    In any case, as far as the database knows letters: SQLite knows those of ASCII.
    """
    return [
        Mention(of, str(id_), field.name)
        for of, company, fields in _TEXTS
        for field in fields
        for id_ in _ids_with(tx, company, company_id, field, names, most)
    ]


def _ids_with(
    tx: Transaction,
    company: ColumnElement[int],
    company_id: int,
    field: Column[str],
    names: Sequence[str],
    most: int,
) -> Iterator[object]:
    key = next(iter(field.table.c[name] for name in ("seq", "id") if name in field.table.c))
    found = [
        like
        for name in names
        for like in (
            field.contains(name, autoescape=True),
            func.lower(field).contains(name.lower(), autoescape=True),
        )
    ]
    query = select(key).where(company == company_id, or_(*found)).order_by(key).limit(most)
    return (row[0] for row in tx.all(Statement(query)))
