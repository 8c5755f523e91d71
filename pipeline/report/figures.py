"""Charts as inline SVG: drawn by Altair without a browser or a network, coloured by the page's own style sheet."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import altair as alt

Row = dict[str, Any]
FONT = "system-ui, sans-serif"
LABEL_CHARACTERS = 25
PLOT_WIDTH, LABEL_WIDTH = 235, 165
ROW_HEIGHT, PANEL_HEIGHT = 30, 46
# A ratio outside these bounds is drawn at the edge; its number stands in the table.
LEAST_RATIO, MOST_RATIO = 0.01, 10_000.0
GLYPHS = {"all": "circle", "non_car_t": "diamond"}


class Figure(NamedTuple):
    """One chart: its SVG, with title and description inside."""

    svg: str
    title: str


class Axis(NamedTuple):
    """A logarithmic axis: its ends and its ticks."""

    low: float
    high: float
    ticks: tuple[float, ...]


def forest(figure_id: str, title: str, rows: Sequence[Row], marks: Sequence[float]) -> Figure:
    """Estimates with their intervals on a logarithmic axis, one line for each row, two comparators to an endpoint.

    rows: label, comparator, estimate, low, high (ratios; estimate None where infinite or 0, low or high None where
    the interval has no such end). marks: ratios at which a line is drawn. Nothing drawable gives an empty axis.
    """
    import altair as alt  # noqa: PLC0415 -- takes seconds to import; only a report needs it

    axis = _axis(rows)
    drawn = [_drawable(row, axis) for row in rows]
    labels = list(dict.fromkeys(row["label"] for row in drawn))
    place = alt.Y("label:N", sort=labels, title=None, axis=_label_axis(alt), scale=alt.Scale(paddingInner=0.15))
    offset = alt.YOffset("comparator:N", sort=list(GLYPHS), scale=alt.Scale(domain=list(GLYPHS), paddingOuter=0.2))
    colour = alt.Color("comparator:N", legend=None, scale=alt.Scale(domain=list(GLYPHS), range=["var(--all)", "var(--non)"]))
    scale = alt.Scale(type="log", domain=[axis.low, axis.high], nice=False, zero=False)
    x_axis = alt.Axis(values=list(axis.ticks), grid=True, format="~g", tickCount=len(axis.ticks))
    base = alt.Chart(alt.Data(values=drawn)).encode(y=place, yOffset=offset, color=colour)
    lines = alt.Chart(alt.Data(values=[{"x": value} for value in marks])).mark_rule(stroke="var(--ink)", strokeWidth=1)
    layers = [
        lines.encode(x=alt.X("x:Q", scale=scale), strokeDash=alt.condition("datum.x == 1", alt.value([1, 0]), alt.value([3, 3]))),
        base.mark_rule(strokeWidth=1.6).encode(x=alt.X("low:Q", scale=scale, title=None, axis=x_axis), x2="high:Q"),
        *(_symbols(alt, base, scale, glyph, name) for name, glyph in GLYPHS.items()),
        *(_arrows(alt, base, scale, end, glyph) for end, glyph in (("at_left", "triangle-left"), ("at_right", "triangle-right"))),
    ]
    chart = alt.layer(*layers).properties(width=PLOT_WIDTH, height=max(1, len(labels)) * ROW_HEIGHT)
    text = (
        f"{title}. Each line is one endpoint; circles compare with all other reports, diamonds with reports without "
        "any CAR-T; bars are intervals, arrows go on beyond the axis. The numbers are in the tables below."
    )
    return Figure(_svg(chart, figure_id, title, text), title)


def quarters_chart(figure_id: str, title: str, panels: Mapping[str, Mapping[str, int]], quarters: Sequence[str], events: Sequence[Row]) -> Figure:
    """Bars of cases by quarter of initial receipt, one panel below the other, numbered lines where reporting changed.

    panels: cases by quarter, by the panel's label. events: number and quarter of each event of the calendar.
    """
    import altair as alt  # noqa: PLC0415 -- as above

    rows = [{"panel": label, "quarter": quarter, "n": n} for label, by_quarter in panels.items() for quarter, n in by_quarter.items()]
    x = alt.X("quarter:N", sort=list(quarters), scale=alt.Scale(domain=list(quarters), paddingInner=0.15))
    marks = alt.Chart(alt.Data(values=list(events)))
    drawn = []
    for place, label in enumerate(panels):
        last = place == len(panels) - 1
        axis = _quarter_axis(alt, quarters) if last else alt.Axis(labels=False, ticks=False, title=None, grid=False)
        own = [row for row in rows if row["panel"] == label]
        most = max((row["n"] for row in own), default=1)
        y = alt.Y("n:Q", title=None, scale=alt.Scale(domain=[0, max(1, most)]), axis=alt.Axis(values=[0, max(1, most)], format="d", grid=False))
        layers = [
            marks.mark_rule(stroke="var(--mark)", strokeDash=[2, 2]).encode(x=x.axis(axis).title(None)),
            alt.Chart(alt.Data(values=own)).mark_bar(color="var(--bar)").encode(x=x.axis(axis).title(None), y=y),
        ]
        if place == 0:
            layers.append(marks.mark_text(dy=-5, baseline="bottom", fontSize=9, color="var(--mark)").encode(x=x, y=alt.value(0), text="number:N"))
        above = alt.Title(label, anchor="start", fontSize=11, fontWeight="normal", offset=12 if place == 0 else 3)
        drawn.append(alt.layer(*layers).properties(width=330, height=PANEL_HEIGHT, title=above))
    chart = alt.vconcat(*drawn, spacing=6)
    text = f"{title}. Bars are cases; numbered lines are the events listed below. The numbers are in the table below."
    return Figure(_svg(chart, figure_id, title, text), title)


def _symbols(alt: Any, base: "alt.Chart", scale: Any, glyph: str, comparator: str) -> "alt.Chart":
    only = alt.FieldEqualPredicate(equal=comparator, field="comparator")
    return base.transform_filter(only).transform_filter("isValid(datum.estimate)").mark_point(
        shape=glyph, filled=True, opacity=1, size=42
    ).encode(x=alt.X("estimate:Q", scale=scale))


def _arrows(alt: Any, base: "alt.Chart", scale: Any, end: str, glyph: str) -> "alt.Chart":
    return base.transform_filter(f"isValid(datum.{end})").mark_point(shape=glyph, filled=True, opacity=1, size=42).encode(
        x=alt.X(f"{end}:Q", scale=scale)
    )


def _axis(rows: Sequence[Row]) -> Axis:
    """Whole decades around everything finite, 1 always inside."""
    values = [row[name] for row in rows for name in ("estimate", "low", "high") if row[name]]
    inside = [min(max(value, LEAST_RATIO), MOST_RATIO) for value in [*values, 1.0]]
    decades = [10.0**power for power in range(-2, 5)]
    low = max(value for value in decades if value <= min(inside))
    high = min(value for value in decades if value >= max(inside) and value > low)
    return Axis(low, high, tuple(value for value in decades if low <= value <= high))


def _drawable(row: Row, axis: Axis) -> Row:
    """A row with its ends inside the axis, and where an arrow says that the interval goes on."""
    low, high, estimate = row["low"], row["high"], row["estimate"]
    shown: Row = {"label": "\n".join(textwrap.wrap(row["label"], LABEL_CHARACTERS)), "comparator": row["comparator"]}
    if low is None and high is None:
        return shown
    left, right = low is None or low < axis.low, high is None or high > axis.high
    shown |= {"low": axis.low if left else low, "high": axis.high if right else high}
    if estimate is not None and axis.low <= estimate <= axis.high:
        shown["estimate"] = estimate
    return shown | ({"at_left": axis.low} if left else {}) | ({"at_right": axis.high} if right else {})


def _label_axis(alt: Any) -> Any:
    return alt.Axis(labelExpr="split(datum.label, '\\n')", labelLimit=LABEL_WIDTH + 20, minExtent=LABEL_WIDTH, maxExtent=LABEL_WIDTH,
                    domain=False, ticks=False, labelFontSize=11, labelLineHeight=12, labelPadding=6)


def _quarter_axis(alt: Any, quarters: Sequence[str]) -> Any:
    firsts = [quarter for quarter in quarters if quarter.endswith("Q1")] or list(quarters[:1])
    return alt.Axis(values=firsts, labelExpr="slice(datum.value, 0, 4)", labelAngle=0, title=None, grid=False, labelOverlap=True)


def _svg(chart: Any, figure_id: str, title: str, description: str) -> str:
    """The chart as an SVG element of the page: named for screen readers, ids its own, no address in it."""
    import vl_convert  # noqa: PLC0415 -- starts a JavaScript engine

    drawn = chart.configure(background="transparent", font=FONT, aria=False, padding=4).configure_view(stroke=None).configure_axis(
        labelColor="var(--muted)", domainColor="var(--line)", tickColor="var(--line)", gridColor="var(--grid)", labelFontSize=10
    ).configure_title(color="var(--ink)", font=FONT)
    svg: str = vl_convert.vegalite_to_svg(drawn.to_dict())
    width, height = re.findall(r'<svg[^>]*? width="([\d.]+)" height="([\d.]+)"', svg)[0]
    inside = re.sub(r"^<svg[^>]*>|</svg>\s*$", "", svg)
    inside = re.sub(r'\b(id="|url\(#|href="#)([\w-]+)', rf"\1{figure_id}-\2", inside)
    inside = re.sub(r' (role|aria-[a-z]+|class|pointer-events)="[^"]*"', "", inside)
    head = f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-labelledby="{figure_id}-t {figure_id}-d">'
    return f'{head}<title id="{figure_id}-t">{_text(title)}</title><desc id="{figure_id}-d">{_text(description)}</desc>{inside}</svg>'


def _text(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
