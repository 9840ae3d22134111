"""What a forecast asks of a simulation and what its answer says, apart from the simulating.

`forecast.simulate` answers; it stands by itself because numpy is large, and only the process that
simulates is to have it in memory.
"""

from collections.abc import Sequence

from msgspec import Struct

HORIZON = 260
"""Working days, a year, after which a trial is given up as never done."""
LEAST_DAYS = 10
"""Working days of a past below which nothing is forecast."""
LARGEST_TRIALS = 50_000


class Question(Struct, frozen=True):
    """What is asked of a simulation.

    `remaining` is what is to be done, `past` what was done and by how much the scope grew on each
    working day, in their order; `first` is the part of the first day that is still to come.
    `until` is the number of working days after which the amount done is asked for.
    """

    remaining: float
    past: Sequence[tuple[float, float]]
    grows: bool
    first: float
    until: int | None
    seed: int
    trials: int


class Simulated(Struct, frozen=True):
    """The answer of a simulation.

    `chances[n]` is the chance that all is done when the nth working day from now is over; the first
    is that nothing is to be done at all. `amounts` says by percent how much at least is done until
    then with that chance, if it was asked for.
    """

    chances: Sequence[float]
    amounts: dict[int, float]


def lacks(past: Sequence[tuple[float, float]]) -> str | None:
    """Return why this past is too little to forecast from, or None when it is enough."""
    if len(past) < LEAST_DAYS:
        return f"only {len(past)} working days of iterations are on record, {LEAST_DAYS} are needed"
    if sum(done for done, _ in past) <= 0:
        return "nothing was done in the iterations on record"
    return None


def days_until(chances: Sequence[float], percent: int) -> int | None:
    """After how many working days it is done with this chance; None beyond the horizon."""
    return next((n for n, chance in enumerate(chances) if chance >= percent / 100), None)
