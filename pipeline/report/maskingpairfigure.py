"""How far removals move the pairs of a background, by the pairs' expected count, as an SVG of its own."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from pipeline.config import PACKAGE
from pipeline.report.drawing import Row, filled, styled, svg_element
from pipeline.report.figures import SYMBOL_SIZE
from pipeline.vocabulary.endpoints import endpoint

WIDTH, HEIGHT = 420, 110
TITLE = "Shift of IC by expected count"
TEXT = (
    "One panel for each removal. Pairs are grouped by the count expected before it, each group twice the one before; a dot "
    "is the median shift of IC in log2, a bar goes from its 5 % to its 95 % point. Pairs that keep no case are left out; a "
    "removal of which no pair is left has no panel. Each panel has a scale of its own."
)
KEY = "dot: median; bar: 5 % to 95 % of the pairs that keep a case; each panel on its own scale"
WORDS = {"product": "reports naming", "event": "reports with", "term": "terms only, reports kept:"}
PALETTE = re.compile(r"\A.*?(?=\n\* \{)", re.DOTALL)


def shift_picture(bins: Sequence[Row]) -> str:
    """A panel for each removal, in their order; rows of report/masking_bin."""
    rows = [
        {name: row[name] for name in ("low", "middle", "high", "n_pairs")}
        | {"panel": _panel(row), "at": 2.0 ** (row["power"] + 0.5)}
        for row in bins
    ]
    of = {(row["as_of"], row["comparator"]) for row in bins}
    heading = [TITLE, *(f"as of {as_of}, compared against {comparator}" for as_of, comparator in sorted(of))]
    place: dict[str, int] = {}
    for row in rows:
        row["place"] = place.setdefault(row["panel"], len(place))
    svg = svg_element(
        filled(_template(), {"rows": rows}, {"heading": ", ".join(heading)}), "masking-shift", TITLE, TEXT
    )
    return svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).replace(">", f">{_palette()}", 1)


def _panel(row: Row) -> str:
    """What the removal takes, an endpoint with what must stand beside each of its numbers."""
    label = endpoint(row["removed"]).label if row["removed_thing"] == "endpoint" else ""
    return f"{WORDS[row['kind']]} {row['removed']}{f' ({label})' if label else ''}"


def _palette() -> str:
    """The colours of the report's page, light and dark, and its card behind the picture."""
    sheet = (PACKAGE / "report" / "templates" / "report.css").read_text(encoding="utf-8")
    found = PALETTE.search(sheet)
    if found is None:
        raise ValueError("report.css no longer begins with its colours.")
    return f"<style>{found[0]}\nsvg {{ background: var(--card); color: var(--ink); font-family: sans-serif; }}</style>"


@cache
def _template() -> Any:
    """The panels without data, as a Vega-Lite specification."""
    import altair as alt  # noqa: PLC0415 -- takes seconds to import; only a picture needs it

    x = alt.X(
        "at:Q", title="cases expected before", scale=alt.Scale(type="log"), axis=alt.Axis(format="~g", tickCount=8)
    )
    axis = alt.Axis(grid=True, format="~g", tickCount=5)
    y = {name: alt.Y(f"{name}:Q", title="shift of IC, log2", axis=axis) for name in ("low", "middle")}
    base = alt.Chart()
    layers = (
        base.mark_rule(stroke="var(--ink)").encode(y=alt.datum(0)),
        base.mark_rule(stroke="var(--bar)", strokeWidth=4).encode(x=x, y=y["low"], y2="high:Q"),
        base.mark_point(shape="circle", filled=True, fill="var(--all)", opacity=1, size=SYMBOL_SIZE).encode(
            x=x, y=y["middle"]
        ),
    )
    header = alt.Header(title=None, labelOrient="top", labelAnchor="start", labelFontSize=11, labelColor="var(--ink)")
    row = alt.Row("panel:N", sort=alt.EncodingSortField("place", op="min"), header=header)
    panel = alt.layer(*layers).properties(width=WIDTH, height=HEIGHT)
    faceted = panel.facet(data=alt.NamedData("rows"), row=row, spacing=10).resolve_scale(y="independent")
    title = alt.Title(
        text=alt.ExprRef("heading"),
        subtitle=KEY,
        anchor="start",
        fontSize=11,
        subtitleFontSize=10,
        color="var(--ink)",
        subtitleColor="var(--muted)",
    )
    return styled(faceted.properties(title=title))
