"""What was done on each working day of a space, counted from small timelines."""

from kadence.domain.calendar import LONGEST
from kadence.domain.report import UnitOfMeasure
from kadence.domain.throughput import DAYS_KEPT, ThroughputDay, daily_throughput
from kadence.domain.timeline import Timeline
from tests.rules.kit import ACTIVATION, ALL_WEEK, HERE, at, day, deed, timeline


def told(timelines: list[Timeline], until: int, unit: str = "count") -> list[ThroughputDay]:
    return daily_throughput(timelines, ALL_WEEK, UnitOfMeasure(unit), at(until))


ONE_DONE = [deed(ACTIVATION + 1, at(0), "a", HERE), deed(ACTIVATION + 2, at(0), "a", state=3)]


def test_done_and_growth_of_each_day_add_up() -> None:
    one = timeline(
        deed(101, at(0), "a", HERE),
        deed(102, at(0), "b", HERE),
        deed(103, at(1), "c", HERE),
        deed(104, at(1), "a", state=3),
        deed(105, at(1), "b", state=3),
        deed(106, at(2), "b", state=1),
    )
    wanted = [(day(0), 0.0, 2.0), (day(1), 2.0, 1.0), (day(2), -1.0, 0.0)]
    assert [(d.day, d.done, d.growth) for d in told([one], 3)] == wanted


def test_two_iterations_are_counted_together_and_one_that_never_began_not() -> None:
    planned = timeline(*ONE_DONE, activated=None)
    one = timeline(*ONE_DONE)
    found = told([planned, one, one], 1)
    assert [(d.done, d.growth) for d in found] == [(2.0, 2.0)]


def test_sizes_are_counted_where_they_are_asked_for() -> None:
    one = timeline(deed(99, at(0), "a", size_text="3"), *ONE_DONE)
    assert [(d.done, d.growth) for d in told([one], 1, "size")] == [(3.0, 3.0)]
    assert [(d.done, d.growth) for d in told([one], 1)] == [(1.0, 1.0)]


def test_a_closed_iteration_counts_up_to_its_last_day_and_today_never() -> None:
    one = timeline(*ONE_DONE, closed=at(1, 13))
    assert [d.day for d in told([one], 5)] == [day(0), day(1)]
    assert [d.day for d in told([one], 1)] == [day(0)]
    assert told([one], 0) == []


def test_the_past_is_half_a_year_and_never_longer_than_a_calendar() -> None:
    one = timeline(*ONE_DONE)
    found = told([one], DAYS_KEPT + 5)
    assert [d.day for d in found] == [day(n) for n in range(5, DAYS_KEPT + 5)]
    endless = told([one], 2 * LONGEST)
    assert (len(endless), endless[-1].day) == (DAYS_KEPT, day(2 * LONGEST - 1))
