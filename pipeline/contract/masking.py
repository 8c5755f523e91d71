"""What a dominating product or event hides, as of a data-lock point."""

from pipeline.contract.mart import AS_OF, COMPARATOR, COMPARATOR_VERSION, EVENT_KINDS, PARTITION, SCOPES
from pipeline.contract.model import Table, real, text, truth, whole

KINDS = ("product", "event", "term")

MASKING = Table(
    "masking",
    "mart",
    "one product, event, comparator and removal: the pair's measures before it and counted again after it",
    ("as_of", "product", "event_kind", "event", "scope", "comparator", "kind", "removed"),
    (
        AS_OF,
        text("product", "Generic name in lower case, or unspecified_car_t, any_car_t."),
        text("event", "Endpoint id of the vocabulary, or preferred term."),
        text(
            "scope",
            "Narrow or broad term list of the endpoint, null for a preferred term; a removed endpoint's is the narrow one.",
            allowed=SCOPES,
        ),
        COMPARATOR,
        text(
            "kind",
            "product: every report naming it is removed. event: every report with it is removed. term: its terms are dropped and every report is kept.",
            allowed=KINDS,
        ),
        text(
            "removed",
            "What is removed: CAR-T product, drug key, endpoint id or preferred term; other_car_t is every CAR-T but the "
            "pair's own.",
        ),
        text("rule", "Rule of the definition that chose the removal; the first of several."),
        whole(
            "n_removed", "Cases of the comparison removed; for a term, cases of it that lose the event.", unit="case"
        ),
        whole("a", "Cases with product and event.", unit="case"),
        whole("b", "Cases with the product, without the event.", unit="case"),
        whole("c", "Comparator cases with the event.", unit="case"),
        whole("d", "Comparator cases without the event.", unit="case"),
        whole("a_after", "a, counted again after the removal.", unit="case"),
        whole("b_after", "b, counted again after the removal.", unit="case"),
        whole("c_after", "c, counted again after the removal.", unit="case"),
        whole("d_after", "d, counted again after the removal.", unit="case"),
        real("ic", "Information component, log2 of observed over expected, shrunken."),
        real("ic025", "Lower 95 % bound of ic."),
        real("ic975", "Upper 95 % bound of ic."),
        real("ic_after", "ic of the cells counted again."),
        real("ic025_after", "Lower 95 % bound of ic_after."),
        real("ic975_after", "Upper 95 % bound of ic_after."),
        real("ror", "Reporting odds ratio; null when infinite."),
        real("ror_low", "Lower 95 % bound of ror."),
        real("ror_high", "Upper 95 % bound of ror."),
        real("ror_after", "ror of the cells counted again; null when infinite."),
        real("ror_low_after", "Lower 95 % bound of ror_after."),
        real("ror_high_after", "Upper 95 % bound of ror_after."),
        real("ic_shift", "ic_after less ic: how far the removal moves the pair.", unit="log2"),
        real(
            "masking_ratio",
            "PRR after over PRR before by the closed form, no co-reporting assumed; a screen, never the answer.",
        ),
        real(
            "masking_ratio_recounted",
            "PRR after over PRR before by counting again; null where either is 0 or infinite.",
        ),
        real(
            "ic_screen", "ic the closed form expects after the removal; null where it takes more cases than there are."
        ),
        real("screen_error", "ic_screen less ic_after: what the closed form gets wrong.", unit="log2"),
        truth("is_unmasked", "ic025 is above 0 after the removal and was not before."),
        truth("is_lost", "ic025 was above 0 and no longer is after the removal."),
        COMPARATOR_VERSION,
        text("event_kind", "Whether event is an endpoint or a preferred term.", allowed=EVENT_KINDS),
    ),
    PARTITION,
)
MASKING_TABLES: tuple[Table, ...] = (MASKING,)
