"""Every error's status and body, in one table."""

from collections.abc import Callable, Sequence

import structlog
from litestar.exceptions import HTTPException
from litestar.response.base import ASGIResponse
from litestar.status_codes import HTTP_404_NOT_FOUND
from msgspec import Struct

from kadence.domain.errors import (
    BadRequest,
    BodyTooLarge,
    Conflict,
    CrossSite,
    DatabaseUnavailable,
    FeatureOff,
    Forbidden,
    KadenceError,
    NotFound,
    PreconditionFailed,
    RuleViolation,
    StorageBusy,
    StorageError,
    StorageFull,
    TooManyAttempts,
    Unauthenticated,
    Unavailable,
)
from kadence.web.codec import JSON, encode

log = structlog.get_logger()

FEATURE_OFF = 'Your tariff doesn\'t include "Iterations" feature'


class ErrorMessage(Struct, frozen=True):
    """An error for a person to read."""

    message: str


class RuleMessage(Struct, frozen=True):
    """A broken rule; the code is local to the endpoint."""

    code: int
    message: str


def response(error: Exception) -> ASGIResponse:
    """Return the answer to `error`.

    One that nobody foresaw is logged, and its answer has no detail.
    """
    for kind in type(error).__mro__:
        if kind in _TABLE:
            return _TABLE[kind](error)
    log.error("unforeseen error", exc_info=error)
    return _json(500, ErrorMessage("Internal server error"))


def _json(
    status: int, body: ErrorMessage | RuleMessage, headers: dict[str, str] | None = None
) -> ASGIResponse:
    return ASGIResponse(status_code=status, body=encode(body), media_type=JSON, headers=headers)


def empty(status: int, headers: dict[str, str] | None = None) -> ASGIResponse:
    """Return an answer without body and so without Content-Type."""
    answer = ASGIResponse(status_code=status, headers=headers)
    del answer.headers["content-type"]
    return answer


def wrong_method(allowed: Sequence[str]) -> ASGIResponse:
    """Return the answer to a method that the path does not have."""
    return empty(405, {"allow": ", ".join(sorted(allowed))})


def _routing(error: HTTPException) -> ASGIResponse:
    """Return what Litestar itself refuses: an unknown route, a broken Host header."""
    if error.status_code == HTTP_404_NOT_FOUND:
        return empty(404)
    return _json(error.status_code, ErrorMessage(error.detail))


_TABLE: dict[type, Callable[..., ASGIResponse]] = {
    Unauthenticated: lambda _: ASGIResponse(
        status_code=401, body=b"Unauthorized", media_type="text/plain"
    ),
    CrossSite: lambda e: _json(403, ErrorMessage(e.message)),
    TooManyAttempts: lambda e: _json(429, ErrorMessage(e.message), {"retry-after": str(e.seconds)}),
    FeatureOff: lambda _: _json(402, ErrorMessage(FEATURE_OFF)),
    Forbidden: lambda _: empty(403),
    NotFound: lambda _: empty(404),
    PreconditionFailed: lambda e: _json(412, ErrorMessage(e.message)),
    Conflict: lambda e: _json(409, ErrorMessage(e.message)),
    RuleViolation: lambda e: _json(400, RuleMessage(e.code, e.message)),
    BodyTooLarge: lambda e: _json(413, ErrorMessage(e.message)),
    BadRequest: lambda e: _json(400, ErrorMessage(e.message)),
    Unavailable: lambda e: _json(503, ErrorMessage(e.message), {"retry-after": "5"}),
    DatabaseUnavailable: lambda _: _json(
        503,
        ErrorMessage("The database does not answer at the moment, please try again"),
        {"retry-after": "1"},
    ),
    StorageBusy: lambda _: _json(
        503,
        ErrorMessage("The database is busy, please try again"),
        {"retry-after": "1"},
    ),
    StorageFull: lambda _: _json(
        507,
        ErrorMessage("There is no room left on the server's disk; nothing was saved"),
    ),
    StorageError: lambda _: _json(
        503,
        ErrorMessage("The database cannot be used at the moment"),
        {"retry-after": "5"},
    ),
    KadenceError: lambda _: _json(500, ErrorMessage("Internal server error")),
    HTTPException: _routing,
}
