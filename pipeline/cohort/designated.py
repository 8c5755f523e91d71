"""How many followed patients had a designated event after a product's infusion: counts alone, nobody is named."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.cohort.columns import Tables
from pipeline.cohort.watched import ORIGINS
from pipeline.vocabulary.endpoints import endpoints
from pipeline.vocabulary.products import products

SECOND_PRIMARY, PENDING = "second_primary", "pending"
# A tumour in which the transgene was found, in however few cells, until an adjudicator says that it is something else.
CAR_POSITIVE = ("positive", "low")
Row = Mapping[str, Any]
Counts = dict[str, int]


def designated_patients(tables: Tables) -> dict[tuple[str, str], Counts]:
    """For every product that is no group, and every designated endpoint, patients with the event; also where there is none.

    A second malignancy counts once it is adjudicated as a second primary of the lineage; before, where the transgene was
    found in it and its lineage is not another one. Other events count as the registry coded them. A patient is one of the
    product infused as index. What is known to have begun before that infusion is none, nor is a malignancy found that day;
    what is not known to the day counts. n_patients; and of malignancies n_adjudicated and n_car_positive, of other events
    n_fatal.
    """
    infused = {row["subject_id"]: row for row in tables["study_subject"].to_pylist() if row["infusion_date"]}
    names = [one.id for one in products() if not one.is_group]
    found = {}
    for one in endpoints():
        if one.is_designated:
            told = list(_malignancies(tables, ORIGINS[one.id]) if one.id in ORIGINS else _events(tables, one.id))
            after = [row for row in told if _is_after(row, infused.get(row["subject_id"]))]
            for product in names:
                own = [row for row in after if infused[row["subject_id"]]["product"] == product]
                found[product, one.id] = _counted(own, is_malignancy=one.id in ORIGINS)
    return found


def _malignancies(tables: Tables, origin: str | None) -> Iterator[Row]:
    for row in tables["study_malignancy"].to_pylist():
        lineage, decision = row["origin"] or "unknown", row["decision"] or PENDING
        is_adjudicated = decision == SECOND_PRIMARY and origin in (None, lineage)
        is_positive = row["transgene_result"] in CAR_POSITIVE and decision in (SECOND_PRIMARY, PENDING)
        if is_adjudicated or (is_positive and (origin in (None, lineage) or lineage == "unknown")):
            told = {"subject_id": row["subject_id"], "day": row["diagnosis_date"], "from_day": 1}
            yield told | {"n_adjudicated": is_adjudicated, "n_car_positive": is_positive}


def _events(tables: Tables, endpoint: str) -> Iterator[Row]:
    for row in tables["study_event"].to_pylist():
        if endpoint in (row["endpoints"] or ()):
            told = {"subject_id": row["subject_id"], "day": row["start_date"], "from_day": 0}
            yield told | {"n_fatal": bool(row["is_fatal"])}


def _is_after(row: Row, subject: Row | None) -> bool:
    if subject is None:
        return False
    day = row["day"]
    return not isinstance(day, dt.date) or bool((day - subject["infusion_date"]).days >= row["from_day"])


def _counted(rows: list[Row], *, is_malignancy: bool) -> Counts:
    """Patients, each once whatever was reported of them."""
    names = ("n_adjudicated", "n_car_positive") if is_malignancy else ("n_fatal",)
    parts = {name: len({row["subject_id"] for row in rows if row[name]}) for name in names}
    return {"n_patients": len({row["subject_id"] for row in rows})} | parts
