"""How all charts look, light and dark, and the parts that several of them have."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from math import ceil
from typing import Any, TypeAlias

from msgspec import Struct

from kadence.domain.calendar import zone_of
from kadence.domain.model import DAY, Instant

Definition: TypeAlias = dict[str, Any]
"""A chart or a part of one in Vega-Lite."""
Rows: TypeAlias = Sequence[Mapping[str, Any]]

WIDTH, HEIGHT = 640, 320
FONT = "Inter, Roboto, 'Helvetica Neue', Arial, sans-serif"
MOST_DAYS_MARKED, MOST_DAYS_OF_YEAR, MOST_LABELS = 45, 300, 9


class Theme(StrEnum):
    """On which ground a chart is drawn."""

    LIGHT = "light"
    DARK = "dark"


class Colours(Struct, frozen=True):
    """The colours of a theme: each differs from the ground by 4.5 to 1 or is no bearer of sense."""

    ground: str
    text: str
    faint: str
    line: str
    band: str
    main: str
    second: str
    third: str
    alert: str


COLOURS = {
    Theme.LIGHT: Colours(
        ground="#ffffff",
        text="#1f2430",
        faint="#5c6370",
        line="#dfe3ea",
        band="#f3f4f7",
        main="#2563a8",
        second="#1f7a4d",
        third="#767d8c",
        alert="#b4451f",
    ),
    Theme.DARK: Colours(
        ground="#15181e",
        text="#e6e9ef",
        faint="#a3abb9",
        line="#2d323c",
        band="#1c2028",
        main="#6aa9ee",
        second="#5cc28d",
        third="#8b93a3",
        alert="#f0936b",
    ),
}


class Heading(Struct, frozen=True):
    """What stands above a chart, and what a screen reader says of it."""

    title: str
    subtitle: str
    description: str
    note: str = ""


def chart(heading: Heading, theme: Theme, layers: Sequence[Definition]) -> Definition:
    """Return a whole chart of these layers."""
    colours = COLOURS[theme]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "description": heading.description,
        "title": {
            "text": shortened(heading.title, 64),
            "subtitle": [line for line in (heading.subtitle, heading.note) if line],
            "anchor": "start",
            "offset": 14,
        },
        "width": WIDTH,
        "height": HEIGHT,
        "padding": 16,
        "background": colours.ground,
        "layer": list(layers),
        "config": _config(colours),
    }


def _config(colours: Colours) -> Definition:
    return {
        "font": FONT,
        "view": {"stroke": None},
        "title": {
            "color": colours.text,
            "fontSize": 17,
            "fontWeight": 600,
            "subtitleColor": colours.faint,
            "subtitleFontSize": 12.5,
            "subtitlePadding": 5,
        },
        "axis": {
            "labelColor": colours.faint,
            "titleColor": colours.faint,
            "titleFontWeight": "normal",
            "titleFontSize": 12,
            "labelFontSize": 11.5,
            "gridColor": colours.line,
            "domainColor": colours.line,
            "tickColor": colours.line,
            "titlePadding": 8,
        },
        "legend": {
            "labelColor": colours.text,
            "labelFontSize": 12,
            "title": None,
            "orient": "top",
            "symbolSize": 120,
            "symbolOpacity": 1,
            "symbolStrokeWidth": 3,
            "columnPadding": 18,
        },
        "text": {"fontSize": 12},
    }


def nothing(heading: Heading, theme: Theme, why: str) -> Definition:
    """Return a chart that has nothing to show yet, and says why."""
    mark = {"type": "text", "fontSize": 15, "color": COLOURS[theme].faint, "text": why}
    layer = {
        "data": {"values": [{}]},
        "mark": mark,
        "encoding": {
            "x": {"value": WIDTH / 2},
            "y": {"value": HEIGHT / 2},
        },
    }
    return chart(heading, theme, [layer])


def scale_of(names: Sequence[str], colours: Sequence[str]) -> Definition:
    """Return a colour for each name, in the order of the legend."""
    return {"domain": list(names), "range": list(colours)}


def days_axis(first: int, last: int, title: str | None = None) -> Definition:
    """Return the axis of days between two instants of `wall`.

    Of a long time only some days are marked.
    """
    days = (last - first) / DAY
    marks: Definition = {"tickCount": 8}
    if days <= MOST_DAYS_MARKED:
        every = max(ceil(days / MOST_LABELS), 1) * DAY
        marks = {"values": list(range(first + -first % DAY, last + 1, every))}
    return {
        "title": title,
        "format": "%-d %b" if days <= MOST_DAYS_OF_YEAR else "%b %Y",
        "grid": False,
        **marks,
        "labelOverlap": "parity",
        "labelSeparation": 12,
    }


_EARLIEST, _LATEST = (
    int(datetime(year, month, day, tzinfo=UTC).timestamp() * 1000)
    for year, month, day in ((1, 1, 3), (9999, 12, 29))
)
"""Between these every zone has a date that can be written."""


def wall(instant: Instant, time_zone: str) -> int:
    """Return the instant as clocks of the zone show it, written as if that were UTC.

    What lies at an end of the calendar is moved a little, so that it has a date in each zone.
    """
    shown = min(max(instant, _EARLIEST), _LATEST)
    local = datetime.fromtimestamp(shown / 1000, zone_of(time_zone))
    return int(local.replace(tzinfo=UTC).timestamp() * 1000)


def marker(
    at: int,
    label: str,
    colour: str,
    theme: Theme,
    axis: Definition,
    y: int = 0,
) -> list[Definition]:
    """Return a vertical line at an instant of the axis of days, with a word beside it."""
    values = [{"at": at, "label": label}]
    first, last = axis["scale"]["domain"]
    at_right = at - first > (last - first) * 0.8
    side = {"align": "right", "dx": -5} if at_right else {"align": "left", "dx": 5}
    halo = {"stroke": COLOURS[theme].ground, "strokeWidth": 4, "strokeOpacity": 0.85}
    text = {"type": "text", "baseline": "top", "fontWeight": 600, "color": colour, **side}
    return [
        {
            "data": {"values": values},
            "mark": {"type": "rule", "color": colour, "strokeWidth": 1.5, "strokeDash": [2, 3]},
            "encoding": {"x": axis},
        },
        *(
            {
                "data": {"values": values},
                "mark": text | extra,
                "encoding": {"x": axis, "y": {"value": y}, "text": {"field": "label"}},
            }
            for extra in (halo, {})
        ),
    ]


def bands(days_off: Sequence[int], theme: Theme, axis: Definition) -> list[Definition]:
    """Days off as a darker ground; each is the midnight at which it begins."""
    if not days_off:
        return []
    first, last = axis["scale"]["domain"]
    # Cut here and not by a clip in the picture, which makes a PNG take half as long again.
    spans = [{"at": max(at, first), "ends": min(at + DAY, last)} for at in days_off]
    return [
        {
            "data": {"values": spans},
            "mark": {"type": "rect", "color": COLOURS[theme].band},
            "encoding": {"x": axis, "x2": {"field": "ends"}},
        }
    ]


MOST_READINGS = 366
"""A narrower band than this many of them leave could not be pointed at."""


def readings(spans: Sequence[tuple[int, int, str]], axis: Definition) -> list[Definition]:
    """Unseen bands over the plot, from one instant to another, each saying what stands there.

    Screen readers say it; the page shows it on hover and focus. Where there are more than
    MOST_READINGS, neighbours share one band, which says the last of them.
    """
    first, last = axis["scale"]["domain"]
    several = -(-len(spans) // MOST_READINGS) or 1
    spans = [
        (shared[0][0], *shared[-1][1:])
        for shared in (spans[at : at + several] for at in range(0, len(spans), several))
    ]
    values = [
        {"at": max(at, first), "ends": min(ends, last), "said": said}
        for at, ends, said in spans
        if at < last and ends > first
    ]
    layer = reading_layer(values, {"x": axis, "x2": {"field": "ends"}})
    return [layer] if values else []


def reading_layer(values: Rows, place: Definition) -> Definition:
    """Return the layer of what is `said` where the chart is pointed at; see `readings`."""
    return {
        "name": "readings",
        "data": {"values": list(values)},
        "mark": {"type": "rect", "opacity": 0},
        "encoding": {**place, "description": {"field": "said"}},
    }


def shortened(text: str, longest: int) -> str:
    """Return the text, cut with an ellipsis where it is longer."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def written(value: float) -> str:
    """Return a number for people: at most one digit behind the point."""
    return f"{value:,.1f}".removesuffix(".0")
