"""Which case falls into which stratum and subgroup, on which side, and which is left out, as tables of answers."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tables import rows_of
from worlds import World

from pipeline.cases.members import counted_cases
from pipeline.cases.strata import compared_profiles, write_strata
from pipeline.cases.stratacells import level_cells
from pipeline.cases.stratadrugs import drug_cells
from pipeline.vocabulary.strata import levels_of

KYMRIAH = "tisagenlecleucel"
ALL, DLBCL, MCL, CLL, MYELOMA = (
    *("ACUTE LYMPHOCYTIC LEUKAEMIA", "DIFFUSE LARGE B-CELL LYMPHOMA", "MANTLE CELL LYMPHOMA"),
    *("CHRONIC LYMPHOCYTIC LEUKAEMIA", "PLASMA CELL MYELOMA"),
)
SHORT = {"ALL": ALL, "DLBCL": DLBCL, "MCL": MCL, "CLL": CLL, "MM": MYELOMA}


def world_of(folder, text):
    """One case in each line: drug, age in years, sex, country, day of receipt, indication, term; answers are left aside."""
    versions, drugs, indications, reactions = [], [], [], []
    for number, row in enumerate(rows_of(text), 1):
        told = (row.get(name) or "-" for name in ("age", "sex", "country"))
        versions.append(" | ".join([f"{number}0", str(number), *told, row.get("received", "2023-05-01") or "-"]))
        drugs.append(f"{number}0 | {row['drug']} | PS | 1")
        reactions.append(f"{number}0 | {row.get('term') or 'Pyrexia'}")
        if row.get("indication"):
            indications += [f"{number}0 | 1 | {SHORT[name]}" for name in row["indication"].split("+")]
    return World(
        folder,
        report_version="report_id | case_id | age_years | sex_code | event_country_code | initial_fda_date\n"
        + "\n".join(versions),
        case_drug="report_id | drug_name | role_code | drug_seq\n" + "\n".join(drugs),
        case_reaction="report_id | pt\n" + "\n".join(reactions),
        case_indication="report_id | drug_seq | indication_pt\n" + "\n".join(indications or ["-"] * 0),
    )


def tables_of(world, folder):
    """stratified_signal and subgroup_signal as rows."""
    written = write_strata(compared_profiles(world.warehouse), "2024Q1", folder)
    return [pq.read_table(path).to_pylist() for name, _, path, _ in written if name != "stratified_prior"]


def chosen(rows, **wanted):
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


LEVELS = """
drug    | age  | sex | country | received   | indication | age_band | of_sex | receipt_year | region         | population     | why
KYMRIAH | 0    | F   | US      | 2023-05-01 | ALL        | 0-1      | female | 2023         | united_states  | young_all      | an infant printed as 0 years
KYMRIAH | 1.9  | F   | CA      | 2023-05-01 | ALL        | 0-1      | female | 2023         | other_americas | young_all      | 23 months
KYMRIAH | 2    | M   | DE      | 2023-05-01 | ALL        | 2-11     | male   | 2023         | europe         | young_all      | the first day of a band is in it
KYMRIAH | 17.9 | M   | JP      | 2022-12-31 | ALL        | 12-17    | male   | 2022         | asia           | young_all      | the last of childhood
KYMRIAH | 18   | M   | ZA      | 2023-01-01 | ALL        | 18-45    | male   | 2023         | africa         | young_all      | a young adult
KYMRIAH | 25.9 | M   | AU      | 2023-05-01 | ALL        | 18-45    | male   | 2023         | oceania        | young_all      | still labelled
KYMRIAH | 26   | M   | US      | 2023-05-01 | ALL        | 18-45    | male   | 2023         | united_states  | adult_all      | same band, another population
KYMRIAH | 46   | M   | US      | 2023-05-01 | DLBCL      | 46-64    | male   | 2023         | united_states  | adult_lymphoma | as treated
KYMRIAH | 17   | M   | US      | 2023-05-01 | DLBCL      | 12-17    | male   | 2023         | united_states  | -              | no adult with lymphoma
KYMRIAH | 65   | M   | US      | 2023-05-01 | MCL        | 65-74    | male   | 2023         | united_states  | adult_lymphoma | as treated
KYMRIAH | 84.9 | M   | US      | 2023-05-01 | CLL        | 75-84    | male   | 2023         | united_states  | adult_cll      | as treated
KYMRIAH | 85   | M   | US      | 2023-05-01 | MM         | 85+      | male   | 2023         | united_states  | adult_myeloma  | as treated
KYMRIAH | 20   | M   | US      | 2023-05-01 | ALL+DLBCL  | 18-45    | male   | 2023         | united_states  | young_all      | of two, the first
KYMRIAH | 50   | -   | -       | -          | -          | 46-64    | -      | -            | -              | -              | nothing told but age
KYMRIAH | -    | M   | AQ      | 2023-05-01 | ALL        | -        | male   | 2023         | -              | -              | no age, no population; Antarctica
"""


def test_each_case_has_one_level_of_each_variable_or_none(tmp_path):
    world = world_of(tmp_path, LEVELS)
    profiles = compared_profiles(world.warehouse)
    levels = profiles.levels.take(pa.array(profiles.of_case)).to_pylist()
    found = dict(zip(counted_cases(world.warehouse).tolist(), levels, strict=True))
    drawn = rows_of(LEVELS)
    assert len(found) == len(drawn)
    columns = {
        "age_band": "age_band",
        "sex": "of_sex",
        "receipt_year": "receipt_year",
        "region": "region",
        "population": "population",
    }
    for variable, column in columns.items():
        listed = levels_of(variable)
        told = {case: row[variable] for case, row in found.items()}
        named = {case: (listed[n - 1].id if listed else str(n)) if n else None for case, n in told.items()}
        assert named == {number: row[column] for number, row in enumerate(drawn, 1)}, variable


SIDES = """
drug    | age | sex | received   | term                      | side of non_car_t | by sex
KYMRIAH | 10  | F   | 2023-05-01 | CYTOKINE RELEASE SYNDROME | a                 | a female
KYMRIAH | 10  | F   | 2023-05-01 | NAUSEA                    | b                 | b female
KYMRIAH | 10  | M   | 2023-05-01 | CYTOKINE RELEASE SYNDROME | a                 | a male
KYMRIAH | 10  | -   | 2023-05-01 | CYTOKINE RELEASE SYNDROME | a                 | left out
ASPIRIN | 10  | F   | 2023-05-01 | CYTOKINE RELEASE SYNDROME | c                 | c female
ASPIRIN | 10  | F   | 2023-05-01 | NAUSEA                    | d                 | d female
ASPIRIN | 10  | M   | 2023-05-01 | NAUSEA                    | d                 | d male
ASPIRIN | 10  | M   | 2023-05-01 | NAUSEA                    | d                 | d male
ASPIRIN | 10  | -   | 2023-05-01 | NAUSEA                    | d                 | left out
ASPIRIN | 10  | -   | 2023-05-01 | NAUSEA                    | d                 | left out
ASPIRIN | 10  | F   | 2010-01-01 | NAUSEA                    | -                 | -
"""


@pytest.fixture(scope="module")
def of_sides(tmp_path_factory):
    """The two tables of SIDES, and the bytes of every file written, twice."""
    folder = tmp_path_factory.mktemp("sides")
    world = world_of(folder, SIDES)
    once = tables_of(world, folder), [path.read_bytes() for path in sorted(folder.glob("*.parquet"))]
    tables_of(world, folder)
    return *once, [path.read_bytes() for path in sorted(folder.glob("*.parquet"))]


@pytest.fixture
def by_sex(of_sides):
    stratified, subgroups = of_sides[0]
    asked = {"product": KYMRIAH, "event": "crs", "scope": "narrow", "comparator": "non_car_t"}
    return chosen(stratified, stratified_by="sex", **asked), chosen(subgroups, grouped_by="sex", **asked)


def test_cases_without_a_level_are_left_out_of_both_sides_and_counted(by_sex):
    (row,), _ = by_sex
    assert [row[name] for name in "abcd"] == [2, 1, 1, 3]
    assert (row["n_unknown"], row["n_comparator_unknown"]) == (1, 2)
    assert (row["n_strata"], row["n_informative"]) == (2, 2)


def test_a_subgroup_restricts_both_sides(by_sex):
    _, rows = by_sex
    cells = {row["subgroup"]: [row[name] for name in "abcd"] for row in rows}
    assert cells == {"female": [1, 1, 1, 1], "male": [1, 0, 0, 2]}
    assert all(row["shrunken_log_ror"] is None and "fewer than 3" in row["note"] for row in rows)


def test_the_crude_ratio_stands_on_the_same_cases_as_the_stratified_one(by_sex):
    (row,), _ = by_sex
    assert row["ror"] == pytest.approx(2 * 3 / (1 * 1))
    assert row["mh_ror"] is not None or row["is_mh_ror_infinite"]
    assert row["expected"] == pytest.approx((2 + 1) * (2 + 1) / 7)
    assert row["stratified_expected"] == pytest.approx(2 * 2 / 4 + 1 * 1 / 3)


def test_an_endpoint_that_the_source_cannot_hold_has_no_counts(of_sides):
    stratified, subgroups = of_sides[0]
    for row in chosen(stratified, event="hlh_iechs") + chosen(subgroups, event="hlh_iechs"):
        assert not row["is_assessable"]
        assert row["a"] is row["ror"] is None
        assert row["note"].startswith("Not assessable")


def test_a_product_that_no_case_names_has_no_row(of_sides):
    stratified, _ = of_sides[0]
    assert {row["product"] for row in stratified} == {KYMRIAH, "any_car_t"}
    assert {row["comparator"] for row in stratified} <= {
        "all",
        "non_car_t",
        "haem_onc",
        "haem_onc_without_imids",
        "car_t",
    }


def drawn_at_random(n):
    """Cases of every kind, as text."""
    random = np.random.Generator(np.random.PCG64(7))
    choices = {
        "drug": ["KYMRIAH", "YESCARTA", "ASPIRIN", "ASPIRIN", "ASPIRIN"],
        "age": ["-", "1", "7", "15", "25", "26", "50", "70", "80", "90"],
        "sex": ["F", "M", "-"],
        "country": ["US", "US", "DE", "JP", "-"],
        "received": ["2022-03-01", "2023-05-01", "2015-01-01"],
        "indication": ["-", "ALL", "DLBCL"],
        "term": ["CYTOKINE RELEASE SYNDROME", "NAUSEA", "PYREXIA"],
    }
    rows = [" | ".join(str(random.choice(values)) for values in choices.values()) for _ in range(n)]
    return " | ".join(choices) + "\n" + "\n".join(rows)


@pytest.fixture(scope="module")
def at_random(tmp_path_factory):
    """A world of 250 cases, every table written of it, and its cases by profile."""
    folder = tmp_path_factory.mktemp("random")
    world = world_of(folder, drawn_at_random(250))
    profiles = compared_profiles(world.warehouse)
    written = write_strata(profiles, "2024Q1", folder)
    return world, {name: pq.read_table(path).to_pylist() for name, _, path, _ in written}, profiles


def test_ebgm_has_a_prior_of_its_own_or_says_why_not(at_random):
    _, written, _ = at_random
    priors = {(row["scope"], row["stratified_by"]): row for row in written["stratified_prior"]}
    variables = ("age_band", "sex", "receipt_year", "region")
    assert set(priors) == {(scope, variable) for scope in ("narrow", "broad") for variable in variables}
    for row in written["stratified_signal"]:
        if row["is_assessable"]:
            assert (row["ebgm"] is None) == (row["ebgm_note"] is not None)
            assert (
                row["ebgm_note"] == priors[row["scope"], row["stratified_by"]]["reason"]
                if row["comparator"] == "all"
                else row["ebgm_note"].startswith("No prior")
            )


def test_cases_of_a_drug_by_level_and_with_an_endpoint_are_those_of_a_plain_count(at_random):
    world, _, profiles = at_random
    levels = {"sex": {"F": 1, "M": 2}, "region": {"US": 1, "DE": 3, "JP": 4}}
    column = {"sex": "sex", "region": "country"}
    names = list(zip(profiles.endpoints["event"].to_pylist(), profiles.endpoints["scope"].to_pylist(), strict=True))
    numbers = dict(world.warehouse.rows("SELECT drug, drug_id FROM drug"))
    cells = dict(zip(levels, drug_cells(profiles, list(levels)), strict=True))
    drawn = rows_of(drawn_at_random(250))
    for variable, level_of in levels.items():
        assert cells[variable].levels.tolist() == sorted(level_of.values())
        for key, name in (("ASPIRIN", "ASPIRIN"), (KYMRIAH, "KYMRIAH")):
            told = [row for row in drawn if row["drug"] == name and row[column[variable]] in level_of]
            counted = Counter(level_of[row[column[variable]]] for row in told)
            at = numbers[key]
            assert cells[variable].by_level[at].tolist() == [counted[level] for level in sorted(level_of.values())]
            crs = sum(row["term"].startswith("CYTOKINE") for row in told)
            assert cells[variable].with_endpoint[at, names.index(("crs", "narrow"))] == crs
        assert not cells[variable].by_level[numbers["any_car_t"]].any(), "its members hold its cases"


def test_with_every_level_told_the_cells_are_those_of_the_signal_table(at_random):
    world, written, _ = at_random
    for comparator in ("all", "non_car_t", "haem_onc", "car_t"):
        asked = {"product": KYMRIAH, "event": "crs", "scope": "narrow", "comparator": comparator}
        (row,) = chosen(written["stratified_signal"], stratified_by="receipt_year", **asked)  # every day is told
        assert tuple(row[name] for name in "abcd") == world.cells(KYMRIAH, "crs", comparator, scope="narrow")
        within = chosen(written["subgroup_signal"], grouped_by="sex", **asked)
        assert sum(part["a"] + part["b"] for part in within) + within[0]["n_unknown"] == row["a"] + row["b"]


def test_every_cell_is_that_of_a_plain_count(at_random):
    text, profiles = drawn_at_random(250), at_random[2]
    names = list(zip(profiles.endpoints["event"].to_pylist(), profiles.endpoints["scope"].to_pylist(), strict=True))
    comparison, endpoint = profiles.comparisons.index((KYMRIAH, "all")), names.index(("crs", "narrow"))
    of_age = [(2, 1), (12, 2), (18, 3), (46, 4), (65, 5), (75, 6), (85, 7), (999, 8)]
    of_case = {
        "age_band": lambda row: next(n for below, n in of_age if float(row["age"]) < below) if row["age"] else 0,
        "sex": lambda row: {"F": 1, "M": 2}.get(row["sex"], 0),
        "receipt_year": lambda row: int(row["received"][:4]),
        "region": lambda row: {"US": 1, "DE": 3, "JP": 4}.get(row["country"], 0),
    }
    for variable, level_of in of_case.items():
        counted = Counter(
            (row["drug"] == "KYMRIAH", row["term"].startswith("CYTOKINE"), level_of(row)) for row in rows_of(text)
        )
        found = level_cells(profiles, variable)
        sides = [(True, True), (True, False), (False, True), (False, False)]
        plain = [[counted[(*side, level)] for level in found.levels] for side in sides]
        assert [cell[comparison, endpoint].tolist() for cell in found.table] == plain, variable
        unknown = [
            sum(n for (mine, _, level), n in counted.items() if mine == side and not level) for side in (True, False)
        ]
        assert [found.unknown[comparison], found.unknown_others[comparison]] == unknown, variable


def test_a_lake_without_a_car_t_has_no_row(tmp_path):
    stratified, subgroups = tables_of(world_of(tmp_path, "drug | age\nASPIRIN | 50\nIBUPROFEN | 60"), tmp_path)
    assert stratified == subgroups == []


def test_the_same_cases_give_the_same_bytes(of_sides):
    _, once, again = of_sides
    assert len(once) >= 3
    assert once == again
