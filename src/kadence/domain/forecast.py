"""Monte Carlo: how many working days the rest of an iteration takes, from how it went so far.

A trial walks through working days until nothing remains. Each day is one of the space's past: what
was done on it, and by how much the scope grew. That the past is short makes the future less sure
than it looks: so each trial first draws its own past, a bootstrap of the real one, and then its
days from that. Days are drawn in runs of several, because good and bad days come in rows.
"""

import numpy as np
from numpy.typing import NDArray

from kadence.domain.simulation import HORIZON, Question, Simulated

RUN = 5
"""Days of the past that are drawn in a row: a week."""
NEXT_TO_NOTHING = 1e-9
"""What may be left of a sum of sizes such as 0.1, which a double does not hold exactly."""


def simulate(question: Question) -> Simulated:
    """Return the odds of a question; the same question gives the same answer."""
    rng = np.random.default_rng(question.seed)
    past = np.asarray(question.past, dtype=np.float64)
    if not question.grows:
        past[:, 1] = 0.0
    trials, days = question.trials, len(past)
    pasts = _bootstrap(rng, days, trials)
    remaining = np.full(trials, float(question.remaining))
    done = np.zeros(trials)
    over = np.zeros(HORIZON + 1)
    over[0] = trials if question.remaining <= 0 else 0
    going = np.arange(trials) if question.remaining > 0 else np.arange(0)
    place = np.zeros(trials, dtype=np.int64)
    amounts: dict[int, float] = {}
    for day in range(1, HORIZON + 1):
        if question.until == day - 1:
            amounts = _amounts(done)
        if not going.size:
            break
        begins_run = (day - 1) % RUN == 0
        place = rng.integers(0, days, trials) if begins_run else (place + 1) % days
        drawn = past[pasts[going, place[going]]] * (question.first if day == 1 else 1.0)
        # Nobody can do more than there is to do.
        there = remaining[going] + drawn[:, 1]
        worked = np.minimum(drawn[:, 0], there)
        done[going] += worked
        remaining[going] = there - worked
        ended = remaining[going] <= NEXT_TO_NOTHING
        over[day] = np.count_nonzero(ended)
        going = going[~ended]
    if question.until is not None and not amounts:
        amounts = _amounts(done)
    return Simulated([float(chance) for chance in np.cumsum(over) / trials], amounts)


def _amounts(done: NDArray[np.float64]) -> dict[int, float]:
    """Return what at least is done with such a chance, by percent."""
    return {percent: float(np.percentile(done, 100 - percent)) for percent in (50, 85, 95)}


def _bootstrap(rng: np.random.Generator, days: int, trials: int) -> NDArray[np.int64]:
    """For each trial a past of its own: runs of the real one's days, drawn with replacement."""
    runs = -(-days // RUN)
    starts = rng.integers(0, days, (trials, runs))
    drawn = (starts[:, :, None] + np.arange(RUN)) % days
    return drawn.reshape(trials, runs * RUN)[:, :days]
