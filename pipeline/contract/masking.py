"""What a dominating product or event hides, as of a data-lock point."""

from pipeline.contract.mart import AS_OF, COMPARATOR, COMPARATOR_VERSION, EVENT, EVENT_KINDS, PARTITION, SCOPES
from pipeline.contract.model import Table, real, text, truth, whole

KINDS = ("product", "event", "term")

SCREEN = (
    real("ic_shift", "ic_after less ic: how far the removal moves the pair.", unit="log2"),
    real(
        "masking_ratio",
        "PRR after over PRR before by the closed form, no co-reporting assumed; a screen, never the answer.",
    ),
    real(
        "masking_ratio_recounted",
        "PRR after over PRR before by counting again; null where either is 0 or infinite.",
    ),
    real("ic_screen", "ic the closed form expects after the removal; null where it takes more cases than there are."),
    real("screen_error", "ic_screen less ic_after: what the closed form gets wrong.", unit="log2"),
)

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
        *SCREEN,
        truth("is_unmasked", "ic025 is above 0 after the removal and was not before."),
        truth("is_lost", "ic025 was above 0 and no longer is after the removal."),
        COMPARATOR_VERSION,
        text("event_kind", "Whether event is an endpoint or a preferred term.", allowed=EVENT_KINDS),
    ),
    PARTITION,
)
MASKING_TABLES: tuple[Table, ...] = (MASKING,)

THINGS = ("drug", "endpoint", "pt")
REMOVAL = (
    COMPARATOR,
    text(
        "kind",
        "product: every report naming the drug is removed. event: every report with it is removed. term: its terms are "
        "dropped and every report is kept.",
        allowed=KINDS,
    ),
    text(
        "removed_thing",
        "What removed names: a drug key, an endpoint (narrow terms) or a preferred term.",
        allowed=THINGS,
    ),
    text("removed", "What is removed: CAR-T product or other drug key, endpoint id or preferred term."),
)
MASKING_PAIR = Table(
    "masking_pair",
    "export",
    "one drug key, event and removal of one background: a pair whose cells or signal change",
    ("as_of", "comparator", "kind", "removed_thing", "removed", "drug", "event_kind", "event", "scope"),
    (
        AS_OF,
        *REMOVAL,
        text("drug", "CAR-T product, else base of an active ingredient, else tidied drug name."),
        *EVENT,
        whole("a", "Cases with drug and event.", unit="case"),
        whole("n_drug", "Cases with the drug.", unit="case"),
        whole("n_event", "Cases with the event.", unit="case"),
        whole("n_cases", "Cases in the comparison.", unit="case"),
        whole("a_after", "a, counted again after the removal.", unit="case"),
        whole("n_drug_after", "n_drug, counted again after the removal.", unit="case"),
        whole("n_event_after", "n_event, counted again after the removal.", unit="case"),
        whole("n_cases_after", "n_cases, counted again after the removal.", unit="case"),
        real("expected", "Cases expected with drug and event if they were independent.", unit="case"),
        real("prr", "Proportional reporting ratio; null when infinite."),
        real("prr_after", "prr of the cells counted again; null when infinite or where no case is left on a side."),
        real("ror", "Reporting odds ratio; null when infinite."),
        real("ror_low", "Lower 95 % bound of ror."),
        real("ror_high", "Upper 95 % bound of ror."),
        real("ror_after", "ror of the cells counted again; null when infinite or where no case is left on a side."),
        real("ror_low_after", "Lower 95 % bound of ror_after."),
        real("ror_high_after", "Upper 95 % bound of ror_after."),
        real("ic", "Information component.", unit="log2"),
        real("ic025", "Lower 95 % bound of ic, exact gamma quantile.", unit="log2"),
        real("ic_after", "ic of the cells counted again.", unit="log2"),
        real("ic025_after", "Lower 95 % bound of ic_after.", unit="log2"),
        *(column for column in SCREEN if column.name != "masking_ratio_recounted"),  # prr_after / prr
        truth(
            "is_signal",
            "Whether the rule fires before, in the family of all drugs and all events of that kind and scope.",
        ),
        truth(
            "is_signal_after",
            "Whether it fires after the removal, in the family that is left; the family alone can change it.",
        ),
        text("rule", "Text of the one rule behind is_signal and is_signal_after."),
        truth("is_unmasked", "ic025 is above 0 after the removal and was not before."),
        truth("is_lost", "ic025 was above 0 and no longer is after the removal."),
        COMPARATOR_VERSION,
    ),
    (),
)
MASKING_REMOVAL = Table(
    "masking_removal",
    "export",
    "one removal from every pair of one background",
    ("as_of", "comparator", "kind", "removed_thing", "removed"),
    (
        AS_OF,
        *REMOVAL,
        text(
            "chosen_by",
            "Named by the one who asked, or the first of its kind by the screen.",
            allowed=("asked", "dominating"),
        ),
        whole(
            "n_removed", "Cases of the comparison removed; for a term, cases that lose one of its terms.", unit="case"
        ),
        whole("n_cases", "Cases in the comparison before.", unit="case"),
        whole("n_pairs", "Pairs of drug and event with a case before, own pairs left out.", unit="pair"),
        whole("n_own", "Own pairs: those the removal takes by definition, of which nothing is asked.", unit="pair"),
        whole("n_changed", "Pairs that lose cases of the pair, of the drug or of the event.", unit="pair"),
        whole("n_emptied", "Pairs that keep no case.", unit="pair"),
        whole("n_signals", "Pairs that meet the rule before.", unit="pair"),
        whole("n_new_signals", "Pairs that meet the rule after the removal only.", unit="pair"),
        whole("n_gone_signals", "Pairs that met the rule before the removal only.", unit="pair"),
        whole("n_unmasked", "Pairs whose ic025 is above 0 after the removal only.", unit="pair"),
        whole("n_lost", "Pairs whose ic025 is above 0 before the removal only.", unit="pair"),
        real("ic_shift_05", "5 % point of ic_shift over the pairs with a row that keep a case.", unit="log2"),
        real("ic_shift_50", "Median of ic_shift over the pairs with a row that keep a case.", unit="log2"),
        real("ic_shift_95", "95 % point of ic_shift over the pairs with a row that keep a case.", unit="log2"),
        whole("n_unanswered", "Pairs with a row of which the closed form has no answer.", unit="pair"),
        real("median_error", "Median of the closed form's error in IC, without its sign.", unit="log2"),
        real("error_95", "95 % point of the closed form's error in IC, without its sign.", unit="log2"),
        real("largest_error", "Largest error of the closed form in IC, without its sign.", unit="log2"),
        COMPARATOR_VERSION,
    ),
    (),
)
MASKING_EXPORTS: tuple[Table, ...] = (MASKING_PAIR, MASKING_REMOVAL)
