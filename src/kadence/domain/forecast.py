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
LARGEST_PART = 4_000_000
"""Beginnings of runs that are in memory at once, of eight bytes each."""
NEXT_TO_NOTHING = 1e-9
"""What may be left of a sum of sizes such as 0.1, which a double does not hold exactly."""


def simulate(question: Question) -> Simulated:
    """Return the odds of a question; the same question gives the same answer.

    However long its past is, it takes some 100 MB at most: the trials are made in parts.
    """
    rng = np.random.default_rng(question.seed)
    past = np.asarray(question.past, dtype=np.float64)
    if not question.grows:
        past[:, 1] = 0.0
    over = np.zeros(HORIZON + 1)
    done = np.zeros(question.trials)
    at_once = max(1, LARGEST_PART // _runs(len(past)))
    for first in range(0, question.trials, at_once):
        part = done[first : first + at_once]
        part[:] = _walk(rng, question, past, len(part), over)
    amounts = {} if question.until is None else _amounts(done)
    return Simulated([float(chance) for chance in np.cumsum(over) / question.trials], amounts)


def _walk(
    rng: np.random.Generator,
    question: Question,
    past: NDArray[np.float64],
    trials: int,
    over: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Walk some trials to their ends, which are counted in `over`; what was done in each.

    That is what was done by the day that is asked for, if one is.
    """
    days = len(past)
    starts = rng.integers(0, days, (trials, _runs(days)))
    remaining = np.full(trials, float(question.remaining))
    done = np.zeros(trials)
    going = np.arange(trials) if question.remaining > 0 else np.arange(0)
    over[0] += trials - len(going)
    place = np.zeros(trials, dtype=np.int64)
    asked = None
    for day in range(1, HORIZON + 1):
        if question.until == day - 1:
            asked = done.copy()
        if not going.size:
            break
        begins_run = (day - 1) % RUN == 0
        place = rng.integers(0, days, trials) if begins_run else (place + 1) % days
        run, step = np.divmod(place[going], RUN)
        drawn = past[(starts[going, run] + step) % days] * (question.first if day == 1 else 1.0)
        # Nobody can do more than there is to do.
        there = remaining[going] + drawn[:, 1]
        worked = np.minimum(drawn[:, 0], there)
        done[going] += worked
        remaining[going] = there - worked
        ended = remaining[going] <= NEXT_TO_NOTHING
        over[day] += np.count_nonzero(ended)
        going = going[~ended]
    return done if asked is None else asked


def _runs(days: int) -> int:
    """Return of how many runs a trial's own past is made: as many days, drawn with replacement."""
    return -(-days // RUN)


def _amounts(done: NDArray[np.float64]) -> dict[int, float]:
    """Return what at least is done with such a chance, by percent."""
    return {percent: float(np.percentile(done, 100 - percent)) for percent in (50, 85, 95)}
