"""What people ask of iterations afterwards and halfway: reports, velocity, flow, forecasts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean, median

from msgspec import Struct
from msgspec.structs import astuple

from kadence.domain.access import SpaceAccess
from kadence.domain.calendar import WorkingCalendar
from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import BadRequest, RuleViolation
from kadence.domain.flow import Flow, flow
from kadence.domain.model import Instant, Iteration, SpaceRole
from kadence.domain.report import Report, UnitOfMeasure, report
from kadence.domain.statistics import exact_sums
from kadence.domain.timeline import Timeline
from kadence.storage import calendars, history, iterations
from kadence.storage.timeline import JournalSlice, load
from kadence.usecases.access import authorize_space
from kadence.usecases.iteration_cards import find_iteration
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap

CLOCKS_DIFFER = 60_000
"""Milliseconds that a caller's clock may be ahead; an instant beyond them has not been."""
MOST_ITERATIONS = 26
"""Closed iterations that one velocity looks back on."""


class ReportQuery(Struct, frozen=True):
    """Of which instant, None being now, and counted in what."""

    as_of: Instant | None = None
    unit: UnitOfMeasure = UnitOfMeasure.SIZE


class VelocityQuery(Struct, frozen=True):
    """How many closed iterations, and which of them are shown but do not count."""

    last: int = 8
    without: Sequence[str] = ()


class Reported(Struct, frozen=True):
    """A report with the calendar that it counts by, and the titles of the cards in it.

    `titles` are id and title by uid, of those cards that are still in the space.
    """

    report: Report
    calendar: WorkingCalendar
    unit: UnitOfMeasure
    as_of: Instant
    titles: Mapping[str, tuple[int, str]]


class Flowed(Struct, frozen=True):
    """The flow of an iteration's cards at an instant."""

    iteration: Iteration
    place: int
    as_of: Instant
    unit: UnitOfMeasure
    flow: Flow
    titles: Mapping[str, tuple[int, str]]


class Amounts(Struct, frozen=True):
    """The numbers of one closed iteration, or what is usual; sizes and counts of cards."""

    capacity: float | None
    committed_size: float
    committed_count: float
    done_size: float
    done_count: float
    carried_over_size: float
    carried_over_count: float


class Achieved(Struct, frozen=True):
    """A closed iteration with its numbers; one that is `left_out` counts for nothing else."""

    iteration: Iteration
    amounts: Amounts
    left_out: bool


class Velocity(Struct, frozen=True):
    """What a space achieved in its last closed iterations, the oldest first; None: not known."""

    iterations: Sequence[Achieved]
    mean: Amounts | None
    median: Amounts | None


class IterationInReport(Struct, frozen=True):
    """An iteration that may be looked at, as it was at a place in the journal."""

    access: SpaceAccess
    past: JournalSlice
    iteration: Iteration
    place: int
    calendar: WorkingCalendar
    as_of: Instant

    @property
    def timeline(self) -> Timeline:
        """Its timeline up to there."""
        return self.past.timeline(self.iteration.id, self.place)


def get_report(
    unit: UnitOfWork, space_uid: str, iteration_id: str, validated: Validated[ReportQuery]
) -> Reported:
    """Return the report of an iteration at an instant.

    Raises:
        KadenceError: NotFound, Forbidden, BadRequest, RuleViolation (code 9, there was no such
            iteration yet).
    """
    found = look_at(unit, space_uid, iteration_id, validated)
    query = unwrap(validated)
    carried_to = found.past.carried_to(found.iteration.id)
    made = report(found.iteration, found.timeline, found.calendar, query.unit, carried_to)
    return Reported(made, found.calendar, query.unit, found.as_of, _titles(unit, found))


def report_of(unit: UnitOfWork, wanted: str, query: ReportQuery) -> Reported:
    """Return the report of the iteration with this id or title, wherever in the company it is.

    Raises:
        KadenceError: BadRequest (there is none, or several have the title; says what to do).
    """
    found = iterations.by_id_or_title(unit.tx, unit.actor.company_id, wanted)
    if not found:
        raise BadRequest(
            ErrorId.ITERATION_UNKNOWN,
            f"there is no iteration {wanted!r}: name its id or its whole title",
        )
    if len(found) > 1:
        ids = ", ".join(iteration.id for iteration in found[:5])
        raise BadRequest(
            ErrorId.ITERATION_UNKNOWN,
            f"several iterations are called {wanted!r}: name one by its id: {ids}",
        )
    return get_report(unit, found[0].space_uid, found[0].id, query)


def get_flow(
    unit: UnitOfWork, space_uid: str, iteration_id: str, validated: Validated[ReportQuery]
) -> Flowed:
    """Return how the cards of an iteration went through the states, day by day.

    Raises:
        KadenceError: as `get_report`.
    """
    found = look_at(unit, space_uid, iteration_id, validated)
    query = unwrap(validated)
    until = found.past.ended(found.iteration.id, found.place) or found.as_of
    flowed = flow(found.timeline, found.calendar, query.unit, until)
    titles = _titles(unit, found)
    return Flowed(found.iteration, found.place, found.as_of, query.unit, flowed, titles)


def look_at(
    unit: UnitOfWork,
    space_uid: str,
    iteration_id: str,
    validated: Validated[ReportQuery],
    *also: Iteration,
) -> IterationInReport:
    """Enter an iteration's space and load what the journal tells of it, and of those `also`.

    Raises:
        KadenceError: as `get_report`.
    """
    access = authorize_space(unit, space_uid, SpaceRole.READER)
    iteration = find_iteration(unit, access, iteration_id)
    query = unwrap(validated)
    if query.as_of is not None and query.as_of < iteration.created:
        raise RuleViolation(
            ErrorId.AS_OF_INVALID, 9, "as_of should not be earlier than the iteration was created"
        )
    if query.as_of is not None and query.as_of > unit.now + CLOCKS_DIFFER:
        raise RuleViolation(ErrorId.AS_OF_INVALID, 9, "as_of should not be in the future")
    others = [other for other in also if other.id != iteration.id]
    company_id = unit.actor.company_id
    past = load(unit.tx, company_id, [iteration, *others])
    place = past.place(iteration.id, query.as_of)
    if query.as_of is None:
        as_of, then = unit.now, calendars.find(unit.tx, company_id, access.space_uid)
    else:
        as_of = min(query.as_of, unit.now)
        then = calendars.find_at(unit.tx, company_id, access.space_uid, as_of)
    return IterationInReport(
        access=access,
        past=past,
        iteration=past.at(iteration.id, place),
        place=place,
        calendar=past.calendar(iteration.id, then, place),
        as_of=as_of,
    )


def _titles(unit: UnitOfWork, found: IterationInReport) -> Mapping[str, tuple[int, str]]:
    company_id = unit.actor.company_id
    return history.titles(unit.tx, company_id, found.access.space_id, found.iteration.id)


def get_velocity(unit: UnitOfWork, space_uid: str, validated: Validated[VelocityQuery]) -> Velocity:
    """Return what the space achieved in its last closed iterations.

    Raises:
        KadenceError: NotFound, Forbidden, BadRequest.
    """
    access = authorize_space(unit, space_uid, SpaceRole.READER)
    query = unwrap(validated)
    company_id = unit.actor.company_id
    found = history.closed(unit.tx, company_id, access.space_uid, query.last)
    past = load(unit.tx, company_id, found)
    achieved = [
        Achieved(iteration, _amounts(iteration, past.timeline(iteration.id)), left_out)
        for iteration in reversed(found)
        for left_out in [iteration.id in query.without]
    ]
    counted = [one.amounts for one in achieved if not one.left_out]
    return Velocity(achieved, _usual(counted, fmean), _usual(counted, median))


def _amounts(iteration: Iteration, timeline: Timeline) -> Amounts:
    with exact_sums():
        counts, sizes = timeline.tally.counts, timeline.tally.sizes
        return Amounts(
            capacity=iteration.capacity,
            committed_size=float(sum(timeline.start.sizes)),
            committed_count=sum(timeline.start.counts),
            done_size=float(sizes[2]),
            done_count=counts[2],
            carried_over_size=float(sizes[0] + sizes[1]),
            carried_over_count=counts[0] + counts[1],
        )


def _usual(
    counted: Sequence[Amounts], average: Callable[[Iterable[float]], float]
) -> Amounts | None:
    """Return the average of each number over the iterations that have it."""
    if not counted:
        return None
    columns = zip(*map(astuple, counted), strict=True)
    known = ([value for value in column if value is not None] for column in columns)
    capacity, *others = (average(values) if values else None for values in known)
    return Amounts(capacity, *(other or 0.0 for other in others))
