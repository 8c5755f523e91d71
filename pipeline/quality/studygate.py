"""The gate of the follow-up study: every rule asked of one extract as of its cut-off."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from pipeline.contract.registry import REGISTRY_RECORD
from pipeline.lake.warehouse import Warehouse
from pipeline.quality.findings import PATIENT_KEYS, gather_findings
from pipeline.quality.gate import Row, judged, refusing, strictness, table_of_broken
from pipeline.quality.rule import Rule
from pipeline.quality.studyrules import BIASES_SURVIVAL, study_rules
from pipeline.quality.suites import load_great_expectations

FLAGGED = """
SELECT b.rule, x."table", x.subject_id, x.row_number, string_agg(DISTINCT x.reason, '; ' ORDER BY x.reason) AS reason
FROM violation AS x
INNER JOIN (SELECT unnest($names::VARCHAR[]) AS name, unnest($tables::VARCHAR[]) AS "table", unnest($rules::VARCHAR[]) AS rule) AS b
  ON b.name = x.name AND b."table" = x."table"
GROUP BY b.rule, x."table", x.subject_id, x.row_number
ORDER BY b.rule, x."table", x.subject_id, x.row_number
"""


# The patients' own file is the one that tells of most patients, and of those with the fewest records.
LOCATED = """
WITH patients AS (
  SELECT domain FROM registry_record WHERE subject_id IS NOT NULL GROUP BY domain
  ORDER BY count(DISTINCT subject_id) DESC, count(*), domain LIMIT 1
)
SELECT b.rule, r.file, list(DISTINCT r.line ORDER BY r.line) AS lines
FROM violation AS x
INNER JOIN (SELECT unnest($names::VARCHAR[]) AS name, unnest($tables::VARCHAR[]) AS "table", unnest($rules::VARCHAR[]) AS rule) AS b
  ON b.name = x.name AND b."table" = x."table"
INNER JOIN registry_record AS r ON r.subject_id = x.subject_id
INNER JOIN patients AS p ON p.domain = r.domain
GROUP BY b.rule, r.file
ORDER BY b.rule, r.file
"""
MOST_NAMED = 20


class StudyOutcome(NamedTuple):
    """What the gate found: a row for each rule in the contract's order, and the rows of patients that warnings mark.

    located: for each critical rule that patients break, in words, where their records stand in the extract.
    """

    results: list[Row]
    flagged: list[Row]
    located: list[str]

    @property
    def failed(self) -> bool:
        """Whether the study's tables must keep their previous data."""
        return bool(refusing(self.results))

    @property
    def broken(self) -> list[Row]:
        """Rules that do not hold, as ranked."""
        return ranked(self.results)

    def table_of_broken_rules(self) -> str:
        """Broken rules as plain text, as ranked."""
        return table_of_broken(self.broken)


def ranked(results: Iterable[Row]) -> list[Row]:
    """Rules that do not hold: the strictest first, and among equals what can bias survival before all else."""
    return sorted((row for row in results if not row["passed"]), key=lambda row: (strictness(row), not biases(row)))


def biases(row: Row) -> bool:
    """Whether survival is not what it seems where the rule of the row does not hold."""
    return row["rule"] in BIASES_SURVIVAL


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
    refused = [one for one in every if one.severity == "critical" and one.is_query and (one.table, one.name) in broken]
    columns = ("rule", "table", "subject_id", "row_number", "reason")
    flagged = [dict(zip(columns, row, strict=True)) for row in warehouse.rows(FLAGGED, _named(marking))]
    about_patients = [rule for rule in refused if rule.table != REGISTRY_RECORD.name]
    located = [_place(*row) for row in warehouse.rows(LOCATED, _named(about_patients))] if about_patients else []
    return StudyOutcome(results, flagged, located)


def _named(rules: Iterable[Rule]) -> dict[str, list[str]]:
    """What the queries for the rows that break these rules are asked with."""
    held = list(rules)
    return {
        "names": [rule.subject for rule in held],
        "tables": [rule.table for rule in held],
        "rules": [rule.name for rule in held],
    }


def _place(rule: object, file: object, lines: object) -> str:
    """Where a rule's patients stand: the places of their records, never their ids."""
    places = [str(line) for line in lines] if isinstance(lines, list) else []
    more = len(places) - MOST_NAMED
    said = ", ".join(places[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    return f"{rule}: the patients of {file}, record {said}, counted without the header"
