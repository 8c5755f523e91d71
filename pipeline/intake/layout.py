"""FDA's layouts since 2004Q1: which columns a file may have, and what each is called today."""

from pipeline.contract.model import Table
from pipeline.contract.raw import RAW_DEMO, RAW_DRUG, RAW_INDI, RAW_OUTC, RAW_REAC, RAW_RPSR, RAW_THER
from pipeline.errors import LayoutChanged

FIRST_FAERS_QUARTER = "2012Q4"
FILE_TABLES: dict[str, Table] = {
    "DEMO": RAW_DEMO,
    "DRUG": RAW_DRUG,
    "REAC": RAW_REAC,
    "OUTC": RAW_OUTC,
    "RPSR": RAW_RPSR,
    "THER": RAW_THER,
    "INDI": RAW_INDI,
}
RENAMED = {
    "isr": "primaryid",
    "case": "caseid",
    "i_f_cod": "i_f_code",
    "gndr_cod": "sex",
    "lot_nbr": "lot_num",
    "outc_code": "outc_cod",
}
RENAMED_IN = {
    "THER": {"drug_seq": "dsg_drug_seq"},
    "INDI": {"drug_seq": "indi_drug_seq"},
}
AERS_ONLY = {"foll_seq", "image", "death_dt", "confid"}
SINCE_2014Q3 = {"auth_num", "lit_ref", "age_grp", "prod_ai", "drug_rec_act"}
FAERS_ONLY = {
    *("caseversion", "init_fda_dt", "occr_country", "cum_dose_chr", "cum_dose_unit"),
    *("dose_amt", "dose_unit", "dose_form", "dose_freq"),
}
ADDED_DURING_AERS = {"reporter_country", "confid", "death_dt", "to_mfr"}
PROVENANCE = {"quarter", "edition", "source", "file", "line"}


def era(quarter: str) -> str:
    """Aers until 2012Q3, faers since."""
    return "faers" if quarter >= FIRST_FAERS_QUARTER else "aers"


def columns_of(kind: str, header: list[str], quarter: str, file: str) -> tuple[list[str], list[str]]:
    """Today's names of the published columns, in file order, and the phantom columns after them.

    Trailing phantom columns (named v1, v23 … or nothing) come from re-saving and are accepted.
    LayoutChanged names a column FDA never published, one that is missing, or one that stands twice.
    """
    names = [name.strip().lower() for name in header]
    renaming = RENAMED | RENAMED_IN.get(kind, {})
    n_phantom = _trailing_phantoms(names)
    published = [renaming.get(name, name) for name in names[: len(names) - n_phantom]]
    known = set(FILE_TABLES[kind].names) - PROVENANCE
    required = _required(kind, quarter)
    if strangers := [name for name in published if name not in known]:
        raise LayoutChanged(f"{file} has a column FDA never published before, {strangers[0]!r}: {_ADVICE}")
    if missing := sorted(required - set(published)):
        raise LayoutChanged(f"{file} lacks the column {missing[0]!r}, which {quarter} must have: {_ADVICE}")
    if len(set(published)) < len(published):
        twice = next(name for name in published if published.count(name) > 1)
        raise LayoutChanged(f"{file} has the column {twice!r} twice: {_ADVICE}")
    return published, names[len(names) - n_phantom :]


_ADVICE = "nothing was read; compare it with FDA's ASC_NTS and, if FDA changed the layout, update cartwatch."


def _trailing_phantoms(names: list[str]) -> int:
    count = 0
    for name in reversed(names):
        if name and not (name[0] == "v" and name[1:].isdigit()):
            break
        count += 1
    return count


def _required(kind: str, quarter: str) -> set[str]:
    known = set(FILE_TABLES[kind].names) - PROVENANCE
    if era(quarter) == "aers":
        return known - FAERS_ONLY - SINCE_2014Q3 - ADDED_DURING_AERS - ({"caseid"} if kind != "DEMO" else set())
    return known - AERS_ONLY - (SINCE_2014Q3 if quarter < "2014Q3" else set())
