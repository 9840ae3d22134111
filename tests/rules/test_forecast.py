"""The simulation at the places where its answer is known without simulating."""

import pytest

from kadence.domain.forecast import simulate
from kadence.domain.simulation import HORIZON, Question, Simulated

WEEK = [(1.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)]


def ask(
    remaining: float,
    past: list[tuple[float, float]],
    *,
    first: float = 1.0,
    until: int | None = None,
    trials: int = 4000,
) -> Simulated:
    asked = Question(remaining, past, grows=True, first=first, until=until, seed=1, trials=trials)
    return simulate(asked)


@pytest.mark.parametrize(
    ("remaining", "days"), [(-1, 0), (0, 0), (0.5, 1), (1, 1), (1.5, 2), (HORIZON, HORIZON)]
)
def test_who_does_one_a_day_needs_as_many_days(remaining: float, days: int) -> None:
    chances = ask(remaining, [(1.0, 0.0)] * 10, trials=50).chances
    assert chances == [0.0] * days + [1.0] * (HORIZON + 1 - days)


def test_what_is_left_of_today_is_a_part_of_one_day() -> None:
    assert ask(1, [(2.0, 0.0)] * 10, first=0.5).chances[1] == 1
    assert ask(1, [(2.0, 0.0)] * 10, first=0.25).chances[1] == 0
    chances = ask(4, [(2.0, 0.0)] * 10, first=0.5, trials=50).chances
    assert (chances[2], chances[3]) == (0, 1)


def test_days_are_drawn_in_weeks() -> None:
    # In a row of five days of a past of one week each day comes once.
    chances = ask(1, WEEK).chances
    assert chances[5] == 1
    assert [round(chance, 1) for chance in chances[1:5]] == [0.2, 0.4, 0.6, 0.8]
    # A second week is drawn by itself, from a past of its own.
    assert ask(2, WEEK).chances[6] < 0.3
    assert ask(2, WEEK).chances[10] == 1


def test_days_keep_their_order() -> None:
    # All is done on one day, and on the next as much comes again: who begins there waits.
    past = [(5.0, 0.0), (0.0, 5.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)]
    chances = ask(5, past).chances
    assert [round(chance, 1) for chance in chances[1:5]] == [0.2, 0.4, 0.6, 0.8]


def test_every_day_of_the_past_can_be_the_first() -> None:
    first, last = [(1.0, 0.0)] + [(0.0, 0.0)] * 9, [(0.0, 0.0)] * 9 + [(1.0, 0.0)]
    for past in (first, last):
        assert round(ask(1, past, trials=20_000).chances[1], 1) == 0.1


@pytest.mark.parametrize(
    ("until", "done"), [(0, 0.0), (1, 2.0), (2, 4.0), (3, 5.0), (4, 5.0), (HORIZON, 5.0)]
)
def test_what_is_done_until_a_day_is_no_more_than_there_is(until: int, done: float) -> None:
    answer = ask(5, [(2.0, 0.0)] * 10, until=until, trials=50)
    assert answer.amounts == {50: done, 85: done, 95: done}


def test_what_is_never_finished_is_counted_until_the_horizon() -> None:
    answer = ask(10_000, [(1.0, 0.0)] * 10, until=HORIZON, trials=50)
    assert answer.amounts == dict.fromkeys((50, 85, 95), float(HORIZON))


def test_nothing_is_said_of_what_was_not_asked_for() -> None:
    assert ask(5, [(2.0, 0.0)] * 10, trials=50).amounts == {}
    assert ask(10_000, [(1.0, 0.0)] * 10, trials=50).amounts == {}


def test_a_greater_chance_promises_less() -> None:
    past = [(float(n), 0.0) for n in range(101)]
    amounts = ask(1e9, past, until=1, trials=50_000).amounts
    assert amounts[50] == pytest.approx(50, abs=2)
    assert amounts[85] == pytest.approx(15, abs=2)
    assert amounts[95] == pytest.approx(5, abs=2)
