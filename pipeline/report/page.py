"""The page: one self-contained HTML file that needs no network and no script."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.report.appendix import GLOSSARY, definitions, designated_events, quality_by_quarter
from pipeline.report.changes import changed_products, changed_steps
from pipeline.report.facts import ReportFacts
from pipeline.report.identity import DRIFT_WORDS, car_t_pairs, drugs_resolved, terms_drifted, terms_lost
from pipeline.report.numbers import cases, count, ratio, short_count, signed
from pipeline.report.overview import (
    absent_products,
    marked_cases,
    overviews,
    reported_products,
    short_name,
    sparse_terms,
    unheld_scopes,
    waterfall,
)
from pipeline.report.products import product_section
from pipeline.report.questions import questions_asked
from pipeline.report.readus import checklist, statement, states
from pipeline.report.wording import LIMITS, refuse_words_of_incidence
from pipeline.vocabulary.comparators import base_comparators, comparators
from pipeline.vocabulary.products import product

if TYPE_CHECKING:
    import jinja2

TEMPLATES = Path(__file__).parent / "templates"


def html_page(facts: ReportFacts) -> str:
    """The whole page as text; CartwatchError where it would call a reporting measure by a forbidden word.

    Everything read from the lake is escaped: a drug name is whatever a reporter typed.
    """
    page = _environment().get_template("report.html.j2").render(_content(facts))
    refuse_words_of_incidence(page)
    return page


@cache
def _environment() -> "jinja2.Environment":
    """Where the templates are compiled, each once for all pages."""
    import jinja2  # noqa: PLC0415 -- only a page needs it

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": count,
        "cases": cases,
        "short_count": short_count,
        "decimal": ratio,
        "signed": signed,
        "short_name": short_name,
    }
    return environment


def _content(facts: ReportFacts) -> Mapping[str, Any]:
    """Every name the templates use."""
    shown = reported_products(facts)
    cases_of = {row["product"]: row["n_cases"] for row in facts.rows("product_case")}
    steps = waterfall(facts)
    readus = checklist(facts)
    archives = facts.rows("source_archive")
    signals = facts.rows("endpoint_signal")
    return {
        "facts": facts,
        "css": _style(),
        "limits": LIMITS,
        "subject": product(facts.product).title if facts.product else "All CAR-T products",
        "n_current": next((step["n"] for step in steps if step["step"] == "counted"), 0),
        "n_exposed": cases_of.get(facts.product or "any_car_t", 0),
        "quarters": sorted({row["quarter"] for row in archives}),
        "waterfall": steps,
        "own_cohort": marked_cases(facts),
        "changes": facts.changes,
        "changed_steps": changed_steps(facts.changes, steps) if facts.changes else [],
        "changed_products": changed_products(facts.changes, shown) if facts.changes else [],
        "cases_of": cases_of,
        "absent": absent_products(facts),
        "overviews": overviews(facts, shown),
        "sparse": sparse_terms(facts),
        "unheld": unheld_scopes(facts),
        "rule_text": signals[0]["rule"] if signals else "",
        "comparators": [against for against in base_comparators() if against.base.is_shown_first],
        "bases": base_comparators(),
        "versions": {against.id: against.version for against in comparators()},
        "sections": [product_section(facts, item) for item in shown],
        "designated": designated_events(facts),
        "pairs": car_t_pairs(facts),
        "lost": terms_lost(facts),
        "counts_duplicates": facts.with_duplicates,
        "resolved": drugs_resolved(facts),
        "drifted": terms_drifted(facts),
        "drift_words": DRIFT_WORDS,
        "quality": quality_by_quarter(facts),
        "flagged": facts.rows("quarantined_car_t"),
        "incomplete": facts.rows("incomplete_case"),
        "rejected": facts.rows("rejected_reason"),
        "priors": facts.rows("fitted_prior"),
        "questions": questions_asked(facts),
        "archives": archives,
        "definitions": definitions(facts),
        "glossary": GLOSSARY,
        "readus": readus,
        "readus_states": states(readus),
        "readus_statement": statement()["statement"],
    }


def _style() -> "Any":
    import markupsafe  # noqa: PLC0415 -- comes with jinja2

    return markupsafe.Markup((TEMPLATES / "report.css").read_text(encoding="utf-8"))  # noqa: S704 -- our own style sheet
