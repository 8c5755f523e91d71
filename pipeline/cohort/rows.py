"""Rows of study_estimate and study_curve: what every one of them says besides its number."""

from collections.abc import Iterable, Sequence
from enum import StrEnum, auto
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml

from pipeline.cohort.parameters import FOLDER, parameters
from pipeline.contract.renderings import arrow_schema
from pipeline.contract.studyresult import STUDY_CURVE, STUDY_ESTIMATE
from pipeline.errors import CartwatchError
from pipeline.study.bounds import Curve
from pipeline.study.followed import Array

Row = dict[str, Any]
PER_100_YEARS = "per 100 person-years"
HEAD = ("study_id", "as_of")


class Section(StrEnum):
    """The parts of the study report, in their order."""

    ACCRUAL = auto()
    COMPLETENESS = auto()
    VISITS = auto()
    INCIDENCE = auto()
    PREVALENCE = auto()
    ONSET = auto()
    SURVIVAL = auto()
    TIME_TO_EVENT = auto()
    MISSING_DATA = auto()
    SUBGROUPS = auto()
    STANDARDISED = auto()
    BENEFIT = auto()
    EFFECTS = auto()
    ADJUDICATION = auto()
    SAMPLES = auto()
    DEATHS = auto()


def row(section: Section, estimand: str, **said: Any) -> Row:
    """One row of study_estimate; whatever is not said is null, the population is all.

    It is told where there is an estimate, and then no reason may be given; CartwatchError where neither is there.
    """
    made: Row = {"population": "all", "is_flagged": False} | said
    estimate = made.get("estimate")
    is_told = estimate is not None and bool(np.isfinite(estimate))
    if is_told == bool(made.get("reason")):
        raise CartwatchError(f"{section} {estimand} {made} has an estimate and a reason against it, or neither.")
    made |= {"analysis": str(section), "estimand": estimand, "estimand_text": wording(estimand), "is_told": is_told}
    return {name: _finite(value) for name, value in made.items()} | {"is_small": is_small(made)}


def wording(estimand: str) -> str:
    """The estimand in words."""
    return wordings()["estimands"][estimand]


@cache
def wordings() -> dict[str, dict[str, str]]:
    """Every estimand's words by its id, and what is common to them."""
    read = yaml.safe_load((FOLDER / "estimands.yaml").read_text(encoding="utf-8"))
    return {name: read[name] for name in ("common", "estimands")}


def is_small(made: Row) -> bool:
    """Whether a count of the row, or what it leaves of the patients for a share of them, is above 0 and under the threshold."""
    patients, events = made.get("n_patients"), made.get("n_events")
    counts = [patients, events]
    if made.get("measure") == "share" and None not in counts:
        counts.append(int(patients or 0) - int(events or 0))
    return any(count is not None and 0 < count < parameters()["small_cell"] for count in counts)


def interval(bounds: Sequence[float]) -> Row:
    """estimate, low and high of a row."""
    return dict(zip(("estimate", "low", "high"), (float(value) for value in bounds), strict=True))


def estimate_table(study_id: str, as_of: str, rows: Iterable[Row]) -> pa.Table:
    """Rows as a table in the order of the sections, then of their key; CartwatchError for a key that occurs twice."""
    columns = [name for name in STUDY_ESTIMATE.key if name not in HEAD]
    held = [{"study_id": study_id, "as_of": as_of} | one for one in rows]
    table = pa.Table.from_pylist(held, arrow_schema(STUDY_ESTIMATE))
    keys = table.select(columns)
    if keys.group_by(columns).aggregate([]).num_rows != table.num_rows:
        raise CartwatchError(f"{STUDY_ESTIMATE.name} has a key twice: two estimates cannot be told apart.")
    order = pc.index_in(table["analysis"], value_set=pa.array([str(section) for section in Section]))
    ordered = table.append_column("order", order).sort_by([(name, "ascending") for name in ("order", *columns)])
    return ordered.drop_columns("order").combine_chunks()


def curve_table(study_id: str, as_of: str, parts: Sequence[pa.Table]) -> pa.Table:
    """Steps of all curves as one table of the contract."""
    drawn = pa.concat_tables([arrow_schema(STUDY_CURVE, stored=True).empty_table(), *parts]).combine_chunks()
    head = {"study_id": study_id, "as_of": as_of}
    columns = [
        pa.array([head[name]] * drawn.num_rows, pa.string()) if name in head else drawn[name]
        for name in STUDY_CURVE.names
    ]
    return pa.table(columns, schema=arrow_schema(STUDY_CURVE))


def curve_rows(
    section: Section,
    estimand: str,
    curve: Curve,
    n_at_risk: Array,
    kept: Array,
    unit: str = "share",
    *,
    population: str = "all",
    event: str | None = None,
    competing: str | None = None,
) -> pa.Table:
    """Steps of a curve, the times being years; kept: which of its times are drawn."""
    n = int(kept.sum())
    constant = {"analysis": str(section), "estimand": estimand, "population": population, "event": event}
    constant |= {"competing": competing, "unit": unit}
    columns: dict[str, pa.Array] = {
        name: pa.array([value] * n, pa.string()) if value is not None else pa.nulls(n, pa.string())
        for name, value in constant.items()
    }
    columns["at_years"] = pa.array(curve.time[kept])
    for name in ("estimate", "low", "high"):
        columns[name] = pa.array(getattr(curve, name)[kept], from_pandas=True)
    columns["n_at_risk"] = pa.array(n_at_risk[kept].astype(np.int64))
    schema = arrow_schema(STUDY_CURVE, stored=True)
    return pa.table([columns[field.name].cast(field.type) for field in schema], schema=schema)


def _finite(value: Any) -> Any:
    """Null for what is no number: a bound that does not exist."""
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value
