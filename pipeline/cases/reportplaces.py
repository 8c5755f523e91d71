"""From a row of a report to the counted case whose current version the report is.

A query that joins rows with cases looks each of them up among all cases. Rows of one report stand together, so here a
report is looked up once, among the reports of its own quarter.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.errors import CartwatchError
from pipeline.lake.warehouse import Parameters, Warehouse
from pipeline.signals.crosscount import Ints, Membership, Numbers, firsts

Places = npt.NDArray[np.int32]
QUARTER = "replace(quarter, 'Q', '')::SMALLINT AS quarter_number"


class Reports(NamedTuple):
    """The reports that are the current version of one counted case and of no other case, by quarter and number.

    place: that of the case among the counted ones; shape (reports,) each.
    """

    quarter: npt.NDArray[np.int16]
    report: Ints
    place: Places


class Rows(NamedTuple):
    """What is found of reports (quarter_number, report_id, thing), and of cases that share their report's number (case_id, thing)."""

    of_reports: pa.Table
    of_sharing: pa.Table


def reports_of(counted: pa.Table) -> Reports:
    """The reports of the counted cases (quarter_number, report_id, is_report_number_shared), a row each in the cases' order.

    CartwatchError where two cases have one report and none is said to share its number.
    """
    place = np.flatnonzero(~np.asarray(counted["is_report_number_shared"].to_numpy(), dtype=np.bool_))
    quarter, report = (counted[name].to_numpy()[place] for name in ("quarter_number", "report_id"))
    order = np.lexsort((report, quarter))
    found = Reports(quarter[order], report[order], place[order].astype(np.int32))
    same = (found.report[1:] == found.report[:-1]) & (found.quarter[1:] == found.quarter[:-1])
    if same.any():
        at = int(np.flatnonzero(same)[0])
        raise CartwatchError(
            f"Two counted cases have report {found.report[at]} of {found.quarter[at]}; please report this bug."
        )
    return found


def find_rows(warehouse: Warehouse, query: str, thing: str, parameters: Parameters | None = None) -> Rows:
    """What a query (quarter, report_id, case_id and the thing) tells; needs counted_case."""
    named = f"{thing}::INTEGER AS thing"
    of_reports = f"SELECT {QUARTER}, report_id, {named} FROM ({query}) WHERE report_id IS NOT NULL"
    of_sharing = f"""
        SELECT c.case_id, {named}
        FROM ({query}) AS r
        JOIN counted_case AS c ON c.quarter = r.quarter AND c.report_id = r.report_id AND c.case_id = r.case_id
        WHERE c.is_report_number_shared"""
    if not warehouse.rows("SELECT 1 FROM counted_case WHERE is_report_number_shared LIMIT 1"):
        of_sharing += " LIMIT 0"
    return Rows(warehouse.arrow(of_reports, parameters), warehouse.arrow(of_sharing, parameters))


def members_of(rows: Rows, reports: Reports, cases: Ints) -> Membership:
    """Counted cases, by their place, and what the rows say that they have; the same may stand there more than once."""
    place = places_of(reports, *(rows.of_reports[name].to_numpy() for name in ("quarter_number", "report_id")))
    held = place >= 0
    found = Membership(place[held], rows.of_reports["thing"].to_numpy()[held])
    if not rows.of_sharing.num_rows:
        return found
    sharing = np.searchsorted(cases, rows.of_sharing["case_id"].to_numpy()).astype(np.int32)
    things = np.concatenate([found.thing, rows.of_sharing["thing"].to_numpy()])
    return Membership(np.concatenate([found.case, sharing]), things)


def places_of(reports: Reports, quarter: Numbers, report: Ints) -> Places:
    """The place of the case of each row's report, -1 where it is no case's own; in whatever order the rows stand."""
    begin = firsts(quarter, report)
    asked_quarter, asked = quarter[begin], report[begin]
    n_rows = np.diff(begin, append=quarter.size)
    if np.all(asked_quarter[1:] >= asked_quarter[:-1]):  # the rule: files are read by quarter
        return np.repeat(_places_by_quarter(reports, asked_quarter, asked), n_rows)
    order = np.argsort(asked_quarter, kind="stable")
    found = np.empty(begin.size, np.int32)
    found[order] = _places_by_quarter(reports, asked_quarter[order], asked[order])
    return np.repeat(found, n_rows)


def _places_by_quarter(reports: Reports, quarter: Numbers, report: Ints) -> Places:
    """The same for reports of ascending quarters, whose numbers are searched among those of their own quarter."""
    found = np.full(report.size, -1, np.int32)
    for low, high in pairwise([*firsts(quarter).tolist(), report.size]):
        first, end = (np.searchsorted(reports.quarter, quarter[low], side) for side in ("left", "right"))
        known, place = reports.report[first:end], reports.place[first:end]
        if known.size:
            at = np.minimum(np.searchsorted(known, report[low:high]), known.size - 1)
            found[low:high] = np.where(known[at] == report[low:high], place[at], -1)
    return found
