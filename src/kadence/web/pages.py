"""What is served beside the API: the API's own description, and whether the server is well."""

from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import Any

from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse
from msgspec import Struct

from kadence.usecases.work import Work
from kadence.web import errors
from kadence.web.reference import page
from kadence.web.wire import JSON, encode

HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class Health(Struct, frozen=True):
    """How the server is."""

    status: str = "ok"


def handlers(work: Work, document: dict[str, Any]) -> list[HTTPRouteHandler]:
    """The handlers of these pages; `document` is the OpenAPI document to show."""
    well = encode(Health())

    async def readyz() -> ASGIResponse:
        try:
            await work.ping()
        except Exception as error:
            return errors.response(error)
        return ASGIResponse(body=well, media_type=JSON)

    style = files("kadence.web").joinpath("static/reference.css").read_text("utf-8")
    return [
        _get("/healthz", _fixed(well, JSON)),
        _get("/readyz", readyz),
        _get("/schema", _fixed(page(document).encode(), "text/html")),
        _get("/schema/style.css", _fixed(style.encode(), "text/css")),
        _get("/schema/openapi.json", _fixed(encode(document), JSON)),
    ]


def _fixed(body: bytes, media_type: str) -> Callable[[], Awaitable[ASGIResponse]]:
    async def answer() -> ASGIResponse:
        return ASGIResponse(body=body, media_type=media_type, headers=HEADERS)

    return answer


def _get(path: str, handler: Callable[[], Awaitable[ASGIResponse]]) -> HTTPRouteHandler:
    return HTTPRouteHandler(path, http_method=HttpMethod.GET, status_code=200, name=path)(handler)
