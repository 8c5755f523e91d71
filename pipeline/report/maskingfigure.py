"""Dumbbells of the information component before and after a removal, as inline SVG."""

import textwrap
from collections.abc import Sequence
from functools import cache
from typing import Any

from pipeline.report.drawing import Row, filled, label_axis, styled, svg_element
from pipeline.report.figures import LABEL_CHARACTERS, ROW_HEIGHT, SYMBOL_SIZE, Figure

WIDTH, TOLD_WIDTH, LINE_ROOM = 190, 52, 20
SMALL, LONGEST_REMOVED = 26, 48


def dumbbell(figure_id: str, title: str, rows: Sequence[Row]) -> Figure:
    """One line for each pair: a ring at the IC before, a dot at the IC counted again, a cross where the screen expects it.

    rows: label, removed, before, after, screen (None where the closed form has no answer), told (its error as text),
    crosses (whether IC025 crosses 0 and the dot is a diamond).
    """
    drawn = [
        {name: row[name] for name in ("before", "after", "screen", "told", "crosses")}
        | {"label": _label(row), "place": place}
        for place, row in enumerate(rows)
    ]
    text = (
        f"{title}. Each line is one endpoint: a ring at the information component before, a dot at the one counted again "
        "without the reports, a diamond where its lower bound crosses 0, a cross where the closed form expects it, "
        "with the error of the closed form at the right. The numbers are in the tables that come with this page."
    )
    return Figure(svg_element(filled(_template(), {"rows": drawn}, {}), figure_id, title, text), title)


def _label(row: Row) -> str:
    """Endpoint, then what is removed, each on lines short enough for the margin."""
    removed = textwrap.shorten(row["removed"], LONGEST_REMOVED, placeholder="…")
    return "\n".join(
        [*textwrap.wrap(row["label"], LABEL_CHARACTERS)[:2], *textwrap.wrap(removed, LABEL_CHARACTERS)[:2]]
    )


@cache
def _template() -> Any:
    """The dumbbells without data, as a Vega-Lite specification."""
    import altair as alt  # noqa: PLC0415 -- takes seconds to import; only a report needs it

    order = alt.EncodingSortField("place", op="min")
    base = alt.Chart(alt.NamedData("rows")).encode(y=alt.Y("label:N", sort=order, title=None, axis=label_axis(alt)))
    scale = alt.Scale(zero=True, nice=True)
    axis = alt.Axis(grid=True, format="~g", tickCount=6)
    x = {name: alt.X(f"{name}:Q", scale=scale, title=None, axis=axis) for name in ("before", "after", "screen")}
    nought = alt.Chart(alt.NamedData("rows")).mark_rule(stroke="var(--ink)").encode(x=alt.datum(0))
    layers = [
        nought,
        base.mark_rule(stroke="var(--bar)", strokeWidth=2.5).encode(x=x["before"], x2="after:Q"),
        base.mark_point(filled=False, stroke="var(--muted)", size=SYMBOL_SIZE, opacity=1).encode(x=x["before"]),
        base.transform_filter("!datum.crosses")
        .mark_point(shape="circle", filled=True, fill="var(--all)", opacity=1, size=SYMBOL_SIZE)
        .encode(x=x["after"]),
        base.transform_filter("datum.crosses")
        .mark_point(shape="diamond", filled=True, fill="var(--flag)", opacity=1, size=2 * SYMBOL_SIZE)
        .encode(x=x["after"]),
        base.transform_filter("isValid(datum.screen)")
        .mark_point(shape="cross", angle=45, filled=True, fill="var(--non)", opacity=1, size=SMALL)
        .encode(x=x["screen"]),
        base.mark_text(align="right", fontSize=10, color="var(--non)").encode(
            x=alt.value(WIDTH + TOLD_WIDTH), text="told:N"
        ),
    ]
    return styled(
        alt.layer(*layers).properties(width=WIDTH, height=alt.Step(ROW_HEIGHT + LINE_ROOM, **{"for": "position"}))
    )
