"""What time it is: the machine's clock, held against one that nobody can set."""

import time
from collections.abc import Callable

import structlog

from kadence.domain.model import Instant

JUMP = 60_000
"""Milliseconds by which the machine's clock may be off at once without being asked about it."""
BELIEVED_AFTER = 300_000
"""Milliseconds for which a clock that has jumped has to stay there before it is believed."""

log = structlog.get_logger()


def system_clock() -> Instant:
    """Return the time now, by the machine's clock."""
    return time.time_ns() // 1_000_000


_KIND = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def passed() -> int:
    """Return milliseconds since some moment, by a clock that only goes on, in a sleep too."""
    return time.clock_gettime_ns(_KIND) // 1_000_000


class SteadyClock:
    """The time by another clock, which jumps no further than that clock has stayed ahead or behind.

    The machine's clock can be set while a server runs, by hand or by a source of time that went
    wrong. A jump of more than a minute is believed when it has lasted for five; until then time
    goes on as it passes. What was told is never taken back: what happens later must not seem to
    have happened earlier. `seq` orders the journal in any case.
    """

    def __init__(
        self,
        clock: Callable[[], Instant] = system_clock,
        passed: Callable[[], int] = passed,
    ) -> None:
        self._clock = clock
        self._passed = passed
        self._told: Instant = clock()
        self._at = passed()
        """When that was told, by `passed`."""
        self._jumped_at: int | None = None
        self._latest: Instant = 0

    def __call__(self) -> Instant:
        """Return the time now."""
        now, at = self._clock(), self._passed()
        expected = self._told + at - self._at
        if abs(now - expected) <= JUMP:
            self._believe(now, at)
        elif self._jumped_at is None:
            self._jumped_at = at
            log.warning("the clock has jumped", seconds=(now - expected) / 1000)
            now = expected
        elif at - self._jumped_at >= BELIEVED_AFTER:
            log.warning("the clock that has jumped is believed", seconds=(now - expected) / 1000)
            self._believe(now, at)
        else:
            now = expected
        self._latest = max(self._latest, now)
        return self._latest

    def _believe(self, now: Instant, at: int) -> None:
        self._told, self._at, self._jumped_at = now, at, None
