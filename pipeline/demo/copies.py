"""Reports whose duplicates are known, as typed tables: what record linkage is measured on.

The world of drugs and terms is the demo's. ``truth`` says which cases tell of the same event in the same patient; a
pair of look-alikes (``group`` of ``kind``) shares product, country, often sex and date, and is no duplicate. Equal
arguments give equal tables.
"""

from dataclasses import dataclass
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.contract.core import (
    CASE_DRUG,
    CASE_INDICATION,
    CASE_OUTCOME,
    CASE_REACTION,
    CASE_REPORTER,
    CASE_THERAPY,
    REPORT_VERSION,
    WITHDRAWN_CASE,
)
from pipeline.contract.model import Table
from pipeline.contract.renderings import arrow_schema
from pipeline.demo.chance import Chance
from pipeline.demo.copies_mixes import Mix
from pipeline.demo.copies_patients import GROUP_NAMES, patients
from pipeline.demo.copies_report_columns import Columns, report_columns, version_numbers
from pipeline.demo.copies_reports import KIND_NAMES, Reports, expected_reports, reports
from pipeline.demo.copies_row_columns import (
    drug_columns,
    indication_columns,
    outcome_columns,
    reaction_columns,
    reporter_columns,
    therapy_columns,
)
from pipeline.demo.copies_rows import drug_rows, reaction_rows
from pipeline.demo.quarters import name
from pipeline.errors import UsageError

TYPED = (
    REPORT_VERSION,
    CASE_DRUG,
    CASE_REACTION,
    CASE_OUTCOME,
    CASE_THERAPY,
    CASE_INDICATION,
    CASE_REPORTER,
    WITHDRAWN_CASE,
)


@dataclass(frozen=True)
class Copies:
    """Typed tables by name, and what is true of their cases.

    truth: case_id, event_id (equal: the same event in the same patient). kind: case_id, kind of the copy (base,
    forward, sixteen, literature, second, follow_up), group of look-alikes (null for none) and its number, is_car_t.
    """

    mix: Mix
    seed: int
    tables: dict[str, pa.Table]
    truth: pa.Table
    kind: pa.Table


def copied_cases(seed: int, mix: Mix, n_cases: int) -> Copies:
    """About n_cases cases of a mix, one report version each, with their known duplicates.

    The number met depends on how often chance repeats an event; it is within a few per cent of n_cases for thousands.
    Errors: UsageError for fewer than one case.
    """
    if n_cases < 1:
        raise UsageError(f"{n_cases} cases were asked for: give at least 1.")
    chance = Chance((seed << 32) + crc32(mix.name.encode()))
    told = reports(mix, patients(mix, int(n_cases / expected_reports(mix)), chance), chance)
    return Copies(mix, seed, _tables(told, chance), _truth(told), _kind(told))


def _tables(told: Reports, chance: Chance) -> dict[str, pa.Table]:
    drugs, reactions = drug_rows(told, chance), reaction_rows(told, chance)
    columns = {
        REPORT_VERSION: (np.arange(len(told.case_id)), report_columns(told, chance)),
        CASE_DRUG: (drugs.report, drug_columns(told, drugs, chance)),
        CASE_REACTION: (reactions.report, reaction_columns(reactions)),
        CASE_OUTCOME: outcome_columns(told, chance),
        CASE_THERAPY: therapy_columns(told, drugs, chance),
        CASE_INDICATION: indication_columns(told, drugs, chance),
        CASE_REPORTER: reporter_columns(told, chance),
    }
    keys = _keys(told, chance)
    made = {table.name: _typed(table, keys, case, own) for table, (case, own) in columns.items()}
    return made | {WITHDRAWN_CASE.name: arrow_schema(WITHDRAWN_CASE).empty_table()}


def _keys(told: Reports, chance: Chance) -> pa.Table:
    """Quarter, report and case number of every case."""
    day = told.fda_day.astype("M8[D]").astype("M8[M]").astype(np.int64)
    at = 1970 * 4 + day // 3
    quarters, place = np.unique(at, return_inverse=True)
    report_id = told.case_id * 10 + version_numbers(told, chance)
    return pa.table(
        {
            "quarter": pa.array([name(int(one)) for one in quarters], pa.string()).take(pa.array(place)),
            "report_id": report_id,
            "case_id": told.case_id,
        }
    )


def _typed(table: Table, keys: pa.Table, case: np.ndarray, own: Columns) -> pa.Table:
    """Rows of a declared table: the keys of their cases, their own columns, null for what nobody published."""
    rows = keys.take(pa.array(case))
    given = {key: rows[key].combine_chunks() for key in keys.column_names} | own | {"line": 2 + np.arange(len(case))}
    columns = [
        pa.array(given[field.name]).cast(field.type) if field.name in given else pa.nulls(len(case), field.type)
        for field in arrow_schema(table)
    ]
    return pa.table(columns, schema=arrow_schema(table)).combine_chunks()


def _truth(told: Reports) -> pa.Table:
    return pa.table({"case_id": told.case_id, "event_id": 1 + told.event})


def _kind(told: Reports) -> pa.Table:
    group = told.patients.group[told.event]
    names = pa.array([None, *GROUP_NAMES[1:]], pa.string())
    return pa.table(
        {
            "case_id": told.case_id,
            "kind": pa.array(KIND_NAMES).take(pa.array(told.kind)),
            "group": names.take(pa.array(group)),
            "group_id": pc.if_else(pa.array(group > 0), pa.array(1 + told.patients.leader[told.event]), None),
            "is_car_t": told.patients.is_cart[told.event],
        }
    )
