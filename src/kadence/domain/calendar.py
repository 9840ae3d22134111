"""Which days a team works, and from when to when an iteration lasts in its own time zone.

What is here is the one answer to both, for reports, forecasts, the calendar feed and the page.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct
from msgspec.structs import asdict

from kadence.domain.model import DAY, Instant, Iteration

if TYPE_CHECKING:
    from holidays import HolidayBase

Day: TypeAlias = str
"""A day as `2026-07-28`."""

LONGEST = 2200
"""Days of a period, about six years, up to which they are counted one by one."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class WorkingCalendar(Struct, frozen=True):
    """How a space counts its days.

    `time_zone` is an IANA name, `weekdays` the working ones, Monday being 1. `country` (ISO 3166)
    and its `subdivision` bring their public holidays; of `days_off` and `workdays`, which win over
    these and over the weekday, a day stands in one at most.
    """

    time_zone: str = "UTC"
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    country: str | None = None
    subdivision: str | None = None
    days_off: tuple[Day, ...] = ()
    workdays: tuple[Day, ...] = ()


class FrozenCalendar(WorkingCalendar, frozen=True):
    """The calendar of a closed iteration, with the public holidays themselves.

    The rules of a country change with the program that knows them; what was closed does not.
    """

    holidays: tuple[Day, ...] = ()


class Period(Struct, frozen=True):
    """From the beginning of a first day to the end of a last one, both in the space's time zone.

    `workdays` are the working ones between them, or None when there are too many to count.
    """

    first_day: date
    last_day: date
    begins: Instant
    ends: Instant
    workdays: Sequence[date] | None


def day_of(calendar: WorkingCalendar, instant: Instant, *, timed: bool = False) -> date:
    """Return the day that a start or finish date means.

    It is the local date. A date that was written without a time is kept as midnight in UTC, and is
    that date in every zone; `timed` says that a time was written.
    """
    if not timed and instant % DAY == 0:
        return _utc(instant).date()
    return local_day(calendar, instant)


def local_day(calendar: WorkingCalendar, instant: Instant) -> date:
    """Return the date of the space at this instant."""
    try:
        return _utc(instant).astimezone(zone_of(calendar.time_zone)).date()
    except OverflowError:
        # In the first and last hours that can be written, the zone leads out of the years.
        return _utc(instant).date()


def midnight(calendar: WorkingCalendar, day: date) -> Instant:
    """Return when this day begins in the space.

    Where a clock change skips midnight, that is its first moment.
    """
    local = datetime.combine(day, time(), zone_of(calendar.time_zone))
    try:
        return (local - _EPOCH) // timedelta(milliseconds=1)
    except OverflowError:
        return (local.replace(tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)


def end_of(calendar: WorkingCalendar, day: date) -> Instant:
    """Return when this day is over in the space."""
    if day == date.max:
        return midnight(calendar, day) + DAY
    return midnight(calendar, day + timedelta(days=1))


def ends(calendar: WorkingCalendar, iteration: Iteration) -> tuple[date | None, date | None]:
    """Return the first and the last day of an iteration, each as far as its date is set."""
    start, finish = iteration.start_date, iteration.finish_date
    first = start if start is None else day_of(calendar, start, timed=iteration.start_timed == 1)
    last = finish if finish is None else day_of(calendar, finish, timed=iteration.finish_timed == 1)
    # From 22:00Z to 00:00Z of the next day, west of Greenwich, is one day and not a negative one.
    return first, last if first is None or last is None else max(first, last)


def period(calendar: WorkingCalendar, iteration: Iteration) -> Period | None:
    """Return what the dates of an iteration mean in its space; None unless both are set."""
    first, last = ends(calendar, iteration)
    if first is None or last is None:
        return None
    return Period(
        first_day=first,
        last_day=last,
        begins=midnight(calendar, first),
        ends=end_of(calendar, last),
        workdays=workdays(calendar, first, last),
    )


def workdays(calendar: WorkingCalendar, first: date, last: date) -> list[date] | None:
    """Return the working days from one day to another, both included; None beyond LONGEST days."""
    length = (last - first).days + 1
    if length > LONGEST:
        return None
    days = (first + timedelta(days=n) for n in range(length))
    return [day for day in days if is_workday(calendar, day)]


def is_workday(calendar: WorkingCalendar, day: date) -> bool:
    """Return whether the team works on this day."""
    name = day.isoformat()
    if name in calendar.workdays:
        return True
    if name in calendar.days_off or day.isoweekday() not in calendar.weekdays:
        return False
    if isinstance(calendar, FrozenCalendar):
        return name not in calendar.holidays
    return day not in _public(calendar.country, calendar.subdivision, day.year)


def frozen(calendar: WorkingCalendar, *instants: Instant | None) -> FrozenCalendar:
    """Return the calendar with the public holidays of the years between these instants.

    Of more than LONGEST days only the first ones are looked at.
    """
    days = [
        day(calendar, instant)
        for instant in instants
        if instant is not None
        for day in (day_of, local_day)
    ]
    first, last = min(days), max(days)
    last = date.fromordinal(min(last.toordinal(), first.toordinal() + LONGEST))
    found = (
        day.isoformat()
        for year in range(first.year, last.year + 1)
        for day in holidays_of(calendar, year)
    )
    return FrozenCalendar(**asdict(calendar), holidays=tuple(found))


def holidays_of(calendar: WorkingCalendar, year: int) -> dict[date, str]:
    """Return the public holidays that the calendar's country brings in a year, with their names."""
    return dict(sorted(_public(calendar.country, calendar.subdivision, year).items()))


@lru_cache(maxsize=1)
def _countries() -> dict[str, list[str]]:
    # Many megabytes that a space without a country does not need.
    import holidays  # noqa: PLC0415

    return holidays.list_supported_countries(include_aliases=False)


def subdivisions_of(country: str) -> Sequence[str] | None:
    """Return the subdivisions that have holidays of their own; None for an unknown country."""
    return _countries().get(country)


@lru_cache(maxsize=256)
def _public(
    country: str | None, subdivision: str | None, year: int
) -> "HolidayBase | dict[date, str]":
    if country is None:
        return {}
    import holidays  # noqa: PLC0415

    # What another version of the package knew may be unknown to this one.
    known = subdivisions_of(country)
    if known is None or subdivision not in {None, *known}:
        return {}
    # Else the language of the server's environment names them.
    language = getattr(holidays, country).default_language
    return holidays.country_holidays(
        country, subdiv=subdivision, years=year, expand=False, language=language
    )


@lru_cache(maxsize=1)
def time_zones() -> frozenset[str]:
    """Return the names of the IANA time zone database, as the tzdata package lists them."""
    listed = files("tzdata").joinpath("zones").read_text().split()
    # Neither says where, and browsers know neither.
    return frozenset(listed) - {"Factory", "localtime"}


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """Return the time zone with this name; UTC for one that only another machine knows."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return ZoneInfo("UTC")


def _utc(instant: Instant) -> datetime:
    return _EPOCH + timedelta(milliseconds=instant)
