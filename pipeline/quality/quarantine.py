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
SELECT
  $quarter AS quarter, m.rule, m."table", m.report_id, coalesce(m.case_id, min(v.case_id)) AS case_id, m.line,
  string_agg(DISTINCT m.reason, '; ' ORDER BY m.reason) AS reason,
  m.report_id IN (SELECT report_id FROM car_t_row WHERE report_id IS NOT NULL)
  $run_id AS run_id
FROM (
  SELECT b.rule, x.* EXCLUDE (name)
  FROM violation AS x
  INNER JOIN breaking AS b ON b.name = x.name AND b."table" = x."table"
) AS m
LEFT JOIN report_version AS v ON v.report_id = m.report_id AND m.case_id IS NULL
GROUP BY ALL
ORDER BY m.rule, m."table", m.line, m.report_id, case_id
"""
