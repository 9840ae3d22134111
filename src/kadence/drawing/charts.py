"""Cumulative flow, velocity and forecast; burndown and burnup are in burn.py."""

import json
from collections.abc import Mapping
from typing import Any

from kadence.domain.model import DAY
from kadence.domain.report import UnitOfMeasure
from kadence.drawing.theme import (
    COLOURS,
    HEIGHT,
    Definition,
    Heading,
    Theme,
    chart,
    days_axis,
    marker,
    nothing,
    reading_layer,
    readings,
    scale_of,
    shortened,
    written,
)
from kadence.drawing.words import UNIT, day_name, heading_of, midnight_of, values_axis
from kadence.usecases.forecasts import Odds, Outlook
from kadence.usecases.insights import Achieved, Amounts, Flowed, Velocity


def cumulative_flow(found: Flowed, theme: Theme) -> Definition:
    """How many cards were in which state on each day."""
    colours = COLOURS[theme]
    heading = heading_of("Cumulative flow", found.iteration, found.unit, _cycle(found))
    if not found.flow.days:
        return nothing(heading, theme, "No card has been in this iteration yet")
    names = ["Queued", "In progress", "Done"]
    ends = (midnight_of(found.flow.days[0].day), midnight_of(found.flow.days[-1].day))
    bars = len(found.flow.days) <= _MOST_BARS
    # A bar goes on until its day is over.
    drawn = (ends[0], ends[1] + DAY) if bars else ends
    rows = []
    for day in found.flow.days:
        for place, (name, value) in enumerate(
            zip(names, (day.queued, day.in_progress, day.done), strict=True)
        ):
            rows.append({"at": midnight_of(day.day), "value": value, "state": name, "order": place})
    mark = {"type": "bar", "binSpacing": 1}
    if not bars:
        mark = {"type": "area", "interpolate": "step"}
    layer = {
        "data": {"values": rows},
        "mark": mark,
        "encoding": {
            "x": {
                "field": "at",
                "type": "temporal",
                "timeUnit": "utcyearmonthdate",
                "scale": {"type": "utc", "domain": [*drawn]},
                "axis": days_axis(*ends, "Day"),
            },
            "y": {"field": "value", "type": "quantitative", "axis": values_axis(found.unit)},
            "color": {
                "field": "state",
                "type": "nominal",
                "scale": scale_of(names, [colours.third, colours.main, colours.second]),
            },
            "order": {"field": "order", "sort": "descending"},
        },
    }
    spans = []
    for day in found.flow.days:
        at, said = midnight_of(day.day), f"{day.day.isoformat()}: {written(day.queued)} queued, "
        said += f"{written(day.in_progress)} in progress, {written(day.done)} done"
        spans.append((at, at + DAY, said))
    x = {"field": "at", "type": "temporal", "scale": {"type": "utc", "domain": [*drawn]}}
    return chart(heading, theme, [layer, *readings(spans, x)])


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
        subtitle=f"By {UNIT[unit]}; {usual}",
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
    y = {"field": "value", "type": "quantitative", "axis": values_axis(unit)}
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
    said = [{"place": f"{n:02}", "said": _achieved(one, unit)} for n, one in enumerate(shown)]
    layers.append(reading_layer(said, {"x": x}))
    return chart(heading, theme, layers)


def _achieved(one: Achieved, unit: UnitOfMeasure) -> str:
    committed, done = _amounts(one.amounts, unit)
    return f"{one.iteration.title}: {written(committed)} committed, {written(done)} done"


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
        said = "; ".join(f"{p} %: {day_name(day)}" for p, day in days.items())
        if odds.chance is not None:
            said = f"{odds.chance:.0%} to be done in time; {said}"
    heading = heading_of("Forecast", outlook.iteration, unit, f"{remaining}; {said}")
    if odds is None:
        return nothing(heading, theme, f"Too little history: {outlook.lacking}")
    drawn = [(midnight_of(day), chance) for day, chance in odds.chances]
    if not drawn:
        return nothing(heading, theme, "There are no working days ahead")
    last = next((n for n, (_, chance) in enumerate(drawn) if chance >= _SURE), len(drawn) - 1)
    drawn = drawn[: last + 1]
    ends = drawn[-1][0] if outlook.last_day is None else midnight_of(outlook.last_day)
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
        if day is not None and midnight_of(day) <= end:
            label, y = f"{percent} %: {day_name(day)}", HEIGHT - 64 + 20 * place
            marks += marker(midnight_of(day), label, colours.faint, theme, x, y)
    if outlook.last_day is not None:
        label = f"last day: {day_name(outlook.last_day)}"
        marks += marker(ends, label, colours.alert, theme, x)
    spans = [
        (at, following, f"{day.isoformat()}: {chance:.0%}")
        for (day, chance), (at, _), following in zip(
            odds.chances, drawn, [*(at for at, _ in drawn[1:]), end + DAY], strict=False
        )
    ]
    return chart(heading, theme, [layer, *marks, *readings(spans, x)])


_SURE = 0.97


def _cycle(found: Flowed) -> str:
    times = found.flow.percentiles
    if not times:
        return "no card has been done yet"
    return (
        f"half of the cards done within {written(times[50])} days, 85 % within {written(times[85])}"
    )


def _words(labels: Mapping[Any, Any]) -> str:
    """A Vega expression of an object with these texts, which are data and no code."""
    return json.dumps(labels)
