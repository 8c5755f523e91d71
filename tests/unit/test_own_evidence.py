"""A case of the own cohort never stands as independent evidence beside what the study found."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.config import Settings
from pipeline.contract.owncohort import OWN_COHORT_CASE
from pipeline.contract.renderings import arrow_schema
from pipeline.errors import UsageError
from pipeline.governance.assessment import Assessment
from pipeline.governance.designated import Found, record_found
from pipeline.governance.evidence import Evidence, look_evidence
from pipeline.governance.store import open_store
from pipeline.lake.delta import Lake, Run
from pipeline.steps.reviewing import assess_signal, move_signal, open_by_hand, sign_decision
from tests.governing import Clock, founded, look_row, opening_by, registered

MARKED, OTHER = "FAERS 12345678", "FAERS 12345679"


@pytest.fixture
def settings(tmp_path):
    """Of a lake that marks one case, and a store in which ada acts."""
    chosen = Settings(lake=str(tmp_path), threads=1, actor="ada")
    founded(chosen, Clock("2026-06-01T09:00:00+00:00"))
    return chosen


def mark(settings, case_id=12345678, as_of="2026Q1"):
    rows = [{"study_id": "ltfu", "case_id": case_id, "study_as_of": "2026-03-31", "matched_by": "case_number"}]
    lake = Lake(settings.lake)
    path = lake.root / "rows.parquet"
    pq.write_table(pa.Table.from_pylist(rows, arrow_schema(OWN_COHORT_CASE, stored=True)), path)
    lake.commit(OWN_COHORT_CASE.name, {"as_of": as_of}, path, Run("own cohort", "0" * 16, "0"), len(rows))


def evidence(report):
    return {item["reference"]: (item["is_independent"], item["reason"]) for item in report.counts["signal"]["evidence"]}


def test_a_signal_opened_by_a_case_of_the_own_cohort_says_that_it_is_not_independent(settings):
    mark(settings)
    is_independent, reason = evidence(open_by_hand(settings, opening_by(MARKED)))[MARKED]
    assert is_independent is False
    assert reason == (
        "Evidence FAERS 12345678 is not independent: case 12345678 is of the cohort of study ltfu, whose extract as of "
        "2026-03-31 names it (cases as of 2026Q1)."
    )


@pytest.mark.parametrize("reference", ["primaryid 123456781", "1234567812", "case 12345678, version 2", "12345678-1"])
def test_a_report_is_its_case_whichever_version_is_named(settings, reference):
    mark(settings)
    assert evidence(open_by_hand(settings, opening_by(reference)))[reference][0] is False


@pytest.mark.parametrize("reference", [OTHER, "FAERS 112345678", "FAERS 1234567", "123456781234", "123456791"])
def test_another_case_waits_for_judgement(settings, reference):
    mark(settings)
    assert evidence(open_by_hand(settings, opening_by(reference))) == {reference: (None, None)}


def test_nothing_is_said_where_no_case_is_marked(settings):
    assert evidence(open_by_hand(settings, opening_by(MARKED))) == {MARKED: (None, None)}


def test_a_case_of_the_own_cohort_added_to_a_signal_is_not_independent(settings):
    mark(settings)
    open_by_hand(settings, opening_by(OTHER))
    more = Assessment(
        evidence=(Evidence("case", f"{MARKED} and 12345680", "spontaneous"), Evidence("cohort", "S1", "cohort"))
    )
    found = evidence(assess_signal(settings, 1, more, "Another case"))
    assert [found[name][0] for name in (OTHER, f"{MARKED} and 12345680", "S1")] == [None, False, None]


def test_nobody_can_judge_it_to_be_independent(settings):
    mark(settings)
    open_by_hand(settings, opening_by(MARKED))
    with pytest.raises(UsageError, match=r"is of the cohort of study ltfu.*Judge it with --judge-not\."):
        assess_signal(settings, 1, Assessment(judged={MARKED: True}), "It counts")
    told = Evidence("case", "12345678", "spontaneous", is_independent=True)
    with pytest.raises(UsageError, match="is not independent"):
        assess_signal(settings, 1, Assessment(evidence=(told,)), "It counts")
    assert evidence(assess_signal(settings, 1, Assessment(judged={MARKED: False}), "Came twice"))[MARKED][0] is False


def test_one_judged_before_it_was_marked_stops_a_confirmation(settings):
    open_by_hand(settings, opening_by(MARKED))
    assess_signal(settings, 1, Assessment(judged={MARKED: True}), "Nothing known of the study")
    for state in ("validated", "prioritised", "under_assessment"):
        move_signal(settings, 1, state, "Because")
    mark(settings)
    with pytest.raises(UsageError, match="is not independent"):
        move_signal(settings, 1, "confirmed_identified_risk", "Causal")
    assess_signal(settings, 1, Assessment(judged={MARKED: False}), "The study has it too")
    assert move_signal(settings, 1, "confirmed_identified_risk", "Causal").counts["signal"]["pending"]


def test_one_marked_after_the_decision_was_asked_for_stops_the_signature(settings):
    open_by_hand(settings, opening_by(MARKED))
    assess_signal(settings, 1, Assessment(judged={MARKED: True}), "Nothing known of the study")
    for state in ("validated", "prioritised", "under_assessment", "confirmed_identified_risk"):
        move_signal(settings, 1, state, "Because")
    mark(settings)
    with pytest.raises(UsageError, match="is not independent"):
        sign_decision(settings, 1, "review")


def watched(settings, *case_ids, own=0):
    """What cartwatch finds of a designated event of reports."""
    counts = {"n_cases": len(case_ids), "n_fatal": 0} | ({"n_own_cohort": own} if own else {})
    with open_store(settings, Clock("2026-06-01T09:00:00+00:00")).writing("system") as writing:
        return record_found(writing, Found("tisagenlecleucel", "spm_tcell", "reports", "2026Q1", counts, case_ids))


@pytest.mark.parametrize(("case_ids", "own", "is_refused"), [((12345678,), 1, True), ((12345678, 12345679), 1, False)])
def test_a_designated_event_whose_cases_are_all_of_the_own_cohort_cannot_be_judged_independent(
    settings, case_ids, own, is_refused
):
    mark(settings)
    (item,) = watched(settings, *case_ids, own=own).signal.evidence
    judged = Assessment(judged={item["reference"]: True})
    if is_refused:
        with pytest.raises(UsageError, match="case 12345678 is of the cohort of study ltfu"):
            assess_signal(settings, 1, judged, "Another centre")
    else:
        assert evidence(assess_signal(settings, 1, judged, "The other one"))[item["reference"]][0] is True


def test_a_designated_event_judged_before_its_case_was_marked_stops_a_confirmation(settings):
    (item,) = watched(settings, 12345678).signal.evidence
    assess_signal(settings, 1, Assessment(judged={item["reference"]: True}), "No study patient is known")
    mark(settings)
    with pytest.raises(UsageError, match="case 12345678 is of the cohort"):
        move_signal(settings, 1, "confirmed_potential_risk", "Plausible")


def test_only_the_newest_marks_count(settings):
    mark(settings, as_of="2026Q1")
    mark(settings, case_id=12345679, as_of="2026Q2")
    assert evidence(open_by_hand(settings, opening_by(MARKED)))[MARKED] == (None, None)


@pytest.mark.parametrize(("n_own", "is_independent"), [(None, None), (0, None), (2, None), (3, False)])
def test_a_look_says_how_many_of_its_cases_are_of_the_own_cohort(settings, tmp_path, n_own, is_independent):
    store = founded(Settings(lake=str(tmp_path / "other")), Clock())
    plan = registered(store, tmp_path)
    item = look_evidence(plan, look_row(plan, 3), n_own)
    assert item.is_independent is is_independent
    assert item.snapshot.get("n_own_cohort") == (n_own or None)
    assert (item.reason is None) == (not n_own)
