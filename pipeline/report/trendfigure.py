"""Charts by quarter as inline SVG: cases known and still to come, and the cumulative information component."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from pipeline.report.drawing import Row, filled, quarter_axis, styled, svg_element
from pipeline.report.figures import PANEL_WIDTH, WHOLE_ONLY, Figure

PANEL_HEIGHT, COMPONENT_HEIGHT = 52, 62


def arrivals_chart(figure_id: str, title: str, panels: Mapping[str, Sequence[Row]]) -> Figure:
    """Bars of cases known with what is expected above them, and a bracket from the least to the most there will be.

    panels: rows of one series by the panel's label: quarter, known, expected, low, high.
    """
    rows = [
        {"panel": label, "place": place, "coming": row["high"] > row["known"]} | dict(row)
        for place, (label, found) in enumerate(panels.items())
        for row in found
    ]
    text = (
        f"{title}. Filled bars are cases known, outlined ones cases expected to come, brackets their 95 % bounds. "
        "The numbers are in the table below."
    )
    return Figure(svg_element(filled(_arrivals_template(), {"rows": rows}, {}), figure_id, title, text), title)


def component_chart(figure_id: str, title: str, panels: Mapping[str, Sequence[Row]]) -> Figure:
    """The information component of everything received up to each quarter with its band; a point where it first clears 0.

    panels: rows of one endpoint by the panel's label: quarter, ic, low, high, is_first.
    """
    rows = [
        {"panel": label, "place": place, "zero": 0.0} | dict(row)
        for place, (label, found) in enumerate(panels.items())
        for row in found
    ]
    text = (
        f"{title}. Lines are the information component of all cases received up to the quarter, bands its 95 % bounds; "
        "the point with a quarter beside it is the first with a lower bound above 0. Each panel has its own scale."
    )
    return Figure(svg_element(filled(_component_template(), {"rows": rows}, {}), figure_id, title, text), title)


@cache
def _arrivals_template() -> Any:
    """The panels without data, as a Vega-Lite specification."""
    import altair as alt  # noqa: PLC0415 -- takes seconds to import; only a report needs it

    x = alt.X("quarter:N", title=None, axis=quarter_axis(alt), scale=alt.Scale(paddingInner=0.15))
    axis = alt.Axis(labelExpr=WHOLE_ONLY, grid=False, tickCount=2, tickMinStep=1)
    base = alt.Chart().encode(x=x)
    coming = base.transform_filter("datum.coming")
    layers = (
        base.mark_bar(color="var(--bar)").encode(y=alt.Y("known:Q", title=None, axis=axis)),
        coming.mark_bar(color="var(--soft)", stroke="var(--bar)", strokeDash=[2, 2], strokeWidth=1).encode(
            y=alt.Y("known:Q", title=None), y2="expected:Q"
        ),
        coming.mark_rule(stroke="var(--ink)", strokeWidth=1.2).encode(y=alt.Y("low:Q", title=None), y2="high:Q"),
        *(
            coming.mark_tick(color="var(--ink)", thickness=1.2, width=5, orient="horizontal").encode(
                y=alt.Y(f"{end}:Q", title=None)
            )
            for end in ("low", "high")
        ),
    )
    return _panels(alt, layers, PANEL_HEIGHT)


@cache
def _component_template() -> Any:
    """The panels without data, as a Vega-Lite specification."""
    import altair as alt  # noqa: PLC0415 -- as above

    x = alt.X("quarter:N", title=None, axis=quarter_axis(alt), scale=alt.Scale(type="point", padding=0.5))
    axis = alt.Axis(grid=False, tickCount=3, format="~g")
    base = alt.Chart().encode(x=x)
    first = base.transform_filter("datum.is_first")
    layers = (
        alt.Chart()
        .mark_rule(stroke="var(--muted)", strokeDash=[2, 2])
        .encode(y=alt.Y("min(zero):Q", title=None, axis=axis)),
        base.mark_area(color="var(--all)", opacity=0.22).encode(y=alt.Y("low:Q", title=None), y2="high:Q"),
        base.mark_line(color="var(--all)", strokeWidth=1.6).encode(y=alt.Y("ic:Q", title=None)),
        base.mark_point(color="var(--all)", filled=True, size=9, opacity=1).encode(y=alt.Y("ic:Q", title=None)),
        first.mark_point(color="var(--mark)", filled=True, size=44, opacity=1).encode(y=alt.Y("low:Q", title=None)),
        first.mark_text(color="var(--mark)", fontSize=9.5, align="left", dx=6, dy=6).encode(
            y=alt.Y("low:Q", title=None), text="quarter:N"
        ),
    )
    return _panels(alt, layers, COMPONENT_HEIGHT)


def _panels(alt: Any, layers: Sequence[Any], height: int) -> Any:
    """The layers one panel below the other, each under its label and on a scale of its own."""
    header = alt.Header(
        title=None, labelOrient="top", labelAnchor="start", labelFontSize=11, labelPadding=5, labelColor="var(--ink)"
    )
    row = alt.Row("panel:N", sort=alt.EncodingSortField("place", op="min"), header=header)
    panel = alt.layer(*layers).properties(width=PANEL_WIDTH, height=height)
    return styled(panel.facet(data=alt.NamedData("rows"), row=row, spacing=8).resolve_scale(y="independent"))
