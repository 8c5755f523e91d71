"""How many drugs of FDA's own quarters are known by more than their name."""

import sys
import zipfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "spec"))

from drugrows import resolution

ARCHIVES = {
    "2004Q1": "aers_ascii_2004q1.zip",
    "2017Q2": "faers_ascii_2017q2.zip",
    "2022Q3": "faers_ascii_2022q3.zip",
}


def drug_rows(path, quarter):
    """Drug entries of an archive, read plainly."""
    with zipfile.ZipFile(path) as archive:
        name = next(name for name in archive.namelist() if "DRUG" in name.upper())
        head, *lines = archive.read(name).decode("latin-1").splitlines()
    columns = head.lower().split("$")
    found = (dict(zip(columns, line.split("$"), strict=False)) for line in lines)
    return [
        {
            "quarter": quarter,
            "report_id": int(row.get("primaryid") or row["isr"]),
            "case_id": int(row["caseid"]) if row.get("caseid") else None,
            "drug_name": row["drugname"].strip() or None,
            "active_ingredient": row.get("prod_ai", "").strip() or None,
            "role_code": row["role_cod"],
        }
        for row in found
    ]


@pytest.fixture(scope="module")
def quarters(shared):
    return {quarter: drug_rows(shared / "data" / "faers" / name, quarter) for quarter, name in ARCHIVES.items()}


def shares(rows):
    return {
        row["quarter"]: (row["n_rows"], row["n_car_t"], row["n_published"], round(row["share_resolved"], 4))
        for row in resolution(rows)
        if row["role_group"] == "all"
    }


def test_without_published_ingredients_only_car_ts_are_known(quarters):
    assert shares(quarters["2022Q3"]) == {"2022Q3": (215_867, 375, 0, round(375 / 215_867, 4))}


def test_a_hundred_reports_with_published_ingredients_tell_a_fifth_of_the_entries_without(quarters):
    found = shares([row for rows in quarters.values() for row in rows])
    assert found == {
        "2004Q1": (386, 0, 0, 0.158),
        "2017Q2": (328, 0, 324, 0.9909),
        "2022Q3": (215_867, 375, 0, 0.1912),
    }


def test_a_quarter_published_later_teaches_nothing_before(quarters):
    by_2004 = shares(quarters["2004Q1"])
    assert by_2004 == {"2004Q1": (386, 0, 0, 0.0)}
