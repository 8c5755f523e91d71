"""The gate: every rule asked of one quarter; critical stops the run, warning marks rows, info is counted."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa

from pipeline.config import carried
from pipeline.contract.ledger import GATE_RESULT
from pipeline.contract.renderings import arrow_schema
from pipeline.errors import UsageError
from pipeline.lake.warehouse import Warehouse
from pipeline.quality.findings import Findings, gather_findings
from pipeline.quality.measures import Measure, measure, raised_by
from pipeline.quality.quarantine import quarantined
from pipeline.quality.rule import Rule
from pipeline.quality.rules import gate_rules
from pipeline.quality.suites import Verdict, judge, loading

Row = dict[str, Any]


class GateOutcome(NamedTuple):
    """What the gate found: a row for each rule, and the rows that warnings mark."""

    results: pa.Table
    quarantine: pa.Table

    @property
    def broken_critical(self) -> list[Row]:
        """Results that stop the run: broken critical rules, and every rule that raised."""
        return refusing(self.results.to_pylist())

    @property
    def failed(self) -> bool:
        """Whether core and mart must keep their previous data."""
        return bool(self.broken_critical)

    def table_of_broken_rules(self) -> str:
        """Broken rules as plain text, those that stop the run first; one sentence where none is broken."""
        return table_of_broken(self.results.to_pylist())


def refusing(results: Sequence[Row]) -> list[Row]:
    """Results that stop a run: broken critical rules, and every rule that raised."""
    return [row for row in results if not row["passed"] and (row["severity"] == "critical" or row["raised"])]


def table_of_broken(results: Sequence[Row]) -> str:
    """Broken rules as plain text, those that stop the run first; one sentence where none is broken."""
    rows = sorted((row for row in results if not row["passed"]), key=strictness)
    if not rows:
        return "Every rule holds."
    cells = [("severity", "table", "rule", "allowed", "found")]
    cells += [(_weight(row), row["table"], row["rule"], row["threshold"], row["found"]) for row in rows]
    widths = [max(len(line[i]) for line in cells) for i in range(4)]
    return "\n".join("  ".join([*map(str.ljust, line[:4], widths), line[4]]) for line in cells)


def check_quarter(
    warehouse: Warehouse,
    quarter: str,
    run_id: str,
    earlier_counts: Mapping[str, Sequence[int]],
    only_table: str | None = None,
) -> GateOutcome:
    """Ask every rule (or those of one table) of the quarter the warehouse shows.

    earlier_counts: for each raw table the row counts of earlier quarters, oldest first. UsageError for a table
    without rules. The same quarter gives the same rows in the same order.
    """
    rules = _chosen(only_table)
    every = [rule for each in rules.values() for rule in each]
    with loading():
        findings = gather_findings(warehouse, every, quarter, earlier_counts)
    results = [{"quarter": quarter, "run_id": run_id} | row for row in judged(rules, findings)]
    broken = {(row["table"], row["rule"]) for row in results if not row["passed"] and not row["raised"]}
    marking = [rule for rule in every if rule.quarantines and (rule.table, rule.name) in broken]
    table = pa.Table.from_pylist(results, arrow_schema(GATE_RESULT))
    return GateOutcome(table, quarantined(warehouse, findings, marking, run_id))


def _chosen(only_table: str | None) -> dict[str, tuple[Rule, ...]]:
    rules = gate_rules()
    if only_table is None:
        return rules
    if only_table not in rules:
        raise UsageError(f"The gate has no rules for {only_table!r}; it has rules for {', '.join(rules)}.")
    return {only_table: rules[only_table]}


def judged(rules: Mapping[str, Sequence[Rule]], findings: Findings) -> list[Row]:
    """One row for each rule, in the order declared, then for each expectation that no rule declares."""
    measures = {table: _measures(each, findings) for table, each in rules.items()}
    suites = {table: (carried("expectations") / f"{table}.json").read_text(encoding="utf-8") for table in rules}
    asked = {table: {name: found.asked for name, found in each.items()} for table, each in measures.items()}
    verdicts = judge(suites, asked)
    return [
        {"table": table} | _result(verdict, measures[table].get(verdict.rule), raised)
        for table, each in rules.items()
        for verdict, raised in _in_order(each, verdicts[table], findings)
    ]


def _measures(rules: Sequence[Rule], findings: Findings) -> dict[str, Measure]:
    return {rule.name: measure(rule, findings) for rule in rules if not raised_by(rule, findings)}


def _in_order(
    rules: Sequence[Rule], verdicts: Sequence[Verdict], findings: Findings
) -> Iterator[tuple[Verdict, str | None]]:
    """Each rule's verdict and the error of its query; a rule that the suite lacks counts as raised."""
    given = {verdict.rule: verdict for verdict in verdicts}
    for rule in rules:
        yield given.pop(rule.name) if rule.name in given else _lacking(rule), raised_by(rule, findings)
    for name in sorted(given):
        yield given[name], None


def _lacking(rule: Rule) -> Verdict:
    said = f"expectations/{rule.table}.json has no expectation for this rule: run make render"
    return Verdict(rule.name, rule.severity, rule.threshold, rule.note, passed=False, raised=said)


def _result(verdict: Verdict, found: Measure | None, raised: str | None) -> Row:
    raised = raised or verdict.raised
    return {
        "rule": verdict.rule,
        "severity": verdict.severity,
        "passed": verdict.passed and not raised,
        "raised": bool(raised),
        "n_checked": found.n_checked if found else None,
        "n_violating": found.n_violating if found else None,
        "share": found.n_violating / found.n_checked if found and found.n_checked else None,
        "threshold": verdict.threshold,
        "note": verdict.note,
        "found": f"could not be evaluated: {raised}" if raised or not found else found.found,
    }


def strictness(row: Row) -> int:
    """Place of a broken rule among the others: those that stop a run first."""
    return ["critical (raised)", "critical", "warning", "info"].index(_weight(row))


def _weight(row: Row) -> str:
    return "critical (raised)" if row["raised"] else str(row["severity"])
