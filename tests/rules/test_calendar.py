"""Days of a space: where they begin and end, and which of them are worked on."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from kadence.domain.calendar import (
    LONGEST,
    WorkingCalendar,
    day_of,
    end_of,
    frozen,
    holidays_of,
    is_workday,
    local_day,
    midnight,
    period,
    time_zones,
    workdays,
)
from kadence.domain.model import DAY
from tests.rules.kit import dated

ZONES = st.sampled_from(sorted(available_timezones() & {
    "UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Tokyo", "Asia/Kathmandu",
    "Pacific/Apia", "America/Sao_Paulo", "Africa/Cairo", "Pacific/Kiritimati",
}))  # fmt: skip
DAYS = st.dates(date(1971, 1, 1), date(2100, 1, 1))
WEEKDAYS = st.sets(st.integers(1, 7), min_size=1).map(lambda days: tuple(sorted(days)))


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


@given(zone=ZONES, day=DAYS)
def test_a_day_begins_where_the_day_before_ends_and_all_of_it_is_that_day(
    zone: str, day: date
) -> None:
    calendar = WorkingCalendar(time_zone=zone)
    begins, ends = midnight(calendar, day), end_of(calendar, day)
    assert ends == midnight(calendar, day + timedelta(days=1))
    assert isinstance(begins, int), "instants are whole milliseconds"
    if zone == "Pacific/Apia" and day == date(2011, 12, 30):
        return  # A day that Samoa left out.
    assert begins < ends
    assert local_day(calendar, ends - 1) == day
    assert local_day(calendar, begins) == day
    assert local_day(calendar, begins - 1) < day


@given(zone=ZONES, day=DAYS)
def test_midnight_in_utc_is_the_date_as_it_was_written_in_every_zone(zone: str, day: date) -> None:
    calendar = WorkingCalendar(time_zone=zone)
    written = int(datetime.combine(day, datetime.min.time(), UTC).timestamp() * 1000)
    assert day_of(calendar, written) == day
    assert day_of(calendar, written + 1) == local_day(calendar, written + 1)


def test_a_clock_change_makes_a_day_longer_or_shorter() -> None:
    berlin = WorkingCalendar(time_zone="Europe/Berlin")
    hours = [
        (end_of(berlin, day) - midnight(berlin, day)) / (DAY / 24)
        for day in (date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 25))
    ]
    assert hours == [24, 23, 25]
    # Cairo's clocks went from 00:00 to 01:00: the day begins with its first moment.
    cairo = WorkingCalendar(time_zone="Africa/Cairo")
    first = midnight(cairo, date(2026, 4, 24))
    assert datetime.fromtimestamp(first / 1000, ZoneInfo("Africa/Cairo")).hour == 1


@given(zone=ZONES, first=DAYS, length=st.integers(0, 400), weekdays=WEEKDAYS)
def test_working_days_are_those_of_the_period_that_are_worked_on(
    zone: str, first: date, length: int, weekdays: tuple[int, ...]
) -> None:
    calendar = WorkingCalendar(time_zone=zone, weekdays=weekdays)
    last = first + timedelta(days=length)
    found = workdays(calendar, first, last)
    every = [first + timedelta(days=n) for n in range(length + 1)]
    assert found == [day for day in every if day.isoweekday() in weekdays]


def test_named_days_win_over_weekdays_and_holidays() -> None:
    calendar = WorkingCalendar(
        country="DE", days_off=("2026-07-28",), workdays=("2026-10-03", "2026-07-26")
    )
    assert is_workday(calendar, date(2026, 7, 27))
    assert not is_workday(calendar, date(2026, 7, 28))
    assert is_workday(calendar, date(2026, 7, 26)), "a Sunday that is worked on"
    assert is_workday(calendar, date(2026, 10, 3)), "a holiday that is worked on"
    assert not is_workday(calendar, date(2026, 12, 25)), "a holiday"
    assert not is_workday(calendar, date(2026, 7, 25)), "a Saturday"


def test_holidays_are_those_of_the_subdivision() -> None:
    epiphany = date(2026, 1, 6)
    bavaria = WorkingCalendar(country="DE", subdivision="BY")
    assert epiphany in holidays_of(bavaria, 2026)
    assert not is_workday(bavaria, epiphany)
    germany = WorkingCalendar(country="DE")
    assert epiphany not in holidays_of(germany, 2026)
    assert date(2026, 10, 3) in holidays_of(germany, 2026)
    assert date(2026, 10, 3) not in holidays_of(germany, 2027)
    assert is_workday(germany, epiphany)
    assert holidays_of(WorkingCalendar(), 2026) == {}


@pytest.mark.parametrize(("length", "counted"), [(LONGEST, True), (LONGEST + 1, False)])
def test_a_period_is_counted_day_by_day_up_to_six_years(length: int, counted: bool) -> None:
    first = date(2026, 1, 1)
    found = workdays(WorkingCalendar(), first, first + timedelta(days=length - 1))
    assert (found is not None) is counted


def test_a_period_lasts_from_the_beginning_of_its_first_day_to_the_end_of_its_last() -> None:
    tokyo = WorkingCalendar(time_zone="Asia/Tokyo")
    lasts = period(tokyo, dated(at("2026-07-27T00:00Z"), at("2026-07-31T00:00Z")))
    assert lasts is not None
    assert (lasts.first_day, lasts.last_day) == (date(2026, 7, 27), date(2026, 7, 31))
    assert (lasts.begins, lasts.ends) == (at("2026-07-26T15:00Z"), at("2026-07-31T15:00Z"))
    assert len(lasts.workdays or ()) == 5
    assert period(tokyo, dated(None, 0)) is None
    assert period(tokyo, dated(0, None)) is None


def test_a_period_is_never_negative() -> None:
    west = WorkingCalendar(time_zone="America/Los_Angeles")
    # 22:00Z is the day before in the west; midnight in UTC is the day as it was written.
    lasts = period(west, dated(at("2026-07-28T22:00Z"), at("2026-07-28T00:00Z")))
    assert lasts is not None
    assert lasts.first_day == lasts.last_day == date(2026, 7, 28)


def test_an_instant_whose_day_cannot_be_written_there_is_of_the_day_in_utc() -> None:
    kiritimati = WorkingCalendar(time_zone="Pacific/Kiritimati")
    assert local_day(kiritimati, at("9999-12-31T23:00Z")) == date.max
    west = WorkingCalendar(time_zone="America/Los_Angeles")
    assert local_day(west, at("0001-01-01T01:00Z")) == date.min


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_ends_of_time_are_days_too(day: date) -> None:
    for zone in ("Pacific/Kiritimati", "America/Los_Angeles"):
        calendar = WorkingCalendar(time_zone=zone)
        assert end_of(calendar, day) - midnight(calendar, day) >= DAY / 2


def test_a_name_that_another_machine_accepted_is_read_here() -> None:
    odd = WorkingCalendar(time_zone="Mars/Olympus", country="ZZ", subdivision="BY")
    written = at("2026-07-27T23:30Z")
    assert local_day(odd, written) == date(2026, 7, 27)
    assert midnight(odd, date(2026, 7, 27)) == at("2026-07-27T00:00Z")
    assert is_workday(odd, date(2026, 7, 27))
    assert holidays_of(odd, 2026) == {}
    assert holidays_of(WorkingCalendar(country="DE", subdivision="gone"), 2026) == {}
    for name in ("America", "../etc/passwd", "/etc/localtime", "", "a\0b"):
        assert local_day(WorkingCalendar(time_zone=name), written) == date(2026, 7, 27)


def test_a_time_zone_is_one_of_the_standard_and_not_of_this_machine() -> None:
    assert time_zones() <= available_timezones()
    assert {"UTC", "Europe/Berlin", "US/Pacific", "Europe/Kyiv"} <= time_zones()
    assert not {"localtime", "Factory", "posixrules", "posix/UTC"} & time_zones()


def test_a_frozen_calendar_needs_nobody_who_knows_the_holidays() -> None:
    german = WorkingCalendar(country="DE", subdivision="BY", days_off=("2026-01-02",))
    kept = frozen(german, at("2025-12-02T00:00Z"), at("2026-03-02T00:00Z"))
    assert "2026-01-06" in kept.holidays
    assert kept.holidays[0][:4] == "2025"
    again = replace(kept, holidays=("2026-01-07",))
    told = [is_workday(again, date(2026, 1, n)) for n in (2, 5, 6, 7, 8)]
    assert told == [False, True, True, False, True]
