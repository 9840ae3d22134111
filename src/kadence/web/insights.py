"""How reports and flow of iterations are asked for, below /api/kadence/v1."""

from collections.abc import Sequence

from msgspec import Struct

from kadence.domain.error_ids import ErrorId
from kadence.domain.flow import CycleTime
from kadence.domain.report import UnitOfMeasure
from kadence.domain.timeline import RULES
from kadence.usecases import insights as usecases
from kadence.usecases.insights import Flowed, ReportQuery
from kadence.web.codec import Uid, When, format_timestamp
from kadence.web.http import RequestContext
from kadence.web.query import Moment, Query, Word
from kadence.web.report_answers import (
    Day,
    IterationOfReport,
    ReportAnswer,
    Titles,
    iteration_of_report,
    report_answer,
)
from kadence.web.route import Route

AS_OF = Moment("as_of", "As it was at this instant; without it, as it is now.")
UNIT = Word("unit", ["size", "count"], "Count the sizes of cards, or the cards.")
REPORT_PARAMETERS = (AS_OF, UNIT)
REPORT_ERRORS = (ErrorId.AS_OF_INVALID,)


class FlowDayAnswer(Struct, frozen=True):
    """What was in the iteration at the end of a day, by the type of its column."""

    day: Day
    queued: float
    in_progress: float
    done: float


class CycleTimeAnswer(Struct, frozen=True):
    """How long a done card took since it was first in progress, in days of 24 hours."""

    card_uid: Uid
    card_id: int | None
    title: str | None
    days: float


class PercentilesAnswer(Struct, frozen=True):
    """Within how many days such a part of the cards was done."""

    p50: float
    p85: float
    p95: float


class FlowAnswer(Struct, frozen=True):
    """How the cards of an iteration went through the states.

    `untimed` are done cards that were never in progress; `cycle_time` is null without any other.
    """

    iteration: IterationOfReport
    as_of: When
    position: int
    rules: int
    unit: UnitOfMeasure
    days: list[FlowDayAnswer]
    cards: list[CycleTimeAnswer]
    untimed: list[Uid]
    cycle_time: PercentilesAnswer | None


def flow_answer(found: Flowed) -> FlowAnswer:
    """Return the flow as the wire shows it."""
    made = found.flow
    percentiles = {f"p{percent}": value for percent, value in made.percentiles.items()}
    return FlowAnswer(
        iteration=iteration_of_report(found.iteration),
        as_of=format_timestamp(found.as_of),
        position=found.place,
        rules=RULES,
        unit=found.unit,
        days=[
            FlowDayAnswer(day.day.isoformat(), day.queued, day.in_progress, day.done)
            for day in made.days
        ],
        cards=[_cycle(cycle, found.titles) for cycle in made.cycle_times],
        untimed=list(made.untimed),
        cycle_time=PercentilesAnswer(**percentiles) if percentiles else None,
    )


def _cycle(cycle: CycleTime, titles: Titles) -> CycleTimeAnswer:
    card_id, title = titles.get(cycle.card_uid, (None, None))
    return CycleTimeAnswer(cycle.card_uid, card_id, title, cycle.days)


def report_query(query: Query) -> ReportQuery:
    """Return the instant and the unit that the query asks for."""
    return ReportQuery(query.get(AS_OF), UnitOfMeasure(query.get(UNIT)))


async def get_report(context: RequestContext) -> ReportAnswer:
    """Get the report of an iteration, recomputed from the journal for any instant.

    Baseline, the series of scope, done and remaining with what changed them, the ideal line, and
    where the scope came from and went. That of a closed iteration never changes.
    """
    return report_answer(
        await context.read(
            usecases.get_report,
            context.uid("space_uid"),
            context.uid("iteration_id"),
            context.query(report_query),
        )
    )


async def get_flow(context: RequestContext) -> FlowAnswer:
    """Get how the cards of an iteration went through the states, day by day, and how fast."""
    return flow_answer(
        await context.read(
            usecases.get_flow,
            context.uid("space_uid"),
            context.uid("iteration_id"),
            context.query(report_query),
        )
    )


OWN_ROUTES: Sequence[Route] = (
    Route(
        "GET",
        "/spaces/{space_uid}/iterations/{iteration_id}/report",
        get_report,
        "Insights",
        query=REPORT_PARAMETERS,
        errors=REPORT_ERRORS,
    ),
    Route(
        "GET",
        "/spaces/{space_uid}/iterations/{iteration_id}/flow",
        get_flow,
        "Insights",
        query=REPORT_PARAMETERS,
        errors=REPORT_ERRORS,
    ),
)
