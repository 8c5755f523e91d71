"""Every rule of the gate, declared once: what it says, how strict it is, and why its threshold is what it is.

A rule on several tables is one Rule for each of them; its name is unique inside a table.
"""

from collections.abc import Iterable
from functools import cache

from pipeline.contract.core import CORE_TABLES
from pipeline.contract.raw import RAW_TABLES
from pipeline.quality.codes import code_rules
from pipeline.quality.rule import LAST, Rule, Severity

VERSIONS = ("report_version",)
CHILDREN = tuple(table.name for table in CORE_TABLES if table.name != "report_version")
DATED = ("report_version", "case_therapy")
FILES = tuple(table.name for table in RAW_TABLES)
COUNTED = tuple(name for name in FILES if name != "raw_deleted")
DRUG_SEQ_NOTE = "ASC_NTS of October 2022 calls the number an order, not a key; FDA repeats it openly since 2024."


def _no_row(
    name: str,
    tables: Iterable[str],
    severity: Severity,
    note: str,
    *,
    since: str = "",
    until: str = LAST,
    check: str = "",
) -> list[Rule]:
    return [
        Rule(name, table, severity, "rows", note, check or name, first_quarter=since, last_quarter=until)
        for table in tables
    ]


ROW_RULES = (
    *_no_row("unaccounted_record", FILES, "critical", "A record that is neither kept nor rejected was lost by us."),
    *_no_row(
        "orphan",
        CHILDREN,
        "warning",
        "FDA publishes a few such rows, and reports under two case numbers; excerpts have many.",
    ),
    *_no_row("repeated_report", VERSIONS, "warning", "Seen in 2012Q4: four reports with two DEMO rows that differ."),
    *_no_row(
        "missing_case_number", VERSIONS, "warning", "Seen in AERS: seven DEMO rows without one; no case can hold them."
    ),
    *_no_row("missing_report_number", VERSIONS, "warning", "Without it nothing can be joined to the row."),
    *_no_row(
        "unreadable_version", VERSIONS, "warning", "Its case is incomplete: something that was reported is not counted."
    ),
    *_no_row(
        "receipt_after_quarter", VERSIONS, "warning", "A quarter ends with the last day of receipt; trends stand on it."
    ),
    *_no_row(
        "primaryid_mismatch", ("raw_demo",), "warning", "FDA defines primaryid as the two joined.", since="2012Q4"
    ),
    *_no_row("empty_pt", ("case_reaction",), "warning", "A reaction without a term is counted for no event."),
    *_no_row("missing_code", ("case_drug", "case_outcome"), "warning", "A row without its code counts for nothing."),
    *_no_row("repeated_drug_seq", ("case_drug",), "info", DRUG_SEQ_NOTE, since="2024Q1"),
    *_no_row(
        "repeated_drug_seq_early", ("case_drug",), "warning", DRUG_SEQ_NOTE, until="2023Q4", check="repeated_drug_seq"
    ),
    *_no_row(
        "missing_drug_entry", ("case_therapy", "case_indication"), "info", "The row then tells of no drug; cases count."
    ),
    *_no_row(
        "childless_report", VERSIONS, "info", "FDA documents one drug and one reaction or more; excerpts lack some."
    ),
    *_no_row(
        "deleted_case", VERSIONS, "info", "A list is applied from the quarter it stands in, so the case is withdrawn."
    ),
    *_no_row(
        "implausible_date", DATED, "info", "FDA publishes dates as reported; the typed date is null with the reason."
    ),
    *_no_row("date_order", DATED, "info", "Reported as such; time to onset leaves such rows out."),
    *_no_row("unreadable_age", VERSIONS, "info", "Published as reported; the typed value is null with the reason."),
    *_no_row(
        "identical_reaction", ("raw_reac",), "info", "Seen in 2022Q4: 23,879 copies; a case counts once for a term."
    ),
    *_no_row(
        "kymriah_over_25",
        VERSIONS,
        "info",
        "Labelled to 25 years in this disease: use outside the label or a wrong age.",
    ),
)
SHARE_RULES = (
    Rule(
        "empty_pt_share",
        "case_reaction",
        "critical",
        "share",
        "FDA once released a quarter in which every term was empty. The real files here have none empty, and one in a "
        "hundred would already move counts; below a hundred rows one odd line would decide.",
        "empty_pt",
        most=0.01,
        from_rows=100,
    ),
    *(
        Rule(
            "implausible_date_share",
            table,
            "warning",
            "share",
            "Known in all of FAERS: 546 impossible event dates and 10,481 starts among millions; one in twenty means another date format.",
            "implausible_date",
            most=0.05,
            from_rows=100,
        )
        for table in DATED
    ),
    *(
        Rule(
            "rejected_share",
            table,
            "warning",
            "share",
            "The damaged lines known in FDA's files are single ones among hundreds of thousands.",
            "rejected_line",
            most=0.001,
            of="records",
        )
        for table in FILES
    ),
    *(
        Rule(
            "rejected_share_high",
            table,
            "critical",
            "share",
            "No known defect comes near one line in twenty: the layout is then another than the header says.",
            "rejected_line",
            most=0.05,
            from_rows=100,
            of="records",
        )
        for table in FILES
    ),
)
MEDIAN_RULES = tuple(
    Rule(
        "row_count",
        table,
        "warning",
        "median",
        "Half the median is a quarter cut short or an excerpt, twice the median one read twice.",
        least=0.5,
        most=2.0,
    )
    for table in COUNTED
)


def _contract_rules() -> Iterable[Rule]:
    """Yield what the contract itself asks: the columns of each table, and the values of columns that we write."""
    for table in (*RAW_TABLES, *CORE_TABLES):
        yield Rule(
            "columns", table.name, "critical", "columns", "Every later step reads by these names.", values=table.names
        )
        for column in table.columns:
            if column.allowed:
                note = "We write this column: another value is a bug of ours."
                yield Rule(f"{column.name}_values", table.name, "critical", "values", note, column.name, column.allowed)


@cache
def gate_rules() -> dict[str, tuple[Rule, ...]]:
    """Rules of each table, tables in the contract's order: contract, account, rows, shares, row count, codes."""
    declared = [*_contract_rules(), *ROW_RULES, *SHARE_RULES, *MEDIAN_RULES, *code_rules()]
    return {name: tuple(rule for rule in declared if rule.table == name) for name in (*FILES, *VERSIONS, *CHILDREN)}
