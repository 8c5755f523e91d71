"""A small world of reports drawn as text tables, counted by the real SQL."""

from tables import rows_of, typed

from pipeline.cases.counts import count_exposures_and_events, count_pairs, product_cells, register_vocabulary
from pipeline.cases.resolution import resolve
from pipeline.config import Settings
from pipeline.lake.warehouse import Warehouse

EMPTY = {
    "report_version": "quarter | report_id",
    "case_drug": "quarter | report_id",
    "case_reaction": "quarter | report_id",
    "case_outcome": "quarter | report_id",
    "case_indication": "quarter | report_id",
    "case_reporter": "quarter | report_id",
    "withdrawn_case": "quarter | case_id",
}
OVERLAP = """
n  | drugs       | terms
2  | KYMRIAH PS  | Sepsis
1  | KYMRIAH PS  | COVID-19
1  | KYMRIAH PS  | Sepsis + COVID-19
1  | KYMRIAH PS  | Nausea
3  | ASPIRIN PS  | COVID-19
5  | ASPIRIN PS  | Nausea
"""
VERSION = {"era": "faers", "is_readable": True, "version_number": 1, "quarter": "2024Q1", "line": 2}


def show_core(warehouse, **drawn):
    """Every typed table a case is resolved from, as drawn or empty, and the vocabulary."""
    for name, empty in EMPTY.items():
        others = {"quarter": "2024Q1", "role_code": "PS", "line": 2, "drug_seq": 1}
        rows = typed(name, drawn.get(name, empty), **(VERSION if name == "report_version" else others))
        warehouse.register(name, _filled(rows))
    register_vocabulary(warehouse)


class World:
    """Cases, drugs and reactions as drawn; cells() and pairs() are what the pipeline counts."""

    def __init__(self, folder, roles=("PS", "SS"), as_of="2024Q1", **drawn):
        self.warehouse = Warehouse(Settings(threads=1))
        show_core(self.warehouse, **drawn)
        resolve(self.warehouse, as_of, folder)
        count_exposures_and_events(self.warehouse, roles)

    def cells(self, product, event, comparator="all", scope=None):
        """a, b, c, d of one product and event."""
        rows = product_cells(self.warehouse, [product], [comparator]).to_pylist()
        found = [row for row in rows if row["event"] == event and row["scope"] == scope]
        assert len(found) == 1, (event, sorted({row["event"] for row in rows if row["event_kind"] == "pt"}))
        return tuple(found[0][name] for name in "abcd")

    def all_cells(self, products, comparators=("all", "non_car_t")):
        return product_cells(self.warehouse, list(products), list(comparators)).to_pylist()

    def pairs(self, comparator="all"):
        """Cases by drug key and preferred term."""
        count_pairs(self.warehouse, comparator)
        counted = self.warehouse.rows(
            "SELECT d.drug, e.event, p.a FROM pair AS p JOIN drug AS d ON d.drug_id = p.drug_id "
            "JOIN event AS e ON e.event_id = p.event_id WHERE e.event_kind = 'pt'"
        )
        return {(drug, event): n for drug, event, n in counted}


def world_of(folder, text):
    """Cases drawn one kind in each line: how many, their drugs (NAME ROLE) and their terms, joined by +."""
    versions, drugs, reactions = [], [], []
    for row in rows_of(text):
        for _ in range(int(row["n"])):
            number = len(versions) + 1
            versions.append(f"{number}0 | {number} | 2024-01-05")
            reactions += [f"{number}0 | {pt.strip()}" for pt in row["terms"].split("+")]
            for place, drug in enumerate(row["drugs"].split("+"), 1):
                name, role = drug.strip().rsplit(" ", 1)
                drugs.append(f"{number}0 | {name} | {role} | {place}")
    return World(
        folder,
        report_version="report_id | case_id | initial_fda_date\n" + "\n".join(versions),
        case_drug="report_id | drug_name | role_code | drug_seq\n" + "\n".join(drugs),
        case_reaction="report_id | pt\n" + "\n".join(reactions),
    )


def _filled(rows):
    """The term's own spelling as published where only the term is drawn, and ingredients from the published text."""
    names = rows.column_names
    if "pt_text" in names and rows["pt_text"].null_count == rows.num_rows:
        rows = rows.set_column(names.index("pt_text"), "pt_text", rows["pt"])
        import pyarrow.compute as pc

        rows = rows.set_column(names.index("pt"), "pt", pc.utf8_upper(rows["pt"]))
    return rows
