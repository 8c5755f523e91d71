"""What stands behind the numbers: line listing, data quality, priors, definitions."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from pipeline.report.facts import ReportFacts, Row
from pipeline.vocabulary.endpoints import Endpoint, endpoints
from pipeline.vocabulary.files import term_key

OUTCOMES = {
    "DE": "death",
    "LT": "life-threatening",
    "HO": "hospitalisation",
    "DS": "disability",
    "CA": "congenital anomaly",
    "RI": "required intervention",
    "OT": "other serious",
}
REPORTERS = {
    "MD": "physician",
    "PH": "pharmacist",
    "HP": "health professional",
    "OT": "other health professional",
    "LW": "lawyer",
    "CN": "consumer",
}
SEVERITIES = ("critical", "warning", "info")
INFANT_YEARS = 2
GLOSSARY = (
    ("Report version", "One version of one report as FDA published it; a case gathers all its versions."),
    ("Case", "One safety report with all its versions; only the latest version counts, and a case counts once."),
    ("a, b, c, d", "Cases: with product and event, with product only, comparator with event, comparator without."),
    ("Expected", "Cases with product and event, had product and event nothing to do with each other in the reports."),
    (
        "PRR",
        "Proportional reporting ratio: the event's share of the product's cases over its share of the comparator's.",
    ),
    ("ROR", "Reporting odds ratio: the odds of the event in the product's cases over those in the comparator's."),
    (
        "IC",
        "Information component: log2 of observed over expected cases, shrunken towards 0; 95 % interval IC025 to IC975.",
    ),
    (
        "EBGM",
        "Empirical Bayes geometric mean: observed over expected, shrunken by what all pairs show; 90 % interval EB05 to EB95.",
    ),
    (
        "Mid-p",
        "Fisher's exact test, one-sided: the weight of tables with more than a cases, and half that of a itself.",
    ),
    (
        "q",
        "Benjamini and Hochberg: calling every pair with so small a q a finding, this share of them is expected to be false.",
    ),
    (
        "Share of false",
        "Weight that the posterior behind EBGM gives to a pair being reported no more often than expected; it rests on the prior.",
    ),
    ("Interval", "PRR and ROR: 95 %. Where a cell is zero only one bound is known, and it is exact."),
    ("Narrow, broad", "Terms that mean the event; those and more terms that may mean it."),
    ("Suspect", "A drug the reporter names as primary or secondary suspect; only these count as exposure."),
    ("Data-lock point", "The last quarter whose publications count: what came later is as if unknown."),
)


@dataclass(frozen=True, slots=True)
class QuarterQuality:
    """One quarter: records and lines, rules by severity, and the rules that do not hold."""

    quarter: str
    n_read: int
    n_rejected: int
    n_quarantined: int
    held: dict[str, str]
    broken: list[Row]


@dataclass(frozen=True, slots=True)
class Definition:
    """An endpoint's terms in each scope; absent ones occur in no quarter with a CAR-T case."""

    endpoint: Endpoint
    narrow: list[str]
    broad_adds: list[str]
    absent: frozenset[str]


def designated_events(facts: ReportFacts) -> list[tuple[Endpoint, list[Row]]]:
    """Each designated endpoint with its cases, those of the narrow scope first."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in facts.rows("designated_case"):
        rows[row["endpoint"]].append(row)
    return [(item, [row | _readable(row, item) for row in rows[item.id]]) for item in endpoints() if item.is_designated]


def _readable(row: Row, endpoint: Endpoint) -> Row:
    """Codes in words, the age in years, and each term with whether it is one of the endpoint."""
    named = {term_key(pt) for pt in endpoint.terms("broad")}
    codes = [code for code in (row["outcome_codes"] or "").split(", ") if code]
    return {
        "age": _age(row["age_years"]),
        "reporter": REPORTERS.get(row["reporter_type_code"], row["reporter_type_code"]),
        "named_terms": [(term, term_key(term) in named) for term in (row["terms"] or "–").split("; ")],
        "outcomes": ", ".join(OUTCOMES.get(code, code) for code in codes),
    }


def _age(years: float | None) -> str | None:
    if years is None:
        return None
    return f"{years:.1f}" if years < INFANT_YEARS else f"{years:.0f}"


def quality_by_quarter(facts: ReportFacts) -> list[QuarterQuality]:
    """Each quarter held, newest first."""
    rules: dict[str, list[Row]] = defaultdict(list)
    for row in facts.rows("gate_rule"):
        rules[row["quarter"]].append(row)
    flagged: Counter[str] = Counter()
    for row in facts.rows("quarantine_rule"):
        flagged[row["quarter"]] += row["n_rows"]
    read: Counter[str] = Counter()
    rejected: Counter[str] = Counter()
    for row in facts.rows("source_archive"):
        read[row["quarter"]] += row["n_read"]
        rejected[row["quarter"]] += row["n_rejected"]
    return [
        QuarterQuality(
            quarter, read[quarter], rejected[quarter], flagged[quarter], _held(rules[quarter]), _broken(rules[quarter])
        )
        for quarter in sorted(read, reverse=True)
    ]


def _held(rules: list[Row]) -> dict[str, str]:
    """For each severity, how many rules hold of how many; empty where no result is kept."""
    asked = Counter(rule["severity"] for rule in rules)
    held = Counter(rule["severity"] for rule in rules if rule["passed"])
    return {severity: f"{held[severity]} of {asked[severity]}" for severity in SEVERITIES if asked[severity]}


def _broken(rules: list[Row]) -> list[Row]:
    return sorted(
        (rule for rule in rules if not rule["passed"]),
        key=lambda rule: (SEVERITIES.index(rule["severity"]), rule["table"], rule["rule"]),
    )


def definitions(facts: ReportFacts) -> list[Definition]:
    """Every endpoint with its terms, in the order of the vocabulary."""
    absent = {(row["endpoint"], row["term"]) for row in facts.rows("endpoint_definition") if not row["is_present"]}
    return [
        Definition(
            item,
            [*item.narrow, *(f"outcome {OUTCOMES.get(code, code)}" for code in item.outcome_codes)],
            list(item.broad_adds),
            frozenset(pt for pt in item.terms("broad") if (item.id, term_key(pt)) in absent),
        )
        for item in endpoints()
    ]
