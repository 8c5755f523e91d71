"""Step curves of days from infusion to event with the fits through them, as inline SVG."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from pipeline.report.drawing import filled, styled, svg_element
from pipeline.report.figures import Figure
from pipeline.signals.interval import Array

Curves = dict[str, tuple[Array, Array]]
WIDTH, HEIGHT = 315, 84
TICKS = (0, 1, 3, 7, 14, 30, 90, 365, 1095, 3650)
STEPPED = ("seen", "reverse_time")
COLOURS = {
    "seen": "var(--ink)",
    "naive": "var(--non)",
    "right_truncated": "var(--all)",
    "reverse_time": "var(--mark)",
}
DASHES = {"seen": [1, 0], "naive": [5, 3], "right_truncated": [1, 0], "reverse_time": [2, 2]}
WIDTHS = {"seen": 1.0, "naive": 1.4, "right_truncated": 2.0, "reverse_time": 1.6}


def onset_chart(figure_id: str, title: str, panels: Mapping[str, Curves], longest: float) -> Figure:
    """One panel below the other, each with the curves of one endpoint on an axis of ln(1 + days).

    panels: days and shares of each curve, by the panel's label. longest: where the axis ends, in days.
    """
    rows = [
        {"panel": label, "place": place, "curve": curve, "at": at, "x": round(float(x), 4), "y": round(float(y), 4)}
        for place, (label, curves) in enumerate(panels.items())
        for curve, points in curves.items()
        for at, (x, y) in enumerate(_thinned(curve, *points, longest))
    ]
    ticks = [float(np.log1p(day)) for day in TICKS if day <= longest]
    text = (
        f"{title}. Steps are the cases as seen and the reverse-time estimate, smooth lines the two Weibull fits; the axis "
        "is logarithmic in days from infusion. The numbers are in the table below."
    )
    values = {"last": float(np.log1p(longest)), "ticks": ticks}
    return Figure(svg_element(filled(_onset_template(), {"rows": rows}, values), figure_id, title, text), title)


def _thinned(curve: str, days: Array, share: Array, longest: float) -> "list[tuple[float, float]]":
    """Points on the axis's scale; of steps that fall on one pixel the last."""
    x = np.log1p(days)
    if curve not in STEPPED:
        return list(zip(x.tolist(), share.tolist(), strict=True))
    pixel = np.floor(x / np.log1p(longest) * WIDTH)
    kept = np.append(pixel[1:] > pixel[:-1], True)
    kept[0] = True
    return list(zip(x[kept].tolist(), share[kept].tolist(), strict=True))


@cache
def _onset_template() -> Any:
    """The panels without data, as a Vega-Lite specification."""
    import altair as alt  # noqa: PLC0415 -- takes seconds to import; only a report needs it

    days = alt.Axis(
        values=alt.ExprRef("ticks"), labelExpr="format(round(exp(datum.value) - 1), ',d')", grid=True, title=None
    )
    scale = alt.Scale(domainMin=0, domainMax=alt.ExprRef("last"), nice=False, zero=True)
    share = alt.Axis(values=[0, 0.5, 1], format=".0%", grid=True, title=None)
    layers = [
        alt.Chart()
        .transform_filter(f"datum.curve == '{curve}'")
        .mark_line(
            stroke=COLOURS[curve],
            strokeDash=DASHES[curve],
            strokeWidth=WIDTHS[curve],
            interpolate="step-after" if curve in STEPPED else "linear",
        )
        .encode(
            x=alt.X("x:Q", axis=days, scale=scale),
            y=alt.Y("y:Q", axis=share, scale=alt.Scale(domain=[0, 1])),
            order="at:Q",
        )
        for curve in COLOURS
    ]
    header = alt.Header(
        title=None, labelOrient="top", labelAnchor="start", labelFontSize=11, labelPadding=6, labelColor="var(--ink)"
    )
    row = alt.Row("panel:N", sort=alt.EncodingSortField("place", op="min"), header=header)
    panel = alt.layer(*layers).properties(width=WIDTH, height=HEIGHT)
    return styled(panel.facet(data=alt.NamedData("rows"), row=row, spacing=8).resolve_axis(x="independent"))
