"""The rows that a broken warning rule marks: they stay in every count."""

from collections.abc import Sequence

import pyarrow as pa

from pipeline.contract.ledger import QUARANTINE
from pipeline.contract.renderings import arrow_schema
from pipeline.lake.warehouse import Warehouse
from pipeline.quality.findings import Findings
from pipeline.quality.measures import unknown_codes
from pipeline.quality.rule import Rule

CAR_T_ROW = """
SELECT DISTINCT d.report_id, d.line
FROM case_drug AS d
INNER JOIN (SELECT DISTINCT drug_name, active_ingredient FROM drug_product) AS p
  ON p.drug_name IS NOT DISTINCT FROM d.drug_name AND p.active_ingredient IS NOT DISTINCT FROM d.active_ingredient
"""
MARKED = """
WITH marked AS (
  SELECT
    b.rule, x."table", x.report_id, x.line, min(x.case_id) AS case_id,
    string_agg(DISTINCT x.reason, '; ' ORDER BY x.reason) AS reason
  FROM violation AS x
  INNER JOIN breaking AS b ON b.name = x.name AND b."table" = x."table"
  GROUP BY b.rule, x."table", x.report_id, x.line
),
version AS (SELECT report_id, min(case_id) AS case_id FROM report_version GROUP BY report_id)
SELECT
  $quarter AS quarter, m.rule, m."table", m.report_id, coalesce(m.case_id, v.case_id) AS case_id, m.line, m.reason,
  coalesce(m.report_id IN (SELECT report_id FROM car_t_row WHERE report_id IS NOT NULL), false)
  OR (
    m.report_id IS NULL AND m."table" IN ('raw_drug', 'case_drug')
    AND m.line IN (SELECT line FROM car_t_row WHERE report_id IS NULL)
  ) AS is_car_t,
  $run_id AS run_id
FROM marked AS m
LEFT JOIN version AS v ON v.report_id = m.report_id
ORDER BY m.rule, m."table", m.line, m.report_id
"""


def quarantined(warehouse: Warehouse, findings: Findings, broken: Sequence[Rule], run_id: str) -> pa.Table:
    """Every row that one of the broken rules marks, once for each rule, in the contract's columns.

    Reads the temporary table `violation` that the findings left, and `drug_product` for the CAR-T mark.
    """
    whole = arrow_schema(QUARANTINE)
    schema = whole.remove(whole.get_field_index("edition"))  # the folder carries it
    if not broken:
        return schema.empty_table()
    for rule in broken:
        if rule.is_vocabulary:
            _add_code_rows(warehouse, rule, findings)
    breaking = [{"rule": rule.name, "name": _source(rule), "table": rule.table} for rule in broken]
    warehouse.register("breaking", pa.Table.from_pylist(breaking))
    warehouse.create("car_t_row", CAR_T_ROW)
    rows = warehouse.arrow(MARKED, {"quarter": findings.quarter, "run_id": run_id})
    warehouse.unregister("breaking")
    return rows.select(schema.names).cast(schema)


def _source(rule: Rule) -> str:
    """Name under which the rule's rows stand in `violation`."""
    return f"{rule.table}.{rule.subject}" if rule.is_vocabulary else rule.subject


def _add_code_rows(warehouse: Warehouse, rule: Rule, findings: Findings) -> None:
    warehouse.rows(
        f"INSERT INTO violation SELECT $name, $table, try_cast(primaryid AS BIGINT), try_cast(caseid AS BIGINT), line, "
        f"'{rule.subject} ' || \"{rule.subject}\" || ' is not documented' "
        f'FROM "{rule.table}" WHERE "{rule.subject}" IN (SELECT unnest($codes::VARCHAR[]))',
        {"name": _source(rule), "table": rule.table, "codes": list(unknown_codes(rule, findings))},
    )
