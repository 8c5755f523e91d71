"""Measures within strata and subgroups, as of a data-lock point."""

from pipeline.contract.mart import AS_OF, COMPARATOR, COMPARATOR_VERSION, PARTITION, PRIOR, SCOPES
from pipeline.contract.model import Table, real, text, truth, whole

COMPARISON = (
    AS_OF,
    text("product", "Generic name in lower case, or unspecified_car_t, any_car_t."),
    text("event", "Endpoint id of the vocabulary."),
    text("scope", "Narrow or broad term list of the endpoint.", allowed=SCOPES),
    COMPARATOR,
)
CELLS = (
    whole("a", "Cases with product and event.", unit="case"),
    whole("b", "Cases with the product, without the event.", unit="case"),
    whole("c", "Comparator cases with the event.", unit="case"),
    whole("d", "Comparator cases without the event.", unit="case"),
)
ROR = (
    real("ror", "Reporting odds ratio of these cells, not stratified; null when infinite."),
    real("ror_low", "Lower 95 % bound of ror."),
    real("ror_high", "Upper 95 % bound of ror."),
    truth("is_ror_infinite", "b or c = 0 with a > 0: ror has no upper end."),
)
ASSESSABLE = (
    truth("is_assessable", "False when the source cannot contain any term of the endpoint."),
    text("note", "What a reader must know of this row; the reason where a measure is null."),
    COMPARATOR_VERSION,
)

STRATIFIED_SIGNAL = Table(
    "stratified_signal",
    "mart",
    "one product, endpoint, scope, comparator and variable by which they are stratified",
    ("as_of", "product", "event", "scope", "comparator", "stratified_by"),
    (
        *COMPARISON,
        text(
            "stratified_by",
            "Variable whose levels are the strata.",
            allowed=("age_band", "sex", "receipt_year", "region"),
        ),
        *CELLS,
        whole("n_unknown", "Cases of the product left out of a b c d: their level is not told.", unit="case"),
        whole("n_comparator_unknown", "Comparator cases left out of a b c d: their level is not told.", unit="case"),
        *ROR,
        real("mh_ror", "Mantel-Haenszel odds ratio over the strata; null when infinite."),
        real("mh_ror_low", "Lower 95 % bound of mh_ror, variance of Robins, Breslow and Greenland."),
        real("mh_ror_high", "Upper 95 % bound of mh_ror."),
        truth("is_mh_ror_infinite", "No stratum has both b and c: mh_ror has no upper end."),
        real("mh_chi2", "Mantel-Haenszel chi-square without correction, one degree of freedom."),
        whole("n_strata", "Levels that any compared case has.", unit="stratum"),
        whole("n_informative", "Strata with cases on both sides, with and without the event.", unit="stratum"),
        real("breslow_day_chi2", "Breslow-Day chi-square: whether the strata's odds ratios differ."),
        real("breslow_day_tarone_chi2", "The same with Tarone's correction."),
        whole("breslow_day_df", "Its degrees of freedom: n_informative less one."),
        real("breslow_day_p", "p value of breslow_day_tarone_chi2."),
        real(
            "least_fitted",
            "Smallest cell the common odds ratio expects in a stratum; below 5 the p value is rough.",
            unit="case",
        ),
        real("expected", "Cases expected with product and event in these cells if they were independent.", unit="case"),
        real("stratified_expected", "The same, summed over the strata.", unit="case"),
        real("ebgm", "Empirical Bayes geometric mean of a over stratified_expected, under a prior of its own."),
        real("eb05", "5 % quantile of its posterior."),
        real("eb95", "95 % quantile of its posterior."),
        text("ebgm_note", "Why there is no EBGM."),
        *ASSESSABLE,
        text("strata_version", "Hash of the definition of the variable's levels."),
    ),
    PARTITION,
)
SUBGROUP_SIGNAL = Table(
    "subgroup_signal",
    "mart",
    "one product, endpoint, scope, comparator and subgroup to which both sides are restricted; subgroups without a case of the product are absent",
    ("as_of", "product", "event", "scope", "comparator", "grouped_by", "subgroup"),
    (
        *COMPARISON,
        text(
            "grouped_by",
            "Variable whose levels are the subgroups; they are disjoint.",
            allowed=("population", "age_band", "sex", "region"),
        ),
        text("subgroup", "Level of that variable."),
        *CELLS,
        whole("n_unknown", "Cases of the product in no subgroup of grouped_by.", unit="case"),
        whole("n_comparator_unknown", "Comparator cases in no subgroup of grouped_by.", unit="case"),
        *ROR,
        real("expected", "Cases expected with product and event in these cells if they were independent.", unit="case"),
        real("ic", "Information component.", unit="log2"),
        real("ic025", "Lower 95 % bound of ic, exact gamma quantile.", unit="log2"),
        real("ic975", "Upper 95 % bound of ic, exact gamma quantile.", unit="log2"),
        real("shrunken_log_ror", "Log reporting odds ratio, shrunken towards the other subgroups.", unit="ln"),
        real("shrunken_log_ror_low", "Lower 95 % bound of shrunken_log_ror.", unit="ln"),
        real("shrunken_log_ror_high", "Upper 95 % bound of shrunken_log_ror.", unit="ln"),
        whole(
            "n_informative",
            "Subgroups of grouped_by with cases on both sides, with and without the event.",
            unit="subgroup",
        ),
        real("tau2", "Paule-Mandel variance of the log odds ratio between the subgroups."),
        real("heterogeneity_chi2", "Cochran's chi-square of the subgroups' log odds ratios."),
        whole("heterogeneity_df", "Its degrees of freedom: n_informative less one."),
        real("heterogeneity_p", "Its p value, one for all subgroups of grouped_by."),
        *ASSESSABLE,
        text("subgroup_version", "Hash of the definition of the subgroups of grouped_by."),
    ),
    PARTITION,
)
STRATIFIED_PRIOR = Table(
    "stratified_prior",
    "mart",
    "one fitted or refused EBGM prior over stratified expected counts",
    ("as_of", "comparator", "scope", "stratified_by"),
    (
        *(column for column in PRIOR.columns if column.name != "event_kind"),
        text("stratified_by", "Variable whose levels are the strata of the expected counts."),
        text("strata_version", "Hash of the definition of the variable's levels."),
    ),
    PARTITION,
)
STRATA_TABLES: tuple[Table, ...] = (STRATIFIED_SIGNAL, SUBGROUP_SIGNAL, STRATIFIED_PRIOR)
