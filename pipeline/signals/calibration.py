"""What is known of the rule behind `is_signal`: its operating characteristics on simulated series, as shipped.

The file is written by `python -m benchmarks.operating`, together with the choice of the rule.
"""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("calibration.json")


class Calibration(NamedTuple):
    """The chosen rule on simulated series.

    version: date of the simulation. rule: the rule in words. n_looks: quarterly looks. false_positives: null pairs
    marked at the last look, of 1,000; in_small_families: the same where few pairs are read together and half of them are
    raised, None for a rule that asks of each pair alone. ever_crossing: largest share of null pairs ever marked, over the bands of
    expected count. found_twice, found_four_times: share marked at the last look of pairs reported 2 and 4 times as
    often as expected, at least one case expected.
    """

    version: str
    rule: str
    n_looks: int
    false_positives: float
    in_small_families: float | None
    ever_crossing: float
    found_twice: float
    found_four_times: float


@cache
def calibration() -> Calibration:
    """The calibration that this version carries."""
    held = json.loads(FILE.read_text(encoding="utf-8"))
    return Calibration(
        version=held["version"],
        rule=held["text"],
        n_looks=held["n_looks"],
        false_positives=held["false_positives_per_1000"]["value"],
        in_small_families=(held["in_small_families_per_1000"] or {}).get("value"),
        ever_crossing=held["ever_crossing_at_most"],
        found_twice=held["found_at_least_one_expected"]["2"]["value"],
        found_four_times=held["found_at_least_one_expected"]["4"]["value"],
    )


def calibration_sentence() -> str:
    """What a reader must know of the rule, in one sentence; shares in percent."""
    known = calibration()
    small = (
        ""
        if known.in_small_families is None
        else f" ({known.in_small_families:.2g} where only dozens are read together and half of them are raised, as endpoints are)"
    )
    return (
        f"The rule that marks a signal was chosen on simulated series (operating characteristics {known.version}): of "
        f"pairs that are not reported more often than expected it marks {known.false_positives:.2g} in 1,000 at the last of "
        f"{known.n_looks} quarterly looks{small} and at most {100 * known.ever_crossing:.2g} % ever; of pairs reported twice as "
        f"often it marks {100 * known.found_twice:.2g} %, four times as often {100 * known.found_four_times:.2g} % (at least "
        "one case expected). It asks whether, not how much more often: read the size beside it. How it does on real reports is not known: a marked row is a question, an unmarked one is "
        "no reassurance."
    )
