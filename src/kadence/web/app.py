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
from kadence.web.asgi import ASGIApp, Receive, Scope, Send
from kadence.web.compression import compress
from kadence.web.cors import Cors
from kadence.web.metrics import Metrics
from kadence.web.rate_limit import RateLimit
from kadence.web.requests import Request
from kadence.web.responses import Response, empty, json

log = structlog.get_logger()

Respond = Callable[[Request], Awaitable[Response]]
"""Answers a request; what it raises is a defect."""


class Around(Struct, frozen=True, kw_only=True):
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

    def __init__(self, respond: Respond, around: Around | None = None) -> None:
        self._respond = respond
        self._around = around = around or Around()
        self._behind: ASGIApp = self._serve
        self._trusts: Callable[[str], bool] = lambda _: False
        if around.behind:
            self._behind, self._trusts = around.behind(self._serve)
        self._prefix = secrets.token_hex(4)
        self._numbers = itertools.count(1)
        self._has_warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            return
        request = {"id": f"{self._prefix}-{next(self._numbers)}"}
        peer = scope.get("client")
        if peer and self._trusts(peer[0]):
            logs.REQUEST.set(request | _of_proxy(scope["headers"]))
            await self._behind(scope, receive, send)
            return
        logs.REQUEST.set(request)
        if not self._has_warned:
            self._warn_of_proxy(scope)
        await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        # As the request came: a HEAD is answered as a GET.
        method, status = scope["method"], 0
        request = Request(scope, receive)
        try:
            response = await self._response(request)
            status = response.status
            response.headers += (_NO_SNIFF, (b"x-request-id", logs.REQUEST.get()["id"].encode()))
            await send(
                {"type": "http.response.start", "status": status, "headers": response.headers}
            )
            if response.stream is None or method == "HEAD":
                body = b"" if method == "HEAD" else response.body
                await send({"type": "http.response.body", "body": body, "more_body": False})
            else:
                await _stream(response, request, send)
        finally:
            seconds = time.perf_counter() - began
            logs.request_done(method, _without_key(scope["path"]), status, seconds, request.client)
            if self._around.metrics is not None:
                self._around.metrics.observe(method, request.route, status, seconds)

    async def _response(self, request: Request) -> Response:
        refused = _refused(request)
        if refused is not None:
            return refused
        if request.method == "HEAD":
            request.method = "GET"
            # A live stream would have no end, and has no body to tell of.
            request.headers.pop(b"accept", None)
        cors = self._around.cors
        response = cors.preflight(request) if cors else None
        if response is None:
            response = await self._limited(request)
        if cors is not None:
            cors.mark(request, response)
        if response.stream is None:
            await compress(request, response)
        return response

    async def _limited(self, request: Request) -> Response:
        if self._around.fault is not None:
            asked = await self._around.fault(request)
            if asked is not None:
                return asked
        if self._around.rate_limit is None:
            return await self._respond(request)
        headers, too_much = self._around.rate_limit.look(request)
        response = too_much or await self._respond(request)
        response.headers += headers
        return response

    def _warn_of_proxy(self, scope: Scope) -> None:
        """Say once that all who come through a proxy are taken for one client."""
        if any(name == b"x-forwarded-for" for name, _ in scope["headers"]):
            self._has_warned = True
            client = scope.get("client")
            log.warning(
                "X-Forwarded-For from an address that --trusted-proxy does not name is ignored",
                client=client[0] if client else None,
            )


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
    scope = request.scope
    hosts = sum(name == b"host" for name, _ in scope["headers"])
    if hosts > 1 or (hosts == 0 and scope["http_version"] == "1.1"):
        return json({"message": "A request should have one Host header"}, 400)
    if "\x00" in request.path:
        # No name of anything has it, and PostgreSQL takes no text with it.
        return empty(404)
    return None


async def _stream(response: Response, request: Request, send: Send) -> None:
    """Send a stream until it ends or its client has gone."""
    assert response.stream is not None  # noqa: S101 - for the type checker
    stream = response.stream

    async def pump() -> None:
        async with contextlib.aclosing(stream):  # type: ignore[type-var]
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
