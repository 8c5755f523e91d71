"""Every rule of the study's gate, declared once: what a cohort must be before its tables become current.

Critical is what would make person-time or a patient's identity wrong. A warning marks rows that stay in every count, for
the registry to be asked about; info is counted.
"""

from collections.abc import Iterable
from functools import cache

from pipeline.contract.owncohort import EXTRACT_TABLES
from pipeline.contract.registry import REGISTRY_RECORD
from pipeline.quality.rule import Rule, Severity

SUBJECT = ("study_subject",)
CHILDREN = tuple(table.name for table in EXTRACT_TABLES if table.name != "study_subject")
PATIENTS = (*SUBJECT, *CHILDREN)
ACUTE = ("study_event", "study_visit", "study_treatment", "study_response", "study_malignancy", "study_sample")
# Where one of these does not hold, who lived how long is not what the days of the extract say: told before all others.
BIASES_SURVIVAL = (
    "undated_death",
    "undated_infusion",
    "undated_leaving",
    "impossible_follow_up",
    "after_death",
    "missing_visit_share",
)
AFTER_INFUSION = ("study_event", "study_visit", "study_response", "study_malignancy")


def _no_row(name: str, tables: Iterable[str], severity: Severity, note: str) -> list[Rule]:
    return [Rule(name, table, severity, "rows", note, f"study/{name}") for table in tables]


ROW_RULES = (
    *_no_row(
        "undated_death",
        SUBJECT,
        "warning",
        "The patient counts until last seen alive and not as dead: survival is overstated. One such patient must not keep "
        "the others out.",
    ),
    *_no_row("undated_infusion", SUBJECT, "warning", "Without day 0 the patient counts as never infused."),
    *_no_row(
        "undated_leaving",
        SUBJECT,
        "warning",
        "Who withdrew or was lost counts until last seen, and a death after that counts too: survival is understated.",
    ),
    *_no_row(
        "undated_outcome",
        ("study_malignancy", "study_treatment"),
        "warning",
        "Without its day a cancer or a treatment has no time since infusion and is in no count.",
    ),
    *_no_row(
        "repeated_key", PATIENTS, "critical", "We number the rows ourselves: a key that stands twice is a bug of ours."
    ),
    *_no_row(
        "orphan", CHILDREN, "critical", "Intake rejects records of patients it does not know: a row is a bug of ours."
    ),
    *_no_row(
        "impossible_follow_up",
        SUBJECT,
        "critical",
        "Whoever died or was last seen before infusion, or was seen after death, has no person-time that can be counted.",
    ),
    *_no_row(
        "index_infusion",
        SUBJECT,
        "critical",
        "The clock starts there. Bags of one product on one day are one infusion; of two products nobody knows which is followed.",
    ),
    *_no_row("leukapheresis_after_infusion", SUBJECT, "warning", "Cells are taken before they can be given back."),
    *_no_row(
        "before_infusion",
        AFTER_INFUSION,
        "warning",
        "Such a row has a negative time since infusion and is in no window.",
    ),
    *_no_row(
        "after_death", (*ACUTE, "study_infusion"), "warning", "Nothing befalls the dead but a finding at autopsy."
    ),
    *_no_row(
        "end_out_of_order",
        ("study_event",),
        "warning",
        "Such an end is taken for one that is not known: how many have a condition on a day becomes less certain.",
    ),
    *_no_row("end_after_death", ("study_event",), "warning", "Nobody is counted after death: the end's day is wrong."),
    *_no_row(
        "grade_beyond_scale", ("study_event",), "warning", "KDIGO 2012 has stages 1 to 3; the other scales end at 5."
    ),
    *_no_row("grade_without_scale", ("study_event",), "info", "It is never counted together with any other grade."),
    *_no_row("undated_event", ("study_event",), "info", "Without its day an event has no time since infusion."),
    *_no_row(
        "repeated_event", ("study_event",), "warning", "The same term on the same day twice is one event in two forms."
    ),
    *_no_row(
        "visit_outside_window", ("study_visit",), "warning", "The schedule's windows; a contact outside still is one."
    ),
    *_no_row("overlapping_follow_up", ("study_visit",), "warning", "Two forms for one visit, or for one day, overlap."),
    *_no_row(
        "alike_patients",
        SUBJECT,
        "warning",
        "Centre, sex, age, product and day of infusion agree: perhaps one patient under two ids.",
    ),
    *_no_row(
        "transgene_without_sample",
        ("study_malignancy",),
        "warning",
        "A result without a sample was not found in tissue.",
    ),
    *_no_row(
        "shared_safety_report",
        ("study_safety_report",),
        "warning",
        "A safety report is about one patient: a number is wrong, or one patient has two ids. Both rows stay.",
    ),
    *_no_row("unknown_product", ("study_infusion",), "warning", "No CAR-T product of the vocabulary has that name."),
    *_no_row(
        "missing_visit", SUBJECT, "info", "A visit that was due, by the patient's track, and of which no form came."
    ),
    *_no_row(
        "missing_by_design",
        SUBJECT,
        "info",
        "The reporting track asks for no form then: nothing is missing that was due.",
    ),
)
SHARE_RULES = (
    Rule(
        "before_infusion_share",
        "study_event",
        "critical",
        "share",
        "One event in five before infusion is another clock or another order of day and month, not a registry's slip.",
        "study/before_infusion",
        most=0.2,
        from_rows=100,
    ),
    Rule(
        "leukapheresis_share",
        "study_subject",
        "critical",
        "share",
        "One patient in twenty is no slip: the two dates were exchanged.",
        "study/leukapheresis_after_infusion",
        most=0.05,
        from_rows=100,
    ),
    Rule(
        "missing_visit_share",
        "study_subject",
        "warning",
        "share",
        "Own choice: where one patient in five lacks a form that was due, what is not reported may not be like what is.",
        "study/missing_visit",
        most=0.2,
        from_rows=20,
    ),
    Rule(
        "rejected_share",
        "registry_record",
        "warning",
        "share",
        "Own choice: a registry's slips are single records among hundreds.",
        "study/rejected_record",
        most=0.01,
        from_rows=100,
    ),
    Rule(
        "rejected_share_high",
        "registry_record",
        "critical",
        "share",
        "Own choice: one record in five that cannot be used means that the mapping is for another layout.",
        "study/rejected_record",
        most=0.2,
        from_rows=100,
    ),
)


def _contract_rules() -> Iterable[Rule]:
    for table in (REGISTRY_RECORD, *EXTRACT_TABLES):
        yield Rule(
            "columns", table.name, "critical", "columns", "Every later step reads by these names.", values=table.names
        )
        for column in table.columns:
            if column.allowed:
                note = "We write this column: another value is a bug of ours."
                yield Rule(f"{column.name}_values", table.name, "critical", "values", note, column.name, column.allowed)


@cache
def study_rules() -> dict[str, tuple[Rule, ...]]:
    """Rules of each table, tables in the contract's order: contract, rows, shares."""
    declared = [*_contract_rules(), *ROW_RULES, *SHARE_RULES]
    return {name: tuple(rule for rule in declared if rule.table == name) for name in ("registry_record", *PATIENTS)}
