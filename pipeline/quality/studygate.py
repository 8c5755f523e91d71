"""The gate of the follow-up study: every rule asked of one extract as of its cut-off."""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from pipeline.lake.warehouse import Warehouse
from pipeline.quality.findings import PATIENT_KEYS, gather_findings
from pipeline.quality.gate import Row, judged, refusing, table_of_broken
from pipeline.quality.studyrules import study_rules
from pipeline.quality.suites import load_great_expectations

FLAGGED = """
SELECT b.rule, x."table", x.subject_id, x.row_number, x.reason
FROM violation AS x
INNER JOIN (SELECT unnest($names::VARCHAR[]) AS name, unnest($tables::VARCHAR[]) AS "table", unnest($rules::VARCHAR[]) AS rule) AS b
  ON b.name = x.name AND b."table" = x."table"
ORDER BY b.rule, x."table", x.subject_id, x.row_number, x.reason
"""


class StudyOutcome(NamedTuple):
    """What the gate found: a row for each rule, and the rows of patients that warnings mark."""

    results: list[Row]
    flagged: list[Row]

    @property
    def failed(self) -> bool:
        """Whether the study's tables must keep their previous data."""
        return bool(refusing(self.results))

    def table_of_broken_rules(self) -> str:
        """Broken rules as plain text, those that stop the run first."""
        return table_of_broken(self.results)


def check_study(warehouse: Warehouse, as_of: str, only_table: str | None = None) -> StudyOutcome:
    """Ask every rule (or those of one table) of the study's tables that the warehouse shows.

    as_of: the cut-off, as 2026-06-30. Reads registry_record, registry_rejected, the tables of patients, `visit_window`
    (visit, due_day, first_day, last_day) and `track` (track, last_day). The same tables give the same rows.
    """
    rules = {name: each for name, each in study_rules().items() if only_table in {None, name}}
    every = [rule for each in rules.values() for rule in each]
    with ThreadPoolExecutor(1) as pool:  # the library takes longer to import than the queries to run
        loading = pool.submit(load_great_expectations)
        findings = gather_findings(warehouse, every, as_of, {}, PATIENT_KEYS)
        loading.result()
    results = judged(rules, findings)
    broken = {(row["table"], row["rule"]) for row in results if not row["passed"] and not row["raised"]}
    marking = [rule for rule in every if rule.quarantines and (rule.table, rule.name) in broken]
    asked = {
        "names": [rule.subject for rule in marking],
        "tables": [rule.table for rule in marking],
        "rules": [rule.name for rule in marking],
    }
    columns = ("rule", "table", "subject_id", "row_number", "reason")
    flagged = [dict(zip(columns, row, strict=True)) for row in warehouse.rows(FLAGGED, asked)]
    return StudyOutcome(results, flagged)
