"""Cases of the own cohort in the report: there where any is marked, and not a byte otherwise."""

import csv
from dataclasses import replace

import openpyxl
import pyarrow as pa

from pipeline.report.exports import SHEETS, readme_lines, write_csv_files, write_workbook
from pipeline.report.facts import MARKED, MARKED_MEANING
from pipeline.report.page import html_page
from tests.reportfacts import PRODUCT, facts

ROWS = [
    {"product": PRODUCT, "endpoint": None, "n_cases": 10, "n_study_source": 2, "n_literature": 1, "n_own_cohort": 4}
    | {"n_without_own_cohort": 6},
    {"product": PRODUCT, "endpoint": "crs", "n_cases": 5, "n_study_source": 1, "n_literature": 0, "n_own_cohort": 3}
    | {"n_without_own_cohort": 2},
]


def marked():
    plain = facts()
    return replace(plain, tables=plain.tables | {MARKED: pa.Table.from_pylist(ROWS)})


def test_the_page_tells_the_marks_of_each_product_and_endpoint():
    page = html_page(marked())
    assert "Cases that may be known from elsewhere" in page
    table = page.split("Cases that may be known from elsewhere")[1].split("</table>")[0]
    cells = [int(cell.split("<")[0]) for cell in table.split('<td class="n">')[1:]]
    assert cells == [10, 2, 1, 4, 6, 5, 1, 0, 3, 2]


def test_a_report_without_marks_says_nothing_of_them(tmp_path):
    assert "known from elsewhere" not in html_page(facts())
    write_csv_files(facts(), tmp_path)
    assert not (tmp_path / f"{MARKED}.csv").exists()
    assert MARKED not in {name.removeprefix("Table ") for name, _ in readme_lines(facts())}


def test_the_files_hold_the_marks_and_say_what_they_are(tmp_path):
    write_csv_files(marked(), tmp_path)
    with (tmp_path / f"{MARKED}.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["n_own_cohort"] for row in csv.DictReader(stream)] == ["4", "3"]
    assert ("Table " + MARKED, MARKED_MEANING) in readme_lines(marked())
    write_workbook(marked(), tmp_path / "r.xlsx")
    assert openpyxl.load_workbook(tmp_path / "r.xlsx").sheetnames == ["README", *SHEETS, MARKED]
