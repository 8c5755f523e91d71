"""The guard against calling a reporting measure a rate, a risk or an incidence."""

from dataclasses import replace

import pytest

from pipeline import screen
from pipeline.errors import CartwatchError
from pipeline.report import exports
from pipeline.report.exports import write_csv_files, write_workbook
from pipeline.report.figures import forest
from pipeline.report.wording import LIMITS, refuse_in_text, refuse_words_of_incidence
from pipeline.steps.result import StepReport
from tests.reportfacts import endpoint_row, facts


@pytest.mark.parametrize(
    "said",
    [
        "<p>The reporting rate of CRS</p>",
        "<p>a higher Risk</p>",
        "<h2>Incidence of infections</h2>",
        "<td>rates</td>",
        '<svg aria-label="risk by endpoint"></svg>',
        "<svg><title>Prevalence</title></svg>",
        "<p>hazard <b>ratio</b></p>",
        "<p>crs_rate</p>",
        "<p>a riskier product</p>",
        '<input placeholder="risk">',
        "<svg><g data-verbatim>Heart rate</g><text>risk</text></svg>",
        '<div data-verbatim><svg><g aria-label="x">Fever</g></svg></div><p>the risk of it</p>',
    ],
)
def test_words_that_need_a_denominator_are_refused(said):
    with pytest.raises(CartwatchError, match="no denominator"):
        assert refuse_words_of_incidence(f"<main>{said}</main>") is None  # it raises where it refuses


@pytest.mark.parametrize(
    "said",
    [
        "<p>separate, operate, iterate, asterisk, generated</p>",
        "<td data-verbatim>Glomerular filtration rate decreased</td>",
        "<td data-verbatim><b>Heart rate</b> increased</td>",
        "<style>.rate { color: red }</style>",
        *(f"<li>{sentence}</li>" for sentence in LIMITS),
    ],
)
def test_words_of_others_and_the_limits_themselves_pass(said):
    assert refuse_words_of_incidence(f"<main>{said}</main>") is None  # it raises where it refuses


def test_the_guard_hears_what_follows_a_verbatim_element():
    with pytest.raises(CartwatchError):
        refuse_words_of_incidence('<p><span data-verbatim>Heart rate<br><img src=""></span> is the risk</p>')


@pytest.mark.parametrize(
    "said",
    ["<p data-verbatim>Fever<p>risk</p>", "<div><span data-verbatim>Fever</div><p>risk</p>", "<p data-verbatim>Fever"],
)
def test_words_of_others_that_never_end_are_refused(said):
    with pytest.raises(CartwatchError, match="never closed"):
        assert refuse_words_of_incidence(f"<main>{said}</main>") is None  # it raises where it refuses


def test_half_a_sentence_of_the_limits_is_no_excuse():
    with pytest.raises(CartwatchError, match="rates"):
        refuse_in_text("These numbers are rates.")


PLANTED = "Incidence of CRS"


def test_patients_who_were_followed_have_an_incidence_where_the_element_says_so():
    assert refuse_words_of_incidence("<p data-person-time>Incidence 3 per 100 patient-years</p>") is None
    with pytest.raises(CartwatchError):
        refuse_words_of_incidence(f"<div><p data-person-time>Incidence</p><p>{PLANTED}</p></div>")


def test_a_planted_column_is_refused_in_csv_files_and_in_the_workbook(tmp_path):
    row = {"quarter": "2024Q1", "crs_incidence": 1}
    for write, path in ((write_csv_files, tmp_path), (write_workbook, tmp_path / "r.xlsx")):
        with pytest.raises(CartwatchError, match="The table quarantine_rule says 'incidence'"):
            write(facts(quarantine_rule=[row]), path)


@pytest.mark.parametrize("column", ["meaning", "note", "rule", "unit"])
def test_a_planted_sentence_is_refused_in_the_texts_of_a_sheet(tmp_path, column):
    with pytest.raises(CartwatchError, match=f"The column {column} of the table quarantine_rule says 'Incidence'"):
        write_csv_files(facts(quarantine_rule=[{"quarter": "2024Q1", column: PLANTED}]), tmp_path)


def test_the_words_of_a_term_in_a_sheet_are_left_alone(tmp_path):
    write_csv_files(
        facts(quarantine_rule=[{"term": "Incidence rate of others", "note": "High risk pregnancy"}]), tmp_path
    )
    assert "Incidence rate of others" in (tmp_path / "quarantine_rule.csv").read_text(encoding="utf-8")


def test_a_planted_meaning_is_refused_in_the_readme_of_the_files(monkeypatch):
    monkeypatch.setitem(exports.SHEETS, "waterfall_step", f"{PLANTED}, in cases.")
    with pytest.raises(CartwatchError, match="The README of the files says 'Incidence'"):
        exports.readme_lines(facts())


def test_a_planted_title_is_refused_in_a_picture():
    with pytest.raises(CartwatchError, match="A picture says 'Incidence'"):
        forest(
            "one", PLANTED, [{"label": "Fever", "comparator": "all", "estimate": 3.0, "low": 2.0, "high": 5.0}], (1.0,)
        )


@pytest.mark.parametrize("changed", [{"as_of": None, "warnings": [f"{PLANTED} is high."]}, {"step": "incidence"}])
def test_a_planted_sentence_is_refused_on_the_terminal(changed):
    with pytest.raises(CartwatchError, match="The terminal says"):
        screen.closing(replace(StepReport("signals", "0123456789abcdef", "2024Q1"), **changed))


@pytest.mark.parametrize(("title", "columns"), [(PLANTED, ("a",)), ("Cases", ("event", "reporting_rate"))])
def test_a_planted_title_or_column_is_refused_in_a_table_on_the_terminal(title, columns):
    with pytest.raises(CartwatchError, match="A table on the terminal says"):
        screen._table(title, columns, [])


def test_terms_and_paths_of_others_reach_the_terminal(capsys):
    report = StepReport("signals", "0123456789abcdef", "2024Q1")
    report.warnings = [
        "Heart rate increased stands in 3 cases.",
        "High risk pregnancy: none.",
        "/data/incidence/lake is empty.",
    ]
    report.outputs = ["/data/incidence/signal.csv"]
    screen.closing(report)
    screen.outputs(report)
    assert "/data/incidence/signal.csv" in capsys.readouterr().out


def test_the_rule_of_every_row_is_guarded(tmp_path):
    with pytest.raises(CartwatchError, match="The column rule"):
        write_csv_files(facts(endpoint_signal=[endpoint_row(rule="risk ≥ 2")]), tmp_path)
