"""The follow-up studies that the lake holds, and whether what it holds of one comes from one ingest."""

import pyarrow.parquet as pq

from pipeline.contract.owncohort import EXTRACT_TABLES
from pipeline.contract.registry import REGISTRY_TABLES
from pipeline.contract.tables import table as declared
from pipeline.lake.delta import Lake

PATIENTS = tuple(table.name for table in EXTRACT_TABLES)
RECORDS = tuple(table.name for table in REGISTRY_TABLES)
Place = dict[str, str]


def held_studies(lake: Lake) -> list[Place]:
    """The partition of each study and cut-off of which the lake holds records or patients, in order."""
    held = {
        (file.partition["study_id"], file.partition["as_of"])
        for name in ("study_subject", RECORDS[0])
        for file in lake.files(name)
    }
    return [{"study_id": study_id, "as_of": as_of} for study_id, as_of in sorted(held)]


def runs_behind(lake: Lake, place: Place, *names: str) -> set[str]:
    """Whose runs the tables come from; empty where one of them is not there."""
    runs = [{file.run_id for file in lake.files(name, place)} for name in names]
    return set[str]().union(*runs) if all(runs) else set()


def is_outdated(lake: Lake, place: Place) -> bool:
    """Whether a table of the study was written by a version of cartwatch that did not have all of its columns."""
    held = [(name, file.path) for name in (*RECORDS, *PATIENTS) for file in lake.files(name, place)]
    return any(set(declared(name).stored) - set(pq.read_schema(path).names) for name, path in held)


def state_of(lake: Lake, place: Place) -> str:
    """What the tables of patients are: current, none, outdated, broken off (of several ingests), older (than the records).

    Outdated: written by an earlier version of cartwatch. Older: a later extract was refused by the gate, which keeps its
    records and leaves the tables as they were.
    """
    if not lake.files("study_subject", place):
        return "none"
    if is_outdated(lake, place):
        return "outdated"
    runs = runs_behind(lake, place, *PATIENTS)
    if len(runs) != 1:
        return "broken off"
    return "current" if runs == runs_behind(lake, place, RECORDS[0]) else "older"


def older_than_records(lake: Lake, place: Place) -> list[str]:
    """What a reader must know where the patients come from an extract before that of the records; empty where they do not."""
    if not lake.files(RECORDS[0], place) or state_of(lake, place) != "older":
        return []
    told = (
        f"A later extract of {place['study_id']} as of {place['as_of']} was refused by the gate: the patients are those of the "
        "one before, the records and the reasons of their rejection those of the refused one."
    )
    return [told]
