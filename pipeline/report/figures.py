"""Charts as inline SVG: drawn by Altair without a browser or a network, coloured by the page's own style sheet."""

import textwrap
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from pipeline.report.drawing import Row, decades, filled, label_axis, quarter_axis, styled, svg_element

LABEL_CHARACTERS = 25
PLOT_WIDTH, ROW_HEIGHT = 235, 30
PANEL_WIDTH, PANEL_HEIGHT = 325, 46
SYMBOL_SIZE = 42
WHOLE_ONLY = "datum.value % 1 ? '' : format(datum.value, ',d')"
GLYPHS = {"all": "circle", "non_car_t": "diamond"}


class Figure(NamedTuple):
    """One chart: its SVG, with title and description inside."""

    svg: str
    title: str


def forest(figure_id: str, title: str, rows: Sequence[Row], marks: Sequence[float]) -> Figure:
    """Estimates with their intervals on a logarithmic axis, one line for each row, two comparators to an endpoint.

    rows: label, comparator, estimate, low, high (ratios; estimate None where infinite or 0, low or high None where
    the interval has no such end). marks: ratios at which a line is drawn; the one at 1 is solid.
    """
    ticks = decades(rows)
    drawn = [_drawable(row, ticks[0], ticks[-1]) | {"place": place} for place, row in enumerate(rows)]
    text = (
        f"{title}. Each line is one endpoint; circles compare with all other reports, diamonds with reports without "
        "any CAR-T; bars are intervals, arrows go on beyond the axis. The numbers are in the tables below."
    )
    values = {"low_end": ticks[0], "high_end": ticks[-1], "decades": list(ticks)}
    data = {"rows": drawn, "marks": [{"x": value} for value in marks]}
    return Figure(svg_element(filled(_forest_chart(), data, values), figure_id, title, text), title)


def quarters_chart(
    figure_id: str, title: str, panels: Mapping[str, Mapping[str, int]], quarters: Sequence[str], events: Sequence[Row]
) -> Figure:
    """Bars of cases by quarter of initial receipt, one panel below the other, numbered lines where reporting changed.

    panels: cases by quarter, by the panel's label. events: number and quarter of each event of the calendar.
    """
    marked = {event["quarter"]: event["number"] for event in events}
    rows = [
        {
            "panel": label,
            "place": place,
            "quarter": quarter,
            "n": found.get(quarter, 0),
            "is_marked": quarter in marked,
            "is_first": quarter == quarters[0],
            "number": marked.get(quarter) if place == 0 else None,
        }
        for place, (label, found) in enumerate(panels.items())
        for quarter in quarters
    ]
    text = f"{title}. Bars are cases; numbered lines are the events listed below. The numbers are in the table below."
    return Figure(svg_element(filled(_quarters_template(), {"rows": rows}, {}), figure_id, title, text), title)


@cache
def _forest_chart() -> Any:
    """The forest plot without data, as a Vega-Lite specification."""
    import altair as alt  # noqa: PLC0415 -- takes seconds to import; only a report needs it

    glyphs = list(GLYPHS)
    scale = alt.Scale(
        type="log", domainMin=alt.ExprRef("low_end"), domainMax=alt.ExprRef("high_end"), nice=False, zero=False
    )
    axis = alt.Axis(values=alt.ExprRef("decades"), grid=True, format="~g")
    base = alt.Chart(alt.NamedData("rows")).encode(
        y=alt.Y("label:N", sort=alt.EncodingSortField("place", op="min"), title=None, axis=label_axis(alt)),
        yOffset=alt.YOffset("comparator:N", sort=glyphs, scale=alt.Scale(domain=glyphs, paddingOuter=0.6)),
        color=alt.Color(
            "comparator:N", legend=None, scale=alt.Scale(domain=glyphs, range=["var(--all)", "var(--non)"])
        ),
    )
    dash = alt.condition("datum.x == 1", alt.value([1, 0]), alt.value([3, 3]))
    lines = (
        alt.Chart(alt.NamedData("marks"))
        .mark_rule(stroke="var(--ink)")
        .encode(x=alt.X("x:Q", scale=scale), strokeDash=dash)
    )
    spans = base.mark_rule(strokeWidth=1.6).encode(x=alt.X("low:Q", scale=scale, title=None, axis=axis), x2="high:Q")
    drawn = [("estimate", glyph, f"datum.comparator == '{name}'") for name, glyph in GLYPHS.items()]
    drawn += [("at_left", "triangle-left", "true"), ("at_right", "triangle-right", "true")]
    points = [
        base.transform_filter(f"{only} && isValid(datum.{column})")
        .mark_point(shape=glyph, filled=True, opacity=1, size=SYMBOL_SIZE)
        .encode(x=alt.X(f"{column}:Q", scale=scale))
        for column, glyph, only in drawn
    ]
    return styled(
        alt.layer(lines, spans, *points).properties(
            width=PLOT_WIDTH, height=alt.Step(ROW_HEIGHT, **{"for": "position"})
        )
    )


@cache
def _quarters_template() -> Any:
    """The panels of quarters without data, as a Vega-Lite specification."""
    import altair as alt  # noqa: PLC0415 -- as above

    x = alt.X("quarter:N", title=None, axis=quarter_axis(alt), scale=alt.Scale(paddingInner=0.15))
    y = alt.Y("n:Q", title=None, axis=alt.Axis(labelExpr=WHOLE_ONLY, grid=False, tickCount=2, tickMinStep=1))
    base = alt.Chart()
    layers = (
        base.transform_filter("datum.is_marked").mark_rule(stroke="var(--mark)", strokeDash=[2, 2]).encode(x=x),
        base.transform_filter("datum.is_first").mark_rule(stroke="var(--line)").encode(y=alt.value(PANEL_HEIGHT)),
        base.mark_bar(color="var(--bar)").encode(x=x, y=y),
        base.transform_filter("isValid(datum.number)")
        .mark_text(dy=-4, baseline="bottom", fontSize=9, color="var(--mark)")
        .encode(x=x, y=alt.value(0), text="number:N"),
    )
    header = alt.Header(
        title=None, labelOrient="top", labelAnchor="start", labelFontSize=11, labelPadding=12, labelColor="var(--ink)"
    )
    row = alt.Row("panel:N", sort=alt.EncodingSortField("place", op="min"), header=header)
    panel = alt.layer(*layers).properties(width=PANEL_WIDTH, height=PANEL_HEIGHT)
    return styled(panel.facet(data=alt.NamedData("rows"), row=row, spacing=4).resolve_scale(y="independent"))


def _drawable(row: Row, least: float, most: float) -> Row:
    """A row with its ends inside the axis, and where an arrow says that the interval goes on."""
    low, high, estimate = row["low"], row["high"], row["estimate"]
    shown: Row = {"label": "\n".join(textwrap.wrap(row["label"], LABEL_CHARACTERS)), "comparator": row["comparator"]}
    if low is None and high is None:
        return shown
    left, right = low is None or low < least, high is None or high > most
    shown |= {"low": least if left else low, "high": most if right else high}
    if estimate is not None and least <= estimate <= most:
        shown["estimate"] = estimate
    return shown | ({"at_left": least} if left else {}) | ({"at_right": most} if right else {})
