"""What is served beside the API: the page, the API's description, whether the server is well."""

import gzip
from collections.abc import Awaitable, Callable
from functools import cache
from importlib.resources import files
from pathlib import PurePath
from typing import Any

from litestar import Request
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse
from msgspec import Struct

from kadence.usecases.runner import UnitOfWorkRunner
from kadence.web import errors
from kadence.web.api_docs import page
from kadence.web.codec import JSON, encode

HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


PAGE = files("kadence.web").joinpath("static/page")
"""What tools/build-page makes of ui/."""
PAGE_HEADERS = HEADERS | {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    # The page names its parts by what is in them; it alone has to be asked for again.
    "cache-control": "no-cache",
}
ADDRESSES = (
    "/",
    "/enter",
    "/account",
    "/spaces/{space:str}",
    "/spaces/{space:str}/{view:str}",
    "/spaces/{space:str}/{view:str}/{id:str}",
)
"""Where the page has a view: ui/src/lib/router.svelte.ts knows which."""
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


class Health(Struct, frozen=True):
    """How the server is."""

    status: str = "ok"


def handlers(runner: UnitOfWorkRunner, document: dict[str, Any]) -> list[HTTPRouteHandler]:
    """Return the handlers of these pages; `document` is the OpenAPI document to show."""
    well = encode(Health())

    async def readyz() -> ASGIResponse:
        try:
            await runner.ping()
        except Exception as error:
            return errors.response(error)
        return ASGIResponse(body=well, media_type=JSON)

    async def part(request: Request[Any, Any, Any]) -> ASGIResponse:
        found = parts.get(request.path_params["name"])
        if found is None:
            return errors.empty(404)
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers = _PART_HEADERS | {"content-encoding": "gzip"}
            return ASGIResponse(body=found.packed, media_type=found.media_type, headers=headers)
        return ASGIResponse(body=found.body, media_type=found.media_type, headers=_PART_HEADERS)

    parts = _parts()
    shell = _fixed(_page(), "text/html", PAGE_HEADERS)
    style = files("kadence.web").joinpath("static/api_docs.css").read_text("utf-8")
    return [
        _get("/healthz", _fixed(well, JSON)),
        _get("/readyz", readyz),
        _get("/schema", _fixed(page(document).encode(), "text/html")),
        _get("/schema/style.css", _fixed(style.encode(), "text/css")),
        _get("/schema/openapi.json", _fixed(encode(document), JSON)),
        *(_get(address, shell) for address in ADDRESSES),
        _get("/favicon.svg", _fixed(_file("favicon.svg"), _TYPES[".svg"])),
        _get("/assets/{name:str}", part),
    ]


def nowhere() -> ASGIResponse:
    """For a browser at an address that nothing has: the page, which says so."""
    return ASGIResponse(
        body=_page(),
        media_type="text/html",
        headers=PAGE_HEADERS | {"vary": "accept"},
        status_code=404,
    )


class _Part(Struct, frozen=True):
    """A script or style of the page, as it is and as browsers take it."""

    body: bytes
    packed: bytes
    media_type: str


_PART_HEADERS = HEADERS | {
    "cache-control": "public, max-age=31536000, immutable",
    "vary": "accept-encoding",
}

_NOT_BUILT = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>kadence</title>
<p>The page is not built: run <code>make page</code>. The API is described at
<a href="/schema">/schema</a>.</p></html>"""


@cache
def _page() -> bytes:
    return _file("index.html") or _NOT_BUILT


def _file(name: str) -> bytes:
    found = PAGE.joinpath(name)
    return found.read_bytes() if found.is_file() else b""


def _parts() -> dict[str, _Part]:
    """Return the page's scripts and styles by their names."""
    assets = PAGE.joinpath("assets")
    if not assets.is_dir():
        return {}
    return {
        found.name: _Part(body, gzip.compress(body), _TYPES[PurePath(found.name).suffix])
        for found in assets.iterdir()
        for body in [found.read_bytes()]
    }


def _fixed(
    body: bytes, media_type: str, headers: dict[str, str] = HEADERS
) -> Callable[[], Awaitable[ASGIResponse]]:
    async def answer() -> ASGIResponse:
        return ASGIResponse(body=body, media_type=media_type, headers=headers)

    return answer


def _get(path: str, handler: Callable[..., Awaitable[ASGIResponse]]) -> HTTPRouteHandler:
    return HTTPRouteHandler(path, http_method=HttpMethod.GET, status_code=200, name=path)(handler)
