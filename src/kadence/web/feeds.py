"""A feed for other programs: a space's iterations as a calendar."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event, vText

from kadence import __version__
from kadence.domain.calendar import WorkingCalendar
from kadence.domain.model import Iteration, IterationStatus
from kadence.outputs import for_icalendar
from kadence.usecases.overview import Lasting, calendar_feed
from kadence.web.http import RequestContext
from kadence.web.pictures import SAFE, Place, Read
from kadence.web.responses import Response, content
from kadence.web.route import Route

ICALENDAR = "text/calendar"


async def iterations_feed(read: Read, place: Place) -> Response:
    """Return the space's iterations as an iCalendar."""
    title, calendar, found = await read(calendar_feed, place.space_uid)
    body = calendar_of(title, calendar, found)
    return file_of(body, ICALENDAR)


def calendar_of(title: str, calendar: WorkingCalendar, found: Sequence[Lasting]) -> bytes:
    """Return an iCalendar (RFC 5545) of iterations: each is an event of whole days."""
    feed = Calendar()
    feed.add("prodid", f"-//kadence//{__version__}//EN")
    feed.add("version", "2.0")
    feed.add("x-wr-calname", _text(title))
    feed.add("x-wr-timezone", _text(calendar.time_zone))
    for iteration, first, last in found:
        if first is not None and last is not None:
            feed.add_component(_event(iteration, first, last))
    return bytes(feed.to_ical())


def _text(text: str) -> vText:
    """Return a TEXT value, also of a property that the library does not know."""
    return vText(for_icalendar(text))


def _event(iteration: Iteration, first: date, last: date) -> Event:
    event = Event()
    event.add("uid", f"{iteration.id}@kadence")
    event.add("summary", _text(iteration.title))
    event.add("dtstart", first)
    # The day that the standard names is the first one after it.
    event.add("dtend", min(last, last.max - timedelta(days=1)) + timedelta(days=1))
    if iteration.goal:
        event.add("description", _text(iteration.goal))
    event.add("dtstamp", datetime.fromtimestamp(iteration.updated // 1000, UTC))
    event.add("last-modified", datetime.fromtimestamp(iteration.updated // 1000, UTC))
    event.add("sequence", iteration.version)
    event.add("categories", [iteration.status])
    planned = iteration.status == IterationStatus.PLANNED
    event.add("status", "TENTATIVE" if planned else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    return event


def file_of(body: bytes, media_type: str) -> Response:
    """Bytes that a browser keeps as a file, called as the page wishes or as its address ends."""
    headers = {
        **SAFE,
        "cache-control": "private, max-age=60",
        "content-disposition": "attachment",
    }
    return content(body, media_type, headers)


async def get_iterations_feed(context: RequestContext) -> Response:
    """Get the iterations of the space as an iCalendar, to be subscribed to.

    An iteration is an event of whole days in the space's time zone; those without dates are left
    out.
    """
    context.sound_query()
    return await iterations_feed(context.read, Place(context.uid("space_uid")))


OWN_ROUTES: Sequence[Route] = (
    Route(
        "GET",
        "/spaces/{space_uid}/iterations.ics",
        get_iterations_feed,
        "Insights",
        produces=("text/calendar",),
    ),
)
