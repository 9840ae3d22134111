"""What goes over the wire of an iteration's report."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import asdict

from kadence.domain.calendar import Period
from kadence.domain.model import Instant, Iteration, IterationStatus
from kadence.domain.report import (
    DayOfReport,
    IdealPoint,
    Part,
    PartCard,
    Point,
    Scope,
    UnitOfMeasure,
    days_of,
    size_of,
)
from kadence.domain.statistics import json_number
from kadence.domain.timeline import RULES
from kadence.usecases.insights import Reported
from kadence.web.codec import Uid, When, format_optional, format_timestamp, number, optional_number

Titles = Mapping[str, tuple[int, str]]
Day = Annotated[str, Meta(description="A day of the space's calendar, as 2026-07-28.")]


class IterationOfReport(Struct, frozen=True):
    """An iteration as it was at the report's instant."""

    id: Uid
    title: str
    goal: str | None
    status: IterationStatus
    start_date: When | None
    finish_date: When | None
    actual_finish_date: When | None
    capacity: float | None


class PeriodAnswer(Struct, frozen=True):
    """What the dates mean in the space's time zone: from the first day's begin to the last's end.

    `working_days` is null when there are too many to count.
    """

    time_zone: str
    first_day: Day
    last_day: Day
    begins: When
    ends: When
    working_days: int | None


class TotalAnswer(Struct, frozen=True):
    """A number of cards and the sum of their sizes."""

    count: int
    size: float


class NowAnswer(Struct, frozen=True):
    """What is in the iteration: `remaining` is `scope` less `done`."""

    scope: TotalAnswer
    done: TotalAnswer
    remaining: TotalAnswer


class BaselineAnswer(Struct, frozen=True):
    """What was in the iteration when it was activated."""

    at: When
    count: int
    size: float


class PointAnswer(Struct, frozen=True, gc=False):
    """What was in the iteration from `at` on, and what had changed then.

    `cause` is `activated`, `added`, `removed`, `re-estimated`, `done`, `reopened`, `archived`,
    `restored`, `deleted` or `closed`.
    """

    at: When
    seq: int
    cause: str
    card_uid: Uid | None
    scope: float
    done: float
    remaining: float


class IdealAnswer(Struct, frozen=True):
    """A corner of the line on which the baseline would be done evenly over the working days."""

    at: When
    remaining: float


class DayAnswer(Struct, frozen=True):
    """What was in the iteration when a day was over; `ideal` is the ideal line then."""

    day: Day
    scope: float
    done: float
    remaining: float
    ideal: float | None


class PartCardAnswer(Struct, frozen=True, gc=False):
    """A card in a part of the report; `card_id` and `title` only while it is in the space.

    `size_before` is its size before a re-estimate, `other_iteration_id` where it came from or went.
    """

    card_uid: Uid
    card_id: int | None
    title: str | None
    at: When | None
    size: float | None
    size_before: float | None
    other_iteration_id: Uid | None


class PartAnswer(Struct, frozen=True):
    """A part of the report."""

    count: int
    size: float
    cards: list[PartCardAnswer]


class ScopeAnswer(Struct, frozen=True):
    """Where the scope came from and went.

    By size, baseline + added - removed + re_estimated is the scope; by count a re-estimate is none.
    """

    baseline: PartAnswer
    added: PartAnswer
    removed: PartAnswer
    re_estimated: PartAnswer
    carried_in: PartAnswer
    carried_out: PartAnswer
    done: PartAnswer
    done_late: PartAnswer
    unfinished: PartAnswer
    unsized: PartAnswer


class ReportAnswer(Struct, frozen=True):
    """An iteration at an instant, recomputed from the journal.

    `position` is the `seq` of the last event that counts, `rules` the version of how they count.
    """

    iteration: IterationOfReport
    as_of: When
    position: int
    rules: int
    unit: UnitOfMeasure
    period: PeriodAnswer | None
    baseline: BaselineAnswer | None
    now: NowAnswer
    series: list[PointAnswer]
    days: list[DayAnswer]
    ideal: list[IdealAnswer] | None
    scope: ScopeAnswer


def iteration_of_report(iteration: Iteration) -> IterationOfReport:
    """Return the iteration as reports show it."""
    return IterationOfReport(
        id=iteration.id,
        title=iteration.title,
        goal=iteration.goal,
        status=IterationStatus(iteration.status),
        start_date=format_optional(iteration.start_date),
        finish_date=format_optional(iteration.finish_date),
        actual_finish_date=format_optional(iteration.actual_finish_date),
        capacity=optional_number(iteration.capacity),
    )


def report_answer(found: Reported) -> ReportAnswer:
    """Return the report as the wire shows it."""
    made = found.report
    counts = size_of(made.tally, UnitOfMeasure.COUNT)
    sizes = size_of(made.tally, UnitOfMeasure.SIZE)
    baseline = made.scope.baseline
    return ReportAnswer(
        iteration=iteration_of_report(made.iteration),
        as_of=format_timestamp(found.as_of),
        position=made.place,
        rules=RULES,
        unit=found.unit,
        period=_period(made.period, found.calendar.time_zone),
        baseline=None
        if made.baseline_at is None
        else BaselineAnswer(
            format_timestamp(made.baseline_at), baseline.count, json_number(baseline.size)
        ),
        now=NowAnswer(
            scope=TotalAnswer(int(counts[0]), sizes[0]),
            done=TotalAnswer(int(counts[1]), sizes[1]),
            remaining=TotalAnswer(int(counts[0] - counts[1]), made.remaining_size),
        ),
        series=[_point(point) for point in made.series],
        days=[_day(day) for day in days_of(made, found.calendar, found.as_of)],
        ideal=None if made.ideal is None else [_ideal(point) for point in made.ideal],
        scope=_scope(made.scope, found.titles),
    )


def _period(lasts: Period | None, time_zone: str) -> PeriodAnswer | None:
    if lasts is None:
        return None
    return PeriodAnswer(
        time_zone=time_zone,
        first_day=lasts.first_day.isoformat(),
        last_day=lasts.last_day.isoformat(),
        begins=_when(lasts.begins),
        ends=_when(lasts.ends),
        working_days=None if lasts.workdays is None else len(lasts.workdays),
    )


def _when(instant: Instant) -> str:
    """As `format_timestamp`; beyond the years that can be written, the nearest that can."""
    return format_timestamp(min(max(instant, _FIRST), _LAST))


_FIRST, _LAST = -62_135_596_800_000, 253_402_300_799_999


def _point(point: Point) -> PointAnswer:
    return PointAnswer(
        format_timestamp(point.at),
        point.seq,
        point.cause,
        point.card_uid,
        point.scope,
        point.done,
        point.remaining,
    )


def _day(day: DayOfReport) -> DayAnswer:
    left = optional_number(day.ideal)
    return DayAnswer(day.day.isoformat(), day.scope, day.done, day.remaining, left)


def _ideal(point: IdealPoint) -> IdealAnswer:
    return IdealAnswer(_when(point.at), number(round(point.remaining, 3)))


def _scope(scope: Scope, titles: Titles) -> ScopeAnswer:
    return ScopeAnswer(**{name: _part(part, titles) for name, part in asdict(scope).items()})


def _part(part: Part, titles: Titles) -> PartAnswer:
    return PartAnswer(
        part.count, json_number(part.size), [_part_card(card, titles) for card in part.cards]
    )


def _part_card(card: PartCard, titles: Titles) -> PartCardAnswer:
    card_id, title = titles.get(card.card_uid, (None, None))
    return PartCardAnswer(
        card_uid=card.card_uid,
        card_id=card_id,
        title=title,
        at=format_optional(card.at),
        size=None if card.size is None else json_number(card.size),
        size_before=None if card.before is None else json_number(card.before),
        other_iteration_id=card.other,
    )
