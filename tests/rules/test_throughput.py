"""What was done on each working day of a space, counted from small timelines."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from kadence.domain import events
from kadence.domain.calendar import LONGEST, WorkingCalendar
from kadence.domain.report import UnitOfMeasure
from kadence.domain.throughput import DAYS_KEPT, ThroughputDay, daily_throughput
from kadence.domain.timeline import (
    CardFacts,
    Entry,
    EventPayload,
    Lifespan,
    Timeline,
    build_timeline,
)

MONDAY = date(2026, 3, 2)
ALL_WEEK = WorkingCalendar(weekdays=(1, 2, 3, 4, 5, 6, 7))


def at(day: date, hour: int = 12) -> int:
    return int(datetime(day.year, day.month, day.day, hour, tzinfo=UTC).timestamp() * 1000)


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def iteration(*deeds: tuple[int, str, Any], closed: int | None = None) -> Timeline:
    """One that was activated on the Monday; its deeds say on which day, of which card, and what."""
    entries = [
        Entry(
            seq, at(day(number)),
            events.CARD_CHANGED if facts else events.ITERATION_CARD_ADDED,
            None if facts else "one", card,
            EventPayload(new=CardFacts(**facts)) if facts else None,
        )
        for seq, (number, card, facts) in enumerate(deeds, 2)
    ]  # fmt: skip
    over = None if closed is None else (10_000, at(day(closed), 13))
    span = Lifespan(activated=(1, at(MONDAY, 8)), closed=over)
    return build_timeline(entries, "one", span, 20_000, {})


def told(timelines: list[Timeline], until: int, unit: str = "count") -> list[ThroughputDay]:
    return daily_throughput(timelines, ALL_WEEK, UnitOfMeasure(unit), at(day(until)))


DONE, REOPENED = {"state": 3}, {"state": 1}


def test_done_and_growth_of_each_day_add_up() -> None:
    one = iteration(
        (0, "a", {}), (0, "b", {}), (1, "c", {}), (1, "a", DONE), (1, "b", DONE), (2, "b", REOPENED)
    )
    wanted = [(0.0, 2.0), (2.0, 1.0), (-1.0, 0.0)]
    assert [(d.done, d.growth) for d in told([one], 3)] == wanted
    assert [d.day for d in told([one], 3)] == [day(0), day(1), day(2)]


def test_two_iterations_are_counted_together_and_one_that_never_began_not() -> None:
    planned = build_timeline([], "two", Lifespan(), 20_000, {})
    one = iteration((0, "a", {}), (0, "a", DONE))
    found = told([planned, one, one], 1)
    assert [(d.done, d.growth) for d in found] == [(2.0, 2.0)]


def test_sizes_are_counted_where_they_are_asked_for() -> None:
    one = iteration((0, "a", {"size_text": "3"}), (0, "a", {}), (0, "a", DONE))
    assert [(d.done, d.growth) for d in told([one], 1, "size")] == [(3.0, 3.0)]
    assert [(d.done, d.growth) for d in told([one], 1)] == [(1.0, 1.0)]


def test_a_closed_iteration_counts_up_to_its_last_day_and_today_never() -> None:
    one = iteration((0, "a", {}), (1, "a", DONE), closed=1)
    assert [d.day for d in told([one], 5)] == [day(0), day(1)]
    assert [d.day for d in told([one], 1)] == [day(0)]
    assert told([one], 0) == []


def test_the_past_is_half_a_year_and_never_longer_than_a_calendar() -> None:
    one = iteration((0, "a", {}))
    found = told([one], DAYS_KEPT + 5)
    assert [d.day for d in found] == [day(n) for n in range(5, DAYS_KEPT + 5)]
    endless = told([one], 2 * LONGEST)
    assert (len(endless), endless[-1].day) == (DAYS_KEPT, day(2 * LONGEST - 1))
