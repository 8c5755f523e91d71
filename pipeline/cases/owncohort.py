"""Which current cases are of a cohort that is also followed: told by the numbers their safety reports were sent under."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from pipeline.cases.duplicates import make
from pipeline.config import Settings
from pipeline.contract.core import REPORT_VERSION
from pipeline.contract.owncohort import OWN_COHORT_CASE
from pipeline.contract.renderings import arrow_schema
from pipeline.lake.warehouse import Warehouse, model

Keys = Callable[[Sequence[str]], pa.Table]


class Marks(NamedTuple):
    """What the numbers of one study mark.

    n_numbers: numbers named; n_found: those that name a current case; n_several: those that name cases which are no
    duplicates of each other; n_unreadable: those that can name none. n_cases: cases marked; n_counted: those of them that
    are no duplicate of another.
    """

    study_id: str
    study_as_of: str
    n_numbers: int
    n_found: int
    n_several: int
    n_unreadable: int
    n_cases: int
    n_counted: int

    @property
    def sentence(self) -> str:
        """What a reader must know of it."""
        told = (
            f"Own cohort: the extract of {self.study_id} as of {self.study_as_of} names {self.n_numbers} safety reports, and "
            f"{self.n_found} of them name a current case; {self.n_cases} cases are marked, {self.n_counted} of them counted."
        )
        if self.n_several:
            told += f" {self.n_several} name cases that are no duplicates of each other: all of them are marked."
        if self.n_unreadable:
            told += f" {self.n_unreadable} have too few digits to name any."
        return told


def write_own_cohort(warehouse: Warehouse, as_of: str, path: Path, keys: Keys) -> tuple[list[Marks], int]:
    """Write own_cohort_case from the tables shown as of then; what each study marks, and the number of rows.

    Shown must be report_version, case_current and study_safety_report, of each study one extract. keys: number_keys.
    """
    for name in ("named_number", "numbered_case"):
        warehouse.create(name, model(f"owncohort/{name}"))
    texts = warehouse.rows(
        "SELECT number_text FROM named_number UNION SELECT number_text FROM numbered_case ORDER BY number_text"
    )
    warehouse.register("number_key", keys([str(text) for (text,) in texts]))
    warehouse.create("matched_number", model("owncohort/matched_number"))
    n_rows = warehouse.write(OWN_COHORT_CASE, model("mart/own_cohort_case"), path, {"as_of": as_of})
    warehouse.show_parquet(OWN_COHORT_CASE, path, {"as_of": as_of})
    return _marks(warehouse), n_rows


def number_keys(settings: Settings, numbers: Sequence[str]) -> pa.Table:
    """Columns number_text and key: each number as the rules for duplicates compare a manufacturer's; null names nothing.

    The rules' own query reads them, as numbers of report versions that say nothing else, in a database of their own.
    """
    schema = arrow_schema(REPORT_VERSION)
    places: list[object] = list(range(len(numbers)))
    said: dict[str, list[object]] = {
        "manufacturer_number": list(numbers),
        **dict.fromkeys(("case_id", "report_id", "line"), places),
        "quarter": [""] * len(numbers),
        "is_readable": [True] * len(numbers),
    }
    columns = [pa.array(said.get(field.name, [None] * len(numbers)), field.type) for field in schema]
    with Warehouse(settings) as own:
        own.register("report_version", pa.table(columns, schema=schema))
        own.create("shared_number", model("link/shared_number"))
        make(own, ("linked_version",))
        keys = own.arrow("SELECT number_key FROM linked_version ORDER BY case_id")["number_key"]
    return pa.table({"number_text": pa.array(numbers, pa.string()), "key": keys})


def _marks(warehouse: Warehouse) -> list[Marks]:
    """What each study marks, by its id."""
    cases = {row["study_id"]: row for row in warehouse.arrow(model("owncohort/marked_count")).to_pylist()}
    none = {"n_cases": 0, "n_counted": 0}
    return [
        Marks(**row, **{name: cases.get(row["study_id"], none)[name] for name in none})
        for row in warehouse.arrow(model("owncohort/number_count")).to_pylist()
    ]
