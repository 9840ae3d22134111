"""What goes over the wire of a space's velocity, below /api/kadence/v1."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from kadence.domain.timeline import RULES
from kadence.usecases import insights as usecases
from kadence.usecases.insights import (
    MOST_ITERATIONS,
    Achieved,
    Amounts,
    Velocity,
    VelocityQuery,
)
from kadence.web.codec import Uid, When, format_optional, number, optional_number
from kadence.web.http import RequestContext
from kadence.web.query import Clamped, Query, Uids
from kadence.web.route import Route

LAST = Clamped("last", 8, 1, MOST_ITERATIONS, "How many closed iterations; clamped to 1 to 26.")
WITHOUT = Uids("without", "Iterations that are shown but left out of mean and median: their ids.")
VELOCITY_PARAMETERS = (LAST, WITHOUT)


class TotalOfMany(Struct, frozen=True):
    """A number of cards, perhaps an average one, and a sum of sizes."""

    count: float
    size: float


class AmountsAnswer(Struct, frozen=True):
    """What was meant, committed at activation, done and left unfinished at closing."""

    capacity: float | None
    committed: TotalOfMany
    done: TotalOfMany
    carried_over: TotalOfMany


class AchievedAnswer(AmountsAnswer, frozen=True):
    """The numbers of a closed iteration; one that is `left_out` does not count for the averages."""

    id: Uid
    title: str
    start_date: When | None
    finish_date: When | None
    actual_finish_date: When | None
    left_out: bool


class VelocityAnswer(Struct, frozen=True):
    """What the space achieved, by iteration, the oldest first; no averages of none."""

    rules: int
    iterations: list[AchievedAnswer]
    mean: AmountsAnswer | None
    median: AmountsAnswer | None


def velocity_answer(velocity: Velocity) -> VelocityAnswer:
    """Return the velocity as the wire shows it."""
    return VelocityAnswer(
        rules=RULES,
        iterations=[_achieved(one) for one in velocity.iterations],
        mean=average(velocity.mean),
        median=average(velocity.median),
    )


def _achieved(one: Achieved) -> AchievedAnswer:
    iteration = one.iteration
    return AchievedAnswer(
        **_amounts(one.amounts),
        id=iteration.id,
        title=iteration.title,
        start_date=format_optional(iteration.start_date),
        finish_date=format_optional(iteration.finish_date),
        actual_finish_date=format_optional(iteration.actual_finish_date),
        left_out=one.left_out,
    )


def average(amounts: Amounts | None) -> AmountsAnswer | None:
    """Return averages as the wire shows them."""
    return AmountsAnswer(**_amounts(amounts)) if amounts else None


def _amounts(amounts: Amounts) -> dict[str, Any]:
    return {
        "capacity": optional_number(_rounded(amounts.capacity)),
        "committed": _total(amounts.committed_count, amounts.committed_size),
        "done": _total(amounts.done_count, amounts.done_size),
        "carried_over": _total(amounts.carried_over_count, amounts.carried_over_size),
    }


def _total(count: float, size: float) -> TotalOfMany:
    return TotalOfMany(number(round(count, 3)), number(round(size, 3)))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def velocity_query(query: Query) -> VelocityQuery:
    """Return how many iterations, and which do not count."""
    return VelocityQuery(query.get(LAST), query.get(WITHOUT))


async def get_velocity(context: RequestContext) -> VelocityAnswer:
    """Get what the space achieved in its last closed iterations, with mean and median."""
    return velocity_answer(
        await context.read(
            usecases.get_velocity, context.uid("space_uid"), context.query(velocity_query)
        )
    )


OWN_ROUTES: Sequence[Route] = (
    Route(
        "GET", "/spaces/{space_uid}/velocity", get_velocity, "Insights", query=VELOCITY_PARAMETERS
    ),
)
