"""The READUS-PV checklist, filled from the run: what was done, with which definition, and what only an author can say."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.report.facts import ReportFacts
from pipeline.report.numbers import cases, count
from pipeline.report.wording import LIMITS
from pipeline.vocabulary.choices import suspect_roles
from pipeline.vocabulary.comparators import base_comparators
from pipeline.vocabulary.endpoints import endpoints
from pipeline.vocabulary.products import product, products

if TYPE_CHECKING:
    import pyarrow as pa

FILE = Path(__file__).parent / "readus.yaml"
STATES = {
    "run": "told",
    "part": "told in part",
    "author": "open",
}
MEANING = "READUS-PV checklist: what the run tells of each item, and which items only the author of a study can answer."
TERMS = "Terms: "
# Other sources, and the methods used for them: without a followed cohort, and with one that tells numbers of its reports.
OTHERS = {
    False: ("None beside FAERS.", "None: no other source is used."),
    True: (
        "The extract of a followed cohort, by the numbers that it tells of its safety reports.",
        "Report numbers are compared: a case sent under one of the cohort is marked, and stays in every count.",
    ),
}
MEASURES = (
    ("prr", "PRR and ROR with 95 % intervals"),
    ("ic", "IC with IC025 and IC975"),
    ("ebgm", "EBGM with EB05 and EB95"),
    ("ror_exact", "exact conditional ROR"),
    ("rrr", "RRR with exact bounds"),
    ("chi2", "chi-square plain and with Yates' correction"),
    ("fisher_mid_p", "Fisher mid-p"),
    ("lrt", "likelihood ratio test with its maximum simulated"),
    ("lrt_inflated_p", "the same test under zero inflation"),
)
MULTIPLICITY = (("bh_q", "Benjamini-Hochberg q"), ("bayesian_fdr", "Bayesian FDR"), ("lrt_p", "a max-statistic p"))


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its number, what it asks in our words, its state in words, and what was done."""

    id: str
    section: str
    asks: str
    state: str
    answer: str


@cache
def statement() -> dict[str, Any]:
    """The file of items: statement, sensitivity analyses, items."""
    import yaml  # noqa: PLC0415 -- only a report needs it

    with FILE.open(encoding="utf-8") as stream:
        told: dict[str, Any] = yaml.safe_load(stream)
    return told


def checklist(facts: ReportFacts) -> list[Item]:
    """Every item in the statement's order, its answer filled with what the run did."""
    values = _values(facts)
    return [
        Item(
            entry["id"],
            entry["section"],
            entry["asks"],
            STATES[entry["state"]],
            entry["answer"].format_map(values),
        )
        for entry in statement()["items"]
    ]


def checklist_table(facts: ReportFacts) -> "pa.Table":
    """The checklist as a table, for the files beside the page."""
    import pyarrow as pa  # noqa: PLC0415 -- as above

    names = ("id", "section", "asks", "state", "answer")
    rows = [{name: getattr(item, name) for name in names} for item in checklist(facts)]
    return pa.Table.from_pylist(rows, pa.schema([(name, pa.string()) for name in names]))


def states(items: list[Item]) -> dict[str, int]:
    """How many items are in each state, in the order of STATES."""
    found = Counter(item.state for item in items)
    return {state: found[state] for state in STATES.values()}


def _values(facts: ReportFacts) -> Mapping[str, str]:
    """Every name that an answer may use, as text."""
    terms = [caveat.removeprefix(TERMS) for caveat in facts.caveats if caveat.startswith(TERMS)]
    others = [caveat for caveat in facts.caveats if not caveat.startswith(TERMS)]
    other_sources, other_methods = OTHERS[bool(facts.marked)]
    return {
        "as_of": facts.as_of,
        "subject": product(facts.product).title if facts.product else "any CAR-T",
        "code_version": facts.code_version,
        "vocabulary_version": facts.vocabulary_version,
        "run_id": facts.run_id,
        "roles": " and ".join(suspect_roles()),
        "limits": " ".join(LIMITS),
        "caveats": " ".join(others) or "No quarter between the first and the last is lacking.",
        "terms": terms[0].removesuffix(".") if terms else f"term lists of vocabulary {facts.vocabulary_version}",
        "sensitivity": "; ".join(_sensitivity(facts)) or "none",
        "other_sources": other_sources,
        "other_methods": other_methods,
        **_of_data(facts),
        **_of_cases(facts),
        **_of_results(facts),
        **_of_definitions(facts),
    }


def _of_data(facts: ReportFacts) -> dict[str, str]:
    """Archives, records and how drugs were resolved."""
    archives = facts.rows("source_archive")
    quarters = sorted({row["quarter"] for row in archives})
    resolved = [row for row in facts.rows("drug_resolution_quarter") if row["role_group"] == "all"]
    entries = sum(row["n_rows"] for row in resolved)
    known = sum(row["n_rows"] * row["share_resolved"] for row in resolved if row["share_resolved"] is not None)
    return {
        "quarters": f"{quarters[0]} to {quarters[-1]}" if quarters else "none",
        "n_archives": count(len(archives)),
        **{name: count(sum(row[name] for row in archives)) for name in ("n_read", "n_kept", "n_rejected")},
        "share_resolved": _share(known, entries),
    }


def _share(known: float, entries: int) -> str:
    """Percent in words; never all where one is lacking."""
    if not entries:
        return "an unknown share"
    told = f"{100 * known / entries:.1f} %"
    return "more than 99.9 %" if told == "100.0 %" and round(known) < entries else told


def _of_cases(facts: ReportFacts) -> dict[str, str]:
    """The waterfall, the exposed cases and their ages."""
    steps = facts.rows("waterfall_step")
    counted = next((row["n"] for row in steps if row["step"] == "counted"), None)
    about = facts.product or "any_car_t"
    exposed = {row["product"]: row["n_cases"] for row in facts.rows("product_case")}
    listed = facts.rows("designated_case")
    return {
        "waterfall": "; ".join(f"{row['step']} {count(row['n'])} {row['unit']}s" for row in steps) or "no waterfall",
        "n_counted": count(counted),
        "n_exposed": count(exposed.get(about, 0)),
        "duplicates": "counted" if facts.with_duplicates else "left out",
        "designated": f"{cases(len({row['case_id'] for row in listed}))} with a designated event",
        "ages": _ages(facts, about),
    }


def _ages(facts: ReportFacts, about: str) -> str:
    """Adults and children of the product, from the comparisons restricted to one age."""
    rows = {row["comparator"]: row for row in facts.rows_of("comparison", about)}
    adults, children = rows.get("all_adults"), rows.get("all_children")
    if not adults or not children:
        return "No ages are counted"
    told = f"{count(adults['n_product'])} adults, {count(children['n_product'])} children"
    return f"Cases of {product(about).title}: {told}, {count(adults['n_unknown_age'])} of unknown age"


def _of_results(facts: ReportFacts) -> dict[str, str]:
    """How much was asked, answered and marked."""
    asked, terms = facts.rows("endpoint_signal"), facts.rows("term_signal")
    columns = facts.tables["endpoint_signal"].column_names
    named = [words for name, words in MULTIPLICITY if name in columns]
    n_asked = len([row for row in asked if row["is_assessable"]]) + len(terms)
    return {
        "n_endpoint_rows": count(len(asked)),
        "n_term_rows": count(len(terms)),
        "n_terms": count(len({row["term"] for row in terms})),
        "n_not_assessable": count(len(asked) + len(terms) - n_asked),
        "n_marked": count(sum(bool(row["is_signal"]) for row in (*asked, *terms))),
        "rule": asked[0]["rule"] if asked else "no pair was asked about",
        "measures": "; ".join(words for name, words in MEASURES if name in columns),
        "priors": _priors(facts),
        "multiplicity": f"{count(n_asked)} times a pair was compared; "
        + (f"against chance: {', '.join(named)}." if named else "nothing corrects for their number but shrinkage."),
    }


def _priors(facts: ReportFacts) -> str:
    """Which priors of EBGM were refused: against each comparator, and over stratified expected counts."""
    refused = {row["comparator"] for row in facts.rows("fitted_prior") if not row["is_fitted"]}
    stratified = {
        row["stratified_by"]
        for row in facts.rows("stratified_signal")
        if row.get("ebgm_note") and row["comparator"] == "all"
    }
    told = [f"EBGM was refused against {', '.join(sorted(refused))}."] if refused else []
    told += [f"EBGM stratified by {', '.join(sorted(stratified))} was refused."] if stratified else []
    return " ".join(told) or "Every prior of EBGM fits."


def _of_definitions(facts: ReportFacts) -> dict[str, str]:
    """Products, endpoints and comparators with their versions."""
    counted = {row["product"] for row in facts.rows("product_case") if row["n_cases"]}
    bases = base_comparators()
    return {
        "products": "; ".join(item.title for item in products() if item.id in counted) or "none with a case",
        "n_endpoints": count(len(endpoints())),
        "n_comparators": count(len(bases)),
        "comparators": ", ".join(item.id for item in bases),
        "comparator_versions": ", ".join(f"{item.id} {item.version}" for item in bases),
    }


def _sensitivity(facts: ReportFacts) -> list[str]:
    """What else was counted: each analysis whose table has a row."""
    bases = base_comparators()
    values = {"n_comparators": count(len(bases)), "comparators": ", ".join(item.id for item in bases)}
    tables = {name: table.num_rows for name, table in facts.tables.items()}
    return [
        entry["says"].format_map(values | {"n_rows": count(tables[entry["table"]])})
        for entry in statement()["sensitivity"]
        if tables.get(entry["table"])
    ]
