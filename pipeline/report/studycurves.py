"""Curves of the study as inline SVG: steps with their bands, ended where few remain, numbers at risk beneath."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from pipeline.cohort.parameters import parameters
from pipeline.report.drawing import Row, filled, styled, svg_element
from pipeline.report.studycells import StudyTable

WIDTH, HEIGHT = 400, 190
# Steps nearer to each other than a third of a pixel are drawn as one.
PLACES = 3 * WIDTH
COLOURS = ("var(--all)", "var(--non)", "var(--third)", "var(--muted)")
DASHES = ([1, 0], [1, 0], [5, 3], [2, 2])  # lines that lie on each other show each other


class CurveFigure(NamedTuple):
    """One picture of curves: its SVG, its title, what stands small beneath, its lines with their style, the risk table."""

    svg: str
    title: str
    note: str
    series: Sequence[tuple[str, str]]
    risk: StudyTable | None


def curve_figure(
    figure_id: str, title: str, note: str, lines: Mapping[str, Sequence[Row]], risk: StudyTable | None, *, falls: bool
) -> CurveFigure:
    """Steps with bands, one line for each label.

    lines: rows of study_curve by label, in the order of time. A line ends where fewer than ten are at risk. falls: a
    share that begins at 1 and falls, as survival; else one that begins at 0.
    """
    start = 1.0 if falls else 0.0
    horizon = max((rows[-1]["at_years"] for rows in map(_kept, lines.values()) if rows), default=1.0)
    drawn = [
        {"line": label, "place": place} | step
        for place, (label, rows) in enumerate(lines.items())
        for step in _thinned(_kept(rows), start, horizon)
    ]
    units = {row["unit"] for rows in lines.values() for row in rows}
    share = units == {"share"}
    text = f"{title}. Steps are estimates, bands pointwise 95 % bounds; {note}"
    values = {"top": 1.0 if share and falls else _top(drawn, share=share), "years": _years(horizon)}
    chart = filled(_chart(share), {"rows": drawn}, values)
    series = [(label, f"s{place % len(COLOURS)}") for place, label in enumerate(lines)]
    return CurveFigure(svg_element(chart, figure_id, title, text), title, note, series, risk)


def _kept(rows: Sequence[Row]) -> list[Row]:
    least = parameters()["least_at_risk"]
    few = next(
        (at for at, row in enumerate(rows) if row["n_at_risk"] is not None and row["n_at_risk"] < least), len(rows)
    )
    return list(rows[:few])


def _thinned(rows: Sequence[Row], start: float, horizon: float) -> list[Row]:
    """The start, then the last step of each place along the axis; one more at the line's end."""
    if not rows:
        return []
    found: dict[int, Row] = {}
    for row in rows:
        found[int(PLACES * row["at_years"] / horizon) if horizon else 0] = row
    steps = [{name: row[name] for name in ("at_years", "estimate", "low", "high")} for row in found.values()]
    first = {"at_years": 0.0, "estimate": start, "low": start, "high": start}
    return [*([] if steps[0]["at_years"] == 0 else [first]), *steps]


def _years(horizon: float) -> list[float]:
    """Ticks of the axis: whole years, eight at most, or quarters of the first one."""
    if horizon < 1:
        return [quarter / 4 for quarter in range(int(4 * horizon) + 1)]
    return [float(year) for year in range(0, int(horizon) + 1, -(-int(horizon) // 8))]


def _top(drawn: Sequence[Row], *, share: bool) -> float:
    """Upper end of the axis: what the bands reach, a little more, and never above 1 for a share."""
    highest = max((row["high"] or row["estimate"] or 0.0 for row in drawn), default=1.0)
    wide = max(highest * 1.05, 0.02)
    return min(wide, 1.0) if share else wide


@cache
def _chart(share: bool) -> Any:
    """The curves without data, as a Vega-Lite specification."""
    import altair as alt  # noqa: PLC0415 -- takes seconds to import; only a report needs it

    axis = alt.Axis(format="~%" if share else "~g", tickCount=5)
    scale = alt.Scale(domainMin=0, domainMax=alt.ExprRef("top"), nice=False, zero=False)
    places = list(range(len(COLOURS)))
    colour = alt.Color("group:O", legend=None, scale=alt.Scale(domain=places, range=list(COLOURS)))
    x = alt.X(
        "at_years:Q",
        title="Years",
        axis=alt.Axis(values=alt.ExprRef("years"), format="~g", grid=False, titleColor="var(--muted)"),
    )
    base = alt.Chart(alt.NamedData("rows")).transform_calculate(group=f"datum.place % {len(COLOURS)}")
    band = (
        base.transform_filter("isValid(datum.low) && isValid(datum.high)")
        .mark_area(interpolate="step-after", opacity=0.14)
        .encode(x=x, y=alt.Y("low:Q", scale=scale, title=None, axis=axis), y2="high:Q", color=colour, detail="place:O")
    )
    dash = alt.StrokeDash("group:O", legend=None, scale=alt.Scale(domain=places, range=list(DASHES)))
    line = base.mark_line(interpolate="step-after", strokeWidth=1.8).encode(
        x=x, y=alt.Y("estimate:Q", scale=scale), color=colour, strokeDash=dash, detail="place:O", order="at_years:Q"
    )
    return styled(alt.layer(band, line).properties(width=WIDTH, height=HEIGHT))
