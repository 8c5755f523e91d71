"""Why a case is counted in another cell: one world drawn for each reason."""

import dataclasses

import pytest
from histories import CRS, explained, moved, shared_warehouse, side

from pipeline.cases.explanationside import count_cells, show_tables_of
from pipeline.errors import CartwatchError
from pipeline.vocabulary.versions import DRUG_NAMES, Vocabulary, restored

BASE = """
    quarter | report_id | case_id | version_number
    2024Q1  | 1001      | 100     | 1
    2024Q1  | 2001      | 200     | 1
"""
DRUGS = """
    quarter | report_id | drug_name | role_code
    2024Q1  | 1001      | KYMRIAH   | PS
    2024Q1  | 2001      | ASPIRIN   | PS
"""
REACTIONS = """
    quarter | report_id | pt
    2024Q1  | 1001      | Cytokine release syndrome
    2024Q1  | 2001      | Nausea
"""


def later(base, text):
    """A table with the rows of a later quarter."""
    return base + "\n".join(f"    {line.strip()}" for line in text.strip().splitlines())


def test_a_case_first_published_later_is_new():
    found = moved(
        report_version=later(BASE, "2024Q2 | 3001 | 300 | 1"),
        case_drug=later(DRUGS, "2024Q2 | 3001 | KYMRIAH | PS"),
        case_reaction=REACTIONS,
    )
    assert found == {300: ("new", None, "b")}


def test_a_later_version_that_adds_the_reaction_is_revised_by_reaction():
    found = moved(
        report_version=later(BASE, "2024Q2 | 2002 | 200 | 2"),
        case_drug=later(DRUGS, "2024Q2 | 2002 | ASPIRIN | PS"),
        case_reaction=later(REACTIONS, "2024Q2 | 2002 | Cytokine release syndrome"),
    )
    assert found == {200: ("revised_reaction", "d", "c")}


def test_a_later_version_that_loses_the_product_is_revised_by_drug():
    found = moved(
        report_version=later(BASE, "2024Q2 | 1002 | 100 | 2"),
        case_drug=later(DRUGS, "2024Q2 | 1002 | ASPIRIN | PS"),
        case_reaction=later(REACTIONS, "2024Q2 | 1002 | Cytokine release syndrome"),
    )
    assert found == {100: ("revised_drug", "a", "c")}


def test_a_product_that_becomes_concomitant_is_revised_by_role():
    found = moved(
        report_version=later(BASE, "2024Q2 | 1002 | 100 | 2"),
        case_drug=later(DRUGS, "2024Q2 | 1002 | KYMRIAH | C"),
        case_reaction=later(REACTIONS, "2024Q2 | 1002 | Cytokine release syndrome"),
    )
    assert found == {100: ("revised_role", "a", "c")}


def test_a_date_that_moves_a_case_into_the_comparison_is_revised_by_date():
    found = moved(
        question=dataclasses.replace(CRS, comparator="non_car_t"),
        report_version="""
            quarter | report_id | case_id | version_number | initial_fda_date
            2024Q1  | 2001      | 200     | 1              | 2010-01-01
            2024Q2  | 2002      | 200     | 2              | 2020-01-01
        """,
        case_drug=later(DRUGS, "2024Q2 | 2002 | ASPIRIN | PS"),
        case_reaction=later(REACTIONS, "2024Q2 | 2002 | Nausea"),
    )
    assert found == {200: ("revised_date", None, "d")}


def test_an_older_version_that_arrives_late_may_bring_an_earlier_date():
    found = moved(
        question=dataclasses.replace(CRS, comparator="non_car_t"),
        report_version="""
            quarter | report_id | case_id | version_number | fda_date
            2024Q1  | 2002      | 200     | 2              | 2020-01-01
            2024Q2  | 2001      | 200     | 1              | 2010-01-01
        """,
        case_drug="quarter | report_id | drug_name\n2024Q1 | 2002 | ASPIRIN",
        case_reaction="quarter | report_id | pt\n2024Q1 | 2002 | Nausea",
    )
    assert found == {200: ("revised_date", "d", None)}


def test_a_later_outcome_that_makes_the_event_is_another_field():
    found = moved(
        question=dataclasses.replace(CRS, event="death"),
        report_version=later(BASE, "2024Q2 | 1002 | 100 | 2"),
        case_drug=later(DRUGS, "2024Q2 | 1002 | KYMRIAH | PS"),
        case_reaction=later(REACTIONS, "2024Q2 | 1002 | Cytokine release syndrome"),
        case_outcome="quarter | report_id | outcome_code\n2024Q2 | 1002 | DE",
    )
    assert found == {100: ("revised_other", "b", "a")}


def test_a_later_version_that_says_the_same_changes_nothing():
    found = moved(
        report_version=later(BASE, "2024Q2 | 1002 | 100 | 2"),
        case_drug=later(DRUGS, "2024Q2 | 1002 | KYMRIAH | PS"),
        case_reaction=later(REACTIONS, "2024Q2 | 1002 | Cytokine release syndrome"),
    )
    assert found == {}


def test_a_case_on_a_later_deletion_list_is_withdrawn():
    found = moved(
        report_version=BASE,
        case_drug=DRUGS,
        case_reaction=REACTIONS,
        withdrawn_case="quarter | case_id\n2024Q2 | 100",
    )
    assert found == {100: ("withdrawn", "a", None)}


def test_a_version_published_after_the_withdrawal_revives_the_case():
    found = moved(
        report_version=later(BASE, "2024Q2 | 1002 | 100 | 2"),
        case_drug=later(DRUGS, "2024Q2 | 1002 | KYMRIAH | PS"),
        case_reaction=later(REACTIONS, "2024Q2 | 1002 | Cytokine release syndrome"),
        withdrawn_case="quarter | case_id\n2024Q1 | 100",
    )
    assert found == {100: ("revived", None, "a")}


def reissued(first, second, question=CRS, as_of="2024Q1"):
    """The same data-lock point, before and after FDA issued 2024Q1 again."""
    earlier = side(as_of, first)
    return explained(earlier, side(as_of, second, {"2024Q1": "second"}), question)[3]


def test_a_line_that_the_new_issue_of_an_archive_changes_is_restated():
    drawn = {"report_version": BASE, "case_drug": DRUGS, "case_reaction": REACTIONS}
    assert reissued(drawn, drawn | {"case_drug": DRUGS.replace("KYMRIAH", "ASPIRIN")}) == {100: ("restated", "a", "c")}


def test_a_case_that_the_new_issue_adds_or_drops_is_restated():
    drawn = {"report_version": BASE, "case_drug": DRUGS, "case_reaction": REACTIONS}
    fewer = drawn | {"report_version": "quarter | report_id | case_id\n2024Q1 | 1001 | 100"}
    assert reissued(drawn, fewer) == {200: ("restated", "d", None)}
    assert reissued(fewer, drawn) == {200: ("restated", None, "d")}


def test_a_version_that_the_new_issue_adds_is_restated_not_revised():
    drawn = {
        "report_version": later(BASE, "2024Q1 | 1002 | 100 | 2"),
        "case_drug": later(DRUGS, "2024Q1 | 1002 | ASPIRIN | PS"),
        "case_reaction": later(REACTIONS, "2024Q1 | 1002 | Cytokine release syndrome"),
    }
    assert reissued(drawn | {"report_version": BASE}, drawn) == {100: ("restated", "a", "c")}
    assert reissued(drawn, drawn | {"report_version": BASE}) == {100: ("restated", "c", "a")}


def test_a_date_that_the_new_issue_changes_is_restated():
    dated = """
        quarter | report_id | case_id | version_number | initial_fda_date
        2024Q1  | 2001      | 200     | 1              | 2010-01-01
    """
    drawn = {"report_version": dated, "case_drug": DRUGS, "case_reaction": REACTIONS}
    newer = drawn | {"report_version": dated.replace("2010", "2020")}
    against = dataclasses.replace(CRS, comparator="non_car_t")
    assert reissued(drawn, newer, against) == {200: ("restated", None, "d")}


def test_a_deletion_list_of_a_new_issue_is_restated():
    drawn = {"report_version": BASE, "case_drug": DRUGS, "case_reaction": REACTIONS}
    listed = drawn | {"withdrawn_case": "quarter | case_id\n2024Q1 | 100"}
    assert reissued(drawn, listed) == {100: ("restated", "a", None)}
    assert reissued(listed, drawn) == {100: ("restated", None, "a")}


def test_a_quarter_that_was_loaded_late_brings_new_cases_and_revisions():
    drawn = {
        "report_version": later(BASE, "2023Q4 | 4001 | 400 | 1\n2023Q4 | 2002 | 200 | 2"),
        "case_drug": later(DRUGS, "2023Q4 | 4001 | KYMRIAH | PS\n2023Q4 | 2002 | KYMRIAH | PS"),
        "case_reaction": later(REACTIONS, "2023Q4 | 4001 | Nausea\n2023Q4 | 2002 | Nausea"),
    }
    without = {name: "\n".join(row for row in text.splitlines() if "2023Q4" not in row) for name, text in drawn.items()}
    found = explained(side("2024Q1", without), side("2024Q1", drawn))[3]
    assert found == {200: ("revised_drug", "d", "b"), 400: ("new", None, "b")}


def test_a_vocabulary_older_than_a_table_or_a_pattern_is_completed_by_todays():
    """What an older code version kept lacks what a newer one reads."""
    warehouse, today = shared_warehouse()
    at = side("2024Q1", {"report_version": BASE, "case_drug": DRUGS, "case_reaction": REACTIONS})
    at.show_core(warehouse)
    at.show_cases(warehouse, True)
    patterns = today.documents[DRUG_NAMES]
    older = Vocabulary(
        {name: rows for name, rows in today.tables.items() if name != "vocabulary_age_limit"},
        {**today.documents, DRUG_NAMES: {name: patterns[name] for name in patterns if name != "minimum_cases"}},
    )
    show_tables_of(warehouse, restored(older.entries))
    assert count_cells(warehouse, CRS, restored(older.entries), ("PS", "SS")) == {"a": 1, "b": 0, "c": 0, "d": 1}


TWINS = """
    quarter | report_id | case_id | version_number
    2024Q1  | 1001      | 100     | 1
    2024Q1  | 2001      | 200     | 1
"""
TWIN_DRUGS = "quarter | report_id | drug_name\n2024Q1 | 1001 | KYMRIAH\n2024Q1 | 2001 | KYMRIAH"
TWIN_REACTIONS = "quarter | report_id | pt\n2024Q1 | 1001 | Cytokine storm\n2024Q1 | 2001 | Cytokine storm"


def test_a_newly_recognised_duplicate_is_merged_and_a_former_one_is_split():
    drawn = {"report_version": TWINS, "case_drug": TWIN_DRUGS, "case_reaction": TWIN_REACTIONS}
    assert moved(duplicates=({}, {200: 100}), **drawn) == {200: ("merged", "a", None)}
    assert moved(duplicates=({200: 100}, {}), **drawn) == {200: ("split", None, "a")}


def test_another_kept_copy_splits_one_case_and_merges_the_other():
    drawn = {"report_version": TWINS, "case_drug": TWIN_DRUGS, "case_reaction": TWIN_REACTIONS}
    assert moved(duplicates=({200: 100}, {100: 200}), **drawn) == {
        100: ("merged", "a", None),
        200: ("split", None, "a"),
    }


def test_a_duplicate_whose_kept_copy_is_withdrawn_is_split():
    found = moved(
        duplicates=({200: 100}, {}),
        report_version=TWINS,
        case_drug=TWIN_DRUGS,
        case_reaction=TWIN_REACTIONS,
        withdrawn_case="quarter | case_id\n2024Q2 | 100",
    )
    assert found == {100: ("withdrawn", "a", None), 200: ("split", None, "a")}


def test_a_name_that_other_rows_explain_since_is_identity_learned():
    found = moved(
        question=dataclasses.replace(CRS, comparator="haem_onc_without_imids"),
        report_version="""
            quarter | report_id | case_id | version_number | initial_fda_date
            2024Q1  | 2001      | 200     | 1              | 2020-01-01
            2024Q2  | 3001      | 300     | 1              | 2020-01-01
            2024Q2  | 4001      | 400     | 1              | 2020-01-01
            2024Q2  | 5001      | 500     | 1              | 2020-01-01
        """,
        case_drug="""
            quarter | report_id | drug_name | active_ingredient
            2024Q1  | 2001      | LENALIX   | -
            2024Q2  | 3001      | LENALIX   | LENALIDOMIDE
            2024Q2  | 4001      | LENALIX   | LENALIDOMIDE
            2024Q2  | 5001      | LENALIX   | LENALIDOMIDE
        """,
        case_indication="quarter | report_id | indication_pt\n2024Q1 | 2001 | DIFFUSE LARGE B-CELL LYMPHOMA",
        case_reaction="quarter | report_id | pt\n2024Q1 | 2001 | Nausea",
    )
    assert found == {200: ("identity", "d", None)}


def test_a_case_without_a_reason_is_a_bug_and_is_said():
    drawn = {"report_version": BASE, "case_drug": DRUGS, "case_reaction": REACTIONS}
    changed = drawn | {"case_reaction": REACTIONS.replace("Nausea", "Cytokine storm")}
    earlier, secretly = side("2024Q1", drawn), side("2024Q1", changed)
    secretly = dataclasses.replace(secretly, show_core=_lying(earlier, secretly))
    with pytest.raises(CartwatchError, match=r"No reason was found .* case 200 from d to c"):
        explained(earlier, secretly)


def _lying(honest, changed):
    """Shows the changed rows when they are counted and the old ones when they are compared."""
    shown = iter((changed, honest))
    return lambda warehouse: next(shown).show_core(warehouse)
