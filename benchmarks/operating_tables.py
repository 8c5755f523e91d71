"""The record as Markdown tables, as a picture, and as the small file that the package carries."""

import json
from pathlib import Path
from typing import Any

from benchmarks.operating_choice import objection, worst_crossing

Figure = dict[str, Any]
ROOT = Path(__file__).resolve().parents[1]
DOCS, PICTURE = ROOT / "docs" / "operating.md", ROOT / "docs" / "operating.svg"
CALIBRATION = ROOT / "pipeline" / "signals" / "calibration.json"
OPENING, CLOSING = "<!-- operating: written by benchmarks.operating -->", "<!-- end of operating -->"
STRENGTHS = ("1.5", "2", "4")


def as_tables(record: Figure) -> str:
    """Every table, as docs/operating.md shows them."""
    titled = [
        ("The choice", choice_table(record)),
        ("Sensitivity at the last look, by cases expected", sensitivity_table(record)),
        ("Sensitivity at the last look, by quarter of onset", onset_table(record)),
        ("Quarters until detection", detection_table(record)),
        ("Null pairs ever crossed, by cases expected for a quarter: simulated worlds", band_table(record)),
        ("Null pairs ever crossed, by cases expected for a quarter: exact, constant expectation", curve_table(record)),
    ]
    return "\n\n".join([summary(record), *(f"### {title}\n\n{table}" for title, table in titled)])


def summary(record: Figure) -> str:
    """What was simulated, in one paragraph."""
    fitted = ", ".join(
        f"{name} {record['priors'][name][0]:.2g} to {record['priors'][name][1]:.2g}"
        for name in ("alpha1", "beta1", "alpha2", "beta2", "p")
        if record["priors"][name]
    )
    return (
        f"Operating characteristics {record['version']}: {record['worlds']} worlds, seeds from {record['seed']}, "
        f"{record['design']['n_quarters']} quarterly looks, {record['null_pairs']:,} null and "
        f"{record['injected_pairs']:,} injected pairs. Priors at the last look: {fitted}; "
        f"{record['priors']['looks_without']} looks without one. Intervals are of 95 %."
    )


def choice_table(record: Figure) -> str:
    """One row per rule: what the criterion asks, and its answer."""
    head = (
        "rule",
        "false positives per 1,000",
        "ever crossed at most",
        "RR 2 found",
        "RR 4 found",
        "RR 4: mean quarters",
    )
    rows = []
    for name, one in record["rules"].items():
        false = one["false_positives_per_1000"]
        answer = "**chosen**" if name == record["chosen"] else objection(one) or "allowed"
        found = [percent(one["sensitivity"][strength]["at_least_one_expected"]) for strength in ("2", "4")]
        shown = f"{false['value']:.2f} ({false['low']:.2f}–{false['high']:.2f})"
        rows.append(
            (one["text"], shown, f"{100 * worst_crossing(one):.1f} %", *found, quarters(one["detection"]["4"]), answer)
        )
    return markdown((*head, "answer"), rows)


def sensitivity_table(record: Figure) -> str:
    """Rules by strength, in bands of the cases expected at the last look."""
    first = next(iter(record["rules"].values()))["sensitivity"]["2"]["bands"]
    rows = [
        (one["text"], f"RR {strength}", *(percent(band) for band in one["sensitivity"][strength]["bands"]))
        for strength in STRENGTHS
        for one in record["rules"].values()
    ]
    return markdown(("rule", "strength", *(f"{named(band)} expected" for band in first)), rows)


def onset_table(record: Figure) -> str:
    """Rules by onset, at least one case expected, RR 2 and RR 4."""
    onsets = record["design"]["onsets"]
    rows = [
        (
            one["text"],
            f"RR {strength}",
            *(percent(one["sensitivity_by_onset"][strength][str(onset)]) for onset in onsets),
        )
        for strength in ("2", "4")
        for one in record["rules"].values()
    ]
    return markdown(("rule", "strength", *(f"from quarter {onset}" for onset in onsets)), rows)


def detection_table(record: Figure) -> str:
    """Rules by strength: median and restricted mean of the quarters until detection, and who was not found."""
    rows = []
    for strength in STRENGTHS:
        for one in record["rules"].values():
            time = one["detection"][strength]
            median = "not reached" if time["median"] is None else str(time["median"])
            rows.append(
                (one["text"], f"RR {strength}", median, quarters(time), percent(time.get("never", {"value": None})))
            )
    horizon = next(iter(record["rules"].values()))["detection"]["2"]["horizon"]
    return markdown(("rule", "strength", "median", f"mean, restricted to {horizon}", f"not within {horizon}"), rows)


def band_table(record: Figure) -> str:
    """Rules by band of the cases expected for a quarter, simulated; last, in small families, ever and at the last look."""
    first = next(iter(record["rules"].values()))["ever_crossing_by_band"]
    rows = [
        (
            one["text"],
            *(percent(band) for band in one["ever_crossing_by_band"]),
            percent(one["ever_crossing_in_small_families"]),
            percent(one["at_last_in_small_families"]),
        )
        for one in record["rules"].values()
    ]
    return markdown(
        (
            "rule",
            *(f"{named(band)} (of {band['of']:,})" for band in first),
            "in small families",
            "there, at the last look",
        ),
        rows,
    )


def curve_table(record: Figure) -> str:
    """Rules by cases expected for a quarter, exact."""
    rows = [
        (one["text"], *(f"{100 * value:.1f} %" for value in one["ever_crossing_curve"]))
        for one in record["rules"].values()
        if "ever_crossing_curve" in one
    ]
    return markdown(("rule", *(f"{value:g}" for value in record["per_look"])), rows)


def markdown(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    return "\n".join([f"| {' | '.join(head)} |", "|---" * len(head) + "|", *(f"| {' | '.join(row)} |" for row in rows)])


def percent(one: Figure) -> str:
    """A share with its interval."""
    if one["value"] is None:
        return "–"
    return f"{100 * one['value']:.1f} % ({100 * one['low']:.1f}–{100 * one['high']:.1f})"


def quarters(time: Figure) -> str:
    """A mean number of quarters with its interval."""
    return "–" if time["mean"] is None else f"{time['mean']:.1f} ({time['low']:.1f}–{time['high']:.1f})"


def named(band: Figure) -> str:
    """The two ends of a band."""
    return f"≥ {band['from']:g}" if band["to"] is None else f"{band['from']:g}–{band['to']:g}"


def calibration(record: Figure) -> Figure:
    """What the package carries: the version, and the row of the chosen rule."""
    if record["chosen"] is None:
        raise SystemExit("No rule meets the criterion: the report keeps its rule, and calibration.json is not written.")
    one = record["rules"][record["chosen"]]
    return {
        "version": record["version"],
        "seed": record["seed"],
        "worlds": record["worlds"],
        "n_looks": record["design"]["n_quarters"],
        "null_pairs": record["null_pairs"],
        "rule": record["chosen"],
        "text": one["text"],
        "criterion": record["criterion"],
        "false_positives_per_1000": {name: one["false_positives_per_1000"][name] for name in ("value", "low", "high")},
        "in_small_families_per_1000": {
            name: round(1000.0 * one["at_last_in_small_families"][name], 2) for name in ("value", "low", "high")
        }
        if one["at_last_in_small_families"]["of"]
        else None,
        "ever_crossing_at_most": worst_crossing(one),
        "found_at_least_one_expected": {
            strength: {
                name: one["sensitivity"][strength]["at_least_one_expected"][name] for name in ("value", "low", "high")
            }
            for strength in STRENGTHS
        },
        "mean_quarters_until_found": {
            strength: {name: one["detection"][strength][name] for name in ("mean", "low", "high", "horizon")}
            for strength in STRENGTHS
        },
    }


def write_calibration(summary: Figure) -> None:
    """Write the file the package carries."""
    CALIBRATION.write_text(json.dumps(summary, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write_docs(record: Figure) -> None:
    """Put the tables between the markers of docs/operating.md, and draw the picture."""
    from benchmarks.operating_picture import picture

    head, rest = DOCS.read_text(encoding="utf-8").split(OPENING)
    tail = rest.split(CLOSING)[1]
    DOCS.write_text(f"{head}{OPENING}\n{as_tables(record)}\n{CLOSING}{tail}", encoding="utf-8")
    PICTURE.write_text(picture(record), encoding="utf-8")
