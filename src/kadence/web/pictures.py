"""Charts as SVG and PNG at addresses of their own: for who has a token, and by signed link."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from msgspec import Struct

from kadence.domain.error_ids import ErrorId
from kadence.domain.report import size_of
from kadence.drawing import burndown, charts
from kadence.drawing.badge import badge
from kadence.drawing.i18n import Language, Words
from kadence.drawing.picture import Format, drawing
from kadence.drawing.render_worker import RenderWorker
from kadence.drawing.theme import Definition, Theme, written
from kadence.usecases import insights
from kadence.usecases.access import title_of
from kadence.usecases.forecasts import ForecastQuery
from kadence.usecases.insights import ReportQuery, VelocityQuery
from kadence.web.forecasts import FORECAST_ERRORS, FORECAST_PARAMETERS, forecast_query, run_forecast
from kadence.web.http import Handler, RequestContext
from kadence.web.insights import REPORT_ERRORS, REPORT_PARAMETERS, report_query
from kadence.web.query import Parameter, Query, Word
from kadence.web.responses import Response, content
from kadence.web.route import Route
from kadence.web.velocity import VELOCITY_PARAMETERS, velocity_query

THEME = Word("theme", [theme.value for theme in Theme], "Drawn for a light or a dark ground.")
LANGUAGE = Word(
    "language", [language.value for language in Language], "In which language it speaks."
)
SVG, PNG = "image/svg+xml", "image/png"
MEDIA_TYPES = {Format.SVG: SVG, Format.PNG: PNG}
SAFE = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
}
"""Headers of what is looked at by itself in a browser."""

Read = Callable[..., Awaitable[Any]]
"""Runs a use case: Call.read, or the same by a signed link."""


class Place(Struct, frozen=True):
    """What a picture is of; one of a space alone has no iteration."""

    space_uid: str
    iteration_id: str = ""


Compose = Callable[[Read, RenderWorker, Place, Query], Awaitable[Definition]]
"""Makes a chart's definition from what a request asks for."""


async def _burndown(read: Read, _worker: RenderWorker, place: Place, query: Query) -> Definition:
    return burndown.burndown(await _report(read, place, query), _theme(query), _words(query))


async def _burnup(read: Read, _worker: RenderWorker, place: Place, query: Query) -> Definition:
    return burndown.burnup(await _report(read, place, query), _theme(query), _words(query))


async def _report(read: Read, place: Place, query: Query) -> insights.Reported:
    asked: ReportQuery = report_query(query)
    found: insights.Reported = await read(
        insights.get_report, place.space_uid, place.iteration_id, asked
    )
    return found


async def _flow(read: Read, _worker: RenderWorker, place: Place, query: Query) -> Definition:
    asked = report_query(query)
    found = await read(insights.get_flow, place.space_uid, place.iteration_id, asked)
    return charts.cumulative_flow(found, _theme(query), _words(query))


async def _velocity(read: Read, _worker: RenderWorker, place: Place, query: Query) -> Definition:
    asked: VelocityQuery = velocity_query(query)
    title = await read(title_of, place.space_uid)
    found = await read(insights.get_velocity, place.space_uid, asked)
    return charts.velocity(found, report_query(query).unit, title, _theme(query), _words(query))


async def _forecast(
    read: Read, render_worker: RenderWorker, place: Place, query: Query
) -> Definition:
    asked: ForecastQuery = forecast_query(query)
    found = await run_forecast(read, render_worker, place.space_uid, place.iteration_id, asked)
    return charts.forecast(
        found.forecast.outlook, found.odds, asked.unit, _theme(query), _words(query)
    )


def _theme(query: Query) -> Theme:
    return Theme(query.get(THEME))


def _words(query: Query) -> Words:
    return Words(Language(query.get(LANGUAGE)))


class Kind(Struct, frozen=True):
    """A kind of chart: how it is composed, the query parameters that it takes, what it refuses."""

    compose: Compose
    query: tuple[Parameter[Any], ...]
    errors: Sequence[ErrorId]
    summary: str


KINDS: dict[str, Kind] = {
    "burndown": Kind(
        _burndown,
        (*REPORT_PARAMETERS, THEME, LANGUAGE),
        REPORT_ERRORS,
        "what remains, beside the ideal line",
    ),
    "burnup": Kind(
        _burnup,
        (*REPORT_PARAMETERS, THEME, LANGUAGE),
        REPORT_ERRORS,
        "what is done, below the scope",
    ),
    "flow": Kind(
        _flow,
        (*REPORT_PARAMETERS, THEME, LANGUAGE),
        REPORT_ERRORS,
        "how many cards were in which state",
    ),
    "velocity": Kind(
        _velocity,
        (*VELOCITY_PARAMETERS, *REPORT_PARAMETERS[1:], THEME, LANGUAGE),
        (),
        "what was committed and done, by closed iteration",
    ),
    "forecast": Kind(
        _forecast,
        (*FORECAST_PARAMETERS, THEME, LANGUAGE),
        FORECAST_ERRORS,
        "the chance that all is done",
    ),
}


async def drawn(
    read: Read, render_worker: RenderWorker, kind: str, format_: Format, place: Place, query: Query
) -> Response:
    """Return the picture as an answer.

    Raises:
        KadenceError: what the use case raises; BadRequest; Unavailable.
    """
    definition = await KINDS[kind].compose(read, render_worker, place, query)
    body = await render_worker.draw(drawing(definition, format_, query.get(LANGUAGE)))
    return picture(body, MEDIA_TYPES[format_])


def picture(body: bytes, media_type: str) -> Response:
    """Bytes to be looked at in a browser, or shown by another page."""
    headers = {**SAFE, "cache-control": "private, max-age=60"}
    return content(body, media_type, headers)


async def badge_of(read: Read, place: Place, query: Query) -> Response:
    """Return a badge that says what remains of an iteration."""
    found = await _report(read, place, query)
    scope, done = size_of(found.report.tally, found.unit)
    said = f"{written(scope - done)} of {written(scope)}"
    title = found.report.iteration.title
    return picture(badge("remaining", said, f"{title}: remaining {said}"), SVG)


def chart(kind: str, format_: Format) -> Handler:
    """Return the handler of one kind of chart in one format."""

    async def get_chart(context: RequestContext) -> Response:
        place = Place(context.uid("space_uid"), _iteration(context))
        query = context.sound_query()
        return await context.while_there(
            drawn(context.read_apart, context.render_worker, kind, format_, place, query)
        )

    get_chart.__name__ = f"get_{kind}_{format_.value}"
    get_chart.__doc__ = f"Get a picture ({format_.value.upper()}): {KINDS[kind].summary}."
    return get_chart


OF_SPACE = "/spaces/{space_uid}"
OF_ITERATION = f"{OF_SPACE}/iterations/{{iteration_id}}"
"""Where what is of one iteration lies."""


def _iteration(context: RequestContext) -> str:
    return context.uid("iteration_id") if context.has("iteration_id") else ""


async def get_badge(context: RequestContext) -> Response:
    """Get a small picture (SVG) of what remains: `remaining 12 of 30`."""
    place = Place(context.uid("space_uid"), context.uid("iteration_id"))
    return await badge_of(context.read, place, context.sound_query())


OWN_ROUTES: Sequence[Route] = (
    *(
        Route(
            "GET",
            f"{OF_SPACE if kind == 'velocity' else OF_ITERATION}/{kind}.{format_.value}",
            chart(kind, format_),
            "Charts",
            query=KINDS[kind].query,
            errors=KINDS[kind].errors,
            produces=(MEDIA_TYPES[format_],),
        )
        for kind in KINDS
        for format_ in Format
    ),
    Route(
        "GET",
        f"{OF_ITERATION}/badge.svg",
        get_badge,
        "Charts",
        query=REPORT_PARAMETERS,
        errors=REPORT_ERRORS,
        produces=(SVG,),
    ),
)
