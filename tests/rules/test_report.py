"""A report and a flow of small timelines, each number of them, in sizes and in cards."""

from decimal import Decimal
from typing import Any

import pytest

from kadence.domain import events
from kadence.domain.calendar import WorkingCalendar, end_of, period
from kadence.domain.flow import CycleTime, FlowDay, flow, percentiles
from kadence.domain.model import Condition, Event, IterationStatus
from kadence.domain.report import (
    MOST_DAYS,
    DayOfReport,
    IdealPoint,
    Part,
    PartCard,
    Point,
    Report,
    UnitOfMeasure,
    days_of,
    ideal,
    ideal_at,
    iteration_at,
    report,
)
from kadence.domain.timeline import Lifespan, Timeline
from tests.rules.kit import ALL_WEEK, CLOSING, HERE, at, dated, day, deed, iteration, timeline

COUNT, SIZE = UnitOfMeasure.COUNT, UnitOfMeasure.SIZE
WEEKDAYS = WorkingCalendar(weekdays=(1, 2, 3, 4, 5))
ELSEWHERE, LATER = "elsewhere", "later"
PERIOD = {"start_date": at(0, 0), "finish_date": at(1, 0)}


@pytest.fixture
def told() -> Timeline:
    """A sprint of two days: planned, begun, grown, shrunk, done late, closed on the third day."""
    return timeline(
        deed(1, at(-1), "a", size_text="2"),
        deed(2, at(-1), "b", size_text="3"),
        deed(3, at(-1), "a", HERE),
        deed(4, at(-1), "b", HERE),
        # Carried in, later re-estimated, and left over.
        deed(5, at(-1), "c", ELSEWHERE),
        deed(6, at(-1), "c", size_text="1"),
        deed(101, at(0), "c", HERE),
        deed(102, at(0), "c", size_text="1.5"),
        # Without a size, for good.
        deed(103, at(0), "d", HERE),
        deed(104, at(0, 18), "a", state=2),
        deed(105, at(1), "a", state=3),
        # Carried out.
        deed(106, at(1), "b", ""),
        deed(106, at(1), "b", LATER),
        # Begun, put back, done behind the last day.
        deed(107, at(1), "d", state=2),
        deed(108, at(1), "d", state=1),
        deed(109, at(2), "d", state=3),
        # Dropped by being archived.
        deed(110, at(2), "e", HERE),
        deed(111, at(2, 13), "e", ""),
        deed(111, at(2, 13), "e", condition=Condition.ARCHIVED.value),
        closed=at(2, 17),
        others={ELSEWHERE: Lifespan(activated=(4, at(-2)))},
    )


def made(told: Timeline, unit: UnitOfMeasure) -> Report:
    closed = iteration(status=IterationStatus.CLOSED.value, **PERIOD)
    return report(closed, told, ALL_WEEK, unit, LATER)


def test_the_series_tells_each_change_of_scope_and_of_what_is_done(told: Timeline) -> None:
    found = made(told, COUNT)
    assert found.series == [
        Point(at(0, 8), 100, "activated", None, 2, 0, 2),
        Point(at(0), 101, "added", "c", 3, 0, 3),
        Point(at(0), 102, "re-estimated", "c", 3, 0, 3),
        Point(at(0), 103, "added", "d", 4, 0, 4),
        Point(at(1), 105, "done", "a", 4, 1, 3),
        Point(at(1), 106, "removed", "b", 3, 1, 2),
        Point(at(2), 109, "done", "d", 3, 2, 1),
        Point(at(2), 110, "added", "e", 4, 2, 2),
        Point(at(2, 13), 111, "archived", "e", 3, 2, 1),
        Point(at(2, 17), CLOSING, "closed", None, 3, 2, 1),
    ]
    sizes = [(p.cause, p.card_uid, p.scope, p.done, p.remaining) for p in made(told, SIZE).series]
    assert sizes == [
        ("activated", None, 5, 0, 5),
        ("added", "c", 6, 0, 6),
        ("re-estimated", "c", 6.5, 0, 6.5),
        ("added", "d", 6.5, 0, 6.5),
        ("done", "a", 6.5, 2, 4.5),
        ("removed", "b", 3.5, 2, 1.5),
        ("done", "d", 3.5, 2, 1.5),
        ("added", "e", 3.5, 2, 1.5),
        ("archived", "e", 3.5, 2, 1.5),
        ("closed", None, 3.5, 2, 1.5),
    ]


def test_what_is_begun_remains() -> None:
    one = timeline(
        deed(1, at(-1), "a", size_text="2"),
        deed(2, at(-1), "a", state=2),
        deed(101, at(0), "b", size_text="3"),
        deed(102, at(0), "a", HERE),
        deed(103, at(0), "b", HERE),
    )
    found = report(iteration(), one, ALL_WEEK, SIZE)
    assert [(p.scope, p.remaining) for p in found.series] == [(0, 0), (2, 2), (5, 5)]
    assert found.remaining_size == 5


def test_the_parts_of_the_scope_tell_where_it_came_from_and_went(told: Timeline) -> None:
    def part(count: int, size: str, *cards: PartCard) -> Part:
        return Part(count, Decimal(size), list(cards))

    def card(uid: str, at_: int | None, size: str | None, **more: Any) -> PartCard:
        return PartCard(uid, at_, None if size is None else Decimal(size), **more)

    scope = made(told, SIZE).scope
    a, d = card("a", at(1), "2"), card("d", at(2), None)
    c = card("c", None, "1.5", other=ELSEWHERE)
    began = at(0, 8)
    assert scope.baseline == part(2, "5", card("a", began, "2"), card("b", began, "3"))
    added = card("c", at(0), "1", other=ELSEWHERE), card("d", at(0), None), card("e", at(2), None)
    assert scope.added == part(3, "1", *added)
    gone = card("b", at(1), "3", other=LATER), card("e", at(2, 13), None)
    assert scope.removed == part(2, "3", *gone)
    resized = card("c", at(0), "1.5", before=Decimal(1))
    assert scope.re_estimated == part(1, "0.5", resized)
    assert scope.carried_in == part(1, "1.5", c)
    left_over = card("c", at(2, 17), "1.5", other=LATER)
    assert scope.carried_out == part(2, "4.5", gone[0], left_over)
    assert scope.done == part(2, "2", a, d)
    assert scope.done_late == part(1, "0", d)
    assert scope.unfinished == part(1, "1.5", c)
    assert scope.unsized == part(1, "0", card("d", None, None))


def test_what_was_not_activated_has_no_baseline_and_without_a_period_nothing_is_late() -> None:
    one = timeline(deed(1, 0, "a", state=3), deed(2, 0, "a", HERE), activated=None)
    found = report(iteration(**PERIOD), one, ALL_WEEK, COUNT)
    assert (found.baseline_at, found.ideal, found.scope.baseline.count) == (None, None, 0)
    assert found.period == period(ALL_WEEK, dated(at(0, 0), at(1, 0)))
    assert report(iteration(), one, ALL_WEEK, COUNT).scope.done_late.count == 0
    assert days_of(found, ALL_WEEK, at(9)) == []


def test_leftovers_are_carried_out_by_a_closing_only_and_if_they_are_live() -> None:
    deeds = deed(1, at(-1), "a", HERE), deed(2, at(-1), "b", HERE)
    archived = deed(101, at(0), "b", condition=Condition.ARCHIVED.value)
    running = timeline(*deeds, archived)
    assert report(iteration(), running, ALL_WEEK, COUNT, LATER).scope.carried_out.count == 0
    closed = timeline(*deeds, archived, closed=at(1))
    out = report(iteration(), closed, ALL_WEEK, COUNT, LATER).scope.carried_out
    assert out.cards == [PartCard("a", at(1), None, other=LATER)]
    assert report(iteration(), closed, ALL_WEEK, COUNT).scope.carried_out.count == 0


def test_the_ideal_line_falls_on_working_days_only() -> None:
    # Friday to Tuesday: three working days and a weekend between.
    lasts = period(WEEKDAYS, dated(at(4, 0), at(8, 0)))
    assert ideal(WEEKDAYS, lasts, 6) == [
        IdealPoint(at(4, 0), 6.0),
        IdealPoint(at(5, 0), 4.0),
        IdealPoint(at(7, 0), 4.0),
        IdealPoint(at(8, 0), 2.0),
        IdealPoint(at(9, 0), 0.0),
    ]


def test_the_ideal_line_ends_on_nothing_with_the_period() -> None:
    # Thursday to Sunday: the last days are off.
    lasts = period(WEEKDAYS, dated(at(3, 0), at(6, 0)))
    points = ideal(WEEKDAYS, lasts, 6)
    assert points is not None
    assert points[-2:] == [IdealPoint(at(5, 0), 0.0), IdealPoint(at(7, 0), 0.0)]
    assert ideal(WEEKDAYS, None, 6) is None
    assert ideal(WEEKDAYS, period(WEEKDAYS, dated(at(5, 0), at(6, 0))), 6) is None


def test_the_ideal_line_is_read_between_its_points() -> None:
    points = [IdealPoint(10, 6.0), IdealPoint(20, 4.0), IdealPoint(30, 4.0), IdealPoint(40, 0.0)]
    told = [ideal_at(points, instant) for instant in (5, 10, 15, 20, 25, 35, 40, 50)]
    assert told == [6.0, 6.0, 5.0, 4.0, 4.0, 2.0, 0.0, 0.0]


def test_days_tell_what_was_there_when_they_were_over(told: Timeline) -> None:
    found = made(told, COUNT)
    assert days_of(found, ALL_WEEK, at(9)) == [
        DayOfReport(day(0), 4, 0, 4, 1.0),
        DayOfReport(day(1), 3, 1, 2, 0.0),
        DayOfReport(day(2), 3, 2, 1, 0.0),
    ]
    running = Report(
        iteration(status=IterationStatus.ACTIVE.value), 0, None, found.baseline_at, found.tally,
        found.series[:4], None, found.scope,
    )  # fmt: skip
    days = days_of(running, ALL_WEEK, at(1))
    assert [(d.day, d.scope, d.ideal) for d in days] == [(day(0), 4, None), (day(1), 4, None)]
    # Before it began there is its first day.
    assert [d.day for d in days_of(running, ALL_WEEK, at(-5))] == [day(0)]
    assert len(days_of(running, ALL_WEEK, at(2 * MOST_DAYS))) == MOST_DAYS


def test_a_change_at_midnight_belongs_to_the_day_that_begins() -> None:
    at_midnight = timeline(
        deed(101, end_of(ALL_WEEK, day(0)) - 1, "a", HERE),
        deed(102, end_of(ALL_WEEK, day(0)), "b", HERE),
    )
    found = report(iteration(**PERIOD), at_midnight, ALL_WEEK, COUNT)
    assert [d.scope for d in days_of(found, ALL_WEEK, at(1))] == [1, 2]
    assert [d.queued for d in flow(at_midnight, ALL_WEEK, COUNT, at(1)).days] == [1, 2]


def test_the_ideal_of_a_day_that_is_not_over_is_that_of_now() -> None:
    one = timeline(
        deed(1, at(-1), "a", HERE), deed(2, at(-1), "b", HERE), deed(3, at(-1), "c", HERE)
    )
    found = report(iteration(status="active", **PERIOD), one, ALL_WEEK, COUNT)
    assert [d.ideal for d in days_of(found, ALL_WEEK, at(0, 8))] == [2.5]
    assert [d.ideal for d in days_of(found, ALL_WEEK, at(0, 8) + 1_234)] == [2.5]
    assert [d.ideal for d in days_of(found, ALL_WEEK, at(0, 7) + 123_456)] == [2.5]


def test_the_flow_tells_states_of_each_day_and_how_long_cards_took(told: Timeline) -> None:
    found = flow(told, ALL_WEEK, COUNT, at(9))
    assert found.days == [
        FlowDay(day(0), 3, 1, 0),
        FlowDay(day(1), 2, 0, 1),
        FlowDay(day(2), 1, 0, 2),
    ]
    sizes = flow(told, ALL_WEEK, SIZE, at(9)).days
    assert sizes == [
        FlowDay(day(0), 4.5, 2, 0),
        FlowDay(day(1), 1.5, 0, 2),
        FlowDay(day(2), 1.5, 0, 2),
    ]
    # 18 hours, and a day: "d" was begun before it was put back.
    assert found.cycle_times == [CycleTime("a", 0.75), CycleTime("d", 1.0)]
    assert found.untimed == []


def test_cycle_times_stand_in_their_order_and_what_was_never_begun_is_untimed() -> None:
    one = timeline(
        deed(1, at(0), "z", HERE), deed(2, at(0), "y", HERE), deed(3, at(0), "x", HERE),
        deed(4, at(0), "open", HERE), deed(5, at(0), "w", HERE), deed(6, at(0), "v", HERE),
        deed(101, at(0, 13), "z", state=2), deed(102, at(0, 13), "y", state=2),
        deed(103, at(0, 13), "x", state=2),
        deed(104, at(1, 13), "z", state=3), deed(105, at(1, 13), "y", state=3),
        # As soon as it was begun.
        deed(106, at(0, 13), "x", state=3),
        deed(107, at(1), "w", state=3), deed(108, at(1), "v", state=3),
    )  # fmt: skip
    found = flow(one, ALL_WEEK, COUNT, at(1))
    assert found.cycle_times == [CycleTime("x", 0.0), CycleTime("y", 1.0), CycleTime("z", 1.0)]
    assert found.untimed == ["v", "w"]


def test_the_flow_of_what_is_planned_begins_with_its_first_card() -> None:
    one = timeline(deed(1, at(1), "a", HERE), deed(2, at(2), "b", HERE), activated=None)
    found = flow(one, ALL_WEEK, COUNT, at(3)).days
    assert [(d.day, d.queued) for d in found] == [(day(1), 1), (day(2), 2), (day(3), 2)]
    assert flow(timeline(activated=None), ALL_WEEK, COUNT, at(3)).days == []
    # Asked of an instant before: its first day.
    assert [d.day for d in flow(one, ALL_WEEK, COUNT, at(0)).days] == [day(1)]


def test_percentiles_are_rounded_to_a_thousandth() -> None:
    assert percentiles([0.0, 1 / 3]) == {50: 0.167, 85: 0.283, 95: 0.317}


def change(seq: int, kind: str, **payload: Any) -> Event:
    return Event(seq, 1, seq, kind, "ann", "space", HERE, None, payload)


def test_an_iteration_is_as_it_was_at_a_place_of_the_journal() -> None:
    changes = [
        change(2, events.ITERATION_CHANGED, old={"title": "First"}, new={"title": "Second"}),
        change(4, events.ITERATION_ACTIVATED, old={"status": "planned"}, new={"status": "active"}),
        # A removal of the first release.
        change(6, events.ITERATION_REMOVED),
    ]
    now = iteration(title="Second", status="removed")
    told = [iteration_at(now, changes, place) for place in (1, 2, 3, 4, 5, 6, 7)]
    assert [(one.title, one.status) for one in told] == [
        ("First", "planned"),
        ("Second", "planned"),
        ("Second", "planned"),
        ("Second", "active"),
        ("Second", "active"),
        ("Second", "removed"),
        ("Second", "removed"),
    ]
    assert iteration_at(now, changes[2:], 5).status == "planned"


def test_a_card_that_was_done_before_it_came_has_its_own_time() -> None:
    one = timeline(
        deed(1, at(-4, 8), "a", state=2),
        deed(2, at(-3, 8), "a", state=3),
        deed(101, at(1), "a", HERE),
    )
    assert flow(one, ALL_WEEK, COUNT, at(2)).cycle_times == [CycleTime("a", 1.0)]
    planned = iteration(start_date=at(-6, 0), finish_date=at(-1, 0))
    scope = report(planned, one, ALL_WEEK, COUNT).scope
    assert scope.done.cards[0].at == at(-3, 8)
    assert scope.done_late.count == 0


def test_the_days_of_what_was_removed_do_not_go_on() -> None:
    one = timeline(deed(1, at(-1), "a", HERE), closed=at(2))
    removed = iteration(status=IterationStatus.REMOVED.value, **PERIOD)
    found = report(removed, one, ALL_WEEK, COUNT)
    assert [d.day for d in days_of(found, ALL_WEEK, at(9))] == [day(0), day(1), day(2)]
