"""How fast a space worked: what was done and what came on top, on each of its working days."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct

from kadence.domain.calendar import LONGEST, WorkingCalendar, local_day, workdays
from kadence.domain.model import Instant
from kadence.domain.report import UnitOfMeasure, size_of
from kadence.domain.timeline import Timeline

DAYS_KEPT = 130
"""Working days that are looked back, half a year: how a team worked before says little of today."""


class ThroughputDay(Struct, frozen=True):
    """What was done on a working day, less what was reopened, and by how much the scope grew."""

    day: date
    done: float
    growth: float


def daily_throughput(
    timelines: Iterable[Timeline], calendar: WorkingCalendar, unit: UnitOfMeasure, until: Instant
) -> list[ThroughputDay]:
    """Return the working days on which one of these iterations ran, before the day of `until`.

    What happened on a day off counts for the working day before it.
    """
    today = local_day(calendar, until)
    done: dict[date, float] = {}
    growth: dict[date, float] = {}
    for timeline in timelines:
        if timeline.lifespan.activated is None:
            continue
        begun = local_day(calendar, timeline.lifespan.activated[1])
        over = (
            local_day(calendar, timeline.lifespan.closed[1]) if timeline.lifespan.closed else today
        )
        # Up to its last day the work of it is on record, today's not yet as a whole.
        days = _run(calendar, begun, min(over, today))
        for day in days:
            done.setdefault(day, 0.0)
            growth.setdefault(day, 0.0)
        if days:
            _add(timeline, calendar, unit, days, done, growth)
    return [ThroughputDay(d, done[d], growth[d]) for d in sorted(done) if d < today][-DAYS_KEPT:]


def _run(calendar: WorkingCalendar, first: date, last: date) -> list[date]:
    first = date.fromordinal(max(first.toordinal(), last.toordinal() - LONGEST + 1))
    return workdays(calendar, first, last) or []


def _add(
    timeline: Timeline,
    calendar: WorkingCalendar,
    unit: UnitOfMeasure,
    days: Sequence[date],
    done: dict[date, float],
    growth: dict[date, float],
) -> None:
    scope_before, done_before = size_of(timeline.start, unit)
    for step in timeline.run:
        scope, finished = size_of(step.tally, unit)
        day = days[max(bisect_right(days, local_day(calendar, step.at)) - 1, 0)]
        done[day] += float(finished - done_before)
        growth[day] += float(scope - scope_before)
        scope_before, done_before = scope, finished
