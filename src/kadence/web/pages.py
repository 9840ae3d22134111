"""What is served beside the API: the page, the API's description, whether the server is well."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import PurePath
from typing import Any

from msgspec import Struct

from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import DatabaseUnavailable, NotFound, SchemaMismatch
from kadence.usecases.runner import UnitOfWorkRunner
from kadence.web import errors
from kadence.web.api_docs import page
from kadence.web.codec import JSON, encode
from kadence.web.compression import CODINGS, LEAST, coding_of, pack
from kadence.web.requests import Request
from kadence.web.responses import Response, content, json

HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
}


PAGE = files("kadence.web").joinpath("static/page")
"""What tools/build_page.py makes of ui/."""
PAGE_HEADERS = HEADERS | {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    # The page names its parts by what is in them; it alone has to be asked for again.
    "cache-control": "no-cache",
}
ADDRESSES = (
    "/",
    "/enter",
    "/account",
    "/spaces/{space}",
    "/spaces/{space}/{view}",
    "/spaces/{space}/{view}/{id}",
)
"""Where the page has a view: ui/src/lib/router.svelte.ts knows which."""
_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_PACKED_ALREADY = {".woff2"}


Endpoint = Callable[[Request], Awaitable[Response]]


READY_SECONDS = 1.5
"""Within which the database has to answer to be called ready."""


class Health(Struct, frozen=True):
    """How the server is."""

    status: str = "ok"


def endpoints(runner: UnitOfWorkRunner, document: dict[str, Any]) -> list[tuple[str, Endpoint]]:
    """Return the paths of these pages, and what answers there; `document` is the API's."""
    well = encode(Health())

    async def readyz(_request: Request) -> Response:
        try:
            await asyncio.wait_for(runner.check_readiness(), READY_SECONDS)
        except TimeoutError:
            return errors.response(DatabaseUnavailable("no answer in time"))
        except SchemaMismatch as error:
            headers = {errors.ERROR_HEADER: error.id.value}
            return json({"message": error.message}, 503, headers)
        except Exception as error:
            return errors.response(error)
        return content(well, JSON)

    async def part(request: Request) -> Response:
        found = parts.get(request.params["name"])
        if found is None:
            return errors.response(NotFound())
        return found.response(request)

    parts = _parts()
    shell = _always(_fixed(_page(), "text/html", PAGE_HEADERS))
    style = files("kadence.web").joinpath("static/api_docs.css").read_text("utf-8")
    return [
        ("/healthz", _always(_fixed(well, JSON))),
        ("/readyz", readyz),
        ("/schema", _always(_fixed(page(document).encode(), "text/html"))),
        ("/schema/style.css", _always(_fixed(style.encode(), "text/css"))),
        ("/schema/openapi.json", _always(_fixed(encode(document), JSON))),
        *((address, shell) for address in ADDRESSES),
        ("/favicon.svg", _always(_fixed(_file("favicon.svg"), _TYPES[".svg"]))),
        ("/licences.txt", _always(_fixed(_file("licences.md"), "text/plain"))),
        ("/assets/{name}", part),
    ]


def nowhere() -> Response:
    """For a browser at an address that nothing has: the page, which says so."""
    headers = PAGE_HEADERS | {"vary": "accept", errors.ERROR_HEADER: ErrorId.NOT_FOUND.value}
    return content(_page(), "text/html", headers, 404)


class _Fixed(Struct, frozen=True):
    """What is always the same, as it is and in each coding that clients may take."""

    body: bytes
    packed: Mapping[bytes, bytes]
    media_type: str
    headers: dict[str, str]

    def response(self, request: Request) -> Response:
        """Return it as the client takes it."""
        accepted = request.headers.get(b"accept-encoding", b"")
        coding = coding_of(accepted) if self.packed else None
        if coding is None:
            return content(self.body, self.media_type, self.headers)
        headers = self.headers | {"content-encoding": coding.decode()}
        return content(self.packed[coding], self.media_type, headers)


def _fixed(
    body: bytes, media_type: str, headers: dict[str, str] = HEADERS, least: int = LEAST
) -> _Fixed:
    """Return what is always answered, and packed if it has at least so many bytes."""
    if len(body) < least:
        return _Fixed(body, {}, media_type, headers)
    packed = {coding: pack(coding, body, thorough=True) for coding in CODINGS}
    return _Fixed(body, packed, media_type, headers | {"vary": "Accept-Encoding"})


_PART_HEADERS = HEADERS | {"cache-control": "public, max-age=31536000, immutable"}

_NOT_BUILT = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>kadence</title>
<p>The page is not built: run <code>make page</code>. The API is described at
<a href="/schema">/schema</a>.</p></html>"""


@cache
def _page() -> bytes:
    return _file("index.html") or _NOT_BUILT


def _file(name: str) -> bytes:
    found = PAGE.joinpath(name)
    return found.read_bytes() if found.is_file() else b""


def _parts() -> dict[str, _Fixed]:
    """Return the page's scripts and styles by their names."""
    assets = PAGE.joinpath("assets")
    if not assets.is_dir():
        return {}
    made = {}
    for found in assets.iterdir():
        body, kind = found.read_bytes(), PurePath(found.name).suffix
        if kind in _PACKED_ALREADY:
            made[found.name] = _Fixed(body, {}, _TYPES[kind], _PART_HEADERS)
        else:
            made[found.name] = _fixed(body, _TYPES[kind], _PART_HEADERS, 0)
    return made


def _always(fixed: _Fixed) -> Endpoint:
    async def answer(request: Request) -> Response:
        return fixed.response(request)

    return answer
