"""What people read, as of a data-lock point: cases, the waterfall, pair counts, priors and signals."""

from pipeline.contract.model import Table, date, real, text, truth, whole

AS_OF = text("as_of", "Data-lock point: only what was published by this quarter, as 2024Q1.")
PARTITION = ("as_of",)
EVENT_KINDS = ("endpoint", "pt")
SCOPES = ("narrow", "broad")
EVENT = (
    text("event", "Endpoint id of the vocabulary, or preferred term."),
    text("event_kind", "Whether event is an endpoint or a preferred term.", allowed=EVENT_KINDS),
    text("scope", "Narrow or broad term list of an endpoint; null for a preferred term.", allowed=SCOPES),
)
COMPARATOR = text("comparator", "Id of the comparator: the reports the product is compared with.")
COMPARATOR_VERSION = text(
    "comparator_version", "Hash of the comparator's definition and of the vocabulary it rests on."
)

CASE_CURRENT = Table(
    "case_current",
    "mart",
    "one case that is current at the data-lock point: its latest version, not withdrawn",
    ("as_of", "case_id"),
    (
        AS_OF,
        whole("case_id", "Case number."),
        text("quarter", "Quarter that published the latest version."),
        text("edition", "Issue of that quarter's archive."),
        whole("report_id", "Latest report version."),
        truth("is_report_number_shared", "Another case has the same report number: rows join by case number too."),
        text("era", "System that numbered it.", allowed=("aers", "faers")),
        whole("version_number", "Version number of the latest version."),
        whole("n_versions", "Report versions of the case published by the data-lock point.", unit="report version"),
        date("initial_receipt_date", "Day FDA first received the case, as far as it is known."),
        truth("is_complete", "False when a line of the latest version could not be read; no older one steps in."),
        text("incomplete_reason", "Tables with an unreadable line of the latest version."),
        truth("is_revived", "On a deleted-case list published before the latest version, which revived the case."),
        whole("kept_case_id", "Case that is counted in its stead, where this one is its duplicate; else null."),
        truth("is_study_report", "A report source is a study (SDY): a registry or trial may hold the same patient."),
        truth("is_literature_report", "A report source or reference is the literature."),
        real("age_years", "Age at the event.", unit="year"),
        text("sex_code", "F, M or null."),
        text("event_country_code", "Country of the event, else of the reporter, ISO 3166-1 alpha-2."),
        text("reporter_type_code", "Reporter's occupation."),
        date("event_date", "Day the event began, where known to the day."),
    ),
    PARTITION,
)
DUPLICATE_PAIR = Table(
    "duplicate_pair",
    "mart",
    "one pair of current cases that a rule or the linkage takes for reports of one event in one patient",
    ("as_of", "case_id", "other_case_id"),
    (
        AS_OF,
        whole("case_id", "The lower case number of the two."),
        whole("other_case_id", "The higher case number of the two."),
        text("rule", "Rule that found the pair, or linkage."),
        real("weight", "Sum of the match weights of the fields compared.", unit="bit"),
        text("agreed", "Fields that agree, joined by a comma."),
        text("differed", "Fields known on both sides that differ, joined by a comma."),
        truth("is_car_t", "Whether either case names a CAR-T product: such pairs are listed for review."),
        truth("is_merged", "Whether the pair joins its two cases; false where it only asks for a review."),
        text("reason", "Why it is not merged."),
        text("weights_version", "Version of the frozen weights."),
    ),
    PARTITION,
)
WATERFALL = Table(
    "waterfall",
    "mart",
    "one step from report versions to current cases",
    ("as_of", "step_number"),
    (
        AS_OF,
        whole("step_number", "Order of the step."),
        text("step", "Name of the step."),
        text("unit", "What is counted.", allowed=("report version", "case")),
        whole("n", "Count at this step; removals are negative."),
        text("meaning", "What the step removes or holds."),
    ),
    PARTITION,
)
DRUG_RESOLUTION = Table(
    "drug_resolution",
    "mart",
    "one quarter and role group: how the drugs of its entries were resolved",
    ("as_of", "quarter", "role_group"),
    (
        AS_OF,
        text("quarter", "Quarter that published the entries."),
        text("role_group", "All roles, or only those that count as exposure.", allowed=("all", "exposure")),
        whole("n_rows", "Drug entries of the report versions published.", unit="drug entry"),
        whole("n_car_t", "Entries that name a CAR-T product.", unit="drug entry"),
        whole("n_published", "Entries with published active ingredients.", unit="drug entry"),
        whole("n_learned", "Entries whose name has published ingredients in other rows.", unit="drug entry"),
        whole("n_parsed", "Entries whose name spells its ingredients.", unit="drug entry"),
        whole("n_name_only", "Entries counted under their tidied name.", unit="drug entry"),
        whole("n_unnamed", "Entries without a name or ingredient: counted under no drug.", unit="drug entry"),
        real("share_resolved", "Share of the entries that are neither name only nor unnamed."),
    ),
    PARTITION,
)
PAIR_COUNT = Table(
    "pair_count",
    "mart",
    "one drug key and event that occur together in a case",
    ("as_of", "comparator", "event_kind", "scope", "drug", "event"),
    (
        AS_OF,
        COMPARATOR,
        text("drug", "CAR-T product, else base of an active ingredient, else tidied drug name."),
        *EVENT,
        whole("a", "Cases with drug and event.", unit="case"),
        whole("n_drug", "Cases with the drug.", unit="case"),
        whole("n_event", "Cases with the event.", unit="case"),
        whole("n_cases", "Cases in the comparison.", unit="case"),
    ),
    ("as_of", "comparator"),
)
PRIOR = Table(
    "prior",
    "mart",
    "one fitted or refused EBGM prior",
    ("as_of", "comparator", "event_kind", "scope"),
    (
        AS_OF,
        COMPARATOR,
        text("event_kind", "Kind of events the prior was fitted over.", allowed=EVENT_KINDS),
        text("scope", "Scope of the endpoints it was fitted over; null for preferred terms."),
        truth("is_fitted", "False when the fit was refused; EBGM is then null."),
        text("reason", "Why the fit was refused."),
        real("alpha1", "Shape of the first gamma component."),
        real("beta1", "Inverse scale of the first gamma component."),
        real("alpha2", "Shape of the second gamma component."),
        real("beta2", "Inverse scale of the second gamma component."),
        real("p", "Weight of the first component."),
        real("log_likelihood", "Log-likelihood at the maximum, all cells, zeros counted."),
        text("starts", "Log-likelihood reached from each start, joined by |."),
        whole("n_cells", "Drug-event cells, zeros counted.", unit="drug-event cell"),
        COMPARATOR_VERSION,
        text("likelihood", "Likelihood of the fit: all_cells counts the empty cells too."),
        real("alpha1_error", "Standard error of alpha1."),
        real("beta1_error", "Standard error of beta1."),
        real("alpha2_error", "Standard error of alpha2."),
        real("beta2_error", "Standard error of beta2."),
        real("p_error", "Standard error of p."),
    ),
    PARTITION,
)
SIGNAL = Table(
    "signal",
    "mart",
    "one product, event, scope and comparator",
    ("as_of", "product", "event_kind", "event", "scope", "comparator"),
    (
        AS_OF,
        text("product", "Generic name in lower case, or unspecified_car_t, any_car_t."),
        *EVENT,
        COMPARATOR,
        whole("a", "Cases with product and event.", unit="case"),
        whole("b", "Cases with the product, without the event.", unit="case"),
        whole("c", "Comparator cases with the event.", unit="case"),
        whole("d", "Comparator cases without the event.", unit="case"),
        whole("n_cases", "a + b + c + d.", unit="case"),
        real("expected", "Cases expected with product and event if they were independent.", unit="case"),
        real("prr", "Proportional reporting ratio; null when infinite."),
        real("prr_low", "Lower 95 % bound of prr."),
        real("prr_high", "Upper 95 % bound of prr."),
        real("chi2", "Pearson chi-square without correction."),
        real("chi2_yates", "Chi-square with Yates' correction."),
        real("ror", "Reporting odds ratio; null when infinite."),
        real("ror_low", "Lower 95 % bound of ror."),
        real("ror_high", "Upper 95 % bound of ror."),
        real("ic", "Information component.", unit="log2"),
        real("ic025", "Lower 95 % bound of ic, exact gamma quantile.", unit="log2"),
        real("ic975", "Upper 95 % bound of ic, exact gamma quantile.", unit="log2"),
        real("ebgm", "Empirical Bayes geometric mean."),
        real("eb05", "5 % quantile of the posterior."),
        real("eb95", "95 % quantile of the posterior."),
        truth("is_signal", "Whether the rule fires; null where the pair could not be asked, as bh_q."),
        text("rule", "Text of the one rule behind is_signal."),
        truth("is_ic_positive", "ic025 > 0; a second reading, never joined with is_signal."),
        truth("is_prr_infinite", "c = 0 with a > 0: prr has no upper end."),
        truth("is_ror_infinite", "b or c = 0 with a > 0: ror has no upper end."),
        truth("is_assessable", "False when the source cannot contain any term of the endpoint."),
        text("note", "What a reader must know about this row; the reason where a measure is null."),
        COMPARATOR_VERSION,
        whole(
            "n_left_out",
            "Cases of the product that the comparator leaves out; with a and b all its cases.",
            unit="case",
        ),
        real("rrr", "Relative reporting ratio: a / expected; the comparator holds the product's cases too."),
        real("rrr_low", "Lower 95 % bound of rrr, exact Poisson."),
        real("rrr_high", "Upper 95 % bound of rrr, exact Poisson."),
        real("ror_exact", "Reporting odds ratio by conditional maximum likelihood; null when infinite."),
        real("ror_exact_low", "Lower exact conditional 95 % bound of ror_exact."),
        real("ror_exact_high", "Upper exact conditional 95 % bound of ror_exact."),
        real("fisher_mid_p", "One-sided mid-p of Fisher's exact test: more cases than a, and half of a."),
        real(
            "bh_q",
            "Benjamini-Hochberg q of fisher_mid_p in its family: one comparator, event kind and scope over all "
            "products that are not groups; each group of products is a family by itself.",
        ),
        real("false_share", "Posterior weight behind ebgm of a true ratio of at most 1."),
        real("bayesian_fdr", "Mean false_share over all pairs of the family whose false_share is no higher."),
        real("lrt", "Log likelihood ratio of the Poisson test; only against all and non_car_t."),
        real(
            "lrt_p",
            "Share of 1,000 tables, 999 of them simulated, in which the largest lrt of the product's events of that "
            "kind and scope is at least lrt; seed 20261122.",
        ),
        whole(
            "n_questions",
            "Pairs of the family that could be asked, this one and terms without a case of the product among them.",
            unit="pair",
        ),
        real(
            "lrt_inflated_p",
            "As lrt_p, in tables where each of the product's pairs without a case cannot occur as often as "
            "lrt_zero_share makes likely; null where that share is not known.",
        ),
        real(
            "lrt_zero_share",
            "Share of the product's pairs of that kind and scope that cannot occur, by maximum likelihood of the "
            "zero-inflated Poisson model; null where none has a case.",
        ),
    ),
    PARTITION,
)
EXPOSED_CASE = Table(
    "exposed_case",
    "mart",
    "one counted case and CAR-T product that it names in a role that counts as exposure",
    ("as_of", "product", "case_id"),
    (
        AS_OF,
        text("product", "Generic name in lower case, or unspecified_car_t, any_car_t."),
        whole("case_id", "Case number."),
    ),
    PARTITION,
)
PRODUCT_EVENT_CASE = Table(
    "product_event_case",
    "mart",
    "one counted case, CAR-T product and event: the cases behind cell a",
    ("as_of", "product", "event_kind", "event", "scope", "case_id"),
    (
        AS_OF,
        text("product", "Generic name in lower case, or unspecified_car_t, any_car_t."),
        *EVENT,
        whole("case_id", "Case number."),
    ),
    PARTITION,
)
MART_TABLES = (
    CASE_CURRENT,
    DUPLICATE_PAIR,
    WATERFALL,
    DRUG_RESOLUTION,
    PAIR_COUNT,
    PRIOR,
    SIGNAL,
    EXPOSED_CASE,
    PRODUCT_EVENT_CASE,
)
