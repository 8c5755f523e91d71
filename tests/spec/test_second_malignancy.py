"""What a malignant term is beside the report's index diseases, as a table of answers."""

import pytest

from pipeline.errors import UsageError
from pipeline.vocabulary.malignancies import index_rules, malignancy_terms, second_malignancy_state
from pipeline.vocabulary.products import product

TABLE = """
term                                                   | index diseases          | state
Diffuse large B-cell lymphoma recurrent                | lbcl                    | index
Diffuse large B-cell lymphoma                          | lbcl                    | index
Diffuse large B-cell lymphoma                          | fl                      | indeterminate
Diffuse large B-cell lymphoma                          | b_all lbcl fl           | index
Diffuse large B-cell lymphoma                          | myeloma                 | counted
Diffuse large B-cell lymphoma                          | unspecified_lymphoma    | indeterminate
B-cell lymphoma recurrent                              | lbcl                    | index
B-cell lymphoma                                        | lbcl                    | indeterminate
Acute lymphocytic leukaemia recurrent                  | b_all                   | index
B-cell type acute leukaemia                            | b_all                   | index
Leukaemia                                              | b_all                   | indeterminate
Leukaemia recurrent                                    | b_all                   | index
Leukaemia                                              | lbcl                    | counted
Lymphoma                                               | lbcl                    | indeterminate
Lymphoma                                               | myeloma                 | counted
Richter's syndrome                                     | cll                     | indeterminate
Richter's syndrome                                     |                         | indeterminate
Plasma cell myeloma                                    | myeloma                 | index
Plasma cell myeloma recurrent                          | myeloma                 | index
Plasma cell leukaemia                                  | myeloma                 | index
T-cell lymphoma                                        | lbcl                    | counted
T-cell lymphoma                                        | b_all lbcl fl           | counted
T-cell lymphoma                                        | unspecified_lymphoma    | indeterminate
Myelodysplastic syndrome                               | lbcl                    | counted
Acute myeloid leukaemia                                | myeloma                 | counted
Acute myeloid leukaemia                                | myeloid                 | index
Breast cancer                                          | b_all                   | counted
Breast cancer                                          | breast                  | index
Basal cell carcinoma                                   | fl                      | counted
Neoplasm malignant                                     | lbcl                    | indeterminate
Metastases to liver                                    | lbcl                    | indeterminate
Malignant neoplasm progression                         | mcl                     | index
Disease progression                                    |                         | index
Minimal residual disease                               | b_all                   | index
Breast cancer recurrent                                | lbcl                    | indeterminate
Second primary malignancy                              | lbcl                    | counted
Breast cancer                                          |                         | counted
Mantle cell lymphoma                                   | mcl myeloma             | index
"""


def cases():
    terms = {term.pt: term for term in malignancy_terms()}
    for line in TABLE.strip().splitlines()[1:]:
        pt, index, state = (cell.strip() for cell in line.split("|"))
        yield pytest.param(terms[pt], index.split(), state, id=f"{pt} | {index}")


@pytest.mark.parametrize(("term", "index", "state"), list(cases()))
def test_a_term_beside_index_diseases(term, index, state):
    assert second_malignancy_state(term.disease, term.kind, index) == state


@pytest.mark.parametrize(("term", "index", "state"), list(cases()))
def test_the_table_that_sql_joins_says_the_same(term, index, state):
    rules = {(rule.kind, rule.term_disease, rule.index_disease): rule.state for rule in index_rules()}
    found = {rules.get((term.kind, term.disease, disease), "counted") for disease in index or ["unknown"]}
    assert next(answer for answer in ("index", "indeterminate", "counted") if answer in found) == state


@pytest.mark.parametrize(
    "pt",
    [
        "Plasma cell myeloma",
        "Plasma cell myeloma recurrent",
        "Plasma cell myeloma refractory",
        "Mantle cell lymphoma",
        "Mantle cell lymphoma recurrent",
        "Chronic lymphocytic leukaemia",
        "Chronic lymphocytic leukaemia recurrent",
        "Minimal residual disease",
        "Acute lymphocytic leukaemia refractory",
        "B-cell type acute leukaemia",
        "Diffuse large B-cell lymphoma stage IV",
        "Acute lymphocytic leukaemia recurrent",
        "B precursor type acute leukaemia",
        "Acute lymphocytic leukaemia",
        "Diffuse large B-cell lymphoma",
        "Diffuse large B-cell lymphoma recurrent",
        "Diffuse large B-cell lymphoma refractory",
        "Follicular lymphoma",
        "B-cell lymphoma recurrent",
        "Leukaemia recurrent",
        "Neoplasm progression",
        "Malignant neoplasm progression",
        "Disease progression",
        "Disease recurrence",
    ],
)
def test_every_index_term_of_the_design_is_taken_out_for_the_unspecified_car_t(pt):
    term = next(term for term in malignancy_terms() if term.pt == pt)
    defaults = product("unspecified_car_t").index_diseases
    assert second_malignancy_state(term.disease, term.kind, defaults) == "index"


def test_the_order_of_index_diseases_does_not_matter():
    forward = second_malignancy_state("lbcl", "malignant", ["fl", "lbcl", "breast"])
    backward = second_malignancy_state("lbcl", "malignant", ["breast", "lbcl", "fl"])
    assert forward == backward == "index"


def test_a_benign_term_has_no_state():
    with pytest.raises(UsageError, match="benign"):
        second_malignancy_state("unspecified", "benign", ["lbcl"])
