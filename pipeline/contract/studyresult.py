"""The results of the follow-up study, as of a data cut-off: every estimate and every step of a curve."""

from pipeline.contract.model import Table, real, text, truth, whole
from pipeline.contract.study import AS_OF, PARTITION, STUDY_ID

STUDY_ESTIMATE = Table(
    "study_estimate",
    "study",
    "one estimate of the follow-up study, or the reason why it is not given",
    (
        "study_id",
        "as_of",
        "analysis",
        "estimand",
        "population",
        "event",
        "window",
        "at_years",
        "competing",
        "scale",
        "measure",
        "method",
    ),
    (
        STUDY_ID,
        AS_OF,
        text("analysis", "Section of the study report it belongs to, as completeness or incidence."),
        text("estimand", "Id of the estimand, as first_event or overall_survival."),
        text("estimand_text", "The estimand in words: who, what is counted, when a person stops being at risk."),
        text("population", "Who is counted, as all, indication=b_all or centre=C01."),
        text("event", "Endpoint id or event of the study; null where it is none."),
        text("window", "Part of the follow-up counted, as day_0_28 or year_2; null for all of it."),
        real(
            "at_years", "Time since day 0 of the estimand that the estimate is for; null where it is none.", unit="year"
        ),
        text("competing", "Competing events, joined by a comma; null for none."),
        text("scale", "Grading scale of a graded event; null where no grade counts."),
        text("measure", "What the estimate is, as share, incidence, ratio, mean count or years."),
        text("unit", "Unit of the estimate and its bounds."),
        whole("n_patients", "Patients in the analysis.", unit="patient"),
        whole("n_events", "Events counted.", unit="event"),
        real("person_years", "Time at risk.", unit="person-year"),
        whole("n_at_risk", "Patients still at risk at at_years; null where it is none.", unit="patient"),
        real("person_years_due", "Time that was due, for a completeness; null elsewhere.", unit="person-year"),
        whole("n_left_out", "Patients or events left out because what is needed of them is not known."),
        real(
            "expected",
            "Events expected from the reference, of a subgroup as if like all; null where none are.",
            unit="event",
        ),
        real("estimate", "The estimate; null where none is given.", unit="see unit"),
        real("low", "Lower bound of its 95 % interval.", unit="see unit"),
        real("high", "Upper bound of its 95 % interval.", unit="see unit"),
        real("p", "Two-sided p value of a test; null where there is none."),
        text("method", "Estimator and interval, as aalen_johansen, aalen variance, log-log."),
        truth("is_told", "An estimate is given."),
        text("reason", "Why no number is given."),
        truth("is_flagged", "The report calls attention to it, as a centre with completeness under the threshold."),
        truth("is_small", "A count under the threshold of public exports: suppressed there, whole in the regulator's."),
    ),
    PARTITION,
)
STUDY_CURVE = Table(
    "study_curve",
    "study",
    "one step of a curve of the study",
    ("study_id", "as_of", "analysis", "estimand", "population", "event", "competing", "at_years"),
    (
        STUDY_ID,
        AS_OF,
        text("analysis", "Section of the study report it belongs to."),
        text("estimand", "Id of the estimand."),
        text("population", "Who is counted."),
        text("event", "Endpoint id or event of the study; null where it is none."),
        text("competing", "Competing events, joined by a comma; null for none."),
        real("at_years", "Time since day 0 of the estimand.", unit="year"),
        real("estimate", "The curve from then on.", unit="see unit"),
        real("low", "Lower bound of its pointwise 95 % interval.", unit="see unit"),
        real("high", "Upper bound of its pointwise 95 % interval.", unit="see unit"),
        whole("n_at_risk", "Patients at risk then.", unit="patient"),
        text("unit", "Unit of the curve, as share or events per patient."),
    ),
    PARTITION,
)

STUDY_RESULTS: tuple[Table, ...] = (STUDY_ESTIMATE, STUDY_CURVE)
