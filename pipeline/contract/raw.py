"""FDA's seven files and the deleted-case lists, verbatim: every value is text, beside it where it stood."""

from pipeline.contract.model import Column, Table, text, whole

QUARTER = text("quarter", "Quarter in which FDA published the file, as 2024Q1.")
EDITION = text("edition", "Issue of the quarter's archive: rank, publisher's date, start of its SHA-256.")
PROVENANCE = (
    QUARTER,
    EDITION,
    text("source", "Publisher's system: aers until 2012Q3, faers since.", allowed=("aers", "faers")),
    text("file", "Path of the file inside the publisher's archive or folder."),
    whole("line", "Line of that file, the header being line 1; records run together share a line."),
)
REPORT = text("primaryid", "Report version id: case number and version joined; the ISR number in AERS.")
CASE = text("caseid", "Case number.")
CORE_ID = (REPORT, CASE)


def _table(name: str, grain: str, key: tuple[str, ...], *columns: Column) -> Table:
    """A raw table: FDA's columns under today's names, then provenance."""
    return Table(f"raw_{name}", "raw", grain, ("quarter", "edition", "file", "line", *key), (*PROVENANCE, *columns))


def _fields(*pairs: tuple[str, str]) -> tuple[Column, ...]:
    return tuple(text(name, meaning) for name, meaning in pairs)


RAW_DEMO = _table(
    "demo",
    "one report version as published",
    ("primaryid",),
    *CORE_ID,
    *_fields(
        ("caseversion", "Version of the case; empty in AERS."),
        ("i_f_code", "I initial, F follow-up."),
        ("foll_seq", "AERS only: the manufacturer's follow-up number."),
        ("image", "AERS only: image number of the report."),
        ("event_dt", "Date the event began, as published."),
        ("mfr_dt", "Date the manufacturer received the information, as published."),
        ("init_fda_dt", "Date FDA received the first version, as published."),
        ("fda_dt", "Date FDA received this version, as published."),
        ("rept_cod", "Type of report: EXP, PER, DIR, 5DAY, 30DAY."),
        ("auth_num", "Regulatory authority's case number."),
        ("mfr_num", "Manufacturer's report number."),
        ("mfr_sndr", "Manufacturer that sent the report."),
        ("lit_ref", "Literature reference."),
        ("age", "Age at the event, in the unit of age_cod."),
        ("age_cod", "Unit of age: DEC, YR, MON, WK, DY, HR."),
        ("age_grp", "Age group: N, I, C, T, A, E."),
        ("sex", "Sex as published."),
        ("e_sub", "Y when the report was submitted electronically."),
        ("wt", "Weight, in the unit of wt_cod."),
        ("wt_cod", "Unit of weight: KG, LBS, GMS."),
        ("rept_dt", "Date the report was sent, as published."),
        ("to_mfr", "Whether a voluntary reporter also told the manufacturer."),
        ("occp_cod", "Reporter's occupation: MD, PH, OT, LW, CN, HP."),
        ("death_dt", "AERS only: date of death, as published."),
        ("confid", "AERS only: confidentiality wish."),
        ("reporter_country", "Reporter's country: a name in AERS, a code in FAERS."),
        ("occr_country", "Country where the event occurred."),
    ),
)
RAW_DRUG = _table(
    "drug",
    "one drug entry of a report version as published",
    ("primaryid", "drug_seq"),
    *CORE_ID,
    *_fields(
        ("drug_seq", "Number of the drug entry; may repeat since 2024Q4."),
        ("role_cod", "Reported role: PS, SS, C, I; DN (not administered) since 2025."),
        ("drugname", "Drug name: valid trade name or verbatim."),
        ("prod_ai", "Active ingredients joined by a backslash; since 2014Q3."),
        ("val_vbm", "1 valid trade name, 2 verbatim name."),
        ("route", "Route of administration."),
        ("dose_vbm", "Dose as reported."),
        ("cum_dose_chr", "Cumulative dose to the first reaction."),
        ("cum_dose_unit", "Unit of the cumulative dose."),
        ("dechal", "Dechallenge: Y, N, U, D."),
        ("rechal", "Rechallenge: Y, N, U, D."),
        ("lot_num", "Lot number."),
        ("exp_dt", "Expiration date, as published."),
        ("nda_num", "NDA number."),
        ("dose_amt", "Amount of the dose."),
        ("dose_unit", "Unit of the dose."),
        ("dose_form", "Form of the dose."),
        ("dose_freq", "Frequency of the dose."),
    ),
)
RAW_REAC = _table(
    "reac",
    "one reaction line of a report version as published",
    ("primaryid", "pt"),
    *CORE_ID,
    *_fields(
        ("pt", "MedDRA preferred term, in the version current when published."),
        ("drug_rec_act", "Reaction that recurred on rechallenge."),
    ),
)
RAW_OUTC = _table(
    "outc",
    "one outcome of a report version as published",
    ("primaryid", "outc_cod"),
    *CORE_ID,
    *_fields(("outc_cod", "Outcome: DE, LT, HO, DS, CA, RI, OT.")),
)
RAW_RPSR = _table(
    "rpsr",
    "one report source of a report version as published",
    ("primaryid", "rpsr_cod"),
    *CORE_ID,
    *_fields(("rpsr_cod", "Source: FGN, SDY, LIT, CSM, HP, UF, CR, DT, OTH.")),
)
RAW_THER = _table(
    "ther",
    "one therapy period of a drug entry as published",
    ("primaryid", "dsg_drug_seq"),
    *CORE_ID,
    *_fields(
        ("dsg_drug_seq", "Drug entry the period belongs to."),
        ("start_dt", "Start of therapy, as published."),
        ("end_dt", "End of therapy, as published."),
        ("dur", "Length of therapy, in the unit of dur_cod."),
        ("dur_cod", "Unit of the length: YR, MON, WK, DAY, HR, MIN, SEC."),
    ),
)
RAW_INDI = _table(
    "indi",
    "one indication of a drug entry as published",
    ("primaryid", "indi_drug_seq"),
    *CORE_ID,
    *_fields(
        ("indi_drug_seq", "Drug entry the indication belongs to."),
        ("indi_pt", "Indication as a MedDRA preferred term."),
    ),
)
RAW_DELETED = Table(
    "raw_deleted",
    "raw",
    "one line of a deleted-case list",
    ("quarter", "edition", "file", "line"),
    (*PROVENANCE, CASE),
)
RAW_TABLES = (RAW_DEMO, RAW_DRUG, RAW_REAC, RAW_OUTC, RAW_RPSR, RAW_THER, RAW_INDI, RAW_DELETED)
