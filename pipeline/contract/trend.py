"""Cases by quarter, as of a data-lock point: series, cumulative scores, contrasts, lags and what is still to come."""

from pipeline.contract.mart import AS_OF, COMPARATOR, COMPARATOR_VERSION, PARTITION, SCOPES
from pipeline.contract.model import Table, date, real, text, truth, whole

SERIES = ("all cases", "endpoint")
MEASURES = ("cases", "share of cases")
CLOCKS = ("event", "receipt")
PRODUCT = text("product", "Generic name in lower case, or unspecified_car_t, any_car_t.")
WHICH = (
    text("series", "Whether all cases are counted or those with an endpoint.", allowed=SERIES),
    text("endpoint", "Endpoint id of the vocabulary; null for all cases."),
    text("scope", "Narrow or broad term list of the endpoint; null for all cases.", allowed=SCOPES),
)
RECEIPT_QUARTER = text("receipt_quarter", "Quarter in which FDA first received the cases; null where no day is known.")
REASON = text("reason", "Why no number is given.")

EVENT_QUARTER = Table(
    "event_quarter",
    "mart",
    "one series of counted cases, side of the comparators and quarter of initial receipt",
    ("as_of", "series", "endpoint", "scope", "is_car_t", "received_since", "receipt_quarter"),
    (
        AS_OF,
        *WHICH,
        truth("is_car_t", "Whether the cases name any CAR-T product."),
        date("received_since", "Last approval of a product by the day of receipt; null with a CAR-T or without a day."),
        RECEIPT_QUARTER,
        whole("n_cases", "Counted cases.", unit="case"),
    ),
    PARTITION,
)
TREND = Table(
    "trend",
    "mart",
    "one product, series, comparator and quarter of initial receipt, for endpoints that a dated case of it reports",
    ("as_of", "product", "series", "endpoint", "scope", "comparator", "receipt_quarter"),
    (
        AS_OF,
        PRODUCT,
        *WHICH,
        COMPARATOR,
        RECEIPT_QUARTER,
        whole("n_cases", "Cases of the series that FDA first received in this quarter.", unit="case"),
        truth("is_every_quarter_held", "Whether the lake holds every publication since; else cases may be missing."),
        truth("is_first_quarter_held", "Whether it is the first of these: what is found then may have been so before."),
        whole("a", "Cases received up to this quarter with product and event.", unit="case"),
        whole("b", "The same with the product, without the event.", unit="case"),
        whole("c", "The same of the comparator, with the event.", unit="case"),
        whole("d", "The same of the comparator, without the event.", unit="case"),
        real("expected", "Cases expected in a if product and event were independent.", unit="case"),
        real("ic", "Information component of all cases up to this quarter.", unit="log2"),
        real("ic025", "Lower 95 % bound of ic, exact gamma quantile.", unit="log2"),
        real("ic975", "Upper 95 % bound of ic, exact gamma quantile.", unit="log2"),
        truth("is_first_ic_positive", "Whether this is the first quarter with ic025 > 0."),
        COMPARATOR_VERSION,
    ),
    PARTITION,
)
INTERRUPTION = Table(
    "interruption",
    "mart",
    "one product, series, measure and event of the calendar: the series after it against the series before",
    ("as_of", "product", "series", "endpoint", "scope", "measure", "event_day", "event_title"),
    (
        AS_OF,
        PRODUCT,
        *WHICH,
        text("measure", "Number of cases, or their share of all cases of the product.", allowed=MEASURES),
        date("event_day", "Day of the calendar's event; a month is written as its first day."),
        text("event_title", "What happened."),
        text("event_quarter", "Its quarter: on neither side of the contrast."),
        whole("n_quarters_before", "Quarters before it that were used.", unit="quarter"),
        whole("n_quarters_after", "Quarters after it that were used.", unit="quarter"),
        whole("n_before", "Cases of the series in the quarters before.", unit="case"),
        whole("n_after", "Cases of the series in the quarters after.", unit="case"),
        whole("n_event_quarter", "Cases of the series in the event's quarter.", unit="case"),
        real("foretold", "What the quarters before foretell for the event's quarter.", unit="case"),
        real("level_ratio", "First quarter after over what the quarters before foretell; odds ratio for a share."),
        real("level_low", "Lower 95 % bound of level_ratio."),
        real("level_high", "Upper 95 % bound of level_ratio."),
        real(
            "level_p",
            "Two-sided p of level_ratio = 1, averaged over correlations of neighbours; one question among many.",
        ),
        real("level_q", "Benjamini–Hochberg q among all changes of level and of slope told at this data-lock point."),
        real("slope_ratio", "Factor from one quarter to the next after the event, over that before."),
        real("slope_low", "Lower 95 % bound of slope_ratio."),
        real("slope_high", "Upper 95 % bound of slope_ratio."),
        real(
            "slope_p",
            "Two-sided p of slope_ratio = 1, averaged over correlations of neighbours; one question among many.",
        ),
        real("slope_q", "Benjamini–Hochberg q among all changes of level and of slope told at this data-lock point."),
        real("dispersion", "Spread beyond the model that widens the bounds, at least 1."),
        real(
            "autocorrelation",
            "Correlation of neighbouring residuals, as found: low, since the lines follow the series; null where they meet it "
            "in every quarter.",
        ),
        real(
            "correlation",
            "Mean of the correlations of neighbouring quarters, 0 to 0.9, that bounds and p are averaged over.",
        ),
        whole("n_other_events", "Other events of the calendar within the quarters used.", unit="calendar event"),
        REASON,
    ),
    PARTITION,
)
NOWCAST = Table(
    "nowcast",
    "mart",
    "one product, series, clock and quarter of origin; the quarter is null where the whole series is refused",
    ("as_of", "product", "series", "endpoint", "scope", "clock", "origin_quarter"),
    (
        AS_OF,
        PRODUCT,
        *WHICH,
        text("clock", "From event to receipt, or from receipt to publication.", allowed=CLOCKS),
        text("origin_quarter", "Quarter of the event, or of the receipt."),
        whole("n_known", "Cases of that origin that have arrived.", unit="case"),
        whole("n_at_once", "Cases of them that arrived in their quarter of origin.", unit="case"),
        real("n_expected", "Cases expected to have arrived when every delay told of has passed.", unit="case"),
        real("n_expected_low", "Lower 95 % bound of the cases there will be.", unit="case"),
        real("n_expected_high", "Upper 95 % bound of the cases there will be.", unit="case"),
        real("share_known", "Share of the expected cases that is known."),
        whole("n_delays", "Longest delay told of; later arrivals are left out.", unit="quarter"),
        real("dispersion", "Spread beyond the model that widens the bounds, at least 1; null where all came at once."),
        REASON,
    ),
    PARTITION,
)
REPORTING_LAG = Table(
    "reporting_lag",
    "mart",
    "one product: days from event to FDA's first receipt, corrected for reports still to come",
    ("as_of", "product"),
    (
        AS_OF,
        PRODUCT,
        whole("n_cases", "Counted cases of the product: the six counts after this one add up to it.", unit="case"),
        whole("n_used", "Cases with a usable lag, those beyond the longest follow-up included.", unit="case"),
        whole("n_without_receipt_day", "Day of receipt unknown.", unit="case"),
        whole("n_without_event_day", "Event not dated to the day.", unit="case"),
        whole("n_possibly_padded", "Event dated to the first of a month, published since 2021Q3.", unit="case"),
        whole("n_before_event", "Received before the event.", unit="case"),
        whole(
            "n_outside_holdings", "Event before the unbroken run of quarters the lake holds, or after it.", unit="case"
        ),
        *(
            real(f"{name}{end}_days", f"{bound}ays by which {share} have arrived.", unit="day")
            for name, share in (("p10", "10 %"), ("p25", "25 %"), ("median", "half"), ("p75", "75 %"), ("p90", "90 %"))
            for end, bound in (("", "D"), ("_low", "Lower 95 % bound of the d"), ("_high", "Upper 95 % bound of the d"))
        ),
        real("longest_days", "Longest follow-up told of: every share is of cases that arrive within it.", unit="day"),
        whole("n_longer", "Cases used with a longer lag, which the shares leave out.", unit="case"),
        REASON,
    ),
    PARTITION,
)
TREND_TABLES: tuple[Table, ...] = (EVENT_QUARTER, TREND, INTERRUPTION, NOWCAST, REPORTING_LAG)
