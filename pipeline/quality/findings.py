"""What one quarter shows, gathered once by SQL: columns, counts, codes, and the rows that break a rule.

Whatever a query raises is a finding too: it is kept by name, and a rule that raises is critical.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from pipeline.lake.warehouse import Warehouse, model
from pipeline.quality.rule import Rule

NAMED_REASONS = 5
Keys = Mapping[str, str]
# Columns by which a check names the rows that break its rule, with their types.
REPORT_KEYS: Keys = {"report_id": "BIGINT", "case_id": "BIGINT", "line": "BIGINT"}
PATIENT_KEYS: Keys = {"subject_id": "VARCHAR", "row_number": "BIGINT"}
REASONS = """
SELECT
  name, "table", reason, n,
  sum(n) OVER (PARTITION BY name, "table")::BIGINT AS n_rows,
  count(*) OVER (PARTITION BY name, "table") AS n_reasons
FROM (SELECT name, "table", reason, count(*) AS n FROM violation GROUP BY name, "table", reason)
QUALIFY row_number() OVER (PARTITION BY name, "table" ORDER BY n DESC, reason) <= $named
ORDER BY name, "table", n DESC, reason
"""


class Violations(NamedTuple):
    """Rows of one table that break one rule: how many, the commonest reasons, and how many reasons in all."""

    n_rows: int
    n_reasons: int
    commonest: tuple[tuple[str, int], ...]


@dataclass(slots=True)
class Findings:
    """Everything the rules of one quarter, or of a study as of its cut-off, are measured by.

    quarter: the data-lock point, which queries know as $quarter and $as_of. keys: how checks name a row. n_records: records read, of each raw table. violations: by query and table. codes: rows of each value, by table and
    column, empty values left out. raised: the error of whatever could not be gathered, by its name.
    """

    quarter: str
    earlier_counts: Mapping[str, Sequence[int]]
    keys: Keys = field(default_factory=lambda: REPORT_KEYS)
    columns: dict[str, list[str]] = field(default_factory=dict)
    n_rows: dict[str, int] = field(default_factory=dict)
    n_records: dict[str, int] = field(default_factory=dict)
    violations: dict[tuple[str, str], Violations] = field(default_factory=dict)
    codes: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    raised: dict[str, str] = field(default_factory=dict)

    def attempt(self, name: str, gather: Callable[[], None]) -> None:
        """Gather one finding; what it raises is kept under its name."""
        try:
            gather()
        except Exception as error:  # noqa: BLE001 -- not hidden: a rule whose query raises is critical
            self.raised[name] = f"{type(error).__name__}: {str(error).splitlines()[0]}"


def gather_findings(
    warehouse: Warehouse,
    rules: Sequence[Rule],
    quarter: str,
    earlier_counts: Mapping[str, Sequence[int]],
    keys: Keys = REPORT_KEYS,
) -> Findings:
    """Run once every query the rules need; the rows that break one stand in the temporary table `violation`."""
    findings = Findings(quarter, earlier_counts, keys)
    for table in dict.fromkeys(rule.table for rule in rules):
        findings.attempt(table, partial(_describe, warehouse, table, findings))
    if keys is REPORT_KEYS:
        findings.attempt("source_file", partial(_count_records, warehouse, findings))
    columns = ", ".join(f"{name} {kind}" for name, kind in keys.items())
    warehouse.rows(f'CREATE OR REPLACE TEMP TABLE violation (name VARCHAR, "table" VARCHAR, {columns}, reason VARCHAR)')
    for check in dict.fromkeys(rule.subject for rule in rules if rule.is_query):
        findings.attempt(check, partial(_run_check, warehouse, check, findings))
    for table, column in dict.fromkeys((rule.table, rule.subject) for rule in rules if rule.is_vocabulary):
        findings.attempt(f"{table}.{column}", partial(_count_codes, warehouse, table, column, findings))
    _summarise(warehouse, findings)
    return findings


def _describe(warehouse: Warehouse, table: str, findings: Findings) -> None:
    columns = warehouse.rows(
        "SELECT column_name FROM duckdb_columns() WHERE table_name = $table ORDER BY column_index", {"table": table}
    )
    findings.columns[table] = [str(name) for (name,) in columns]
    findings.n_rows[table] = _number(warehouse.rows(f'SELECT count(*) FROM "{table}"')[0][0])


def _count_records(warehouse: Warehouse, findings: Findings) -> None:
    counts = warehouse.rows('SELECT "table", sum(n_read)::BIGINT FROM source_file GROUP BY "table" ORDER BY "table"')
    findings.n_records = {str(table): _number(n) for table, n in counts}


def _run_check(warehouse: Warehouse, check: str, findings: Findings) -> None:
    keys = ", ".join(findings.keys)
    warehouse.rows(
        f'INSERT INTO violation SELECT $name, "table", {keys}, reason FROM ({model(f"check/{check}")})',
        {"name": check, "quarter": findings.quarter, "as_of": findings.quarter},
    )


def _count_codes(warehouse: Warehouse, table: str, column: str, findings: Findings) -> None:
    counts = warehouse.rows(
        f'SELECT "{column}", count(*) FROM "{table}" WHERE "{column}" IS NOT NULL GROUP BY 1 ORDER BY 1'
    )
    findings.codes[table, column] = {str(value): _number(n) for value, n in counts}


def _summarise(warehouse: Warehouse, findings: Findings) -> None:
    commonest: dict[tuple[str, str], list[tuple[str, int]]] = {}
    totals: dict[tuple[str, str], tuple[int, int]] = {}
    for name, table, reason, n, n_rows, n_reasons in warehouse.rows(REASONS, {"named": NAMED_REASONS}):
        key = (str(name), str(table))
        commonest.setdefault(key, []).append((str(reason), _number(n)))
        totals[key] = (_number(n_rows), _number(n_reasons))
    findings.violations = {key: Violations(*totals[key], tuple(commonest[key])) for key in totals}


def _number(value: object) -> int:
    return int(str(value))
