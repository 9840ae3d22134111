"""`kadence space`: what is set for one space."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import typer
from msgspec import UNSET
from rich.markup import escape

from kadence.cli.common import DATABASE, DatabaseOption, JsonOption, operate, out, print_exact
from kadence.domain.calendar import WorkingCalendar
from kadence.domain.errors import NotFound
from kadence.usecases import calendars, links
from kadence.usecases.calendars import ChangeCalendar
from kadence.web.codec import encode

app = typer.Typer(help="Settings of a space.", no_args_is_help=True)
NONE = "none"
T = TypeVar("T")


SpaceUid = Annotated[str, typer.Argument(metavar="SPACE_UID")]


@app.command(name="renew-links")
def renew_links(space: SpaceUid, database: DatabaseOption = DATABASE) -> None:
    """Give every signed link of a space another key, should one have got into the wrong hands.

    The old addresses show nothing any more. Who made a link finds the new one in the settings.
    """
    renewed = _in_space(database, links.renew_links, space)
    out.print(f"Links with new keys: {len(renewed)}")


@app.command()
def calendar(
    space: SpaceUid,
    time_zone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="An IANA name, for example Europe/Berlin.")
    ] = None,
    weekdays: Annotated[
        str | None, typer.Option(help="The working weekdays; Monday is 1: 1,2,3,4,5.")
    ] = None,
    country: Annotated[
        str | None, typer.Option(help="The country (ISO 3166) of the public holidays, or none.")
    ] = None,
    subdivision: Annotated[
        str | None, typer.Option(help="Its part, for example BY for Bavaria, or none.")
    ] = None,
    day_off: Annotated[
        list[str] | None, typer.Option(metavar="DAY", help="A day off; repeatable.")
    ] = None,
    workday: Annotated[
        list[str] | None, typer.Option(metavar="DAY", help="An extra working day; repeatable.")
    ] = None,
    database: DatabaseOption = DATABASE,
    json: JsonOption = False,
) -> None:
    """Show or change the working calendar of a space. Days that you give replace the old list."""
    change = ChangeCalendar(
        time_zone=time_zone or UNSET,
        weekdays=UNSET if weekdays is None else _weekdays(weekdays),
        country=UNSET if country is None else _or_none(country),
        subdivision=UNSET if subdivision is None else _or_none(subdivision),
        days_off=UNSET if day_off is None else _days(day_off),
        workdays=UNSET if workday is None else _days(workday),
    )
    found = _in_space(database, calendars.change_calendar, space, change).calendar
    if json:
        print_exact(encode(found).decode() + "\n")
        return
    _show(found)


def _in_space(url: str, command: Callable[..., T], space: str, *args: Any) -> T:
    try:
        return operate(url, command, space.lower(), *args)
    except NotFound:
        raise NotFound(f"there is no space '{space}': name its uid") from None


def _or_none(text: str) -> str | None:
    return None if text.lower() == NONE else text


def _weekdays(text: str) -> list[int]:
    if not all(word in set("1234567") and word for word in text.split(",")):
        raise typer.BadParameter("write working weekdays as 1,2,3,4,5")
    return [int(word) for word in text.split(",")]


def _days(texts: list[str]) -> list[str]:
    return [text for text in texts if text.lower() != NONE]


def _show(found: WorkingCalendar) -> None:
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    out.print(f"time zone  {escape(found.time_zone)}")
    out.print(f"works on   {', '.join(names[day - 1] for day in found.weekdays)}")
    holidays = " ".join(filter(None, (found.country, found.subdivision))) or NONE
    out.print(f"holidays   {escape(holidays)}")
    out.print(f"days off   {', '.join(found.days_off) or NONE}")
    out.print(f"worked     {', '.join(found.workdays) or NONE}")
