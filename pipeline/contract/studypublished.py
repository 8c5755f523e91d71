"""What public copies of the follow-up study have told: the counts behind each of their lines, printed or hidden."""

from pipeline.contract.model import Table, real, text, truth, whole
from pipeline.contract.study import AS_OF, STUDY_ID

PARTS = ("estimate", "curve", "characteristic")
STUDY_PUBLISHED = Table(
    "study_published",
    "study",
    "one line or curve of a public copy of the study that was handed out",
    (
        *("study_id", "as_of", "estimates_run", "part", "analysis", "estimand", "population", "event", "window"),
        *("at_years", "competing", "scale", "measure", "method"),
    ),
    (
        STUDY_ID,
        AS_OF,
        text("estimates_run", "Run id of the estimates that the copy was made from."),
        text("part", "Part of the copy: lines of estimates, curves, or patients by characteristic.", allowed=PARTS),
        text("analysis", "Section of the study report it belongs to; null for patients by characteristic."),
        text("estimand", "Id of the estimand, or the characteristic."),
        text("population", "Who is counted, as in study_estimate."),
        text("event", "Endpoint id or event of the study, or the level of the characteristic."),
        text("window", "Part of the follow-up counted; null for all of it."),
        real("at_years", "Time since day 0 of the estimand; null where it is none.", unit="year"),
        text("competing", "Competing events, joined by a comma; null for none."),
        text("scale", "Grading scale of a graded event; null where no grade counts."),
        text("measure", "What the estimate is, as in study_estimate."),
        text("method", "Estimator and interval, as in study_estimate."),
        whole("n_patients", "Patients behind the line, printed or not.", unit="patient"),
        whole("n_events", "Events behind the line, printed or not.", unit="event"),
        truth("is_hidden", "The copy did not print it."),
    ),
    ("study_id", "as_of", "estimates_run", "part"),
)
