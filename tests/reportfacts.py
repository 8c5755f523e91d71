"""Facts of a report made by hand: one product, two endpoints, one designated case; each test changes what it is about."""

import datetime as dt

import pyarrow as pa

from pipeline.report.facts import QUERIES, ReportFacts

PRODUCT = "tisagenlecleucel"
RULE = "Benjamini–Hochberg q of the Fisher mid-p < 0.05 (chosen on simulated series, see operating characteristics 2026-11-22)"
MEASURES = {
    "a": 5,
    "b": 5,
    "c": 10,
    "d": 980,
    "n_cases": 1000,
    "expected": 0.15,
    "prr": 49.5,
    "prr_low": 20.1,
    "prr_high": 122.0,
    "chi2": 150.0,
    "chi2_yates": 120.0,
    "ror": 98.0,
    "ror_low": 24.0,
    "ror_high": 399.0,
    "ic": 3.08,
    "ic025": 1.5,
    "ic975": 4.1,
    "ebgm": 12.5,
    "eb05": 5.5,
    "eb95": 25.0,
    "is_signal": True,
    "is_ic_positive": True,
    "is_prr_infinite": False,
    "is_ror_infinite": False,
    "is_assessable": True,
    "rule": RULE,
    "note": None,
    "comparator_version": "0123456789ab",
    "n_left_out": 0,
    "rrr": 33.3,
    "rrr_low": 10.8,
    "rrr_high": 77.8,
    "ror_exact": 96.2,
    "ror_exact_low": 20.9,
    "ror_exact_high": 412.0,
    "fisher_mid_p": 3.2e-8,
    "bh_q": 0.0123,
    "false_share": 0.0004,
    "bayesian_fdr": 0.0002,
    "lrt": 12.7,
    "lrt_p": 0.001,
    "lrt_inflated_p": 0.001,
    "lrt_zero_share": 0.25,
    "n_questions": 40,
}
LEFT_OUT = dict.fromkeys(
    (
        *("n_no_indication", "n_another_indication", "n_two_car_ts", "n_unknown_age", "n_another_age"),
        *("n_comparator_two_car_ts", "n_comparator_unknown_age"),
    ),
    0,
)
DESIGNATED = {
    "endpoint": "cerebral_oedema",
    "scope": "narrow",
    "case_id": 101,
    "products": PRODUCT,
    "event_country_code": "US",
    "age_years": 12.0,
    "sex_code": "F",
    "reporter_type_code": "MD",
    "drugs_as_reported": "KYMRIAH [PS]",
    "terms": "Brain oedema; Pyrexia",
    "outcome_codes": "DE, HO",
    "initial_receipt_date": dt.date(2024, 2, 3),
    "version_number": 1,
    "quarter": "2024Q1",
    "is_complete": True,
}


def endpoint_row(endpoint: str = "crs", comparator: str = "all", scope: str = "narrow", **changed: object) -> dict:
    """One row of endpoint_signal."""
    return {"product": PRODUCT, "endpoint": endpoint, "scope": scope, "comparator": comparator} | MEASURES | changed


def term_row(term: str, comparator: str = "all", **changed: object) -> dict:
    """One row of term_signal."""
    measures = {name: value for name, value in MEASURES.items() if name != "is_assessable"}
    return {"product": PRODUCT, "term": term, "comparator": comparator} | measures | changed


def comparison_row(comparator: str, **changed: object) -> dict:
    """One row of comparison: ten cases against 990."""
    return {"product": PRODUCT, "comparator": comparator, "n_product": 10, "n_comparator": 990} | LEFT_OUT | changed


def all_endpoints(**changed: object) -> list[dict]:
    """Every endpoint in both scopes against every comparator, all alike."""
    from pipeline.vocabulary.comparators import comparators
    from pipeline.vocabulary.endpoints import endpoints

    return [
        endpoint_row(item.id, against.id, scope, **changed)
        for item in endpoints()
        for scope in ("narrow", "broad")
        for against in comparators()
    ]


def prior_row(comparator: str, *, reason: str | None = None) -> dict:
    """One row of fitted_prior, refused where a reason is given."""
    numbers = dict.fromkeys(("alpha1", "beta1", "alpha2", "beta2", "p", "log_likelihood"), None if reason else 0.5)
    head = {"comparator": comparator, "event_kind": "endpoint", "scope": "narrow", "is_fitted": reason is None}
    return head | {"reason": reason, "n_cells": 40} | numbers


def facts(**changed: list[dict]) -> ReportFacts:
    """Facts as of 2024Q1, with the rows of any query exchanged."""
    from pipeline.vocabulary.comparators import comparators

    step = {"step_number": 1, "step": "counted", "unit": "case", "n": 1000, "meaning": "Counted in every statistic."}
    day = dt.date(2024, 2, 3)
    rows: dict[str, list[dict]] = {key: [] for key in QUERIES} | {
        "endpoint_signal": all_endpoints(),
        "term_signal": [term_row("Cytokine release syndrome"), term_row("Glomerular filtration rate decreased")],
        "comparison": [comparison_row(against.id) for against in comparators()],
        "designated_case": [DESIGNATED],
        "waterfall_step": [step],
        "product_case": [
            {"product": PRODUCT, "n_cases": 10, "n_incomplete": 0, "first_receipt_date": day, "last_receipt_date": day}
        ],
        "product_quarter": [{"product": PRODUCT, "receipt_quarter": "2024Q1", "n_cases": 10}],
        "endpoint_quarter": [
            {"product": PRODUCT, "endpoint": "crs", "scope": "narrow", "receipt_quarter": "2024Q1", "n_cases": 5}
        ],
        "fitted_prior": [prior_row("all"), prior_row("non_car_t")],
        "source_archive": [
            {"quarter": "2024Q1", "archive": "faers_ascii_2024q1.zip", "archive_sha256": "ab" * 32, "n_files": 8}
            | {"n_bytes": 1, "n_read": 20, "n_kept": 19, "n_rejected": 1}
        ],
    }
    tables = {name: pa.Table.from_pylist((rows | changed)[name]) for name in QUERIES}
    return ReportFacts("2024Q1", "0123456789abcdef", "0.1.0+test", "vocabulary", PRODUCT, tables)
