"""How numbers are written: enough digits, one minus sign, and what there is to say where there is no number."""

from collections.abc import Callable
from typing import Any, NamedTuple

Row = dict[str, Any]
TENS, HUNDREDS, THOUSAND = 10, 100, 1000
HEAT = ((8.0, "h4"), (4.0, "h3"), (2.0, "h2"), (1.0, "h1"))


class Measure(NamedTuple):
    """One measure as it is printed: the estimate and its interval, or the one bound that is known."""

    estimate: str
    interval: str


def count(value: int | None) -> str:
    """A count with thin thousands separators; a dash where there is none."""
    return "–" if value is None else f"{value:,}".replace(",", "\u202f").replace("-", "−")


def short_count(value: int) -> str:
    """A large count in three digits, for the head of a narrow column: 950, 12k, 4.3M."""
    if value < THOUSAND:
        return str(value)
    scale, letter = (THOUSAND, "k") if value < THOUSAND**2 else (THOUSAND**2, "M")
    return f"{value / scale:.1f}{letter}" if value < TENS * scale else f"{value / scale:.0f}{letter}"


def cases(value: int | None) -> str:
    """A count with its unit."""
    return f"{count(value)} case{'' if value == 1 else 's'}"


def ratio(value: float) -> str:
    """A ratio that is nought or more, in about three digits: 0.42, 7.31, 42.6, 1 234."""
    if value == 0:
        return "0"
    if round(value, 2) < TENS:
        return f"{value:.2f}"
    return f"{value:.1f}" if round(value, 1) < HUNDREDS else count(round(value))


def signed(value: float) -> str:
    """An information component: two decimals and a true minus sign."""
    return f"{value:.2f}".replace("-", "−")


def ratio_measure(row: Row, name: str) -> Measure:
    """PRR or ROR of a signal row.

    Infinite where no comparator case has the event: only the lower bound is known then. Nought where no case of the
    product has it: only the upper bound.
    """
    estimate, low, high = row[name], row[f"{name}_low"], row[f"{name}_high"]
    if row[f"is_{name}_infinite"]:
        return Measure("∞", "" if low is None else f"lower bound {ratio(low)}")
    if estimate is not None and row["a"] == 0:
        return Measure("0", "" if high is None else f"upper bound {ratio(high)}")
    return _between(estimate, low, high, ratio)


def known_bound(row: Row, name: str) -> str:
    """The lower bound of PRR or ROR in as few signs as a narrow column has; the upper one where nothing was reported."""
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    if row["a"] == 0 and row[name] is not None:
        return "" if high is None else f"≤ {ratio(high)}"
    return "" if low is None else ratio(low)


def shrunken_measure(row: Row, names: tuple[str, str, str]) -> Measure:
    """IC (IC025 to IC975) or EBGM (EB05 to EB95) of a signal row."""
    estimate, low, high = (row[name] for name in names)
    return _between(estimate, low, high, signed if names[0] == "ic" else ratio)


def heat(eb05: float | None) -> str:
    """Class of a cell by the lower bound of EBGM; empty below 1 or where there is none."""
    return next((name for least, name in HEAT if eb05 is not None and eb05 >= least), "")


def _between(estimate: float | None, low: float | None, high: float | None, written: Callable[[float], str]) -> Measure:
    if estimate is None:
        return Measure("–", "")
    interval = "" if low is None or high is None else f"{written(low)} to {written(high)}"
    return Measure(written(estimate), interval)
