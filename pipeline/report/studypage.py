"""The study's page: one self-contained HTML file that needs no network and no script."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.report.numbers import count
from pipeline.report.studyappendix import appendix
from pipeline.report.studybenefit import benefit, other, unplaced
from pipeline.report.studycancers import adjudication, standardised
from pipeline.report.studycells import StudySection
from pipeline.report.studyfacts import StudyFacts
from pipeline.report.studyfollowing import completeness, following, population
from pipeline.report.studylasting import lasting
from pipeline.report.studymissing import missing
from pipeline.report.studyoccurrence import occurrence
from pipeline.report.studysamples import samples
from pipeline.report.studysevere import severe
from pipeline.report.studysubgroups import subgroups
from pipeline.report.studytime import competing, survival
from pipeline.report.studywords import estimand_name, refuse_measures_of_reports, words

if TYPE_CHECKING:
    import jinja2

TEMPLATES = Path(__file__).parent / "templates"
STYLES = ("report.css", "study.css")
HEAD = ("registered", "infused", "followed", "person_years")
# Completeness before any number that rests on it.
SECTIONS = (
    *(following, completeness, population, occurrence, lasting, severe, survival, competing),
    *(missing, subgroups, standardised, adjudication, samples, other, benefit, unplaced, appendix),
)


def study_page(facts: StudyFacts) -> str:
    """The whole page as text; CartwatchError where it names a measure of spontaneous reports.

    Everything read from the lake is escaped: a term or a reason is whatever the registry holds.
    """
    content = {
        "facts": facts,
        "words": words(),
        "css": _style(),
        "head": _head(facts),
        "sections": [section for section in _sections(facts) if section.parts or section.anchor != "unplaced"],
    }
    page = _environment().get_template("study.html.j2").render(content)
    refuse_measures_of_reports(page)
    return page


def _sections(facts: StudyFacts) -> list[StudySection]:
    return [section(facts) for section in SECTIONS]


def _head(facts: StudyFacts) -> list[tuple[str, str]]:
    """How many patients and how much time the report rests on; what is hidden or lacking is left out."""
    rows = {row["estimand"]: row for row in facts.estimates("accrual", *HEAD)}
    return [
        (estimand_name(name), count(round(rows[name]["estimate"])))
        for name in HEAD
        if name in rows and rows[name]["is_told"]
    ]


def _environment() -> "jinja2.Environment":
    import jinja2  # noqa: PLC0415 -- only a page needs it

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _style() -> Any:
    import markupsafe  # noqa: PLC0415 -- comes with jinja2

    return markupsafe.Markup("\n".join((TEMPLATES / name).read_text(encoding="utf-8") for name in STYLES))  # noqa: S704 -- our own style sheets
