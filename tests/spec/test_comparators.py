"""Who stands on which side of each comparator, as tables of answers."""

import pytest
from tables import rows_of
from worlds import World

from pipeline.cases.counts import product_cells
from pipeline.cases.leftout import cases_left_out
from pipeline.lake.warehouse import model

KYMRIAH, ABECMA = "tisagenlecleucel", "idecabtagene vicleucel"


def world_of(folder, text, **world):
    """One case in each line. Drugs: NAME ROLE: INDICATION; INDICATION, joined by +; answers are left aside."""
    rows = rows_of(text)
    versions, drugs, indications, reactions = [], [], [], []
    for number, row in enumerate(rows, 1):
        versions.append(f"{number}0 | {number} | {row.get('age') or '-'} | {row.get('received') or '2023-05-01'}")
        reactions += [f"{number}0 | {pt.strip()}" for pt in (row.get("terms") or "Pyrexia").split("+")]
        for place, drug in enumerate(row["drugs"].split("+"), 1):
            named, _, told = drug.partition(":")
            name, role = named.strip().rsplit(" ", 1)
            drugs.append(f"{number}0 | {name} | {role} | {place}")
            indications += [f"{number}0 | {place} | {pt.strip()}" for pt in told.split(";") if pt.strip()]
    return World(
        folder,
        report_version="report_id | case_id | age_years | initial_fda_date\n" + "\n".join(versions),
        case_drug="report_id | drug_name | role_code | drug_seq\n" + "\n".join(drugs),
        case_reaction="report_id | pt\n" + "\n".join(reactions),
        case_indication="report_id | drug_seq | indication_pt\n" + "\n".join(indications),
        **world,
    )


def sides(world, product, comparator):
    """Case number to its side: product or other."""
    found = world.warehouse.rows(model("step/compared_case"), {"product": product, "comparator": comparator})
    assert len({case for case, _ in found}) == len(found)
    return {case: "product" if is_exposed else "other" for case, is_exposed in found}


def answers(text, column):
    return {number: row[column] for number, row in enumerate(rows_of(text), 1) if row[column]}


def left_out(world, product, comparator):
    """What is left out of the product's side and of the other."""
    found = cases_left_out(world.warehouse)[product, comparator]
    return dict(found.of_product), dict(found.of_comparator)


ANY_OTHER = """
drugs                       | received   | all     | non_car_t | why
KYMRIAH PS                  | 2016-01-01 | product | product   | the product, whenever received
KYMRIAH SS                  | 2023-05-01 | product | product   | secondary suspect
KYMRIAH C                   | 2023-05-01 | other   | -         | no exposure, and yet a CAR-T
KYMRIAH DN                  | 2023-05-01 | other   | other     | not administered
YESCARTA PS                 | 2023-05-01 | other   | -         | another CAR-T
CAR-T CELLS C               | 2023-05-01 | other   | -         | one without a product, in any role
ASPIRIN PS                  | 2017-08-30 | other   | other     | on the day of the approval
ASPIRIN PS                  | 2017-08-29 | other   | -         | before it
"""


def test_all_and_non_car_t(tmp_path):
    world = world_of(tmp_path, ANY_OTHER)
    for comparator in ("all", "non_car_t"):
        assert sides(world, KYMRIAH, comparator) == answers(ANY_OTHER, comparator)


HAEM_ONC = """
drugs                                                      | haem_onc | without | why
KYMRIAH PS: DIFFUSE LARGE B-CELL LYMPHOMA                  | product  | product | the product with its indication
KYMRIAH PS: FOLLICULAR LYMPHOMA                            | product  | product | the other half of the group
KYMRIAH PS: ACUTE LYMPHOCYTIC LEUKAEMIA                    | product  | product | the product's other group
KYMRIAH PS: MANTLE CELL LYMPHOMA                           | -        | -       | the product outside its indications
KYMRIAH PS                                                 | -        | -       | no indication at all
KYMRIAH PS: DRUG USE FOR UNKNOWN INDICATION                | -        | -       | an indication that says there is none, by its former name
KYMRIAH PS: RASH; FOLLICULAR LYMPHOMA                      | product  | product | one of two
KYMRIAH PS + RITUXIMAB C: FOLLICULAR LYMPHOMA              | -        | -       | the indication of a concomitant drug does not count
KYMRIAH PS + RITUXIMAB SS: FOLLICULAR LYMPHOMA             | product  | product | that of another suspect does
KYMRIAH PS + LENALIDOMIDE SS: FOLLICULAR LYMPHOMA          | product  | product | the product's side keeps lenalidomide
RITUXIMAB PS: DIFFUSE LARGE B-CELL LYMPHOMA                | other    | other   | another medicine, same disease
RITUXIMAB PS: DIFFUSE LARGE B-CELL LYMPHOMA REFRACTORY     | other    | other   | a term of its course
RITUXIMAB C: DIFFUSE LARGE B-CELL LYMPHOMA                 | -        | -       | no suspect has the indication
RITUXIMAB PS + PREDNISONE C: FOLLICULAR LYMPHOMA           | -        | -       | nor here
RITUXIMAB PS: LYMPHOMA                                     | -        | -       | a lymphoma without a type is nobody's indication
RITUXIMAB PS: PLASMA CELL MYELOMA                          | -        | -       | a group of other products
METHOTREXATE PS: RHEUMATOID ARTHRITIS                      | -        | -       | another disease
YESCARTA PS: FOLLICULAR LYMPHOMA                           | -        | -       | another CAR-T
RITUXIMAB PS: FOLLICULAR LYMPHOMA + YESCARTA C             | -        | -       | in any role
RITUXIMAB PS: FOLLICULAR LYMPHOMA + YESCARTA DN            | other    | other   | but not administered
RITUXIMAB PS: FOLLICULAR LYMPHOMA + CAR-T CELLS C          | -        | -       | nor one without a product
LENALIDOMIDE PS: FOLLICULAR LYMPHOMA                       | other    | -       | a solicited programme
REVLIMID SS: FOLLICULAR LYMPHOMA                           | other    | -       | by its brand
RITUXIMAB PS: FOLLICULAR LYMPHOMA + POMALIDOMIDE C         | other    | other   | not as a suspect
RITUXIMAB PS: FOLLICULAR LYMPHOMA + THALOMID SS            | other    | -       | thalidomide
"""


def test_haem_onc_compares_within_the_products_own_disease(tmp_path):
    world = world_of(tmp_path, HAEM_ONC)
    assert sides(world, KYMRIAH, "haem_onc") == answers(HAEM_ONC, "haem_onc")
    assert sides(world, KYMRIAH, "haem_onc_without_imids") == answers(HAEM_ONC, "without")


def test_a_missing_indication_is_counted_apart_from_another_one(tmp_path):
    world = world_of(tmp_path, HAEM_ONC)
    said = {"no indication": 3, "another indication": 1}
    assert left_out(world, KYMRIAH, "haem_onc") == (said, {})
    assert cases_left_out(world.warehouse)[KYMRIAH, "haem_onc"].sentence == (
        "Left out of the product's cases: 3 without an indication of a suspect drug, 1 with another indication."
    )


def test_each_product_has_its_own_disease(tmp_path):
    text = """
    drugs                                      | tisa  | ide     | any
    BORTEZOMIB PS: MULTIPLE MYELOMA            | -     | other   | other
    RITUXIMAB PS: CHRONIC LYMPHOCYTIC LEUKAEMIA| -     | -       | other
    BLINATUMOMAB PS: ACUTE LYMPHOCYTIC LEUKAEMIA | other | -     | other
    ABECMA PS: PLASMA CELL MYELOMA             | -     | product | product
    """
    world = world_of(tmp_path, text)
    for product, column in ((KYMRIAH, "tisa"), (ABECMA, "ide"), ("any_car_t", "any")):
        assert sides(world, product, "haem_onc") == answers(text, column)


def test_an_indication_belongs_to_the_drug_that_carries_its_number(tmp_path):
    world = World(
        tmp_path,
        report_version="report_id | case_id | initial_fda_date\n11 | 1 | 2023-01-10\n21 | 2 | 2023-01-10",
        case_drug="report_id | drug_name | drug_seq\n11 | RITUXIMAB | 1\n21 | RITUXIMAB | 1",
        case_reaction="report_id | pt\n11 | Pyrexia\n21 | Pyrexia",
        case_indication="report_id | drug_seq | indication_pt\n11 | 9 | FOLLICULAR LYMPHOMA\n21 | 1 | FOLLICULAR LYMPHOMA",
    )
    assert sides(world, KYMRIAH, "haem_onc") == {2: "other"}


def test_two_cases_under_one_report_number_keep_their_own_indications(tmp_path):
    world = World(
        tmp_path,
        report_version="report_id | case_id | initial_fda_date\n100213053 | 1002130 | 2023-01-10\n100213053 | 10021305 | 2023-01-10",
        case_drug="report_id | case_id | drug_name\n100213053 | 1002130 | RITUXIMAB\n100213053 | 10021305 | ASPIRIN",
        case_reaction="report_id | case_id | pt\n100213053 | 1002130 | Pyrexia\n100213053 | 10021305 | Nausea",
        case_indication="report_id | case_id | indication_pt\n100213053 | 1002130 | FOLLICULAR LYMPHOMA\n100213053 | 10021305 | PAIN",
    )
    assert sides(world, KYMRIAH, "haem_onc") == {1002130: "other"}


CAR_T = """
drugs                          | tisa    | ide     | why
KYMRIAH PS                     | product | -       | the product
YESCARTA SS                    | other   | -       | another one against CD19
TECARTUS C                     | -       | -       | no exposure
KYMRIAH PS + YESCARTA SS       | -       | -       | two CAR-Ts, counted
KYMRIAH PS + YESCARTA C        | -       | -       | in any role
KYMRIAH PS + YESCARTA DN       | product | -       | but not administered
KYMRIAH PS + ABECMA PS         | -       | -       | against different antigens
YESCARTA PS + TECARTUS PS      | -       | -       | two others
KYMRIAH PS + CAR-T CELLS SS    | product | -       | the class beside a product is not a second one
KYMRIAH PS + TISAGENLECLEUCEL PS | product | -     | two names of one product
ABECMA PS                      | -       | product | against BCMA
CARVYKTI PS                    | -       | other   | another one against BCMA
CAR-T CELLS PS                 | -       | -       | against nobody knows what
ASPIRIN PS                     | -       | -       | no CAR-T
"""


def test_car_t_compares_with_other_car_ts_against_the_same_antigen(tmp_path):
    world = world_of(tmp_path, CAR_T)
    assert sides(world, KYMRIAH, "car_t") == answers(CAR_T, "tisa")
    assert sides(world, ABECMA, "car_t") == answers(CAR_T, "ide")


def test_reports_with_two_car_ts_are_counted_on_the_side_they_would_be_on(tmp_path):
    world = world_of(tmp_path, CAR_T)
    assert left_out(world, KYMRIAH, "car_t") == ({"two CAR-Ts": 3}, {"two CAR-Ts": 1})
    assert left_out(world, ABECMA, "car_t") == ({"two CAR-Ts": 1}, {})


def test_groups_of_products_have_no_other_car_ts(tmp_path):
    world = world_of(tmp_path, CAR_T)
    assert product_cells(world.warehouse, ["any_car_t", "unspecified_car_t"], ["car_t"]).num_rows == 0


AGES = """
drugs                                   | age  | adults  | children | why
KYMRIAH PS: FOLLICULAR LYMPHOMA         | 18   | product | -        | adult from the eighteenth birthday
KYMRIAH PS: FOLLICULAR LYMPHOMA         | 17.9 | -       | product  | a child before
KYMRIAH PS: FOLLICULAR LYMPHOMA         | 0    | -       | product  | a newborn
KYMRIAH PS: FOLLICULAR LYMPHOMA         | -    | -       | -        | unknown, counted
KYMRIAH PS                              | -    | -       | -        | first for its missing indication
RITUXIMAB PS: FOLLICULAR LYMPHOMA       | 70   | other   | -        | adult
RITUXIMAB PS: FOLLICULAR LYMPHOMA       | 4    | -       | other    | child
RITUXIMAB PS: FOLLICULAR LYMPHOMA       | -    | -       | -        | unknown, counted
"""


def test_age_bands_bind_both_sides(tmp_path):
    world = world_of(tmp_path, AGES)
    assert sides(world, KYMRIAH, "haem_onc_adults") == answers(AGES, "adults")
    assert sides(world, KYMRIAH, "haem_onc_children") == answers(AGES, "children")


def test_an_unknown_age_is_counted_on_both_sides_and_the_other_age_only_on_the_products(tmp_path):
    world = world_of(tmp_path, AGES)
    assert left_out(world, KYMRIAH, "haem_onc_adults") == (
        {"no indication": 1, "unknown age": 1, "another age": 2},
        {"unknown age": 1},
    )
    assert cases_left_out(world.warehouse)[KYMRIAH, "haem_onc_adults"].sentence == (
        "Left out of the product's cases: 1 without an indication of a suspect drug, 1 of unknown age, 2 of another age; "
        "of the comparator's cases: 1 of unknown age."
    )


@pytest.mark.parametrize("text", [HAEM_ONC, CAR_T, AGES], ids=["haem_onc", "car_t", "ages"])
def test_what_is_compared_and_what_is_left_out_are_all_cases_of_the_product(tmp_path, text):
    world = world_of(tmp_path, text)
    n_product = {row["product"]: row["a"] + row["b"] for row in world.all_cells([KYMRIAH, ABECMA], ["all"])}
    left = cases_left_out(world.warehouse)
    from pipeline.vocabulary.comparators import comparators

    for row in world.all_cells([KYMRIAH, ABECMA], [known.id for known in comparators()]):
        found = left.get((row["product"], row["comparator"]))
        n_left_out = found.n_of_product if found else 0
        assert row["a"] + row["b"] + n_left_out == n_product[row["product"]], row


def test_terms_that_no_case_of_the_product_reports_have_rows_only_where_every_term_has_one(tmp_path):
    text = """
    drugs                             | terms
    KYMRIAH PS: FOLLICULAR LYMPHOMA   | Pyrexia
    KYMRIAH PS                        | Chills
    RITUXIMAB PS: FOLLICULAR LYMPHOMA | Rash
    """
    world = world_of(tmp_path, text)
    rows = world.all_cells([KYMRIAH], ["all", "haem_onc"])
    terms = {(row["comparator"], row["event"]) for row in rows if row["event_kind"] == "pt"}
    assert terms == {
        ("all", "Pyrexia"),
        ("all", "Chills"),
        ("all", "Rash"),
        ("haem_onc", "Pyrexia"),
        ("haem_onc", "Chills"),
    }
    assert world.cells(KYMRIAH, "Chills", "haem_onc") == (0, 1, 0, 1)


@pytest.mark.parametrize(("roles", "expected"), [(("PS", "SS"), {}), (("PS", "SS", "C"), {1: "product", 2: "other"})])
def test_a_run_that_asks_for_other_roles_asks_it_of_indications_too(tmp_path, roles, expected):
    text = """
    drugs
    KYMRIAH C: FOLLICULAR LYMPHOMA
    RITUXIMAB C: FOLLICULAR LYMPHOMA
    """
    assert sides(world_of(tmp_path, text, roles=roles), KYMRIAH, "haem_onc") == expected
