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
        throttle.attempt("a", "x@y.example")
        clock.now += 1
    with pytest.raises(TooManyAttempts) as refused:
        throttle.attempt("a", "x@y.example")
    assert refused.value.seconds == WINDOW - BY_BOTH + 1
    throttle.attempt("a", "other@y.example")
    throttle.attempt("b", "x@y.example")
    clock.now = 1000 + WINDOW
    throttle.attempt("a", "x@y.example")


def test_one_client_that_tries_many_addresses_is_slowed_down() -> None:
    throttle = Throttle(Clock())
    for number in range(BY_CLIENT):
        throttle.attempt("a", f"{number}@y.example")
    with pytest.raises(TooManyAttempts):
        throttle.attempt("a", "one-more@y.example")
    throttle.attempt("b", "1@y.example")


def test_many_clients_that_try_one_address_are_slowed_down() -> None:
    throttle = Throttle(Clock())
    for number in range(BY_EMAIL):
        throttle.attempt(f"client {number}", "x@y.example")
    with pytest.raises(TooManyAttempts):
        throttle.attempt("one more", "x@y.example")


def test_what_was_right_does_not_count_but_what_is_under_way_does() -> None:
    throttle = Throttle(Clock())
    for _ in range(3 * BY_BOTH):
        throttle.attempt("a", "x@y.example")
        throttle.succeeded("a", "x@y.example")
    for _ in range(BY_BOTH):
        throttle.attempt("a", "x@y.example")
    with pytest.raises(TooManyAttempts):
        throttle.attempt("a", "x@y.example")
