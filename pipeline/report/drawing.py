"""What every chart is drawn with: a specification with its data, the page's colours, shared axes, inline SVG."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.report.wording import refuse_in_text

Row = dict[str, Any]
FONT = "inherit"
LABEL_WIDTH, LINE_HEIGHT = 165, 12
# A ratio outside these bounds is drawn at the edge; its number stands in the table.
LEAST_RATIO, MOST_RATIO = 0.01, 10_000.0
TEXT_OF_LINES = re.compile(r'translate\((-?[\d.]+),(-?[\d.]+)\)("[^>]*>)((?:<tspan[^>]*>[^<]*</tspan>){2,})')


def styled(chart: Any) -> Any:
    """The chart in the colours of the page's style sheet, compiled to Vega once for all the data it is drawn with."""
    import vl_convert  # noqa: PLC0415 -- starts a JavaScript engine

    drawn = (
        chart.configure(background="transparent", font=FONT, aria=False, padding=4)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor="var(--muted)",
            domainColor="var(--line)",
            tickColor="var(--line)",
            gridColor="var(--grid)",
            labelFontSize=10,
        )
    )
    return vl_convert.vegalite_to_vega(drawn.to_dict())


def filled(specification: Any, datasets: Mapping[str, Sequence[Row]], values: Mapping[str, Any]) -> Any:
    """A compiled chart with its data and the values its expressions name; ValueError for data it does not draw."""
    if unknown := set(datasets) - {source["name"] for source in specification["data"]}:
        raise ValueError(f"the chart draws no {', '.join(sorted(unknown))}")
    data = [
        source | {"values": list(datasets[source["name"]])} if source["name"] in datasets else source
        for source in specification["data"]
    ]
    signals = [{"name": name, "value": value} for name, value in values.items()]
    return specification | {"data": data, "signals": [*specification.get("signals", []), *signals]}


def decades(rows: Sequence[Row]) -> tuple[float, ...]:
    """Whole decades around everything finite, 1 always inside; two at least."""
    values = [row[name] for row in rows for name in ("estimate", "low", "high") if row[name]]
    inside = [min(max(value, LEAST_RATIO), MOST_RATIO) for value in [*values, 1.0]]
    powers = [10.0**power for power in range(-2, 5)]
    low = max(value for value in powers if value <= min(inside) and value < MOST_RATIO)
    high = min(value for value in powers if value >= max(inside) and value > low)
    return tuple(value for value in powers if low <= value <= high)


def label_axis(alt: Any, width: int = LABEL_WIDTH, font_size: float = 11, line_height: int = LINE_HEIGHT) -> Any:
    """An axis of labels of several lines, all of one width so that charts stand below each other."""
    return alt.Axis(
        labelExpr="split(datum.label, '\\n')",
        labelLimit=width + 20,
        minExtent=width,
        maxExtent=width,
        domain=False,
        ticks=False,
        labelFontSize=font_size,
        labelLineHeight=line_height,
        labelPadding=6,
    )


def quarter_axis(alt: Any) -> Any:
    """An axis of quarters with a tick and the year at each first quarter."""
    first = "slice(datum.value, 4) == 'Q1'"
    tick = {"condition": {"test": first, "value": 1}, "value": 0}
    return alt.Axis(
        labelExpr=f"{first} ? slice(datum.value, 0, 4) : ''",
        tickOpacity=tick,
        labelAngle=0,
        grid=False,
        labelOverlap=False,
    )


def svg_element(specification: Any, figure_id: str, title: str, description: str) -> str:
    """The chart as an SVG element of the page: named for screen readers, ids its own, no address in it."""
    import vl_convert  # noqa: PLC0415 -- as above

    refuse_in_text(f"{title}. {description}", "A picture")
    svg: str = vl_convert.vega_to_svg(specification)
    width, height = re.findall(r'<svg[^>]*? width="([\d.]+)" height="([\d.]+)"', svg)[0]
    inside = re.sub(r"^<svg[^>]*>|</svg>\s*$", "", svg)
    inside = re.sub(r' (role|aria-[a-z]+|class|pointer-events)="[^"]*"', "", inside)
    inside = TEXT_OF_LINES.sub(_centred, inside)
    named = f'<title id="{figure_id}-t">{_text(title)}</title><desc id="{figure_id}-d">{_text(description)}</desc>'
    head = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-labelledby="{figure_id}-t {figure_id}-d"'
    return f"<svg {head}>{named}{inside}</svg>"


def _centred(found: re.Match[str]) -> str:
    """A label of several lines, its middle where its first line stood."""
    x, y, rest, lines = found.groups()
    up = (lines.count("<tspan") - 1) * LINE_HEIGHT / 2
    return f"translate({x},{float(y) - up:.2f}){rest}{lines}"


def _text(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
