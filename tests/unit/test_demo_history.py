"""Quarters that belong together: versions follow versions, cases are withdrawn, numbers carry over."""

from collections import defaultdict
from itertools import pairwise
from zipfile import ZipFile

import pytest

from pipeline.demo.archive import read_manifest
from pipeline.demo.history import write_history
from pipeline.demo.layout import deleted_name, era_of, member_name
from pipeline.demo.quarters import ordinal
from pipeline.errors import UsageError


def rows(path, table):
    at = ordinal(read_manifest(path).quarter)
    with ZipFile(path) as archive:
        _, *lines = archive.read(member_name(table, at)).decode("utf-8-sig").splitlines()
    return [dict(zip(era_of(at).columns(table), line.split("$"), strict=False)) for line in lines]


def deleted(path):
    with ZipFile(path) as archive:
        lines = archive.read(deleted_name(ordinal(read_manifest(path).quarter))).decode().splitlines()
    return [int(line) for line in lines if line.strip()]


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    return write_history(tmp_path_factory.mktemp("history"), "2023Q1", "2024Q1", 1500, 7)


def versions(paths):
    """Per case, the (quarter, version) it was published with, in order of publication."""
    found = defaultdict(list)
    for path in paths:
        for row in rows(path, "demo"):
            found[row["caseid"]].append((path.name, int(row["caseversion"])))
    return found


def test_a_history_is_one_zip_per_quarter_in_order(year):
    assert [path.name for path in year] == [
        f"faers_ascii_{quarter}.zip" for quarter in ("2023q1", "2023q2", "2023q3", "2023q4", "2024q1")
    ]
    assert [read_manifest(path).reports for path in year] == [1500] * 5


def test_cases_come_back_with_higher_versions(year):
    followed = [seen for seen in versions(year).values() if len(seen) > 1]
    assert len(followed) > 400
    assert all(one[1] < two[1] for seen in followed for one, two in pairwise(seen))


def test_some_versions_are_never_published(year):
    steps = {two[1] - one[1] for seen in versions(year).values() for one, two in pairwise(seen)}
    assert steps == {1, 2}


def test_version_ten_follows_version_nine(year):
    runs = [[version for _, version in seen] for seen in versions(year).values()]
    assert any({9, 10, 11} <= set(run) for run in runs)


def test_new_case_numbers_rise_from_quarter_to_quarter(year):
    new = [[int(row["caseid"]) for row in rows(path, "demo") if row["caseversion"] == "1"] for path in year]
    assert all(max(one) < min(two) for one, two in pairwise(new))


def test_a_case_keeps_its_first_day_and_its_patient(year):
    seen = defaultdict(set)
    for path in year:
        for row in rows(path, "demo"):
            seen[row["caseid"]].add((row["init_fda_dt"], row["sex"], row["age"], row["mfr_num"], row["event_dt"]))
    assert all(len(facts) == 1 for facts in seen.values())


def named(path):
    found = defaultdict(set)
    for row in rows(path, "drug"):
        found[row["caseid"]].add(row["prod_ai"] or row["drugname"])
    return found


def test_a_car_t_case_loses_its_product_in_a_later_version(year):
    dropped = [(path, caseid) for path in year for caseid in read_manifest(path).dropped]
    assert dropped
    for path, caseid in dropped:
        assert not any("LEUCEL" in drug for drug in named(path)[str(caseid)])
    before = defaultdict(set)
    for path in year:
        for caseid, drugs in named(path).items():
            before[caseid] |= drugs
    assert any("LEUCEL" in drug for _, caseid in dropped for drug in before[str(caseid)])


def test_some_later_versions_lose_a_drug_or_a_reaction(year):
    for table in ("drug", "reac"):
        counts = defaultdict(list)
        for path in year:
            here = defaultdict(int)
            for row in rows(path, table):
                here[row["caseid"]] += 1
            for caseid, number in here.items():
                counts[caseid].append(number)
        fewer = [seen for seen in counts.values() if len(seen) > 1 and seen[-1] < seen[0]]
        assert len(fewer) > 10


def test_withdrawn_cases_were_published_before_and_never_come_back(year):
    for place, path in enumerate(year[1:], start=1):
        listed = set(deleted(path))
        assert listed == set(read_manifest(path).withdrawn)
        earlier = {int(row["caseid"]) for one in year[:place] for row in rows(one, "demo")}
        later = {int(row["caseid"]) for one in year[place:] for row in rows(one, "demo")}
        assert len(listed & earlier) >= 2
        assert listed - earlier
        assert not listed & later


def test_a_list_repeats_one_of_its_numbers(year):
    assert len(deleted(year[2])) == len(set(deleted(year[2]))) + 1


def test_a_car_t_case_is_withdrawn(year):
    cart = {row["caseid"] for path in year for row in rows(path, "drug") if "LEUCEL" in row["prod_ai"]}
    assert any(str(caseid) in cart for path in year[1:] for caseid in deleted(path))


def test_case_numbers_carry_over_from_legacy_aers(tmp_path):
    old, new = write_history(tmp_path, "2012Q3", "2012Q4", 400, 5)
    before = {row["caseid"] for row in rows(old, "demo")}
    carried = [row for row in rows(new, "demo") if row["caseid"] in before]
    assert len(carried) > 40
    assert all(int(row["caseversion"]) > 1 and row["i_f_cod"] == "F" for row in carried)


def test_legacy_report_numbers_never_repeat(tmp_path):
    numbers = [
        row["primaryid"] for path in write_history(tmp_path, "2008Q1", "2008Q3", 300, 5) for row in rows(path, "demo")
    ]
    assert len(set(numbers)) == len(numbers) == 900


def test_equal_arguments_give_equal_histories(tmp_path):
    one, two = (write_history(tmp_path / place, "2018Q4", "2019Q2", 150, 3, quirks=True) for place in "ab")
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def test_there_are_no_lists_before_2019(tmp_path):
    first, second = write_history(tmp_path, "2018Q4", "2019Q1", 200, 3)
    assert read_manifest(first).withdrawn == ()
    assert len(read_manifest(second).withdrawn) > 2


def test_a_range_that_runs_backwards_is_refused(tmp_path):
    with pytest.raises(UsageError, match="runs backwards"):
        write_history(tmp_path, "2024Q1", "2023Q4", 10, 1)
