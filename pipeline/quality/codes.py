"""The codes FDA documents, column by column, and how much depends on each."""

from collections.abc import Iterator

from pipeline.quality.rule import Rule, Severity

DOCUMENTED = "Listed in FDA's ASC_NTS of October 2022"
YES_NO = ("Y", "N")
CHALLENGE = ("Y", "N", "U", "D")

PUBLISHED: tuple[tuple[str, str, Severity, tuple[str, ...], str], ...] = (
    (
        "raw_drug",
        "role_cod",
        "warning",
        ("PS", "SS", "C", "I", "DN"),
        f"{DOCUMENTED}, DN since 2025; the role decides what is counted as exposure.",
    ),
    (
        "raw_outc",
        "outc_cod",
        "warning",
        ("DE", "LT", "HO", "DS", "CA", "RI", "OT"),
        f"{DOCUMENTED}; the outcome decides what is counted as death.",
    ),
    ("raw_demo", "sex", "info", ("F", "M", "UNK", "NS"), f"{DOCUMENTED}, NS in AERS; any other is typed as null."),
    ("raw_demo", "rept_cod", "info", ("EXP", "PER", "DIR", "5DAY", "30DAY"), f"{DOCUMENTED}; no count depends on it."),
    (
        "raw_demo",
        "occp_cod",
        "info",
        ("MD", "PH", "OT", "LW", "CN", "HP"),
        f"{DOCUMENTED}, HP seen since; no count depends on it.",
    ),
    (
        "raw_demo",
        "age_cod",
        "info",
        ("DEC", "YR", "MON", "WK", "DY", "HR"),
        f"{DOCUMENTED}; with any other the age is null and says why.",
    ),
    ("raw_demo", "age_grp", "info", ("N", "I", "C", "T", "A", "E"), f"{DOCUMENTED}; no count depends on it."),
    (
        "raw_demo",
        "wt_cod",
        "info",
        ("KG", "LBS", "GMS"),
        f"{DOCUMENTED}; with any other the weight is null and says why.",
    ),
    ("raw_demo", "i_f_code", "info", ("I", "F"), f"{DOCUMENTED}; the version number decides, not this code."),
    ("raw_demo", "e_sub", "info", YES_NO, f"{DOCUMENTED}; no count depends on it."),
    ("raw_drug", "val_vbm", "info", ("1", "2"), f"{DOCUMENTED}; no count depends on it."),
    ("raw_drug", "dechal", "info", CHALLENGE, f"{DOCUMENTED}; no count depends on it."),
    ("raw_drug", "rechal", "info", CHALLENGE, f"{DOCUMENTED}; no count depends on it."),
    (
        "raw_rpsr",
        "rpsr_cod",
        "info",
        ("FGN", "SDY", "LIT", "CSM", "HP", "UF", "CR", "DT", "OTH"),
        f"{DOCUMENTED}; no count depends on it.",
    ),
    (
        "raw_ther",
        "dur_cod",
        "info",
        ("YR", "MON", "WK", "DAY", "HR", "MIN", "SEC"),
        f"{DOCUMENTED}; the length is kept as published.",
    ),
)


def code_rules() -> Iterator[Rule]:
    """Yield a rule for each column of codes that FDA publishes, whatever the case of its letters."""
    for table, column, severity, values, note in PUBLISHED:
        yield Rule(f"{column}_codes", table, severity, "codes", note, column, values)
