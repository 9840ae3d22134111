"""What goes over the wire of a space as a whole, below /api/kadence/v1."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from kadence.domain.model import IterationStatus
from kadence.storage.overview import Total
from kadence.usecases import overview as usecases
from kadence.web.calendars import CalendarAnswer, calendar_answer
from kadence.web.codec import Uid, number, optional_number
from kadence.web.http import RequestContext
from kadence.web.query import Words
from kadence.web.report_answers import Day, TotalAnswer
from kadence.web.route import Route
from kadence.web.spaces import ListedSpaceAnswer, listed_space
from kadence.web.velocity import AmountsAnswer, average


class SpaceHeadAnswer(Struct, frozen=True):
    """What a page of a space begins with.

    `velocity` is the mean of the last closed iterations. What happens later is behind `position`:
    `…/events?after=…`.
    """

    space: ListedSpaceAnswer
    calendar: CalendarAnswer
    velocity: AmountsAnswer | None
    position: int


class TotalOfIterationAnswer(Struct, frozen=True):
    """What a planned or active iteration holds: its cards, those done, what the team takes on."""

    iteration_id: Uid
    capacity: float | None
    scope: TotalAnswer
    done: TotalAnswer


class IterationPeriodAnswer(Struct, frozen=True):
    """The first and the last day of an iteration in the time zone of its space.

    A date that was written without a time is that day; of any other it is the day there.
    """

    iteration_id: Uid
    first_day: Day | None
    last_day: Day | None


class LeftOverAnswer(Struct, frozen=True):
    """An unfinished card of the backlog, and the last closed iteration that it was in."""

    card_uid: Uid
    iteration_id: Uid
    iteration_title: str


def _total(total: Total) -> TotalOfIterationAnswer:
    return TotalOfIterationAnswer(
        iteration_id=total.iteration_id,
        capacity=optional_number(total.capacity),
        scope=TotalAnswer(total.count, number(round(total.size, 6))),
        done=TotalAnswer(total.done_count, number(round(total.done_size, 6))),
    )


async def get_head(context: RequestContext) -> SpaceHeadAnswer:
    """Get what a page of a space begins with: what it is, its calendar and its velocity."""
    found = await context.read(usecases.get_head, context.uid("space_uid"), context.nothing())
    return SpaceHeadAnswer(
        space=listed_space(found.view),
        calendar=calendar_answer(found.calendar),
        velocity=average(found.mean),
        position=found.position,
    )


async def get_totals(context: RequestContext) -> list[TotalOfIterationAnswer]:
    """Get what each planned and active iteration of the space holds: numbers of cards and sizes."""
    found = await context.read(usecases.get_totals, context.uid("space_uid"), context.nothing())
    return [_total(total) for total in found]


STATUS = Words(
    "status",
    [status.value for status in IterationStatus if status is not IterationStatus.REMOVED],
    "Only iterations of these statuses, comma-separated.",
)


async def get_periods(context: RequestContext) -> list[IterationPeriodAnswer]:
    """List the first and the last day of each iteration of the space, removed ones aside."""
    statuses = context.query(lambda query: query.get(STATUS))
    found = await context.read(usecases.get_periods, context.uid("space_uid"), statuses)
    return [IterationPeriodAnswer(one.id, _day(first), _day(last)) for one, first, last in found]


def _day(day: date | None) -> Day | None:
    return day if day is None else day.isoformat()


async def get_leftovers(context: RequestContext) -> list[LeftOverAnswer]:
    """List the unfinished cards of the backlog that one of the last 26 closed iterations left over.

    Each is named with the last of them that it stands in.
    """
    found = await context.read(usecases.get_leftovers, context.uid("space_uid"), context.nothing())
    return [LeftOverAnswer(one.card_uid, one.iteration_id, one.title) for one in found]


OWN_ROUTES: Sequence[Route] = (
    Route("GET", "/spaces/{space_uid}", get_head, "Additions"),
    Route("GET", "/spaces/{space_uid}/totals", get_totals, "Additions"),
    Route("GET", "/spaces/{space_uid}/leftovers", get_leftovers, "Additions"),
    Route("GET", "/spaces/{space_uid}/periods", get_periods, "Additions", query=(STATUS,)),
)
