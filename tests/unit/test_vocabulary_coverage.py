"""Every term of the real files has been reviewed, and the real products are found in them."""

import csv
import io
import re
import time
import zipfile

import pytest

from pipeline.vocabulary.endpoints import endpoints
from pipeline.vocabulary.files import term_key
from pipeline.vocabulary.formernames import current_term, former_names
from pipeline.vocabulary.infections import infection_terms
from pipeline.vocabulary.malignancies import malignancy_terms
from pipeline.vocabulary.products import products_named

QUARTER = "faers_ascii_2022q3"
NEOPLASM = re.compile(
    r"CARCINO|CANCER|SARCOMA|LYMPHOMA|LEUKAEMIA|MYELOMA|NEOPLAS|MALIGNAN|METASTA|TUMOUR|GLIOMA|BLASTOMA|MYELODYS|"
    r"MYELOFIB|MESOTHELIOMA|SEMINOMA|THYMOMA|RESIDUAL DISEASE|DISEASE (PROGRESS|RECURR)|"
    r"(ADEN|LIP|ANGI|NEUR|OSTE|MY|ENDYM|INSULIN|CYT|SCHWANN|MENINGI|PAPILL|FIBR|XANTH|HAEMATOLOG)OMA\b"
)


def records(text):
    lines = text.splitlines()
    header = [name.strip().lower() for name in lines[0].split("$")]
    return [dict(zip(header, line.split("$"), strict=False)) for line in lines[1:]]


def tables_of(folder, table):
    """Records of one table in every archive and folder below, with the name of where each was found."""
    for archive in sorted(folder.glob("*.zip")):
        with zipfile.ZipFile(archive) as opened:
            for member in opened.namelist():
                if member.rpartition("/")[2].upper().startswith(table):
                    yield archive.stem, records(opened.read(member).decode("latin-1"))
    for path in sorted(folder.glob(f"*_heads/{table}*")) + sorted(folder.glob(f"*_heads/{table.lower()}*")):
        yield path.parent.name, records(path.read_text(encoding="latin-1"))


@pytest.fixture(scope="module")
def reactions(shared):
    """Distinct preferred terms by the file they stand in."""
    found = {}
    for origin, rows in tables_of(shared / "data" / "faers", "REAC"):
        found.setdefault(origin, set()).update(term_key(row["pt"]) for row in rows)
    return found


@pytest.fixture(scope="module")
def openfda(shared):
    """Preferred terms that openFDA counted for six CAR-T products, with the number of reports."""
    text = (shared / "data" / "cart" / "openfda_cart_top100_pt_counts.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    return [(term_key(row["pt"]), int(row["count"]), row["source"].startswith("count=")) for row in rows]


@pytest.fixture(scope="module")
def all_terms(reactions, openfda):
    return set().union(*reactions.values()) | {pt for pt, _, _ in openfda}


@pytest.fixture(scope="module")
def drug_rows(shared):
    return dict(tables_of(shared / "data" / "faers", "DRUG"))


def test_the_real_files_were_all_read(reactions):
    assert set(reactions) == {
        "aers_ascii_2004q1",
        "faers_ascii_2017q2",
        QUARTER,
        "2012q4_heads",
        "2026q2_heads",
    }
    assert len(reactions[QUARTER]) == 973


def test_every_term_of_the_real_files_has_an_answer_whether_it_is_an_infection(all_terms):
    reviewed = {term_key(term.pt) for term in infection_terms()}
    assert sorted(all_terms - reviewed) == []


def test_every_neoplasm_of_the_real_files_has_a_disease(all_terms):
    reviewed = {term_key(term.pt) for term in malignancy_terms()}
    neoplasms = {current_term(pt) for pt in all_terms if NEOPLASM.search(pt)}
    assert len(neoplasms) > 50
    assert sorted(neoplasms - reviewed) == []


def test_every_term_called_a_neoplasm_in_one_list_stands_in_the_other():
    neoplasms = {term_key(term.pt) for term in infection_terms() if term.reason == "neoplasm"}
    assert sorted(neoplasms - {term_key(term.pt) for term in malignancy_terms()}) == []


def test_every_malignant_indication_of_the_real_files_has_a_disease(shared):
    reviewed = {term_key(term.pt) for term in malignancy_terms()}
    tables = tables_of(shared / "data" / "faers", "INDI")
    indications = {current_term(row["indi_pt"]) for _, rows in tables for row in rows}
    assert sorted(pt for pt in indications if NEOPLASM.search(pt) and pt not in reviewed) == []


def test_no_infection_is_a_neoplasm():
    infections = {term_key(term.pt) for term in infection_terms() if term.is_infection}
    assert sorted(infections & {term_key(term.pt) for term in malignancy_terms()}) == []


def test_no_former_name_is_printed_today(reactions, openfda):
    today = reactions[QUARTER] | reactions["2026q2_heads"] | {pt for pt, _, is_exact in openfda if is_exact}
    assert sorted(set(former_names()) & today) == []


def test_legacy_acute_renal_failure_counts_as_acute_kidney_injury(reactions):
    assert "RENAL FAILURE ACUTE" in reactions["aers_ascii_2004q1"]
    mapped = {current_term(pt) for pt in reactions["aers_ascii_2004q1"]}
    assert "ACUTE KIDNEY INJURY" in mapped


@pytest.mark.parametrize("endpoint_id", [endpoint.id for endpoint in endpoints()])
def test_every_endpoint_has_a_narrow_term_that_car_t_reports_print(endpoint_id, openfda):
    printed = {pt for pt, _, _ in openfda}
    narrow = {term_key(pt) for endpoint in endpoints() if endpoint.id == endpoint_id for pt in endpoint.narrow}
    assert narrow & printed


def test_the_most_frequent_terms_of_car_t_reports_belong_to_an_endpoint_or_are_known_not_to(openfda):
    counted = {term_key(pt) for endpoint in endpoints() for pt in endpoint.terms("broad")}
    counted |= {term_key(term.pt) for term in malignancy_terms() if term.kind == "progression"}
    known = {
        "ADVERSE DRUG REACTION",
        "ADVERSE EVENT",
        "ASTHENIA",
        "DRUG INEFFECTIVE",
        "FATIGUE",
        "HEADACHE",
        "HOSPITALISATION",
        "ILLNESS",
        "LYMPHOCYTE ADOPTIVE THERAPY",
        "MALAISE",
        "MULTIPLE ORGAN DYSFUNCTION SYNDROME",
        "NAUSEA",
        "OFF LABEL USE",
        "POST-DEPLETION B-CELL RECOVERY",
    }
    frequent = {current_term(pt) for pt, count, is_exact in openfda if is_exact and count >= 80}
    assert sorted(frequent - counted - known) == []


def test_the_real_quarter_has_375_cases_with_a_car_t_and_63_with_tisagenlecleucel(drug_rows):
    cases = {}
    named = {}
    for row in drug_rows[QUARTER]:
        name = row["drugname"], row["prod_ai"]
        if name not in named:
            named[name] = products_named(*name)
        for product in named[name]:
            cases.setdefault(product, set()).add(row["caseid"])
    assert len(cases["tisagenlecleucel"]) == 63
    assert len(set().union(*cases.values())) == 375
    assert "unspecified_car_t" not in cases


def test_cartia_and_carteolol_are_in_the_real_quarter_and_are_no_car_t(drug_rows):
    names = {row["drugname"] for row in drug_rows[QUARTER]}
    assert {"CARTIA XT", "CARTEOLOL HYDROCHLORIDE"} <= names
    assert not products_named("CARTIA XT") | products_named("CARTEOLOL HYDROCHLORIDE")


def test_files_before_the_first_approval_name_no_car_t(drug_rows):
    for origin in ("aers_ascii_2004q1", "2012q4_heads", "faers_ascii_2017q2"):
        assert not [row for row in drug_rows[origin] if products_named(row["drugname"], row.get("prod_ai"))]


def test_a_hundred_thousand_distinct_names_are_read_within_seconds(drug_rows):
    names = sorted({row["drugname"] for rows in drug_rows.values() for row in rows})
    many = [f"{name} {number}" for number in range(100_000 // len(names) + 1) for name in names][:100_000]
    begin = time.perf_counter()
    for name in many:
        products_named(name)
    assert time.perf_counter() - begin < 5
