"""Forecasts: a case with a closed form, calibration on simulated histories, and what is said."""

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import numpy as np
import pytest
from msgspec.structs import replace
from numpy.typing import NDArray

from kadence.domain.errors import RuleViolation
from kadence.domain.forecast import simulate
from kadence.domain.iteration_commands import DeleteIteration
from kadence.domain.model import Instant, Iteration
from kadence.domain.report import UnitOfMeasure
from kadence.domain.simulation import HORIZON, Question, Simulated, days_until, lacks
from kadence.domain.throughput import ThroughputDay
from kadence.usecases import forecasts
from kadence.usecases.forecasts import ForecastQuery
from kadence.usecases.iterations import delete_iteration
from tests.conftest import DEEP
from tests.insights.kit import Stage

pytestmark = pytest.mark.both_engines


Days: TypeAlias = NDArray[np.float64]
RUNS = 2000 if DEEP else 200


def ask(
    remaining: float,
    past: list[tuple[float, float]],
    *,
    grows: bool = True,
    first: float = 1.0,
    until: int | None = None,
    seed: int = 1,
    trials: int = 4000,
) -> Simulated:
    return simulate(Question(remaining, past, grows, first, until, seed, trials))


def test_a_past_without_chance_leaves_no_doubt() -> None:
    answer = ask(10, [(2.0, 0.0)] * 20, until=3)
    assert answer.chances[4] == 0
    assert answer.chances[5] == 1
    assert answer.amounts == {50: 6, 85: 6, 95: 6}
    assert days_until(answer.chances, 85) == 5
    # Half a unit comes on top each day.
    assert days_until(ask(10, [(2.0, 0.5)] * 20).chances, 50) == 7
    assert days_until(ask(10, [(2.0, 0.5)] * 20, grows=False).chances, 50) == 5
    assert days_until(ask(10, [(2.0, 0.0)] * 20, first=0.25).chances, 50) == 6


def test_nothing_to_do_is_done_and_what_is_never_done_is_never_done() -> None:
    assert ask(0, [(1.0, 0.0)] * 10).chances[0] == 1
    never = ask(5, [(1.0, 2.0)] * 10)
    assert never.chances[HORIZON] == 0
    assert days_until(never.chances, 50) is None


def test_days_that_are_done_or_not_follow_the_negative_binomial() -> None:
    """Each day one of three cards is done, or none, with a long past: a closed form exists."""
    rng = np.random.default_rng(4)
    p, need = 0.4, 6
    past = [(float(done), 0.0) for done in rng.permutation([1] * 400 + [0] * 600)]
    answer = ask(need, past, trials=20_000)
    for days in (10, 15, 20, 30):
        exact = sum(
            math.comb(day - 1, need - 1) * p**need * (1 - p) ** (day - need)
            for day in range(need, days + 1)
        )
        assert answer.chances[days] == pytest.approx(exact, abs=0.03)


def test_the_same_seed_gives_the_same_answer() -> None:
    past = [(float(n % 4), float(n % 2)) for n in range(30)]
    assert ask(20, past) == ask(20, past)
    assert ask(20, past).chances != ask(20, past, seed=2).chances


def test_too_little_past_is_said() -> None:
    assert "only 9 working days" in (lacks([(1.0, 0.0)] * 9) or "")
    assert "nothing was done" in (lacks([(0.0, 1.0)] * 20) or "")
    assert lacks([(1.0, 0.0)] * 10) is None


def steady(rng: np.random.Generator, days: int) -> tuple[Days, Days]:
    return rng.poisson(3, days).astype(float), np.zeros(days)


def growing(rng: np.random.Generator, days: int) -> tuple[Days, Days]:
    return rng.poisson(3, days).astype(float), rng.poisson(0.8, days).astype(float)


def trend(rng: np.random.Generator, days: int) -> tuple[Days, Days]:
    mean = np.linspace(2.2, 3.6, days)
    return rng.poisson(mean if rng.random() < 0.5 else mean[::-1]).astype(float), np.zeros(days)


def bursts(rng: np.random.Generator, days: int) -> tuple[Days, Days]:
    flips = np.cumsum(rng.random(days) < 0.25) % 2
    return rng.poisson(np.where(flips, 5, 1)).astype(float), np.zeros(days)


def holidays(rng: np.random.Generator, days: int) -> tuple[Days, Days]:
    done = rng.poisson(3, days).astype(float)
    done[rng.random(days) < 0.12] = 0
    done[(away := rng.integers(0, days - 5)) : away + 3] = 0
    return done, np.zeros(days)


def sizes(rng: np.random.Generator, days: int) -> tuple[Days, Days]:
    cards = rng.poisson(0.9, days)
    return np.array([rng.choice([1, 2, 3, 5, 8], n).sum() for n in cards], float), np.zeros(days)


@pytest.mark.deep
@pytest.mark.parametrize("past", [20, 50])
@pytest.mark.parametrize("kind", [steady, growing, trend, bursts, holidays, sizes])
def test_what_is_promised_with_85_percent_holds_in_80_to_90(
    kind: Callable[[np.random.Generator, int], tuple[Days, Days]], past: int
) -> None:
    rng = np.random.default_rng(11)
    held = {50: 0, 85: 0}
    for seed in range(RUNS):
        done, growth = kind(rng, past + 200)
        told = list(zip(done[:past], growth[:past], strict=True))
        answer = ask(30, told, seed=seed, trials=400)
        left = 30 + np.cumsum(growth[past:] - done[past:])
        took = int(np.argmax(left <= 0)) + 1 if (left <= 0).any() else HORIZON + 1
        for percent in held:
            held[percent] += took <= (days_until(answer.chances, percent) or HORIZON)
    # By chance 200 runs are off by more than 2,000 are: three standard deviations.
    slack = 3 * math.sqrt(0.85 * 0.15 / RUNS) if RUNS < 2000 else 0.0
    assert 0.80 - slack <= held[85] / RUNS <= 0.90 + slack
    assert 0.45 - slack <= held[50] / RUNS <= 0.68 + slack


def played(stage: Stage, sprints: int) -> str:
    """Closed sprints of five days, in each of which a card of 2 is done every day, and one open."""
    for number in range(sprints):
        monday = 6 + 7 * number
        stage.clock(f"2026-07-{monday:02}T08:00")
        sprint = stage.iteration(f"2026-07-{monday:02}", f"2026-07-{monday + 4:02}", f"S{number}")
        made = [stage.card("2", into=sprint) for _ in range(5)]
        stage.set_status(sprint, "active")
        for day, card in enumerate(made):
            stage.clock(f"2026-07-{monday + day:02}T12:00")
            stage.move(card, 3)
        stage.clock(f"2026-07-{monday + 4:02}T17:00")
        stage.set_status(sprint, "closed")
    stage.clock("2026-08-03T00:00")
    last = stage.iteration("2026-08-03", "2026-08-07")
    for _ in range(6):
        stage.card("2", into=last)
    stage.set_status(last, "active")
    stage.written()
    return last.id


def test_a_forecast_from_the_spaces_own_past(stage: Stage) -> None:
    last = played(stage, 3)
    found = forecasts.ask(stage.unit, stage.space_uid, last, ForecastQuery(trials=500))
    assert [day.done for day in found.outlook.past] == [2.0] * 15
    assert found.outlook.lacking is None
    first, *others = map(simulate, found.questions)
    odds = forecasts.odds(found.outlook, first)
    # Six cards at one a day from Monday on: the second Monday.
    assert str(odds.p50) == str(odds.p95) == "2026-08-10"
    assert odds.chance == 0
    assert odds.amounts[85] == 10
    assert len(others) == len(found.trials) == 1
    trial = found.trials[0]
    assert (trial.outlook.iteration.title, str(trial.finished)) == ("S2", "2026-07-24")
    tested = forecasts.odds(trial.outlook, others[0])
    assert forecasts.held(trial, tested.p85) is True
    assert forecasts.held_amount(trial, tested.amounts[85])
    count = ForecastQuery(trials=500, unit=UnitOfMeasure.COUNT)
    counted = forecasts.ask(stage.unit, stage.space_uid, last, count)
    assert counted.outlook.remaining == 6


def test_what_was_forecast_then_is_forecast_again(stage: Stage) -> None:
    last = played(stage, 3)
    query = ForecastQuery(as_of=stage.unit.now, trials=500)
    then = forecasts.ask(stage.unit, stage.space_uid, last, query)
    stage.clock("2026-08-05T12:00")
    stage.card("8", into=stage.iteration())
    stage.written()
    assert forecasts.ask(stage.unit, stage.space_uid, last, query).questions == then.questions


def test_a_promise_can_hold_be_missed_or_stay_open(stage: Stage) -> None:
    found = forecasts.ask(stage.unit, stage.space_uid, played(stage, 3), ForecastQuery())
    trial, day = found.trials[0], found.trials[0].closed
    assert forecasts.held(trial, day.replace(day=20)) is False
    left = replace(trial, finished=None)
    assert forecasts.held(left, day.replace(day=23)) is False
    assert forecasts.held(left, day.replace(day=30)) is None
    assert forecasts.held(left, None) is None
    assert forecasts.held(trial, None) is True


def test_too_little_and_too_late(stage: Stage) -> None:
    last = played(stage, 1)
    found = forecasts.ask(stage.unit, stage.space_uid, last, ForecastQuery())
    assert found.outlook.lacking is not None
    assert found.questions == []
    sprint = stage.iteration("2026-08-03", "2026-08-07")
    stage.set_status(sprint, "active")
    stage.unit.now += 1000
    stage.set_status(sprint, "closed")
    stage.written()
    with pytest.raises(RuleViolation, match="finished"):
        forecasts.ask(stage.unit, stage.space_uid, sprint.id, ForecastQuery())


def test_a_forecast_of_then_looks_back_from_then(stage: Stage) -> None:
    def past(sprint: Iteration, as_of: Instant) -> Sequence[ThroughputDay]:
        stage.written()
        query = ForecastQuery(as_of=as_of)
        found = forecasts.ask(stage.unit, stage.space_uid, sprint.id, query)
        return found.outlook.past

    asked: list[tuple[Iteration, Instant, Sequence[ThroughputDay]]] = []
    first = datetime(2026, 1, 5, tzinfo=UTC)
    for week in range(16):
        monday, friday = (first + timedelta(weeks=week, days=days) for days in (0, 4))
        stage.clock(f"{monday:%Y-%m-%d}T09:00")
        sprint = stage.iteration(f"{monday:%Y-%m-%d}", f"{friday:%Y-%m-%d}", f"Week {week}")
        card = stage.card("1", into=sprint)
        stage.set_status(sprint, "active")
        if week == 5:
            asked.append((sprint, stage.unit.now, past(sprint, stage.unit.now)))
        stage.clock(f"{friday:%Y-%m-%d}T15:00")
        stage.move(card, 3)
        stage.set_status(sprint, "closed")
    ((sprint, then, before),) = asked
    assert len(before) == 25
    assert past(sprint, then) == before
    # What is removed later was there then.
    delete_iteration(stage.unit, stage.space_uid, asked[0][0].id, DeleteIteration())
    assert past(sprint, then) == before
