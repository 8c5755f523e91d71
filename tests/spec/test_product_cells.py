"""Distinct cases for each product, event and comparator."""

import pytest
from worlds import World

from pipeline.lake.warehouse import model

VERSIONS = """
report_id | case_id | initial_fda_date
11        | 1       | 2023-01-10
21        | 2       | 2023-02-10
31        | 3       | 2023-03-10
41        | 4       | 2016-03-10
51        | 5       | 2023-05-10
"""
DRUGS = """
report_id | drug_name     | role_code | drug_seq
11        | KYMRIAH       | PS        | 1
11        | Kymriah.      | SS        | 2
21        | YESCARTA      | PS        | 1
31        | ASPIRIN       | PS        | 1
41        | ASPIRIN       | PS        | 1
51        | CARTIA XT     | PS        | 1
"""
REACTIONS = """
report_id | pt
11        | Pyrexia
11        | Pyrexia
21        | Pyrexia
31        | Pyrexia
41        | Rash
51        | Rash
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The cases above, which no test changes."""
    return World(tmp_path_factory.mktemp("world"), report_version=VERSIONS, case_drug=DRUGS, case_reaction=REACTIONS)


def test_a_case_counts_once_however_often_it_names_drug_or_term(world):
    assert world.cells("tisagenlecleucel", "Pyrexia") == (1, 0, 2, 2)


def test_non_car_t_leaves_out_other_car_ts_and_reports_from_before_the_approval(world):
    assert world.cells("tisagenlecleucel", "Pyrexia", "non_car_t") == (1, 0, 1, 1)


def test_a_term_the_product_never_had_is_counted_as_zero(world):
    assert world.cells("tisagenlecleucel", "Rash") == (0, 1, 2, 2)


def test_any_car_t_is_the_union_of_its_members(world):
    assert world.cells("any_car_t", "Pyrexia") == (2, 0, 1, 2)


def test_the_cells_of_every_row_add_up_to_the_cases_of_its_comparison(world):
    sizes = {
        ("tisagenlecleucel", "all"): 5,
        ("tisagenlecleucel", "non_car_t"): 3,
        ("any_car_t", "all"): 5,
        ("any_car_t", "non_car_t"): 4,
    }
    rows = world.all_cells(["tisagenlecleucel", "any_car_t"])
    assert {(row["product"], row["comparator"]): sum(row[name] for name in "abcd") for row in rows} == sizes
    assert min(row[name] for row in rows for name in "abcd") >= 0


def test_a_name_that_only_looks_like_a_car_t_is_an_ordinary_drug(world):
    assert world.pairs()[("CARTIA XT", "Rash")] == 1


def test_the_background_counts_distinct_cases_by_tidied_name(tmp_path):
    drugs = "report_id | drug_name | active_ingredient | ingredients\n11 | prednisone.  | - | -\n21 | PREDNISONE | - | -\n31 | Bactrim | SULFAMETHOXAZOLE\\TRIMETHOPRIM | SULFAMETHOXAZOLE\\TRIMETHOPRIM\n41 | A/B | - | -"
    pairs = World(tmp_path, report_version=VERSIONS, case_drug=drugs, case_reaction=REACTIONS).pairs()
    assert pairs == {
        ("PREDNISONE", "Pyrexia"): 2,
        ("SULFAMETHOXAZOLE", "Pyrexia"): 1,
        ("TRIMETHOPRIM", "Pyrexia"): 1,
        ("A/B", "Rash"): 1,
    }


def test_the_salts_of_an_ingredient_are_one_drug_and_a_case_with_two_of_them_counts_once(tmp_path):
    drugs = "report_id | drug_name | active_ingredient\n11 | LOPRESSOR | METOPROLOL TARTRATE\n11 | TOPROL | METOPROLOL SUCCINATE\n21 | METOPROLOL. | -\n31 | SLOW-K | POTASSIUM CHLORIDE"
    pairs = World(tmp_path, report_version=VERSIONS, case_drug=drugs, case_reaction=REACTIONS).pairs()
    assert pairs == {("METOPROLOL", "Pyrexia"): 2, ("POTASSIUM CHLORIDE", "Pyrexia"): 1}


@pytest.mark.parametrize("role", ["C", "I", "DN"])
def test_other_roles_are_no_exposure_unless_asked(tmp_path, role):
    drawn = {
        "report_version": VERSIONS,
        "case_reaction": REACTIONS,
        "case_drug": f"report_id | drug_name | role_code\n11 | KYMRIAH | {role}",
    }
    assert World(tmp_path, **drawn).cells("tisagenlecleucel", "crs", scope="narrow") == (0, 0, 0, 5)
    assert World(tmp_path, roles=("PS", "SS", role), **drawn).cells("tisagenlecleucel", "Pyrexia") == (1, 0, 2, 2)


def test_a_case_whose_latest_version_drops_the_drug_leaves_the_product(tmp_path):
    world = World(
        tmp_path,
        report_version="report_id | case_id | version_number | quarter\n11 | 1 | 1 | 2023Q4\n12 | 1 | 2 | 2024Q1",
        case_drug="report_id | drug_name | quarter\n11 | KYMRIAH | 2023Q4\n12 | ASPIRIN | 2024Q1",
        case_reaction="report_id | pt | quarter\n11 | Pyrexia | 2023Q4\n12 | Pyrexia | 2024Q1",
    )
    assert world.pairs() == {("ASPIRIN", "Pyrexia"): 1}
    assert world.cells("tisagenlecleucel", "crs", scope="narrow") == (0, 0, 0, 1)


def test_a_former_name_counts_as_todays_term_and_its_endpoint(tmp_path):
    world = World(
        tmp_path,
        report_version=VERSIONS,
        case_drug=DRUGS,
        case_reaction="report_id | pt\n11 | RENAL FAILURE ACUTE\n31 | Acute kidney injury",
    )
    assert world.cells("tisagenlecleucel", "Acute kidney injury") == (1, 0, 1, 3)
    assert world.cells("tisagenlecleucel", "aki", scope="narrow") == (1, 0, 1, 3)


def test_death_is_told_by_its_outcome_code_too(tmp_path):
    world = World(
        tmp_path,
        report_version=VERSIONS,
        case_drug=DRUGS,
        case_reaction=REACTIONS,
        case_outcome="report_id | outcome_code\n11 | DE",
    )
    assert world.cells("tisagenlecleucel", "death", scope="narrow") == (1, 0, 0, 4)


SECOND = """
report_id | pt                            | counted
11        | Myelodysplastic syndrome      | yes
11        | Diffuse large B-cell lymphoma | no
11        | Lymphoma                      | no
11        | Neoplasm progression          | no
11        | Breast cancer                 | yes
11        | T-cell lymphoma               | yes
"""


@pytest.mark.parametrize("line", SECOND.strip().splitlines()[1:], ids=lambda line: line.split("|")[1].strip())
def test_a_second_malignancy_is_not_the_disease_treated(tmp_path, line):
    report, pt, counted = [cell.strip() for cell in line.split("|")]
    world = World(
        tmp_path,
        report_version=VERSIONS,
        case_drug=DRUGS,
        case_reaction=f"report_id | pt\n{report} | {pt}",
        case_indication="report_id | indication_pt\n11 | DIFFUSE LARGE B-CELL LYMPHOMA",
    )
    assert world.cells("tisagenlecleucel", "spm_any", scope="narrow")[0] == (counted == "yes")


def test_the_products_indication_stands_in_where_the_report_has_none(tmp_path):
    reactions = "report_id | pt\n11 | B precursor type acute leukaemia\n31 | B precursor type acute leukaemia"
    world = World(tmp_path, report_version=VERSIONS, case_drug=DRUGS, case_reaction=reactions)
    assert world.cells("tisagenlecleucel", "spm_any", scope="narrow") == (0, 1, 1, 3)


def test_the_indication_of_another_drug_does_not_displace_the_products(tmp_path):
    world = World(
        tmp_path,
        report_version=VERSIONS,
        case_drug=DRUGS + "11        | TAMOXIFEN     | SS        | 3\n",
        case_reaction="report_id | pt\n11 | Diffuse large B-cell lymphoma\n21 | Breast cancer",
        case_indication="report_id | indication_pt | drug_seq\n11 | BREAST CANCER | 3\n21 | BREAST CANCER | 9",
    )
    assert world.cells("tisagenlecleucel", "spm_any", scope="narrow")[0] == 0
    assert world.cells("axicabtagene ciloleucel", "spm_any", scope="narrow")[0] == 0


def test_the_order_and_repetition_of_rows_change_nothing(tmp_path):
    backwards = {
        "report_version": _reversed(VERSIONS),
        "case_drug": _reversed(DRUGS),
        "case_reaction": _reversed(REACTIONS) + "31 | Pyrexia\n",
    }
    again = World(tmp_path, **backwards).all_cells(["tisagenlecleucel", "any_car_t"])
    assert again == World(tmp_path, report_version=VERSIONS, case_drug=DRUGS, case_reaction=REACTIONS).all_cells(
        ["tisagenlecleucel", "any_car_t"]
    )


def _reversed(text):
    head, *body = text.strip().splitlines()
    return "\n".join([head, *reversed(body)]) + "\n"


def test_a_term_is_shown_as_faers_spells_it(tmp_path):
    world = World(
        tmp_path,
        report_version=VERSIONS,
        case_drug=DRUGS,
        case_reaction="report_id | quarter | pt\n11 | 2024Q1 | COVID-19\n21 | 2024Q1 | Rash\n31 | 2024Q1 | Rash\n41 | 2024Q1 | RASH\n51 | 2010Q1 | WEIGHT DECREASED",
    )
    shown = {name for (name,) in world.warehouse.rows("SELECT event FROM term")}
    assert shown == {"COVID-19", "Rash", "Weight decreased"}


def test_an_endpoint_is_judged_only_by_quarters_that_published_a_car_t_case(tmp_path):
    drawn = {
        "report_version": "report_id | case_id | quarter | initial_fda_date\n11 | 1 | 2024Q1 | 2024-01-10\n31 | 3 | 2010Q1 | 2010-01-10",
        "case_drug": "report_id | quarter | drug_name\n11 | 2024Q1 | KYMRIAH\n31 | 2010Q1 | ASPIRIN",
        "case_reaction": "report_id | quarter | pt\n11 | 2024Q1 | Pyrexia\n31 | 2010Q1 | Brain oedema",
    }
    world = World(tmp_path, **drawn)
    query = "SELECT endpoint FROM endpoint_coverage WHERE scope = 'narrow' AND n_present > 0"
    assert world.warehouse.rows(query) == [("fever",)]


@pytest.mark.parametrize("roles", [("PS", "SS"), ("PS", "SS", "C"), ("PS", "SS", "DN"), ("DN",)])
def test_no_case_stands_on_both_sides_of_a_comparison(tmp_path, roles):
    drugs = (
        "report_id | drug_name | role_code\n11 | KYMRIAH | DN\n21 | YESCARTA | C\n31 | KYMRIAH | PS\n51 | ASPIRIN | PS"
    )
    world = World(tmp_path, roles=roles, report_version=VERSIONS, case_drug=drugs, case_reaction=REACTIONS)
    for product in ("tisagenlecleucel", "any_car_t"):
        for comparator in ("non_car_t", "haem_onc"):
            bound = {"product": product, "comparator": comparator}
            found = world.warehouse.rows(model("step/compared_case"), bound)
            assert len({case for case, _ in found}) == len(found)
            car_t = "SELECT x.case_id FROM exposure AS x JOIN drug AS d ON d.drug_id = x.drug_id WHERE d.is_car_t"
            exposed = {case for (case,) in world.warehouse.rows(car_t)}
            assert not exposed & {case for case, is_exposed in found if not is_exposed}


def test_two_cases_under_one_report_number_keep_their_own_drugs_and_terms(tmp_path):
    world = World(
        tmp_path,
        report_version="report_id | case_id | initial_fda_date\n100213053 | 1002130 | 2023-01-10\n100213053 | 10021305 | 2023-01-10",
        case_drug="report_id | case_id | drug_name\n100213053 | 1002130 | KYMRIAH\n100213053 | 10021305 | ASPIRIN",
        case_reaction="report_id | case_id | pt\n100213053 | 1002130 | Pyrexia\n100213053 | 10021305 | Nausea",
    )
    assert world.cells("tisagenlecleucel", "Pyrexia") == (1, 0, 0, 1)
    assert world.pairs() == {("tisagenlecleucel", "Pyrexia"): 1, ("any_car_t", "Pyrexia"): 1, ("ASPIRIN", "Nausea"): 1}


def test_a_row_whose_case_number_contradicts_the_only_case_of_its_report_is_kept(tmp_path):
    world = World(
        tmp_path,
        report_version="report_id | case_id | initial_fda_date\n11 | 1 | 2023-01-10",
        case_drug="report_id | case_id | drug_name\n11 | 999 | KYMRIAH",
        case_reaction="report_id | case_id | pt\n11 | 1 | Pyrexia",
    )
    assert world.cells("tisagenlecleucel", "Pyrexia") == (1, 0, 0, 0)
