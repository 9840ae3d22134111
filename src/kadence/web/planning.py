"""What goes over the wire of kadence's own planning operations, below /api/kadence/v1."""

from collections.abc import Sequence

from msgspec import Struct

from kadence.domain.error_ids import ErrorId
from kadence.domain.model import Iteration
from kadence.usecases import planning as usecases
from kadence.usecases.iterations import etag
from kadence.usecases.planning import ArrangeCards, ChangeCapacity, Outcome
from kadence.usecases.unit_of_work import RenderedResponse
from kadence.web.bodies import Body
from kadence.web.codec import Uid, optional_number
from kadence.web.errors import Refusal, refusal
from kadence.web.http import RequestContext
from kadence.web.iteration_cards import IterationCardAnswer, record_answer
from kadence.web.iterations import TARGET_ERRORS
from kadence.web.responses import WithETag
from kadence.web.route import Route


class ArrangedAnswer(Struct, frozen=True):
    """What became of one card: its record, or why nothing was done with it."""

    card_uid: str
    record: IterationCardAnswer | None
    error: Refusal | None


class CapacityAnswer(Struct, frozen=True):
    """What the team means to take on in an iteration."""

    iteration_id: Uid
    capacity: float | None


ARRANGE = Body("Arrangement", ArrangeCards)
CHANGE_CAPACITY = Body("Capacity", ChangeCapacity)


def _arranged(outcomes: list[Outcome]) -> list[ArrangedAnswer]:
    return [
        ArrangedAnswer(
            outcome.card_uid,
            record_answer(outcome.record) if outcome.record else None,
            refusal(outcome.refusal) if outcome.refusal else None,
        )
        for outcome in outcomes
    ]


def _capacity(iteration: Iteration) -> WithETag[CapacityAnswer]:
    answer = CapacityAnswer(iteration.id, optional_number(iteration.capacity))
    return WithETag(answer, etag(iteration))


async def arrange_cards(context: RequestContext) -> RenderedResponse[list[ArrangedAnswer]]:
    """Add, remove, move or reorder up to 200 cards of an iteration at once.

    There is one answer for each card, in the order given; one that is refused hinders no other.
    """
    asked = await context.body(ARRANGE)
    return await context.write(
        asked,
        _arranged,
        usecases.arrange_cards,
        context.uid("space_uid"),
        context.uid("iteration_id"),
        asked.command,
    )


async def get_capacity(context: RequestContext) -> WithETag[CapacityAnswer]:
    """Get what the team means to take on in an iteration."""
    return _capacity(
        await context.read_inline(
            usecases.get_capacity,
            context.uid("space_uid"),
            context.uid("iteration_id"),
            context.nothing(),
        )
    )


async def change_capacity(context: RequestContext) -> RenderedResponse[WithETag[CapacityAnswer]]:
    """Say what the team means to take on in an iteration."""
    asked = await context.body(CHANGE_CAPACITY)
    return await context.write(
        asked,
        _capacity,
        usecases.change_capacity,
        context.uid("space_uid"),
        context.uid("iteration_id"),
        asked.command,
    )


OWN_ROUTES: Sequence[Route] = (
    Route(
        "POST",
        "/spaces/{space_uid}/iterations/{iteration_id}/cards/arrange",
        arrange_cards,
        "Additions",
        body=ARRANGE,
        errors=(
            ErrorId.PLACES_TWO,
            ErrorId.PLACE_UNKNOWN,
            *TARGET_ERRORS,
            ErrorId.CARD_UNKNOWN,
            ErrorId.CARD_ELSEWHERE,
            ErrorId.CARD_FOREIGN_BOARD,
            ErrorId.CARD_DELETED,
            ErrorId.ITERATION_CLOSED,
        ),
    ),
    Route(
        "GET", "/spaces/{space_uid}/iterations/{iteration_id}/capacity", get_capacity, "Additions"
    ),
    Route(
        "PATCH",
        "/spaces/{space_uid}/iterations/{iteration_id}/capacity",
        change_capacity,
        "Additions",
        body=CHANGE_CAPACITY,
        errors=(ErrorId.ITERATION_CLOSED,),
    ),
)
