"""The report of generated quarters: whole, the same bytes twice, and the numbers of the lake."""

import csv
import re
import shutil
import zipfile
from xml.parsers import expat

import openpyxl
import pytest

from pipeline.config import Settings
from pipeline.errors import NothingThere, UsageError
from pipeline.lake.delta import Lake
from pipeline.report.exports import SHEETS
from pipeline.report.facts import QUERIES
from pipeline.report.wording import refuse_words_of_incidence
from pipeline.steps.report import write_report

PRODUCT = "axicabtagene ciloleucel"


@pytest.fixture(scope="module")
def settings(counted, tmp_path_factory):
    return Settings(lake=str(shutil.copytree(counted, tmp_path_factory.mktemp("report") / "lake")))


@pytest.fixture(scope="module")
def written(settings, tmp_path_factory):
    """The report on all products, and the folder it stands in."""
    out = tmp_path_factory.mktemp("out")
    return write_report(settings, out=out), out


def rows(out, name, stem="signal-report-2023Q4"):
    with (out / f"{stem}-csv" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def assessable(out):
    return [row for row in rows(out, "endpoint_signal") if row["is_assessable"] == "true"]


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_step_names_what_it_wrote_and_leaves_nothing_else(written):
    report, out = written
    assert report.step == "report"
    assert report.as_of == "2023Q4"
    assert sorted(path.name for path in out.iterdir()) == [
        "signal-report-2023Q4-csv",
        "signal-report-2023Q4.html",
        "signal-report-2023Q4.xlsx",
    ]
    assert sorted(report.outputs) == sorted(str(path) for path in out.iterdir())


def test_the_same_lake_code_and_data_lock_point_give_the_same_bytes(written, settings, tmp_path):
    report, out = written
    again = write_report(settings, "2023Q4", out=tmp_path)
    assert again.run_id == report.run_id
    assert contents(tmp_path) == contents(out)


def test_a_second_report_replaces_the_first_whole(settings, tmp_path):
    stale = tmp_path / "signal-report-2023Q4-csv" / "gone.csv"
    stale.parent.mkdir()
    stale.write_text("old")
    write_report(settings, formats=["csv"], out=tmp_path)
    assert not stale.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["signal-report-2023Q4-csv"]


def test_the_page_carries_the_id_of_the_signals_and_no_forbidden_word(written, settings):
    report, out = written
    page = (out / "signal-report-2023Q4.html").read_text(encoding="utf-8")
    assert {file.run_id for file in Lake(settings.lake).files("signal")} == {report.counts["signals_run_id"]}
    assert str(report.counts["signals_run_id"]) in page
    assert not re.search(r"(https?:)?//[a-z0-9]", page, re.IGNORECASE)
    refuse_words_of_incidence(page)


def test_counts_add_up_across_the_tables(written):
    out = written[1]
    cases = {row["product"]: int(row["n_cases"]) for row in rows(out, "product_case")}
    for row in assessable(out):
        assert int(row["a"]) + int(row["b"]) + int(row["n_left_out"]) == cases[row["product"]]
        assert sum(int(row[cell]) for cell in "abcd") == int(row["n_cases"])
    steps = {row["step"]: int(row["n"]) for row in rows(out, "waterfall_step")}
    assert steps["latest versions"] + steps["withdrawn"] == steps["current"]


def test_the_sides_of_each_comparison_are_those_of_its_rows(written):
    out = written[1]
    told = {(row["product"], row["comparator"]): row for row in rows(out, "comparison")}
    for row in assessable(out):
        sides = told[row["product"], row["comparator"]]
        assert int(row["a"]) + int(row["b"]) == int(sides["n_product"])
        assert int(row["c"]) + int(row["d"]) == int(sides["n_comparator"])
        reasons = ("n_no_indication", "n_another_indication", "n_two_car_ts", "n_unknown_age", "n_another_age")
        assert int(row["n_left_out"]) == sum(int(sides[name]) for name in reasons)
        assert row["comparator_version"] == sides["comparator_version"] != ""


def test_quarters_of_receipt_add_up_to_the_cases(written):
    out = written[1]
    cases = {row["product"]: int(row["n_cases"]) for row in rows(out, "product_case") if row["n_cases"] != "0"}
    by_quarter = dict.fromkeys(cases, 0)
    for row in rows(out, "product_quarter"):
        by_quarter[row["product"]] += int(row["n_cases"])
    assert by_quarter == cases
    by_endpoint = {}
    for row in rows(out, "endpoint_quarter"):
        key = (row["product"], row["endpoint"], row["scope"])
        by_endpoint[key] = by_endpoint.get(key, 0) + int(row["n_cases"])
    signals = {
        (row["product"], row["endpoint"], row["scope"]): int(row["a"])
        for row in assessable(out)
        if row["comparator"] == "all" and row["a"] != "0"
    }
    assert by_endpoint == signals


def test_the_line_listing_holds_every_case_of_a_designated_event_once(written):
    out = written[1]
    listed = [(row["endpoint"], row["case_id"]) for row in rows(out, "designated_case")]
    assert len(listed) == len(set(listed)) > 0
    expected = {
        row["endpoint"]: int(row["a"])
        for row in assessable(out)
        if (row["product"], row["scope"], row["comparator"]) == ("any_car_t", "broad", "all")
    }
    for endpoint in {endpoint for endpoint, _ in listed}:
        assert sum(name == endpoint for name, _ in listed) == expected[endpoint]


def test_the_gate_is_told_for_each_quarter_once(written):
    told = [(row["quarter"], row["table"], row["rule"]) for row in rows(written[1], "gate_rule")]
    assert len(told) == len(set(told)) > 0
    assert {quarter for quarter, _, _ in told} == {"2023Q1", "2023Q2", "2023Q3", "2023Q4"}


def test_the_workbook_holds_the_same_rows_as_the_csv_files(written):
    out = written[1]
    book = out / "signal-report-2023Q4.xlsx"
    names = openpyxl.load_workbook(book, read_only=True).sheetnames
    assert names == ["README", *SHEETS]
    for name in QUERIES:
        assert sheet_rows(book, names.index(name) + 1) - 1 == len(rows(out, name)), name


def sheet_rows(book, place):
    """Rows of a sheet, all of whose XML is read; the head is one of them."""
    found, parser = [], expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: found.append(attributes["r"]) if name == "row" else None
    with zipfile.ZipFile(book) as archive, archive.open(f"xl/worksheets/sheet{place}.xml") as sheet:
        parser.ParseFile(sheet)
    assert found == [str(number) for number in range(1, len(found) + 1)]
    return len(found)


def test_a_report_on_one_product_says_nothing_of_the_others(settings, tmp_path):
    report = write_report(settings, "2023Q4", product=PRODUCT, formats=("html", "csv"), out=tmp_path)
    stem = "signal-report-2023Q4-axicabtagene-ciloleucel"
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{stem}-csv", f"{stem}.html"]
    assert {row["product"] for row in rows(tmp_path, "endpoint_signal", stem)} == {PRODUCT}
    page = (tmp_path / f"{stem}.html").read_text(encoding="utf-8")
    assert '<h2 id="product-axicabtagene-ciloleucel">' in page
    assert '<h2 id="product-tisagenlecleucel">' not in page
    assert report.counts["rows"]["product_case"] == 1


def test_an_earlier_data_lock_point_knows_nothing_of_later_quarters(settings, without_priors_here, tmp_path):
    write_report(settings, "2023Q1", formats=("csv",), out=tmp_path)
    archives = rows(tmp_path, "source_archive", "signal-report-2023Q1")
    assert [row["quarter"] for row in archives] == ["2023Q1"]
    assert max(row["quarter"] for row in rows(tmp_path, "rejected_reason", "signal-report-2023Q1")) == "2023Q1"


def test_a_failed_page_leaves_the_previous_report_in_place(settings, tmp_path, monkeypatch):
    previous = tmp_path / "signal-report-2023Q4.html"
    previous.write_text("previous")

    def fail(_):
        raise NothingThere("no page today")

    monkeypatch.setattr("pipeline.steps.report.html_page", fail)
    with pytest.raises(NothingThere):
        write_report(settings, formats=("html",), out=tmp_path)
    assert contents(tmp_path) == {previous.relative_to(tmp_path): b"previous"}


@pytest.mark.parametrize("wrong", [{"product": "aspirin"}, {"formats": ("pdf",)}])
def test_an_unknown_product_or_format_is_refused_before_anything_is_written(settings, tmp_path, wrong):
    with pytest.raises(UsageError, match=r"tisagenlecleucel|html"):
        write_report(settings, out=tmp_path / "new", **wrong)
    assert not (tmp_path / "new").exists()
