"""The forest of subgroups: what each says by itself, faint, and what it says beside the others, bold."""

import textwrap
from collections.abc import Sequence
from functools import cache
from typing import Any

from pipeline.report.drawing import Row, decades, filled, label_axis, styled, svg_element
from pipeline.report.figures import Figure

LABEL_CHARACTERS, LINE_HEIGHT = 27, 11
PLOT_WIDTH, LABEL_WIDTH, ROW_HEIGHT = 190, 158, 27
FAINT_UP, BOLD_DOWN = -5, 4
ESTIMATES = {"raw": "", "shrunken": "bold"}


def subgroup_forest(figure_id: str, title: str, lines: Sequence[Row]) -> Figure:
    """Two intervals for each subgroup on a logarithmic axis.

    lines: label, group, n (cases), and estimate, low and high of raw and shrunken (ratios; None where there is none).
    """
    spans = [
        {"estimate": line[name], "low": line[f"{name}_low"], "high": line[f"{name}_high"]}
        for line in lines
        for name in ESTIMATES
    ]
    ticks = decades(spans)
    firsts = {line["group"]: place for place, line in reversed(list(enumerate(lines)))}.values()
    drawn = [
        _drawable(line, ticks[0], ticks[-1]) | {"place": place, "opens": place in firsts and place > 0}
        for place, line in enumerate(lines)
    ]
    text = (
        f"{title}. Each line is one subgroup with its cases; the faint interval is the subgroup's own reporting odds "
        "ratio, the bold one is shrunken towards the other subgroups of its kind; arrows go on beyond the axis. The numbers are in the table subgroup_signal."
    )
    values = {"low_end": ticks[0], "high_end": ticks[-1], "decades": list(ticks)}
    return Figure(svg_element(filled(_chart(), {"rows": drawn}, values), figure_id, title, text), title)


@cache
def _chart() -> Any:
    """The forest without data, as a Vega-Lite specification."""
    import altair as alt  # noqa: PLC0415 -- takes seconds to import; only a report needs it

    scale = alt.Scale(
        type="log", domainMin=alt.ExprRef("low_end"), domainMax=alt.ExprRef("high_end"), nice=False, zero=False
    )
    axis = alt.Axis(values=alt.ExprRef("decades"), grid=True, format="~g")
    base = alt.Chart(alt.NamedData("rows")).encode(
        y=alt.Y(
            "label:N",
            sort=alt.EncodingSortField("place", op="min"),
            title=None,
            axis=label_axis(alt, LABEL_WIDTH, 10.5, LINE_HEIGHT),
        )
    )
    one = alt.Chart(alt.NamedData("rows")).mark_rule(stroke="var(--ink)").encode(x=alt.X("one:Q", scale=scale))
    faint: Row = {"strokeWidth": 1.2, "color": "var(--muted)", "yOffset": FAINT_UP}
    bold: Row = {"strokeWidth": 2.4, "color": "var(--all)", "yOffset": BOLD_DOWN}
    edge: Row = {"yOffset": -ROW_HEIGHT / 2, "stroke": "var(--line)", "strokeDash": [3, 3]}
    opening = base.transform_filter("datum.opens").mark_rule(**edge)
    layers = [opening.encode(x=alt.value(-LABEL_WIDTH), x2=alt.value(PLOT_WIDTH)), one]
    for name, line in (("raw", faint), ("shrunken", bold)):
        span = {"strokeWidth": line["strokeWidth"], "color": line["color"], "yOffset": line["yOffset"]}
        layers.append(
            base.transform_filter(f"isValid(datum.{name}_low)")
            .mark_rule(**span)
            .encode(x=alt.X(f"{name}_low:Q", scale=scale, title=None, axis=axis), x2=f"{name}_high:Q")
        )
        points = [(name, "circle"), (f"{name}_at_left", "triangle-left"), (f"{name}_at_right", "triangle-right")]
        layers += [
            base.transform_filter(f"isValid(datum.{column})")
            .mark_point(shape=shape, filled=True, opacity=1, size=44 if name == "shrunken" else 22, **_placed(line))
            .encode(x=alt.X(f"{column}:Q", scale=scale))
            for column, shape in points
        ]
    return styled(alt.layer(*layers).properties(width=PLOT_WIDTH, height=alt.Step(ROW_HEIGHT)))


def _placed(line: Row) -> Row:
    return {"color": line["color"], "yOffset": line["yOffset"]}


def _drawable(line: Row, least: float, most: float) -> Row:
    """A line with its ends inside the axis, and where an arrow says that an interval goes on."""
    label = textwrap.wrap(f"{line['label']} ({line['n']})", LABEL_CHARACTERS)
    shown: Row = {"label": "\n".join(label), "one": 1.0}
    for name in ESTIMATES:
        low, high, estimate = line[f"{name}_low"], line[f"{name}_high"], line[name]
        if low is None and high is None:
            continue
        left, right = not low or low < least, high is None or high > most
        shown |= {f"{name}_low": least if left else low, f"{name}_high": most if right else high}
        shown |= ({f"{name}_at_left": least} if left else {}) | ({f"{name}_at_right": most} if right else {})
        if estimate is not None and least <= estimate <= most:
            shown[name] = estimate
    return shown
