"""The picture of docs/sequential.md: power by the greatest length of surveillance."""

from typing import Any

Figure = dict[str, Any]
DESCRIPTION = (
    "Power of each design, by the events expected over its greatest length, for events that come 1.5, 2 and 3 times as "
    "often as under the null. {looks} equal looks, the plan's share of the family's alpha. Exact."
)


def picture(record: Figure) -> str:
    """The curves as an SVG file, one panel per relative risk."""
    import altair as alt
    import vl_convert

    points = curves(record)
    designs = list(dict.fromkeys(one["design"] for one in points))
    chart = (
        alt.Chart(alt.InlineData(values=points))
        .mark_line(point=True)
        .encode(
            x=alt.X("expected:Q", scale=alt.Scale(type="log"), title="events expected by the end"),
            y=alt.Y("power:Q", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1]), title="power"),
            color=alt.Color("design:N", title=None, scale=alt.Scale(domain=designs, scheme="category10")),
            column=alt.Column("strength:N", title=None),
        )
        .properties(width=220, height=240)
    )
    svg = str(
        vl_convert.vegalite_to_svg(
            chart.configure(background="white", padding={"left": 5, "top": 5, "bottom": 5, "right": 60})
            .configure_legend(labelLimit=300)
            .to_dict()
        )
    )
    head, rest = svg.split(">", 1)
    return f'{head} role="img"><desc>{DESCRIPTION.format(looks=record["n_looks"])}</desc>{rest}\n'


def curves(record: Figure) -> list[Figure]:
    """Each point that has a power."""
    return [
        {
            "design": one["design"],
            "strength": f"RR {one['relative_risk']:g}",
            "expected": one["expected"],
            "power": one["power"],
        }
        for one in record["power"]
        if one["power"] is not None
    ]
