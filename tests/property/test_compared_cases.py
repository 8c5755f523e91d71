"""On drawn worlds: sides told case by case in plain Python, the SQL's sides, and the cells are the same thing."""

import random
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "spec"))

from worlds import World

from pipeline.cases.counts import product_cells
from pipeline.cases.leftout import cases_left_out
from pipeline.lake.warehouse import model
from pipeline.vocabulary.comparators import comparators
from pipeline.vocabulary.formernames import current_term
from pipeline.vocabulary.malignancies import malignancy_terms
from pipeline.vocabulary.products import members, product, products, products_named

N_CASES = 250
DRUGS = (
    *("KYMRIAH", "YESCARTA", "TECARTUS", "BREYANZI", "ABECMA", "CARVYKTI", "AUCATZYL", "CAR-T CELLS"),
    *("RITUXIMAB", "LENALIDOMIDE", "REVLIMID", "POMALYST", "ASPIRIN", "PREDNISONE", "BORTEZOMIB"),
)
INDICATIONS = (
    *("DIFFUSE LARGE B-CELL LYMPHOMA", "FOLLICULAR LYMPHOMA", "ACUTE LYMPHOCYTIC LEUKAEMIA", "MANTLE CELL LYMPHOMA"),
    *("CHRONIC LYMPHOCYTIC LEUKAEMIA", "MULTIPLE MYELOMA", "PLASMA CELL MYELOMA", "LYMPHOMA", "PAIN"),
    *("PRODUCT USED FOR UNKNOWN INDICATION", "DRUG USE FOR UNKNOWN INDICATION"),
)
TERMS = ("Pyrexia", "Cytokine release syndrome", "Rash", "Death", "Acute kidney injury", "Breast cancer", "Sepsis")
GROUPS = {
    **dict.fromkeys(("b_all",), "b_all"),
    **dict.fromkeys(("lbcl", "fl"), "lbcl_fl"),
    **dict.fromkeys(("mcl",), "mcl"),
    **dict.fromkeys(("cll",), "cll"),
    **dict.fromkeys(("myeloma",), "myeloma"),
}
DISEASES = {term.pt.upper(): term.disease for term in malignancy_terms()}
SUSPECT = ("PS", "SS")


def drawn_case(chance):
    """Age, day of receipt, drug entries (name, role, indications) and terms of one case."""
    drugs = []
    for _ in range(chance.choice((1, 1, 2, 3))):
        told = chance.sample(INDICATIONS, chance.choice((0, 1, 1, 2)))
        drugs.append((chance.choice(DRUGS), chance.choice(("PS", "PS", "SS", "C", "I", "DN")), told))
    return {
        "age": chance.choice((None, 0.0, 9.0, 17.99, 18.0, 63.0)),
        "received": chance.choice((None, date(2010, 1, 1), date(2017, 8, 30), date(2021, 3, 26), date(2024, 1, 2))),
        "drugs": drugs,
        "terms": chance.sample(TERMS, chance.choice((1, 2, 3))),
    }


def world_of(cases, folder):
    versions, drugs, indications, reactions = [], [], [], []
    for number, case in enumerate(cases, 1):
        age, received = ("-" if case[name] is None else case[name] for name in ("age", "received"))
        versions.append(f"{number}0 | {number} | {age} | {received}")
        reactions += [f"{number}0 | {term}" for term in case["terms"]]
        for place, (name, role, told) in enumerate(case["drugs"], 1):
            drugs.append(f"{number}0 | {name} | {role} | {place}")
            indications += [f"{number}0 | {place} | {pt}" for pt in told]
    return World(
        folder,
        report_version="report_id | case_id | age_years | initial_fda_date\n" + "\n".join(versions),
        case_drug="report_id | drug_name | role_code | drug_seq\n" + "\n".join(drugs),
        case_reaction="report_id | pt\n" + "\n".join(reactions),
        case_indication="report_id | drug_seq | indication_pt\n" + "\n".join(indications),
    )


def side(case, asked, against):
    """Which side a case stands on, told from the definition in words, and the reason where it is left out; or None."""
    exposed = {found for name, role, _ in case["drugs"] if role in SUSPECT for found in products_named(name)}
    named = {found for name, role, _ in case["drugs"] if role != "DN" for found in products_named(name)}
    told = {current_term(pt) for _, role, told in case["drugs"] if role in SUSPECT for pt in told}
    told -= {"PRODUCT USED FOR UNKNOWN INDICATION"}
    own = {GROUPS[disease] for disease in asked.index_diseases}
    is_own = bool({GROUPS.get(DISEASES.get(pt)) for pt in told} & own)
    is_exposed = bool(exposed & set(members(asked.id)))
    if against.base.id == "car_t" and asked.antigen is None:
        return None
    if not is_exposed and not may_be_compared(case, asked, against, exposed, named, is_own):
        return None
    reasons = {
        "two CAR-Ts": against.base.id == "car_t" and len(named - {"unspecified_car_t"}) > 1,
        "no indication": against.base.id.startswith("haem_onc") and not is_own and not told,
        "another indication": against.base.id.startswith("haem_onc") and not is_own,
        "unknown age": against.age_band is not None and case["age"] is None,
        "another age": against.age_band is not None and not has_age(case, against),
    }
    return "product" if is_exposed else "other", next((reason for reason, holds in reasons.items() if holds), None)


def may_be_compared(case, asked, against, exposed, named, is_own):
    imids = {name for name, role, _ in case["drugs"] if role in SUSPECT} & {"LENALIDOMIDE", "REVLIMID", "POMALYST"}
    of_base = {
        "all": True,
        "non_car_t": not named and case["received"] is not None and case["received"] >= asked.approval_date,
        "haem_onc": not named and is_own,
        "haem_onc_without_imids": not named and is_own and not imids,
        "car_t": any(product(other).antigen == asked.antigen for other in exposed),
    }
    return of_base[against.base.id] and (against.age_band is None or case["age"] is None or has_age(case, against))


def has_age(case, against):
    return case["age"] is not None and (case["age"] >= 18) == (against.age_band.id == "adults")


@pytest.mark.parametrize("seed", [1, 2])
def test_sides_reasons_and_cells_agree_for_every_product_event_and_comparator(tmp_path, seed):
    chance = random.Random(seed)
    cases = [drawn_case(chance) for _ in range(N_CASES)]
    world = world_of(cases, tmp_path)
    left = cases_left_out(world.warehouse)
    counted = [number for (number,) in world.warehouse.rows("SELECT case_id FROM counted_case ORDER BY case_id")]
    assert len(counted) > N_CASES / 2
    for asked in products():
        for against in comparators():
            expected = {number: side(cases[number - 1], asked, against) for number in counted}
            bound = {"product": asked.id, "comparator": against.id}
            found = world.warehouse.rows(model("step/compared_case"), bound)
            assert sorted(found) == [(n, s[0] == "product") for n, s in expected.items() if s and not s[1]], bound
            told = left.get((asked.id, against.id))
            reasons = Counter(s for s in expected.values() if s and s[1])
            assert reasons == Counter(
                {
                    **{("product", reason): n for reason, n in (told.of_product if told else {}).items()},
                    **{("other", reason): n for reason, n in (told.of_comparator if told else {}).items()},
                }
            ), bound


@pytest.mark.parametrize("seed", [3])
def test_the_cells_are_the_cases_of_each_side_with_and_without_the_event(tmp_path, seed):
    chance = random.Random(seed)
    world = world_of([drawn_case(chance) for _ in range(N_CASES)], tmp_path)
    ids = [against.id for against in comparators()]
    cells = product_cells(world.warehouse, [asked.id for asked in products()], ids).to_pylist()
    seen = 0
    for bound, rows in by_comparison(cells).items():
        named = dict(zip(("product", "comparator"), bound, strict=True))
        counted = world.warehouse.rows(
            f"WITH side AS ({model('step/compared_case')}) SELECT e.event_kind, e.event, e.scope, "
            "count(s.case_id) FILTER (WHERE s.is_exposed), (SELECT count(*) FILTER (WHERE is_exposed) FROM side), "
            "count(s.case_id) FILTER (WHERE NOT s.is_exposed), (SELECT count(*) FILTER (WHERE NOT is_exposed) FROM side) "
            "FROM event AS e LEFT JOIN case_event AS c ON c.event_id = e.event_id "
            "LEFT JOIN side AS s ON s.case_id = c.case_id GROUP BY e.event_kind, e.event, e.scope",
            named,
        )
        answer = {tuple(key): (a, n - a, c, m - c) for *key, a, n, c, m in counted}
        for row in rows:
            assert tuple(row[name] for name in "abcd") == answer[row["event_kind"], row["event"], row["scope"]], row
            seen += 1
    assert seen == len(cells) > 3000


def by_comparison(cells):
    found = {}
    for row in cells:
        found.setdefault((row["product"], row["comparator"]), []).append(row)
    return found
