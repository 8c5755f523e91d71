"""What a loaded MedDRA does to endpoints and terms; the dictionary is made up, only class and query names are real."""

import pyarrow as pa
import pytest
from tables import rows_of

from pipeline.cases.counts import register_vocabulary
from pipeline.cases.meddra import (
    absent_names,
    chosen_version,
    disagreements,
    lay_meddra_over,
    loaded_versions,
    meddra_content,
    register_vocabulary_with,
)
from pipeline.config import Settings
from pipeline.errors import CartwatchError, LakeConflict, NothingThere
from pipeline.lake.delta import Lake, Run
from pipeline.lake.warehouse import Warehouse, model
from pipeline.steps.meddra import load_meddra
from pipeline.vocabulary import endpoints, meddra
from pipeline.vocabulary.files import vocabulary_version
from pipeline.vocabulary.meddra import endpoint_members, terms_source
from tests.meddrafiles import MadeUp

INFECTIONS = "Infections and infestations"
DRAWN = MadeUp(
    terms={
        "Glow fever": [INFECTIONS],
        "Blue pox": ["Blue disorders", INFECTIONS],
        "COVID-19": [INFECTIONS],
        "Crown fever": [INFECTIONS],
        "Crown cough": [INFECTIONS],
        "Febrile neutropenia": ["Blue disorders", INFECTIONS],
        "Dull thoughts": ["Blue disorders"],
        "Slow thoughts": ["Blue disorders"],
        "Confusional state": ["Blue disorders"],
        "Salt loss": ["Blue disorders"],
        "Salt pain": ["Blue disorders"],
        "Tin lymphoma": ["Metals"],
        "Marginal zone lymphoma": ["Metals"],
        "Zinc tumour": ["Metals"],
        "Basal cell carcinoma": ["Metals"],
        "Disease progression": ["Metals"],
        "Acute kidney injury": ["Metals"],
        "Kidney of tin": ["Metals"],
        "Pneumonia": ["Blue disorders"],
    },
    others={
        "Tin kidney": ("Kidney of tin", False),
        "Sepsis": ("Glow fever", True),
        "Oliguria": ("Acute kidney injury", True),
    },
    queries={
        "Noninfectious encephalopathy/delirium": [
            ("pt", "Dull thoughts", "narrow"),
            ("pt", "Confusional state", "narrow"),
            ("pt", "Slow thoughts", "broad"),
        ],
        "COVID-19": [("pt", "Crown fever", "narrow"), ("pt", "Crown cough", "broad")],
        "Tumour lysis syndrome": [("pt", "Salt loss", "narrow"), ("pt", "Salt pain", "broad")],
        "Malignant lymphomas": [("pt", "Tin lymphoma", "narrow"), ("pt", "Marginal zone lymphoma", "narrow")],
        "Non-haematological malignant tumours": [
            ("pt", "Zinc tumour", "narrow"),
            ("pt", "Basal cell carcinoma", "narrow"),
            ("pt", "Disease progression", "narrow"),
        ],
    },
    algorithms={"Tumour lysis syndrome"},
)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """A lake with the drawn dictionary."""
    return loaded_lake(tmp_path_factory.mktemp("meddra"), DRAWN)


@pytest.fixture(scope="module")
def overlaid(loaded):
    with Warehouse(Settings(threads=1)) as warehouse:
        register_vocabulary(warehouse)
        lay_meddra_over(warehouse, loaded, "29.0")
        yield warehouse


def loaded_lake(folder, *drawn):
    for item in drawn:
        load_meddra(Settings(lake=str(folder / "lake"), threads=1), item.write(folder / item.version))
    return Lake(folder / "lake")


def terms(warehouse, endpoint, scope):
    rows = warehouse.rows(
        "SELECT pt FROM vocabulary_endpoint_term WHERE endpoint = $endpoint AND scope = $scope",
        {"endpoint": endpoint, "scope": scope},
    )
    assert len(rows) == len(set(rows))
    return {pt for (pt,) in rows}


@pytest.fixture(scope="module")
def reviewed():
    with Warehouse(Settings(threads=1)) as warehouse:
        register_vocabulary(warehouse)
        yield warehouse


@pytest.mark.parametrize("scope", ["narrow", "broad"])
def test_infection_becomes_the_whole_class_on_primary_and_secondary_paths(overlaid, scope):
    assert terms(overlaid, "infection", scope) == {"GLOW FEVER", "BLUE POX", "COVID-19", "CROWN FEVER", "CROWN COUGH"}


def test_infections_without_covid_lack_its_reviewed_terms_and_the_narrow_ones_of_its_query(overlaid):
    assert terms(overlaid, "infection_ex_covid", "broad") == {"GLOW FEVER", "BLUE POX", "CROWN COUGH"}


def test_a_query_adds_its_terms_to_its_own_scopes(overlaid, reviewed):
    narrow, broad = (terms(overlaid, "icans", scope) for scope in ("narrow", "broad"))
    assert narrow - terms(reviewed, "icans", "narrow") == {"DULL THOUGHTS", "CONFUSIONAL STATE"}
    assert broad - terms(reviewed, "icans", "broad") == {"DULL THOUGHTS", "SLOW THOUGHTS"}
    assert narrow < broad


def test_the_broad_terms_of_a_query_with_an_algorithm_are_left_out(overlaid):
    assert terms(overlaid, "tls", "broad") == {"TUMOUR LYSIS SYNDROME", "SALT LOSS"}


def test_an_endpoint_that_takes_nothing_keeps_its_list(overlaid, reviewed):
    for scope in ("narrow", "broad"):
        assert terms(overlaid, "crs", scope) == terms(reviewed, "crs", scope)


def test_reviewed_neoplasms_stay_where_the_review_put_them(overlaid):
    assert "ZINC TUMOUR" in terms(overlaid, "spm_any", "narrow")
    assert "BASAL CELL CARCINOMA" not in terms(overlaid, "spm_any", "narrow")
    assert "DISEASE PROGRESSION" not in terms(overlaid, "spm_any", "broad")
    assert "MARGINAL ZONE LYMPHOMA" not in terms(overlaid, "spm_tcell", "broad")


def test_a_query_of_every_lymphoma_stays_out_of_the_narrow_t_cell_endpoint(overlaid):
    assert "TIN LYMPHOMA" in terms(overlaid, "spm_tcell", "broad") - terms(overlaid, "spm_tcell", "narrow")


def test_a_neoplasm_that_nobody_has_read_stays_undecided(overlaid):
    found = dict(
        overlaid.rows(
            "SELECT m.pt, r.state FROM vocabulary_malignancy_term AS m JOIN vocabulary_index_rule AS r "
            "ON r.kind = m.kind AND r.term_disease = m.disease AND r.index_disease = 'lbcl' "
            "WHERE m.pt IN ('ZINC TUMOUR', 'TIN LYMPHOMA')"
        )
    )
    assert found == {"ZINC TUMOUR": "indeterminate", "TIN LYMPHOMA": "indeterminate"}


def test_a_malignant_term_has_one_answer(overlaid):
    query = "SELECT pt FROM {} GROUP BY pt HAVING count(*) > 1"
    assert overlaid.rows(query.format("vocabulary_malignancy_term")) == []
    assert (
        overlaid.rows("SELECT indication_pt FROM vocabulary_indication_disease GROUP BY ALL HAVING count(*) > 1") == []
    )


def test_a_listed_term_that_is_a_lower_level_today_counts_as_its_preferred_term(overlaid):
    narrow = terms(overlaid, "aki", "narrow")
    assert "ACUTE KIDNEY INJURY" in narrow
    assert "OLIGURIA" not in narrow


def test_the_broad_scope_contains_the_narrow_one_everywhere(overlaid):
    for endpoint in endpoints.endpoints():
        assert terms(overlaid, endpoint.id, "narrow") <= terms(overlaid, endpoint.id, "broad"), endpoint.id


NAMES = """
dictionary                                                | reviewed former names          | published       | counted as
LLT Faint glow of Glow                                    |                                | Faint glow      | Glow
LLT Faint glow of Glow                                    |                                | Glow            | Glow
LLT Faint glow of Glow (not current)                      |                                | Faint glow      | Glow
LLT Faint glow of Glow                                    | Old glow > Glow                | Old glow        | Glow
LLT Faint glow of Glow                                    | Old glow > Faint glow          | Old glow        | Glow
LLT Faint glow of Glow                                    | Faint glow > Shine             | Faint glow      | Shine
LLT Faint glow of Glow                                    | Glow > Shine                   | Faint glow      | Shine
LLT Faint glow of Glow                                    | Glow > Gleam                   | Faint glow      | Gleam
LLT Faint glow of Glow                                    | Glow > Gleam                   | Glow            | Gleam
LLT Faint glow of Glow                                    | Glow > Faint glow              | Glow            | Glow
LLT Faint glow of Glow                                    | Glow > Faint glow              | Faint glow      | Glow
LLT Faint of Glow, LLT faint of Shine                     |                                | Faint           | Faint
LLT Faint of Glow (not current), LLT faint of Shine       |                                | Faint           | Shine
LLT Shine of Glow                                         |                                | Shine           | Shine
"""


@pytest.mark.parametrize("row", rows_of(NAMES), ids=lambda row: " | ".join(cell for cell in row.values() if cell))
def test_a_published_name_is_counted_under_todays_preferred_term(row):
    with Warehouse(Settings(threads=1)) as warehouse:
        lines = [lower_level(text) for text in row["dictionary"].split(", ")]
        former = [pair.upper().split(" > ") for pair in (row["reviewed former names"] or "").split(", ") if pair]
        show(warehouse, "meddra_pt", [("GLOW",), ("SHINE",)], ["pt"])
        show(warehouse, "meddra_llt", lines, ["llt", "pt", "is_current"])
        show(warehouse, "listed_former_name", former, ["former_pt", "current_pt"])
        names = dict(warehouse.rows(model("vocabulary/vocabulary_former_name")))
    published = row["published"].upper()
    assert names.get(published, published) == row["counted as"].upper()
    assert not set(names) & set(names.values()), "one step leads to the name that counts"


def lower_level(text):
    name, pt = text.removeprefix("LLT ").removesuffix(" (not current)").upper().split(" OF ")
    return name, pt, not text.endswith("(not current)")


def show(warehouse, name, rows, columns):
    kinds = [pa.bool_() if column.startswith("is_") else pa.string() for column in columns]
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    warehouse.register(name, pa.Table.from_pylist(found, pa.schema(list(zip(columns, kinds, strict=True)))))


def test_a_lake_without_meddra_counts_with_the_reviewed_lists(tmp_path, reviewed):
    lake = Lake(tmp_path)
    assert (loaded_versions(lake), chosen_version(lake), meddra_content(lake, None)) == ([], None, [])
    before = terms(reviewed, "infection", "narrow")
    lay_meddra_over(reviewed, lake, None)
    assert terms(reviewed, "infection", "narrow") == before
    assert absent_names(reviewed, None) == []


def test_the_newest_version_counts_unless_another_or_none_is_asked_for(tmp_path):
    older = MadeUp({"Glow": [INFECTIONS]}, queries={"COVID-19": [("pt", "Glow", "narrow")]}, version="9.1")
    lake = loaded_lake(tmp_path, DRAWN, older)
    assert loaded_versions(lake) == ["9.1", "29.0"]
    assert [chosen_version(lake, asked) for asked in (None, "", "9.1", "none")] == ["29.0", "29.0", "9.1", None]
    with pytest.raises(NothingThere, match=r"no MedDRA 28\.1 \(loaded: 9\.1, 29\.0\)"):
        chosen_version(lake, "28.1")
    assert meddra_content(lake, "9.1") != meddra_content(lake, "29.0")


def test_a_report_says_which_terms_were_used():
    assert terms_source("29.0") == "MedDRA 29.0"
    assert terms_source(None) == f"no MedDRA loaded: term lists of vocabulary {vocabulary_version()}"


def test_a_class_that_the_version_lacks_leaves_the_reviewed_list_and_is_said(tmp_path, reviewed):
    lake = loaded_lake(tmp_path, MadeUp({"Glow": ["Blue"]}, queries={"Convulsions": [("pt", "Glow", "narrow")]}))
    with Warehouse(Settings(threads=1)) as warehouse:
        register_vocabulary(warehouse)
        lay_meddra_over(warehouse, lake, "29.0")
        assert terms(warehouse, "infection", "narrow") == terms(reviewed, "infection", "narrow")
        said = absent_names(warehouse, "29.0")
    assert (
        "MedDRA 29.0 has no SOC INFECTIONS AND INFESTATIONS, which infection, infection_ex_covid would take: "
        "the reviewed list stays."
    ) in said
    assert not [sentence for sentence in said if "CONVULSIONS" in sentence]


def test_where_the_review_and_meddra_disagree_is_said(overlaid, tmp_path):
    said = disagreements(overlaid, "29.0")
    moved = "MedDRA 29.0: listed terms that are lower-level terms of it, counted as their preferred term: 2 "
    assert f"{moved}(OLIGURIA, SEPSIS)." in said
    assert "MedDRA 29.0: listed terms that the classes taken in their stead do not have: 1 (PNEUMONIA)." in said
    assert any("listed terms that it does not have: 2," in text for text in said)
    drawn = MadeUp(
        {"Convulsion": ["Blue"], "Glow": ["Blue"]},
        others={"Facial palsy": ("Glow", True)},
        queries={"Q": [("pt", "Glow", "narrow")]},
        version="9.1",
    )
    lake = loaded_lake(tmp_path, drawn)
    with Warehouse(Settings(threads=1)) as warehouse:
        register_vocabulary(warehouse)
        lay_meddra_over(warehouse, lake, "9.1")
        said = disagreements(warehouse, "9.1")
    assert "MedDRA 9.1: former names of former_names.csv that are preferred terms of it: 1 (CONVULSION)." in said
    assert (
        "MedDRA 9.1: former names of former_names.csv that it has under another preferred term: 1 (FACIAL PALSY)."
        in said
    )


def test_loading_that_was_interrupted_between_two_tables_is_never_read(tmp_path):
    lake = loaded_lake(tmp_path, DRAWN)
    changed = MadeUp({"Glow": [INFECTIONS]}, queries={"COVID-19": [("pt", "Glow", "narrow")]})
    other = loaded_lake(tmp_path / "other", changed)
    (stored,) = other.files("meddra_pt")
    lake.commit("meddra_pt", {"meddra_version": "29.0"}, stored.path, Run("meddra", stored.run_id, "x"), stored.n_rows)
    with Warehouse(Settings(threads=1)) as warehouse:
        register_vocabulary(warehouse)
        with pytest.raises(LakeConflict, match=r"Loading MedDRA 29\.0 was interrupted"):
            lay_meddra_over(warehouse, lake, "29.0")


def test_the_same_overlay_twice_is_the_same(loaded, overlaid):
    query = "SELECT * FROM vocabulary_endpoint_term"
    first = overlaid.arrow(query)
    for threads in (1, 3):
        with Warehouse(Settings(threads=threads)) as warehouse:
            register_vocabulary_with(warehouse, loaded, "29.0")
            assert warehouse.arrow(query) == first


def test_every_selection_of_the_definitions_is_a_name_and_never_a_list_of_terms():
    members = [member for member in endpoint_members() if member.role == "member"]
    assert len(members) > 10
    assert {member.kind for member in members} <= {"soc", "hlgt", "hlt", "smq", "smq_narrow", "smq_broad"}


@pytest.mark.parametrize("entry", [{"smqs": ["A"]}, {"pt": ["A"]}, {"soc": ["A"], "without": {"list": ["B"]}}])
def test_a_key_that_is_none_is_refused(monkeypatch, entry):
    odd = endpoints.endpoint("crs")
    changed = endpoints.Endpoint(**{name: getattr(odd, name) for name in odd.__slots__} | {"meddra": entry})
    monkeypatch.setattr(meddra, "endpoints", lambda: (changed,))
    with pytest.raises(CartwatchError, match=r"endpoints\.yaml, crs, meddra: no"):
        endpoint_members()


TAKEN = """
kind       | name                | narrow               | broad only
soc        | BLUE DISORDERS      | BLUE POX, GLOW       | -
hlgt       | BLUE DISORDERS GROUP| BLUE POX, GLOW       | -
hlt        | METALS KIND         | BLUE POX, TIN        | -
smq        | STATES              | GLOW                 | TIN
smq_narrow | STATES              | GLOW                 | -
smq_broad  | STATES              | -                    | GLOW, TIN
smq        | LOSSES              | TIN                  | -
smq        | NOWHERE             | -                    | -
"""


@pytest.mark.parametrize("row", rows_of(TAKEN), ids=lambda row: f"{row['kind']} {row['name']}")
def test_a_selection_takes_its_terms_into_its_scopes(tmp_path, row):
    drawn = MadeUp(
        {"Blue pox": ["Metals", "Blue disorders"], "Glow": ["Blue disorders"], "Tin": ["Metals"]},
        queries={
            "States": [("pt", "Glow", "narrow"), ("pt", "Tin", "broad")],
            "Losses": [("pt", "Tin", "narrow"), ("pt", "Glow", "broad")],
        },
        algorithms={"Losses"},
    )
    with Warehouse(Settings(threads=1)) as warehouse:
        warehouse.mount(loaded_lake(tmp_path, drawn), "meddra_hierarchy", "meddra_smq")
        selection = [("e", "member", row["kind"], row["name"])]
        show(warehouse, "meddra_selection", selection, ["endpoint", "role", "kind", "name"])
        show(warehouse, "listed_endpoint_term", [], ["endpoint", "scope", "pt"])
        show(warehouse, "vocabulary_former_name", [], ["former_pt", "current_pt"])
        found = warehouse.rows(model("vocabulary/vocabulary_endpoint_term"))
    narrow = {pt for _, scope, pt in found if scope == "narrow"}
    broad = {pt for _, scope, pt in found if scope == "broad"}
    assert narrow == cells(row["narrow"])
    assert broad - narrow == cells(row["broad only"])


def cells(text):
    return set((text or "").split(", ")) - {""}


def test_an_old_reports_lower_level_term_is_counted_as_its_preferred_term(overlaid):
    reactions = [("TIN KIDNEY", "TIN KIDNEY", "2004Q1"), ("KIDNEY OF TIN", "Kidney of tin", "2023Q1")]
    show(overlaid, "case_reaction", reactions, ["pt", "pt_text", "quarter"])
    assert sorted(overlaid.rows(model("step/term"))) == [
        ("KIDNEY OF TIN", "KIDNEY OF TIN", "Kidney of tin"),
        ("TIN KIDNEY", "KIDNEY OF TIN", "Kidney of tin"),
    ]
