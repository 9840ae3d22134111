"""Every error's status and body, in one table."""

from collections.abc import Callable, Sequence

import structlog
from msgspec import Struct

from kadence.domain.errors import (
    BadRequest,
    BodyTooLarge,
    CommitInDoubt,
    Conflict,
    CrossSite,
    DatabaseUnavailable,
    FeatureOff,
    Forbidden,
    KadenceError,
    NotFound,
    PreconditionFailed,
    RuleViolation,
    StandbyDatabase,
    StorageBusy,
    StorageError,
    StorageFull,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)
from kadence.web.responses import Response, content, empty, json

log = structlog.get_logger()

FEATURE_OFF = 'Your tariff doesn\'t include "Iterations" feature'


class ErrorMessage(Struct, frozen=True):
    """An error for a person to read."""

    message: str


class RuleMessage(Struct, frozen=True):
    """A broken rule; the code is local to the endpoint."""

    code: int
    message: str


def response(error: Exception) -> Response:
    """Return the answer to `error`.

    One that nobody foresaw is logged, and its answer has no detail.
    """
    for kind in type(error).__mro__:
        if kind in _TABLE:
            return _TABLE[kind](error)
    log.error("unforeseen error", exc_info=error)
    return json(ErrorMessage("Internal server error"), 500)


def wrong_method(allowed: Sequence[str]) -> Response:
    """Return the answer to a method that the path does not have."""
    return empty(405, {"allow": ", ".join(sorted(allowed))})


_TABLE: dict[type, Callable[..., Response]] = {
    Unauthenticated: lambda _: content(b"Unauthorized", "text/plain", status=401),
    CrossSite: lambda e: json(ErrorMessage(e.message), 403),
    TooManyRequests: lambda e: json(ErrorMessage(e.message), 429, {"retry-after": str(e.seconds)}),
    FeatureOff: lambda _: json(ErrorMessage(FEATURE_OFF), 402),
    Forbidden: lambda _: empty(403),
    NotFound: lambda _: empty(404),
    PreconditionFailed: lambda e: json(ErrorMessage(e.message), 412),
    Conflict: lambda e: json(ErrorMessage(e.message), 409),
    RuleViolation: lambda e: json(RuleMessage(e.code, e.message), 400),
    BodyTooLarge: lambda e: json(ErrorMessage(e.message), 413),
    BadRequest: lambda e: json(ErrorMessage(e.message), 400),
    Unavailable: lambda e: json(ErrorMessage(e.message), 503, {"retry-after": "5"}),
    CommitInDoubt: lambda _: json(
        ErrorMessage(
            "It is not known whether this was saved: look, or send it again with the same"
            " Idempotency-Key"
        ),
        503,
        {"retry-after": "5"},
    ),
    StandbyDatabase: lambda e: json(ErrorMessage(e.message), 503, {"retry-after": "5"}),
    DatabaseUnavailable: lambda _: json(
        ErrorMessage("The database does not answer at the moment, please try again"),
        503,
        {"retry-after": "1"},
    ),
    StorageBusy: lambda _: json(
        ErrorMessage("The database is busy, please try again"),
        503,
        {"retry-after": "1"},
    ),
    StorageFull: lambda _: json(
        ErrorMessage("There is no room left on the server's disk; nothing was saved"),
        507,
    ),
    StorageError: lambda _: json(
        ErrorMessage("The database cannot be used at the moment"),
        503,
        {"retry-after": "5"},
    ),
    KadenceError: lambda _: json(ErrorMessage("Internal server error"), 500),
}
