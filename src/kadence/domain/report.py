"""The report of an iteration: its numbers over time, and where its scope came from and went.

The rules are those of docs/insights.md; `timeline.RULES` is their version.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from kadence.domain.calendar import (
    Period,
    WorkingCalendar,
    end_of,
    local_day,
    midnight,
    period,
)
from kadence.domain.model import ColumnType, Condition, Event, Instant, Iteration, IterationStatus
from kadence.domain.statistics import Number, exact_sums, json_number
from kadence.domain.timeline import NOTHING, CardState, Cause, Step, Tally, Timeline

_QUIET = frozenset({Cause.BEGUN, Cause.PUT_BACK})
"""What changes neither scope nor what is done."""


class UnitOfMeasure(StrEnum):
    """What is counted: the sizes of cards, or the cards."""

    SIZE = "size"
    COUNT = "count"


class Point(Struct, frozen=True, gc=False):
    """What is in an iteration from an instant on, and why it changed then."""

    at: Instant
    seq: int
    cause: str
    card_uid: str | None
    scope: Number
    done: Number
    remaining: Number


class IdealPoint(Struct, frozen=True):
    """What would remain if the baseline were done evenly over the working days."""

    at: Instant
    remaining: float


class PartCard(Struct, frozen=True, gc=False):
    """A card in a part of the scope report.

    `size` is what the card brought or took; `before` its size before a re-estimate, which alone has
    one; `other` the iteration that it came from or went to.
    """

    card_uid: str
    at: Instant | None
    size: Decimal | None
    before: Decimal | None = None
    other: str | None = None


class Part(Struct, frozen=True):
    """A part of the scope report: its cards, their number and the sum of their sizes."""

    count: int
    size: Decimal
    cards: Sequence[PartCard]


class Scope(Struct, frozen=True):
    """Where the scope came from and went.

    baseline + added - removed + re_estimated is what is in scope, by count (a re-estimate counts
    as none) and by size. The other parts say more of the same cards: `carried_in` of those that
    were ever in it, `carried_out` of those that left or were left over, `unfinished`, `done` and
    `unsized` of those that are in scope, `done_late` of those that are done.
    """

    baseline: Part
    added: Part
    removed: Part
    re_estimated: Part
    carried_in: Part
    carried_out: Part
    done: Part
    done_late: Part
    unfinished: Part
    unsized: Part


class Report(Struct, frozen=True):
    """An iteration at an instant, out of the journal."""

    iteration: Iteration
    place: int
    period: Period | None
    baseline_at: Instant | None
    tally: Tally
    series: Sequence[Point]
    ideal: Sequence[IdealPoint] | None
    scope: Scope

    @property
    def is_over(self) -> bool:
        """Whether nothing happens in it any more: it was closed, or removed."""
        return self.iteration.status in (IterationStatus.CLOSED, IterationStatus.REMOVED)

    @property
    def remaining_size(self) -> Number:
        """The sizes of what is not done."""
        with exact_sums():
            return json_number(self.tally.sizes[0] + self.tally.sizes[1])


_COLUMNS = frozenset(Iteration.__struct_fields__)


def iteration_at(iteration: Iteration, changes: Sequence[Event], place: int) -> Iteration:
    """Return the iteration as it was at a place in the journal.

    `changes` are all that it went through.
    """
    for event in reversed(changes):
        if event.seq <= place:
            break
        # Journals of the first release tell a removal by its kind alone.
        old = event.payload.get("old") or {"status": _status(changes, event.seq)}
        # A newer program may tell of columns that this one does not know.
        iteration = replace(iteration, **{n: v for n, v in old.items() if n in _COLUMNS})
    return iteration


def _status(changes: Sequence[Event], before: int) -> str:
    told = [e.payload["new"] for e in changes if e.seq < before and "new" in e.payload]
    found = [new["status"] for new in told if "status" in new]
    return str(found[-1]) if found else IterationStatus.PLANNED.value


def size_of(tally: Tally, unit: UnitOfMeasure) -> tuple[Number, Number]:
    """Scope and done of a tally."""
    if unit is UnitOfMeasure.COUNT:
        return sum(tally.counts), tally.counts[2]
    with exact_sums():
        return json_number(sum(tally.sizes, NOTHING)), json_number(tally.sizes[2])


def report(
    iteration: Iteration,
    timeline: Timeline,
    calendar: WorkingCalendar,
    unit: UnitOfMeasure,
    carried_to: str | None = None,
) -> Report:
    """Return the report of an iteration that is as it was at the end of `timeline`.

    `carried_to` is the iteration into which its leftovers went when it was closed.
    """
    with exact_sums():
        return _report(iteration, timeline, calendar, unit, carried_to)


def _report(
    iteration: Iteration,
    timeline: Timeline,
    calendar: WorkingCalendar,
    unit: UnitOfMeasure,
    carried_to: str | None,
) -> Report:
    lasts = period(calendar, iteration)
    activated = timeline.lifespan.activated
    baseline = None if timeline.baseline is None else size_of(timeline.start, unit)[0]
    return Report(
        iteration=iteration,
        place=timeline.end,
        period=lasts,
        baseline_at=activated[1] if activated else None,
        tally=timeline.tally,
        series=_series(timeline, unit),
        ideal=None if baseline is None else ideal(calendar, lasts, baseline),
        scope=_scope(timeline, lasts, carried_to),
    )


def _series(timeline: Timeline, unit: UnitOfMeasure) -> list[Point]:
    points = []
    if timeline.lifespan.activated is not None:
        seq, at = timeline.lifespan.activated
        points.append(_point(at, seq, "activated", None, timeline.start, unit))
    points += [
        _point(step.at, step.seq, step.cause.value, step.card_uid, step.tally, unit)
        for step in timeline.run
        if step.cause not in _QUIET
    ]
    if timeline.lifespan.closed is not None:
        seq, at = timeline.lifespan.closed
        points.append(_point(at, seq, "closed", None, timeline.tally, unit))
    return points


def _point(
    at: Instant, seq: int, cause: str, card_uid: str | None, tally: Tally, unit: UnitOfMeasure
) -> Point:
    if unit is UnitOfMeasure.COUNT:
        scope: Number = sum(tally.counts)
        done: Number = tally.counts[2]
        return Point(at, seq, cause, card_uid, scope, done, scope - done)
    queued, begun, finished = tally.sizes
    remaining = queued + begun
    return Point(
        at,
        seq,
        cause,
        card_uid,
        json_number(remaining + finished),
        json_number(finished),
        json_number(remaining),
    )


def ideal(
    calendar: WorkingCalendar, lasts: Period | None, baseline: Number
) -> list[IdealPoint] | None:
    """Return the line from the baseline to nothing, falling on working days only.

    None without a period, without a working day in it, or when there are too many to count.
    """
    if lasts is None or not lasts.workdays:
        return None
    total = len(lasts.workdays)
    points = [IdealPoint(lasts.begins, float(baseline))]
    for number, day in enumerate(lasts.workdays, start=1):
        begins = midnight(calendar, day)
        if begins > points[-1].at:
            points.append(IdealPoint(begins, points[-1].remaining))
        left = baseline * (total - number) / total
        points.append(IdealPoint(end_of(calendar, day), float(left)))
    if points[-1].at < lasts.ends:
        points.append(IdealPoint(lasts.ends, 0.0))
    return points


def ideal_at(points: Sequence[IdealPoint], at: Instant) -> float:
    """Return what the ideal line says of an instant."""
    index = bisect_left([point.at for point in points], at)
    if index == 0:
        return points[0].remaining
    if index == len(points):
        return points[-1].remaining
    before, after = points[index - 1], points[index]
    part = (at - before.at) / (after.at - before.at)
    return before.remaining + (after.remaining - before.remaining) * part


def _scope(timeline: Timeline, lasts: Period | None, carried_to: str | None) -> Scope:
    run, inside = timeline.run, timeline.inside
    begun_with: Mapping[str, Decimal | None] = timeline.baseline or {}
    begun_at = timeline.lifespan.activated[1] if timeline.lifespan.activated else None
    done = [card for card in inside if card.state == ColumnType.DONE]
    unfinished = [card for card in inside if card.state != ColumnType.DONE]
    left = [step for step in run if step.enters < 0]
    late = [c for c in done if lasts is not None and (c.done_at or 0) >= lasts.ends]
    return Scope(
        baseline=_part(PartCard(uid, begun_at, size) for uid, size in begun_with.items()),
        added=_part(_moved(step, step.after) for step in run if step.enters > 0),
        removed=_part(_moved(step, step.before) for step in left),
        re_estimated=_re_estimated(run),
        carried_in=_part(_standing(c) for c in timeline.cards.values() if c.came_from is not None),
        carried_out=_carried_out(timeline, left, unfinished, carried_to),
        done=_part(PartCard(c.uid, c.done_at, c.size) for c in done),
        done_late=_part(PartCard(c.uid, c.done_at, c.size) for c in late),
        unfinished=_part(map(_standing, unfinished)),
        unsized=_part(_standing(c) for c in inside if c.size is None),
    )


def _moved(step: Step, size: Decimal | None) -> PartCard:
    return PartCard(step.card_uid, step.at, size, other=step.other)


def _standing(card: CardState) -> PartCard:
    return PartCard(card.uid, None, card.size, other=card.came_from)


def _re_estimated(run: Sequence[Step]) -> Part:
    steps = [step for step in run if step.cause is Cause.RE_ESTIMATED]
    cards = [PartCard(s.card_uid, s.at, s.after, before=s.before) for s in steps]
    change = sum(((s.after or NOTHING) - (s.before or NOTHING) for s in steps), NOTHING)
    return Part(len({step.card_uid for step in steps}), change, cards)


def _carried_out(
    timeline: Timeline,
    left: Sequence[Step],
    unfinished: Sequence[CardState],
    carried_to: str | None,
) -> Part:
    gone = [_moved(step, step.before) for step in left if step.other is not None]
    if timeline.lifespan.closed is not None and carried_to is not None:
        at = timeline.lifespan.closed[1]
        gone += [
            PartCard(card.uid, at, card.size, other=carried_to)
            for card in unfinished
            if card.condition == Condition.LIVE
        ]
    return _part(gone)


def _part(cards: Iterable[PartCard]) -> Part:
    listed = list(cards)
    size = sum((card.size for card in listed if card.size is not None), NOTHING)
    return Part(len(listed), size, listed)


class DayOfReport(Struct, frozen=True):
    """What was in an iteration when a day of its space was over, or at the report's instant."""

    day: date
    scope: Number
    done: Number
    remaining: Number
    ideal: float | None


def days_of(found: Report, calendar: WorkingCalendar, until: Instant) -> list[DayOfReport]:
    """Return the days of a report from activation to its closing or `until`.

    They are at most the last MOST_DAYS.

    None of what has not begun.
    """
    if found.baseline_at is None or not found.series:
        return []
    begins, series = found.series[0].at, found.series
    ends = max(series[-1].at if found.is_over else until, begins)
    first, last = local_day(calendar, begins), local_day(calendar, ends)
    first = date.fromordinal(max(first.toordinal(), last.toordinal() - MOST_DAYS + 1))
    days, index = [], 0
    for day, over in day_ends(calendar, first, last):
        while index + 1 < len(series) and series[index + 1].at < over:
            index += 1
        point = series[index]
        left = None if found.ideal is None else round(ideal_at(found.ideal, min(over, ends)), 3)
        days.append(DayOfReport(day, point.scope, point.done, point.remaining, left))
    return days


MOST_DAYS = 366
"""Days that a report tells one by one."""


def day_ends(calendar: WorkingCalendar, first: date, last: date) -> list[tuple[date, Instant]]:
    """Return the days from one to another, each with the instant at which it is over.

    Both are included.
    """
    days = (date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1))
    return [(day, end_of(calendar, day)) for day in days]
