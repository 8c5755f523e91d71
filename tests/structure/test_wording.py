"""Nothing we write for readers calls a reporting measure a rate, a risk or an incidence: every text of the repository."""

import ast
import re
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.contract.tables import ALL_TABLES
from pipeline.errors import CartwatchError
from pipeline.report.studywords import refuse_measures_of_reports
from pipeline.report.wording import ALLOWED, refuse_in_markdown, refuse_in_names, refuse_in_text
from pipeline.signals.scoring import RULE_TEXT

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
# The room of the followed patients has person-time, so its incidences are real. The guard itself names the words. What
# statistics say of a refusal reaches readers, so they are heard.
UNHEARD = ("pipeline/study/", "pipeline/report/wording.py")
# What speaks of followed patients alone has person-time too; it is asked the other way round: no measure of reports.
OF_THE_STUDY = (
    *("pipeline/cohort/", "pipeline/contract/study", "pipeline/report/study", "pipeline/report/templates/study"),
    *(
        "pipeline/steps/study",
        "pipeline/steps/scheduledstudy.py",
        "pipeline/verbs/following.py",
        "dags/follow_up_study.py",
    ),
    *("pipeline/demo/cohort", "pipeline/steps/simulate.py", "pipeline/verbs/simulating.py"),
)


def label(path):
    return path.relative_to(ROOT).as_posix()


WRITTEN = sorted([*(ROOT / "pipeline").rglob("*.j2"), *(ROOT / "pipeline").rglob("*.html")])
TEMPLATES = [path for path in WRITTEN if not label(path).startswith(OF_THE_STUDY)]
CODE = sorted(
    path
    for folder in ("pipeline", "dags")
    for path in (ROOT / folder).rglob("*.py")
    if not label(path).startswith((*UNHEARD, *OF_THE_STUDY))
)
# Definitions whose titles, reasons and notes stand in tables, pages and files. The words of governance are GVP's own.
DEFINITIONS = sorted(
    path
    for folder in ("vocabulary", "cases", "report", "signals")
    for path in (ROOT / "pipeline" / folder).rglob("*.yaml")
    if not label(path).startswith(OF_THE_STUDY)
)
OF_THE_COHORT = "In the cohort this is a prevalence, never an incidence."
STUDY = sorted(
    path for path in (ROOT / "pipeline").rglob("*") if path.is_file() and label(path).startswith(OF_THE_STUDY)
)


def texts(code):
    """Every text of a module that is no docstring, of a name neither: messages, titles, notes, help."""
    tree = ast.parse(code)
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent
    ]


def without_study_tables(text):
    """A page without what the data dictionary says of the study's tables."""
    return "\n## ".join(section for section in text.split("\n## ") if "Layer: study." not in section)


@pytest.mark.parametrize("path", PAGES, ids=label)
def test_a_page_of_the_repository_uses_none_of_the_words(path):
    text = without_study_tables(path.read_text(encoding="utf-8"))
    assert refuse_in_markdown(text, label(path)) is None  # it raises where it refuses


@pytest.mark.parametrize("path", TEMPLATES, ids=label)
def test_a_template_uses_none_of_the_words(path):
    assert refuse_in_text(path.read_text(encoding="utf-8"), label(path)) is None


@pytest.mark.parametrize(
    "declared", [one for one in ALL_TABLES if one.layer != "study"], ids=lambda declared: declared.name
)
def test_a_declared_table_uses_none_of_the_words(declared):
    said = [
        declared.grain,
        *(f"{c.meaning} {c.unit or ''} {c.source or ''} {' '.join(c.allowed)}" for c in declared.columns),
    ]
    assert refuse_in_text(" ".join(said), declared.name) is None
    assert refuse_in_names((declared.name, *declared.names), declared.name) is None


@pytest.mark.parametrize("path", CODE, ids=label)
def test_a_message_uses_none_of_the_words(path):
    for text in texts(path.read_text(encoding="utf-8")):
        assert refuse_in_text(text, label(path)) is None


@pytest.mark.parametrize("path", DEFINITIONS, ids=label)
def test_a_definition_uses_none_of_the_words(path):
    text = re.sub(r"(?m)^\s*#.*$", "", path.read_text(encoding="utf-8")).replace(OF_THE_COHORT, "")
    assert refuse_in_text(text, label(path)) is None


@pytest.mark.parametrize("path", [one for one in STUDY if one.suffix in {".py", ".yaml", ".j2"}], ids=label)
def test_what_speaks_of_followed_patients_names_no_measure_of_reports(path):
    if path.name == "studywords.py":  # the guard itself names them
        return
    text = path.read_text(encoding="utf-8")
    said = texts(text) if path.suffix == ".py" else [re.sub(r"(?m)^#.*$", "", text)]
    for one in said:
        assert refuse_measures_of_reports(one) is None


def test_a_measure_of_reports_is_refused_where_followed_patients_are_told_of():
    for planted in (
        *("The ROR was 3.", "EBGM of 2", "an information component above 0"),
        *("Reporting odds ratio of 3", "Disproportionality", "the column ROR_low"),
    ):
        with pytest.raises(CartwatchError, match="never share a page"):
            refuse_measures_of_reports(f"<p>{planted}</p>")
    assert refuse_measures_of_reports("<p>Errors, PRIOR lines and the incidence of infections.</p>") is None


def test_the_rule_behind_a_signal_uses_none_of_the_words():
    assert refuse_in_text(RULE_TEXT, "The rule") is None


def commands(group=main, name="cartwatch"):
    yield name, group
    for word, command in getattr(group, "commands", {}).items():
        yield from commands(command, f"{name} {word}")


@pytest.mark.parametrize(("name", "command"), list(commands()), ids=lambda told: told if isinstance(told, str) else "")
def test_the_help_of_a_verb_uses_none_of_the_words(name, command):
    told = [command.help or "", *(getattr(parameter, "help", None) or "" for parameter in command.params)]
    assert refuse_in_text(" ".join(told), name) is None


def test_only_guarded_sentences_and_paths_reach_the_terminal():
    screen = (ROOT / "pipeline" / "screen.py").read_text(encoding="utf-8")
    assert re.findall(r"click\.echo\((\w+)\)", screen) == ["path", "text"]
    telling = (ROOT / "pipeline" / "verbs" / "telling.py").read_text(encoding="utf-8")
    assert re.findall(r"click\.echo\((.*)\)\n", telling) == ["report.as_json()"]


PLANTED = "Incidence of CRS after infusion."


def test_a_planted_sentence_is_refused_in_a_page():
    with pytest.raises(CartwatchError, match=r"docs/x\.md says 'Incidence'"):
        refuse_in_markdown(f"# Heading\n\nA block.\n\n{PLANTED}\n", "docs/x.md")


def test_a_planted_sentence_is_refused_in_a_description_a_message_and_a_column():
    with pytest.raises(CartwatchError):
        refuse_in_text(PLANTED, "signal")
    with pytest.raises(CartwatchError):
        refuse_in_names(("as_of", "crs_incidence"), "signal")
    (text,) = texts(f'"""The incidence of a docstring is ours alone."""\nraise ValueError("{PLANTED}")\n')
    with pytest.raises(CartwatchError):
        refuse_in_text(text, "a message")


@pytest.mark.parametrize("reason", ALLOWED)
def test_a_marked_block_may_use_the_words_and_only_that_block(reason):
    marked = f"- {PLANTED} <!-- words allowed: {reason} -->"
    assert refuse_in_markdown(f"{marked}\n- Another item.\n", "docs/x.md") is None
    with pytest.raises(CartwatchError):
        refuse_in_markdown(f"{marked}\n- {PLANTED}\n", "docs/x.md")


def test_a_marker_must_give_one_of_the_reasons():
    with pytest.raises(CartwatchError, match="allows words for 'because'"):
        refuse_in_markdown(f"{PLANTED} <!-- words allowed: because -->", "docs/x.md")


def test_what_is_measured_in_a_patient_keeps_its_name():
    assert refuse_in_text("Glomerular filtration rate decreased; Heart rate increased", "x") is None
    with pytest.raises(CartwatchError):
        refuse_in_text("Heart rate increased at a reporting rate of 3", "x")
