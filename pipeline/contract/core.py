"""The typed tables: what we worked out stands beside what FDA published."""

from pipeline.contract.model import Column, Table, date, real, text, truth, whole
from pipeline.contract.raw import EDITION, QUARTER

PRECISIONS = ("day", "month", "year")
REPORT_ID = whole("report_id", "Report version: primaryid, or the ISR number in AERS.", source="primaryid")
CASE_ID = whole("case_id", "Case number, shared by AERS and FAERS; null when the report version is an orphan.")
LINE = whole("line", "Line of the publisher's file the row stood on.")
DRUG_SEQ = whole("drug_seq", "Drug entry inside the report version.")


def _dated(stem: str, meaning: str, source: str) -> tuple[Column, ...]:
    """A date in four columns: the full date or null, the text, how precise it is, why it is null."""
    return (
        date(f"{stem}_date", f"{meaning}; only where all eight digits make a plausible day.", source=source),
        text(f"{stem}_date_text", f"{meaning}, as published.", source=source),
        text(f"{stem}_date_precision", f"How much of {stem}_date_text is a date.", allowed=PRECISIONS),
        text(f"{stem}_date_reason", f"Why {stem}_date is null although a text was published."),
    )


REPORT_VERSION = Table(
    "report_version",
    "core",
    "one report version in the quarter that published it, unreadable ones that can be named included",
    ("quarter", "edition", "report_id", "line"),
    (
        QUARTER,
        EDITION,
        REPORT_ID,
        CASE_ID,
        text("era", "System that numbered the version.", allowed=("aers", "faers")),
        whole("version_number", "caseversion in FAERS, the digits of FOLL_SEQ (blank is 0) in AERS."),
        truth("is_readable", "False when the DEMO line could not be read and only its ids are known."),
        text("unreadable_tables", "Tables in which a line of this version was rejected, joined by a comma."),
        text("initial_or_followup_code", "I initial, F follow-up.", source="i_f_code"),
        *_dated("event", "Day the event began", "event_dt"),
        truth("is_event_date_possibly_padded", "First of a month, published since 2021Q3: may be a padded month."),
        *_dated("manufacturer", "Day the manufacturer received the information", "mfr_dt"),
        *_dated("initial_fda", "Day FDA received the first version", "init_fda_dt"),
        *_dated("fda", "Day FDA received this version", "fda_dt"),
        *_dated("report", "Day the report was sent", "rept_dt"),
        real("age_years", "Age at the event.", unit="year", source="age, age_cod"),
        text("age_reason", "Why age_years is null although an age was published."),
        text("age_group_code", "Age group: N, I, C, T, A, E.", source="age_grp"),
        text("sex_code", "F or M; null when unknown or not specified.", source="sex", allowed=("F", "M")),
        real("weight_kg", "Weight.", unit="kg", source="wt, wt_cod"),
        text("weight_reason", "Why weight_kg is null although a weight was published."),
        text("report_type_code", "EXP, PER, DIR, 5DAY, 30DAY.", source="rept_cod"),
        text("reporter_type_code", "MD, PH, OT, LW, CN, HP.", source="occp_cod"),
        text("reporter_country_code", "Reporter's country, ISO 3166-1 alpha-2.", source="reporter_country"),
        text("event_country_code", "Country of the event, ISO 3166-1 alpha-2.", source="occr_country"),
        text("manufacturer_number", "Manufacturer's report number.", source="mfr_num"),
        text("manufacturer_sender", "Manufacturer that sent the report.", source="mfr_sndr"),
        text("authority_number", "Regulatory authority's case number.", source="auth_num"),
        text("literature_reference", "Literature reference.", source="lit_ref"),
        LINE,
    ),
)
CASE_DRUG = Table(
    "case_drug",
    "core",
    "one drug entry of a report version",
    ("quarter", "edition", "report_id", "drug_seq", "line"),
    (
        QUARTER,
        EDITION,
        REPORT_ID,
        CASE_ID,
        DRUG_SEQ,
        text("role_code", "PS, SS, C, I, DN; null when nothing was published.", source="role_cod"),
        text("drug_name", "Drug name as published.", source="drugname"),
        text("active_ingredient", "Active ingredients as published.", source="prod_ai"),
        Column("ingredients", "texts", "Active ingredients split at the backslash, upper case, in published order."),
        text("route", "Route of administration.", source="route"),
        text("dose_text", "Dose as reported.", source="dose_vbm"),
        text("dechallenge_code", "Y, N, U, D.", source="dechal"),
        text("rechallenge_code", "Y, N, U, D.", source="rechal"),
        text("lot_number", "Lot number.", source="lot_num"),
        text("nda_number", "NDA number.", source="nda_num"),
        LINE,
    ),
)
CASE_REACTION = Table(
    "case_reaction",
    "core",
    "one reaction line of a report version",
    ("quarter", "edition", "report_id", "pt", "line"),
    (
        QUARTER,
        EDITION,
        REPORT_ID,
        CASE_ID,
        text("pt", "Preferred term in one spelling across eras: upper case, single blanks."),
        text("pt_text", "Preferred term as published.", source="pt"),
        LINE,
    ),
)
CASE_OUTCOME = Table(
    "case_outcome",
    "core",
    "one outcome of a report version",
    ("quarter", "edition", "report_id", "outcome_code", "line"),
    (
        QUARTER,
        EDITION,
        REPORT_ID,
        CASE_ID,
        text("outcome_code", "DE, LT, HO, DS, CA, RI, OT.", source="outc_cod"),
        LINE,
    ),
)
CASE_THERAPY = Table(
    "case_therapy",
    "core",
    "one therapy period of a drug entry",
    ("quarter", "edition", "report_id", "drug_seq", "line"),
    (
        QUARTER,
        EDITION,
        REPORT_ID,
        CASE_ID,
        DRUG_SEQ,
        *_dated("start", "First day of therapy", "start_dt"),
        *_dated("end", "Last day of therapy", "end_dt"),
        text("duration_text", "Length of therapy as published.", source="dur"),
        text("duration_unit_code", "Unit of the length.", source="dur_cod"),
        LINE,
    ),
)
CASE_INDICATION = Table(
    "case_indication",
    "core",
    "one indication of a drug entry",
    ("quarter", "edition", "report_id", "drug_seq", "line"),
    (
        QUARTER,
        EDITION,
        REPORT_ID,
        CASE_ID,
        DRUG_SEQ,
        text("indication_pt", "Indication in one spelling across eras: upper case, single blanks."),
        text("indication_text", "Indication as published.", source="indi_pt"),
        LINE,
    ),
)
CASE_REPORTER = Table(
    "case_reporter",
    "core",
    "one report source of a report version",
    ("quarter", "edition", "report_id", "source_code", "line"),
    (
        QUARTER,
        EDITION,
        REPORT_ID,
        CASE_ID,
        text("source_code", "FGN, SDY, LIT, CSM, HP, UF, CR, DT, OTH.", source="rpsr_cod"),
        LINE,
    ),
)
WITHDRAWN_CASE = Table(
    "withdrawn_case",
    "core",
    "one line of a deleted-case list",
    ("quarter", "edition", "case_id", "line"),
    (QUARTER, EDITION, whole("case_id", "Case number on the list.", source="caseid"), LINE),
)
CORE_TABLES = (
    REPORT_VERSION,
    CASE_DRUG,
    CASE_REACTION,
    CASE_OUTCOME,
    CASE_THERAPY,
    CASE_INDICATION,
    CASE_REPORTER,
    WITHDRAWN_CASE,
)
