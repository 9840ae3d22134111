"""Reports in known cases, worked out by hand."""

from decimal import Decimal

import pytest

from kadence.domain.calendar import WorkingCalendar
from kadence.domain.errors import BadRequest, RuleViolation
from kadence.domain.iteration_commands import ChangeIteration, DeleteIteration
from kadence.domain.report import MOST_DAYS, Part, days_of, ideal_at
from kadence.storage import integrity
from kadence.usecases import insights
from kadence.usecases.cards import delete_card
from kadence.usecases.insights import ReportQuery, VelocityQuery
from kadence.usecases.iterations import change_iteration, delete_iteration
from tests.insights.kit import COUNT, SIZE, Stage, at

pytestmark = pytest.mark.both_engines


D = Decimal


def shape(part: Part) -> tuple[int, Decimal]:
    return part.count, part.size


def test_cards_before_and_after_the_start(stage: Stage) -> None:
    stage.clock("2026-07-27T09:00")
    sprint = stage.iteration("2026-07-27", "2026-08-07")
    planned = stage.card("5", into=sprint)
    dropped = stage.card("2", into=sprint)
    stage.set_status(sprint, "active")
    stage.clock("2026-07-28T09:00")
    late = stage.card("3", into=sprint)
    stage.clock("2026-07-29T09:00")
    stage.remove(sprint, dropped)
    stage.change(planned, size_text="8")
    stage.clock("2026-07-30T09:00")
    stage.move(late, 3)
    found = stage.report(sprint).report
    assert shape(found.scope.baseline) == (2, D(7))
    assert shape(found.scope.added) == (1, D(3))
    assert shape(found.scope.removed) == (1, D(2))
    assert shape(found.scope.re_estimated) == (1, D(3))
    assert shape(found.scope.done) == (1, D(3))
    assert shape(found.scope.unfinished) == (1, D(8))
    assert [(p.cause, p.scope, p.done, p.remaining) for p in found.series] == [
        ("activated", 7, 0, 7),
        ("added", 10, 0, 10),
        ("removed", 8, 0, 8),
        ("re-estimated", 11, 0, 11),
        ("done", 11, 3, 8),
    ]
    then = stage.report(sprint, at("2026-07-28T12:00"), COUNT).report
    assert (then.tally.counts, then.series[-1].remaining) == ((3, 0, 0), 3)
    assert then.place < found.place


def test_done_and_reopened_and_done_again_too_late(stage: Stage) -> None:
    stage.clock("2026-07-27T09:00")
    sprint = stage.iteration("2026-07-27", "2026-07-31")
    card = stage.card("5", into=sprint)
    stage.set_status(sprint, "active")
    stage.clock("2026-07-28T09:00")
    stage.move(card, 3)
    stage.clock("2026-07-29T09:00")
    stage.move(card, 2)
    # The last day counts to its end: this is the day after.
    stage.clock("2026-08-01T00:00:00.000")
    stage.move(card, 3)
    found = stage.report(sprint).report
    assert [p.cause for p in found.series] == ["activated", "done", "reopened", "done"]
    assert shape(found.scope.done_late) == (1, D(5))
    stage.move(card, 2)
    stage.clock("2026-08-01T09:00")
    assert stage.report(sprint, at("2026-07-31T23:59:59.999")).report.scope.done_late.count == 0


def test_a_card_that_is_carried_over_twice(stage: Stage) -> None:
    stage.clock("2026-07-01T09:00")
    first, second, third = (
        stage.iteration(f"2026-07-{day:02}", f"2026-07-{day + 5:02}", f"Sprint {day}")
        for day in (1, 8, 15)
    )
    card, gone = stage.card("5", into=first), stage.card("1", into=first)
    for day, here, there in ((1, first, second), (8, second, third)):
        stage.clock(f"2026-07-{day:02}T09:00")
        stage.set_status(here, "active")
        stage.clock(f"2026-07-{day + 5:02}T09:00")
        stage.set_status(here, "closed", there)
    stage.clock("2026-07-15T09:00")
    stage.set_status(third, "active")
    reports = [stage.report(sprint).report for sprint in (first, second, third)]
    assert [shape(r.scope.carried_out) for r in reports] == [(2, D(6)), (2, D(6)), (0, D(0))]
    assert [shape(r.scope.carried_in) for r in reports] == [(0, D(0)), (2, D(6)), (2, D(6))]
    assert {c.other for c in reports[0].scope.carried_out.cards} == {second.id}
    assert {c.other for c in reports[2].scope.carried_in.cards} == {second.id}
    before = reports[0]
    # What becomes of leftovers does not change the report of what is closed.
    stage.move(card, 3)
    stage.change(gone, size_text="8")
    stage.remove(third, gone)
    assert stage.report(first).report == before
    assert integrity.frozen_gaps(stage.unit.tx) == []


def test_moving_a_card_on_by_hand_carries_it_out(stage: Stage) -> None:
    stage.clock("2026-07-01T09:00")
    now, later = (stage.iteration("2026-07-01", "2026-07-10", name) for name in ("now", "later"))
    card = stage.card("5", into=now)
    stage.set_status(now, "active")
    stage.clock("2026-07-02T09:00")
    stage.add(later, card)
    found = stage.report(now).report.scope
    assert shape(found.removed) == shape(found.carried_out) == (1, D(5))
    assert found.carried_out.cards[0].other == later.id
    assert shape(stage.report(later).report.scope.carried_in) == (1, D(5))


def test_archived_and_deleted_say_so(stage: Stage) -> None:
    stage.clock("2026-07-01T09:00")
    sprint = stage.iteration("2026-07-01", "2026-07-10")
    kept, deleted = stage.card("5", into=sprint), stage.card("2", into=sprint)
    stage.set_status(sprint, "active")
    stage.clock("2026-07-02T09:00")
    stage.change(kept, condition=2)
    stage.clock("2026-07-03T09:00")
    delete_card(stage.unit, deleted.id, None)
    found = stage.report(sprint).report
    # What was begun stays counted when it is archived.
    assert [(p.cause, p.scope) for p in found.series] == [
        ("activated", 7),
        ("archived", 7),
        ("deleted", 5),
    ]
    assert shape(found.scope.removed) == (1, D(2))


def test_sizes_are_summed_exactly_and_those_without_are_told(stage: Stage) -> None:
    stage.clock("2026-07-01T09:00")
    sprint = stage.iteration("2026-07-01", "2026-07-10")
    for size in ("0.1", "0.2", "XL", None):
        stage.card(size, into=sprint)
    found = stage.report(sprint).report
    assert found.series[-1].scope == 0.3
    assert found.scope.unsized.count == 2


def test_the_ideal_line_rests_on_days_off(stage: Stage) -> None:
    stage.clock("2026-10-22T06:00")
    # Thursday to Tuesday over a weekend in which clocks change, with a day off on Monday.
    stage.calendar(time_zone="Europe/Berlin", days_off=["2026-10-26"])
    sprint = stage.iteration("2026-10-22", "2026-10-27")
    stage.card("9", into=sprint)
    stage.set_status(sprint, "active")
    ideal = stage.report(sprint).report.ideal
    assert ideal is not None
    at_night = [f"2026-10-{day}T22:00Z" for day in (21, 22, 23, 24)]
    values = [ideal_at(ideal, at(text)) for text in at_night]
    assert values == [9, 6, 3, 3]
    # After the change midnight is an hour later in UTC.
    assert ideal_at(ideal, at("2026-10-26T23:00Z")) == 3
    assert ideal_at(ideal, at("2026-10-27T23:00Z")) == 0
    assert ideal_at(ideal, at("2026-10-22T10:00Z")) == 7.5


def test_days_tell_what_stood_when_they_were_over(stage: Stage) -> None:
    stage.clock("2026-07-27T09:00")
    sprint = stage.iteration("2026-07-27", "2026-07-30")
    first = stage.card("5", into=sprint)
    stage.card("3", into=sprint)
    assert days_of(stage.report(sprint).report, WorkingCalendar(), stage.unit.now) == []
    stage.set_status(sprint, "active")
    stage.clock("2026-07-28T10:00")
    stage.card("4", into=sprint)
    stage.clock("2026-07-28T11:00")
    stage.move(first, 3)
    stage.clock("2026-07-30T12:00")
    found = days_of(stage.report(sprint).report, WorkingCalendar(), stage.unit.now)
    assert [(str(d.day), d.scope, d.done, d.remaining, d.ideal) for d in found] == [
        ("2026-07-27", 8, 0, 8, 6),
        ("2026-07-28", 12, 5, 7, 4),
        ("2026-07-29", 12, 5, 7, 2),
        ("2026-07-30", 12, 5, 7, 1),
    ]
    # What nobody closed for years is told by its last year.
    stage.clock("2028-07-30T12:00")
    long = days_of(stage.report(sprint).report, WorkingCalendar(), stage.unit.now)
    assert len(long) == MOST_DAYS
    assert (str(long[-1].day), long[-1].remaining, long[-1].ideal) == ("2028-07-30", 7, 0)


def test_without_dates_or_working_days_there_is_no_ideal_line(stage: Stage) -> None:
    stage.clock("2026-07-25T09:00")
    weekend = stage.iteration("2026-07-25", "2026-07-26")
    stage.card("3", into=weekend)
    stage.set_status(weekend, "active")
    assert stage.report(weekend).report.ideal is None
    undated = stage.report(stage.iteration()).report
    assert (undated.period, undated.ideal, undated.baseline_at) == (None, None, None)


def test_before_there_was_the_iteration_there_is_nothing_to_say(stage: Stage) -> None:
    stage.clock("2026-07-25T09:00")
    sprint = stage.iteration()
    with pytest.raises(RuleViolation, match="as_of"):
        stage.report(sprint, at("2026-07-25T08:59:59.999"))
    stage.clock("2026-07-26T09:00")
    change_iteration(stage.unit, stage.space_uid, sprint.id, ChangeIteration(title="Renamed"))
    assert stage.report(sprint, at("2026-07-25T12:00")).report.iteration.title == "Sprint"
    assert stage.report(sprint).report.iteration.title == "Renamed"


def test_a_title_that_is_elsewhere_now_is_not_told(stage: Stage) -> None:
    stage.clock("2026-07-25T09:00")
    other = Stage(stage.unit)
    sprint = stage.iteration("2026-07-25", "2026-08-01")
    stays, leaves = stage.card("3", into=sprint), stage.card("5", into=sprint)
    stage.set_status(sprint, "active")
    stage.change(leaves, board_id=other.board_id)
    found = stage.report(sprint)
    assert found.titles.keys() == {stays.uid}
    assert shape(found.report.scope.removed) == (1, D(5))


def test_velocity_says_what_was_committed_done_and_carried_over(stage: Stage) -> None:
    stage.clock("2026-07-01T09:00")
    sprints = [stage.iteration("2026-07-01", "2026-07-08", f"S{n}") for n in range(3)]
    for number, sprint in enumerate(sprints):
        done, left = stage.card("5", into=sprint), stage.card("3", into=sprint)
        stage.set_status(sprint, "active")
        stage.unit.now += 1000
        stage.move(done, 3)
        if number == 2:
            stage.move(left, 3)
        stage.unit.now += 1000
        stage.set_status(sprint, "closed")
    stage.written()
    ask = VelocityQuery(3, [sprints[1].id])
    found = insights.get_velocity(stage.unit, stage.space_uid, ask)
    shown = [(a.iteration.title, a.amounts.done_size, a.left_out) for a in found.iterations]
    assert shown == [("S0", 5, False), ("S1", 5, True), ("S2", 8, False)]
    assert found.mean is not None
    assert found.median is not None
    assert (found.mean.done_size, found.mean.carried_over_size) == (6.5, 1.5)
    assert (found.median.committed_count, found.mean.capacity) == (2, None)
    latest = insights.get_velocity(stage.unit, stage.space_uid, VelocityQuery(1))
    assert [a.iteration.title for a in latest.iterations] == ["S2"]


def test_flow_counts_days_and_times(stage: Stage) -> None:
    stage.clock("2026-07-27T09:00")
    sprint = stage.iteration("2026-07-27", "2026-07-31")
    card, jumped = stage.card("5", into=sprint), stage.card("1", into=sprint)
    stage.set_status(sprint, "active")
    stage.clock("2026-07-28T09:00")
    stage.move(card, 2)
    stage.clock("2026-07-29T21:00")
    stage.move(card, 3)
    stage.move(jumped, 3)
    stage.clock("2026-07-30T08:00")
    stage.written()
    found = insights.get_flow(stage.unit, stage.space_uid, sprint.id, ReportQuery(unit=SIZE))
    days = [(str(d.day), d.queued, d.in_progress, d.done) for d in found.flow.days]
    assert days == [
        ("2026-07-27", 6, 0, 0),
        ("2026-07-28", 1, 5, 0),
        ("2026-07-29", 0, 0, 6),
        ("2026-07-30", 0, 0, 6),
    ]
    assert [(c.card_uid, c.days) for c in found.flow.cycle_times] == [(card.uid, 1.5)]
    assert found.flow.untimed == [jumped.uid]
    assert found.flow.percentiles == {50: 1.5, 85: 1.5, 95: 1.5}


@pytest.mark.parametrize(("begun", "carried"), [(False, 0), (True, 1)])
def test_carried_in_is_only_what_an_iteration_that_had_begun_left(
    stage: Stage, begun: bool, carried: int
) -> None:
    stage.clock("2026-07-27T09:00")
    first = stage.iteration("2026-07-27", "2026-07-31", "First")
    second = stage.iteration("2026-08-03", "2026-08-07", "Second")
    card = stage.card("5", into=first)
    if begun:
        stage.set_status(first, "active")
    stage.clock("2026-07-28T09:00")
    stage.add(second, card)
    scope = stage.report(second).report.scope
    assert scope.carried_in.count == carried
    assert [one.other for one in scope.added.cards] == [first.id if begun else None]


def test_a_report_of_then_is_counted_by_the_calendar_of_then(stage: Stage) -> None:
    stage.clock("2026-07-27T09:00")
    sprint = stage.iteration("2026-07-27", "2026-08-07")
    stage.card("5", into=sprint)
    stage.set_status(sprint, "active")
    stage.clock("2026-08-07T15:00")
    stage.set_status(sprint, "closed")
    middle, end = at("2026-07-30T12:00"), None
    before = [stage.report(sprint, instant) for instant in (middle, end)]
    stage.clock("2026-08-10T09:00")
    stage.calendar(time_zone="Asia/Tokyo", days_off=("2026-07-29",), country="DE")
    after = [stage.report(sprint, instant) for instant in (middle, end)]
    for one, other in zip(before, after, strict=True):
        assert one.report == other.report
        assert days_of(one.report, one.calendar, one.as_of) == days_of(
            other.report, other.calendar, one.as_of
        )
    stage.clock("2026-08-11T09:00")
    then = stage.report(sprint, at("2026-08-10T10:00")).report
    assert then.period == after[1].report.period


def test_a_calendar_that_was_changed_twice_is_known_for_each_instant(stage: Stage) -> None:
    stage.clock("2026-07-20T09:00")
    sprint = stage.iteration("2026-07-27", "2026-08-07")
    stage.set_status(sprint, "active")
    stage.clock("2026-07-28T09:00")
    stage.calendar(time_zone="Europe/Berlin")
    stage.clock("2026-07-29T09:00")
    stage.calendar(time_zone="Asia/Tokyo")
    stage.clock("2026-07-30T09:00")
    zones = [
        stage.report(sprint, at(f"2026-07-{day}T12:00")).calendar.time_zone for day in (27, 28, 29)
    ]
    assert zones == ["UTC", "Europe/Berlin", "Asia/Tokyo"]


def test_an_instant_that_has_not_been_is_refused(stage: Stage) -> None:
    stage.clock("2026-07-27T09:00")
    sprint = stage.iteration("2026-07-27", "2026-08-07")
    with pytest.raises(BadRequest, match="as_of should not be in the future"):
        stage.report(sprint, at("2031-01-01T00:00"))
    # A clock that is a little ahead is no other time.
    assert stage.report(sprint, at("2026-07-27T09:00") + 30_000).as_of == at("2026-07-27T09:00")


def test_a_closed_iteration_that_was_deleted_does_not_grow(stage: Stage) -> None:
    stage.clock("2026-07-27T09:00")
    sprint = stage.iteration("2026-07-27", "2026-07-31")
    stage.card("5", into=sprint)
    stage.set_status(sprint, "active")
    stage.clock("2026-07-31T15:00")
    stage.set_status(sprint, "closed")
    delete_iteration(stage.unit, stage.space_uid, sprint.id, DeleteIteration())
    stage.clock("2026-08-18T09:00")
    found = stage.report(sprint)
    assert len(days_of(found.report, found.calendar, found.as_of)) == 5
    flowed = insights.get_flow(stage.unit, stage.space_uid, sprint.id, ReportQuery())
    assert len(flowed.flow.days) == 5
