"""What days mean, in known cases: zones, bare dates, clock changes, holidays."""

from datetime import date

import pytest
from msgspec.structs import asdict

from kadence.domain.calendar import (
    LONGEST,
    WorkingCalendar,
    day_of,
    end_of,
    holidays_of,
    is_workday,
    midnight,
    period,
    workdays,
)
from kadence.domain.errors import RuleViolation
from kadence.drawing import burndown
from kadence.drawing.theme import Theme
from kadence.usecases.calendars import get_calendar
from kadence.usecases.overview import get_periods
from tests.insights.kit import Stage, at
from tests.rules.kit import dated

pytestmark = pytest.mark.both_engines


MOSCOW = WorkingCalendar("Europe/Moscow")
NEW_YORK = WorkingCalendar("America/New_York")
AUCKLAND = WorkingCalendar("Pacific/Auckland")
BERLIN = WorkingCalendar("Europe/Berlin", country="DE", subdivision="BY")


@pytest.mark.parametrize(
    ("calendar", "instant", "day"),
    [
        # Midnight in Moscow, as its clients send it.
        (MOSCOW, "2026-07-27T21:00:00Z", "2026-07-28"),
        (MOSCOW, "2026-07-27T20:59:59.999Z", "2026-07-27"),
        # A bare date is the written date everywhere.
        (NEW_YORK, "2026-07-28T00:00:00.000Z", "2026-07-28"),
        (AUCKLAND, "2026-07-28T00:00:00.000Z", "2026-07-28"),
        (MOSCOW, "2026-07-28T00:00:00.000Z", "2026-07-28"),
        # A millisecond beside it is an instant like any other.
        (NEW_YORK, "2026-07-28T00:00:00.001Z", "2026-07-27"),
        (AUCKLAND, "2026-07-28T11:59:59.999Z", "2026-07-28"),
        (AUCKLAND, "2026-07-28T12:00:00.001Z", "2026-07-29"),
        (NEW_YORK, "0001-01-01T00:00:00.001Z", "0001-01-01"),
        (AUCKLAND, "9999-12-31T23:59:59.999Z", "9999-12-31"),
    ],
)
def test_the_day_that_an_instant_means(calendar: WorkingCalendar, instant: str, day: str) -> None:
    assert day_of(calendar, at(instant)).isoformat() == day


def test_the_last_day_counts_to_its_end() -> None:
    found = period(NEW_YORK, dated(at("2026-07-27"), at("2026-08-07")))
    assert found is not None
    assert (found.first_day, found.last_day) == (date(2026, 7, 27), date(2026, 8, 7))
    assert found.begins == at("2026-07-27T04:00Z")
    assert found.ends == at("2026-08-08T04:00Z")
    assert found.workdays is not None
    assert len(found.workdays) == 10


def test_a_period_that_is_less_than_a_day_is_a_day() -> None:
    found = period(NEW_YORK, dated(at("2026-07-27T22:00Z"), at("2026-07-28T00:00Z")))
    assert found is not None
    assert found.first_day == date(2026, 7, 27)
    found = period(NEW_YORK, dated(at("2026-07-27T12:00Z"), at("2026-07-27T13:00Z")))
    assert found is not None
    assert found.first_day == found.last_day


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-10-26", 24)]
)
def test_a_day_of_a_clock_change_is_as_long_as_it_is(day: str, hours: int) -> None:
    length = end_of(BERLIN, date.fromisoformat(day)) - midnight(BERLIN, date.fromisoformat(day))
    assert length == hours * 60 * 60 * 1000


def test_where_midnight_is_skipped_the_day_begins_with_its_first_moment() -> None:
    beirut = WorkingCalendar("Asia/Beirut")
    day = date(2026, 3, 29)
    assert midnight(beirut, day) == at("2026-03-28T22:00Z")
    assert day_of(beirut, midnight(beirut, day)) == day


def test_working_days_by_weekday_country_and_own_days() -> None:
    assert is_workday(BERLIN, date(2026, 10, 2))
    assert not is_workday(BERLIN, date(2026, 10, 3))  # a Saturday, and a holiday
    assert not is_workday(BERLIN, date(2026, 1, 6))  # Epiphany, in Bavaria only
    assert is_workday(WorkingCalendar("Europe/Berlin", country="DE"), date(2026, 1, 6))
    own = WorkingCalendar(
        weekdays=(7, 1, 2, 3, 4), days_off=("2026-07-27",), workdays=("2026-07-31",)
    )
    assert not is_workday(own, date(2026, 7, 27))
    assert is_workday(own, date(2026, 7, 31))
    assert is_workday(own, date(2026, 7, 26))
    russian = WorkingCalendar(country="RU", workdays=("2026-01-09",))
    assert is_workday(russian, date(2026, 1, 9))
    assert date(2026, 5, 9) in holidays_of(russian, 2026)


def test_too_many_days_are_not_counted() -> None:
    first = date(2026, 1, 1)
    assert workdays(MOSCOW, first, date.fromordinal(first.toordinal() + LONGEST)) is None
    found = period(MOSCOW, dated(at("0001-01-01"), at("9999-12-31")))
    assert found is not None
    assert found.workdays is None


def test_a_change_of_the_calendar_does_not_reach_what_is_closed(stage: Stage) -> None:
    stage.clock("2026-07-27T09:00")
    stage.calendar(time_zone="Europe/Berlin")
    # Late in the evening there, and the day after that in Tokyo.
    old = stage.iteration("2026-07-27T20:00Z", "2026-07-31T20:00Z")
    stage.card("3", into=old)
    stage.set_status(old, "active")
    stage.clock("2026-07-31T15:00")
    stage.set_status(old, "closed")
    before = stage.report(old)
    stage.clock("2026-08-10T15:00")
    stage.calendar(time_zone="Asia/Tokyo", weekdays=[6, 7])
    after = stage.report(old)
    assert after.report == before.report
    assert after.calendar == before.calendar
    told = {one.id: days for one, *days in get_periods(stage.unit, stage.space_uid, ())}
    assert told[old.id] == [date(2026, 7, 27), date(2026, 7, 31)]
    new = stage.iteration("2026-08-10", "2026-08-16")
    lasts = stage.report(new).report.period
    assert lasts is not None
    assert lasts.workdays == [date(2026, 8, 15), date(2026, 8, 16)]


def test_the_holidays_of_this_year_and_the_next_are_told(stage: Stage) -> None:
    stage.clock("2026-12-31T23:30")
    assert get_calendar(stage.unit, stage.space_uid, None).holidays == {}
    # In Berlin the new year has begun.
    stage.calendar(time_zone="Europe/Berlin", country="DE", subdivision="BY")
    found = get_calendar(stage.unit, stage.space_uid, None).holidays
    assert found[date(2027, 1, 6)] == "Heilige Drei Könige"
    assert {day.year for day in found} == {2027, 2028}


def test_a_calendar_of_another_machine_is_read_and_changed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.clock("2026-07-27T09:00")
    with monkeypatch.context() as there:
        there.setattr("kadence.usecases.calendars.time_zones", lambda: {"Mars/Olympus"})
        there.setattr("kadence.usecases.calendars.subdivisions_of", lambda _: ["N"])
        stage.calendar(time_zone="Mars/Olympus", country="ZZ", subdivision="N")
    sprint = stage.iteration("2026-07-27", "2026-07-31")
    stage.set_status(sprint, "active")
    found = stage.report(sprint)
    assert found.report.period is not None
    assert found.calendar.time_zone == "Mars/Olympus"
    assert burndown.burndown(found, Theme.LIGHT)
    # What is not changed was accepted there.
    stage.calendar(weekdays=[1, 2, 3])
    kept = get_calendar(stage.unit, stage.space_uid, None).calendar
    stage.calendar(**asdict(kept) | {"weekdays": [1, 2]})
    assert get_calendar(stage.unit, stage.space_uid, None).holidays == {}
    with pytest.raises(RuleViolation, match="country"):
        stage.calendar(country="ZY")
    with pytest.raises(RuleViolation, match="time_zone"):
        stage.calendar(time_zone="Mars/Tharsis")
    with pytest.raises(RuleViolation, match="time_zone"):
        stage.calendar(time_zone="localtime")
    stage.set_status(sprint, "closed")
    assert stage.report(sprint).report.period is not None
