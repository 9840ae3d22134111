"""What goes over the wire of forecasts, below /api/kadence/v1."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Annotated, Any

from msgspec import Meta, Struct

from kadence.domain.error_ids import ErrorId
from kadence.domain.report import UnitOfMeasure
from kadence.domain.simulation import LARGEST_TRIALS
from kadence.domain.timeline import RULES
from kadence.drawing.render_worker import RenderWorker
from kadence.usecases import forecasts as usecases
from kadence.usecases.forecasts import (
    Forecast,
    ForecastQuery,
    HitCount,
    Odds,
    Outlook,
    Trial,
    count_held,
    held,
    held_amount,
    odds,
)
from kadence.usecases.unit_of_work import Validated
from kadence.web.codec import Uid, When, format_timestamp, number
from kadence.web.http import RequestContext
from kadence.web.insights import AS_OF, REPORT_ERRORS, UNIT
from kadence.web.query import LARGEST_INTEGER, Clamped, Query, Word
from kadence.web.report_answers import Day, IterationOfReport, iteration_of_report
from kadence.web.route import Route

SEED = Clamped("seed", 1, 0, LARGEST_INTEGER, "The same seed gives the same answer.")
TRIALS = Clamped(
    "trials", 10_000, 100, LARGEST_TRIALS, "How often it is simulated; clamped to 100 to 50000."
)
GROWTH = Word(
    "scope_growth",
    ["past", "none"],
    "`past`: the scope goes on to grow as it did in the space's past; `none`: it stays.",
)
FORECAST_PARAMETERS = (AS_OF, UNIT, SEED, TRIALS, GROWTH)
FORECAST_ERRORS = (*REPORT_ERRORS, ErrorId.ITERATION_CLOSED)


class PaceAnswer(Struct, frozen=True):
    """What was done on a working day of the past, and by how much the scope grew."""

    day: Day
    done: float
    growth: float


class LookedBackAnswer(Struct, frozen=True):
    """An iteration whose days are among the inputs."""

    id: Uid
    title: str


class InputsAnswer(Struct, frozen=True):
    """What the forecast was made from.

    `unsized_cards` of the remaining ones have no size, and so count as none when sizes count.
    """

    remaining: float
    remaining_cards: int
    unsized_cards: int
    working_days_left: int | None
    scope_growth: str
    iterations: list[LookedBackAnswer]
    days: list[PaceAnswer]


class ChanceAnswer(Struct, frozen=True):
    """The chance that all is done when a working day is over."""

    day: Day
    chance: Annotated[float, Meta(ge=0, le=1)]


class HeldAnswer(Struct, frozen=True):
    """How often such a day held; `undecided` when the iteration ended before it, unfinished."""

    held: int
    missed: int
    undecided: int


class HeldByPercent(Struct, frozen=True):
    """How often what was said with such a chance held."""

    p50: HeldAnswer
    p85: HeldAnswer


class ForecastAmountsAnswer(Struct, frozen=True):
    """How much more at least will be done by the last day, with such a chance."""

    p50: float
    p85: float
    p95: float


class TestedAnswer(Struct, frozen=True):
    """What a forecast from the middle of a closed iteration would have said, and what came."""

    id: Uid
    title: str
    from_day: Day
    p50: Day | None
    p85: Day | None
    finished: Day | None
    closed: Day
    amount_p50: float
    amount_p85: float
    amount_done: float


class BacktestAnswer(Struct, frozen=True):
    """The forecast put to the test by the space's own past, from the middle of each iteration.

    `days` by which all was to be done, and `amounts` that were to be done by the end, with 50 and
    with 85 percent: of the former there is often nothing to be said, as few iterations are done as
    a whole.
    """

    days: HeldByPercent
    amounts: HeldByPercent
    iterations: list[TestedAnswer]


class ForecastAnswer(Struct, frozen=True):
    """Will we make it: simulated from how the space worked.

    When there is too little past, `too_little_history` says so and nothing is guessed. `chance` is
    that of being done by the end of the iteration's last day; a day is null when it is more than a
    year ahead.
    """

    iteration: IterationOfReport
    as_of: When
    position: int
    rules: int
    unit: UnitOfMeasure
    seed: int
    trials: int
    too_little_history: str | None
    last_day: Day | None
    chance: Annotated[float, Meta(ge=0, le=1)] | None
    p50: Day | None
    p85: Day | None
    p95: Day | None
    chances: list[ChanceAnswer]
    by_last_day: ForecastAmountsAnswer | None
    inputs: InputsAnswer
    backtest: BacktestAnswer | None


class SimulatedForecast(Struct, frozen=True):
    """A forecast with what the simulation answered; no odds without enough past."""

    forecast: Forecast
    odds: Odds | None
    tested: Sequence[Odds]


async def run_forecast(
    read: Callable[..., Awaitable[Any]],
    render_worker: RenderWorker,
    space_uid: str,
    iteration_id: str,
    query: Validated[ForecastQuery],
) -> SimulatedForecast:
    """Prepare a forecast, and have it simulated; `read` runs a use case for whoever asks.

    Raises:
        KadenceError: as usecases.forecasts.ask; Unavailable.
    """
    asked: Forecast = await read(usecases.ask, space_uid, iteration_id, query)
    if asked.outlook.lacking:
        return SimulatedForecast(asked, None, ())
    first, *others = await render_worker.simulate(asked.questions)
    tested = [
        odds(trial.outlook, chances) for trial, chances in zip(asked.trials, others, strict=True)
    ]
    return SimulatedForecast(asked, odds(asked.outlook, first), tested)


def forecast_query(query: Query) -> ForecastQuery:
    """Return the instant, the unit and the simulation that the query asks for."""
    return ForecastQuery(
        as_of=query.get(AS_OF),
        unit=UnitOfMeasure(query.get(UNIT)),
        seed=query.get(SEED),
        trials=query.get(TRIALS),
        grows=query.get(GROWTH) == "past",
    )


def forecast_answer(found: SimulatedForecast) -> ForecastAnswer:
    """Return the forecast as the wire shows it."""
    made, outlook, odds_ = found.forecast, found.forecast.outlook, found.odds
    chance = odds_.chance if odds_ else None
    return ForecastAnswer(
        iteration=iteration_of_report(outlook.iteration),
        as_of=format_timestamp(outlook.as_of),
        position=made.place,
        rules=RULES,
        unit=made.unit,
        seed=outlook.question.seed,
        trials=outlook.question.trials,
        too_little_history=outlook.lacking,
        last_day=_day(outlook.last_day),
        chance=None if chance is None else round(chance, 4),
        p50=_day(odds_.p50) if odds_ else None,
        p85=_day(odds_.p85) if odds_ else None,
        p95=_day(odds_.p95) if odds_ else None,
        chances=_chances(odds_) if odds_ else [],
        by_last_day=_amounts(odds_) if odds_ else None,
        inputs=_inputs(outlook),
        backtest=_backtest(made.trials, found.tested) if odds_ else None,
    )


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _chances(odds_: Odds) -> list[ChanceAnswer]:
    """Day by day until it is as good as certain."""
    found = []
    for day, chance in odds_.chances:
        found.append(ChanceAnswer(day.isoformat(), round(chance, 4)))
        if chance >= _CERTAIN:
            break
    return found


_CERTAIN = 0.995


def _amounts(odds_: Odds) -> ForecastAmountsAnswer | None:
    if not odds_.amounts:
        return None
    return ForecastAmountsAnswer(*(number(round(odds_.amounts[p], 2)) for p in (50, 85, 95)))


def _inputs(outlook: Outlook) -> InputsAnswer:
    left = None
    if outlook.last_day is not None:
        left = sum(day <= outlook.last_day for day in outlook.days)
    return InputsAnswer(
        remaining=number(outlook.remaining),
        remaining_cards=outlook.cards,
        unsized_cards=outlook.unsized,
        working_days_left=left,
        scope_growth="past" if outlook.question.grows else "none",
        iterations=[LookedBackAnswer(one.id, one.title) for one in outlook.looked_back],
        days=[
            PaceAnswer(day.day.isoformat(), number(day.done), number(day.growth))
            for day in outlook.past
        ],
    )


def _backtest(trials: Sequence[Trial], tested: Sequence[Odds]) -> BacktestAnswer:
    pairs = list(zip(trials, tested, strict=True))
    return BacktestAnswer(
        days=HeldByPercent(
            p50=_held(count_held([held(trial, said.p50) for trial, said in pairs])),
            p85=_held(count_held([held(trial, said.p85) for trial, said in pairs])),
        ),
        amounts=HeldByPercent(
            *(
                _held(count_held([held_amount(trial, said.amounts[p]) for trial, said in pairs]))
                for p in (50, 85)
            )
        ),
        iterations=[
            TestedAnswer(
                id=trial.outlook.iteration.id,
                title=trial.outlook.iteration.title,
                from_day=trial.begins.isoformat(),
                p50=_day(said.p50),
                p85=_day(said.p85),
                finished=_day(trial.finished),
                closed=trial.closed.isoformat(),
                amount_p50=number(round(said.amounts[50], 2)),
                amount_p85=number(round(said.amounts[85], 2)),
                amount_done=number(trial.done),
            )
            for trial, said in pairs
        ],
    )


def _held(counted: HitCount) -> HeldAnswer:
    return HeldAnswer(counted.held, counted.missed, counted.undecided)


async def get_forecast(context: RequestContext) -> ForecastAnswer:
    """Get a forecast of an iteration: the chance to finish in time, and days with their odds.

    Simulated many times over from what was done on the working days of the space's last twelve
    closed iterations and of this one. `backtest` says how well that would have gone in the past.
    """
    space_uid, iteration_id = context.uid("space_uid"), context.uid("iteration_id")
    query = context.query(forecast_query)
    found = await context.while_there(
        run_forecast(context.read_apart, context.render_worker, space_uid, iteration_id, query)
    )
    return forecast_answer(found)


OWN_ROUTES: Sequence[Route] = (
    Route(
        "GET",
        "/spaces/{space_uid}/iterations/{iteration_id}/forecast",
        get_forecast,
        "Insights",
        query=FORECAST_PARAMETERS,
        errors=FORECAST_ERRORS,
    ),
)
