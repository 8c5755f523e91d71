"""Whatever stands in an extract, no record is lost, no value is told, and the order of the records does not matter."""

import csv
import datetime as dt
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import InputRefused
from pipeline.intake.pseudonym import Pseudonyms
from pipeline.intake.registry import read_extract, type_extract
from pipeline.intake.registryfiles import READERS
from pipeline.intake.registrytables import study_tables
from pipeline.intake.registryvalues import read_day, read_number
from tests.registryfiles import KEY, WRITERS, small, write

SECRET = Pseudonyms(KEY, "ltfu")
CELLS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
    st.sampled_from(["2024-07-01", "2022-02-30", "2022-05", "Y", "CRID7001", "-1", "1e300", "KYMRIAH", "CR", "3"]),
)
PLACES = [(name, at, column) for name, rows in small().items() for at, row in enumerate(rows) for column in row]
CHANGES = st.lists(st.tuples(st.sampled_from(PLACES), CELLS), max_size=12)
SLOW = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def typed(domains):
    with tempfile.TemporaryDirectory() as folder:
        extract = read_extract(write(Path(folder) / "extract", domains), "sdtm")
    done = type_extract(extract, SECRET, dt.date(2024, 6, 30), ("crs_astct_2019",))
    return extract, done


@SLOW
@given(CHANGES)
def test_every_record_is_kept_or_rejected(changes):
    domains = small()
    for (name, at, column), value in changes:
        domains[name][at][column] = value
    extract, done = typed(domains)
    rejected = done.contents.rejected().to_pylist()
    whole = {(row["domain"], row["line"]) for row in rejected if row["column"] is None}
    for file in done.files(extract):
        assert file["n_read"] == len(domains[file["domain"]]) == file["n_kept"] + file["n_rejected"]
        assert file["n_rejected"] == len([each for each in whole if each[0] == file["domain"]])
    n_records = sum(batch.num_rows for batch in done.contents.record_batches())
    assert n_records == sum(len(rows) for rows in domains.values())
    study_tables(done.rows)


@SLOW
@given(CHANGES, st.randoms(use_true_random=False))
def test_the_order_of_the_records_does_not_matter(changes, random):
    domains = small()
    for (name, at, column), value in changes:
        domains[name][at][column] = value
    first = {name: table.to_pylist() for name, table in study_tables(typed(domains)[1].rows).items()}
    for rows in domains.values():
        random.shuffle(rows)
    assert {name: table.to_pylist() for name, table in study_tables(typed(domains)[1].rows).items()} == first


@given(st.text(max_size=30))
def test_any_text_is_a_day_or_has_a_reason_that_does_not_repeat_it(text):
    day = read_day(text)
    assert (day.first is None) == (day.reason is not None)
    if day.reason and len(text.strip()) > 12:
        assert text not in day.reason


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_a_number_written_plainly_is_read_back(value):
    text = f"{value:.6f}"
    read = read_number(text)
    assert read.value == float(text) if len(text.split(".", maxsplit=1)[0].lstrip("-")) <= 18 else read.reason


@pytest.mark.parametrize("form", ["csv", "parquet", "xpt", "json"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(random=st.randoms(use_true_random=False))
def test_a_damaged_file_is_read_or_refused_and_nothing_else_happens(form, random):
    rows = [{"USUBJID": f"P{number}", "AGE": "61", "NOTE": "x" * 40} for number in range(30)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"dm.{form}"
        WRITERS[form](path, "DM", rows)
        damaged = bytearray(path.read_bytes())
        for _ in range(random.choice([1, 2, 5, 30])):
            at = random.randrange(len(damaged))
            damaged[at : at + random.choice([0, 1, 1, 50])] = random.randbytes(random.choice([0, 1, 1, 50]))
        path.write_bytes(bytes(damaged or b"x"))
        try:
            sheet = READERS[path.suffix](path)
        except InputRefused:
            return
    assert all(row is None or len(row) == len(sheet.columns) for row in sheet.rows)
    assert {at + 1 for at, row in enumerate(sheet.rows) if row is None} == set(sheet.defects)


@SLOW
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6))
def test_a_csv_gives_back_what_was_written(rows):
    from pipeline.intake.registrycsv import read_csv

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dm.csv"
        with path.open("w", newline="", encoding="utf-8") as handle:
            csv.writer(handle, quoting=csv.QUOTE_ALL).writerows([["A", "B", "C"], *rows])
        assert read_csv(path).rows == [tuple(cell.strip() or None for cell in row) for row in rows]
