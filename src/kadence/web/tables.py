"""What is behind the charts as CSV, for spreadsheets: for who has a token, and by signed link."""

import csv
import io
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from msgspec import Struct

from kadence.domain.error_ids import ErrorId
from kadence.drawing.i18n import Language
from kadence.drawing.render_worker import RenderWorker
from kadence.outputs import for_cell
from kadence.usecases import insights
from kadence.usecases.insights import Reported
from kadence.web.codec import format_timestamp
from kadence.web.feeds import file_of
from kadence.web.forecasts import (
    FORECAST_ERRORS,
    FORECAST_PARAMETERS,
    forecast_answer,
    forecast_query,
    run_forecast,
)
from kadence.web.http import Handler, RequestContext
from kadence.web.insights import REPORT_ERRORS, REPORT_PARAMETERS, flow_answer, report_query
from kadence.web.pictures import LANGUAGE, OF_ITERATION, OF_SPACE, Place, Read
from kadence.web.query import Flag, Parameter, Query, Word
from kadence.web.responses import Response
from kadence.web.route import Route
from kadence.web.velocity import VELOCITY_PARAMETERS, velocity_answer, velocity_query

CSV = "text/csv"
Line = tuple[object, ...]
BOM = "\ufeff"
"""By what a spreadsheet knows that the text is UTF-8."""
_DECIMAL_COMMA = (Language.RUSSIAN.value,)
"""Languages whose spreadsheets separate cells by semicolons, since commas stand in numbers."""

DOWNLOAD = Flag(
    "download", "For a spreadsheet: with a byte order mark, and written as the language has it."
)
SEPARATOR = Word(
    "separator", ["auto", ",", ";", "tab"], "Between cells; `auto` is as the language has it."
)
FILE_PARAMETERS = (DOWNLOAD, SEPARATOR, LANGUAGE)


class Manner(Struct, frozen=True):
    """How a table is written: what separates cells, how numbers look, and whether with a BOM."""

    separator: str = ","
    decimal_comma: bool = False
    bom: bool = False


PLAIN = Manner()


async def _report(read: Read, _worker: RenderWorker, place: Place, query: Query) -> list[Line]:
    return report_lines(
        await read(insights.get_report, place.space_uid, place.iteration_id, report_query(query))
    )


def report_lines(found: Reported) -> list[Line]:
    """Return every change of a report's series, with the card that made it."""
    lines: list[Line] = []
    for point in found.report.series:
        card_id, title = found.titles.get(point.card_uid or "", ("", ""))
        lines.append(
            (
                format_timestamp(point.at),
                point.cause,
                card_id,
                point.card_uid or "",
                title,
                point.scope,
                point.done,
                point.remaining,
            )
        )
    return lines


async def _flow(read: Read, _worker: RenderWorker, place: Place, query: Query) -> list[Line]:
    found = await read(insights.get_flow, place.space_uid, place.iteration_id, report_query(query))
    return [(day.day, day.queued, day.in_progress, day.done) for day in flow_answer(found).days]


async def _velocity(read: Read, _worker: RenderWorker, place: Place, query: Query) -> list[Line]:
    found = await read(insights.get_velocity, place.space_uid, velocity_query(query))
    return [
        (
            one.id,
            one.title,
            one.start_date,
            one.finish_date,
            one.actual_finish_date,
            one.capacity,
            one.committed.count,
            one.committed.size,
            one.done.count,
            one.done.size,
            one.carried_over.count,
            one.carried_over.size,
            int(one.left_out),
        )
        for one in velocity_answer(found).iterations
    ]


async def _forecast(
    read: Read, render_worker: RenderWorker, place: Place, query: Query
) -> list[Line]:
    asked = forecast_query(query)
    found = await run_forecast(read, render_worker, place.space_uid, place.iteration_id, asked)
    return [(one.day, one.chance) for one in forecast_answer(found).chances]


class Table(Struct, frozen=True):
    """A table: how its lines are made, what its columns are called, what it takes and refuses."""

    lines: Callable[[Read, RenderWorker, Place, Query], Awaitable[Iterable[Line]]]
    columns: str
    query: tuple[Parameter[Any], ...]
    errors: Sequence[ErrorId]
    summary: str


TABLES: dict[str, Table] = {
    "report": Table(
        _report,
        "at cause card_id card_uid title scope done remaining",
        (*REPORT_PARAMETERS, *FILE_PARAMETERS),
        REPORT_ERRORS,
        "the series of a report",
    ),
    "flow": Table(
        _flow,
        "day queued in_progress done",
        (*REPORT_PARAMETERS, *FILE_PARAMETERS),
        REPORT_ERRORS,
        "how many cards were in which state, by day",
    ),
    "velocity": Table(
        _velocity,
        "id title start_date finish_date actual_finish_date capacity committed_count "
        "committed_size done_count done_size carried_over_count carried_over_size left_out",
        (*VELOCITY_PARAMETERS, *FILE_PARAMETERS),
        (),
        "what was committed and done, by closed iteration",
    ),
    "forecast": Table(
        _forecast,
        "day chance",
        (*FORECAST_PARAMETERS, *FILE_PARAMETERS),
        FORECAST_ERRORS,
        "the chance that all is done, by day",
    ),
}


async def table(
    read: Read, render_worker: RenderWorker, name: str, place: Place, query: Query
) -> Response:
    """Return a table as CSV (RFC 4180), with a first line of names.

    Raises:
        KadenceError: what the use case raises; BadRequest; Unavailable.
    """
    made = TABLES[name]
    lines = await made.lines(read, render_worker, place, query)
    text = written(made.columns, lines, _manner(query))
    return file_of(text.encode(), CSV)


def _manner(query: Query) -> Manner:
    download = query.get(DOWNLOAD)
    language, asked = query.get(LANGUAGE), query.get(SEPARATOR)
    commas = download and language in _DECIMAL_COMMA
    separator = (";" if commas else ",") if asked == "auto" else asked
    return Manner("\t" if separator == "tab" else separator, commas, download)


def written(columns: str, lines: Iterable[Line], manner: Manner = PLAIN) -> str:
    """Lines as CSV; no text in them is taken for a formula by a spreadsheet."""
    text = io.StringIO(BOM if manner.bom else "")
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text, delimiter=manner.separator)
    writer.writerow(columns.split())
    writer.writerows([_cell(cell, manner) for cell in line] for line in lines)
    return text.getvalue()


def _cell(cell: object, manner: Manner) -> object:
    if isinstance(cell, str):
        return for_cell(cell)
    if isinstance(cell, float) and manner.decimal_comma:
        return str(cell).replace(".", ",")
    return cell


def csv_of(name: str) -> Handler:
    """Return the handler of a table."""

    async def get(context: RequestContext) -> Response:
        iteration_id = "" if name == "velocity" else context.uid("iteration_id")
        place = Place(context.uid("space_uid"), iteration_id)
        query = context.sound_query()
        return await context.while_there(
            table(context.read_apart, context.render_worker, name, place, query)
        )

    get.__name__ = f"get_{name}_csv"
    get.__doc__ = f"Get as CSV {TABLES[name].summary}."
    return get


OWN_ROUTES: Sequence[Route] = tuple(
    Route(
        "GET",
        f"{OF_SPACE if name == 'velocity' else OF_ITERATION}/{name}.csv",
        csv_of(name),
        "Insights",
        query=made.query,
        errors=made.errors,
        produces=(CSV,),
    )
    for name, made in TABLES.items()
)
