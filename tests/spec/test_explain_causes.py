"""Of several fields that differ, the reason names the one that moved the case."""

import dataclasses

import pytest
from histories import CRS, explained, moved, side

VERSIONS = """
    quarter | report_id | case_id | version_number
    2024Q1  | 1001      | 100     | 1
    2024Q2  | 1002      | 100     | 2
"""
NAUSEA = """
    quarter | report_id | pt
    2024Q1  | 1001      | Nausea
    2024Q2  | 1002      | Nausea
"""
KYMRIAH = """
    quarter | report_id | drug_seq | drug_name | role_code
    2024Q1  | 1001      | 1        | KYMRIAH   | PS
    2024Q2  | 1002      | 1        | KYMRIAH   | PS
"""
KYMRIAH_AND_ASPIRIN = """
    quarter | report_id | drug_seq | drug_name | role_code
    2024Q1  | 1001      | 1        | KYMRIAH   | PS
    2024Q1  | 1001      | 2        | ASPIRIN   | C
    2024Q2  | 1002      | 1        | KYMRIAH   | PS
    2024Q2  | 1002      | 2        | ASPIRIN   | C
"""
PARACETAMOL = "    2024Q2 | 1002 | 2 | PARACETAMOL | C\n"


def of(**changes):
    """The question about tisagenlecleucel and the cytokine release syndrome, changed."""
    return dataclasses.replace(CRS, **changes)


def test_an_indication_that_moves_to_another_drug_is_another_field():
    found = moved(
        question=of(comparator="haem_onc"),
        report_version=VERSIONS,
        case_drug=KYMRIAH_AND_ASPIRIN,
        case_indication="""
            quarter | report_id | drug_seq | indication_pt
            2024Q1  | 1001      | 1        | DIFFUSE LARGE B-CELL LYMPHOMA
            2024Q2  | 1002      | 2        | DIFFUSE LARGE B-CELL LYMPHOMA
        """,
        case_reaction=NAUSEA,
    )
    assert found == {100: ("revised_other", "b", None)}


def test_an_indication_that_moves_to_the_product_may_make_a_second_malignancy():
    found = moved(
        question=of(event="spm_any"),
        report_version=VERSIONS,
        case_drug=KYMRIAH_AND_ASPIRIN,
        case_indication="""
            quarter | report_id | drug_seq | indication_pt
            2024Q1  | 1001      | 2        | PLASMA CELL MYELOMA
            2024Q2  | 1002      | 1        | PLASMA CELL MYELOMA
        """,
        case_reaction=NAUSEA.replace("Nausea", "Diffuse large B-cell lymphoma"),
    )
    assert found == {100: ("revised_other", "b", "a")}


def test_an_indication_that_moves_between_two_entries_of_one_drug_is_another_field():
    found = moved(
        question=of(comparator="haem_onc"),
        report_version=VERSIONS,
        case_drug=KYMRIAH_AND_ASPIRIN.replace("ASPIRIN", "KYMRIAH"),
        case_indication="""
            quarter | report_id | drug_seq | indication_pt
            2024Q1  | 1001      | 1        | DIFFUSE LARGE B-CELL LYMPHOMA
            2024Q2  | 1002      | 2        | DIFFUSE LARGE B-CELL LYMPHOMA
        """,
        case_reaction=NAUSEA,
    )
    assert found == {100: ("revised_other", "b", None)}


def test_a_new_issue_that_moves_an_indication_to_another_drug_is_restated():
    told = "quarter | report_id | drug_seq | indication_pt\n2024Q1 | 1001 | {} | DIFFUSE LARGE B-CELL LYMPHOMA"
    drawn = {"report_version": VERSIONS, "case_drug": KYMRIAH_AND_ASPIRIN, "case_reaction": NAUSEA}
    first = side("2024Q1", drawn | {"case_indication": told.format(1)})
    second = side("2024Q1", drawn | {"case_indication": told.format(2)}, {"2024Q1": "second"})
    assert explained(first, second, of(comparator="haem_onc"))[3] == {100: ("restated", "b", None)}


def test_a_role_that_makes_the_exposure_is_the_reason_whatever_drug_was_added():
    found = moved(
        report_version=VERSIONS,
        case_drug=KYMRIAH.replace("PS", "C", 1) + PARACETAMOL,
        case_reaction=NAUSEA,
    )
    assert found == {100: ("revised_role", "d", "b")}


@pytest.mark.parametrize("product", ["any_car_t", "axicabtagene ciloleucel"])
def test_another_product_beside_a_concomitant_one_is_a_drug(product):
    found = moved(
        question=of(product=product),
        report_version=VERSIONS,
        case_drug=KYMRIAH.replace("PS", "C") + PARACETAMOL.replace("PARACETAMOL | C", "YESCARTA | SS"),
        case_reaction=NAUSEA,
    )
    assert found == {100: ("revised_drug", "d", "b")}


def test_an_outcome_that_makes_the_event_is_the_reason_whatever_reaction_was_added():
    found = moved(
        question=of(event="death"),
        report_version=VERSIONS,
        case_drug=KYMRIAH,
        case_outcome="quarter | report_id | outcome_code\n2024Q2 | 1002 | DE",
        case_reaction=NAUSEA + "    2024Q2 | 1002 | Headache\n",
    )
    assert found == {100: ("revised_other", "b", "a")}


def test_a_term_that_makes_the_event_is_the_reason_whatever_outcome_was_added():
    found = moved(
        report_version=VERSIONS,
        case_drug=KYMRIAH,
        case_outcome="quarter | report_id | outcome_code\n2024Q2 | 1002 | DE",
        case_reaction=NAUSEA + "    2024Q2 | 1002 | Cytokine release syndrome\n",
    )
    assert found == {100: ("revised_reaction", "b", "a")}


def aged(second_day, comparator, drugs):
    """What a birthday and a second day of receipt move."""
    return moved(
        question=of(comparator=comparator),
        report_version=f"""
            quarter | report_id | case_id | version_number | initial_fda_date | age_years
            2024Q1  | 1001      | 100     | 1              | 2010-01-05       | 17
            2024Q2  | 1002      | 100     | 2              | {second_day}     | 18
        """,
        case_drug=drugs,
        case_reaction=NAUSEA,
    )


def test_an_age_is_the_reason_where_the_comparator_does_not_ask_for_the_receipt():
    assert aged("2020-01-05", "all_adults", KYMRIAH.replace("KYMRIAH", "ASPIRIN")) == {
        100: ("revised_other", None, "d")
    }


def test_an_age_is_the_reason_where_both_days_of_receipt_lie_before_the_approval():
    adults = aged("2010-01-06", "non_car_t_children", KYMRIAH.replace("KYMRIAH", "ASPIRIN"))
    assert adults == {}
    assert aged("2010-01-06", "all_children", KYMRIAH.replace("KYMRIAH", "ASPIRIN")) == {
        100: ("revised_other", "d", None)
    }


def test_an_age_is_the_reason_whatever_drug_was_added():
    assert aged("2010-01-05", "all_adults", KYMRIAH + PARACETAMOL) == {100: ("revised_other", None, "b")}


def test_a_receipt_is_the_reason_where_the_comparator_asks_for_it_alone():
    assert aged("2020-01-05", "non_car_t", KYMRIAH.replace("KYMRIAH", "ASPIRIN") + PARACETAMOL) == {
        100: ("revised_date", None, "d")
    }


def test_an_indication_decides_a_second_malignancy_whatever_else_was_added():
    found = moved(
        question=of(event="spm_any"),
        report_version=VERSIONS,
        case_drug=KYMRIAH + PARACETAMOL,
        case_indication="""
            quarter | report_id | drug_seq | indication_pt
            2024Q1  | 1001      | 1        | MALIGNANT MELANOMA
            2024Q2  | 1002      | 1        | DIFFUSE LARGE B-CELL LYMPHOMA
        """,
        case_reaction=NAUSEA.replace("Nausea", "Malignant melanoma") + "    2024Q2 | 1002 | Nausea\n",
    )
    assert found == {100: ("revised_other", "b", "a")}


def test_a_role_that_makes_an_indication_count_is_the_reason():
    found = moved(
        question=of(comparator="haem_onc"),
        report_version=VERSIONS,
        case_drug=KYMRIAH.replace("KYMRIAH", "ASPIRIN").replace("PS", "C", 1),
        case_indication="""
            quarter | report_id | drug_seq | indication_pt
            2024Q1  | 1001      | 1        | DIFFUSE LARGE B-CELL LYMPHOMA
            2024Q2  | 1002      | 1        | DIFFUSE LARGE B-CELL LYMPHOMA
        """,
        case_reaction=NAUSEA,
    )
    assert found == {100: ("revised_role", None, "d")}


OLDER = """
    quarter | report_id | case_id | version_number | fda_date
    2023Q4  | 2001      | 200     | 1              | 2010-01-01
    2024Q1  | 2002      | 200     | 2              | 2020-01-01
"""


@pytest.mark.parametrize(
    "second", [OLDER.replace("2010-01-01", "2019-01-01"), OLDER.replace(OLDER.splitlines()[2] + "\n", "")]
)
def test_a_first_receipt_that_a_new_issue_of_an_older_quarter_changes_or_drops_is_restated(second):
    drawn = {
        "report_version": OLDER,
        "case_drug": "quarter | report_id | drug_name\n2023Q4 | 2001 | ASPIRIN\n2024Q1 | 2002 | ASPIRIN",
        "case_reaction": "quarter | report_id | pt\n2023Q4 | 2001 | Nausea\n2024Q1 | 2002 | Nausea",
    }
    assert second != OLDER
    newer = side("2024Q1", drawn | {"report_version": second}, {"2023Q4": "second"})
    assert explained(side("2024Q1", drawn), newer, of(comparator="non_car_t"))[3] == {200: ("restated", None, "d")}


def test_a_deletion_list_the_lake_did_not_hold_then_withdraws():
    drawn = {"report_version": VERSIONS, "case_drug": KYMRIAH, "case_reaction": NAUSEA}
    listed = drawn | {"withdrawn_case": "quarter | case_id\n2024Q1 | 100"}
    assert explained(side("2024Q1", drawn), side("2024Q1", listed))[3] == {100: ("withdrawn", "b", None)}
