"""Reference files for second malignancies: the three layouts that are read, and what is refused with its line."""

import numpy as np
import pytest

from pipeline.cohort.reference import read_reference
from pipeline.errors import InputRefused, LayoutChanged

HEADER = "site,sex,age_low,age_high,year_low,year_high,cases,person_years,multiple_primary_rule,source"
GOOD = "breast,F,0,49,2015,2019,10,1000,seer,made up"


@pytest.fixture
def write(tmp_path):
    def write(*lines, header=HEADER):
        path = tmp_path / "reference.csv"
        path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        return path

    return write


def test_a_file_becomes_a_grid_of_cases_per_person_year(write):
    found = read_reference(
        write(GOOD, "breast,F,50,130,2015,2019,40,1000,seer,made up", "lung,M,0,130,2015,2019,1,100,seer,x")
    )
    assert found.sites == ("breast", "lung")
    np.testing.assert_array_equal(found.ages, [0, 50, 131])
    np.testing.assert_array_equal(found.years, [2015, 2020])
    np.testing.assert_allclose(found.level[0, 0, :, 0], [0.01, 0.04])
    assert np.isnan(found.level[0, 1]).all()
    np.testing.assert_allclose(found.level[1, 1, :, 0], [0.01, 0.01])
    assert (found.rule, found.source) == ("seer", "made up; x")


def test_a_comment_and_a_byte_order_mark_are_passed_over(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"\xef\xbb\xbf" + f"# simulated\n{HEADER}\n{GOOD}\n".encode())
    assert read_reference(path).sites == ("breast",)


REFUSED = {
    "an unknown sex": ("breast,female,0,49,2015,2019,10,1000,seer,x", "line 2, has sex 'female': give F or M"),
    "an age that is none": ("breast,F,young,49,2015,2019,10,1000,seer,x", "has age_low 'young'"),
    "a negative age": ("breast,F,-1,49,2015,2019,10,1000,seer,x", "has age_low '-1'"),
    "ages turned round": ("breast,F,50,49,2015,2019,10,1000,seer,x", "has age_high under age_low"),
    "years turned round": ("breast,F,0,49,2019,2015,10,1000,seer,x", "has year_high under year_low"),
    "no person-years": ("breast,F,0,49,2015,2019,10,0,seer,x", "needs person_years above 0"),
    "cases below nothing": ("breast,F,0,49,2015,2019,-3,100,seer,x", "cases of at least 0"),
    "cases that are no number": ("breast,F,0,49,2015,2019,many,100,seer,x", "has no numbers of cases"),
    "endless person-years": ("breast,F,0,49,2015,2019,1,inf,seer,x", "needs person_years above 0"),
    "an empty cell": ("breast,F,0,49,2015,2019,1,100,seer,", "has no source: fill every column"),
    "an unknown rule": ("breast,F,0,49,2015,2019,1,100,iacr-ish,x", "by iacr-ish: give a file under one rule"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_line_that_cannot_be_used_is_refused_with_its_number(write, what):
    line, said = REFUSED[what]
    with pytest.raises(InputRefused, match=said):
        read_reference(write(line))


def test_two_rules_in_one_file_are_refused_and_both_named(write):
    other = "breast,F,50,99,2015,2019,10,1000,first_primary,made up"
    with pytest.raises(InputRefused, match="first_primary and seer: give a file under one rule"):
        read_reference(write(GOOD, other))


def test_cells_that_overlap_are_refused(write):
    with pytest.raises(InputRefused, match="line 3, overlaps an earlier line"):
        read_reference(write(GOOD, "breast,F,40,60,2019,2020,10,1000,seer,x"))


def test_an_empty_file_a_header_alone_and_another_layout_are_refused(write, tmp_path):
    (tmp_path / "empty.csv").write_bytes(b"")
    for path in (tmp_path / "empty.csv", write()):
        with pytest.raises(InputRefused, match="holds no cell"):
            read_reference(path)
    with pytest.raises(LayoutChanged, match="has the columns a, b: give site, sex"):
        read_reference(write("1,2", header="a,b"))
    with pytest.raises(LayoutChanged, match="line 2, has 3 fields for 10 columns"):
        read_reference(write("breast,F,0"))


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(HEADER.encode() + b"\n\xff\xfe\x00\x80,F\n")
    with pytest.raises(InputRefused, match="no CSV in UTF-8"):
        read_reference(path)


def test_an_export_of_seerstat_is_read_and_its_totals_passed_over(write):
    header = (
        "Site recode ICD-O-3/WHO 2008,Sex,Age recode with <1 year olds,Year of diagnosis,Crude Rate,Count,Population"
    )
    found = read_reference(
        write(
            '"Lung and Bronchus",Male,05-09 years,2018,0.1,"1,000","2,000,000"',
            '"Lung and Bronchus",Male,85+ years,2018,0.1,50,1000',
            '"Lung and Bronchus",Male and female,85+ years,2018,0.1,50,1000',
            '"Lung and Bronchus",Female,00 years,2018,0.1,0,1000',
            '"Lung and Bronchus",Female,Unknown,2018,0.1,2,0',
            header=header,
        )
    )
    assert (found.sites, found.rule) == (("lung_and_bronchus",), "seer")
    np.testing.assert_array_equal(found.ages, [0, 1, 5, 10, 85, 131])
    assert found.level[0, 1, 2, 0] == pytest.approx(0.0005)
    assert found.level[0, 1, 4, 0] == pytest.approx(0.05)
    assert found.level[0, 0, 0, 0] == 0.0


def test_an_export_of_iarc_is_read_by_its_age_groups(write):
    found = read_reference(
        write(
            "1,C50,18,4,100,2013,2017",
            "2,C50,1,0,100,2013,2017",
            "2,C50,19,9,0,2013,2017",
            header="SEX,CANCER,AGE,CASES,PY,YEAR_LOW,YEAR_HIGH",
        )
    )
    assert (found.sites, found.rule) == (("c50",), "first_primary")
    np.testing.assert_array_equal(found.ages, [0, 5, 85, 131])
    np.testing.assert_array_equal(found.years, [2013, 2018])
    assert found.level[0, 1, 2, 0] == pytest.approx(0.04)


def test_an_export_of_iarc_without_years_is_refused(write):
    with pytest.raises(InputRefused, match="line 2, has no year_low, year_high"):
        read_reference(write("1,C50,18,4,100", header="SEX,CANCER,AGE,CASES,PY"))
