"""The words of drug names: what the files say, which mistakes in them are refused, and what the patterns find."""

import re
import shutil

import duckdb
import pytest

from pipeline.errors import CartwatchError
from pipeline.vocabulary import drugnames, files


def forget():
    for cached in (files.csv_file, drugnames.salt_words, drugnames.dose_words):
        cached.cache_clear()


@pytest.fixture
def own_copy(tmp_path, monkeypatch):
    """A copy of the data files that a test may spoil."""
    for path in files.data_files():
        shutil.copy(path, tmp_path)
    monkeypatch.setattr(files, "FOLDER", tmp_path)
    forget()
    yield tmp_path
    forget()


def add_line(path, line):
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")


def test_an_unknown_kind_is_refused(own_copy):
    add_line(own_copy / "salts.csv", "PICRATE,slat,")
    with pytest.raises(CartwatchError, match="slat"):
        drugnames.salt_words("salt")


def test_a_word_listed_twice_is_refused(own_copy):
    add_line(own_copy / "dose_words.csv", "tablet,form,")
    with pytest.raises(CartwatchError, match="TABLET"):
        drugnames.dose_words("form")


def test_an_empty_word_is_refused(own_copy):
    add_line(own_copy / "salts.csv", " ,salt,")
    with pytest.raises(CartwatchError, match="empty text"):
        drugnames.salt_words("salt")


def test_a_kind_without_words_is_refused(own_copy):
    path = own_copy / "dose_words.csv"
    kept = [line for line in path.read_text(encoding="utf-8").splitlines() if ",unit," not in line]
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    with pytest.raises(CartwatchError, match="no unit"):
        drugnames.name_patterns()


def test_a_row_with_a_field_too_many_is_refused(own_copy):
    add_line(own_copy / "salts.csv", "PICRATE,salt,a,b")
    with pytest.raises(CartwatchError, match="wrong number of fields"):
        drugnames.salt_words("salt")


def test_no_word_that_is_cut_is_also_kept():
    cut = {*drugnames.salt_words("salt"), *drugnames.salt_words("hydrate")}
    assert not cut & {*drugnames.salt_words("ester"), *drugnames.salt_words("radical")}
    assert not cut & {*drugnames.dose_words("form"), *drugnames.dose_words("unit")}


def test_a_tie_can_never_be_learned():
    assert drugnames.MINIMUM_SHARE > 0.5
    assert drugnames.MINIMUM_CASES > 1


def test_every_pattern_is_read_by_the_database_and_means_the_same_in_python():
    for name, pattern in drugnames.name_patterns().items():
        if isinstance(pattern, str):
            assert duckdb.execute("SELECT regexp_matches('A', $p)", {"p": pattern}).fetchall() == [
                (re.search(pattern, "A") is not None,)
            ], name


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("LIPITOR 10MG", "LIPITOR"),
        ("LIPITOR 10 MG TABLETS", "LIPITOR"),
        ("HUMIRA PEN 40 MG/0.8 ML", "HUMIRA"),
        ("METHOTREXATE 25 MG/M2 WEEKLY", "METHOTREXATE"),
        ("XELJANZ XR", "XELJANZ"),
        ("DEXTROSE 5%", "DEXTROSE"),
        ("VITAMIN D 1000 IU", "VITAMIN D"),
        ("{/=75 KG", ""),
        ("{=100 MG", ""),
        ("TABLETS", ""),
        ("FACTOR 9", "FACTOR 9"),
        ("VITAMIN B12", "VITAMIN B12"),
        ("COENZYME Q10", "COENZYME Q10"),
        ("OMEGA-3", "OMEGA-3"),
        ("PEG 400", "PEG 400"),
        ("PENICILLIN G", "PENICILLIN G"),
        ("INSULIN 70/30", "INSULIN 70/30"),
        ("ADVAIR DISKUS 100/50", "ADVAIR DISKUS 100/50"),
        ("INTERFERON BETA-1A", "INTERFERON BETA-1A"),
        ("5% DEXTROSE", "5% DEXTROSE"),
        ("TRASTUZUMAB", "TRASTUZUMAB"),
        ("EYE", "EYE"),
    ],
)
def test_dose_text_is_cut_and_numbers_that_belong_to_a_name_stay(name, left):
    pattern = drugnames.name_patterns()["dose_tail"]
    assert duckdb.execute("SELECT regexp_extract($n, $p, 1)", {"n": name, "p": pattern}).fetchall() == [(left,)]
