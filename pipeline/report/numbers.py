"""How numbers are written: enough digits, one minus sign, and what there is to say where there is no number."""

from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
TENS, HUNDREDS, THOUSANDS = 10, 100, 1000
HEAT = ((8.0, "h4"), (4.0, "h3"), (2.0, "h2"), (1.0, "h1"))


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure as it is printed: the estimate, its interval, and the sentence a screen reader speaks."""

    estimate: str
    interval: str
    spoken: str


def count(value: int | None) -> str:
    """A count with thin thousands separators; a dash where there is none."""
    return "–" if value is None else f"{value:,}".replace(",", "\u202f").replace("-", "−")


def ratio(value: float) -> str:
    """A ratio in three significant digits or so: 0.42, 7.31, 42.6, 1 234."""
    if value == 0:
        return "0"
    if abs(value) < TENS:
        return f"{value:.2f}"
    return f"{value:.1f}" if abs(value) < HUNDREDS else count(round(value))


def signed(value: float) -> str:
    """An information component: two decimals and a true minus sign."""
    return f"{value:.2f}".replace("-", "−")


def ratio_measure(row: Row, name: str) -> Measure:
    """PRR or ROR of a signal row; infinite where no comparator case has the event, then only the lower bound is known."""
    estimate, low, high = row[name], row[f"{name}_low"], row[f"{name}_high"]
    short = name.upper()
    if row[f"is_{name}_infinite"]:
        bound = "" if low is None else f"lower bound {ratio(low)}"
        return Measure("∞", bound, f"{short} infinite, {bound or 'no bound'}")
    if estimate is None:
        return _nothing(short)
    if row["a"] == 0:
        bound = "" if high is None else f"upper bound {ratio(high)}"
        return Measure("0", bound, f"{short} 0, {bound or 'no bound'}")
    return _between(short, ratio(estimate), low, high, ratio)


def shrunken_measure(row: Row, names: tuple[str, str, str]) -> Measure:
    """IC (IC025 to IC975) or EBGM (EB05 to EB95) of a signal row."""
    estimate, low, high = (row[name] for name in names)
    written = signed if names[0] == "ic" else ratio
    short = names[0].upper()
    return _nothing(short) if estimate is None else _between(short, written(estimate), low, high, written)


def heat(eb05: float | None) -> str:
    """Class of a cell by the lower bound of EBGM; empty below 1 or where there is none."""
    return next((name for least, name in HEAT if eb05 is not None and eb05 >= least), "")


def _between(short: str, estimate: str, low: float | None, high: float | None, written: Any) -> Measure:
    if low is None or high is None:
        return Measure(estimate, "", f"{short} {estimate}")
    interval = f"{written(low)} to {written(high)}"
    return Measure(estimate, interval, f"{short} {estimate}, {interval}")


def _nothing(short: str) -> Measure:
    return Measure("–", "", f"{short} not computed")
