"""The power of a plan's design by its greatest length, as inline SVG."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from pipeline.report.drawing import Row, filled, styled, svg_element
from pipeline.report.figures import Figure

WIDTH, HEIGHT = 300, 150
COLOURS = {1.5: "var(--non)", 2.0: "var(--all)", 3.0: "var(--mark)"}
DASHES = {1.5: (2, 2), 2.0: (7, 3), 3.0: (1, 0)}
"""How a line is drawn, by how many times as often events come; the page's legend draws the same."""


def power_chart(figure_id: str, title: str, rows: Sequence[Row], own: float) -> Figure | None:
    """Lines of power, one for each strength, over the greatest length; a mark at the plan's own; None without any power.

    rows: maximum_length, times_as_often, power (0 to 1, None where there is none).
    """
    drawn = [
        {"length": row["maximum_length"], "power": row["power"], "times": f"{row['times_as_often']:g}", "own": own}
        for row in rows
        if row["power"] is not None
    ]
    if not drawn:
        return None
    lengths = sorted({row["length"] for row in drawn})
    text = (
        f"{title}. Lines are the power of the plan's design by its greatest length, on a logarithmic axis, for events that "
        "come 1.5, 2 and 3 times as often as under the null; the upright line is the plan's own length. The numbers are in "
        "the table below."
    )
    values = {"lengths": lengths, "least": lengths[0], "most": lengths[-1]}
    return Figure(svg_element(filled(_template(), {"rows": drawn}, values), figure_id, title, text), title)


@cache
def _template() -> Any:
    """The chart without data, compiled."""
    import altair as alt  # noqa: PLC0415 -- takes seconds to import; only a report needs it

    scale = alt.Scale(type="log", domainMin=alt.ExprRef("least"), domainMax=alt.ExprRef("most"), nice=False)
    axis = alt.Axis(values=alt.ExprRef("lengths"), grid=False, format="~g", labelOverlap=True)
    times = [f"{one:g}" for one in COLOURS]
    base = alt.Chart(alt.NamedData("rows")).encode(
        x=alt.X("length:Q", scale=scale, title=None, axis=axis),
        y=alt.Y(
            "power:Q",
            scale=alt.Scale(domain=[0, 1]),
            title=None,
            axis=alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1], grid=True),
        ),
        color=alt.Color("times:N", legend=None, scale=alt.Scale(domain=times, range=list(COLOURS.values()))),
    )
    dashes = alt.StrokeDash(
        "times:N", legend=None, scale=alt.Scale(domain=times, range=[list(one) for one in DASHES.values()])
    )
    own = (
        alt.Chart(alt.NamedData("rows"))
        .mark_rule(color="var(--muted)", strokeWidth=1)
        .encode(x=alt.X("min(own):Q", scale=scale, title=None, axis=axis))
    )
    lines = base.mark_line(strokeWidth=1.8).encode(strokeDash=dashes)
    points = base.mark_point(filled=True, size=26, opacity=1)
    return styled(alt.layer(own, lines, points).properties(width=WIDTH, height=HEIGHT))
