"""What goes back over a connection of the server: in one piece, and not kept for who does not read.

What waits for slow readers is bounded for all connections together, and in time for each that reads
nothing. What a stream sends has no bound.
"""

import asyncio
import contextlib
import fcntl
import socket
import sys
import termios
import time
from functools import partial
from typing import Any, ClassVar

import structlog
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from kadence.web.asgi import HAS_ROOM, SEND_WHOLE

log = structlog.get_logger()

UNSENT_BYTES = 8 * 1024 * 1024
"""Bytes of answers that wait for their clients to read them, of all connections: above it nothing
new is answered, and who has read nothing for a second is let go."""
SEND_BYTES = 256 * 1024
"""Bytes of an answer that the operating system holds for a client."""
LARGE = 64 * 1024
"""Bytes of a body that are better not copied."""
LOOK_SECONDS = 1.0
"""Between two looks whether a client has read."""
LOG_EVERY = 60.0
"""Seconds between two lines about the same."""

_logged: dict[str, float] = {}


class Unsent:
    """The connections whose clients read more slowly than they are written to."""

    by: ClassVar[set["AnsweringHttp"]] = set()

    @classmethod
    def bytes(cls) -> int:
        """Return what waits for them in memory."""
        return sum(one.transport.get_write_buffer_size() for one in cls.by)

    @classmethod
    def has_room(cls) -> bool:
        """Return whether another answer may wait."""
        return not cls.by or cls.bytes() <= UNSENT_BYTES


class AnsweringHttp(HttpToolsProtocol):
    """uvicorn's protocol, as far as it sends."""

    seconds: ClassVar[float]
    """For which is waited for a client that has to send, or to read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._reading: asyncio.TimerHandle | None = None
        self._unsent, self._unread_for = 0, 0.0
        self._closing: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._answers: RequestResponseCycle | None = None
        self._extensions: Any = {SEND_WHOLE: self._send_whole, HAS_ROOM: Unsent.has_room}

    def _is_unread(self, _cycle: RequestResponseCycle) -> bool:
        """Return whether some of a request's body is still to come."""
        return False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client is there."""
        super().connection_made(transport)
        # By itself the system takes megabytes for each, and what it took does not count as unsent.
        connection = transport.get_extra_info("socket")
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BYTES)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self.resume_writing()
        if self._closing is not None:
            self._closing.cancel()
        answered = self._answers
        super().connection_lost(exc)
        # The one that is answered may be another than the newest, which alone is told.
        self.pipeline.clear()
        if answered is not None and not answered.response_complete:
            answered.disconnected = True
            answered.message_event.set()
            if self._task is not None and answered.scope["method"] in ("GET", "HEAD"):
                # Nothing is done for who has gone; what changes something is done to its end.
                self._task.cancel()
        # After an error of the connection, uvicorn lets it wait on.
        self._unset_keepalive_if_required()
        # Without circles, nobody has to look for them.
        self._answers = self._task = None
        self.cycle = None  # type: ignore[assignment]
        self._extensions.clear()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if not Unsent.has_room():
            app = _busy
        self._answers = cycle
        cycle.scope["extensions"] = self._extensions
        task = self._task = self.loop.create_task(cycle.run_asgi(partial(_cancellable, app)))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    def pause_writing(self) -> None:
        """The client reads more slowly than it is written to, or not at all."""
        super().pause_writing()
        Unsent.by.add(self)
        if self._reading is None:
            self._unsent, self._unread_for = self._not_read, 0.0
            self._reading = self.loop.call_later(LOOK_SECONDS, self._look_at_reading)

    @property
    def _not_read(self) -> int:
        """Bytes that were sent to the client, and that its machine has not taken."""
        waiting = bytearray(4)
        with contextlib.suppress(OSError):
            fcntl.ioctl(self.transport.get_extra_info("socket").fileno(), termios.TIOCOUTQ, waiting)
        return self.transport.get_write_buffer_size() + int.from_bytes(waiting, sys.byteorder)

    def resume_writing(self) -> None:
        """The client has read what was written."""
        Unsent.by.discard(self)
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        super().resume_writing()

    def _look_at_reading(self) -> None:
        """Let go who has read nothing for too long, or while memory runs out."""
        left = self._not_read
        self._unread_for = self._unread_for + LOOK_SECONDS if left >= self._unsent else 0.0
        self._unsent = left
        longest = self.seconds if Unsent.has_room() else LOOK_SECONDS
        if self._unread_for >= longest:
            client = self.client[0] if self.client else None
            tell("a client was let go", why="it does not read", client=client)
            self.transport.abort()
            return
        self._reading = self.loop.call_later(LOOK_SECONDS, self._look_at_reading)

    def timeout_keep_alive_handler(self) -> None:
        """The client asks for nothing more."""
        self._close()

    def _close(self) -> None:
        """Close when all is sent, and at the latest when a client could have read it."""
        self.transport.close()
        if self._closing is None and self.transport.get_write_buffer_size():
            self._closing = self.loop.call_later(self.seconds, self.transport.abort)

    def _send_whole(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> bool:
        """Send an answer with one call of the operating system in the place of two.

        It returns False, and has sent nothing, when the answer has to go the common way.

        Raises:
            ValueError: a header has a line break.
        """
        cycle = self._answers
        if cycle is None or cycle.disconnected or cycle.response_started or self.flow.write_paused:
            return False
        headers = [*cycle.default_headers, *headers]
        is_unread = self._is_unread(cycle)
        if is_unread:
            # What is still to come of the request is for nobody.
            cycle.keep_alive = False
        if not cycle.keep_alive:
            headers.append((b"connection", b"close"))
        lines = b"\r\n".join([b"%b: %b" % header for header in headers])
        if not lines.count(b"\r") == lines.count(b"\n") == len(headers) - 1:
            raise ValueError("a header has a line break")
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        head = b"%b%b\r\n\r\n" % (STATUS_LINE[status], lines)
        if len(body) < LARGE:
            self.transport.write(head + body)
        else:
            # Not copied.
            self.transport.writelines([head, body])
        cycle.message_event.set()
        if not cycle.keep_alive and not is_unread:
            self.transport.close()
        cycle.on_response()
        return True

    def on_response_complete(self) -> None:
        """The request is answered."""
        super().on_response_complete()
        if self.transport.is_closing():
            self._close()


async def _busy(_scope: Any, _receive: Any, send: Any) -> None:
    """Answer that there is no memory for an answer at the moment."""
    headers = [(b"content-length", b"0"), (b"retry-after", b"1")]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _cancellable(app: Any, scope: Any, receive: Any, send: Any) -> None:
    """Run an application that may be told that nobody waits for its answer any more."""
    with contextlib.suppress(asyncio.CancelledError):
        await app(scope, receive, send)


def tell(event: str, **values: object) -> None:
    """Log a warning, at most once a minute about the same."""
    now, key = time.monotonic(), f"{event} {values.get('why')}"
    if now - _logged.get(key, -LOG_EVERY) >= LOG_EVERY:
        _logged[key] = now
        log.warning(event, **values)
