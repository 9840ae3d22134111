"""What people ask of iterations afterwards and halfway: reports, velocity, flow, forecasts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean, median

from msgspec import Struct
from msgspec.structs import astuple

from kadence.domain.access import Door
from kadence.domain.calendar import WorkingCalendar
from kadence.domain.course import Course
from kadence.domain.errors import BadRequest, RuleViolation
from kadence.domain.flow import Flow, flow
from kadence.domain.model import Instant, Iteration, SpaceRole
from kadence.domain.report import Report, UnitOfMeasure, report
from kadence.domain.statistics import exact_sums
from kadence.storage import calendars, history, iterations
from kadence.storage.courses import Past, load
from kadence.usecases.access import enter_by_uid
from kadence.usecases.membership import find_iteration
from kadence.usecases.unit import Draft, Unit, opened

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


class Opened(Struct, frozen=True):
    """An iteration that may be looked at, as it was at a place in the journal."""

    door: Door
    past: Past
    iteration: Iteration
    place: int
    calendar: WorkingCalendar
    as_of: Instant

    @property
    def course(self) -> Course:
        """Its course up to there."""
        return self.past.course(self.iteration.id, self.place)


def get_report(
    unit: Unit, space_uid: str, iteration_id: str, draft: Draft[ReportQuery]
) -> Reported:
    """The report of an iteration at an instant.

    Raises:
        KadenceError: NotFound, Forbidden, BadRequest, RuleViolation (code 9, there was no such
            iteration yet).
    """
    found = look_at(unit, space_uid, iteration_id, draft)
    query = opened(draft)
    carried_to = found.past.carried_to(found.iteration.id)
    made = report(found.iteration, found.course, found.calendar, query.unit, carried_to)
    return Reported(made, found.calendar, query.unit, found.as_of, _titles(unit, found))


def report_of(unit: Unit, wanted: str, query: ReportQuery) -> Reported:
    """The report of the iteration with this id or title, wherever in the company it is.

    Raises:
        KadenceError: BadRequest (there is none, or several have the title; says what to do).
    """
    found = iterations.by_id_or_title(unit.tx, unit.actor.company_id, wanted)
    if not found:
        raise BadRequest(f"there is no iteration {wanted!r}: name its id or its whole title")
    if len(found) > 1:
        ids = ", ".join(iteration.id for iteration in found[:5])
        raise BadRequest(f"several iterations are called {wanted!r}: name one by its id: {ids}")
    return get_report(unit, found[0].space_uid, found[0].id, query)


def get_flow(unit: Unit, space_uid: str, iteration_id: str, draft: Draft[ReportQuery]) -> Flowed:
    """How the cards of an iteration went through the states, day by day.

    Raises:
        KadenceError: as `get_report`.
    """
    found = look_at(unit, space_uid, iteration_id, draft)
    query = opened(draft)
    flowed = flow(found.course, found.calendar, query.unit, found.as_of)
    titles = _titles(unit, found)
    return Flowed(found.iteration, found.place, found.as_of, query.unit, flowed, titles)


def look_at(
    unit: Unit, space_uid: str, iteration_id: str, draft: Draft[ReportQuery], *also: Iteration
) -> Opened:
    """Enter an iteration's space and load what the journal tells of it, and of those `also`.

    Raises:
        KadenceError: as `get_report`.
    """
    door = enter_by_uid(unit, space_uid, SpaceRole.READER)
    iteration = find_iteration(unit, door, iteration_id)
    query = opened(draft)
    if query.as_of is not None and query.as_of < iteration.created:
        raise RuleViolation(9, "as_of should not be earlier than the iteration was created")
    others = [other for other in also if other.id != iteration.id]
    past = load(unit.tx, unit.actor.company_id, [iteration, *others])
    place = past.place(iteration.id, query.as_of)
    current = calendars.find(unit.tx, unit.actor.company_id, door.space_uid)
    as_of = unit.now if query.as_of is None else query.as_of
    return Opened(
        door=door,
        past=past,
        iteration=past.at(iteration.id, place),
        place=place,
        calendar=past.calendar(iteration.id, current, place),
        as_of=as_of,
    )


def _titles(unit: Unit, found: Opened) -> Mapping[str, tuple[int, str]]:
    company_id = unit.actor.company_id
    return history.titles(unit.tx, company_id, found.door.space_id, found.iteration.id)


def get_velocity(unit: Unit, space_uid: str, draft: Draft[VelocityQuery]) -> Velocity:
    """What the space achieved in its last closed iterations.

    Raises:
        KadenceError: NotFound, Forbidden, BadRequest.
    """
    door = enter_by_uid(unit, space_uid, SpaceRole.READER)
    query = opened(draft)
    company_id = unit.actor.company_id
    found = history.closed(unit.tx, company_id, door.space_uid, query.last)
    past = load(unit.tx, company_id, found)
    achieved = [
        Achieved(iteration, _amounts(iteration, past.course(iteration.id)), left_out)
        for iteration in reversed(found)
        for left_out in [iteration.id in query.without]
    ]
    counted = [one.amounts for one in achieved if not one.left_out]
    return Velocity(achieved, _usual(counted, fmean), _usual(counted, median))


def _amounts(iteration: Iteration, course: Course) -> Amounts:
    with exact_sums():
        counts, sizes = course.tally.counts, course.tally.sizes
        return Amounts(
            capacity=iteration.capacity,
            committed_size=float(sum(course.start.sizes)),
            committed_count=sum(course.start.counts),
            done_size=float(sizes[2]),
            done_count=counts[2],
            carried_over_size=float(sizes[0] + sizes[1]),
            carried_over_count=counts[0] + counts[1],
        )


def _usual(
    counted: Sequence[Amounts], average: Callable[[Iterable[float]], float]
) -> Amounts | None:
    """The average of each number over the iterations that have it."""
    if not counted:
        return None
    columns = zip(*map(astuple, counted), strict=True)
    known = ([value for value in column if value is not None] for column in columns)
    capacity, *others = (average(values) if values else None for values in known)
    return Amounts(capacity, *(other or 0.0 for other in others))
