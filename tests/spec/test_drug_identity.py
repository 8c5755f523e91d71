"""What a drug entry counts as: product, published ingredients, a learned or a parsed name, or the name itself."""

import pytest
from drugrows import identified, identities, names, repeated, resolution
from tables import rows_of

from pipeline.cases.identity import refuse_shared_numbers
from pipeline.errors import CartwatchError
from pipeline.lake.warehouse import model

BASES = r"""
published                                   | bases
METFORMIN HYDROCHLORIDE                     | METFORMIN
Metformin                                   | METFORMIN
TIPIRACIL HYDROCHLORIDE\TRIFLURIDINE        | TIPIRACIL + TRIFLURIDINE
TRIFLURIDINE\TIPIRACIL HYDROCHLORIDE        | TIPIRACIL + TRIFLURIDINE
AMPHETAMINE SULFATE\AMPHETAMINE ASPARTATE   | AMPHETAMINE
DEXAMETHASONE SODIUM PHOSPHATE              | DEXAMETHASONE
DABIGATRAN ETEXILATE MESYLATE               | DABIGATRAN ETEXILATE
CEFAZOLIN SODIUM MONOHYDRATE                | CEFAZOLIN
METOPROLOL SUCCINATE                        | METOPROLOL
METOPROLOL TARTRATE                         | METOPROLOL
SODIUM CHLORIDE                             | SODIUM CHLORIDE
POTASSIUM CHLORIDE                          | POTASSIUM CHLORIDE
LITHIUM CARBONATE                           | LITHIUM CARBONATE
LITHIUM CITRATE                             | LITHIUM CITRATE
CALCIUM CARBONATE                           | CALCIUM CARBONATE
MAGNESIUM SULFATE                           | MAGNESIUM SULFATE
MAGNESIUM SULFATE HEPTAHYDRATE              | MAGNESIUM SULFATE
IRON SUCROSE                                | IRON SUCROSE
FERROUS FUMARATE                            | FERROUS FUMARATE
ZINC SULFATE                                | ZINC SULFATE
ZINC                                        | ZINC
CALCIUM                                     | CALCIUM
SODIUM PHOSPHATE, MONOBASIC                 | SODIUM PHOSPHATE, MONOBASIC
MONOBASIC SODIUM PHOSPHATE                  | MONOBASIC SODIUM PHOSPHATE
DIBASIC SODIUM PHOSPHATE DIHYDRATE          | DIBASIC SODIUM PHOSPHATE
TRIBASIC CALCIUM PHOSPHATE                  | TRIBASIC CALCIUM PHOSPHATE
ANHYDROUS CALCIUM CHLORIDE                  | ANHYDROUS CALCIUM CHLORIDE
ANHYDROUS TRISODIUM CITRATE                 | ANHYDROUS TRISODIUM CITRATE
ANHYDROUS DIBASIC CALCIUM PHOSPHATE         | ANHYDROUS DIBASIC CALCIUM PHOSPHATE
DRIED FERROUS SULFATE                       | DRIED FERROUS SULFATE
LIGHT MAGNESIUM CARBONATE                   | LIGHT MAGNESIUM CARBONATE
HEAVY MAGNESIUM CARBONATE                   | HEAVY MAGNESIUM CARBONATE
PRECIPITATED CALCIUM CARBONATE              | PRECIPITATED CALCIUM CARBONATE
DICALCIUM PHOSPHATE                         | DICALCIUM PHOSPHATE
TRICALCIUM PHOSPHATE                        | TRICALCIUM PHOSPHATE
DIPOTASSIUM PHOSPHATE                       | DIPOTASSIUM PHOSPHATE
TRIPOTASSIUM CITRATE MONOHYDRATE            | TRIPOTASSIUM CITRATE
TRISODIUM CITRATE                           | TRISODIUM CITRATE
CERIUM NITRATE                              | CERIUM NITRATE
THALLIUM CHLORIDE                           | THALLIUM CHLORIDE
NICKEL SULFATE                              | NICKEL SULFATE
TIN CHLORIDE                                | TIN CHLORIDE
ISOSORBIDE NITRATE                          | ISOSORBIDE NITRATE
OCTYL NITRATE                               | OCTYL NITRATE
EDETATE SODIUM                              | EDETATE SODIUM
CLORAZEPATE DIPOTASSIUM                     | CLORAZEPATE
AMMONIUM CHLORIDE                           | AMMONIUM CHLORIDE
ARGININE HYDROCHLORIDE                      | ARGININE HYDROCHLORIDE
METHYL SALICYLATE                           | METHYL SALICYLATE
DIMETHYL FUMARATE                           | DIMETHYL FUMARATE
ETHYL CHLORIDE                              | ETHYL CHLORIDE
FENTANYL CITRATE                            | FENTANYL
EDETATE DISODIUM                            | EDETATE DISODIUM
EDETATE CALCIUM DISODIUM                    | EDETATE CALCIUM DISODIUM
DEXTRAN SULFATE SODIUM                      | DEXTRAN SULFATE
ADENOSINE PHOSPHATE                         | ADENOSINE PHOSPHATE
HALOPERIDOL DECANOATE                       | HALOPERIDOL DECANOATE
FLUTICASONE FUROATE                         | FLUTICASONE FUROATE
FLUTICASONE PROPIONATE                      | FLUTICASONE PROPIONATE
TENOFOVIR DISOPROXIL FUMARATE               | TENOFOVIR DISOPROXIL
TENOFOVIR ALAFENAMIDE FUMARATE              | TENOFOVIR ALAFENAMIDE
.ALPHA.-TOCOPHEROL ACETATE, DL-             | .ALPHA.-TOCOPHEROL ACETATE, DL-
"""


@pytest.mark.parametrize("row", rows_of(BASES), ids=lambda row: row["published"])
def test_a_published_ingredient_counts_as_its_base_and_a_salt_never_makes_another_drug(row):
    found = identities([{"drug_name": "X", "active_ingredient": row["published"]}])
    assert found == {("X", row["published"]): ("published", tuple(row["bases"].split(" + ")))}


EVIDENCE = r"""
drug_name        | active_ingredient                 | n
LIPITOR          | ATORVASTATIN CALCIUM              | 2
Lipitor.         | ATORVASTATIN                      | 1
BACTRIM          | SULFAMETHOXAZOLE\TRIMETHOPRIM     | 3
GLUCOPHAGE       | METFORMIN HYDROCHLORIDE           | 3
TYLENOL          | ACETAMINOPHEN                     | 2
HCTZ             | HYDROCHLOROTHIAZIDE               | 3
ZESTRIL          | LISINOPRIL                        | 3
CO-DIOVAN        | HYDROCHLOROTHIAZIDE\VALSARTAN     | 4
CO-DIOVAN        | VALSARTAN                         | 1
MULTI            | CALCIUM CARBONATE                 | 2
MULTI            | CALCIUM CITRATE                   | 2
MOSTLY           | OXYCODONE HYDROCHLORIDE           | 3
MOSTLY           | MORPHINE SULFATE                  | 1
ANTIBIOTIC       | UNSPECIFIED INGREDIENT            | 5
VITAMIN K        | PHYTONADIONE                      | 3
KYMRIAH          | TISAGENLECLEUCEL                  | 3
SODIUM CHLORIDE  | SODIUM CHLORIDE                   | 1
LISINOPRIL 5 MG  | VALSARTAN                         | 1
LASIX            | FUROSEMIDE                        | 1
COZAAR           | LOSARTAN POTASSIUM                | 1
TOCO             | .ALPHA.-TOCOPHEROL NICOTINATE     | 1
"""
ASKED = r"""
name                                                                | answer
LIPITOR                                                             | learned: ATORVASTATIN
lipitor                                                             | learned: ATORVASTATIN
 Lipitor . .                                                        | learned: ATORVASTATIN
BACTRIM                                                             | learned: SULFAMETHOXAZOLE + TRIMETHOPRIM
CO-DIOVAN                                                           | learned: HYDROCHLOROTHIAZIDE + VALSARTAN
TYLENOL                                                             | name: TYLENOL
MULTI                                                               | name: MULTI
MOSTLY                                                              | name: MOSTLY
ANTIBIOTIC                                                          | name: ANTIBIOTIC
KYMRIAH                                                             | car_t: any_car_t + tisagenlecleucel
ACETAMINOPHEN                                                       | parsed: ACETAMINOPHEN
ACETAMINOPHEN.                                                      | parsed: ACETAMINOPHEN
OXYCODONE HCL                                                       | parsed: OXYCODONE
Oxycodone hydrochloride tablets 5 mg                                | parsed: OXYCODONE
SODIUM CHLORIDE                                                     | parsed: SODIUM CHLORIDE
SODIUM                                                              | name: SODIUM
LIPITOR 10MG                                                        | parsed: ATORVASTATIN
LIPITOR 10 MG/20 MG TABLETS                                         | parsed: ATORVASTATIN
METFORMIN (500 MG)                                                  | parsed: METFORMIN
ACETAMINOPHEN({=100 mg)                                             | parsed: ACETAMINOPHEN
ACETAMINOPHEN /00020001/                                            | parsed: ACETAMINOPHEN
LIPITOR (ATORVASTATIN CALCIUM)                                      | parsed: ATORVASTATIN
unheard of (atorvastatin)                                           | parsed: ATORVASTATIN
unheard of (atorvastatin) (ka)                                      | parsed: ATORVASTATIN
(LISINOPRIL) - SOLUTION- 85 MG/M2                                   | parsed: LISINOPRIL
SEPTRA (SULFAMETHOXAZOLE/TRIMETHOPRIM)                              | parsed: SULFAMETHOXAZOLE + TRIMETHOPRIM
LISINOPRIL (METFORMIN)                                              | name: LISINOPRIL (METFORMIN)
LISINOPRIL (SOMETHING ELSE)                                         | name: LISINOPRIL (SOMETHING ELSE)
LISINOPRIL (ZESTRIL) (METFORMIN)                                    | name: LISINOPRIL (ZESTRIL) (METFORMIN)
UNHEARD (LISINOPRIL) METFORMIN                                      | name: UNHEARD (LISINOPRIL) METFORMIN
CALCIUM WITH VITAMIN D (LISINOPRIL, CALCIUM SOD                     | name: CALCIUM WITH VITAMIN D (LISINOPRIL, CALCIUM SOD
LISINOPRIL/HYDROCHLOROTHIAZIDE                                      | parsed: HYDROCHLOROTHIAZIDE + LISINOPRIL
HCTZ/LISINOPRIL                                                     | parsed: HYDROCHLOROTHIAZIDE + LISINOPRIL
LISINOPRIL AND METFORMIN HYDROCHLORIDE                              | parsed: LISINOPRIL + METFORMIN
LISINOPRIL + METFORMIN + VALSARTAN                                  | parsed: LISINOPRIL + METFORMIN + VALSARTAN
LISINOPRIL 10 MG/HCTZ 12.5 MG                                       | parsed: HYDROCHLOROTHIAZIDE + LISINOPRIL
ACETAMINOPHEN\OXYCODONE HYDROCHLORIDE                               | parsed: ACETAMINOPHEN + OXYCODONE
LISINOPRIL/UNHEARD                                                  | name: LISINOPRIL/UNHEARD
LISINOPRIL/MULTI                                                    | name: LISINOPRIL/MULTI
LISINOPRIL/BACTRIM                                                  | name: LISINOPRIL/BACTRIM
LISINOPRIL//METFORMIN                                               | name: LISINOPRIL//METFORMIN
LISINOPRIL 5 MG                                                     | name: LISINOPRIL 5 MG
LISINOPRIL 10 MG                                                    | parsed: LISINOPRIL
LISINOPRIL/                                                         | name: LISINOPRIL/
LISINOPRIL OR METFORMIN                                             | name: LISINOPRIL OR METFORMIN
LISINOPRIL/METFORMIN OR VALSARTAN                                   | name: LISINOPRIL/METFORMIN OR VALSARTAN
PLACEBO FOR (LISINOPRIL)                                            | name: PLACEBO FOR (LISINOPRIL)
LISINOPRIL PLACEBO (LISINOPRIL)                                     | name: LISINOPRIL PLACEBO (LISINOPRIL)
LISINOPRIL/PLACEBO                                                  | name: LISINOPRIL/PLACEBO
NOT (LISINOPRIL)                                                    | name: NOT (LISINOPRIL)
NO LISINOPRIL (LISINOPRIL)                                          | name: NO LISINOPRIL (LISINOPRIL)
LISINOPRIL-FREE (LISINOPRIL)                                        | name: LISINOPRIL-FREE (LISINOPRIL)
BLINDED (LISINOPRIL)                                                | name: BLINDED (LISINOPRIL)
UNHEARD VS UNKNOWN (LISINOPRIL)                                     | name: UNHEARD VS UNKNOWN (LISINOPRIL)
UNHEARD VERSUS X (LISINOPRIL)                                       | name: UNHEARD VERSUS X (LISINOPRIL)
WITHOUT (LISINOPRIL)                                                | name: WITHOUT (LISINOPRIL)
NOTHING ELSE (LISINOPRIL)                                           | parsed: LISINOPRIL
VALSARTAN LOCK (LISINOPRIL)                                         | name: VALSARTAN LOCK (LISINOPRIL)
GLUCOPHAGE LOCK (LISINOPRIL)                                        | name: GLUCOPHAGE LOCK (LISINOPRIL)
BACTRIM (TRIMETHOPRIM)                                              | name: BACTRIM (TRIMETHOPRIM)
METFORMIN HOME (METFORMIN HYDROCHLORIDE)                            | parsed: METFORMIN
ZESTRIL FORTE (LISINOPRIL)                                          | parsed: LISINOPRIL
SODIUM LOCK (SODIUM CHLORIDE)                                       | parsed: SODIUM CHLORIDE
A/B                                                                 | name: A/B
AB                                                                  | name: AB
LISINOPRILMETFORMIN                                                 | name: LISINOPRILMETFORMIN
HEAD AND SHOULDERS                                                  | name: HEAD AND SHOULDERS
VITAMIN K 10 MG                                                     | parsed: PHYTONADIONE
VITAMIN                                                             | name: VITAMIN
FUROSEMIDE POTASSIUM                                                | name: FUROSEMIDE POTASSIUM
FUROSEMIDE SODIUM                                                   | parsed: FUROSEMIDE
LOSARTAN POTASSIUM                                                  | parsed: LOSARTAN
COZAAR (LOSARTAN POTASSIUM)                                         | parsed: LOSARTAN
FACTOR 9                                                            | name: FACTOR 9
juvela nicotinate (tocopheryl nicotinate)                           | name: JUVELA NICOTINATE (TOCOPHERYL NICOTINATE)
"""


@pytest.fixture(scope="module")
def answers():
    asked = [row["name"] for row in rows_of(ASKED)]
    return names([*repeated(EVIDENCE), *({"drug_name": name} for name in asked)])


@pytest.mark.parametrize("row", rows_of(ASKED), ids=lambda row: row["name"])
def test_a_name_is_learned_or_parsed_or_stays_a_name(answers, row):
    assert answers[row["name"]] == row["answer"]


HOSTILE = [
    "%",
    "' OR 1=1 --",
    '"VITAMINS" (NOS)',
    "((((((",
    ")LISINOPRIL(",
    "()",
    "LISINOPRIL()",
    "$salt_tail",
    "\\",
    "\\\\",
    "/",
    "SOLUCI?N",
    "^(.*?)*$",
    "X" * 2_000,
    "LISINOPRIL/" * 200,
    "(" * 1_000 + ")" * 1_000,
    "10 MG " * 400,
    "SODIUM " * 300,
    "é ü 薬",
]


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: repr(name[:20]))
def test_a_hostile_name_stays_itself_or_is_no_name(name):
    found = names([{"drug_name": name}, *repeated(EVIDENCE)])
    tidied = " ".join(name.upper().split()).rstrip(" .")
    has_text = any(letter.isalnum() for letter in name)
    assert found.get(name) == (f"name: {tidied}" if has_text else None)


@pytest.mark.parametrize("name", ["", " ", "...", "---", "(-)", "?"])
def test_punctuation_alone_is_no_drug(name):
    rows = [{"drug_name": name}, {"drug_name": "ASPIRIN"}]
    assert names(rows) == {"ASPIRIN": "name: ASPIRIN"}
    assert resolution(rows)[0]["n_unnamed"] == 1


def test_published_ingredients_beat_what_the_name_was_learned_to_be():
    rows = [*repeated(EVIDENCE), {"drug_name": "LIPITOR", "active_ingredient": "EZETIMIBE"}]
    assert identities(rows)["LIPITOR", "EZETIMIBE"] == ("published", ("EZETIMIBE",))


def test_a_placeholder_is_no_ingredient_and_teaches_none():
    found = identities(repeated(EVIDENCE))
    assert found["ANTIBIOTIC", "UNSPECIFIED INGREDIENT"] == ("name", ("ANTIBIOTIC",))


def test_a_car_t_product_beats_published_ingredients_and_teaches_nothing():
    rows = repeated("drug_name | active_ingredient | n\nKYMRIAH | CYCLOPHOSPHAMIDE | 5")
    found = identities([*rows, {"drug_name": "CYCLOPHOSPHAMIDE"}])
    assert found["KYMRIAH", "CYCLOPHOSPHAMIDE"] == ("car_t", ("any_car_t", "tisagenlecleucel"))
    assert found["CYCLOPHOSPHAMIDE", None] == ("name", ("CYCLOPHOSPHAMIDE",))


THRESHOLDS = r"""
first | second | answer
2     | 0      | name: BRAND
3     | 0      | learned: AAA
4     | 1      | learned: AAA
3     | 1      | name: BRAND
79    | 21     | name: BRAND
80    | 20     | learned: AAA
50    | 50     | name: BRAND
"""


@pytest.mark.parametrize("row", rows_of(THRESHOLDS), ids=lambda row: f"{row['first']} v {row['second']}")
def test_a_name_is_learned_from_three_cases_and_four_fifths_of_them(row):
    rows = [{"drug_name": "BRAND", "active_ingredient": "AAA"}] * int(row["first"])
    rows += [{"drug_name": "BRAND", "active_ingredient": "BBB"}] * int(row["second"])
    assert names([*rows, {"drug_name": "BRAND"}])["BRAND"] == row["answer"]


WITNESSES = r"""
why                                          | entries                                           | answer
three dose lines of one case                 | 1 1 AAA, 1 1 AAA, 1 1 AAA                         | name: BRAND
three versions of one case                   | 1 1 AAA, 1 2 AAA, 1 3 AAA                         | name: BRAND
two cases, one of them spelt in two ways     | 1 1 AAA, 1 1 AAA SODIUM, 2 2 AAA                  | name: BRAND
three cases                                  | 1 1 AAA, 2 2 AAA, 3 3 AAA SODIUM                  | learned: AAA
three reports that tell no case              | - 1 AAA, - 2 AAA, - 3 AAA                         | learned: AAA
three lines of a report that tells no case   | - 1 AAA, - 1 AAA, - 1 AAA                         | name: BRAND
a report is not the case of its number       | - 1 AAA, 1 4 AAA, 2 5 AAA                         | learned: AAA
one case of many lines against three         | 1 1 AAA, 2 2 AAA, 3 3 AAA, 4 4 BBB, 4 4 BBB       | name: BRAND
many lines do not outvote a case             | 1 1 AAA, 1 1 AAA, 1 1 AAA, 1 1 AAA, 2 2 BBB       | name: BRAND
a case that publishes two sets is for none   | 1 1 AAA, 2 2 AAA, 3 3 AAA, 1 1 BBB, 2 2 BBB, 3 3 BBB | name: BRAND
a placeholder is evidence against            | 1 1 AAA, 2 2 AAA, 3 3 AAA, 4 4 UNSPECIFIED INGREDIENT | name: BRAND
so is an investigational product             | 1 1 AAA, 2 2 AAA, 3 3 AAA, 4 4 INVESTIGATIONAL PRODUCT | name: BRAND
placeholders of one case are one case        | 1 1 AAA, 2 2 AAA, 3 3 AAA, 4 4 AAA, 5 5 UNSPECIFIED INGREDIENT, 5 5 UNSPECIFIED INGREDIENT | learned: AAA
a name without anything published is no vote | 1 1 AAA, 2 2 AAA, 3 3 AAA, 4 4, 5 5, 6 6          | learned: AAA
"""


def witness(entry):
    """A drug entry from its case, its report and what it publishes."""
    case, report, *published = entry.split()
    found = {"drug_name": "BRAND", "report_id": int(report), "active_ingredient": " ".join(published) or None}
    return found | ({} if case == "-" else {"case_id": int(case)})


@pytest.mark.parametrize("row", rows_of(WITNESSES), ids=lambda row: row["why"])
def test_a_case_is_one_witness_whatever_its_lines_and_versions(row):
    rows = [witness(entry) for entry in row["entries"].split(", ")]
    assert names([*rows, {"drug_name": "BRAND", "report_id": 99}])["BRAND"] == row["answer"]


def test_a_few_cases_never_outvote_the_thousands_that_publish_a_placeholder():
    rows = [{"drug_name": "CHEMOTHERAPY", "active_ingredient": "LENALIDOMIDE"}] * 3
    rows += [{"drug_name": "CHEMOTHERAPY", "active_ingredient": "UNSPECIFIED INGREDIENT"}] * 5_000
    found = identities([*rows, {"drug_name": "CHEMOTHERAPY"}])
    assert found["CHEMOTHERAPY", None] == ("name", ("CHEMOTHERAPY",))
    assert found["CHEMOTHERAPY", "UNSPECIFIED INGREDIENT"] == ("name", ("CHEMOTHERAPY",))


def test_a_part_that_is_itself_an_ingredient_has_no_evidence_of_learning():
    warehouse = identified([*repeated(EVIDENCE), {"drug_name": "ACETAMINOPHEN 5 MG"}])
    asked = "SELECT n_evidence, n_named, share, read_as FROM drug_identity WHERE name_key = 'ACETAMINOPHEN 5 MG'"
    assert warehouse.rows(asked) == [(None, None, None, "ACETAMINOPHEN")]


def test_every_resolution_keeps_its_evidence():
    asked = ["LIPITOR", "CO-DIOVAN", "LIPITOR 10MG", "HCTZ/LISINOPRIL", "MULTI"]
    warehouse = identified([*repeated(EVIDENCE), *({"drug_name": name} for name in asked)])
    found = warehouse.rows(
        "SELECT t.drug_name, i.n_evidence, i.n_named, i.share, i.read_as FROM drug_identity AS i "
        "JOIN drug_text AS t ON t.text_id = i.text_id WHERE t.active_ingredient IS NULL ORDER BY t.drug_name"
    )
    assert found == [
        ("CO-DIOVAN", 4, 5, 0.8, None),
        ("HCTZ/LISINOPRIL", 3, 3, 1.0, "HCTZ + LISINOPRIL"),
        ("LIPITOR", 3, 3, 1.0, None),
        ("LIPITOR 10MG", 3, 3, 1.0, "LIPITOR"),
        ("MULTI", None, None, None, None),
    ]


def test_the_rows_of_a_quarter_add_up_by_how_they_were_resolved():
    shown = """
    drug_name  | active_ingredient | quarter | role_code | n
    LIPITOR    | ATORVASTATIN      | 2023Q4  | PS        | 3
    LIPITOR    | -                 | 2023Q4  | C         | 2
    LIPITOR    | -                 | 2004Q1  | -         | 1
    KYMRIAH    | -                 | 2023Q4  | PS        | 1
    HOMEBREW   | -                 | 2023Q4  | SS        | 1
    LIPITOR 5MG| -                 | 2004Q1  | PS        | 1
    -          | -                 | 2004Q1  | PS        | 1
    """
    found = resolution(repeated(shown))
    parts = ("n_car_t", "n_published", "n_learned", "n_parsed", "n_name_only", "n_unnamed")
    counted = {
        (row["quarter"], row["role_group"]): (row["n_rows"], *(row[part] for part in parts), row["share_resolved"])
        for row in found
    }
    assert counted == {
        ("2004Q1", "all"): (3, 0, 0, 1, 1, 0, 1, 2 / 3),
        ("2004Q1", "exposure"): (2, 0, 0, 0, 1, 0, 1, 0.5),
        ("2023Q4", "all"): (7, 1, 3, 2, 0, 1, 0, 6 / 7),
        ("2023Q4", "exposure"): (5, 1, 3, 0, 0, 1, 0, 0.8),
    }
    assert all(row["n_rows"] == sum(row[part] for part in parts) for row in found)


def test_a_quarter_that_is_not_shown_teaches_nothing():
    rows = repeated("drug_name | active_ingredient | n\nLIPITOR | - | 1\nLIPITOR | ATORVASTATIN | 3")
    assert names(rows[:1])["LIPITOR"] == "name: LIPITOR"
    assert names(rows)["LIPITOR"] == "learned: ATORVASTATIN"


def test_no_entries_give_no_drugs():
    assert identities([]) == {}
    assert resolution([]) == []


def test_two_texts_of_one_number_are_refused():
    warehouse = identified([{"drug_name": "A"}])
    warehouse.create("drug_text", "SELECT unnest([7, 7]) AS text_id")
    with pytest.raises(CartwatchError, match="1 drug texts share a number"):
        refuse_shared_numbers(warehouse)


def test_the_report_shows_the_names_that_touch_most_entries():
    rows = [*repeated(EVIDENCE), *({"drug_name": "LIPITOR"} for _ in range(4)), {"drug_name": "HCTZ/LISINOPRIL"}]
    shown = identified(rows).rows(model("report/learned_name"))
    assert shown == [
        ("LIPITOR", "learned", "ATORVASTATIN", 4, 3, 3, 1.0, None),
        ("HCTZ/LISINOPRIL", "parsed", "HYDROCHLOROTHIAZIDE + LISINOPRIL", 1, 3, 3, 1.0, "HCTZ + LISINOPRIL"),
    ]
