"""What is said of the cases marked as of a followed cohort, from the marks that the lake holds."""

from typing import Any

from pipeline.contract.owncohort import OWN_COHORT_CASE
from pipeline.lake.delta import Lake, StoredFile

Row = dict[str, Any]


def marked_files(lake: Lake, dlp: str) -> list[StoredFile]:
    """Files of own_cohort_case as of a data-lock point; none where no number was ever told."""
    return lake.files(OWN_COHORT_CASE.name, {"as_of": dlp})


def marks(lake: Lake, dlp: str) -> list[Row]:
    """Each mark as of then: case_id, study_id, study_as_of, matched_by."""
    import pyarrow.parquet as pq  # noqa: PLC0415 -- a lake without marks needs none of it

    found: list[Row] = []
    for file in marked_files(lake, dlp):
        found += pq.ParquetFile(file.path).read().to_pylist()
    return found


def newest_marks(lake: Lake) -> dict[int, Row]:
    """The marks of the newest data-lock point that has any table of them, by case number; as_of is told with each."""
    points = lake.partitions(OWN_COHORT_CASE.name, "as_of")
    return {row["case_id"]: row | {"as_of": points[-1]} for row in marks(lake, points[-1])} if points else {}


def own_cohort_told(lake: Lake, dlp: str) -> list[str]:
    """A sentence on the cases marked as of then; nothing where none is."""
    cases = {row["case_id"] for row in marks(lake, dlp)}
    if not cases:
        return []
    sentence = (
        f"Own cohort: {len(cases)} current cases as of {dlp} are of patients who are also followed in a study; they stay in "
        "every count, and confirm nothing that the study finds."
    )
    return [sentence]


def marked_points(lake: Lake) -> list[str]:
    """What is said of each data-lock point with a marked case, the earliest first."""
    points = lake.partitions(OWN_COHORT_CASE.name, "as_of")
    return [sentence for dlp in points for sentence in own_cohort_told(lake, dlp)]
