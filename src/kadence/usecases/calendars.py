"""What people do with the working calendar of a space."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Annotated, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict, replace

from kadence.domain import events
from kadence.domain.calendar import (
    WorkingCalendar,
    holidays_of,
    local_day,
    subdivisions_of,
    time_zones,
)
from kadence.domain.changes import said_or
from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import BadRequest, RuleViolation
from kadence.domain.model import SpaceRole
from kadence.storage import calendars
from kadence.usecases.access import authorize_space
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap

WrittenDay: TypeAlias = Annotated[
    str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", extra_json_schema={"format": "date"})
]
Days: TypeAlias = Annotated[list[WrittenDay], Meta(max_length=1000)]
Weekday: TypeAlias = Annotated[int, Meta(ge=1, le=7, description="Monday is 1.")]


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

    def __post_init__(self) -> None:
        _check_days("days_off", said_or(self.days_off, []))
        _check_days("workdays", said_or(self.workdays, []))


def _check_days(name: str, days: list[str]) -> None:
    """Refuse what is written like a day and is none.

    Raises:
        BadRequest: names the first.
    """
    for day in days:
        try:
            date.fromisoformat(day)
        except ValueError:
            raise BadRequest(
                ErrorId.VALUE_FORMAT,
                f"{name} should hold days such as 2026-07-28, not {day}",
                key=name,
            ) from None


class CalendarView(Struct, frozen=True):
    """A calendar with the public holidays of this year and the next, by their day."""

    calendar: WorkingCalendar
    holidays: Mapping[date, str]


def get_calendar(unit: UnitOfWork, space_uid: str, validated: Validated[None]) -> CalendarView:
    """Return the working calendar of a space.

    Raises:
        KadenceError: NotFound, Forbidden, BadRequest.
    """
    authorize_space(unit, space_uid, SpaceRole.READER)
    unwrap(validated)
    return _view(unit, calendars.find(unit.tx, unit.actor.company_id, space_uid))


def _view(unit: UnitOfWork, calendar: WorkingCalendar) -> CalendarView:
    year = local_day(calendar, unit.now).year
    return CalendarView(calendar, holidays_of(calendar, year) | holidays_of(calendar, year + 1))


def change_calendar(
    unit: UnitOfWork, space_uid: str, validated: Validated[ChangeCalendar]
) -> CalendarView:
    """Say how the space counts its days. Another country takes the subdivision along.

    Raises:
        KadenceError: NotFound, Forbidden (no admin), BadRequest, RuleViolation (code 1, no such
            time zone; 2, no such country; 3, no such subdivision; 4, a day is both; 5, no working
            weekday).
    """
    access = authorize_space(unit, space_uid, SpaceRole.ADMIN)
    change = unwrap(validated)
    old = calendars.find(unit.tx, unit.actor.company_id, access.space_uid)
    asked = {name: value for name, value in asdict(change).items() if value is not UNSET}
    if "country" in asked and asked["country"] != old.country:
        asked.setdefault("subdivision", None)
    for name in {"weekdays", "days_off", "workdays"} & asked.keys():
        asked[name] = tuple(sorted(set(asked[name])))
    new = replace(old, **asked)
    _check(new, {name for name, value in asked.items() if value != getattr(old, name)})
    if new != old:
        calendars.keep(unit.tx, unit.actor.company_id, access.space_uid, new, unit.now)
        unit.record(
            events.SPACE_CALENDAR_CHANGED,
            {"old": old, "new": new},
            space_uid=access.space_uid,
        )
    return _view(unit, new)


def _check(calendar: WorkingCalendar, changed: AbstractSet[str]) -> None:
    """Look at what is new; the rest was accepted before, perhaps where more was known."""
    if "time_zone" in changed and calendar.time_zone not in time_zones():
        raise RuleViolation(
            ErrorId.ZONE_UNKNOWN, 1, "time_zone should be a name of the IANA time zone database"
        )
    if not calendar.weekdays:
        raise RuleViolation(ErrorId.NO_WEEKDAY, 5, "weekdays should name at least one working day")
    if both := set(calendar.days_off) & set(calendar.workdays):
        raise RuleViolation(ErrorId.DAY_BOTH, 4, f"{min(both)} is in days_off and in workdays")
    if changed.isdisjoint({"country", "subdivision"}):
        return
    if calendar.country is None:
        if calendar.subdivision is not None:
            raise RuleViolation(
                ErrorId.COUNTRY_MISSING, 3, "subdivision should come with its country"
            )
        return
    subdivisions = subdivisions_of(calendar.country)
    if subdivisions is None:
        raise RuleViolation(
            ErrorId.COUNTRY_UNKNOWN,
            2,
            "country should be an ISO 3166 code whose holidays are known",
        )
    if calendar.subdivision is not None and calendar.subdivision not in subdivisions:
        known = ", ".join(subdivisions) or "none"
        raise RuleViolation(
            ErrorId.SUBDIVISION_UNKNOWN, 3, f"subdivision should be one of: {known}", known=known
        )
