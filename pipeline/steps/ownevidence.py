"""Evidence that is a case of the own cohort: it came through the study too, so it confirms nothing that the study found."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from pipeline.config import Settings
from pipeline.errors import UsageError
from pipeline.governance.designated import is_of_event
from pipeline.governance.evidence import Evidence
from pipeline.lake.delta import open_lake
from pipeline.steps.ownmarks import newest_marks

OF_REPORTS = ("case", "spontaneous")
NUMBER = re.compile(r"(?<![0-9])[0-9]{7,10}(?![0-9])")
CASE_DIGITS = 8
"""Of every case number since the first CAR-T was approved. More digits are FDA's number of a report: the case number and that of its version."""


def with_own_cohort_told(settings: Settings, evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """The evidence; a case of the spontaneous world that the newest marks name is not independent, and says why.

    UsageError where somebody says that it is.
    """
    told = own_cohort_items(settings, [asdict(item) for item in evidence])
    refuse_independent(told, {item.reference: True for item in evidence if item.is_independent})
    return tuple(
        replace(item, is_independent=False, reason=item.reason or told[item.reference])
        if item.reference in told
        else item
        for item in evidence
    )


def own_cohort_items(settings: Settings, evidence: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Of evidence held, the references of cases of the own cohort, each with the sentence that says so.

    A reference that names several cases is of the own cohort with any of them; a designated event's, which tells those that
    were new, with all of them.
    """
    asked = {item["reference"]: _cases(item) for item in evidence if (item["kind"], item["world"]) == OF_REPORTS}
    marks = newest_marks(open_lake(settings)) if any(asked.values()) else {}
    held = {reference: [marks[case] for case in cases if case in marks] for reference, cases in asked.items()}
    events = {item["reference"] for item in evidence if is_of_event(item)}
    return {
        reference: _sentence(reference, found[0])
        for reference, found in held.items()
        if found and (reference not in events or len(found) == len(asked[reference]))
    }


def refuse_independent(told: Mapping[str, str], judged: Mapping[str, bool]) -> None:
    """UsageError where evidence that is a case of the own cohort is judged to be independent."""
    for reference, is_independent in judged.items():
        if is_independent and reference in told:
            raise UsageError(f"{told[reference]} Judge it with --judge-not.")


def _cases(item: Mapping[str, Any]) -> list[int]:
    """Case numbers that evidence names: a designated event's in its snapshot, others' in their reference."""
    if is_of_event(item):
        return [int(case) for case in item["snapshot"]["added"]]
    return [int(number[:CASE_DIGITS]) for number in NUMBER.findall(item["reference"])]


def _sentence(reference: str, mark: Mapping[str, Any]) -> str:
    return (
        f"Evidence {reference} is not independent: case {mark['case_id']} is of the cohort of study {mark['study_id']}, whose "
        f"extract as of {mark['study_as_of']} names it (cases as of {mark['as_of']})."
    )
