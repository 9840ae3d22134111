"""Cumulative flow, velocity and forecast; burndown and burnup are in burndown.py."""

from kadence.domain.model import DAY
from kadence.domain.report import UnitOfMeasure
from kadence.domain.simulation import LEAST_DAYS
from kadence.drawing.i18n import ENGLISH, Words, heading_of, midnight_of, values_axis
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
)
from kadence.usecases.forecasts import Odds, Outlook
from kadence.usecases.insights import Achieved, Amounts, Flowed, Velocity


def cumulative_flow(found: Flowed, theme: Theme, words: Words = ENGLISH) -> Definition:
    """Return how many cards were in which state on each day."""
    colours = COLOURS[theme]
    kind = words("Cumulative flow")
    heading = heading_of(kind, found.iteration, found.unit, _cycle(found, words), words)
    if not found.flow.days:
        return nothing(heading, theme, words("No card has been in this iteration yet"))
    names = [words("Queued"), words("In progress"), words("Done")]
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
                "axis": days_axis(*ends, words("Day")),
            },
            "y": {"field": "value", "type": "quantitative", "axis": values_axis(found.unit, words)},
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
        said = words(
            "{day}: {queued} queued, {begun} in progress, {done} done",
            day=day.day.isoformat(),
            queued=words.number(day.queued),
            begun=words.number(day.in_progress),
            done=words.number(day.done),
        )
        at = midnight_of(day.day)
        spans.append((at, at + DAY, said))
    x = {"field": "at", "type": "temporal", "scale": {"type": "utc", "domain": [*drawn]}}
    return chart(heading, theme, [layer, *readings(spans, x)])


_MOST_BARS = 60


def velocity(
    found: Velocity, unit: UnitOfMeasure, space: str, theme: Theme, words: Words = ENGLISH
) -> Definition:
    """Return what was committed and what was done, by closed iteration."""
    colours = COLOURS[theme]
    shown = found.iterations
    average = None if found.mean is None else _amounts(found.mean, unit)[1]
    usual = words("no closed iterations yet")
    if average is not None:
        average_said = words.number(average)
        usual = words("on average {average} done in an iteration", average=average_said)
    heading = Heading(
        title=words("Velocity: {space}", space=space),
        subtitle=words(
            "By size; {usual}" if unit is UnitOfMeasure.SIZE else "By cards; {usual}", usual=usual
        ),
        description=words(
            "Bar chart of what {space} committed to and did, by iteration; {usual}.",
            space=space,
            usual=usual,
        ),
    )
    if not shown:
        return nothing(heading, theme, words("No iteration has been closed yet"))
    names = [words("Committed"), words("Done")]
    rows, places = [], []
    for place, one in enumerate(shown):
        values = _amounts(one.amounts, unit)
        title = one.iteration.title
        label = shortened(title, 22)
        if one.left_out:
            label = words("{title} (left out)", title=shortened(title, 13))
        shade = 0.4 if one.left_out else 1
        # Titles are not unique, and are no part of an expression.
        places.append(f"{place:02} {label}")
        rows += [
            {"place": places[-1], "value": value, "what": name, "shade": shade}
            for name, value in zip(names, values, strict=True)
        ]
    x = {
        "field": "place",
        "type": "nominal",
        "axis": {
            "title": words("Closed iterations, the oldest first"),
            "labelExpr": "slice(datum.value, 3)",
            "labelAngle": -28,
            "labelAlign": "right",
            "labelLimit": 170,
            "grid": False,
        },
        "scale": {"paddingInner": 0.3},
    }
    y = {"field": "value", "type": "quantitative", "axis": values_axis(unit, words)}
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
    said = [
        {"place": place, "said": _achieved(one, unit, words)}
        for place, one in zip(places, shown, strict=True)
    ]
    layers.append(reading_layer(said, {"x": x}))
    return chart(heading, theme, layers)


def _achieved(one: Achieved, unit: UnitOfMeasure, words: Words) -> str:
    committed, done = _amounts(one.amounts, unit)
    return words(
        "{title}: {committed} committed, {done} done",
        title=one.iteration.title,
        committed=words.number(committed),
        done=words.number(done),
    )


def _amounts(amounts: Amounts, unit: UnitOfMeasure) -> tuple[float, float]:
    """Return what was committed and what was done."""
    if unit is UnitOfMeasure.SIZE:
        return amounts.committed_size, amounts.done_size
    return amounts.committed_count, amounts.done_count


def forecast(
    outlook: Outlook,
    odds: Odds | None,
    unit: UnitOfMeasure,
    theme: Theme,
    words: Words = ENGLISH,
) -> Definition:
    """Return the chance that all is done, day by day."""
    colours = COLOURS[theme]
    remaining = words("{left} remaining", left=words.number(outlook.remaining))
    if outlook.cards == 0:
        heading = heading_of(words("Forecast"), outlook.iteration, unit, remaining, words)
        return nothing(heading, theme, words("Nothing remains to be done"))
    said = _lacking(outlook, words) or words("nothing to say")
    if odds is not None:
        days = {50: odds.p50, 85: odds.p85}
        said = "; ".join(f"{p} %: {words.day(day)}" for p, day in days.items())
        if odds.chance is not None:
            chance = f"{odds.chance:.0%}"
            said = words("{chance} to be done in time; {said}", chance=chance, said=said)
    heading = heading_of(words("Forecast"), outlook.iteration, unit, f"{remaining}; {said}", words)
    if odds is None:
        return nothing(heading, theme, words("Too little history: {why}", why=said))
    drawn = [(midnight_of(day), chance) for day, chance in odds.chances]
    if not drawn:
        return nothing(heading, theme, words("There are no working days ahead"))
    last = next((n for n, (_, chance) in enumerate(drawn) if chance >= _SURE), len(drawn) - 1)
    drawn = drawn[: last + 1]
    ends = drawn[-1][0] if outlook.last_day is None else midnight_of(outlook.last_day)
    end = max(drawn[-1][0], ends)
    x = {
        "field": "at",
        "type": "temporal",
        "scale": {"type": "utc", "domain": [drawn[0][0], end]},
        "axis": days_axis(drawn[0][0], end, words("Done by the end of this day")),
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
                "axis": {"title": words("Chance that all is done"), "format": ".0%"},
            },
        },
    }
    marks: list[Definition] = []
    # Below the curve, where it leaves room.
    for place, (percent, day) in enumerate(((50, odds.p50), (85, odds.p85), (95, odds.p95))):
        if day is not None and midnight_of(day) <= end:
            label, y = f"{percent} %: {words.day(day)}", HEIGHT - 64 + 20 * place
            marks += marker(midnight_of(day), label, colours.faint, theme, x, y)
    if outlook.last_day is not None:
        label = words("last day: {day}", day=words.day(outlook.last_day))
        marks += marker(ends, label, colours.alert, theme, x)
    spans = [
        (at, following, f"{day.isoformat()}: {chance:.0%}")
        for (day, chance), (at, _), following in zip(
            odds.chances, drawn, [*(at for at, _ in drawn[1:]), end + DAY], strict=False
        )
    ]
    return chart(heading, theme, [layer, *marks, *readings(spans, x)])


_SURE = 0.97


def _lacking(outlook: Outlook, words: Words) -> str | None:
    """Return why there is no forecast, as `simulation.lacks` says it."""
    if outlook.lacking is None:
        return None
    days = len(outlook.question.past)
    if days >= LEAST_DAYS:
        return words("nothing was done in the iterations on record")
    return words(
        "only {days} working days of iterations are on record, {needed} are needed",
        days=days,
        needed=LEAST_DAYS,
    )


def _cycle(found: Flowed, words: Words) -> str:
    times = found.flow.percentiles
    if not times and found.flow.untimed:
        return words("no card that is done was ever in progress")
    if not times:
        return words("no card has been done yet")
    return words(
        "half of the cards done within {p50} days, 85 % within {p85}",
        p50=words.number(times[50]),
        p85=words.number(times[85]),
    )
