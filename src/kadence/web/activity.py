"""What goes over the wire about events: a card's activity and locations, a space's feed."""

import contextlib
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Annotated, Any

from msgspec import Meta, Struct
from msgspec.structs import replace

from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import BadRequest, KadenceError
from kadence.domain.events import KINDS
from kadence.domain.model import Event
from kadence.usecases import activity as usecases
from kadence.usecases.activity import EventQuery, Location, SpaceEvent
from kadence.usecases.pages import Page
from kadence.web.codec import Uid, When, encode, format_timestamp
from kadence.web.http import RequestContext
from kadence.web.people import UserAnswer, user_answer
from kadence.web.query import LARGEST_INTEGER, LIMIT, OFFSET, SKIP, Clamped, Flag, Query, Words
from kadence.web.responses import Response
from kadence.web.route import Route


class EventAnswer(Struct, frozen=True, kw_only=True):
    """Something that happened; docs/events.md tells what the payload of each kind holds."""

    seq: Annotated[int, Meta(description="The event's position in the journal; it only grows.")]
    at: When
    kind: str
    actor_uid: Uid | None
    space_uid: Uid | None
    iteration_id: Uid | None
    card_uid: Uid | None
    payload: dict[str, Any]


class CardEventAnswer(EventAnswer, frozen=True, kw_only=True):
    """Something that happened to a card, with who did it."""

    id: int
    created: When
    author: UserAnswer | None


class LocationAnswer(Struct, frozen=True, kw_only=True):
    """Where a card was moved to."""

    id: str
    card_id: int
    board_id: int
    column_id: int
    subcolumn_id: int | None
    lane_id: int
    sprint_id: int | None = None
    author_id: int | None
    author: UserAnswer | None
    condition: int
    changed: When


AFTER = Clamped("after", 0, 0, LARGEST_INTEGER, "Only events behind this `seq`.")
EVENT_KINDS = Words("kinds", KINDS, "Only events of these kinds, comma-separated.")
NEWEST_FIRST = Flag("newest_first", "The newest first, in a page; a live stream goes forward.")
EVENT_PARAMETERS = (AFTER, EVENT_KINDS, LIMIT, NEWEST_FIRST)
STREAM_PAGE = 20
STREAM_BYTES = 64 * 1024
"""Events, and bytes of them, that a live stream reads at once: there are many streams."""
ACTIVITY_PARAMETERS = (LIMIT, OFFSET, SKIP)


def event_values(event: Event) -> dict[str, Any]:
    """Return the values of the keys of EventAnswer."""
    return {
        "seq": event.seq,
        "at": format_timestamp(event.at),
        "kind": event.kind,
        "actor_uid": event.actor_uid,
        "space_uid": event.space_uid,
        "iteration_id": event.iteration_id,
        "card_uid": event.card_uid,
        "payload": event.payload,
    }


def _event(event: Event) -> EventAnswer:
    return EventAnswer(**event_values(event))


def _space_event(found: SpaceEvent) -> CardEventAnswer:
    return CardEventAnswer(
        **event_values(found.event),
        id=found.event.seq,
        created=format_timestamp(found.event.at),
        author=user_answer(found.author) if found.author else None,
    )


def _location(found: Location) -> LocationAnswer:
    return LocationAnswer(
        id=str(found.seq),
        card_id=found.card_id,
        board_id=found.board_id,
        column_id=found.column_id,
        subcolumn_id=found.subcolumn_id,
        lane_id=found.lane_id,
        author_id=found.author.id if found.author else None,
        author=user_answer(found.author) if found.author else None,
        condition=found.condition,
        changed=format_timestamp(found.changed),
    )


def _page(query: Query) -> Page:
    return Page(query.get(LIMIT), query.get_first(OFFSET, SKIP))


def _event_query(query: Query) -> EventQuery:
    """Return the query of a space's feed."""
    return EventQuery(
        query.get(AFTER), query.get(EVENT_KINDS), query.get(LIMIT), query.get(NEWEST_FIRST)
    )


async def card_events(context: RequestContext) -> list[CardEventAnswer]:
    """List the events of a card, newest first; fewer than asked for where they hold long texts."""
    page = context.query(_page)
    found = await context.read_texts(usecases.card_events, context.id("card_id"), page)
    return [_space_event(happening) for happening in found]


async def location_history(context: RequestContext) -> list[LocationAnswer]:
    """List where a card has been moved to, oldest first."""
    found = await context.read(usecases.location_history, context.id("card_id"), context.nothing())
    return [_location(location) for location in found]


async def space_events(context: RequestContext) -> list[EventAnswer] | Response:
    """List what happened in a space, oldest first, a page at a time.

    With `Accept: text/event-stream` the same as a live stream, resumed by `Last-Event-ID`.
    """
    query = context.query(_event_query)
    live = b"text/event-stream" in context.headers.get(b"accept", b"")
    if live and isinstance(query, EventQuery):
        forward = replace(query, newest_first=False)
        query = _resume_position(forward, context.headers.get(b"last-event-id"))
    space_uid = context.uid("space_uid")
    if live and isinstance(query, EventQuery):
        # Whether it may be read is asked before the stream begins.
        await context.read(usecases.space_events, space_uid, replace(query, limit=1))
        ended = context.begin_stream()
        return _stream(context, space_uid, query, ended)
    found = await context.read_texts(usecases.space_events, space_uid, query)
    return [_event(event) for event in found]


def _resume_position(query: EventQuery, last_seen: bytes | None) -> EventQuery | BadRequest:
    """Return the query behind the last event that the client has got."""
    if not last_seen:
        return query
    if not last_seen.isdigit():
        return BadRequest(ErrorId.VALUE_TYPE, "Last-Event-ID should be integer")
    return replace(query, after=AFTER.parse(last_seen.decode()))


def _stream(
    context: RequestContext, space_uid: str, query: EventQuery, ended: Callable[[], None]
) -> Response:
    page = replace(query, limit=min(query.limit, STREAM_PAGE), most_bytes=STREAM_BYTES)

    async def behind(after: int) -> Sequence[Event]:
        wanted = replace(page, after=after)
        return await context.read_apart(usecases.space_events, space_uid, wanted)

    async def lines() -> AsyncGenerator[bytes, None]:
        # At once, so that the client knows that it is connected.
        yield b": kadence\n\n"
        # The token was revoked or the space closed to its bearer: that is the end of the stream.
        with contextlib.suppress(KadenceError):
            following = context.follow(space_uid, behind, stream_chunk, query.after)
            async with contextlib.aclosing(following):
                async for chunk in following:
                    yield chunk

    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    ]
    return Response(200, headers, stream=lines(), ended=ended)


def stream_chunk(found: Sequence[Event]) -> bytes:
    """Events in the format of server-sent events; of none, a comment as a sign of life."""
    return b"".join(map(_line, found)) or b": alive\n\n"


def _line(event: Event) -> bytes:
    """Return one event as the stream's format has it; JSON has no line breaks of its own."""
    head = f"id: {event.seq}\nevent: {event.kind}\ndata: ".encode()
    return head + encode(_event(event)) + b"\n\n"


ROUTES: Sequence[Route] = (
    Route("GET", "/cards/{card_id}/location-history", location_history, "Cards"),
)


OWN_ROUTES: Sequence[Route] = (
    Route("GET", "/cards/{card_id}/events", card_events, "Additions", query=ACTIVITY_PARAMETERS),
    Route("GET", "/spaces/{space_uid}/events", space_events, "Additions", query=EVENT_PARAMETERS),
)
