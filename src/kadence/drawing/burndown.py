"""Burndown and burnup: the charts of one iteration over its days, out of its report."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import pairwise

from msgspec.structs import replace

from kadence.domain.calendar import WorkingCalendar, is_workday, local_day
from kadence.domain.model import DAY, Instant, IterationStatus
from kadence.domain.report import Point, days_of, ideal, size_of
from kadence.drawing.i18n import ENGLISH, Words, heading_of, midnight_of, values_axis
from kadence.drawing.theme import (
    COLOURS,
    Definition,
    Theme,
    bands,
    chart,
    days_axis,
    marker,
    nothing,
    readings,
    scale_of,
    wall,
)
from kadence.usecases.insights import Reported

HORIZON = 366 * DAY
"""How far from what has happened a chart shows the time that an iteration lasts."""
_MOST_BANDS = 180
"""Days of a chart beyond which days off are too thin to be seen."""


def burndown(found: Reported, theme: Theme, words: Words = ENGLISH) -> Definition:
    """Return what remains, beside the line on which it would fall evenly.

    Before the start it is that line alone, from what is planned by now.
    """
    made, colours = found.report, COLOURS[theme]
    heading = heading_of(words("Burndown"), made.iteration, found.unit, _state(found, words), words)
    if any(before.scope != after.scope for before, after in pairwise(made.series)):
        heading = replace(heading, note=words("▲ ▼ the scope grew or shrank"))
    begun = made.baseline_at is not None
    straight = made.ideal if begun else ideal(found.calendar, made.period, _scope(found))
    if not made.series or not (begun or straight):
        return nothing(heading, theme, words(_empty(found)))
    zone = found.calendar.time_zone
    straightly, left = words("Ideal"), words("Remaining")
    rows = [(straightly, wall(p.at, zone), p.remaining) for p in straight or ()]
    rows += [(left, at, point.remaining) for at, point in _lived(found) if begun]
    names = [left, straightly] if begun else [straightly]
    colour = _colour(names, [colours.main, colours.third] if begun else [colours.third])
    axis = _days(found, [at for _, at, _ in rows], words)
    y = values_axis(found.unit, words)
    layers = [
        *_ground(found, theme, axis),
        _line(rows, straightly, axis, y, colour, {"strokeDash": [6, 4], "strokeWidth": 2}),
        _line(rows, left, axis, y, colour, _STEPS),
    ]
    if begun:
        layers += [*_scope_changes(found, theme, axis), *_today(found, theme, axis, words)]
    layers += _readings(found, axis, words)
    return chart(heading, theme, layers)


def burnup(found: Reported, theme: Theme, words: Words = ENGLISH) -> Definition:
    """Return what is done, below what is in scope."""
    made, colours = found.report, COLOURS[theme]
    heading = heading_of(words("Burnup"), made.iteration, found.unit, _state(found, words), words)
    if not made.series or made.baseline_at is None:
        return nothing(heading, theme, words(_empty(found)))
    whole, done = words("Scope"), words("Done")
    rows = [(whole, at, point.scope) for at, point in _lived(found)]
    rows += [(done, at, point.done) for at, point in _lived(found)]
    colour = _colour([whole, done], [colours.third, colours.second])
    axis = _days(found, [at for _, at, _ in rows], words)
    y = values_axis(found.unit, words)
    area = _line(rows, done, axis, y, colour, _STEPS)
    area["mark"] = {"type": "area", "line": _STEPS, "opacity": 0.3, "interpolate": "step-after"}
    scope = _line(rows, whole, axis, y, colour, _STEPS)
    layers = [*_ground(found, theme, axis), area, scope, *_today(found, theme, axis, words)]
    layers += _readings(found, axis, words)
    return chart(heading, theme, layers)


_STEPS: Definition = {"interpolate": "step-after", "strokeWidth": 2.5}


def _state(found: Reported, words: Words) -> str:
    scope, done = size_of(found.report.tally, found.unit)
    left = words.number(scope - done)
    said = words("{left} of {scope} remaining", left=left, scope=words.number(scope))
    if found.report.iteration.status == IterationStatus.CLOSED:
        return words("closed with {said}", said=said)
    day = words.day(local_day(found.calendar, found.as_of))
    return words("{said} on {day}", said=said, day=day)


def _empty(found: Reported) -> str:
    """Return why there is nothing to draw."""
    if found.report.iteration.status != IterationStatus.PLANNED:
        return "There was nothing in this iteration"
    if not found.report.series:
        return "Nothing is planned in this iteration yet"
    return "This iteration has not been started yet"


def _scope(found: Reported) -> float:
    return float(size_of(found.report.tally, found.unit)[0])


def _lived(found: Reported) -> list[tuple[int, Point]]:
    """Return the points of the series where they are drawn, the last one held until now."""
    zone, made = found.calendar.time_zone, found.report
    points = [(wall(point.at, zone), point) for point in _thinned(made.series)]
    if not made.is_over:
        points.append((wall(max(_now(found), made.series[-1].at), zone), made.series[-1]))
    return points


def _thinned(series: Sequence[Point]) -> Sequence[Point]:
    """Return the points that can be distinguished in a picture: of those in one place the last."""
    if len(series) <= _MOST_POINTS:
        return series
    first, last = series[0].at, series[-1].at
    step = max((last - first) // _MOST_POINTS, 1)
    places = {(point.at - first) // step: point for point in series}
    return [series[0], *(point for point in places.values() if point is not series[0])]


_MOST_POINTS = 320


def _now(found: Reported) -> Instant:
    """Return the report's instant, to the minute.

    So the picture is the same for all who look then.
    """
    return found.as_of - found.as_of % 60_000


def _days(found: Reported, drawn: Sequence[int], words: Words) -> Definition:
    """Return the x of a chart over an iteration.

    It goes from the first day, or from what came before, to the end.
    """
    lasts, zone = found.report.period, found.calendar.time_zone
    shown = list(drawn)
    if lasts:
        now = wall(_now(found), zone)
        shown += [
            max(wall(lasts.begins, zone), min(drawn) - HORIZON),
            min(wall(lasts.ends, zone), max(*drawn, now) + HORIZON),
        ]
    return {
        "field": "at",
        "type": "temporal",
        "scale": {"type": "utc", "domain": [min(shown), max(shown)]},
        "axis": days_axis(min(shown), max(shown), words("Day ({zone})", zone=zone)),
    }


def _colour(names: Sequence[str], colours: Sequence[str]) -> Definition:
    return {"field": "line", "type": "nominal", "scale": scale_of(names, colours)}


def _line(
    rows: Sequence[tuple[str, int, float]],
    name: str,
    axis: Definition,
    values: Definition,
    colour: Definition,
    style: Definition,
) -> Definition:
    points = [{"line": line, "at": at, "value": value} for line, at, value in rows if line == name]
    return {
        "data": {"values": points},
        "mark": {"type": "line", **style},
        "encoding": {
            "x": axis,
            "y": {"field": "value", "type": "quantitative", "axis": values},
            "color": colour,
        },
    }


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


def _today(found: Reported, theme: Theme, axis: Definition, words: Words) -> list[Definition]:
    """Return a line at the report's instant while the iteration is not over."""
    if found.report.is_over:
        return []
    at = wall(_now(found), found.calendar.time_zone)
    return marker(at, words("today"), COLOURS[theme].alert, theme, axis)


def _readings(found: Reported, axis: Definition, words: Words) -> list[Definition]:
    """Return what stood at the end of each day."""
    spans = []
    for day in days_of(found.report, found.calendar, found.as_of):
        at = midnight_of(day.day)
        said = words(
            "{day}: {left} of {scope} remaining, {done} done",
            day=day.day.isoformat(),
            left=words.number(day.remaining),
            scope=words.number(day.scope),
            done=words.number(day.done),
        )
        spans.append((at, at + DAY, said))
    return readings(spans, axis)


def _ground(found: Reported, theme: Theme, axis: Definition) -> list[Definition]:
    """Return the days off between the ends of the axis."""
    first, last = (datetime.fromtimestamp(at / 1000, UTC).date() for at in axis["scale"]["domain"])
    if not 0 < (last - first).days < _MOST_BANDS:
        return []
    end = axis["scale"]["domain"][1]
    return bands([at for at in _days_off(found.calendar, first, last) if at < end], theme, axis)


def _days_off(calendar: WorkingCalendar, first: date, last: date) -> list[int]:
    days = (date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1))
    return [midnight_of(day) for day in days if not is_workday(calendar, day)]
