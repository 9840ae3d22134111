"""Every error's status and body, in one table."""

from collections.abc import Sequence
from typing import NamedTuple

import structlog
from msgspec import UNSET, Struct, UnsetType

from kadence.domain.error_ids import ErrorId
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


class Refusal(Struct, frozen=True, omit_defaults=True):
    """Why kadence's own API refuses something: an id for programs, a message for people.

    `code` is that of a rule, local to the endpoint; `about` are values that the message names.
    """

    error: ErrorId
    message: str
    code: int | UnsetType = UNSET
    about: dict[str, str | int] | UnsetType = UNSET


class _Answer(NamedTuple):
    """How one kind of error is answered; without `words` its own message is told."""

    status: int
    words: str | None = None
    retry_after: int | None = None
    has_body: bool = True


def response(error: Exception, *, own: bool = False) -> Response:
    """Return the answer to `error`, as published, or as kadence's `own` API tells of it.

    One that nobody foresaw is logged, and its answer has no detail.
    """
    if not isinstance(error, KadenceError):
        log.error("unforeseen error", exc_info=error)
        error = KadenceError()
    answer = next(ANSWERS[kind] for kind in type(error).__mro__ if kind in ANSWERS)
    headers = {ERROR_HEADER: _told(error)}
    if isinstance(error, TooManyRequests):
        headers["retry-after"] = str(error.seconds)
    elif answer.retry_after is not None:
        headers["retry-after"] = str(answer.retry_after)
    message = error.message if answer.words is None else answer.words
    if own:
        return json(refusal(error, message or error.id.cause), answer.status, headers)
    if not answer.has_body:
        return empty(answer.status, headers)
    if isinstance(error, Unauthenticated):
        return content(message.encode(), "text/plain", headers, answer.status)
    if isinstance(error, RuleViolation):
        return json(RuleMessage(error.code, message), answer.status, headers)
    return json(ErrorMessage(message), answer.status, headers)


def refusal(error: KadenceError, message: str | None = None) -> Refusal:
    """Return an error as kadence's own API tells of it."""
    code = error.code if isinstance(error, RuleViolation) else UNSET
    return Refusal(error.id, message or error.message, code, error.about or UNSET)


def wrong_method(allowed: Sequence[str]) -> Response:
    """Return the answer to a method that the path does not have."""
    headers = {"allow": ", ".join(sorted(allowed)), ERROR_HEADER: ErrorId.METHOD_UNKNOWN.value}
    return empty(405, headers)


def _told(error: KadenceError) -> str:
    """Return the id of an error and what it is about, as an item of RFC 9651 with parameters."""
    return "".join([error.id.value, *(f";{k}={_bare(v)}" for k, v in error.about.items())])


def _bare(value: str | int) -> str:
    """Return a value as a bare item of RFC 9651: an integer, a string or a display string."""
    if isinstance(value, int) and abs(value) < _LARGEST:
        return str(value)
    text = str(value)[:_LONGEST]
    if text.isascii() and text.isprintable():
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    encoded = "".join(char if char in _SHOWN else _escaped(char) for char in text)
    return f'%"{encoded}"'


def _escaped(char: str) -> str:
    return "".join(f"%{byte:02x}" for byte in char.encode())


ERROR_HEADER = "x-kadence-error"
_LARGEST = 10**15
"""An integer of RFC 9651 has fewer digits."""
_LONGEST = 500
"""Characters of a value in the header."""
_SHOWN = {chr(code) for code in range(0x20, 0x7F)} - {"%", '"'}
"""What stands for itself in a display string."""

ANSWERS: dict[type[KadenceError], _Answer] = {
    Unauthenticated: _Answer(401, "Unauthorized"),
    CrossSite: _Answer(403),
    TooManyRequests: _Answer(429),
    FeatureOff: _Answer(402, FEATURE_OFF),
    Forbidden: _Answer(403, "", has_body=False),
    NotFound: _Answer(404, "", has_body=False),
    PreconditionFailed: _Answer(412),
    Conflict: _Answer(409),
    BodyTooLarge: _Answer(413),
    BadRequest: _Answer(400),
    Unavailable: _Answer(503, retry_after=5),
    CommitInDoubt: _Answer(
        503,
        "It is not known whether this was saved: look, or send it again with the same"
        " Idempotency-Key",
        retry_after=5,
    ),
    StandbyDatabase: _Answer(503, retry_after=5),
    DatabaseUnavailable: _Answer(
        503, "The database does not answer at the moment, please try again", retry_after=1
    ),
    StorageBusy: _Answer(503, "The database is busy, please try again", retry_after=1),
    StorageFull: _Answer(507, "There is no room left on the server's disk; nothing was saved"),
    StorageError: _Answer(503, "The database cannot be used at the moment", retry_after=5),
    KadenceError: _Answer(500, "Internal server error"),
}
"""How each kind of error is answered; what stands here counts for the kinds below it too."""
