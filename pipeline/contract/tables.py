"""Every table of the lake, and those handed out as files alone (layer export)."""

from pipeline.contract.core import CORE_TABLES
from pipeline.contract.ledger import LEDGER_TABLES
from pipeline.contract.linkage import LINKAGE_TABLES
from pipeline.contract.mart import MART_TABLES
from pipeline.contract.masking import MASKING_EXPORTS, MASKING_TABLES
from pipeline.contract.meddra import MEDDRA_TABLES
from pipeline.contract.model import Table
from pipeline.contract.onset import ONSET_TABLES
from pipeline.contract.owncohort import OWN_COHORT_TABLES
from pipeline.contract.raw import RAW_TABLES
from pipeline.contract.reactiononset import REACTION_ONSET_TABLES
from pipeline.contract.registry import REGISTRY_TABLES
from pipeline.contract.strata import STRATA_TABLES
from pipeline.contract.study import PATIENT_TABLES
from pipeline.contract.studypublished import STUDY_PUBLISHED
from pipeline.contract.studyresult import STUDY_RESULTS
from pipeline.contract.trend import TREND_TABLES
from pipeline.errors import UsageError

ALL_TABLES: tuple[Table, ...] = (
    *RAW_TABLES,
    *CORE_TABLES,
    *LINKAGE_TABLES,
    *MEDDRA_TABLES,
    *MART_TABLES,
    *STRATA_TABLES,
    *MASKING_TABLES,
    *ONSET_TABLES,
    *TREND_TABLES,
    *REGISTRY_TABLES,
    *PATIENT_TABLES,
    *STUDY_RESULTS,
    STUDY_PUBLISHED,
    *OWN_COHORT_TABLES,
    *LEDGER_TABLES,
    *MASKING_EXPORTS,
    *REACTION_ONSET_TABLES,
)
_BY_NAME = {table.name: table for table in ALL_TABLES}


def table(name: str) -> Table:
    """The declared table of that name; UsageError names the known ones."""
    if name not in _BY_NAME:
        raise UsageError(f"There is no table {name!r}; the lake's tables are {', '.join(_BY_NAME)}.")
    return _BY_NAME[name]
