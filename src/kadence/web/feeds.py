"""Feeds for other programs: a space's iterations as a calendar, reports as CSV."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from icalendar import Calendar, Event
from litestar.response.base import ASGIResponse

from kadence import __version__
from kadence.domain.calendar import WorkingCalendar, day_of
from kadence.domain.model import Iteration, IterationStatus
from kadence.usecases import insights
from kadence.usecases.insights import Reported
from kadence.usecases.iterations import calendar_feed
from kadence.web.http import Call
from kadence.web.insights import report_query
from kadence.web.pictures import SAFE, Place, Read
from kadence.web.query import Query
from kadence.web.wire import format_timestamp

ICALENDAR = "text/calendar"
CSV = "text/csv"
_COLUMNS = ("at", "cause", "card_id", "card_uid", "title", "scope", "done", "remaining")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would run as a formula when a text begins with it."""


async def iterations_feed(read: Read, place: Place) -> ASGIResponse:
    """The space's iterations as an iCalendar."""
    title, calendar, found = await read(calendar_feed, place.space_uid)
    body = calendar_of(title, calendar, found)
    return _file(body, ICALENDAR, "iterations.ics")


def calendar_of(title: str, calendar: WorkingCalendar, found: Sequence[Iteration]) -> bytes:
    """An iCalendar (RFC 5545) of iterations: each is an event of whole days."""
    feed = Calendar()
    feed.add("prodid", f"-//kadence//{__version__}//EN")
    feed.add("version", "2.0")
    feed.add("x-wr-calname", title)
    feed.add("x-wr-timezone", calendar.time_zone)
    for iteration in found:
        if iteration.start_date is not None and iteration.finish_date is not None:
            feed.add_component(_event(calendar, iteration))
    return bytes(feed.to_ical())


def _event(calendar: WorkingCalendar, iteration: Iteration) -> Event:
    assert iteration.start_date is not None  # noqa: S101 - only such are asked for
    assert iteration.finish_date is not None  # noqa: S101
    first = day_of(calendar, iteration.start_date)
    last = max(first, day_of(calendar, iteration.finish_date))
    event = Event()
    event.add("uid", f"{iteration.id}@kadence")
    event.add("summary", iteration.title)
    event.add("dtstart", first)
    # The day that the standard names is the first one after it.
    event.add("dtend", min(last, last.max - timedelta(days=1)) + timedelta(days=1))
    if iteration.goal:
        event.add("description", iteration.goal)
    event.add("dtstamp", datetime.fromtimestamp(iteration.updated // 1000, UTC))
    event.add("last-modified", datetime.fromtimestamp(iteration.updated // 1000, UTC))
    event.add("sequence", iteration.version)
    event.add("categories", [iteration.status])
    planned = iteration.status == IterationStatus.PLANNED
    event.add("status", "TENTATIVE" if planned else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    return event


async def report_csv(read: Read, place: Place, query: Query) -> ASGIResponse:
    """The series of a report as CSV (RFC 4180), with a first line of names."""
    found: Reported = await read(
        insights.get_report, place.space_uid, place.iteration_id, report_query(query)
    )
    return _file(table_of(found).encode(), CSV, "report.csv")


def table_of(found: Reported) -> str:
    """The series of a report as CSV; no text in it is taken for a formula by a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for point in found.report.series:
        card_id, title = found.titles.get(point.card_uid or "", ("", ""))
        writer.writerow(
            (
                format_timestamp(point.at),
                point.cause,
                card_id,
                point.card_uid or "",
                f"'{title}" if title.startswith(_FORMULA) else title,
                point.scope,
                point.done,
                point.remaining,
            )
        )
    return text.getvalue()


def _file(body: bytes, media_type: str, name: str) -> ASGIResponse:
    headers = {
        **SAFE,
        "cache-control": "private, max-age=60",
        "content-disposition": f'attachment; filename="{name}"',
    }
    return ASGIResponse(body=body, media_type=media_type, headers=headers)


async def get_iterations_feed(call: Call) -> str:
    """Get the iterations of the space as an iCalendar, to be subscribed to.

    An iteration is an event of whole days in the space's time zone; those without dates are left
    out.
    """
    call.sound_query()
    answer: Any = await iterations_feed(call.read, Place(call.uid("space_uid")))
    return answer  # type: ignore[no-any-return]


async def get_report_csv(call: Call) -> str:
    """Get the series of a report as CSV."""
    place = Place(call.uid("space_uid"), call.uid("iteration_id"))
    answer: Any = await report_csv(call.read, place, call.sound_query())
    return answer  # type: ignore[no-any-return]
