"""The journal as the source: rebuilds every table's rows from the events alone.

`State` holds tables by name, rows by key, both as plain values. Left out is what no event tells:
what is a person's own (their profile, the names of their tokens), when a token or person was last
seen, the digest of a token, the revision that entity tags are made of.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import msgspec
from msgspec.structs import replace

from kadence.domain import events
from kadence.domain.lifecycle import OPEN, REMOVED
from kadence.domain.model import Condition, Event, TokenKind

Row: TypeAlias = dict[str, Any]
Key: TypeAlias = tuple[Any, ...]
Rows: TypeAlias = dict[Key, Row]
State: TypeAlias = dict[str, Rows]

KEYS: dict[str, tuple[str, ...]] = {
    "companies": ("id",),
    "users": ("id",),
    "tokens": ("id",),
    "spaces": ("id",),
    "members": ("space_id", "user_id"),
    "boards": ("id",),
    "placements": ("space_id", "board_id"),
    "columns": ("id",),
    "lanes": ("id",),
    "cards": ("uid",),
    "card_members": ("card_id", "user_id"),
    "tags": ("id",),
    "card_tags": ("card_id", "tag_id"),
    "comments": ("id",),
    "iterations": ("id",),
    "iteration_cards": ("id",),
    "calendars": ("space_uid",),
    "links": ("id",),
}
"""The tables that are rebuilt, each with what tells its rows apart."""

NOT_JOURNALED: dict[str, tuple[str, ...]] = {
    "users": ("last_request_at",),
    "tokens": ("digest", "name", "last_used"),
    "cards": ("revision",),
}
"""Columns that no event tells."""


UNSAID: dict[str, Row] = {
    "users": {"erased_at": None},
    "tokens": {"kind": TokenKind.API.value, "parent_id": None},
    "boards": {"deleted_at": None},
    "iterations": {
        "capacity": None,
        "version": 1,
        "start_timed": 0,
        "finish_timed": 0,
    },
}
"""What a journal means that lacks a key: the values of columns that came after a table's first
release. Whoever adds a column adds its value here, so that older databases are still sound."""

NOT_REBUILT = (
    "revisions",
    "installation",
    "journal",
    "profiles",
    "audit_log",
    "passwords",
    "sign_in_attempts",
    "idempotency_keys",
    "signing_keys",
)
"""The tables that no event tells of."""


class CannotReplay(Exception):
    """An event lacks a key, or is about something that was never made."""


def _told_of(event: Event) -> str:
    return f"event {event.seq} ({event.kind})"


def _lacking(lack: object) -> str:
    if isinstance(lack, str):
        return f"lacks the key {lack}"
    row = ", ".join(map(str, lack)) if isinstance(lack, tuple) else "a person"
    return f"is about something that was never made: {row}"


def empty() -> State:
    """Return the state before the first event."""
    return {table: {} for table in KEYS}


def replay(journal: Iterable[Event], ignore: Callable[[Event], object]) -> State:
    """Return the state after all these events; those of unknown kinds go to `ignore` alone.

    Newer programs write them, which may serve the same database. What such an event may have made
    is not missed: what is about it goes to `ignore`, too.

    Raises:
        CannotReplay: an event lacks a key, or is about something that was never made.
    """
    state = empty()
    is_whole = True
    for event in journal:
        apply = APPLY.get(event.kind)
        if apply is None:
            is_whole = False
            ignore(event)
            continue
        try:
            apply(state, event)
        except (KeyError, StopIteration) as error:
            if is_whole:
                lack = error.args[0] if error.args else None
                raise CannotReplay(f"{_told_of(event)} {_lacking(lack)}") from error
            ignore(event)
    for card in state["cards"].values():
        card["iteration_id"] = None
    for record in state["iteration_cards"].values():
        try:
            _bind(state, record)
        except KeyError as error:
            if is_whole:
                raise CannotReplay(f"an iteration card {_lacking(error.args[0])}") from error
    return state


def _bind(state: State, record: Row) -> None:
    """Say of a card in which planned or active iteration it is: that follows from the rest."""
    status = state["iterations"][(record["iteration_id"],)]["status"]
    live = record["removed_at"] is None and status in OPEN
    record["live"] = 1 if live else None
    if live:
        state["cards"][(record["card_uid"],)]["iteration_id"] = record["iteration_id"]


def _add(table: str) -> Callable[[State, Event], None]:
    def add(state: State, event: Event) -> None:
        _put(state, table, event.payload)

    return add


def _put(state: State, table: str, told: Row) -> None:
    """Add a row as an event tells of it."""
    row = UNSAID.get(table, {}) | told
    row = {n: v for n, v in row.items() if n not in NOT_JOURNALED.get(table, ())}
    state[table][_key(table, row)] = row


def _change(table: str) -> Callable[[State, Event], None]:
    def change(state: State, event: Event) -> None:
        state[table][_key(table, event.payload)] |= {**event.payload["new"], "updated": event.at}

    return change


def _drop(table: str) -> Callable[[State, Event], None]:
    def drop(state: State, event: Event) -> None:
        del state[table][_key(table, event.payload)]

    return drop


def _end(table: str, column: str) -> Callable[[State, Event], None]:
    """Set an instant by which a row is out of use, without taking it away."""

    def end(state: State, event: Event) -> None:
        row = state[table][_key(table, event.payload)]
        row[column] = event.at
        if "updated" in row:
            row["updated"] = event.at

    return end


def _key(table: str, row: Row) -> Key:
    return tuple(row[name] for name in KEYS[table])


def _nothing(_state: State, _event: Event) -> None:
    """It is told for those who follow a space; the change itself is another event's."""


def _company_changed(state: State, event: Event) -> None:
    state["companies"][(event.company_id,)] |= {**event.payload["new"], "updated": event.at}


def _space_deleted(state: State, event: Event) -> None:
    _end("spaces", "deleted_at")(state, event)


def _calendar_changed(state: State, event: Event) -> None:
    state["calendars"][(event.space_uid,)] = {
        "company_id": event.company_id,
        "space_uid": event.space_uid,
        "calendar": msgspec.json.encode(event.payload["new"]).decode(),
        "updated": event.at,
    }


_FIRST_COLUMN: Row = {"wip_limit": None, "external_id": None, "deleted_at": None}
_FIRST_LANE: Row = {"wip_limit": None, "external_id": None, "condition": Condition.LIVE.value}


def _board_created(state: State, event: Event) -> None:
    # Journals of the first release tell a board's columns and lanes with it.
    board = dict(event.payload)
    columns, lanes = board.pop("columns", ()), board.pop("lanes", ())
    _put(state, "boards", board)
    _place(state, event, board["space_id"], board["id"])
    for column in columns:
        _put(state, "columns", _FIRST_COLUMN | column)
    for lane in lanes:
        _put(state, "lanes", _FIRST_LANE | lane)


def _place(state: State, event: Event, space_id: int, board_id: int) -> None:
    state["placements"].setdefault(
        (space_id, board_id),
        {
            "company_id": event.company_id,
            "space_id": space_id,
            "board_id": board_id,
            "created": event.at,
        },
    )


def _board_shown(state: State, event: Event) -> None:
    _place(state, event, event.payload["space_id"], event.payload["board_id"])


def _board_moved(state: State, event: Event) -> None:
    _change("boards")(state, event)
    board_id, space_id = event.payload["id"], event.payload["new"]["space_id"]
    _place(state, event, space_id, board_id)
    for card in state["cards"].values():
        if card["board_id"] == board_id:
            card["space_id"] = space_id


def _lane_deleted(state: State, event: Event) -> None:
    deleted = {"condition": Condition.DELETED.value, "updated": event.at}
    state["lanes"][(event.payload["id"],)] |= deleted


def _card_changed(state: State, event: Event) -> None:
    card = state["cards"][(event.card_uid,)]
    card |= event.payload["new"]
    _touch(state, event, card, event.payload["version"])


def _touch(state: State, event: Event, card: Row, version: int) -> None:
    card |= {"version": version, "updated": event.at, "updater_id": _user_id(state, event)}


def _user_id(state: State, event: Event) -> int:
    by_uid = (user for user in state["users"].values() if user["uid"] == event.actor_uid)
    return int(next(by_uid)["id"])


def _part_of_card(inner: Callable[[State, Event], None]) -> Callable[[State, Event], None]:
    """Return a change of what belongs to a card, which counts as a change of the card."""

    def apply_to_both(state: State, event: Event) -> None:
        part = {name: value for name, value in event.payload.items() if name != "version"}
        inner(state, replace(event, payload=part))
        _touch(state, event, state["cards"][(event.card_uid,)], event.payload["version"])

    return apply_to_both


def _comment_added(state: State, event: Event) -> None:
    _add("comments")(state, event)
    card = state["cards"][(event.card_uid,)]
    card["comments_total"] += 1
    card["comment_last_added_at"] = event.at


def _comment_removed(state: State, event: Event) -> None:
    _drop("comments")(state, event)
    state["cards"][(event.card_uid,)]["comments_total"] -= 1


def _iteration_changed(state: State, event: Event) -> None:
    iteration = state["iterations"][(event.iteration_id,)]
    # A journal of the first release tells a removal by its kind alone.
    removed = {"status": REMOVED.value, "updater_uid": event.actor_uid}
    iteration |= event.payload.get("new", removed) | {"updated": event.at}


def _record_removed(state: State, event: Event) -> None:
    state["iteration_cards"][(event.payload["id"],)] |= {
        "removed_at": event.at,
        "removed_by_uid": event.actor_uid,
        "updated": event.at,
    }


APPLY: dict[str, Callable[[State, Event], None]] = {
    events.COMPANY_CREATED: _add("companies"),
    events.COMPANY_CHANGED: _company_changed,
    events.USER_CREATED: _add("users"),
    events.USER_DEACTIVATED: _end("users", "deactivated_at"),
    events.USER_CHANGED: _change("users"),
    events.USER_ERASED: _end("users", "erased_at"),
    events.PASSWORD_SET: _nothing,
    events.TOKEN_CREATED: _add("tokens"),
    events.TOKEN_REVOKED: _end("tokens", "revoked_at"),
    events.SPACE_CREATED: _add("spaces"),
    events.SPACE_CHANGED: _change("spaces"),
    events.SPACE_DELETED: _space_deleted,
    events.SPACE_CALENDAR_CHANGED: _calendar_changed,
    events.MEMBER_ADDED: _add("members"),
    events.MEMBER_CHANGED: _change("members"),
    events.MEMBER_REMOVED: _drop("members"),
    events.BOARD_CREATED: _board_created,
    events.BOARD_CHANGED: _change("boards"),
    events.BOARD_DELETED: _end("boards", "deleted_at"),
    events.BOARD_SHOWN: _board_shown,
    events.BOARD_HIDDEN: _drop("placements"),
    events.BOARD_MOVED: _board_moved,
    events.COLUMN_CREATED: _add("columns"),
    events.COLUMN_CHANGED: _change("columns"),
    events.COLUMN_DELETED: _end("columns", "deleted_at"),
    events.LANE_CREATED: _add("lanes"),
    events.LANE_CHANGED: _change("lanes"),
    events.LANE_DELETED: _lane_deleted,
    events.CARD_CREATED: _add("cards"),
    events.CARD_CHANGED: _card_changed,
    events.CARD_MOVED: _card_changed,
    events.CARD_LEFT: _nothing,
    events.CARD_ARCHIVED: _card_changed,
    events.CARD_RESTORED: _card_changed,
    events.CARD_DELETED: _card_changed,
    events.CARD_MEMBER_ADDED: _part_of_card(_add("card_members")),
    events.CARD_MEMBER_REMOVED: _part_of_card(_drop("card_members")),
    events.TAG_CREATED: _add("tags"),
    events.TAG_CHANGED: _change("tags"),
    events.TAG_DELETED: _drop("tags"),
    events.CARD_TAG_ADDED: _part_of_card(_add("card_tags")),
    events.CARD_TAG_REMOVED: _part_of_card(_drop("card_tags")),
    events.COMMENT_ADDED: _comment_added,
    events.COMMENT_CHANGED: _change("comments"),
    events.COMMENT_REMOVED: _comment_removed,
    events.LINK_CREATED: _add("links"),
    events.LINK_REVOKED: _end("links", "revoked_at"),
    events.ITERATION_CREATED: _add("iterations"),
    events.ITERATION_CHANGED: _iteration_changed,
    events.ITERATION_ACTIVATED: _iteration_changed,
    events.ITERATION_CLOSED: _iteration_changed,
    events.ITERATION_REMOVED: _iteration_changed,
    events.ITERATION_CARD_ADDED: _add("iteration_cards"),
    events.ITERATION_CARD_REMOVED: _record_removed,
    events.ITERATION_CARD_REORDERED: _change("iteration_cards"),
}
"""How each kind of event is made again."""
