"""What all requests of a server process share."""

from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

import msgspec
from msgspec import Struct

from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import TooManyRequests
from kadence.domain.model import Event
from kadence.drawing.render_worker import RenderWorker
from kadence.usecases.runner import UnitOfWorkRunner
from kadence.web.password_checks import PasswordChecks
from kadence.web.read_turns import AT_ONCE, TEXTS_AT_ONCE, ReadTurns

Read = Callable[[int], Awaitable[Sequence[Event]]]
Show = Callable[[Sequence[Event]], bytes]
Follow = Callable[[str, Read, Show, int], AsyncGenerator[bytes, None]]
"""How live streams are made: live.stream.follow, which web may not know."""
MOST_STREAMS = 50
"""Live streams of one token or session at once, of one server process."""


class AppState(Struct, frozen=True):
    """What handlers work with."""

    runner: UnitOfWorkRunner
    follow: Follow
    render_worker: RenderWorker
    password_checks: PasswordChecks = msgspec.field(default_factory=PasswordChecks)
    read_turns: ReadTurns = msgspec.field(default_factory=lambda: ReadTurns(AT_ONCE))
    text_turns: ReadTurns = msgspec.field(default_factory=lambda: ReadTurns(TEXTS_AT_ONCE))
    streams: Counter[str] = msgspec.field(default_factory=Counter)
    """How many live streams each token has."""

    @property
    def waiting_reads(self) -> int:
        """How many reads wait for a turn."""
        return self.read_turns.waiting + self.text_turns.waiting

    def begin_stream(self, token: str) -> Callable[[], None]:
        """Count one more live stream of a token; call what is returned when it has ended.

        Raises:
            TooManyRequests: it has as many as a token may have.
        """
        streams = self.streams
        if streams[token] >= MOST_STREAMS:
            message = f"A token should NOT have more than {MOST_STREAMS} live streams"
            raise TooManyRequests(ErrorId.STREAMS_MANY, message, 5)
        streams[token] += 1

        def ended() -> None:
            streams[token] -= 1
            if not streams[token]:
                del streams[token]

        return ended
