"""Days from infusion to event, case by case, as of a data-lock point."""

from pipeline.contract.mart import AS_OF, PARTITION
from pipeline.contract.model import Table, real, text, truth, whole

METHODS = ("naive", "right_truncated", "reverse_time")
ENDPOINT = text("endpoint", "Endpoint id of the vocabulary, narrow terms.")
PRODUCT = text("product", "Generic name in lower case, or unspecified_car_t, any_car_t.")
CASE_SET = text(
    "case_set", "Set of cases, as named in the vocabulary's rules of onset: all, or a sensitivity to one choice."
)

ONSET_CASE = Table(
    "onset_case",
    "mart",
    "one counted case, CAR-T product, endpoint (narrow) and set of cases",
    ("as_of", "product", "endpoint", "case_set", "case_id"),
    (
        AS_OF,
        PRODUCT,
        ENDPOINT,
        CASE_SET,
        whole("case_id", "Case number."),
        whole(
            "days",
            "Days from infusion to the case's one event date, infusion being day 0: of the case, not of a reaction. "
            "Null where either day is unknown or no onset is told.",
            unit="day",
        ),
        whole(
            "follow_up_days",
            "Days from infusion to the last day of the newest quarter held by the data-lock point, less the reporting lag: "
            "the case's own days from event to first receipt, or that of the set.",
            unit="day",
        ),
        text("reason", "Why the case is left out, the first of the reasons in their order; null where it is used."),
    ),
    PARTITION,
)
ONSET_EXCLUSION = Table(
    "onset_exclusion",
    "mart",
    "one CAR-T product, endpoint (narrow), set of cases and reason; used cases stand under the reason used",
    ("as_of", "product", "endpoint", "case_set", "reason"),
    (
        AS_OF,
        PRODUCT,
        ENDPOINT,
        CASE_SET,
        whole("reason_number", "Place of the reason in the order in which they are asked; 0 for used."),
        text("reason", "Why the cases are left out, or used."),
        whole("n", "Cases that have this as their first reason.", unit="case"),
    ),
    PARTITION,
)
ONSET = Table(
    "onset",
    "mart",
    "one CAR-T product, endpoint (narrow), set of cases and method",
    ("as_of", "product", "endpoint", "case_set", "method"),
    (
        AS_OF,
        PRODUCT,
        ENDPOINT,
        CASE_SET,
        text(
            "method",
            "Weibull fit as if nothing cut the days (naive), Weibull fit with right truncation, or the distribution "
            "in reverse time without an assumed form.",
            allowed=METHODS,
        ),
        whole("n_read", "Cases of the product with the endpoint.", unit="case"),
        whole("n_used", "Those with usable days.", unit="case"),
        whole("n_same_day", "Used cases with the event on the day of infusion.", unit="case"),
        whole(
            "lag_days",
            "Reporting lag taken off the follow-up of every case; null where each case's own lag was.",
            unit="day",
        ),
        whole(
            "longest_follow_up_days",
            "Longest follow-up of a used case: the reverse-time distribution is conditional on it.",
            unit="day",
        ),
        truth("is_told", "False where the method refuses; reason says why."),
        text("reason", "Why the method gives nothing."),
        real("shape", "Shape of the Weibull distribution: below 1 the events come early, above 1 after a while."),
        real("shape_low", "Lower 95 % bound of shape, by profile likelihood."),
        real("shape_high", "Upper 95 % bound of shape."),
        real("scale_days", "Scale of the Weibull distribution.", unit="day"),
        real("scale_days_low", "Lower 95 % bound of scale_days, by profile likelihood.", unit="day"),
        real("scale_days_high", "Upper 95 % bound of scale_days.", unit="day"),
        real("log_likelihood", "Log-likelihood at the maximum."),
        real(
            "distance",
            "Largest difference between the share of the days seen and the share the fit says is seen, over all days; "
            "null in reverse time, which has no form.",
            unit="share",
        ),
        whole(
            "least_followed",
            "Fewest cases on which a factor behind the reverse-time median rests; null for the fits.",
            unit="case",
        ),
        real("q1_days", "Days by which a quarter of the events has come, by the method's distribution.", unit="day"),
        real("median_days", "Days by which half of the events has come, by the method's distribution.", unit="day"),
        real("median_days_low", "Lower 95 % bound of the reverse-time median; null for the fits.", unit="day"),
        real("median_days_high", "Upper 95 % bound of the reverse-time median; null for the fits.", unit="day"),
        real(
            "q3_days", "Days by which three quarters of the events have come, by the method's distribution.", unit="day"
        ),
        real("observed_q1_days", "First quartile of the days used, as seen.", unit="day"),
        real("observed_median_days", "Median of the days used, as seen.", unit="day"),
        real("observed_q3_days", "Third quartile of the days used, as seen.", unit="day"),
    ),
    PARTITION,
)
ONSET_TABLES: tuple[Table, ...] = (ONSET_CASE, ONSET_EXCLUSION, ONSET)
