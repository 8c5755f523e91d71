"""Drug entries drawn as a text table, and what the pipeline makes of each way they are written."""

import pyarrow as pa
from tables import rows_of, typed

from pipeline.cases.counts import show_drug_products
from pipeline.cases.identity import drug_resolution, identify_drugs
from pipeline.config import Settings
from pipeline.lake.warehouse import Warehouse
from pipeline.vocabulary.tables import vocabulary_tables

HEAD = "drug_name | active_ingredient"


def repeated(text):
    """The rows of a table with a column n, each n times."""
    return [row for row in rows_of(text) for _ in range(int(row.pop("n", None) or 1))]


def entries(rows):
    """Rows given as dicts, as the typed table of drug entries: each a report of its own where none is drawn."""
    schema = typed("case_drug", HEAD).schema
    base = {"quarter": "2024Q1", "role_code": "PS", "drug_seq": 1, "line": 2}
    return pa.Table.from_pylist([base | {"report_id": at} | row for at, row in enumerate(rows, 1)], schema)


def identified(rows, threads=1):
    """A warehouse in which the drugs of these rows are identified."""
    warehouse = Warehouse(Settings(threads=threads))
    warehouse.register("case_drug", entries(rows))
    warehouse.register("exposure_role", pa.table({"role_code": ["PS", "SS"]}))
    for name, table in vocabulary_tables().items():
        warehouse.register(name, table)
    show_drug_products(warehouse)
    identify_drugs(warehouse)
    return warehouse


def identities(rows, threads=1):
    """For each drug name and ingredient text: how it was resolved, and to which drugs."""
    found = identified(rows, threads).rows(
        "SELECT t.drug_name, t.active_ingredient, i.resolution, i.drugs "
        "FROM drug_text AS t JOIN drug_identity AS i ON i.text_id = t.text_id"
    )
    return {(name, ingredient): (how, tuple(drugs)) for name, ingredient, how, drugs in found}


def names(rows):
    """The same for names without a published ingredient, as `how: A + B`."""
    found = identities(rows)
    return {name: f"{how}: {' + '.join(drugs)}" for (name, ingredient), (how, drugs) in found.items() if not ingredient}


def resolution(rows, as_of="2024Q1"):
    """The rows of drug_resolution."""
    return drug_resolution(identified(rows), as_of).to_pylist()
