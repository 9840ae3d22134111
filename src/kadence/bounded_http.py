"""What comes over a connection of the server: bounded in bytes, fields, number and time.

A request's head has to be whole within some seconds, and so has its body, but for a second more for
each RATE bytes that came: so whoever is slow goes on, and whoever sends nothing is let go. All
connections together may hold HELD_BYTES of requests. What goes back is in `answering_http.py`.
"""

import asyncio
import resource
from http import HTTPStatus
from typing import Any, ClassVar

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from kadence.answering_http import AnsweringHttp, tell

HEAD_BYTES = 65_536
HEAD_FIELDS = 100
RATE = 500
"""Bytes that make one second more for a body."""
RESERVE = 40
"""Descriptors that are not for connections: files, the database, the helper process."""
MOST_PIPELINED = 16
"""Requests that may wait on a connection behind the one that is answered; what follows is not read,
and the connection ends when they are answered."""
SMALL = 4096
"""Bytes of a whole request up to which it is not counted among what is held."""
HELD_BYTES = 8 * 1024 * 1024
"""Bytes of heads and bodies that are in memory at once, of all connections, until answered."""
LINGER_SECONDS = 1.0
"""For which is read on after an answer that came before the body was whole."""


class _Held:
    """How many bytes all connections of this process hold, and which those are."""

    bytes: ClassVar[int] = 0
    by: ClassVar[set["BoundedHttp"]] = set()


class BoundedHttp(AnsweringHttp):
    """uvicorn's protocol, with a bound for each thing that a client decides about."""

    most: ClassVar[int]
    """Connections that may be open at once."""

    @classmethod
    def within(cls, seconds: float, connections: int) -> type["BoundedHttp"]:
        """Return the protocol with that many seconds and connections."""
        return type(cls.__name__, (cls,), {"seconds": seconds, "most": connections})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = 0.0
        self._reads: str | None = None
        """What of a request is being read: its head, its body, or nothing."""
        self._bytes = self._head = self._fields = 0
        self._refused = False
        self._held = 0
        self._left = 0
        """Bytes of a body that is still to come, of a request that offered another protocol."""
        self._full = False
        """Whether as many requests wait as may."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client is there, who has to send a head."""
        super().connection_made(transport)
        descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        if len(self.connections) > descriptors - RESERVE:
            tell("descriptors run out", connections=len(self.connections))
        if len(self.connections) > self.most:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)
            return
        self._begin("head")
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._end()
        self._release()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, as far as there is room."""
        if self._refused:
            return
        if self._reads is None:
            self._begin("head")
        # Only what came before is surely of the head: a chunk may hold all of a request.
        if self._reads == "head" and self._bytes > HEAD_BYTES:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return
        self._bytes += len(data)
        self._feed(data)
        if self._refused:
            return
        # Most requests come whole, and need no watch.
        if self._reads is not None:
            self._hold(len(data))
            self._watch()
        elif len(data) > SMALL and not self.cycle.response_complete:
            self._hold(len(data))

    def _feed(self, data: bytes) -> None:
        """Let the parser read; a request that offers another protocol is one like others.

        The parser stops behind the head of such a request, so its body is read here.
        """
        while data:
            if self._left:
                part, data = data[: self._left], data[self._left :]
                self._left -= len(part)
                self.on_body(part)
                if not self._left:
                    self.on_message_complete()
                continue
            try:
                self._unset_keepalive_if_required()
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as stopped:
                data = data[stopped.args[0] :]
                self.parser = httptools.HttpRequestParser(self)
            except httptools.HttpParserError:
                self.send_400_response("Invalid HTTP request received.")
                return
            else:
                return

    def _hold(self, length: int) -> None:
        self._held += length
        _Held.bytes += length
        _Held.by.add(self)
        if _Held.bytes > HELD_BYTES:
            # Who comes last may want little: who holds most is let go, of those that still send.
            sending = [one for one in _Held.by if one._reads is not None] or [self]  # noqa: SLF001
            max(sending, key=lambda one: one._held)._refuse(HTTPStatus.SERVICE_UNAVAILABLE)  # noqa: SLF001

    def on_response_complete(self) -> None:
        """The request is answered, and needs no memory any more."""
        if self._held and self._reads is None and not self.pipeline:
            self._release()
        super().on_response_complete()
        if self.transport.is_closing():
            return
        if self.cycle.response_complete and self._is_unread(self.cycle):
            # Closed at once, the answer might be lost: what comes is thrown away for a moment.
            self._refused = True
            self._end()
            self._release()
            self.loop.call_later(LINGER_SECONDS, self._close)

    def _is_unread(self, cycle: RequestResponseCycle) -> bool:
        return self._reads == "body" and cycle is self.cycle

    def _release(self) -> None:
        _Held.bytes -= self._held
        _Held.by.discard(self)
        self._held = 0

    def on_message_begin(self) -> None:
        """A request begins, perhaps right behind another."""
        if len(self.pipeline) >= MOST_PIPELINED:
            self._full = True
            raise _TooLarge
        if self._reads is None:
            self._begin("head")
        self._fields = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """A part of the address."""
        super().on_url(url)
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field of the head; those behind a body are read, and mean nothing."""
        self._fields += 1
        self._count(len(name) + len(value))
        if self._reads == "head":
            super().on_header(name, value)

    def _count(self, length: int) -> None:
        self._head += length
        if self._head > HEAD_BYTES or self._fields > HEAD_FIELDS:
            # The parser ends with it, and `send_400_response` says what it is.
            raise _TooLarge

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._begin("body")
        if self.parser.should_upgrade():
            self._left = self._length_of_body()
        super().on_headers_complete()

    def _length_of_body(self) -> int:
        """Return what a request with `Upgrade` says of its body; in chunks it is not read."""
        sent = dict(self.headers)
        if b"transfer-encoding" in sent:
            raise _TooLarge
        length = sent.get(b"content-length", b"0").strip(b" \t")
        if not length.isdigit():
            raise _TooLarge
        return int(length)

    def on_body(self, body: bytes) -> None:
        """A part of the body, which makes its deadline later."""
        self._deadline += len(body) / RATE
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        if self._left:
            return
        self._end()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Say what is wrong with a request that cannot be read."""
        if self._full:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)
        elif self._head > HEAD_BYTES or self._fields > HEAD_FIELDS:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif self._owes:
            self._refuse(HTTPStatus.BAD_REQUEST)
        elif not self._refused:
            self._refused = True
            super().send_400_response(msg)

    @property
    def _owes(self) -> bool:
        """Whether an earlier request is to be answered yet."""
        cycle = self._answers
        return cycle is not None and not cycle.response_complete

    def _stop(self, reads: str | None) -> None:
        """Read no more, and end the connection behind the answers that are owed."""
        if reads == "body" and self.pipeline and self.pipeline[0][0] is self.cycle:
            # Its body will not come.
            self.pipeline.popleft()
        last = self.pipeline[0][0] if self.pipeline else self._answers
        if last is not None:
            last.keep_alive = False

    def _begin(self, part: str) -> None:
        self._reads, self._bytes = part, 0
        if part == "head":
            self._head = 0
        self._deadline = self.loop.time() + self.seconds

    def _watch(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_at(self._deadline, self._look)

    def _end(self) -> None:
        self._reads = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        """It is time: let go who has not sent enough."""
        self._timer = None
        if self._reads is None or self.transport.is_closing():
            return
        busy = self.cycle is not None and not self.cycle.response_complete
        # An answer that is under way goes on, and whoever is not read from cannot send.
        waits = (busy and self._reads == "head") or self.flow.read_paused
        later = self.loop.time() + 1 if waits else self._deadline
        if later > self.loop.time():
            self._timer = self.loop.call_at(later, self._look)
        elif self._reads == "head" and self._bytes == 0:
            self._close()
        else:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)

    def _refuse(self, status: HTTPStatus) -> None:
        reads, self._refused = self._reads, True
        self._end()
        self._release()
        client = self.client[0] if self.client else None
        tell("a client was refused", why=status.phrase, client=client)
        is_this = self._answers is self.cycle and reads == "body"
        if self._owes and not is_this:
            self._stop(reads)
            return
        if not self._owes or not self.cycle.response_started:
            head = b"content-length: 0\r\nconnection: close\r\n"
            later = b"retry-after: 1\r\n" if status is HTTPStatus.SERVICE_UNAVAILABLE else b""
            self.transport.write(STATUS_LINE[status] + head + later + b"\r\n")
        self._close()


class _TooLarge(Exception):
    """A head has too much in it."""
