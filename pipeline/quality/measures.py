"""From findings to measures: what each rule counted, in numbers and in words, and the values GX is asked about."""

import statistics
from typing import NamedTuple

from pipeline.quality.findings import Findings, Violations
from pipeline.quality.rule import Rule

FEWEST_QUARTERS, MOST_QUARTERS = 4, 8
NAMED_VALUES = 20
NONE_BROKEN = Violations(0, 0, ())


class Measure(NamedTuple):
    """What a rule counted. asked: the values its expectation sees; none of them where the rule is not judged."""

    n_checked: int
    n_violating: int
    found: str
    asked: list[str] | list[float]


def raised_by(rule: Rule, findings: Findings) -> str | None:
    """Error that keeps the rule from being measured, None where there is none."""
    needed = [rule.subject if rule.is_query else f"{rule.table}.{rule.subject}"]
    if rule.kind != "columns":
        needed.append(rule.table)
    if rule.of == "records":
        needed.append("source_file")
    return next((findings.raised[name] for name in needed if name in findings.raised), None)


def measure(rule: Rule, findings: Findings) -> Measure:
    """Measure one rule; a quarter outside its period is not judged."""
    if not rule.first_quarter <= findings.quarter <= rule.last_quarter:
        return Measure(0, 0, f"not judged in {findings.quarter}: holds{rule.period.replace(',', '')}", [])
    measures = {
        "columns": _columns,
        "codes": _codes,
        "values": _codes,
        "rows": _rows,
        "share": _share,
        "median": _median,
    }
    return measures[rule.kind](rule, findings)


def unknown_codes(rule: Rule, findings: Findings) -> dict[str, int]:
    """Find the published values that the rule does not allow, with their rows, in the order of their letters."""
    counts = findings.codes[rule.table, rule.subject]
    return {value: n for value, n in counts.items() if compared(rule, value) not in {"", *rule.values}}


def compared(rule: Rule, value: str) -> str:
    """Value as the rule compares it: FDA's codes in capitals and without outer blanks, ours to the letter."""
    return value.strip().upper() if rule.kind == "codes" else value


def _columns(rule: Rule, findings: Findings) -> Measure:
    shown = findings.columns.get(rule.table, [])
    missing = [name for name in rule.values if name not in shown]
    unknown = [name for name in shown if name not in rule.values]
    told = [f"{what} {', '.join(names)}" for what, names in (("missing:", missing), ("unknown:", unknown)) if names]
    found = "; ".join(told) or f"all {len(shown)} columns"
    return Measure(len(rule.values), len(missing) + len(unknown), found, shown or ["no such table"])


def _codes(rule: Rule, findings: Findings) -> Measure:
    counts = findings.codes[rule.table, rule.subject]
    unknown = unknown_codes(rule, findings)
    asked = sorted({compared(rule, value) for value in counts} - {""})
    n_checked = sum(counts.values())
    listed = sorted(unknown.items(), key=lambda item: (-item[1], item[0]))
    found = _listed([(repr(value), n) for value, n in listed[:NAMED_VALUES]], len(listed), "values")
    return Measure(n_checked, sum(unknown.values()), found or f"no other value ({len(asked)} occur)", asked)


def _rows(rule: Rule, findings: Findings) -> Measure:
    broken = _broken(rule, findings)
    return Measure(_n_checked(rule, findings), broken.n_rows, _told(rule, findings), [float(broken.n_rows)])


def _share(rule: Rule, findings: Findings) -> Measure:
    n_checked, n_violating = _n_checked(rule, findings), _broken(rule, findings).n_rows
    share = n_violating / n_checked if n_checked else 0.0
    is_judged = n_checked >= rule.from_rows or n_violating == n_checked
    return Measure(n_checked, n_violating, _told(rule, findings), [share if is_judged else 0.0])


def _median(rule: Rule, findings: Findings) -> Measure:
    earlier = list(findings.earlier_counts.get(rule.table, ()))[-MOST_QUARTERS:]
    if len(earlier) < FEWEST_QUARTERS or not statistics.median(earlier):
        return Measure(0, 0, f"not judged: {len(earlier)} earlier quarters with rows, {FEWEST_QUARTERS} are needed", [])
    n, median = findings.n_rows[rule.table], statistics.median(earlier)
    found = f"{n:,} rows, {n / median:.2f} times the median {median:,.0f} of {len(earlier)} earlier quarters"
    is_broken = not rule.least <= n / median <= rule.most
    return Measure(1, int(is_broken), found, [n / median])


def _broken(rule: Rule, findings: Findings) -> Violations:
    return findings.violations.get((rule.subject, rule.table), NONE_BROKEN)


def _n_checked(rule: Rule, findings: Findings) -> int:
    return findings.n_records.get(rule.table, 0) if rule.of == "records" else findings.n_rows[rule.table]


def _told(rule: Rule, findings: Findings) -> str:
    broken = _broken(rule, findings)
    return (
        _listed(list(broken.commonest), broken.n_reasons, "reasons")
        or f"none of {_n_checked(rule, findings):,} {rule.of}"
    )


def _listed(items: list[tuple[str, int]], n_items: int, what: str) -> str:
    more = f"; and {n_items - len(items):,} more {what}" if n_items > len(items) else ""
    return "; ".join(f"{item} ({n:,})" for item, n in items) + more
