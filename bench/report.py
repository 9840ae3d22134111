"""Puts the measures of a run into docs/performance.md: tables, and a picture of the ratios."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert

from bench.kit import Measure

DOCS = Path(__file__).parent.parent / "docs"
PAGE = DOCS / "performance.md"
PICTURE = DOCS / "images" / "performance.svg"
BEGIN, END = "<!-- measured: made by `make bench` -->", "<!-- end of measured -->"


def write(measures: Sequence[Measure]) -> None:
    """Renew the part of the page between its marks, and the picture."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{_tables(measures)}\n{END}{after}", "utf-8")
    PICTURE.write_text(_picture(measures), "utf-8")


def _tables(measures: Sequence[Measure]) -> str:
    lines = []
    for section in dict.fromkeys(measure.section for measure in measures):
        lines += [
            f"### {section[0].upper()}{section[1:]}",
            "",
            "| | measured | budget | |",
            "|---|---|---|---|",
        ]
        for measure in measures:
            if measure.section == section:
                mark = {True: "", False: "**missed** ", None: ""}[measure.met]
                row = (measure.name, measure.shown, measure.budget, f"{mark}{measure.note}".strip())
                lines.append(f"| {' | '.join(row)} |")
        lines.append("")
    return "\n".join(lines)


def _picture(measures: Sequence[Measure]) -> str:
    """How far each ratio is from its budget: 1 is just met, more is better."""
    rows: list[dict[str, Any]] = []
    for measure in measures:
        if measure.at_least is not None:
            margin = measure.value / measure.at_least
        elif measure.at_most is not None:
            margin = measure.at_most / max(measure.value, 0.01)
        else:
            continue
        name = f"{measure.name}: {measure.shown} ({measure.budget})"
        rows.append(
            {
                "section": measure.section,
                "name": name,
                "margin": min(margin, 3),
                "met": bool(measure.met),
            }
        )
    bars = (
        alt.Chart()
        .mark_bar()
        .encode(
            y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=520)),
            x=alt.X("margin:Q", title="times the budget (1 is just met; cut at 3)"),
            color=alt.Color(
                "met:N",
                scale=alt.Scale(domain=[True, False], range=["#2a7f62", "#b3392f"]),
                legend=None,
            ),
        )
    )
    sections = list(dict.fromkeys(row["section"] for row in rows))
    met = alt.Chart().mark_rule(strokeDash=[4, 3]).encode(x=alt.datum(1))
    header = alt.Header(
        title=None, labelAngle=0, labelAnchor="start", labelOrient="top", labelFontWeight="bold"
    )
    whole = (
        alt.layer(bars, met, data=alt.InlineData(rows))
        .properties(width=380)
        .facet(row=alt.Row("section:N", sort=sections, header=header), spacing=8)
        .resolve_scale(y="independent")
        .configure(background="white", font="sans-serif")
    )
    return str(vl_convert.vegalite_to_svg(whole.to_json()))
