"""The gate's results over the quarters as a page of our own: one HTML file that opens without a network."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

Row = dict[str, Any]
Results = dict[str, Row]
WEIGHTS = ("critical", "warning", "info")
STEP, BAR, HEIGHT, MOST_BARS = 8, 6, 28, 16


class RuleLine(NamedTuple):
    """One rule as the page shows it; trend is a drawing of its shares, with the numbers as its text."""

    weight: str
    label: str
    table: str
    name: str
    note: str
    threshold: str
    found: str
    counted: str
    trend: Markup
    scale: str


class QuarterLine(NamedTuple):
    """One quarter as the page shows it: how many rules of each severity are broken, and how many hold."""

    name: str
    counts: tuple[tuple[str, int], ...]


def gate_page(results: Sequence[Row], title: str = "Validation of FAERS quarters") -> str:
    """Draw rows of gate_result, of any number of quarters, as one HTML page, broken rules first.

    Where a rule has several rows for one quarter the last one given counts. No rows give a page that says so.
    The same rows in the same order give the same bytes.
    """
    by_rule = _histories(results)
    quarters = sorted({str(row["quarter"]) for row in results})
    newest = quarters[-1] if quarters else ""
    shown = sorted((item for item in by_rule.items() if newest in item[1]), key=lambda item: _rank(item[1], newest))
    lines = [(history[newest]["passed"], _rule_line(history, quarters)) for _, history in shown]
    return str(
        _template().render(
            title=title,
            newest=newest,
            verdict=_verdict([history[newest] for _, history in shown], newest),
            broken=[line for passed, line in lines if not passed],
            held=[line for passed, line in lines if passed],
            quarters=[_quarter_line(name, by_rule.values()) for name in quarters],
        )
    )


def _template() -> Any:
    folder = Path(__file__).with_name("templates")
    environment = Environment(loader=FileSystemLoader(folder), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.get_template("gate.html")
    template.globals["rule_table"] = environment.get_template("rules.html").module.rule_table  # type: ignore[attr-defined]
    return template


def _histories(results: Iterable[Row]) -> dict[tuple[str, str], Results]:
    """For each table and rule its row in each quarter, in the order first given."""
    histories: dict[tuple[str, str], Results] = {}
    for row in results:
        histories.setdefault((str(row["table"]), str(row["rule"])), {})[str(row["quarter"])] = row
    return histories


def _rank(history: Results, newest: str) -> tuple[int, int]:
    """Broken now by weight, then held by how often it was broken."""
    row = history[newest]
    n_broken = sum(not each["passed"] for each in history.values())
    return (len(WEIGHTS) if row["passed"] else WEIGHTS.index(_weight(row)), -n_broken if row["passed"] else 0)


def _rule_line(history: Results, quarters: Sequence[str]) -> RuleLine:
    row = history[quarters[-1]]
    shares = {quarter: _share(history, quarter) for quarter in quarters[-MOST_BARS:]}
    highest = max(share or 0.0 for share in shares.values())
    return RuleLine(
        weight=_weight(row) if not row["passed"] else "soft",
        label="critical (not evaluated)" if row["raised"] else str(row["severity"]),
        table=row["table"],
        name=str(row["rule"]).replace("_", " "),
        note=row["note"],
        threshold=row["threshold"],
        found=row["found"],
        counted=_counted(row),
        trend=_trend(history, shares, highest),
        scale=f"highest {_percent(highest)}" if highest else "",
    )


def _quarter_line(quarter: str, histories: Iterable[Results]) -> QuarterLine:
    rows = [history[quarter] for history in histories if quarter in history]
    broken = [_weight(row) for row in rows if not row["passed"]]
    counts = [(weight, broken.count(weight)) for weight in WEIGHTS]
    return QuarterLine(quarter, (*counts, ("held", len(rows) - len(broken))))


def _verdict(rows: Sequence[Row], quarter: str) -> str:
    broken = [_weight(row) for row in rows if not row["passed"]]
    if not broken:
        return f"{quarter} passed the gate: all {len(rows)} rules hold."
    passed = "did not pass the gate" if "critical" in broken else "passed the gate"
    told = ", ".join(f"{broken.count(weight)} {weight}" for weight in WEIGHTS if weight in broken)
    return f"{quarter} {passed}: of {len(rows)} rules {len(broken)} are broken ({told})."


def _weight(row: Row) -> str:
    """Severity, a rule that raised being critical whatever it says."""
    return "critical" if row["raised"] else str(row["severity"])


def _counted(row: Row) -> str:
    if not row["n_checked"]:
        return "not judged" if row["n_checked"] == 0 and "not judged" in row["found"] else "none looked at"
    return f"{row['n_violating']:,} of {row['n_checked']:,} ({_percent(row['share'])})"


def _percent(share: float | None) -> str:
    if share is None:
        return "not known"
    return f"{100 * share:.3g} %" if share == 0 or share >= 1e-5 else "under 0.001 %"  # noqa: PLR2004 -- 0.001 %


def _share(history: Results, quarter: str) -> float | None:
    return history[quarter]["share"] if quarter in history else None


def _trend(history: Results, shares: Mapping[str, float | None], highest: float) -> Markup:
    """Draw a bar for the share in each quarter, the highest at full height, broken ones in their severity's colour."""
    bars = Markup().join(
        _bar(place, share / highest, "bar" if history[quarter]["passed"] else _weight(history[quarter]))
        for place, (quarter, share) in enumerate(shares.items())
        if share
    )
    told = "; ".join(f"{quarter} {_percent(share)}" for quarter, share in shares.items())
    return Markup(
        '<svg role="img" aria-label="{told}" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        '<title>{told}</title>{bars}<path class="ground" d="M0 {ground}H{width}"/></svg>'
    ).format(told=told, width=STEP * len(shares), height=HEIGHT, ground=HEIGHT - 0.5, bars=bars)


def _bar(place: int, relative: float, colour: str) -> Markup:
    height = max(round((HEIGHT - 2) * relative), 2)
    return Markup('<rect class="{colour}" x="{x}" y="{y}" width="{width}" height="{height}"/>').format(
        colour=colour, x=place * STEP, y=HEIGHT - 1 - height, width=BAR, height=height
    )
