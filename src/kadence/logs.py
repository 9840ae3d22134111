"""Structured logs on stderr: JSON lines for a machine, coloured text for a terminal.

A line that a request causes has the request's `id`, whichever thread writes it.
"""

import logging
import sys
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog

from kadence.log_lines import LogLines

NO_REQUEST: dict[str, str] = {}
REQUEST: ContextVar[dict[str, str]] = ContextVar("request", default=NO_REQUEST)
"""What tells the request that is being worked on: `id`, `trace_id` where a proxy sent one, and the
`actor`, by uid, once it is known."""

log = structlog.get_logger()

_encode = msgspec.json.Encoder(enc_hook=repr).encode


def configure() -> None:
    """Send all logs, those of the libraries too, through structlog to stderr."""
    shared: list[Any] = [
        _add_request,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if sys.stderr.isatty():
        structlog.configure(
            processors=[*shared, structlog.dev.ConsoleRenderer()],
            logger_factory=structlog.PrintLoggerFactory(sys.stderr),
            cache_logger_on_first_use=True,
        )
    else:
        global _lines  # noqa: PLW0603 - one process has one log
        lines = _lines = LogLines(sys.stderr.buffer)
        structlog.configure(
            processors=[*shared, structlog.processors.format_exc_info, _as_json],
            logger_factory=lambda *_: lines,
            cache_logger_on_first_use=True,
        )
    logging.basicConfig(level=logging.WARNING, handlers=[_IntoStructlog()], force=True)


def request_done(method: str, path: str, status: int, seconds: float, client: str) -> None:
    """Write the line of a request that was answered, the one that every request has.

    It has the same keys as every other line, and is written in one step: by structlog's it costs
    as much as a third of a request.
    """
    if _lines is None:
        ms = round(seconds * 1000, 2)
        log.info("request", method=method, path=path, status=status, ms=ms, client=client)
        return
    request = REQUEST.get()
    line = _RequestLine(
        method,
        path,
        status,
        round(seconds * 1000, 2),
        client or None,
        "request",
        request.get("id"),
        request.get("trace_id", msgspec.UNSET),
        request.get("actor", msgspec.UNSET),
        "info",
        datetime.now(UTC).isoformat().replace("+00:00", "Z"),
    )
    _lines.msg(_encode(line))


class _RequestLine(msgspec.Struct):
    method: str
    path: str
    status: int
    ms: float
    client: str | None
    event: str
    id: str | None
    trace_id: str | msgspec.UnsetType
    actor: str | msgspec.UnsetType
    level: str
    timestamp: str


def note_actor(uid: str) -> None:
    """Note who asks, by their uid: names are in no log."""
    request = REQUEST.get()
    if request:
        request["actor"] = uid


def request_ids(requests: Iterable[Mapping[str, str]]) -> list[str]:
    """Return the ids of requests, for a line that is about several; work of no request has none."""
    return [request["id"] for request in requests if request]


_lines: LogLines | None = None
"""Where lines for a machine go, once they do."""


def _add_request(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    event.update(REQUEST.get())
    return event


def _as_json(_logger: object, _method: str, event: structlog.typing.EventDict) -> bytes:
    return _encode(event)


class _IntoStructlog(logging.Handler):
    """Carries the records of the standard library's logging over."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger(record.name).log(
            record.levelno, record.getMessage(), exc_info=record.exc_info
        )
