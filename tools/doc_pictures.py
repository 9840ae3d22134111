"""Draws the charts of docs/insights.md from the sample data, with the clock set to a fixed day."""

import asyncio
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from kadence.domain.forecast import simulate
from kadence.domain.model import IterationStatus
from kadence.domain.report import UnitOfMeasure
from kadence.drawing import burndown, charts
from kadence.drawing.picture import Drawing, Format
from kadence.drawing.render import render
from kadence.drawing.theme import Definition, Theme
from kadence.storage import migrate
from kadence.storage.engines import SqliteFile
from kadence.storage.engines.sqlite_connections import SqliteDatabase
from kadence.usecases import forecasts, insights, sample
from kadence.usecases.forecasts import ForecastQuery
from kadence.usecases.insights import ReportQuery, VelocityQuery
from kadence.usecases.iterations import IterationQuery, list_iterations
from kadence.usecases.runner import UnitOfWorkRunner

NOW = int(datetime(2026, 11, 25, 15, tzinfo=UTC).timestamp() * 1000)


def pictures() -> dict[str, str]:
    """SVGs by file name."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sample.db"
        migrate.upgrade(SqliteFile(path))
        database = SqliteDatabase(path)
        try:
            made = asyncio.run(_definitions(UnitOfWorkRunner(database, lambda: NOW)))
        finally:
            database.close()
    return {
        f"{name}-{theme.value}.svg": _svg(draw(theme))
        for name, draw in made.items()
        for theme in Theme
    }


def _svg(definition: Definition) -> str:
    return render(Drawing(msgspec.json.encode(definition), Format.SVG)).decode()


async def _definitions(work: UnitOfWorkRunner) -> dict[str, Callable[[Theme], Definition]]:
    made = await work.initialise(sample.fill)
    token, space = made.token, made.space_uid
    query = IterationQuery(statuses=[IterationStatus.ACTIVE.value])
    ((active, _),) = await work.read(token, list_iterations, space, query)
    report = await work.read(token, insights.get_report, space, active.id, ReportQuery())
    cards = ReportQuery(unit=UnitOfMeasure.COUNT)
    flow = await work.read(token, insights.get_flow, space, active.id, cards)
    velocity = await work.read(token, insights.get_velocity, space, VelocityQuery())
    asked = await work.read(token, forecasts.ask, space, active.id, ForecastQuery())
    odds = forecasts.odds(asked.outlook, simulate(asked.outlook.question))
    size = UnitOfMeasure.SIZE
    return {
        "burndown": lambda theme: burndown.burndown(report, theme),
        "burnup": lambda theme: burndown.burnup(report, theme),
        "flow": lambda theme: charts.cumulative_flow(flow, theme),
        "velocity": lambda theme: charts.velocity(velocity, size, "Orchard web", theme),
        "forecast": lambda theme: charts.forecast(asked.outlook, odds, size, theme),
    }
