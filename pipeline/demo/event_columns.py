"""The columns of REAC, OUTC and RPSR: what happened, how it ended, where the report came from."""

from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.demo.chance import Ints, lots
from pipeline.demo.content import code_rows
from pipeline.demo.page import Columns, Page, picked, shown
from pipeline.demo.quarters import is_legacy
from pipeline.demo.world import terms

_OUTCOMES, _OUTCOME_WEIGHTS = ("OT", "HO", "DE", "LT", "DS", "RI", "CA"), [0.54, 0.30, 0.08, 0.04, 0.03, 0.005, 0.005]
_SOURCES, _SOURCE_WEIGHTS = (
    ("HP", "CSM", "OTH", "FGN", "SDY", "LIT", "UF", "CR"),
    [0.4, 0.3, 0.1, 0.1, 0.04, 0.03, 0.02, 0.01],
)


def _keys(page: Page, report: Ints) -> Columns:
    owner = pa.array(report)
    return {"primaryid": page.primaryid.take(owner), "caseid": page.caseid.take(owner)}


@lru_cache(maxsize=2)
def _names(*, upper: bool) -> Any:
    return pa.array([name.upper() if upper else name for name in terms().names])


def reac_columns(page: Page) -> Columns:
    """Every column REAC ever had, one row per report and term; legacy terms are in capitals."""
    rows = page.content.reactions
    pt = picked(_names(upper=is_legacy(page.at)), rows.value)
    again = page.chance.happens("recurred", 0.004, page.roster.caseid[rows.report], rows.value)
    return _keys(page, rows.report) | {"pt": pt, "drug_rec_act": shown(again, pt)}


def _counts(page: Page, purpose: str, weights: list[float]) -> Ints:
    return lots(weights).draw(0, page.uniform(purpose))


def outc_columns(page: Page) -> Columns:
    """Every column OUTC ever had: none, one or two outcomes per report; a CAR-T report always has one."""
    count = _counts(page, "number of outcomes", [0.42, 0.395, 0.185])
    rows = code_rows(np.maximum(count, page.is_cart), "outcome", _OUTCOME_WEIGHTS, page.roster, page.chance)
    return _keys(page, rows.report) | {"outc_cod": picked(_OUTCOMES, rows.value)}


def rpsr_columns(page: Page) -> Columns:
    """Every column RPSR ever had: legacy reports mostly give a source, later ones hardly ever."""
    weights = [0.2, 0.5, 0.3] if is_legacy(page.at) else [0.96, 0.034, 0.006]
    rows = code_rows(_counts(page, "number of sources", weights), "source", _SOURCE_WEIGHTS, page.roster, page.chance)
    return _keys(page, rows.report) | {"rpsr_cod": picked(_SOURCES, rows.value)}
