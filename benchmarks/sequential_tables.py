"""The record of benchmarks.sequential as Markdown tables, and the page that holds them."""

from pathlib import Path
from typing import Any

from benchmarks.operating_tables import markdown, percent

Figure = dict[str, Any]
ROOT = Path(__file__).resolve().parents[1]
DOCS, PICTURE = ROOT / "docs" / "sequential.md", ROOT / "docs" / "sequential.svg"
OPENING, CLOSING = "<!-- sequential: written by benchmarks.sequential -->", "<!-- end of sequential -->"


def as_tables(record: Figure) -> str:
    """Every table, as docs/sequential.md shows them."""
    titled = [
        ("False alarms of a family of plans", alarm_table(record)),
        ("Power and median quarter of the signal, by greatest length", power_table(record)),
        ("What is really spent when counts vary more", dispersed_table(record)),
        ("What is really spent when the level wanders", wandering_table(record)),
        ("What is really spent when the baseline is a count", baseline_table(record)),
        ("IC025 > 0 asked at every look, never more often reported: ever crossed", unadjusted_table(record)),
    ]
    return "\n\n".join([summary(record), *(f"### {title}\n\n{table}" for title, table in titled)])


def summary(record: Figure) -> str:
    """What was simulated, in one paragraph."""
    plans = "; ".join(f"{one['plan']} {one['expected']:g}" for one in record["plans"])
    return (
        f"Sequential designs {record['version']}: {record['families']:,} families, seed {record['seed']}, "
        f"{record['n_looks']} quarters, family alpha {record['family_alpha']:g} split evenly over {len(record['plans'])} "
        f"plans. Events expected over the whole length: {plans}. Intervals are of 95 %."
    )


def alarm_table(record: Figure) -> str:
    """One row per design, those that claim to keep alpha first."""
    rows = [
        (name, percent(one["family"]), percent(one["most_of_a_plan"]), said)
        for kind, said in (("false_alarms", f"≤ {100 * record['family_alpha']:g} %"), ("contrasts", "none"))
        for name, one in record[kind].items()
    ]
    return markdown(("design", "families with a false alarm", "the plan with most", "claim"), rows)


def power_table(record: Figure) -> str:
    """One row per design and RR, one column per length."""
    held = {(one["design"], one["relative_risk"], one["expected"]): one for one in record["power"]}
    lengths = sorted({length for _, _, length in held})
    risks = sorted({risk for _, risk, _ in held})
    designs = list(dict.fromkeys(one["design"] for one in record["power"]))
    rows = [
        (design, f"RR {risk:g}", *(found(held[design, risk, length]) for length in lengths))
        for risk in risks
        for design in designs
    ]
    return markdown(("design", "strength", *(f"{length:g} expected" for length in lengths)), rows)


def found(one: Figure) -> str:
    """Power, and the quarter by which half of all series have signalled."""
    if one["power"] is None:
        return "no boundary"
    median = "not reached" if one["median_looks"] is None else f"quarter {one['median_looks']}"
    return f"{100 * one['power']:.1f} %, {median}"


def dispersed_table(record: Figure) -> str:
    """Designs by dispersion; exact."""
    dispersions = list(next(iter(record["dispersed"].values())))
    rows = [(name, *(f"{100 * one[phi]:.1f} %" for phi in dispersions)) for name, one in record["dispersed"].items()]
    return markdown(("design of 5 %", *(f"φ = {phi}" for phi in dispersions)), rows)


def wandering_table(record: Figure) -> str:
    """Designs by what the level moves by from look to look; simulated."""
    steps = list(next(iter(record["wandering"].values())))
    rows = [(name, *(percent(one[step]) for step in steps)) for name, one in record["wandering"].items()]
    said = (f"{100 * float(step):g} % a look" if float(step) else "not at all" for step in steps)
    return markdown(("design of 5 %", *said), rows)


def baseline_table(record: Figure) -> str:
    """Designs by mean events of the baseline; exact."""
    rows = [
        (mean, f"{100 * one['conditional']:.1f} %", f"{100 * one['plugged_in']:.1f} %")
        for mean, one in record["baselines"].items()
    ]
    return markdown(
        ("events expected in the baseline", "conditional_maxsprt", "poisson_maxsprt, its count taken for the truth"),
        rows,
    )


def unadjusted_table(record: Figure) -> str:
    """Cases expected for a look by number of looks; exact."""
    looks = list(next(iter(record["unadjusted"].values())))
    rows = [(mean, *(f"{100 * one[number]:.1f} %" for number in looks)) for mean, one in record["unadjusted"].items()]
    return markdown(("cases expected for a look", *(f"{number} looks" for number in looks)), rows)


def write_docs(record: Figure) -> None:
    """Put the tables between the markers of docs/sequential.md, and draw the picture."""
    from benchmarks.sequential_picture import picture

    head, rest = DOCS.read_text(encoding="utf-8").split(OPENING)
    tail = rest.split(CLOSING)[1]
    DOCS.write_text(f"{head}{OPENING}\n{as_tables(record)}\n{CLOSING}{tail}", encoding="utf-8")
    PICTURE.write_text(picture(record), encoding="utf-8")
