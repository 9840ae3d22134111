"""Will we make it: what a forecast is made from, and what is made of its odds.

The simulation itself runs elsewhere, in a process of its own: `questions` are asked there, and
`Odds` made of the answers.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct
from msgspec.structs import replace

from kadence.domain.calendar import (
    WorkingCalendar,
    end_of,
    local_day,
    midnight,
    period,
    workdays,
)
from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import RuleViolation
from kadence.domain.lifecycle import ACTIVE, OPEN
from kadence.domain.model import Instant, Iteration, SpaceRole
from kadence.domain.report import UnitOfMeasure, size_of
from kadence.domain.simulation import HORIZON, Question, Simulated, days_until, lacks
from kadence.domain.throughput import ThroughputDay, daily_throughput
from kadence.domain.timeline import Timeline
from kadence.storage import history
from kadence.storage.timeline import JournalSlice
from kadence.usecases.access import authorize_space
from kadence.usecases.insights import IterationInReport, ReportQuery, look_at
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap

LOOKED_BACK = 12
"""Closed iterations that a forecast looks back on."""
BACKTEST_TRIALS = 2000


class ForecastQuery(ReportQuery, frozen=True):
    """Of which instant, in what, and how it is simulated."""

    seed: int = 1
    trials: int = 10_000
    grows: bool = True


class Outlook(Struct, frozen=True):
    """An open iteration at an instant, and what is asked about its rest.

    `days` are the working days that the answer counts, the first one perhaps begun; `lacking` says
    why nothing can be asked.
    """

    iteration: Iteration
    as_of: Instant
    remaining: float
    cards: int
    unsized: int
    past: Sequence[ThroughputDay]
    looked_back: Sequence[Iteration]
    days: Sequence[date]
    last_day: date | None
    question: Question
    lacking: str | None


class Trial(Struct, frozen=True):
    """A closed iteration as it was half way, when all of it was done, if it was, and how much."""

    outlook: Outlook
    begins: date
    finished: date | None
    closed: date
    done: float


class Forecast(Struct, frozen=True):
    """What a forecast is made from: an iteration, and those by which it is put to the test."""

    outlook: Outlook
    place: int
    unit: UnitOfMeasure
    trials: Sequence[Trial]

    @property
    def questions(self) -> list[Question]:
        """What is to be simulated: the forecast, then its tests; nothing without enough past."""
        asked = [self.outlook, *(trial.outlook for trial in self.trials)]
        return [] if self.outlook.lacking else [outlook.question for outlook in asked]


class Odds(Struct, frozen=True):
    """What a simulation makes of an outlook: days by which it is done with such a chance.

    None is: not within a year. `chance` is that of being done by the last day; `amounts` says by
    percent how much more at least will be done until then, if it has a last day that is to come.
    """

    p50: date | None
    p85: date | None
    p95: date | None
    chance: float | None
    chances: Sequence[tuple[date, float]]
    amounts: Mapping[int, float]


class HitCount(Struct, frozen=True):
    """How often a percentile held in the past, and how often nobody can say."""

    held: int
    missed: int
    undecided: int


def ask(
    unit: UnitOfWork, space_uid: str, iteration_id: str, validated: Validated[ForecastQuery]
) -> Forecast:
    """Prepare a forecast of an iteration that is planned or active.

    Raises:
        KadenceError: NotFound, Forbidden, BadRequest, RuleViolation (code 8, it has ended).
    """
    access = authorize_space(unit, space_uid, SpaceRole.READER)
    company_id = unit.actor.company_id
    as_of = validated.as_of if isinstance(validated, ForecastQuery) else None
    if as_of is None:
        before = history.closed(unit.tx, company_id, access.space_uid, LOOKED_BACK + 1)
    else:
        space = access.space_uid
        before = history.closed_by(unit.tx, company_id, space, as_of, LOOKED_BACK + 1)
    found = look_at(unit, space_uid, iteration_id, validated, *before)
    query = unwrap(validated)
    if found.iteration.status not in OPEN:
        raise RuleViolation(ErrorId.ITERATION_CLOSED, 8, "Can't forecast finished iteration")
    others = [other for other in before if other.id != found.iteration.id]
    outlook = _outlook(found, found.iteration, found.timeline, found.as_of, query, others)
    trials = [trial for other in others if (trial := _trial(found, other, query, others))]
    return Forecast(outlook, found.place, query.unit, trials[:LOOKED_BACK])


def _outlook(
    found: IterationInReport,
    iteration: Iteration,
    timeline: Timeline,
    as_of: Instant,
    query: ForecastQuery,
    others: Sequence[Iteration],
) -> Outlook:
    calendar, past = found.calendar, found.past
    earlier = [other for other in others if _ran(past, other, as_of)][:LOOKED_BACK]
    timelines = [past.timeline(other.id, past.place(other.id, as_of)) for other in earlier]
    days = daily_throughput([*timelines, timeline], calendar, query.unit, as_of)
    scope, done = size_of(timeline.tally, query.unit)
    lasts = period(calendar, iteration)
    begins = local_day(calendar, as_of)
    if lasts is not None and iteration.status != ACTIVE:
        begins = max(begins, lasts.first_day)
    ahead = _ahead(calendar, begins)
    told = [(day.done, day.growth) for day in days]
    left = [card for card in timeline.inside if card.done_at is None]
    return Outlook(
        iteration=iteration,
        as_of=as_of,
        remaining=float(scope - done),
        cards=len(left),
        unsized=sum(card.size is None for card in left),
        past=days,
        looked_back=earlier,
        days=ahead,
        last_day=lasts.last_day if lasts else None,
        question=Question(
            remaining=float(scope - done),
            past=told,
            grows=query.grows,
            first=_share(calendar, ahead, as_of),
            until=sum(d <= lasts.last_day for d in ahead) if lasts else None,
            seed=query.seed,
            trials=query.trials,
        ),
        lacking=lacks(told),
    )


def _ran(past: JournalSlice, other: Iteration, as_of: Instant) -> bool:
    activated = past.lifespan(other.id).activated
    return activated is not None and activated[1] <= as_of


def _ahead(calendar: WorkingCalendar, first: date) -> list[date]:
    """Return the working days from `first` on, as many as a simulation walks through."""
    found: list[date] = []
    while len(found) < HORIZON:
        try:
            last = first + timedelta(days=2 * HORIZON)
        except OverflowError:
            break
        more = workdays(calendar, first, last) or []
        found += more
        if not more:
            break
        first = last + timedelta(days=1)
    return found[:HORIZON]


def _share(calendar: WorkingCalendar, ahead: Sequence[date], as_of: Instant) -> float:
    """Return the part of the first day that is still to come."""
    if not ahead or ahead[0] != local_day(calendar, as_of):
        return 1.0
    begins, ends = midnight(calendar, ahead[0]), end_of(calendar, ahead[0])
    return (ends - as_of) / (ends - begins)


def _trial(
    found: IterationInReport,
    iteration: Iteration,
    query: ForecastQuery,
    others: Sequence[Iteration],
) -> Trial | None:
    """Return a closed iteration half way; None if it had too little before it, or no middle."""
    past, life = found.past, found.past.lifespan(iteration.id)
    if life.activated is None or life.closed is None or life.closed[1] > found.as_of:
        return None
    middle = _middle(found.calendar, life.activated[1], life.closed[1])
    if middle is None:
        return None
    place = past.place(iteration.id, middle)
    # Until its end is what it is compared with: it may have been closed early or late.
    then = replace(past.at(iteration.id, place), finish_date=life.closed[1], finish_timed=1)
    timeline = past.timeline(iteration.id, place)
    earlier = [other for other in others if other.id != iteration.id]
    tested = ForecastQuery(unit=query.unit, seed=query.seed, trials=BACKTEST_TRIALS)
    outlook = _outlook(found, then, timeline, middle, tested, earlier)
    if outlook.lacking or outlook.remaining <= 0:
        return None
    whole = past.timeline(iteration.id)
    closed = local_day(found.calendar, life.closed[1])
    begins = local_day(found.calendar, middle)
    done = size_of(whole.tally, query.unit)[1] - size_of(timeline.tally, query.unit)[1]
    finished = _finished(whole, query.unit, found.calendar)
    return Trial(outlook, begins, finished, closed, float(done))


def _middle(calendar: WorkingCalendar, begun: Instant, ended: Instant) -> Instant | None:
    """Return the beginning of the middle one of its working days.

    None if it began only on that day.
    """
    days = workdays(calendar, local_day(calendar, begun), local_day(calendar, ended))
    if not days:
        return None
    middle = midnight(calendar, days[len(days) // 2])
    return middle if begun < middle < ended else None


def _finished(timeline: Timeline, unit: UnitOfMeasure, calendar: WorkingCalendar) -> date | None:
    """Return the day since when nothing remained, or None when something was left at the end."""
    since: Instant | None = None
    for step in timeline.run:
        scope, done = size_of(step.tally, unit)
        if scope > done:
            since = None
        elif since is None:
            since = step.at
    return None if since is None else local_day(calendar, since)


def odds(outlook: Outlook, simulated: Simulated) -> Odds:
    """Return what the simulation's answer means in days."""
    chances, until = simulated.chances, outlook.question.until

    def day(percent: int) -> date | None:
        count = days_until(chances, percent)
        if count is None or count > len(outlook.days):
            return None
        # With nothing left to do it is the first day; who is done earlier is not looked for.
        return outlook.days[max(count, 1) - 1]

    return Odds(
        p50=day(50),
        p85=day(85),
        p95=day(95),
        chance=None if until is None else chances[until],
        chances=list(zip(outlook.days, chances[1:], strict=False)),
        amounts=simulated.amounts,
    )


def held(trial: Trial, promised: date | None) -> bool | None:
    """Return whether all was done by the day that was promised.

    None when it ended before one could say.

    No day at all is a promise of nothing within a year.
    """
    if promised is None:
        return True if trial.finished is not None else None
    if trial.finished is not None:
        return trial.finished <= promised
    return False if promised <= trial.closed else None


def held_amount(trial: Trial, promised: float) -> bool:
    """Return whether at least as much was done by the end as was promised."""
    return trial.done >= promised - NEXT_TO_NOTHING


NEXT_TO_NOTHING = 1e-6
"""By how much sums of doubles may differ that mean the same."""


def count_held(results: Sequence[bool | None]) -> HitCount:
    """Return how often it held."""
    return HitCount(results.count(True), results.count(False), results.count(None))
