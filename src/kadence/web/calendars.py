"""What goes over the wire of a space's working calendar, below /api/kadence/v1."""

from datetime import date
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from kadence.domain.errors import BadRequest
from kadence.usecases import calendars as usecases
from kadence.usecases.calendars import CalendarChange, CalendarView
from kadence.web.bodies import Body
from kadence.web.http import RequestContext

WrittenDay = Annotated[
    str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", extra_json_schema={"format": "date"})
]
Days = Annotated[list[WrittenDay], Meta(max_length=1000)]
Weekday = Annotated[int, Meta(ge=1, le=7, description="Monday is 1.")]


class ChangeCalendar(Struct, frozen=True):
    """What to change of a calendar; absent keys stay.

    Public holidays are those of a country (ISO 3166, as `DE`) and perhaps of one of its parts (as
    `BY`); `days_off` and `workdays` are the space's own exceptions.
    """

    time_zone: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET
    weekdays: Annotated[list[Weekday], Meta(max_length=7)] | UnsetType = UNSET
    country: Annotated[str, Meta(max_length=8)] | UnsetType | None = UNSET
    subdivision: Annotated[str, Meta(max_length=64)] | UnsetType | None = UNSET
    days_off: Days | UnsetType = UNSET
    workdays: Days | UnsetType = UNSET

    def validated(self) -> CalendarChange:
        """Return the same for the use case.

        Raises:
            BadRequest: there is no such date.
        """
        for name in ("days_off", "workdays"):
            for day in getattr(self, name) or ():
                _check_day(name, day)
        return CalendarChange(
            time_zone=self.time_zone,
            weekdays=self.weekdays,
            country=self.country,
            subdivision=self.subdivision,
            days_off=self.days_off,
            workdays=self.workdays,
        )


def _check_day(name: str, day: str) -> None:
    try:
        date.fromisoformat(day)
    except ValueError:
        raise BadRequest(f"{name} should hold days such as 2026-07-28, not {day}") from None


class HolidayAnswer(Struct, frozen=True):
    """A public holiday, as its country calls it."""

    day: WrittenDay
    name: str


class CalendarAnswer(Struct, frozen=True):
    """How a space counts its days; `holidays` are those of this year and the next."""

    time_zone: str
    weekdays: list[Weekday]
    country: str | None
    subdivision: str | None
    days_off: list[WrittenDay]
    workdays: list[WrittenDay]
    holidays: list[HolidayAnswer]


CHANGE = Body("Calendar", ChangeCalendar, ChangeCalendar.validated)


def shape(found: CalendarView) -> CalendarAnswer:
    """Return the calendar as the wire shows it."""
    calendar = found.calendar
    return CalendarAnswer(
        time_zone=calendar.time_zone,
        weekdays=list(calendar.weekdays),
        country=calendar.country,
        subdivision=calendar.subdivision,
        days_off=list(calendar.days_off),
        workdays=list(calendar.workdays),
        holidays=[HolidayAnswer(day.isoformat(), name) for day, name in found.holidays.items()],
    )


async def get_calendar(context: RequestContext) -> CalendarAnswer:
    """Get how the space counts its days: time zone, working weekdays, holidays."""
    space_uid = context.uid("space_uid")
    return shape(await context.read(usecases.get_calendar, space_uid, context.nothing()))


async def change_calendar(context: RequestContext) -> CalendarAnswer:
    """Say how the space counts its days.

    Reports, charts, forecasts and the calendar feed follow; a closed iteration stays with the
    calendar of its end.
    """
    validated = await context.body(CHANGE)
    return await context.write(shape, usecases.change_calendar, context.uid("space_uid"), validated)
