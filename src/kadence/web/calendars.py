"""What goes over the wire of a space's working calendar, below /api/kadence/v1."""

from collections.abc import Sequence

from msgspec import Struct

from kadence.domain.error_ids import ErrorId
from kadence.usecases import calendars as usecases
from kadence.usecases.calendars import CalendarView, ChangeCalendar, Weekday, WrittenDay
from kadence.usecases.unit_of_work import RenderedResponse
from kadence.web.bodies import Body
from kadence.web.http import RequestContext
from kadence.web.route import Route


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


CHANGE = Body("Calendar", ChangeCalendar)


def calendar_answer(found: CalendarView) -> CalendarAnswer:
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
    return calendar_answer(await context.read(usecases.get_calendar, space_uid, context.nothing()))


async def change_calendar(context: RequestContext) -> RenderedResponse[CalendarAnswer]:
    """Say how the space counts its days.

    Reports, charts, forecasts and the calendar feed follow; a closed iteration stays with the
    calendar of its end.
    """
    asked = await context.body(CHANGE)
    return await context.write(
        asked, calendar_answer, usecases.change_calendar, context.uid("space_uid"), asked.command
    )


OWN_ROUTES: Sequence[Route] = (
    Route("GET", "/spaces/{space_uid}/calendar", get_calendar, "Insights"),
    Route(
        "PATCH",
        "/spaces/{space_uid}/calendar",
        change_calendar,
        "Insights",
        body=CHANGE,
        errors=(
            ErrorId.ZONE_UNKNOWN,
            ErrorId.NO_WEEKDAY,
            ErrorId.DAY_BOTH,
            ErrorId.COUNTRY_MISSING,
            ErrorId.COUNTRY_UNKNOWN,
            ErrorId.SUBDIVISION_UNKNOWN,
        ),
    ),
)
