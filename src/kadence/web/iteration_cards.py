"""What goes over the wire about the cards of an iteration (contract: iterations.md, 6 to 9)."""

from collections.abc import Sequence

from msgspec import UNSET, Struct, UnsetType

from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import RuleViolation
from kadence.domain.model import IterationCard
from kadence.usecases import iteration_cards as usecases
from kadence.usecases.iteration_cards import AddCard, HistoryEntry, RecordView
from kadence.usecases.unit_of_work import RenderedResponse
from kadence.web.bodies import Body
from kadence.web.codec import Uid, When, format_optional, format_timestamp, number
from kadence.web.http import RequestContext
from kadence.web.people import UserAnswer, user_answer
from kadence.web.query import Flag, Query, Text
from kadence.web.route import Route


class IterationCardAnswer(Struct, frozen=True):
    """A card's record in an iteration."""

    iteration_id: Uid
    card_uid: Uid
    added_by_uid: Uid
    removed_at: When | None
    removed_by_uid: Uid | None
    sort_order: float
    created: When
    updated: When
    card_id: int
    source: str = "manual"
    board_uid: Uid | None = None


class MovedCardAnswer(Struct, frozen=True):
    """A card's record in the iteration that it was carried into."""

    iteration_id: Uid
    card_uid: Uid
    added_by_uid: Uid
    sort_order: float
    created: When
    updated: When


class IterationOfRecord(Struct, frozen=True):
    """The iteration of a record; where the caller cannot read it, only that it is there."""

    id: Uid
    space_uid: Uid | UnsetType
    title: str | UnsetType
    is_accessible: bool


class HistoryAnswer(IterationCardAnswer, frozen=True, kw_only=True):
    """A card's record, with what surrounds it when details were asked for."""

    iteration: IterationOfRecord | UnsetType = UNSET
    addedBy: UserAnswer | UnsetType = UNSET  # noqa: N815 - the wire's own spelling
    removedBy: UserAnswer | UnsetType = UNSET  # noqa: N815


ADD = Body("IterationCard", AddCard)

STATUS = Text("status", "`active` or `removed` records; without it both.")
LIST_PARAMETERS = (STATUS,)
WITH_DETAILS = Flag(
    "with_details",
    "Leave out removed iterations, and add to each record its iteration and who made it.",
)
HISTORY_PARAMETERS = (WITH_DETAILS,)


def record_answer(view: RecordView) -> IterationCardAnswer:
    """Return the record as the wire shows it."""
    record = view.record
    return IterationCardAnswer(
        record.iteration_id,
        record.card_uid,
        record.added_by_uid,
        format_optional(record.removed_at),
        record.removed_by_uid,
        number(record.sort_order),
        format_timestamp(record.created),
        format_timestamp(record.updated),
        view.card_id,
    )


def moved_answer(record: IterationCard) -> MovedCardAnswer:
    """Return the record as the wire shows it where a card was carried over."""
    return MovedCardAnswer(
        record.iteration_id,
        record.card_uid,
        record.added_by_uid,
        number(record.sort_order),
        format_timestamp(record.created),
        format_timestamp(record.updated),
    )


def _entry_answer(entry: HistoryEntry, *, details: bool) -> HistoryAnswer:
    plain = record_answer(entry)
    values = {name: getattr(plain, name) for name in plain.__struct_fields__}
    if not details:
        return HistoryAnswer(**values)
    found = entry.iteration
    return HistoryAnswer(
        **values,
        iteration=IterationOfRecord(found.id, found.space_uid, found.title, is_accessible=True)
        if found
        else IterationOfRecord(entry.record.iteration_id, UNSET, UNSET, is_accessible=False),
        addedBy=user_answer(entry.added_by) if entry.added_by else UNSET,
        removedBy=user_answer(entry.removed_by) if entry.removed_by else UNSET,
    )


def _status(query: Query) -> str:
    status = query.get(STATUS)
    if status not in (None, "active", "removed"):
        raise RuleViolation(
            ErrorId.VALUE_UNKNOWN, 1, "Invalid status filter. Allowed values: active, removed"
        )
    return status or ""


async def list_iteration_cards(context: RequestContext) -> list[IterationCardAnswer]:
    """List the records of an iteration in order, those of cards that left it too."""
    found = await context.read_texts(
        usecases.list_cards,
        context.uid("space_uid"),
        context.uid("iteration_id"),
        context.query(_status),
    )
    return [record_answer(record) for record in found]


async def add_iteration_card(context: RequestContext) -> RenderedResponse[IterationCardAnswer]:
    """Put a card at the iteration's end.

    A card that is in another planned or active iteration moves; one that is in this one already
    stays as it is.
    """
    asked = await context.body(ADD)
    return await context.write_inline(
        asked,
        record_answer,
        usecases.add_card,
        context.uid("space_uid"),
        context.uid("iteration_id"),
        asked.command,
    )


async def remove_iteration_card(context: RequestContext) -> RenderedResponse[IterationCardAnswer]:
    """Take a card out of a planned or active iteration; its record stays, marked as removed."""
    asked = await context.empty_body()
    return await context.write_inline(
        asked,
        record_answer,
        usecases.remove_card,
        context.uid("space_uid"),
        context.uid("iteration_id"),
        context.uid("card_uid"),
        asked.command,
    )


async def list_card_iterations(context: RequestContext) -> list[HistoryAnswer]:
    """List all records of a card, newest first."""
    query = context.query(lambda query: query.get(WITH_DETAILS))
    details, found = await context.read(usecases.card_history, context.uid("card_uid"), query)
    return [_entry_answer(entry, details=details) for entry in found]


ROUTES: Sequence[Route] = (
    Route(
        "GET",
        "/spaces/{space_uid}/iterations/{iteration_id}/cards",
        list_iteration_cards,
        "Iterations",
        query=LIST_PARAMETERS,
    ),
    Route(
        "POST",
        "/spaces/{space_uid}/iterations/{iteration_id}/cards",
        add_iteration_card,
        "Iterations",
        body=ADD,
        errors=(ErrorId.ITERATION_CLOSED, ErrorId.CARD_FOREIGN_BOARD, ErrorId.CARD_DELETED),
    ),
    Route(
        "DELETE",
        "/spaces/{space_uid}/iterations/{iteration_id}/cards/{card_uid}",
        remove_iteration_card,
        "Iterations",
        errors=(ErrorId.ITERATION_CLOSED,),
    ),
    Route(
        "GET",
        "/cards/{card_uid}/iterations-history",
        list_card_iterations,
        "Iterations",
        query=HISTORY_PARAMETERS,
    ),
)
