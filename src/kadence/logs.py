"""Structured logs on stderr: JSON lines for a machine, coloured text for a terminal.

A line that a request causes has the request's `id`, whichever thread writes it.
"""

import asyncio
import atexit
import contextlib
import logging
import os
import sys
import threading
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, BinaryIO

import msgspec
import structlog

WHOLE = 4096
"""Bytes that a pipe takes whole, so that the lines of several workers are not torn."""

NO_REQUEST: Mapping[str, str] = {}
REQUEST: ContextVar[Mapping[str, str]] = ContextVar("request", default=NO_REQUEST)
"""What tells the request that is being worked on: `id`, and `trace_id` where a proxy sent one."""

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
        lines = _lines = _Lines(sys.stderr.buffer)
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
    level: str
    timestamp: str


def request_ids(requests: Iterable[Mapping[str, str]]) -> list[str]:
    """Return the ids of requests, for a line that is about several; work of no request has none."""
    return [request["id"] for request in requests if request]


_lines: "_Lines | None" = None
"""Where lines for a machine go, once they do."""


def _add_request(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    event.update(REQUEST.get())
    return event


class _Lines:
    """Writes lines as they come, but those of one turn of the event loop at once.

    A line that cannot be written, as on a full disk, is lost: nobody's request is to fail for it.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._descriptor = file.fileno()
        self._waiting: list[bytes] = []
        self._lock = threading.Lock()
        atexit.register(self._write)

    def msg(self, line: bytes) -> None:
        """Write a line, at the latest when the event loop of this thread comes round again."""
        with self._lock:
            self._waiting.append(line)
            if len(self._waiting) > 1:
                return
        try:
            asyncio.get_running_loop().call_soon(self._write)
        except RuntimeError:
            self._write()

    debug = info = warning = error = critical = msg

    def _write(self) -> None:
        with self._lock:
            lines, self._waiting = self._waiting, []
        part = b""
        for line in lines:
            if part and len(part) + len(line) >= WHOLE:
                self._put(part)
                part = b""
            part += line + b"\n"
        self._put(part)

    def _put(self, part: bytes) -> None:
        with contextlib.suppress(OSError):
            while part:
                part = part[os.write(self._descriptor, part) :]


def _as_json(_logger: object, _method: str, event: structlog.typing.EventDict) -> bytes:
    return _encode(event)


class _IntoStructlog(logging.Handler):
    """Carries the records of the standard library's logging over."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger(record.name).log(
            record.levelno, record.getMessage(), exc_info=record.exc_info
        )
