"""Slows down whoever guesses passwords: counts failures by address and by client."""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

from kadence.domain.errors import TooManyAttempts

WINDOW = 15 * 60
"""Seconds after the first failure, for which those that follow count with it."""
BY_BOTH, BY_CLIENT, BY_EMAIL = 10, 50, 100
"""Failures until the next attempt is refused: of one client for one address, of one client for any,
of all clients for one. The last is high, or strangers could lock somebody out at will."""
_KEPT = 50_000


class Throttle:
    """The failures of this process's clients in the last quarter of an hour."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[Sequence[str], tuple[float, int]] = OrderedDict()

    def attempt(self, client: str, email: str) -> None:
        """Count an attempt as failed until it is known to be right, or refuse it.

        So many attempts that are made at once count as well.

        Raises:
            TooManyAttempts: there were too many.
        """
        now = self._clock()
        for key, limit in _limits(client, email):
            began, failures = self._failures.get(key, (now, 0))
            left = began + WINDOW - now
            if failures >= limit and left > 0:
                minutes = int(left // 60) + 1
                message = f"There were too many failed attempts, try again in {minutes} minutes"
                raise TooManyAttempts(message, int(left) + 1)
        for key, _ in _limits(client, email):
            began, failures = self._failures.pop(key, (now, 0))
            self._failures[key] = (began, failures + 1) if began + WINDOW > now else (now, 1)
        while len(self._failures) > _KEPT:
            self._failures.popitem(last=False)

    def succeeded(self, client: str, email: str) -> None:
        """Take back that an attempt was counted."""
        for key, _ in _limits(client, email):
            began, failures = self._failures.get(key, (0.0, 0))
            if failures > 0:
                self._failures[key] = (began, failures - 1)


def _limits(client: str, email: str) -> Sequence[tuple[Sequence[str], int]]:
    return (
        ((client, email), BY_BOTH),
        ((client, ""), BY_CLIENT),
        (("", email), BY_EMAIL),
    )
