"""Which drug each drug text is: CAR-T product, published ingredients, learned name, parsed name, or the name itself."""

import pyarrow as pa

from pipeline.contract.mart import DRUG_RESOLUTION
from pipeline.contract.renderings import arrow_schema
from pipeline.errors import CartwatchError
from pipeline.lake.warehouse import Warehouse, model
from pipeline.vocabulary.drugnames import name_patterns

IDENTITY_STEPS = (
    *("name_part", "base_name", "published_set", "name_evidence", "learned_name"),
    *("part_meaning", "parsed_name", "drug_identity", "drug", "drug_key"),
)


def identify_drugs(warehouse: Warehouse) -> None:
    """Make drug_identity, drug_key and drug from drug_text, drug_product and the vocabulary.

    Names are learned only from the rows that the warehouse shows: from those published by the data-lock point.
    """
    refuse_shared_numbers(warehouse)
    parameters = name_patterns()
    for step in IDENTITY_STEPS:
        warehouse.create(step, model(f"step/{step}"), parameters)


def refuse_shared_numbers(warehouse: Warehouse) -> None:
    """Raise CartwatchError where two drug texts have the same number: their rows could not be told apart."""
    shared = warehouse.rows("SELECT count(*) - count(DISTINCT text_id) FROM drug_text")[0][0]
    if shared:
        raise CartwatchError(f"{shared} drug texts share a number with another text; please report this bug.")


def drug_resolution(warehouse: Warehouse, as_of: str) -> pa.Table:
    """The rows of drug_resolution: how the drug entries of each quarter were resolved; needs drug_identity."""
    return warehouse.arrow(model("mart/drug_resolution"), {"as_of": as_of}).cast(arrow_schema(DRUG_RESOLUTION))
