"""MedDRA as its subscriber loads it: terms, classes and queries of one version; nothing of it is shipped."""

from pipeline.contract.model import Table, text, truth, whole

MEDDRA_VERSION = text("meddra_version", "Version of the distribution, as 29.0.")
PARTITION = ("meddra_version",)
PT_CODE = whole("pt_code", "MedDRA's code of the preferred term.")
PT = text("pt", "Preferred term in upper case, as terms are compared.")

MEDDRA_PT = Table(
    "meddra_pt",
    "dictionary",
    "one preferred term of a MedDRA version",
    ("meddra_version", "pt_code"),
    (
        MEDDRA_VERSION,
        PT_CODE,
        PT,
        text("pt_text", "Preferred term as MedDRA spells it."),
        whole("soc_code", "Code of the primary system organ class."),
        text("soc", "Primary system organ class."),
    ),
    PARTITION,
)
MEDDRA_LLT = Table(
    "meddra_llt",
    "dictionary",
    "one lowest-level term of a MedDRA version",
    ("meddra_version", "llt_code"),
    (
        MEDDRA_VERSION,
        whole("llt_code", "MedDRA's code of the lowest-level term."),
        text("llt", "Lowest-level term in upper case, as terms are compared."),
        PT_CODE,
        text("pt", "Preferred term it stands under, in upper case, as terms are compared."),
        truth("is_current", "False where MedDRA no longer codes with it; old reports still print it."),
    ),
    PARTITION,
)
MEDDRA_HIERARCHY = Table(
    "meddra_hierarchy",
    "dictionary",
    "one path from a preferred term to a system organ class",
    ("meddra_version", "pt_code", "hlt_code", "hlgt_code", "soc_code"),
    (
        MEDDRA_VERSION,
        PT_CODE,
        PT,
        whole("hlt_code", "Code of the high-level term."),
        text("hlt", "High-level term."),
        whole("hlgt_code", "Code of the high-level group term."),
        text("hlgt", "High-level group term."),
        whole("soc_code", "Code of the system organ class."),
        text("soc", "System organ class."),
        truth("is_primary", "Whether this is the path that the term is shown under."),
    ),
    PARTITION,
)
MEDDRA_SMQ = Table(
    "meddra_smq",
    "dictionary",
    "one preferred term of a standardised MedDRA query, its sub-queries resolved",
    ("meddra_version", "smq_code", "pt_code"),
    (
        MEDDRA_VERSION,
        whole("smq_code", "MedDRA's code of the query."),
        text("smq", "Name of the query, without the suffix (SMQ)."),
        PT_CODE,
        PT,
        text("scope", "Narrow where the query or one of its sub-queries says so.", allowed=("narrow", "broad")),
        truth("is_own", "Whether the query names the term itself; false where a sub-query does."),
        truth("is_algorithmic", "Whether its broad terms count only in combinations that MedDRA defines."),
    ),
    PARTITION,
)
MEDDRA_TABLES = (MEDDRA_PT, MEDDRA_LLT, MEDDRA_HIERARCHY, MEDDRA_SMQ)
