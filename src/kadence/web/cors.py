"""What browsers want to hear before a page of another origin may call this server (CORS)."""

from collections.abc import Sequence

from kadence.web.requests import Request
from kadence.web.responses import Response, empty

METHODS = ("GET", "POST", "PATCH", "DELETE")
MAY_SEND = (
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "last-event-id",
    "x-idempotency-key",
    "x-kadence-fault",
    "x-kadence-strict",
    "x-kaiten-client-name",
    "x-kaiten-client-type",
    "x-kaiten-client-version",
)
MAY_READ = (
    "content-disposition",
    "etag",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "retry-after",
    "x-kadence",
    "x-kadence-error",
    "x-kadence-ignored",
    "x-request-id",
)
SECONDS = 600
"""For how long a browser may keep what it was told."""


class Cors:
    """Answers the questions of browsers, and says on each response whose pages may read it."""

    def __init__(self, origins: Sequence[str]) -> None:
        """`origins` may call, as `https://plan.example.com`; `*` is any."""
        self._any = "*" in origins
        self._origins = frozenset(origin.encode() for origin in origins)

    def preflight(self, request: Request) -> Response | None:
        """Return the response to a browser's question; None for any other request."""
        headers = request.headers
        asks = request.method == "OPTIONS" and b"access-control-request-method" in headers
        if not asks or self._allowed(request) is None:
            return None
        return empty(
            204,
            {
                "access-control-allow-methods": ", ".join(METHODS),
                "access-control-allow-headers": ", ".join(MAY_SEND),
                "access-control-max-age": str(SECONDS),
            },
        )

    def mark(self, request: Request, response: Response) -> None:
        """Say whose pages may read a response."""
        allowed = self._allowed(request)
        if allowed is not None:
            response.headers.append((b"access-control-allow-origin", allowed))
            shown = ", ".join(MAY_READ).encode()
            response.headers.append((b"access-control-expose-headers", shown))
        if not self._any:
            response.headers.append((b"vary", b"Origin"))

    def _allowed(self, request: Request) -> bytes | None:
        origin = request.headers.get(b"origin")
        if origin is None:
            return None
        if self._any:
            return b"*"
        return origin if origin in self._origins else None
