"""What goes over the wire of signed links, and what they show to who has no token."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from msgspec import Struct

from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import Forbidden, NotFound
from kadence.domain.model import Link, Shows
from kadence.drawing.picture import Format
from kadence.usecases import insights
from kadence.usecases import links as usecases
from kadence.usecases.links import CreateLink, SignedLink
from kadence.usecases.unit_of_work import RenderedResponse
from kadence.web.bodies import Body
from kadence.web.codec import JSON, Uid, When, encode, format_timestamp
from kadence.web.feeds import iterations_feed
from kadence.web.forecasts import FORECAST_ERRORS, FORECAST_PARAMETERS, SEED, TRIALS
from kadence.web.http import RequestContext
from kadence.web.insights import report_query
from kadence.web.pictures import KINDS, SAFE, THEME, Place, Read, badge_of, drawn
from kadence.web.query import Parameter, Query
from kadence.web.report_answers import report_answer
from kadence.web.responses import Response, content
from kadence.web.route import Route
from kadence.web.tables import FILE_PARAMETERS, TABLES, table
from kadence.web.velocity import VELOCITY_PARAMETERS

FILES: dict[Shows, tuple[str, ...]] = {
    **{
        Shows(kind): (
            *(f"{kind}.{one.value}" for one in Format),
            *((f"{kind}.csv",) if kind in TABLES else ()),
        )
        for kind in KINDS
    },
    Shows.BADGE: ("badge.svg",),
    Shows.REPORT: ("report.json", "report.csv"),
    Shows.ITERATIONS: ("iterations.ics",),
}
"""Under which names a link shows what it shows."""


class LinkAnswer(Struct, frozen=True):
    """A signed link; whoever has one of its `paths` sees what it shows until it expires.

    `is_own`: the caller made it, and may revoke it without being an admin.
    """

    id: Uid
    shows: Shows
    iteration_id: Uid | None
    created: When
    expires: When
    paths: list[str]
    is_own: bool


class RevokedAnswer(Struct, frozen=True):
    """A link that no longer works."""

    id: Uid
    revoked: When


CREATE = Body("Link", CreateLink)
SHARED_PARAMETERS: Sequence[Parameter[Any]] = (
    *(one for one in FORECAST_PARAMETERS if one not in (SEED, TRIALS)),
    *VELOCITY_PARAMETERS,
    THEME,
    *FILE_PARAMETERS,
)
"""What a signed link can be asked for; how often is simulated is not for strangers to say."""


def _answer(signed: SignedLink) -> LinkAnswer:
    link, shows = signed.link, Shows(signed.link.shows)
    return LinkAnswer(
        id=link.id,
        shows=shows,
        iteration_id=link.iteration_id,
        created=format_timestamp(link.created),
        expires=format_timestamp(link.expires),
        paths=[
            f"/api/kadence/v1/shared/{signed.link_key}/{name}"
            for name in FILES[shows]
            if signed.link_key
        ],
        is_own=signed.is_own,
    )


def _revoked(link: Link) -> RevokedAnswer:
    return RevokedAnswer(link.id, format_timestamp(link.revoked_at or 0))


async def create_link(context: RequestContext) -> RenderedResponse[LinkAnswer]:
    """Share one chart, report, badge or the calendar with whoever gets the link.

    It needs no token, ends by itself, and can be revoked. It shows what its maker may see: it ends
    too when they lose their access.
    """
    context.has_secret = True
    asked = await context.body(CREATE)
    return await context.write(
        asked, _answer, usecases.create_link, context.uid("space_uid"), asked.command
    )


async def list_links(context: RequestContext) -> list[LinkAnswer]:
    """List the links of the space that work; the addresses of one's own alone."""
    context.has_secret = True
    found = await context.read(usecases.list_links, context.uid("space_uid"), context.nothing())
    return [_answer(signed) for signed in found]


async def revoke_link(context: RequestContext) -> RenderedResponse[RevokedAnswer]:
    """Revoke a link: one's own, or as an admin of the space any."""
    asked = await context.empty_body()
    return await context.write(
        asked,
        _revoked,
        usecases.revoke_link,
        context.uid("space_uid"),
        context.uid("link_id"),
        asked.command,
    )


async def get_shared(context: RequestContext) -> Response:
    """Get what a signed link shows; needs no token.

    The parameters are those of the same thing under its own address, but for how a forecast is
    simulated.
    """
    key, name = context.text("key"), context.text("file")
    read: Read = partial(context.read_via_link, key)
    link: Link = await read(usecases.find_link, key)
    if name not in FILES[Shows(link.shows)]:
        raise NotFound
    place = Place(link.space_uid, link.iteration_id or "")
    query = context.sound_query().only({parameter.name for parameter in SHARED_PARAMETERS})
    for parameter in SHARED_PARAMETERS:
        query.get(parameter)
    shown = _shown(context, read, Shows(link.shows), name, place, query)
    try:
        return await context.while_there(shown)
    except Forbidden:
        # Its maker may not see it any more: then there is no such link.
        raise NotFound from None


async def _shown(
    context: RequestContext, read: Read, shows: Shows, name: str, place: Place, query: Query
) -> Response:
    if shows is Shows.BADGE:
        return await badge_of(read, place, query)
    if shows is Shows.ITERATIONS:
        return await iterations_feed(read, place)
    if name.endswith(".csv"):
        return await table(read, context.render_worker, name.removesuffix(".csv"), place, query)
    if shows is Shows.REPORT:
        found = await read(
            insights.get_report, place.space_uid, place.iteration_id, report_query(query)
        )
        return content(encode(report_answer(found)), JSON, SAFE)
    format_ = Format(name.rpartition(".")[2])
    return await drawn(read, context.render_worker, shows.value, format_, place, query)


OWN_ROUTES: Sequence[Route] = (
    Route(
        "POST",
        "/spaces/{space_uid}/links",
        create_link,
        "Signed links",
        body=CREATE,
        errors=(ErrorId.LINK_SCOPE,),
    ),
    Route("GET", "/spaces/{space_uid}/links", list_links, "Signed links"),
    Route("DELETE", "/spaces/{space_uid}/links/{link_id}", revoke_link, "Signed links"),
    Route(
        "GET",
        "/shared/{key}/{file}",
        get_shared,
        "Signed links",
        query=SHARED_PARAMETERS,
        errors=FORECAST_ERRORS,
        produces=("image/svg+xml", "image/png", "text/calendar", "text/csv", "application/json"),
        public=True,
    ),
)
