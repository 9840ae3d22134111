"""The application: finds who answers a request, and gives each request an id and a log line."""

import asyncio
import contextlib
import itertools
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable

import structlog
from msgspec import Struct

from kadence import logs
from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import BadRequest, NotFound
from kadence.web import errors
from kadence.web.asgi import SEND_WHOLE, ASGIApp, Receive, Scope, Send
from kadence.web.cors import Cors
from kadence.web.metrics import Metrics
from kadence.web.rate_limit import RateLimit
from kadence.web.requests import Request
from kadence.web.responses import Response, empty

log = structlog.get_logger()

Respond = Callable[[Request], Awaitable[Response]]
"""Answers a request; what it raises is a defect."""


class Middleware(Struct, frozen=True, kw_only=True):
    """What stands around the routes, where the settings want it.

    `behind` makes the application one that takes the client's address from a proxy's headers, and
    says whether an address is that of such a proxy.
    """

    metrics: Metrics | None = None
    rate_limit: RateLimit | None = None
    cors: Cors | None = None
    fault: Callable[[Request], Awaitable[Response | None]] | None = None
    behind: Callable[[ASGIApp], tuple[ASGIApp, Callable[[str], bool]]] | None = None


class Application:
    """What the server calls: an ASGI application.

    Each request has an id (`X-Request-Id`) and one line in the log, without its query. From a
    trusted proxy the id is the proxy's, and a `traceparent` (W3C Trace Context) is noted; of
    headers nothing else is. Every line that the request causes has both.

    The query and other headers stay out of the log: they may hold secrets. So does the signature of
    a signed link, which is in its path.
    """

    def __init__(self, respond: Respond, middleware: Middleware | None = None) -> None:
        self._respond = respond
        self._answered = respond
        self._middleware = middleware = middleware or Middleware()
        self._behind: ASGIApp = self._serve
        self._trusts: Callable[[str], bool] | None = None
        if middleware.fault is not None or middleware.rate_limit is not None:
            self._answered = self._limited
        if middleware.behind:
            self._behind, self._trusts = middleware.behind(self._serve)
        self._prefix = secrets.token_hex(4)
        self._numbers = itertools.count(1)
        self._warns = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            return
        request = {"id": f"{self._prefix}-{next(self._numbers)}"}
        peer = scope.get("client")
        if self._trusts is not None and peer and self._trusts(peer[0]):
            logs.REQUEST.set(request | _of_proxy(scope["headers"]))
            scope[_TRUSTED] = True
            await self._behind(scope, receive, send)
            return
        logs.REQUEST.set(request)
        await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        # As the request came: a HEAD is answered as a GET.
        method, status = scope["method"], 0
        request = Request(scope, receive)
        if self._warns and b"x-forwarded-for" in request.headers and _TRUSTED not in scope:
            self._warn_of_proxy(request)
        response = None
        try:
            response = await self._response(request)
            if len(response.body) >= LARGE and method == "GET" and not request.has_room():
                response = empty(503, {"retry-after": "1", errors.ERROR_HEADER: ErrorId.BUSY.value})
            status = response.status
            response.headers += (_NO_SNIFF, (b"x-request-id", logs.REQUEST.get()["id"].encode()))
            body = b"" if method == "HEAD" else response.body
            send_whole = scope.get("extensions", {}).get(SEND_WHOLE)
            streams = response.stream is not None and method != "HEAD"
            if streams or not (send_whole and send_whole(status, response.headers, body)):
                head = {"type": "http.response.start", "status": status}
                await send({**head, "headers": response.headers})
                if streams:
                    await _stream(response, request, send)
                else:
                    await send({"type": "http.response.body", "body": body, "more_body": False})
        finally:
            if response is not None and response.ended is not None:
                response.ended()
            seconds = time.perf_counter() - began
            logs.request_done(method, _without_key(scope["path"]), status, seconds, request.client)
            if self._middleware.metrics is not None:
                self._middleware.metrics.observe(method, request.route, status, seconds)

    async def _response(self, request: Request) -> Response:
        refused = _refused(request)
        if refused is not None:
            return refused
        if request.method == "HEAD":
            request.method = "GET"
            # A live stream would have no end, and has no body to tell of.
            request.headers.pop(b"accept", None)
        cors = self._middleware.cors
        response = cors.preflight(request) if cors else None
        if response is None:
            response = await self._answered(request)
        if cors is not None:
            cors.mark(request, response)
        return response

    async def _limited(self, request: Request) -> Response:
        if self._middleware.fault is not None:
            asked = await self._middleware.fault(request)
            if asked is not None:
                return asked
        if self._middleware.rate_limit is None:
            return await self._respond(request)
        headers, too_much = self._middleware.rate_limit.look(request)
        response = too_much or await self._respond(request)
        response.headers += headers
        return response

    def _warn_of_proxy(self, request: Request) -> None:
        """Say once that all who come through a proxy are taken for one client."""
        self._warns = False
        log.warning(
            "X-Forwarded-For from an address that --trusted-proxy does not name is ignored",
            client=request.client,
        )


LARGE = 8192
"""Bytes of an answer from which on it is not kept for a slow reader while memory runs out."""
_TRUSTED = "kadence.trusted"
"""The key of a scope whose request came from a trusted proxy."""
_NO_SNIFF = (b"x-content-type-options", b"nosniff")
"""No browser is to guess what an answer is."""
_ID = re.compile(rb"[A-Za-z0-9._:/=+-]{1,128}")
_TRACEPARENT = re.compile(rb"[0-9a-f]{2}-(?P<trace>[0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*")


def _of_proxy(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return what a proxy tells of a request, as far as it may stand in a log."""
    told = {}
    for name, value in headers:
        if name == b"x-request-id" and _ID.fullmatch(value):
            told["id"] = value.decode()
        elif name == b"traceparent" and (found := _TRACEPARENT.fullmatch(value)):
            told["trace_id"] = found["trace"].decode()
    return told


def _without_key(path: str) -> str:
    """Return the path as it may be logged.

    The key of a signed link is left out: who reads it there could use it.
    """
    before, shared, key = path.partition("/shared/")
    return f"{before}{shared}{key.partition('.')[0]}" if shared else path


def _refused(request: Request) -> Response | None:
    """Refuse a request that names no one host, or has U+0000 in its path.

    A request of HTTP/1.1 has exactly one Host (RFC 9112, 3.2): with two, a proxy and this server
    might each believe another one.
    """
    sent = request.scope["headers"]
    hosts = int(b"host" in request.headers)
    if len(sent) > len(request.headers):
        hosts = sum(name == b"host" for name, _ in sent)
    if hosts > 1 or (hosts == 0 and request.scope["http_version"] == "1.1"):
        return errors.response(
            BadRequest(ErrorId.REQUEST_INVALID, "A request should have one Host header")
        )
    if "\x00" in request.path:
        # No name of anything has it, and PostgreSQL takes no text with it.
        return errors.response(NotFound())
    return None


async def _stream(response: Response, request: Request, send: Send) -> None:
    """Send a stream until it ends or its client has gone."""
    assert response.stream is not None  # noqa: S101 - for the type checker
    stream = response.stream

    async def pump() -> None:
        async with contextlib.aclosing(stream):
            async for part in stream:
                await send({"type": "http.response.body", "body": part, "more_body": True})

    pumping = asyncio.ensure_future(pump())
    going = asyncio.ensure_future(request.wait_until_gone())
    try:
        await asyncio.wait({pumping, going}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        going.cancel()
        pumping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await pumping
    await send({"type": "http.response.body", "body": b"", "more_body": False})
