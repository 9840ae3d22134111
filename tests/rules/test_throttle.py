"""Guessing passwords: who is slowed down, and for how long."""

import pytest

from kadence.domain.errors import TooManyAttempts
from kadence.web.throttle import BY_BOTH, BY_CLIENT, BY_EMAIL, WINDOW, Throttle


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_failures_are_forgotten_after_the_window() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(BY_BOTH):
        throttle.check("a", "x@y.example")
        throttle.failed("a", "x@y.example")
        clock.now += 1
    with pytest.raises(TooManyAttempts) as refused:
        throttle.check("a", "x@y.example")
    assert refused.value.seconds == WINDOW - BY_BOTH + 1
    throttle.check("a", "other@y.example")
    throttle.check("b", "x@y.example")
    clock.now = 1000 + WINDOW
    throttle.check("a", "x@y.example")


def test_one_client_that_tries_many_addresses_is_slowed_down() -> None:
    throttle = Throttle(Clock())
    for number in range(BY_CLIENT):
        throttle.failed("a", f"{number}@y.example")
    with pytest.raises(TooManyAttempts):
        throttle.check("a", "one-more@y.example")
    throttle.check("b", "1@y.example")


def test_many_clients_that_try_one_address_are_slowed_down() -> None:
    throttle = Throttle(Clock())
    for number in range(BY_EMAIL):
        throttle.failed(f"client {number}", "x@y.example")
    with pytest.raises(TooManyAttempts):
        throttle.check("one more", "x@y.example")
