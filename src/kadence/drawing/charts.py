"""The five charts, one Vega-Lite definition each."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

from msgspec.structs import replace

from kadence.domain.calendar import WorkingCalendar, is_workday, local_day
from kadence.domain.model import Instant, Iteration, IterationStatus
from kadence.domain.report import Point, UnitOfMeasure, ideal, size_of
from kadence.drawing.theme import (
    COLOURS,
    HEIGHT,
    Definition,
    Heading,
    Theme,
    bands,
    chart,
    days_axis,
    marker,
    nothing,
    scale_of,
    shortened,
    wall,
    written,
)
from kadence.usecases.forecasts import Odds, Outlook
from kadence.usecases.insights import Amounts, Flowed, Reported, Velocity

_UNIT = {UnitOfMeasure.SIZE: "size", UnitOfMeasure.COUNT: "cards"}
_AXIS = {UnitOfMeasure.SIZE: "Sum of card sizes", UnitOfMeasure.COUNT: "Number of cards"}
_MOST_BANDS = 180
"""Days of a chart beyond which days off are too thin to be seen."""


def burndown(found: Reported, theme: Theme) -> Definition:
    """What remains, beside the line on which it would fall evenly.

    Before the start it is that line alone, from what is planned by now.
    """
    made, colours = found.report, COLOURS[theme]
    heading = _heading("Burndown", made.iteration, found.unit, _state(found))
    if any(before.scope != after.scope for before, after in pairwise(made.series)):
        heading = replace(heading, note="▲ ▼ the scope grew or shrank")
    begun = made.baseline_at is not None
    straight = made.ideal if begun else ideal(found.calendar, made.period, _scope(found))
    if not made.series or not (begun or straight):
        return nothing(heading, theme, _empty(found))
    zone = found.calendar.time_zone
    rows = [("Ideal", wall(p.at, zone), p.remaining) for p in straight or ()]
    rows += [("Remaining", at, point.remaining) for at, point in _lived(found) if begun]
    names = ["Remaining", "Ideal"] if begun else ["Ideal"]
    colour = _colour(names, [colours.main, colours.third] if begun else [colours.third])
    axis = _days(found, [at for _, at, _ in rows])
    layers = [
        *_ground(found, theme, axis),
        _line(rows, "Ideal", axis, found.unit, colour, {"strokeDash": [6, 4], "strokeWidth": 2}),
        _line(rows, "Remaining", axis, found.unit, colour, _STEPS),
    ]
    if begun:
        layers += [*_scope_changes(found, theme, axis), *_today(found, theme, axis)]
    return chart(heading, theme, layers)


def burnup(found: Reported, theme: Theme) -> Definition:
    """What is done, below what is in scope."""
    made, colours = found.report, COLOURS[theme]
    heading = _heading("Burnup", made.iteration, found.unit, _state(found))
    if not made.series or made.baseline_at is None:
        return nothing(heading, theme, _empty(found))
    rows = [("Scope", at, point.scope) for at, point in _lived(found)]
    rows += [("Done", at, point.done) for at, point in _lived(found)]
    colour = _colour(["Scope", "Done"], [colours.third, colours.second])
    axis = _days(found, [at for _, at, _ in rows])
    area = _line(rows, "Done", axis, found.unit, colour, _STEPS)
    area["mark"] = {"type": "area", "line": _STEPS, "opacity": 0.3, "interpolate": "step-after"}
    scope = _line(rows, "Scope", axis, found.unit, colour, _STEPS)
    layers = [*_ground(found, theme, axis), area, scope, *_today(found, theme, axis)]
    return chart(heading, theme, layers)


_STEPS: Definition = {"interpolate": "step-after", "strokeWidth": 2.5}


def cumulative_flow(found: Flowed, theme: Theme) -> Definition:
    """How many cards were in which state on each day."""
    colours = COLOURS[theme]
    heading = _heading("Cumulative flow", found.iteration, found.unit, _cycle(found))
    if not found.flow.days:
        return nothing(heading, theme, "No card has been in this iteration yet")
    names = ["Queued", "In progress", "Done"]
    ends = (_midnight(found.flow.days[0].day), _midnight(found.flow.days[-1].day))
    rows = []
    for day in found.flow.days:
        for place, (name, value) in enumerate(
            zip(names, (day.queued, day.in_progress, day.done), strict=True)
        ):
            rows.append({"at": _midnight(day.day), "value": value, "state": name, "order": place})
    mark = {"type": "bar", "binSpacing": 1}
    if len(found.flow.days) > _MOST_BARS:
        mark = {"type": "area", "interpolate": "step"}
    layer = {
        "data": {"values": rows},
        "mark": mark,
        "encoding": {
            "x": {
                "field": "at",
                "type": "temporal",
                "timeUnit": "utcyearmonthdate",
                "scale": {"type": "utc"},
                "axis": days_axis(*ends, "Day"),
            },
            "y": {"field": "value", "type": "quantitative", "axis": _values(found.unit)},
            "color": {
                "field": "state",
                "type": "nominal",
                "scale": scale_of(names, [colours.third, colours.main, colours.second]),
            },
            "order": {"field": "order", "sort": "descending"},
        },
    }
    return chart(heading, theme, [layer])


_MOST_BARS = 60


def velocity(found: Velocity, unit: UnitOfMeasure, space: str, theme: Theme) -> Definition:
    """What was committed and what was done, by closed iteration."""
    colours = COLOURS[theme]
    shown = found.iterations
    average = None if found.mean is None else _amounts(found.mean, unit)[1]
    usual = "no closed iterations yet"
    if average is not None:
        usual = f"on average {written(average)} done in an iteration"
    heading = Heading(
        title=f"Velocity: {space}",
        subtitle=f"By {_UNIT[unit]}; {usual}",
        description=f"Bar chart of what {space} committed to and did, by iteration; {usual}.",
    )
    if not shown:
        return nothing(heading, theme, "No iteration has been closed yet")
    names = ["Committed", "Done"]
    rows = []
    for place, one in enumerate(shown):
        values = _amounts(one.amounts, unit)
        title = one.iteration.title
        label = f"{shortened(title, 13)} (left out)" if one.left_out else shortened(title, 22)
        shade = 0.4 if one.left_out else 1
        rows += [
            {"place": f"{place:02}", "label": label, "value": value, "what": name, "shade": shade}
            for name, value in zip(names, values, strict=True)
        ]
    labels = {row["place"]: row["label"] for row in rows}
    x = {
        "field": "place",
        "type": "nominal",
        "axis": {
            "title": "Closed iterations, the oldest first",
            "labelExpr": f"{_words(labels)}[datum.value]",
            "labelAngle": -28,
            "labelAlign": "right",
            "labelLimit": 170,
            "grid": False,
        },
        "scale": {"paddingInner": 0.3},
    }
    y = {"field": "value", "type": "quantitative", "axis": _values(unit)}
    bars = {
        "data": {"values": rows},
        "mark": {"type": "bar", "cornerRadiusEnd": 2},
        "encoding": {
            "x": x,
            "xOffset": {"field": "what", "scale": {"domain": names}},
            "y": y,
            "color": {
                "field": "what",
                "type": "nominal",
                "scale": scale_of(names, [colours.third, colours.second]),
            },
            "opacity": {"field": "shade", "type": "quantitative", "scale": None},
        },
    }
    layers: list[Definition] = [bars]
    if average is not None:
        layers.append(
            {
                "data": {"values": [{"value": average}]},
                "mark": {
                    "type": "rule",
                    "color": colours.second,
                    "strokeDash": [5, 4],
                    "strokeWidth": 1.5,
                },
                "encoding": {"y": y},
            }
        )
    return chart(heading, theme, layers)


def _amounts(amounts: Amounts, unit: UnitOfMeasure) -> tuple[float, float]:
    """What was committed and what was done."""
    if unit is UnitOfMeasure.SIZE:
        return amounts.committed_size, amounts.done_size
    return amounts.committed_count, amounts.done_count


def forecast(outlook: Outlook, odds: Odds | None, unit: UnitOfMeasure, theme: Theme) -> Definition:
    """The chance that all is done, day by day."""
    colours = COLOURS[theme]
    remaining = f"{written(outlook.remaining)} remaining"
    said = outlook.lacking or "nothing to say"
    if odds is not None:
        days = {50: odds.p50, 85: odds.p85}
        said = "; ".join(f"{p} %: {_day(day)}" for p, day in days.items())
        if odds.chance is not None:
            said = f"{odds.chance:.0%} to be done in time; {said}"
    heading = _heading("Forecast", outlook.iteration, unit, f"{remaining}; {said}")
    if odds is None:
        return nothing(heading, theme, f"Too little history: {outlook.lacking}")
    drawn = [(_midnight(day), chance) for day, chance in odds.chances]
    if not drawn:
        return nothing(heading, theme, "There are no working days ahead")
    last = next((n for n, (_, chance) in enumerate(drawn) if chance >= _SURE), len(drawn) - 1)
    drawn = drawn[: last + 1]
    ends = drawn[-1][0] if outlook.last_day is None else _midnight(outlook.last_day)
    end = max(drawn[-1][0], ends)
    x = {
        "field": "at",
        "type": "temporal",
        "scale": {"type": "utc", "domain": [drawn[0][0], end]},
        "axis": days_axis(drawn[0][0], end, "Done by the end of this day"),
    }
    layer = {
        "data": {"values": [{"at": at, "chance": chance} for at, chance in drawn]},
        "mark": {
            "type": "area",
            "line": {"color": colours.main, "strokeWidth": 2.5},
            "color": colours.main,
            "opacity": 0.18,
        },
        "encoding": {
            "x": x,
            "y": {
                "field": "chance",
                "type": "quantitative",
                "scale": {"domain": [0, 1]},
                "axis": {"title": "Chance that all is done", "format": ".0%"},
            },
        },
    }
    marks: list[Definition] = []
    # Below the curve, where it leaves room.
    for place, (percent, day) in enumerate(((50, odds.p50), (85, odds.p85), (95, odds.p95))):
        if day is not None and _midnight(day) <= end:
            label, y = f"{percent} %: {_day(day)}", HEIGHT - 64 + 20 * place
            marks += marker(_midnight(day), label, colours.faint, theme, x, y)
    if outlook.last_day is not None:
        label = f"last day: {_day(outlook.last_day)}"
        marks += marker(ends, label, colours.alert, theme, x)
    return chart(heading, theme, [layer, *marks])


_SURE = 0.97


def _heading(kind: str, iteration: Iteration, unit: UnitOfMeasure, state: str) -> Heading:
    subtitle = f"{kind} by {_UNIT[unit]}; {state}"
    return Heading(iteration.title, subtitle, f"{iteration.title}. {subtitle}.")


def _state(found: Reported) -> str:
    scope, done = size_of(found.report.tally, found.unit)
    said = f"{written(scope - done)} of {written(scope)} remaining"
    if found.report.iteration.status == IterationStatus.CLOSED:
        return f"closed with {said}"
    return f"{said} on {_day(local_day(found.calendar, found.as_of))}"


def _cycle(found: Flowed) -> str:
    times = found.flow.percentiles
    if not times:
        return "no card has been done yet"
    return (
        f"half of the cards done within {written(times[50])} days, 85 % within {written(times[85])}"
    )


def _empty(found: Reported) -> str:
    """Why there is nothing to draw."""
    if found.report.iteration.status != IterationStatus.PLANNED:
        return "There was nothing in this iteration"
    if not found.report.series:
        return "Nothing is planned in this iteration yet"
    return "This iteration has not been started yet"


def _scope(found: Reported) -> float:
    return float(size_of(found.report.tally, found.unit)[0])


def _lived(found: Reported) -> list[tuple[int, Point]]:
    """The points of the series where they are drawn, the last one held until now."""
    zone, made = found.calendar.time_zone, found.report
    points = [(wall(point.at, zone), point) for point in _thinned(made.series)]
    if made.iteration.status != IterationStatus.CLOSED:
        points.append((wall(max(_now(found), made.series[-1].at), zone), made.series[-1]))
    return points


def _thinned(series: Sequence[Point]) -> Sequence[Point]:
    """The points that can be told apart in a picture: of those in one place the last."""
    if len(series) <= _MOST_POINTS:
        return series
    first, last = series[0].at, series[-1].at
    step = max((last - first) // _MOST_POINTS, 1)
    places = {(point.at - first) // step: point for point in series}
    return [series[0], *(point for point in places.values() if point is not series[0])]


_MOST_POINTS = 320


def _now(found: Reported) -> Instant:
    """The report's instant, to the minute: so the picture is the same for all who look then."""
    return found.as_of - found.as_of % 60_000


def _days(found: Reported, drawn: Sequence[int]) -> Definition:
    """The x of a chart over an iteration: from its first day, or what came before, to its end."""
    lasts, zone = found.report.period, found.calendar.time_zone
    shown = [*drawn, *((wall(at, zone) for at in (lasts.begins, lasts.ends)) if lasts else ())]
    return {
        "field": "at",
        "type": "temporal",
        "scale": {"type": "utc", "domain": [min(shown), max(shown)]},
        "axis": days_axis(min(shown), max(shown)),
    }


def _colour(names: Sequence[str], colours: Sequence[str]) -> Definition:
    return {"field": "line", "type": "nominal", "scale": scale_of(names, colours)}


def _line(
    rows: Sequence[tuple[str, int, float]],
    name: str,
    axis: Definition,
    unit: UnitOfMeasure,
    colour: Definition,
    style: Definition,
) -> Definition:
    values = [{"line": line, "at": at, "value": value} for line, at, value in rows if line == name]
    return {
        "data": {"values": values},
        "mark": {"type": "line", **style},
        "encoding": {
            "x": axis,
            "y": {"field": "value", "type": "quantitative", "axis": _values(unit)},
            "color": colour,
        },
    }


def _values(unit: UnitOfMeasure) -> Definition:
    return {"title": _AXIS[unit], "tickMinStep": 1 if unit is UnitOfMeasure.COUNT else 0}


def _scope_changes(found: Reported, theme: Theme, axis: Definition) -> list[Definition]:
    """Marks where the scope grew, pointing up, or shrank, pointing down."""
    series, zone = _thinned(found.report.series), found.calendar.time_zone
    rows = [
        {
            "at": wall(point.at, zone),
            "value": point.remaining,
            "turn": 0 if point.scope > before.scope else 180,
        }
        for before, point in pairwise(series)
        if point.scope != before.scope
    ]
    mark = {"type": "point", "shape": "triangle", "filled": True, "size": 75, "opacity": 1}
    layer = {
        "data": {"values": rows},
        "mark": mark | {"color": COLOURS[theme].alert},
        "encoding": {
            "x": axis,
            "y": {"field": "value", "type": "quantitative"},
            "angle": {"field": "turn", "type": "quantitative", "scale": None},
        },
    }
    return [layer] if rows else []


def _today(found: Reported, theme: Theme, axis: Definition) -> list[Definition]:
    """A line at the report's instant while the iteration is not over."""
    if found.report.iteration.status == IterationStatus.CLOSED:
        return []
    at = wall(_now(found), found.calendar.time_zone)
    return marker(at, "today", COLOURS[theme].alert, theme, axis)


def _ground(found: Reported, theme: Theme, axis: Definition) -> list[Definition]:
    """The days off between the ends of the axis."""
    first, last = (datetime.fromtimestamp(at / 1000, UTC).date() for at in axis["scale"]["domain"])
    if not 0 < (last - first).days < _MOST_BANDS:
        return []
    end = axis["scale"]["domain"][1]
    return bands([at for at in _days_off(found.calendar, first, last) if at < end], theme, axis)


def _days_off(calendar: WorkingCalendar, first: date, last: date) -> list[int]:
    days = (date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1))
    return [_midnight(day) for day in days if not is_workday(calendar, day)]


def _midnight(day: date) -> Instant:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def _day(day: date | None) -> str:
    if day is None:
        return "not within a year"
    return f"{day.day} {day:%b %Y}"


def _words(labels: Mapping[Any, Any]) -> str:
    """A Vega expression of an object with these texts, which are data and no code."""
    return json.dumps(labels)
