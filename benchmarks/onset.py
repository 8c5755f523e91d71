"""Coverage of the onset intervals: `python -m benchmarks.onset`, merged into benchmarks/results.json under "onset".

Times are drawn from known Weibull distributions, each with a follow-up and a reporting lag of its own, and kept only
where time and lag together end within it, as a report that has arrived. The rule of the product takes each case's own
lag off its follow-up; beside it stands the rule of one lag for all, that nine in ten of the lags seen do not exceed.
What is counted is how often a fit is given, and how often its 95 % intervals then hold the truth.
"""

import argparse
import json
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.__main__ import RECORD, machine
from pipeline.config import code_version
from pipeline.signals.fitdistance import largest_distance
from pipeline.signals.interval import Array
from pipeline.signals.onset import Weibull, WeibullRefused, fit_weibull
from pipeline.signals.reversetime import ReverseTime, ReverseTimeRefused, reverse_time
from pipeline.vocabulary.onset import onset_rules

DOCS = Path(__file__).resolve().parents[1] / "docs" / "onset.md"
OPENING, CLOSING = "<!-- coverage: written by benchmarks.onset -->", "<!-- end of coverage -->"
SEED, SAMPLES = 20170830, 100
SHAPES, SIZES = (0.7, 1.5), (10, 30, 100)
LONGEST = {"long": 8.0, "medium": 3.0, "short": 1.0}  # longest follow-up in scales; follow-up is uniform up to it
LAG_MEDIAN, LAG_SPREAD = 0.5, 1.2  # in scales, and the standard deviation of its logarithm
DRAWN_FOR_EACH = 400  # times drawn for each that has to be seen
JUDGED = ("shape_held", "scale_held", "shape_median", "scale_median")
LEAST_COVERAGE = 0.92  # of the truncated fit, all its fits together where at least half of the samples give one


class Sample(NamedTuple):
    """Times seen, how long each could have been seen, its reporting lag; and the share of all drawn that was seen."""

    time: Array
    limit: Array
    lag: Array
    share: float


def main() -> None:
    """Simulate every scenario, merge the record, write the table; exit code 1 where the intervals hold too little."""
    parser = argparse.ArgumentParser(prog="benchmarks.onset", description=main.__doc__)
    parser.add_argument("--samples", type=int, default=SAMPLES, help="Samples of each scenario.")
    asked = parser.parse_args()
    scenarios = [
        coverage(shape, n, follow_up, asked.samples) for shape, n, follow_up in product(SHAPES, SIZES, LONGEST)
    ]
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    record["onset"] = {"machine": machine(), "code_version": code_version(), "seed": SEED, "samples": asked.samples}
    record["onset"]["scenarios"] = scenarios
    RECORD.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    write_into_docs(as_table(scenarios))
    print(as_table(scenarios))
    if (held := pooled(scenarios)) < LEAST_COVERAGE:
        raise SystemExit(f"the intervals hold the truth in {held:.1%} only, less than {LEAST_COVERAGE:.0%}")


def coverage(shape: float, n: int, follow_up: str, samples: int) -> dict[str, Any]:
    """One scenario: true shape, scale 1, n cases that were seen, and how follow-up is spread."""
    generator = np.random.Generator(np.random.PCG64([SEED, round(10 * shape), n, list(LONGEST).index(follow_up)]))
    drawn = [seen(generator, shape, n, LONGEST[follow_up]) for _ in range(samples)]
    truncated = [fit_weibull(one.time, one.limit) for one in drawn]
    naive = [fit_weibull(one.time) for one in drawn]
    fixed = [fit_weibull(*fixed_lag(one)) for one in drawn]
    return {
        "shape": shape,
        "n": n,
        "follow_up": follow_up,
        "seen": round(float(np.mean([one.share for one in drawn])), 3),
        "right_truncated": judged(truncated, shape) | {"marked": marked(truncated, drawn)},
        "fixed_lag": judged(fixed, shape),
        "naive": judged(naive, shape),
        "reverse_time": median_held([(reverse_time(one.time, one.limit), shape) for one in drawn]),
    }


def seen(generator: np.random.Generator, shape: float, n: int, longest: float) -> Sample:
    """So many times, each of which arrives within its case's follow-up."""
    drawn = DRAWN_FOR_EACH * n
    time, follow_up = generator.weibull(shape, drawn), generator.uniform(0.0, longest, drawn)
    lag = generator.lognormal(np.log(LAG_MEDIAN), LAG_SPREAD, drawn)
    arrived = np.flatnonzero(time <= follow_up - lag)
    kept = arrived[:n]
    return Sample(time[kept], follow_up[kept] - lag[kept], lag[kept], arrived.size / drawn)


def fixed_lag(one: Sample) -> tuple[Array, Array]:
    """Times and limits under one lag for all: cases nearer to the end of their follow-up than that are left out."""
    limit = one.limit + one.lag - np.quantile(one.lag, onset_rules().lag_share)
    left = one.time <= limit
    return one.time[left], limit[left]


def marked(fits: "list[Weibull | WeibullRefused]", drawn: "list[Sample]") -> float | None:
    """Share of the fits given that the page marks as not following the days, although they are of the right form."""
    found = [
        largest_distance(fit, one.time, one.limit) > onset_rules().largest_distance
        for fit, one in zip(fits, drawn, strict=True)
        if isinstance(fit, Weibull)
    ]
    return mean(found) if found else None


def judged(fits: "list[Weibull | WeibullRefused]", shape: float) -> dict[str, float | None]:
    """Share of the samples that give a fit; of those, shares whose intervals hold shape and scale, and middle values."""
    given = [fit for fit in fits if isinstance(fit, Weibull)]
    if not given:
        return dict.fromkeys(JUDGED, None) | {"given": 0.0, "scale_given_and_missed": 0.0}
    return {
        "given": round(len(given) / len(fits), 3),
        "shape_held": mean([fit.shape_low <= shape <= fit.shape_high for fit in given]),
        "scale_held": mean([fit.scale_low <= 1.0 <= fit.scale_high for fit in given]),
        "scale_given_and_missed": round(
            sum(not fit.scale_low <= 1.0 <= fit.scale_high for fit in given) / len(fits), 3
        ),
        "shape_median": round(float(np.median([fit.shape for fit in given])), 3),
        "scale_median": round(float(np.median([fit.scale for fit in given])), 3),
    }


def median_held(found: "list[tuple[ReverseTime | ReverseTimeRefused, float]]") -> dict[str, float | None]:
    """Share of the samples that give a reverse-time median, and of those whose interval holds the truth.

    The truth is the median of the times up to the sample's longest follow-up, which is what is estimated.
    """
    needed = onset_rules().least_followed
    given = [(one, shape) for one, shape in found if isinstance(one, ReverseTime) and one.least_at_risk(0.5) >= needed]
    held = []
    for one, shape in given:
        within = -np.expm1(-(one.longest_follow_up**shape))
        truth = (-np.log1p(-within / 2)) ** (1 / shape)
        _, low, high = one.quantile(0.5)
        held.append(bool(low <= truth <= high))
    return {"given": round(len(given) / len(found), 3), "median_held": mean(held) if held else None}


def mean(values: list[bool]) -> float:
    """Share that is true."""
    return round(float(np.mean(values)), 3)


def pooled(scenarios: list[dict[str, Any]]) -> float:
    """Share of the truncated fit's intervals that hold the truth, over scenarios in which most samples give a fit."""
    fits = [one["right_truncated"] for one in scenarios if one["right_truncated"]["given"] >= 0.5]
    weights = [fit["given"] for fit in fits]
    return float(np.average([(fit["shape_held"] + fit["scale_held"]) / 2 for fit in fits], weights=weights))


def as_table(scenarios: list[dict[str, Any]]) -> str:
    """The scenarios as a Markdown table."""
    head = "| true shape | cases | follow-up | seen | fit given | shape held | scale held | scale, median | scale given and missed, of all | marked | one lag: fit given | one lag: scale held | one lag: scale, median | naive: scale held | naive: scale, median | reverse time given | its median held |"
    rows = [head, "|---" * (head.count("|") - 1) + "|"]
    for one in scenarios:
        fit, fixed, naive, reverse = (one[name] for name in ("right_truncated", "fixed_lag", "naive", "reverse_time"))
        cells = [one["shape"], one["n"], one["follow_up"], percent(one["seen"])]
        cells += [*(percent(fit[name]) for name in ("given", "shape_held", "scale_held")), scale(fit)]
        cells += [percent(fit["scale_given_and_missed"]), percent(fit["marked"])]
        cells += [percent(fixed["given"]), percent(fixed["scale_held"]), scale(fixed)]
        cells += [percent(naive["scale_held"]), scale(naive)]
        cells += [percent(reverse[name]) for name in ("given", "median_held")]
        rows.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(rows)


def scale(fit: dict[str, float | None]) -> str:
    """The middle of the scales that were given; a dash where there is none."""
    return "–" if fit["scale_median"] is None else f"{fit['scale_median']:.2f}"


def percent(share: float | None) -> str:
    """A share in whole percent; a dash where there is none."""
    return "–" if share is None else f"{100 * share:.0f} %"


def write_into_docs(table: str) -> None:
    """Put the table where docs/onset.md shows it."""
    head, rest = DOCS.read_text(encoding="utf-8").split(OPENING)
    DOCS.write_text(f"{head}{OPENING}\n{table}\n{CLOSING}{rest.split(CLOSING)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()
