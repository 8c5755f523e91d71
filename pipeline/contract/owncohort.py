"""Cases of the followed cohort that also came as spontaneous reports: the numbers they were sent under, and the cases found."""

from pipeline.contract.mart import AS_OF
from pipeline.contract.mart import PARTITION as MART_PARTITION
from pipeline.contract.model import Table, date, text, whole
from pipeline.contract.study import OF_SUBJECT, PARTITION, PATIENT_TABLES, PRECISIONS

MATCHES = ("manufacturer_number", "case_number", "duplicate")

STUDY_SAFETY_REPORT = Table(
    "study_safety_report",
    "study",
    "one safety report that was sent to an authority about a patient",
    ("study_id", "as_of", "subject_id", "safety_report_number"),
    (
        *OF_SUBJECT,
        whole("safety_report_number", "Place among the patient's safety reports by day of the event, from 1."),
        text("pt", "Preferred term of the event reported, as coded by the registry; null where the form names none."),
        date("start_date", "Day the event began; null unless known to the day."),
        text("start_precision", "How much of the beginning is known.", allowed=PRECISIONS),
        date("reported_date", "Day the registry received the form with the number."),
        text(
            "safety_report_id",
            "Number the report was sent under: the manufacturer's control number, the worldwide unique case "
            "identification (E2B C.1.8.1), or FDA's case number.",
        ),
    ),
    PARTITION,
)
OWN_COHORT_CASE = Table(
    "own_cohort_case",
    "mart",
    "one current case that a safety report of a followed cohort names: flagged, never removed",
    ("as_of", "study_id", "case_id"),
    (
        AS_OF,
        text("study_id", "Id of the follow-up study whose cohort it is of."),
        whole("case_id", "Case number."),
        text("study_as_of", "Cut-off of the extract that names it: the newest by the data-lock point."),
        text(
            "matched_by",
            "What names it: the manufacturer's number, the case number, or a duplicate of it that one of them names.",
            allowed=MATCHES,
        ),
    ),
    MART_PARTITION,
)
# What an extract fills: what the study's estimates read, and what only tells which reports are of its patients.
EXTRACT_TABLES: tuple[Table, ...] = (*PATIENT_TABLES, STUDY_SAFETY_REPORT)
OWN_COHORT_TABLES: tuple[Table, ...] = (STUDY_SAFETY_REPORT, OWN_COHORT_CASE)
