"""What happens around every request: its id, its log line, metrics and the rate limit."""

import itertools
import re
import secrets
import time
from collections.abc import Callable, Iterable

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import CollectorRegistry, Counter, Histogram

from kadence import logs
from kadence.web.http import bearer_token, session_of
from kadence.web.rates import Counts

log = structlog.get_logger()


class RequestLog:
    """Gives each request an id (`X-Request-Id`) and writes one line about it, without its query.

    From a trusted proxy the id is the proxy's, and a `traceparent` (W3C Trace Context) is noted; of
    headers nothing else is. Every line that the request causes has both.

    The query and other headers stay out of the log: they may hold secrets. So does the signature of
    a signed link, which is in its path.
    """

    def __init__(
        self,
        app: ASGIApp,
        metrics: "Metrics | None" = None,
        trusts: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """`trusts` says whether an address is that of a trusted proxy."""
        self._app = app
        self._trusts = trusts
        self._metrics = metrics
        self._prefix = secrets.token_hex(4)
        self._numbers = itertools.count(1)
        self._has_warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        request_id = f"{self._prefix}-{next(self._numbers)}"
        request = {"id": request_id}
        peer = scope.get("client")
        if peer and self._trusts(peer[0]):
            request |= _of_proxy(scope["headers"])
            request_id = request["id"]
        elif not self._has_warned:
            self._warn_of_proxy(scope)
        logs.REQUEST.set(request)
        began = time.perf_counter()
        path = scope["path"]
        status = 0

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *(one for one in message["headers"] if one[0] != _NO_SNIFF[0]),
                    _NO_SNIFF,
                    (b"x-request-id", request_id.encode()),
                ]
            await send(message)

        try:
            await self._app(scope, receive, note_status)
        finally:
            seconds = time.perf_counter() - began
            client = scope.get("client")
            log.info(
                "request",
                method=scope["method"],
                path=_without_key(path),
                status=status,
                ms=round(seconds * 1000, 2),
                client=client[0] if client else None,
            )
            if self._metrics is not None:
                route = scope.get("path_template") or "unknown"
                self._metrics.observe(scope["method"], str(route), status, seconds)

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


class Metrics:
    """Counts and durations of requests, by route, for Prometheus."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "kadence_requests_total",
            "Requests answered.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "kadence_request_seconds",
            "Time from the request's first byte read to its answer's last byte written.",
            ["method", "route"],
            registry=self.registry,
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)


class HttpRules:
    """Answers HEAD as GET without the body; refuses what names no one host, or U+0000 in its path.

    A request of HTTP/1.1 has exactly one Host (RFC 9112, 3.2): with two, a proxy and this server
    might each believe another one. Where the answer `varies` by the Origin, it says so to all.
    """

    def __init__(self, app: ASGIApp, *, varies: bool = False) -> None:
        self._app = app
        self._varies = varies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        hosts = sum(name == b"host" for name, _ in scope["headers"])
        if hosts > 1 or (hosts == 0 and scope["http_version"] == "1.1"):
            body = b'{"message":"A request should have one Host header"}'
            headers = [_JSON, (b"content-length", b"%d" % len(body))]
            await send({"type": "http.response.start", "status": 400, "headers": headers})
            await send({"type": "http.response.body", "body": body, "more_body": False})
            return
        if "\x00" in scope["path"]:
            # No name of anything has it, and PostgreSQL takes no text with it.
            await send({"type": "http.response.start", "status": 404, "headers": []})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        answer = self._varied(send) if self._varies else send
        if scope["method"] != "HEAD":
            await self._app(scope, receive, answer)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await answer(message)

        # A live stream would have no end, and has no body to tell of.
        headers = [one for one in scope["headers"] if one[0] != b"accept"]
        as_get: Scope = {**scope, "method": "GET", "headers": headers}
        await self._app(as_get, receive, without_body)

    @staticmethod
    def _varied(send: Send) -> Send:
        async def varied(message: Message) -> None:
            if message["type"] == "http.response.start":
                others = [value for name, value in message["headers"] if name == b"vary"]
                if not any(b"Origin" in value for value in others):
                    message["headers"] = [*message["headers"], (b"vary", b"Origin")]
            await send(message)

        return varied


class RateLimit:
    """At most `limit` requests in a second of the clock for each token or session; above it 429.

    Of a session those of the API count: its browser sends it along for pictures and scripts too.
    Requests without either pass: most are answered 401 before anything is looked up.
    """

    def __init__(
        self,
        app: ASGIApp,
        limit: int,
        counts: Counts,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._app = app
        self._limit = limit
        self._counts = counts
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = None
        if scope["type"] == ScopeType.HTTP:
            token = bearer_token(scope["headers"])
            if token is None and scope["path"].startswith("/api/"):
                sent = dict(scope["headers"])
                token = session_of(sent, secure=scope["scheme"] == "https")
        if token is None:
            await self._app(scope, receive, send)
            return
        now = int(self._clock())
        used = self._counts.count(token, now)
        headers = [
            (b"x-ratelimit-limit", b"%d" % self._limit),
            (b"x-ratelimit-remaining", b"%d" % max(self._limit - used, 0)),
            (b"x-ratelimit-reset", b"%d" % (now + 1)),
        ]
        if used > self._limit:
            body = b"Too many requests, please try again later."
            headers += [
                (b"retry-after", b"1"),
                (b"content-type", b"text/html; charset=utf-8"),
                (b"content-length", b"%d" % len(body)),
            ]
            await send({"type": "http.response.start", "status": 429, "headers": headers})
            await send({"type": "http.response.body", "body": body, "more_body": False})
            return

        async def add_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *headers]
            await send(message)

        await self._app(scope, receive, add_headers)


class Faults:
    """Return errors that a client asks for with `X-Kadence-Fault`, to try its retry code.

    `429`, `500` and `503` are answered before anything is done; with `timeout` nothing is done
    and no answer comes until the client gives up. Only `kadence demo` has this.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = None
        if scope["type"] == ScopeType.HTTP:
            fault = dict(scope["headers"]).get(b"x-kadence-fault")
        if fault in _FAULTS:
            status, headers, body = _FAULTS[fault]
            headers = [*headers, (b"content-length", b"%d" % len(body))]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body, "more_body": False})
        elif fault == b"timeout":
            while (await receive())["type"] != "http.disconnect":
                pass
        elif fault is not None:
            body = b'{"message":"X-Kadence-Fault should be one of: 429, 500, 503, timeout"}'
            refused = [_JSON, (b"content-length", b"%d" % len(body))]
            await send({"type": "http.response.start", "status": 400, "headers": refused})
            await send({"type": "http.response.body", "body": body, "more_body": False})
        else:
            await self._app(scope, receive, send)


_JSON = (b"content-type", b"application/json; charset=utf-8")
_FAULTS: dict[bytes | None, tuple[int, list[tuple[bytes, bytes]], bytes]] = {
    b"429": (
        429,
        [(b"content-type", b"text/html; charset=utf-8"), (b"retry-after", b"1")],
        b"Too many requests, please try again later.",
    ),
    b"500": (500, [_JSON], b'{"message":"Internal server error"}'),
    b"503": (503, [_JSON, (b"retry-after", b"1")], b'{"message":"The database is busy"}'),
}
