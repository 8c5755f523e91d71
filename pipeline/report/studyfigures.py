"""Pictures of the study: patients infused by year, events by part of the follow-up, observed over expected."""

import textwrap
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from pipeline.report.drawing import LEAST_RATIO, MOST_RATIO, Row, decades, filled, label_axis, styled, svg_element
from pipeline.report.figures import WHOLE_ONLY, Figure

PANEL_WIDTH, PANEL_HEIGHT, PANELS_ACROSS = 168, 78, 4
AXIS = 36  # pixels that an axis takes, so that panels stand in line
BAR_WIDTH, BAR_HEIGHT = 285, 100
LABEL_CHARACTERS, FOREST_WIDTH, LINE_HEIGHT = 34, 340, 26
FOREST_LABELS = 215
EXACT = "Points are estimates, bars exact 95 % bounds."


def accrual_chart(rows: Sequence[Row]) -> Figure:
    """Bars of patients by calendar year of the index infusion; rows: year and n."""
    title = "Patients followed by year of infusion"
    text = f"{title}. Bars are patients; the numbers are in the table of completeness by year."
    data = {"rows": [{"year": row["year"], "n": row["n"]} for row in rows]}
    return Figure(svg_element(filled(_bars(), data, {}), "accrual", title, text), title)


def windows_chart(figure_id: str, title: str, panels: Mapping[str, Sequence[Row]], said: str = EXACT) -> Figure:
    """Small multiples: one panel for each event, one estimate with its interval for each part of the follow-up.

    panels: rows of the estimates by the panel's label, each with the label of its window; a part where nobody was
    followed, and a hidden one, has no point. Where no event was seen the bar ends in the upper bound. said: what points and
    bars are.
    """
    order = list(dict.fromkeys(row["label"] for rows in panels.values() for row in rows))
    drawn = [
        {"panel": _lines(label), "place": place, "window": row["label"], "at": order.index(row["label"])}
        | {name: row[name] for name in ("estimate", "low", "high")}
        for place, (label, rows) in enumerate(panels.items())
        for row in rows
        if row["is_told"]
    ]
    text = f"{title} in each part of the follow-up. {said} Each panel has its own scale. The numbers are in the table below."
    return Figure(svg_element(filled(_multiples(), {"rows": drawn}, {}), figure_id, title, text), title)


def ratio_forest(figure_id: str, title: str, lines: Sequence[Row]) -> Figure:
    """Observed over expected with exact bounds on a logarithmic axis, one line for each row.

    lines: label, reference (population or survivors), estimate, low, high; estimate 0 where nothing was observed.
    """
    ticks = decades(lines)
    drawn = [_inside(line, ticks[0], ticks[-1]) | {"place": place, "one": 1.0} for place, line in enumerate(lines)]
    text = (
        f"{title}. Circles compare with the population, diamonds with survivors of the disease; bars are exact 95 % bounds, "
        "arrows go on beyond the axis. The numbers are in the table below."
    )
    values = {"low_end": ticks[0], "high_end": ticks[-1], "decades": list(ticks)}
    return Figure(svg_element(filled(_forest(), {"rows": drawn}, values), figure_id, title, text), title)


def _lines(label: str) -> str:
    return textwrap.shorten(label, 42, placeholder="…")


@cache
def _bars() -> Any:
    """The bars without data, as a Vega-Lite specification."""
    import altair as alt  # noqa: PLC0415 -- takes seconds to import; only a report needs it

    axis = alt.Axis(labelExpr=WHOLE_ONLY, grid=True, tickCount=3, tickMinStep=1)
    base = alt.Chart(alt.NamedData("rows")).encode(
        x=alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0)), y=alt.Y("n:Q", title=None, axis=axis)
    )
    numbers = base.mark_text(dy=-4, baseline="bottom", fontSize=9.5, color="var(--muted)").encode(text="n:Q")
    bars = base.mark_bar(color="var(--bar)")
    return styled(alt.layer(bars, numbers).properties(width=BAR_WIDTH, height=BAR_HEIGHT))


@cache
def _multiples() -> Any:
    """The panels without data, as a Vega-Lite specification."""
    import altair as alt  # noqa: PLC0415 -- as above

    order = alt.EncodingSortField("at", op="min")
    x = alt.X(
        "window:N",
        title=None,
        sort=order,
        axis=alt.Axis(labelAngle=-40, labelFontSize=9, grid=False, minExtent=AXIS, maxExtent=AXIS),
    )
    y_axis = alt.Axis(grid=True, tickCount=3, format=",~r", minExtent=AXIS, maxExtent=AXIS)
    base = alt.Chart().encode(x=x)
    layers = (
        base.mark_rule(strokeWidth=1.6, color="var(--all)").encode(
            y=alt.Y("low:Q", title=None, axis=y_axis, scale=alt.Scale(zero=True, nice=True)), y2="high:Q"
        ),
        base.mark_point(filled=True, opacity=1, size=34, color="var(--all)").encode(y="estimate:Q"),
    )
    header = alt.Header(title=None, labelOrient="top", labelAnchor="start", labelFontSize=10, labelColor="var(--ink)")
    panel = alt.layer(*layers).properties(width=PANEL_WIDTH, height=PANEL_HEIGHT)
    facet = alt.Facet("panel:N", sort=alt.EncodingSortField("place", op="min"), header=header)
    shown = panel.facet(
        facet=facet,
        data=alt.NamedData("rows"),
        columns=PANELS_ACROSS,
        bounds="flush",  # panels stand in line whatever their axes say
        spacing={"row": 6 + 2 * AXIS, "column": 32 + AXIS},
    )
    return styled(shown.resolve_scale(y="independent").resolve_axis(x="independent"))


@cache
def _forest() -> Any:
    """The forest without data, as a Vega-Lite specification."""
    import altair as alt  # noqa: PLC0415 -- as above

    scale = alt.Scale(
        type="log", domainMin=alt.ExprRef("low_end"), domainMax=alt.ExprRef("high_end"), nice=False, zero=False
    )
    axis = alt.Axis(values=alt.ExprRef("decades"), grid=True, format="~g")
    kinds = alt.Scale(domain=["population", "survivors"], range=["var(--all)", "var(--non)"])
    shapes = alt.Scale(domain=["population", "survivors"], range=["circle", "diamond"])
    label = label_axis(alt, FOREST_LABELS, 10.5)
    base = alt.Chart(alt.NamedData("rows")).encode(
        y=alt.Y("label:N", sort=alt.EncodingSortField("place", op="min"), title=None, axis=label),
        color=alt.Color("reference:N", legend=None, scale=kinds),
    )
    one = alt.Chart(alt.NamedData("rows")).mark_rule(stroke="var(--ink)").encode(x=alt.X("one:Q", scale=scale))
    span = base.mark_rule(strokeWidth=1.8).encode(x=alt.X("low:Q", scale=scale, title=None, axis=axis), x2="high:Q")
    points = [
        base.transform_filter("isValid(datum.estimate)")
        .mark_point(filled=True, opacity=1, size=44)
        .encode(x=alt.X("estimate:Q", scale=scale), shape=alt.Shape("reference:N", legend=None, scale=shapes)),
        *(
            base.transform_filter(f"isValid(datum.{end})")
            .mark_point(filled=True, opacity=1, size=44, shape=glyph)
            .encode(x=alt.X(f"{end}:Q", scale=scale))
            for end, glyph in (("at_left", "triangle-left"), ("at_right", "triangle-right"))
        ),
    ]
    return styled(alt.layer(one, span, *points).properties(width=FOREST_WIDTH, height=alt.Step(LINE_HEIGHT)))


def _inside(line: Row, least: float, most: float) -> Row:
    """A line with its ends inside the axis, and where an arrow says that the interval goes on."""
    least, most = max(least, LEAST_RATIO), min(most, MOST_RATIO)
    low, high, estimate = line["low"], line["high"], line["estimate"]
    label = "\n".join(textwrap.wrap(line["label"], LABEL_CHARACTERS))
    shown: Row = {"label": label, "reference": line["reference"]}
    if low is None and high is None:
        return shown
    left, right = not low or low < least, high is None or high > most
    shown |= {"low": least if left else low, "high": most if right else high}
    shown |= ({"at_left": least} if left else {}) | ({"at_right": most} if right else {})
    return shown | ({"estimate": estimate} if estimate and least <= estimate <= most else {})
