"""What happened to a card, as the published service tells it: actions, and fields that changed.

The events themselves, in our own shape, are in `activity.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from kadence.domain import events
from kadence.domain.access import role_in_space
from kadence.domain.model import (
    Board,
    Card,
    Column,
    Comment,
    CompanyRole,
    Event,
    Instant,
    Lane,
    SpaceRole,
    Tag,
    User,
)
from kadence.storage import boards, comments, journal, people, tags
from kadence.storage.table_gateway import RecordReader
from kadence.usecases.access import authorize_card_with_relations
from kadence.usecases.card_views import CardView, view_card
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap

MOST = 1000
"""Records that are listed where no limit is asked for, beside the card's creation."""
MEMBER, RESPONSIBLE = 1, 2
CHANGED_FIELDS = frozenset(
    {
        "title", "description", "properties", "size_text", "due_date", "asap", "owner_id",
        "external_id", "planned_start", "planned_end", "estimate_workload",
    }
)  # fmt: skip
"""Fields whose change is a record of its own; of place, condition and people there are actions."""

_ACTIONS = {
    events.CARD_ARCHIVED: "card_archive",
    events.CARD_RESTORED: "card_unarchive",
    events.CARD_DELETED: "card_delete",
    events.COMMENT_ADDED: "comment_add",
    events.COMMENT_CHANGED: "comment_update",
    events.COMMENT_REMOVED: "comment_remove",
    events.CARD_MEMBER_ADDED: "card_assign_member",
    events.CARD_MEMBER_REMOVED: "card_remove_member",
}
_OF_COMMENT = (events.COMMENT_ADDED, events.COMMENT_CHANGED, events.COMMENT_REMOVED)
_OF_MEMBER = (events.CARD_MEMBER_ADDED, events.CARD_MEMBER_REMOVED)

R = TypeVar("R", bound=Struct)


class ActivityQuery(Struct, frozen=True):
    """Which part of a card's activity, newest first; `limit` None is the newest MOST."""

    limit: int | None = None
    offset: int = 0


class Place(Struct, frozen=True):
    """Where a card is; `column_id` may be a subcolumn."""

    board_id: int
    column_id: int
    lane_id: int


class Happening(Struct, frozen=True):
    """One record: an action, or with `field` a changed field with its value before and after.

    `number` orders the records of one event. `user_id` is whom the action is about, `member_type`
    as what; `comment_id` the comment, `text` its text before.
    """

    seq: int
    number: int
    at: Instant
    actor_uid: str | None
    action: str
    version: int
    place: Place
    user_id: int | None = None
    member_type: int | None = None
    comment_id: int | None = None
    text: str | None = None
    field: str | None = None
    before: Any = None
    after: Any = None


class Activity(Struct, frozen=True):
    """Records of a card, newest first, with all that they name."""

    happenings: Sequence[Happening]
    card: CardView
    boards: Mapping[int, Board]
    columns: Mapping[int, Column]
    lanes: Mapping[int, Lane]
    users: Mapping[int, User]
    authors: Mapping[str, User]
    comments: Mapping[int, Comment]
    tags: Mapping[int, Tag]


def card_activity(unit: UnitOfWork, card_id: int, validated: Validated[ActivityQuery]) -> Activity:
    """Return what happened to a card, newest first.

    What happened on boards that the actor cannot read is left out, but for the creation.

    Raises:
        KadenceError: NotFound (or unreadable), BadRequest.
    """
    card, access, relations = authorize_card_with_relations(unit, card_id, SpaceRole.READER)
    query = unwrap(validated)
    told = list(_happenings(journal.of_card(unit.tx, card.company_id, card.uid)))
    readable = _readable(unit, {one.place.board_id for one in told})
    seen = [
        _hidden(one, card) if one.place.board_id not in readable else one
        for one in told
        if one.action == "card_add" or one.place.board_id in readable
    ]
    seen.reverse()
    if query.limit is None and len(seen) > MOST:
        # The creation is told with the newest ones; what lies between comes behind it.
        seen = [*seen[:MOST], seen[-1], *seen[MOST:-1]]
    shown = seen[query.offset : query.offset + (query.limit or MOST + 1)]
    view = view_card(unit, card, access, relations)
    columns = _by_id(unit, boards.COLUMNS, {one.place.column_id for one in shown})
    tops = {column.column_id for column in columns.values() if column.column_id}
    return Activity(
        happenings=shown,
        card=view,
        boards=_by_id(unit, boards.BOARDS, {one.place.board_id for one in shown}),
        columns=columns | _by_id(unit, boards.COLUMNS, tops),
        lanes=_by_id(unit, boards.LANES, {one.place.lane_id for one in shown}),
        users=_by_id(unit, people.USERS, {one.user_id for one in shown if one.user_id}),
        authors={
            user.uid: user
            for user in people.users_by_uid(
                unit.tx, card.company_id, sorted({one.actor_uid for one in shown if one.actor_uid})
            )
        },
        comments=_by_id(
            unit, comments.COMMENTS, {one.comment_id for one in shown if one.comment_id}
        ),
        tags=_by_id(unit, tags.TAGS, _tag_ids(shown)),
    )


def _hidden(made: Happening, card: Card) -> Happening:
    """Return the creation on a board that is not for the reader, as if it had been where it is."""
    return replace(made, place=Place(card.board_id, card.column_id, card.lane_id))


def _tag_ids(shown: Sequence[Happening]) -> set[int]:
    changed = [one for one in shown if one.field == "tag_ids"]
    return {tag_id for one in changed for tag_id in (*one.before, *one.after)}


def _by_id(unit: UnitOfWork, table: RecordReader[R], ids: set[int]) -> dict[int, R]:
    found = table.among(unit.tx, "id", unit.actor.company_id, sorted(ids))
    return {getattr(one, "id"): one for one in found}  # noqa: B009 - every table here has it


def _readable(unit: UnitOfWork, board_ids: set[int]) -> set[int]:
    if unit.actor.company_role == CompanyRole.OWNER:
        return board_ids
    (placements,) = unit.tx.fetch_batch(boards.visible_placements(unit.actor, sorted(board_ids)))
    return {
        one.board_id for one in placements if role_in_space(unit.actor.company_role, one.access)
    }


def _happenings(journal_of_card: Sequence[Event]) -> Iterator[Happening]:
    """Return the records of a card's events, oldest first."""
    place, version = Place(0, 0, 0), 1
    tag_ids: tuple[int, ...] = ()
    for event in journal_of_card:
        payload = event.payload
        version = payload.get("version", version)
        new = payload.get("new", {})
        plain = Happening(event.seq, 0, event.at, event.actor_uid, "", version, place)
        if event.kind == events.CARD_CREATED:
            place = Place(payload["board_id"], payload["column_id"], payload["lane_id"])
            yield replace(plain, action="card_add", place=place)
            if (user_id := payload.get("responsible_id")) is not None:
                yield replace(
                    plain, action="card_assign_responsible", place=place, user_id=user_id,
                    member_type=RESPONSIBLE, number=1,
                )  # fmt: skip
        elif event.kind == events.CARD_MOVED:
            left, place = place, _moved(place, new)
            yield from _moves(plain, left, place)
        elif event.kind in _OF_MEMBER:
            kind = MEMBER if event.kind == events.CARD_MEMBER_ADDED else None
            user_id = payload["user_id"]
            yield replace(plain, action=_ACTIONS[event.kind], user_id=user_id, member_type=kind)
        elif event.kind in _OF_COMMENT:
            text = payload.get("old", {}).get("text")
            comment_id = payload["id"]
            yield replace(plain, action=_ACTIONS[event.kind], comment_id=comment_id, text=text)
        elif event.kind in (events.CARD_TAG_ADDED, events.CARD_TAG_REMOVED):
            before, tag_ids = tag_ids, _tagged(tag_ids, event)
            yield replace(
                plain, action="card_change", field="tag_ids", before=before, after=tag_ids
            )
        elif event.kind in _ACTIONS:
            yield replace(plain, action=_ACTIONS[event.kind])
        elif event.kind == events.CARD_CHANGED:
            yield from _changes(plain, payload)


def _moved(place: Place, new: Mapping[str, Any]) -> Place:
    changed = {name: new[name] for name in ("board_id", "column_id", "lane_id") if name in new}
    return replace(place, **changed)


def _moves(plain: Happening, before: Place, after: Place) -> Iterator[Happening]:
    if before.board_id != after.board_id:
        yield replace(plain, action="card_leave_board", place=before)
        yield replace(plain, action="card_join_board", place=after, number=1)
    else:
        yield replace(plain, action="card_move", place=after)


def _tagged(tag_ids: tuple[int, ...], event: Event) -> tuple[int, ...]:
    tag_id = event.payload["tag_id"]
    if event.kind == events.CARD_TAG_ADDED:
        return (*tag_ids, tag_id)
    return tuple(one for one in tag_ids if one != tag_id)


def _changes(plain: Happening, payload: Mapping[str, Any]) -> Iterator[Happening]:
    old, new = payload["old"], payload["new"]
    number = 0
    for name in new:
        if name in CHANGED_FIELDS:
            yield replace(
                plain, action="card_change", field=name, before=old[name], after=new[name],
                number=number,
            )  # fmt: skip
            number += 1
        elif name == "responsible_id":
            for user_id, action, kind in (
                (old[name], "card_relieve_responsible", MEMBER),
                (new[name], "card_assign_responsible", RESPONSIBLE),
            ):
                if user_id is not None:
                    yield replace(
                        plain, action=action, user_id=user_id, member_type=kind, number=number
                    )
                    number += 1
