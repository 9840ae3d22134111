"""How an iteration's cards flowed: how many were in which state each day, how long it took."""

from collections.abc import Sequence
from datetime import date
from statistics import quantiles

from msgspec import Struct

from kadence.domain.calendar import LONGEST, WorkingCalendar, local_day
from kadence.domain.model import DAY, ColumnType, Instant
from kadence.domain.report import UnitOfMeasure, day_ends
from kadence.domain.statistics import Number, json_number
from kadence.domain.timeline import Tally, Timeline

PERCENTILES = (50, 85, 95)


class FlowDay(Struct, frozen=True):
    """What was in an iteration when a day of its space was over, or at the report's instant."""

    day: date
    queued: Number
    in_progress: Number
    done: Number


class CycleTime(Struct, frozen=True):
    """How long a card took from when it was first in progress until done, in days of 24 h."""

    card_uid: str
    days: float


class Flow(Struct, frozen=True):
    """The flow of an iteration's cards.

    `untimed` are the done cards that never were in progress. Of `percentiles` there are none
    without a cycle time.
    """

    days: Sequence[FlowDay]
    cycle_times: Sequence[CycleTime]
    untimed: Sequence[str]
    percentiles: dict[int, float]


def flow(
    timeline: Timeline, calendar: WorkingCalendar, unit: UnitOfMeasure, until: Instant
) -> Flow:
    """Return the flow from activation (of a planned iteration from its first card) to `until`."""
    timed, untimed = [], []
    for card in timeline.inside:
        if card.state != ColumnType.DONE or card.done_at is None:
            continue
        if card.begun_at is None or card.begun_at > card.done_at:
            untimed.append(card.uid)
        else:
            timed.append(CycleTime(card.uid, round((card.done_at - card.begun_at) / DAY, 3)))
    timed.sort(key=lambda cycle: (cycle.days, cycle.card_uid))
    return Flow(
        days=_days(timeline, calendar, unit, until),
        cycle_times=timed,
        untimed=sorted(untimed),
        percentiles=percentiles([cycle.days for cycle in timed]),
    )


def percentiles(values: Sequence[float]) -> dict[int, float]:
    """Return the percentiles of PERCENTILES, interpolated linearly; none of nothing."""
    if not values:
        return {}
    if len(values) == 1:
        return dict.fromkeys(PERCENTILES, values[0])
    cuts = quantiles(values, n=100, method="inclusive")
    return {percent: round(cuts[percent - 1], 3) for percent in PERCENTILES}


def _days(
    timeline: Timeline, calendar: WorkingCalendar, unit: UnitOfMeasure, until: Instant
) -> list[FlowDay]:
    run = timeline.run
    if timeline.lifespan.activated is not None:
        begins = timeline.lifespan.activated[1]
    elif run:
        begins = run[0].at
    else:
        return []
    ends = (
        timeline.lifespan.closed[1] if timeline.lifespan.closed is not None else max(until, begins)
    )
    first, last = local_day(calendar, begins), local_day(calendar, ends)
    # What is left on its board for years is shown by its last years.
    first = date.fromordinal(max(first.toordinal(), last.toordinal() - LONGEST))
    found, tally, index = [], timeline.start, 0
    for day, over in day_ends(calendar, first, last):
        while index < len(run) and run[index].at < over:
            tally = run[index].tally
            index += 1
        found.append(_day(day, tally, unit))
    return found


def _day(day: date, tally: Tally, unit: UnitOfMeasure) -> FlowDay:
    if unit is UnitOfMeasure.COUNT:
        return FlowDay(day, *tally.counts)
    return FlowDay(day, *map(json_number, tally.sizes))
