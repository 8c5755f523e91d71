"""The picture of docs/operating.md: how often a rule ever fires on a null pair within all looks."""

import math
from typing import Any

from benchmarks.operating_choice import MOST_EVER_CROSSING

Figure = dict[str, Any]
DESCRIPTION = (
    "Share of null pairs on which each rule fires at least once within {looks} quarterly looks, by the cases expected "
    "for a quarter. Lines: exact, constant expectation. Dots: simulated, for rules that read many pairs together. The "
    "dashed line is the most that the criterion allows."
)


def picture(record: Figure) -> str:
    """The curves as an SVG file."""
    import altair as alt
    import vl_convert

    lines, dots, rules = curves(record), bands(record), record["rules"].values()
    encoded = {
        "x": alt.X("expected:Q", scale=alt.Scale(type="log"), title="cases expected for a quarter"),
        "y": alt.Y("share:Q", axis=alt.Axis(format="%"), title="null pairs ever crossed"),
        "color": alt.Color(
            "rule:N", title=None, scale=alt.Scale(domain=[one["text"] for one in rules], scheme="category10")
        ),
    }
    most = [{"most": MOST_EVER_CROSSING}]
    chart = alt.layer(
        alt.Chart(alt.InlineData(values=lines)).mark_line(point=True).encode(**encoded),
        alt.Chart(alt.InlineData(values=dots)).mark_point(shape="diamond", filled=True, size=60).encode(**encoded),
        alt.Chart(alt.InlineData(values=most)).mark_rule(strokeDash=[4, 3]).encode(y="most:Q"),
    ).properties(width=520, height=300, title=f"Ever crossed within {record['design']['n_quarters']} quarterly looks")
    svg = str(
        vl_convert.vegalite_to_svg(chart.configure(background="white").configure_legend(labelLimit=300).to_dict())
    )
    head, rest = svg.split(">", 1)
    return f'{head} role="img"><desc>{DESCRIPTION.format(looks=record["design"]["n_quarters"])}</desc>{rest}\n'


def curves(record: Figure) -> list[Figure]:
    """The exact curve of each rule that has one, point by point."""
    return [
        {"rule": one["text"], "expected": expected, "share": value}
        for one in record["rules"].values()
        for expected, value in zip(record["per_look"], one.get("ever_crossing_curve", []), strict=False)
    ]


def bands(record: Figure) -> list[Figure]:
    """The simulated share of each other rule, in the geometric middle of each band that has two ends."""
    return [
        {"rule": one["text"], "expected": math.sqrt(band["from"] * band["to"]), "share": band["value"]}
        for one in record["rules"].values()
        if "ever_crossing_curve" not in one
        for band in one["ever_crossing_by_band"]
        if band["from"] and band["to"] and band["of"]
    ]
