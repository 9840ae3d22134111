"""`kadence report`: an iteration's burndown in the terminal, and where its scope came from."""

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from kadence.cli.common import (
    DATABASE,
    DatabaseOption,
    JsonOption,
    operate,
    out,
    print_exact,
    shown,
)
from kadence.domain.errors import KadenceError
from kadence.domain.report import Part, UnitOfMeasure, ideal_at
from kadence.domain.statistics import json_number
from kadence.drawing import burndown
from kadence.drawing.picture import Format, drawing
from kadence.drawing.theme import Theme, wall
from kadence.usecases.insights import Reported, ReportQuery, report_of
from kadence.web.codec import encode, parse_timestamp
from kadence.web.report_answers import report_answer
from kadence.web.tables import TABLES, report_lines, written

_HEIGHT = 16
_POINTS = 200
_PARTS = {
    "baseline": "in the iteration at the start",
    "added": "added later",
    "removed": "removed",
    "re_estimated": "re-estimated",
    "carried_in": "carried in",
    "carried_out": "carried out",
    "done": "done",
    "done_late": "done after the last day",
    "unfinished": "not done",
    "unsized": "without a size",
}


class Unit(StrEnum):
    """What is counted."""

    SIZE = "size"
    COUNT = "count"


class CannotWrite(KadenceError):
    """A file could not be written."""


def report(
    iteration: Annotated[str, typer.Argument(help="Its id or its title.")],
    as_of: Annotated[
        str | None,
        typer.Option(
            metavar="INSTANT", help="Show the state at this instant: 2026-07-28T12:00:00Z."
        ),
    ] = None,
    unit: Annotated[Unit, typer.Option(help="Count sizes or cards.")] = Unit.SIZE,
    csv: Annotated[bool, typer.Option("--csv", help="Print the series as CSV.")] = False,
    svg: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the burndown into this file.")
    ] = None,
    theme: Annotated[Theme, typer.Option(help="The colours of the picture.")] = Theme.LIGHT,
    database: DatabaseOption = DATABASE,
    json: JsonOption = False,
) -> None:
    """Show the burndown of an iteration and where its scope came from and went."""
    query = ReportQuery(_instant(as_of), UnitOfMeasure(unit.value))
    found: Reported = operate(database, report_of, iteration, query)
    if svg is not None:
        _write(svg, found, theme)
    if json:
        print_exact(encode(report_answer(found)).decode() + "\n")
    elif csv:
        print_exact(written(TABLES["report"].columns, report_lines(found)))
    elif svg is None:
        _show(found)


def _instant(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return int(parse_timestamp(text))
    except ValueError:
        raise typer.BadParameter("write an instant as 2026-07-28T12:00:00Z") from None


def _write(path: Path, found: Reported, theme: Theme) -> None:
    # Many megabytes that no other command needs.
    from kadence.drawing.render import render  # noqa: PLC0415

    try:
        path.write_bytes(render(drawing(burndown.burndown(found, theme), Format.SVG)))
    except OSError as error:
        raise CannotWrite(f"cannot write {path}: {error.strerror}") from error


def _show(found: Reported) -> None:
    made = found.report
    iteration, lasts = made.iteration, made.period
    out.print(f"[bold]{shown(iteration.title)}[/bold] ({iteration.status})")
    if iteration.goal:
        out.print(shown(iteration.goal))
    if lasts is not None:
        days = "" if lasts.workdays is None else f", {len(lasts.workdays)} working days"
        zone = found.calendar.time_zone
        out.print(f"{lasts.first_day} to {lasts.last_day}{days} ({zone})")
    if made.series and made.baseline_at is not None:
        print(_chart(found))  # noqa: T201 - as it is: markup is none of it
    else:
        out.print("\nIt has not been started yet.\n")
    out.print(_table(found))


def _chart(found: Reported) -> str:
    # Only this command draws in a terminal.
    import plotext as plot  # noqa: PLC0415

    made, zone = found.report, found.calendar.time_zone
    drawn = [point.at for point in made.series] + [point.at for point in made.ideal or ()]
    first = min(drawn)
    # What was closed as soon as it was begun has a picture too.
    last = max(*drawn, first + _POINTS)
    begun, until = made.series[0].at, min(max(found.as_of, made.series[-1].at), last)
    moments = [first + (last - first) * n // (_POINTS - 1) for n in range(_POINTS)]
    lived = [begun, *(at for at in moments if begun < at < until), until]
    plot.clear_figure()
    plot.theme("clear")
    plot.plotsize(min(out.width, 100), _HEIGHT)
    if made.ideal:
        steady = [at for at in moments if at >= made.ideal[0].at]
        values = [ideal_at(made.ideal, at) for at in steady]
        plot.plot(steady, values, label="ideal", marker="dot")
    plot.plot(lived, [_remaining(found, at) for at in lived], label="remaining", marker="hd")
    ticks = [first + (last - first) * n // 5 for n in range(6)]
    local = (datetime.fromtimestamp(wall(at, zone) / 1000, UTC) for at in ticks)
    plot.xticks(ticks, [f"{day:%d %b}" for day in local])
    plot.ylim(0, None)
    # Its theme without colours still takes them back at the end of each line.
    return Text.from_ansi(plot.build()).plain


def _remaining(found: Reported, at: int) -> float:
    before = [point for point in found.report.series if point.at <= at]
    return float(before[-1].remaining)


def _table(found: Reported) -> Table:
    table = Table("", "cards", "size", "which")
    for name, what in _PARTS.items():
        part: Part = getattr(found.report.scope, name)
        titles = [_title(found, card.card_uid) for card in part.cards]
        which = "; ".join(dict.fromkeys(titles[:4])) + ("; …" if len(titles) > 4 else "")  # noqa: PLR2004
        table.add_row(what, str(part.count), f"{json_number(part.size):g}", shown(which))
    return table


def _title(found: Reported, uid: str) -> str:
    _, title = found.titles.get(uid, (0, "a card that is no longer in this space"))
    return title
