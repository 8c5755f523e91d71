"""A generated quarter: deterministic, consistent between tables, with CAR-T reports and counted quirks."""

from collections import Counter
from zipfile import ZipFile

import numpy as np
import pytest

from pipeline.demo.archive import read_manifest
from pipeline.demo.cart import FULL_SIZE, PRODUCTS, reports_expected
from pipeline.demo.layout import TABLES, era_of, member_name
from pipeline.demo.planted import PLANTED
from pipeline.demo.quarter import write_quarter
from pipeline.demo.quarters import ordinal
from pipeline.demo.world import drugs, terms
from pipeline.errors import InputRefused


def rows(path, table):
    """Rows of one table as dicts of our column names; only for quarters without quirks."""
    at = ordinal(read_manifest(path).quarter)
    columns = era_of(at).columns(table)
    with ZipFile(path) as archive:
        _, *lines = archive.read(member_name(table, at)).decode("utf-8-sig").splitlines()
    return [dict(zip(columns, line.split("$"), strict=False)) for line in lines]


@pytest.fixture(scope="module")
def modern(tmp_path_factory):
    path = write_quarter(tmp_path_factory.mktemp("modern"), "2023Q4", reports=8000, seed=11)
    return {table: rows(path, table) for table in TABLES} | {"path": path}


def test_equal_arguments_give_equal_bytes(tmp_path):
    one, two = (write_quarter(tmp_path / place, "2023Q4", reports=200, seed=5, quirks=True) for place in "ab")
    assert one.read_bytes() == two.read_bytes()


def test_another_seed_gives_other_reports(tmp_path):
    one, two = (write_quarter(tmp_path / str(seed), "2023Q4", reports=200, seed=seed) for seed in (5, 6))
    assert one.read_bytes() != two.read_bytes()


def test_the_manifest_counts_the_lines_of_every_table(modern):
    said = read_manifest(modern["path"])
    assert said.records == {table: len(modern[table]) for table in TABLES}
    assert said.lines == said.records
    assert said.reports == 8000


def test_a_zip_from_elsewhere_has_no_manifest(tmp_path):
    with ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(InputRefused, match="not written by the demo"):
        read_manifest(tmp_path / "other.zip")


def test_primaryid_is_case_number_and_version(modern):
    assert all(row["primaryid"] == row["caseid"] + row["caseversion"] for row in modern["demo"])


def test_case_numbers_are_unique_and_rise(modern):
    caseids = [int(row["caseid"]) for row in modern["demo"]]
    assert len(set(caseids)) == len(caseids)
    assert caseids == sorted(caseids)


def test_every_row_belongs_to_a_report_and_every_report_has_drugs_and_reactions(modern):
    reports = {row["primaryid"] for row in modern["demo"]}
    for table in TABLES[1:]:
        assert {row["primaryid"] for row in modern[table]} <= reports
    assert {row["primaryid"] for row in modern["drug"]} == reports
    assert {row["primaryid"] for row in modern["reac"]} == reports


def test_therapies_and_indications_belong_to_a_drug(modern):
    given = {(row["primaryid"], row["drug_seq"]) for row in modern["drug"]}
    assert len(given) == len(modern["drug"])
    assert {(row["primaryid"], row["drug_seq"]) for row in modern["ther"] + modern["indi"]} <= given


def test_every_report_has_one_primary_suspect_and_it_comes_first(modern):
    primary = [row["drug_seq"] for row in modern["drug"] if row["role_cod"] == "PS"]
    assert primary == ["1"] * 8000


def test_a_term_stands_once_per_report(modern):
    pairs = [(row["primaryid"], row["pt"]) for row in modern["reac"]]
    assert len(set(pairs)) == len(pairs)


def test_table_sizes_stand_in_fdas_proportions(modern):
    share = {table: len(modern[table]) / 8000 for table in TABLES}
    wanted = {"drug": 3.49, "reac": 3.26, "outc": 0.77, "rpsr": 0.047, "ther": 1.16, "indi": 2.56}
    assert {table: share[table] for table in wanted} == pytest.approx(wanted, rel=0.12)


def test_dates_of_receipt_lie_in_the_quarter(modern):
    received = [row["fda_dt"] for row in modern["demo"]]
    assert min(received) >= "20231001"
    assert max(received) <= "20231231"
    assert all(row["init_fda_dt"] <= row["fda_dt"] for row in modern["demo"])


def test_events_are_dated_as_in_the_real_files(modern):
    lengths = Counter(len(row["event_dt"]) for row in modern["demo"])
    assert lengths[0] / 8000 == pytest.approx(0.47, abs=0.03)
    assert lengths[6] == 0  # month-only dates are padded since 2021Q3
    padded = sum(row["event_dt"].endswith("01") for row in modern["demo"]) / lengths[8]
    assert padded > 0.2


def test_months_are_not_padded_before_2021q3(tmp_path):
    lengths = Counter(
        len(row["event_dt"]) for row in rows(write_quarter(tmp_path, "2021Q2", reports=1000, seed=3), "demo")
    )
    assert lengths[6] > 50
    assert lengths[4] > 50


def test_legacy_reports_speak_in_capitals_and_name_countries_in_full(tmp_path):
    path = write_quarter(tmp_path, "2008Q2", reports=400, seed=3)
    assert all(row["pt"].isupper() for row in rows(path, "reac"))
    assert {"UNITED STATES", "JAPAN"} <= {row["reporter_country"] for row in rows(path, "demo")}
    assert all(row["image"].startswith(row["primaryid"] + "-") for row in rows(path, "demo"))
    numbers = [row["drug_seq"] for row in rows(path, "drug")]
    assert len(set(numbers)) == len(numbers)
    assert {len(number) for number in numbers} == {10}


def test_no_drug_is_named_before_it_came(tmp_path):
    named = {row["drugname"].upper() for row in rows(write_quarter(tmp_path, "2006Q1", reports=3000, seed=2), "drug")}
    assert not named & {"OPDIVO", "KEYTRUDA", "XARELTO", "OZEMPIC", "KYMRIAH"}


def test_dn_and_repeated_numbers_come_in_2024(tmp_path):
    for quarter, expected in (("2023Q4", False), ("2024Q1", True)):
        given = rows(write_quarter(tmp_path, quarter, reports=2000, seed=2), "drug")
        keys = [(row["primaryid"], row["drug_seq"]) for row in given]
        assert ("DN" in {row["role_cod"] for row in given}) is expected
        assert (len(set(keys)) < len(keys)) is expected


def test_car_t_comes_in_many_spellings_beside_its_decoys(modern):
    named = {row["drugname"] for row in modern["drug"]}
    assert {"KYMRIAH", "YESCARTA", "AXICABTAGENE CILOLEUCEL", "CARTIA XT", "CARTEOLOL"} <= named
    assert named & {"CAR-T CELLS", "CAR-T", "CHIMERIC ANTIGEN RECEPTOR T-CELLS", "CAR T CELL THERAPY"}
    assert len({name for name in named if "kymriah" in name.lower() or "tisagen" in name.lower()}) >= 3


def test_the_manifest_counts_reports_by_product(modern):
    said = read_manifest(modern["path"]).car_t
    ingredients = {row["primaryid"] for row in modern["drug"] if row["prod_ai"] == "TISAGENLECLEUCEL"}
    assert said["tisagenlecleucel"] >= len(ingredients) > 0
    assert "obecabtagene autoleucel" not in said


def test_no_product_reports_before_its_approval():
    for at in range(ordinal("2016Q1"), ordinal("2026Q1")):
        for product, number in zip(PRODUCTS, reports_expected(at, FULL_SIZE), strict=True):
            assert (number > 0) is (at >= product.approved)


def test_reporting_is_stimulated_in_2024q1():
    calm, stirred = (sum(reports_expected(ordinal(quarter), FULL_SIZE)) for quarter in ("2023Q3", "2024Q1"))
    assert stirred > 1.4 * calm


def test_children_have_leukaemia_and_adults_lymphoma(tmp_path):
    path = write_quarter(tmp_path, "2023Q4", reports=40_000, seed=1)
    mine = {row["primaryid"] for row in rows(path, "drug") if row["prod_ai"] == "TISAGENLECLEUCEL"}
    age = {row["primaryid"]: int(row["age"]) for row in rows(path, "demo") if row["age"] and row["age_cod"] == "YR"}
    mine &= set(age)
    treated = {(row["primaryid"], row["indi_pt"]) for row in rows(path, "indi") if row["primaryid"] in mine}
    young = [age[report] for report, disease in treated if disease == "B precursor type acute leukaemia"]
    old = [age[report] for report, disease in treated if disease == "Diffuse large B-cell lymphoma"]
    assert max(young) <= 25 <= min(old)


def test_former_terms_stand_in_earlier_quarters(tmp_path):
    before, after = (
        Counter(row["pt"] for row in rows(write_quarter(tmp_path, quarter, reports=3000, seed=2), "reac"))
        for quarter in ("2015Q2", "2020Q2")
    )
    assert before["Renal failure acute"] > 0 == before["Acute kidney injury"]
    assert after["Acute kidney injury"] > 0 == after["Renal failure acute"]
    assert before["Immune effector cell-associated neurotoxicity syndrome"] == 0


def test_half_of_the_car_t_reports_have_cytokine_release_syndrome(modern):
    cart = {row["primaryid"] for row in modern["drug"] if row["prod_ai"].endswith(("LEUCEL", "VICLEUCEL"))}
    syndrome = {row["primaryid"] for row in modern["reac"] if row["pt"] == "Cytokine release syndrome"}
    assert 0.35 < len(cart & syndrome) / len(cart) < 0.65
    assert len(syndrome - cart) / 8000 < 0.005


def test_planted_pairs_are_raised_about_as_strongly_as_planted(tmp_path):
    path = write_quarter(tmp_path, "2019Q2", reports=60_000, seed=9)
    primary = {row["primaryid"]: row["prod_ai"] for row in rows(path, "drug") if row["role_cod"] == "PS"}
    reactions = [(primary[row["primaryid"]], row["pt"]) for row in rows(path, "reac")]
    observed, by_drug, by_term = Counter(reactions), Counter(primary.values()), Counter(pt for _, pt in reactions)
    ratios = [
        observed[pair.product, pair.pt] * 60_000 / by_drug[pair.product] / by_term[pair.pt] / pair.strength
        for pair in PLANTED
        if not pair.product.islower() and by_drug[pair.product] * by_term[pair.pt] / 60_000 * pair.strength >= 10
    ]
    assert len(ratios) >= 40
    assert 0.4 < np.median(ratios) < 1.2


def test_planted_pairs_name_drugs_and_terms_of_the_world():
    known = {drug.active for drug in drugs()} | {product.name for product in PRODUCTS}
    assert {pair.product for pair in PLANTED} <= known
    assert {pair.pt for pair in PLANTED} <= set(terms().names)
    assert ("tisagenlecleucel", "Cytokine release syndrome") in {(pair.product, pair.pt) for pair in PLANTED}


def test_the_world_has_thousands_of_terms_and_a_thousand_drugs():
    assert len({drug.active for drug in drugs()}) > 1200
    assert len(set(terms().names)) == len(terms().names) > 4000
    assert terms().shares.sum() == pytest.approx(1)


def quirky(folder, quarter="2023Q4", reports=600):
    path = write_quarter(folder, quarter, reports=reports, seed=3, quirks=True)
    with ZipFile(path) as archive:
        return read_manifest(path), {table: archive.read(member_name(table, ordinal(quarter))) for table in TABLES}


@pytest.mark.parametrize("quarter", ["2011Q2", "2013Q2", "2023Q4"])
def test_what_can_be_read_and_what_cannot_add_up(tmp_path, quarter):
    said, text = quirky(tmp_path, quarter)
    for table in TABLES:
        header, *lines = text[table].removeprefix(b"\xef\xbb\xbf").split(b"\n")[:-1]
        fields = header.count(b"$") + 1
        legacy = table in era_of(ordinal(quarter)).trailing
        counts = Counter(line.count(b"$") + (0 if legacy else 1) for line in lines)
        together = counts.pop(2 * fields, 0)
        assert said.lines[table] == len(lines)
        assert counts[fields] + 2 * together == said.records[table]
        assert sum(counts.values()) - counts[fields] == said.unreadable[table]


def test_quirks_stand_in_the_bytes_as_often_as_counted(tmp_path):
    said, text = quirky(tmp_path)
    assert said.planted["nul_byte"] == text["drug"].count(b"\0") == 2
    assert said.planted["stray_quotes"] == text["drug"].count(b'"VITAMINS"') + text["drug"].count(b'ASPIRIN "') + text[
        "drug"
    ].count(b"5' INF")
    assert b"LABORAT\xd3RIO" in text["demo"]
    assert b"$163/6$" in text["demo"]
    assert b"$152$LBS$" in text["demo"]
    assert text["reac"].replace(b"\r\n", b"").count(b"\n") == said.planted["bare_line_feed"] == 3
    lines = Counter(text["reac"].splitlines())
    assert sum(number - 1 for number in lines.values()) == said.planted["identical_reaction"] == 5


def test_quirks_belong_to_their_years(tmp_path):
    old, new = (quirky(tmp_path, quarter)[0].planted for quarter in ("2008Q2", "2026Q1"))
    assert old["odd_follow_up"] == 2
    assert "padded_month_date" not in old
    assert new["masked_country"] == 1
    assert "month_only_date" not in new


def test_orphans_are_counted(tmp_path):
    said, text = quirky(tmp_path)
    orphans = sum(line.startswith(b"999999991$") for table in TABLES for line in text[table].splitlines())
    assert said.planted["orphan"] == orphans == 5


def test_a_quarter_too_small_for_all_quirks_gets_what_fits(tmp_path):
    said, text = quirky(tmp_path, reports=4)
    assert said.lines["demo"] == text["demo"].count(b"\n") - 1 == 4
