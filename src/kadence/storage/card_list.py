"""Lists of cards: every filter of the card list as a condition, and the statement made of them.

A statement is compiled once for each combination of filters; the values are bound.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from msgspec import Struct
from sqlalchemy import BigInteger, String, bindparam, exists, literal_column, select
from sqlalchemy.sql import ColumnElement

from kadence.domain.model import Card, ColumnType, Condition, Instant
from kadence.storage.cards import CARDS
from kadence.storage.dialects import Bytewise
from kadence.storage.schema import card_members, card_search, card_tags, cards, columns, tags
from kadence.storage.transactions import Statement, Transaction

TRIGRAM = 3
"""Letters of a word from which on the text index finds it; shorter ones are looked for in turn."""

SEARCHABLE = ("title", "description", "external_id")
"""The texts of a card that can be searched."""

Clause: TypeAlias = ColumnElement[bool]
Binds: TypeAlias = Sequence[ColumnElement[Any]]


class Mark(Struct, frozen=True):
    """A row of a list: the value of what it is ordered by, and its id."""

    value: Any
    id: int


class CardFilter(Struct, frozen=True):
    """What a list of cards is narrowed to.

    `among` maps a filter of `_AMONG` to the values of which one must match, `single` one of
    `_SINGLE` to its value, `flags` one of `_FLAGS` to whether it must hold. `words`, which are
    folded, must all be contained in one of the texts `search_in`. Of `space_ids` and `board_ids`,
    the reach of the reader, one must match.
    """

    space_ids: Sequence[int] | None
    board_ids: Sequence[int]
    among: Mapping[str, Sequence[Any]]
    single: Mapping[str, Any]
    flags: Mapping[str, bool]
    words: Sequence[str]
    search_in: Sequence[str]
    now: Instant
    order_by: str = "id"
    descending: bool = False
    limit: int = 100
    offset: int = 0
    behind: Mark | None = None
    """Only rows that come behind this one in the order."""


def _column(name: str) -> Callable[[Binds], Clause]:
    return lambda values: (
        cards.c[name] == values[0] if len(values) == 1 else cards.c[name].in_(values)
    )


def _not_column(name: str) -> Callable[[Binds], Clause]:
    return cards.c[name].not_in


def _before(name: str) -> Callable[[ColumnElement[Any]], Clause]:
    return lambda value: cards.c[name] < value


def _after(name: str) -> Callable[[ColumnElement[Any]], Clause]:
    return lambda value: cards.c[name] > value


def _in_columns(values: Binds) -> Clause:
    """In these columns, or in a subcolumn of one of them."""
    here = select(columns.c.id).where(columns.c.id.in_(values) | columns.c.column_id.in_(values))
    return cards.c.column_id.in_(here.scalar_subquery())


def _has_member(values: Binds) -> Clause:
    return exists().where(
        card_members.c.company_id == cards.c.company_id,
        card_members.c.card_id == cards.c.id,
        card_members.c.user_id.in_(values),
    )


def _has_tag(values: Binds) -> Clause:
    return exists().where(
        card_tags.c.company_id == cards.c.company_id,
        card_tags.c.card_id == cards.c.id,
        card_tags.c.tag_id.in_(values),
    )


def _has_tag_named(values: Binds) -> Clause:
    return exists().where(
        card_tags.c.company_id == cards.c.company_id,
        card_tags.c.card_id == cards.c.id,
        tags.c.id == card_tags.c.tag_id,
        tags.c.name.in_(values),
    )


_AMONG: dict[str, Callable[[Binds], Clause]] = {
    "condition": _column("condition"),
    "board_id": _column("board_id"),
    "column_ids": _in_columns,
    "lane_id": _column("lane_id"),
    "owner_ids": _column("owner_id"),
    "responsible_ids": _column("responsible_id"),
    "states": _column("state"),
    "member_ids": _has_member,
    "tag": _has_tag_named,
    "tag_ids": _has_tag,
    "exclude_board_ids": _not_column("board_id"),
    "exclude_lane_ids": _not_column("lane_id"),
    "exclude_column_ids": lambda values: ~_in_columns(values),
    "exclude_owner_ids": _not_column("owner_id"),
    "exclude_card_ids": _not_column("id"),
    "ids": _column("id"),
}
_BEFORE_AND_AFTER = {
    "created": "created",
    "updated": "updated",
    "due_date": "due_date",
    "first_moved_in_progress": "first_moved_to_in_progress_at",
    "last_moved_to_done_at": "last_moved_to_done_at",
}
_SINGLE: dict[str, Callable[[ColumnElement[Any]], Clause]] = {
    "external_id": lambda value: cards.c.external_id == value,
    "iteration_id": lambda value: cards.c.iteration_id == value,
    **{f"{name}_before": _before(of) for name, of in _BEFORE_AND_AFTER.items()},
    **{f"{name}_after": _after(of) for name, of in _BEFORE_AND_AFTER.items()},
}
_DONE = cards.c.state == ColumnType.DONE.value
_FLAGS: dict[str, Clause] = {
    "asap": cards.c.asap == 1,
    "with_due_date": cards.c.due_date.is_not(None),
    "overdue": cards.c.due_date.is_not(None) & (cards.c.due_date < bindparam("now")) & ~_DONE,
    "done_on_time": cards.c.completed_at.is_not(None)
    & cards.c.due_date.is_not(None)
    & (cards.c.completed_at <= cards.c.due_date),
    "backlog": cards.c.iteration_id.is_(None),
}
_NOT_FLAGS: dict[str, Clause] = {
    # Late is what is done and was due; what is not done, or was never due, is neither.
    "done_on_time": cards.c.completed_at > cards.c.due_date,
}

_ORDERS: dict[str, ColumnElement[Any]] = {
    **{
        name: Bytewise(cards.c[name]) if isinstance(cards.c[name].type, String) else cards.c[name]
        for name in Card.__struct_fields__
        if name not in ("id", "company_id", "revision", "properties", "description", "space_id")
    },
    "archived": cards.c.condition == Condition.ARCHIVED.value,
    "description_filled": cards.c.description.is_not(None),
    "completed_on_time": cards.c.completed_at <= cards.c.due_date,
}


_DERIVED: dict[str, Callable[[Card], bool | None]] = {
    "archived": lambda card: card.condition == Condition.ARCHIVED,
    "description_filled": lambda card: card.description is not None,
    "completed_on_time": lambda card: (
        None
        if card.completed_at is None or card.due_date is None
        else card.completed_at <= card.due_date
    ),
}
"""What the orders that are no columns come to for a card."""


class _Form(Struct, frozen=True):
    """All of a filter that decides about the statement's text."""

    spaces: int | None
    boards: int
    among: tuple[tuple[str, int], ...]
    single: tuple[str, ...]
    flags: tuple[tuple[str, bool], ...]
    long_words: bool
    short_words: int
    search_in: tuple[str, ...]
    order_by: str
    descending: bool
    behind: str
    """What kind of value the row has that others are to be behind: none, null, or some."""


def find_cards(tx: Transaction, company_id: int, wanted: CardFilter) -> list[Card]:
    """Return the cards that match, in the order asked for, ties by id."""
    long_words = [w for w in wanted.words if tx.can.text_match and len(w) >= TRIGRAM]
    short_words = [w for w in wanted.words if w not in long_words]
    form = _Form(
        spaces=None if wanted.space_ids is None else len(wanted.space_ids),
        boards=len(wanted.board_ids),
        among=tuple((name, len(values)) for name, values in wanted.among.items()),
        single=tuple(wanted.single),
        flags=tuple(wanted.flags.items()),
        long_words=bool(long_words),
        short_words=len(short_words),
        search_in=tuple(wanted.search_in),
        order_by=wanted.order_by,
        descending=wanted.descending,
        behind=_kind(wanted),
    )
    values: dict[str, Any] = {
        "company_id": company_id,
        "now": wanted.now,
        "limit": wanted.limit,
        "offset": wanted.offset,
        **wanted.single,
    }
    if wanted.behind is not None:
        values |= {"behind_value": wanted.behind.value, "behind_id": wanted.behind.id}
    values |= _numbered("space", wanted.space_ids or ())
    values |= _numbered("board", wanted.board_ids)
    for name, options in wanted.among.items():
        values |= _numbered(name, options)
    values |= _numbered("word", [_pattern(word) for word in short_words])
    if long_words:
        every = " AND ".join(f'"{word.replace(chr(34), chr(34) * 2)}"' for word in long_words)
        values["match"] = f"{{{' '.join(wanted.search_in)}}} : ({every})"
    return CARDS.all(tx, _statement(form), **values)


def mark_of(card: Card, order_by: str) -> Mark:
    """Return the mark of a card in a list that is ordered so."""
    if order_by not in _ORDERS:
        return Mark(None, card.id)
    derived = _DERIVED.get(order_by)
    return Mark(derived(card) if derived else getattr(card, order_by), card.id)


def fits(mark: Mark, order_by: str) -> bool:
    """Return whether a mark that somebody gives can be one of a list that is ordered so."""
    value, key = mark.value, _ORDERS.get(order_by)
    if not 0 < mark.id <= _LARGEST or (key is None and value is not None):
        return False
    if value is None or key is None:
        return True
    if isinstance(value, str) or isinstance(key, Bytewise):
        return isinstance(value, str) and isinstance(key, Bytewise) and "\0" not in value
    return isinstance(value, bool) == (order_by in _DERIVED) and abs(value) <= _LARGEST


_LARGEST = 2**63 - 1


def _kind(wanted: CardFilter) -> str:
    if wanted.behind is None:
        return ""
    if wanted.order_by not in _ORDERS:
        return "id"
    return "null" if wanted.behind.value is None else "value"


def _numbered(name: str, values: Sequence[Any]) -> dict[str, Any]:
    return {f"{name}_is_{n}": value for n, value in enumerate(values)}


def _binds(name: str, count: int) -> list[ColumnElement[Any]]:
    # Unlike the names that SQLAlchemy makes up for literals, as `condition_1`.
    return [bindparam(f"{name}_is_{n}") for n in range(count)]


def _pattern(word: str) -> str:
    """Return a LIKE pattern: this word anywhere."""
    escaped = word.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{escaped}%"


@lru_cache(maxsize=256)
def _statement(form: _Form) -> Statement:
    query = select(*CARDS.columns).where(cards.c.company_id == bindparam("company_id"))
    query = query.where(*_reach(form))
    query = query.where(*(_AMONG[name](_binds(name, count)) for name, count in form.among))
    query = query.where(*(_SINGLE[name](bindparam(name)) for name in form.single))
    for name, holds in form.flags:
        query = query.where(_FLAGS[name] if holds else _NOT_FLAGS.get(name, ~_FLAGS[name]))
    by_id: ColumnElement[Any] = cards.c.id
    if form.long_words:
        query = query.join_from(card_search, cards, cards.c.id == card_search.c.rowid).where(
            literal_column("card_search").op("MATCH")(bindparam("match"))
        )
        # The index gives its hits by rowid, so that a page needs no sorting.
        by_id = card_search.c.rowid
    for word in _binds("word", form.short_words):
        query = query.where(_contains(word, form))
    # A key of which all cards have the same value, or id itself, leaves the order to the ids.
    if form.order_by in _ORDERS:
        key = _ORDERS[form.order_by]
        query = query.order_by(key.desc().nulls_last() if form.descending else key.nulls_first())
    if form.behind:
        query = query.where(_behind(form, by_id))
    query = query.order_by(by_id.desc() if form.descending else by_id)
    return Statement(query.limit(bindparam("limit")).offset(bindparam("offset")))


def _behind(form: _Form, by_id: ColumnElement[Any]) -> Clause:
    """Behind a row in the order: by the value, by the id among equal ones; null is the least."""
    place = bindparam("behind_id", type_=BigInteger())
    later = by_id < place if form.descending else by_id > place
    if form.behind == "id":
        return later
    key = _ORDERS[form.order_by]
    if form.behind == "null":
        without = key.is_(None) & later
        return without if form.descending else without | key.is_not(None)
    value = bindparam("behind_value", type_=key.type)
    if form.descending:
        return (key < value) | key.is_(None) | ((key == value) & later)
    return (key > value) | ((key == value) & later)


def _contains(pattern: ColumnElement[Any], form: _Form) -> Clause:
    within: list[Clause] = [
        card_search.c[name].like(pattern, escape="!") for name in form.search_in
    ]
    either = within[0]
    for clause in within[1:]:
        either = either | clause
    if form.long_words:
        return either
    return exists().where(card_search.c.rowid == cards.c.id, either)


def _reach(form: _Form) -> list[Clause]:
    """In one of the spaces, or on one of the boards that they show of others."""
    if form.spaces is None:
        return []
    spaces, boards = _binds("space", form.spaces), _binds("board", form.boards)
    if not spaces and not boards:
        return [literal_column("1 = 0")]
    if not boards and form.spaces == 1:
        return [cards.c.space_id == spaces[0]]
    # Adding 0 keeps the database from gathering the spaces one by one and sorting the whole: by
    # the order of ids it can stop after a page.
    either: Clause = (cards.c.space_id + 0).in_(spaces)
    if boards:
        either = either | (cards.c.board_id + 0).in_(boards)
    return [either]
