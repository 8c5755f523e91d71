"""Onset by reaction does not depend on the order of files, nor on how messages are split into batches or repeated."""

import datetime as dt
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.cases.reactioncases import STATES, case_truth
from pipeline.cases.reactiononset import Asked, names_car_t, reaction_rows
from pipeline.cases.reactiontables import distribution_rows, excluded_rows
from pipeline.cases.reactionterms import NO_DICTIONARY
from pipeline.intake.e2b import read_messages
from tests.e2bfiles import Case, Drug, Reaction, r3

DLP = dt.date(2021, 6, 30)
PLACE = ("file", "message_number")
DATES = st.sampled_from([None, "MSK", "2021", "202102", "20210201", "20210205", "20210207", "20210230", "20210401"])
REACTIONS = st.builds(
    Reaction,
    term=st.sampled_from(["Cytokine release syndrome", "Neurotoxicity", "Arthralgia", "Acute myeloid leukaemia"]),
    start=DATES,
    interval=st.sampled_from([None, "NI", "1 d", "3 d", "40 h"]),
)
CASES = st.builds(
    Case,
    case_id=st.sampled_from(["A", "B", "C"]),
    reactions=st.lists(REACTIONS, min_size=1, max_size=2).map(tuple),
    drugs=st.lists(st.builds(Drug, infusions=st.lists(DATES.filter(bool), max_size=2).map(tuple)), max_size=2).map(
        tuple
    ),
    first=st.sampled_from(["20210210", "20210301"]),
    recent=st.sampled_from(["20210310", "20210401", "20210701"]),
    created=st.sampled_from(["20210701000000", "20210702000000"]),
    standing=st.sampled_from([None, None, None, "1", "2", "9"]),
)


def result(batches):
    """What the files of these batches give, but for the places where messages stand."""
    with tempfile.TemporaryDirectory() as folder:
        for number, batch in enumerate(batches):
            (Path(folder) / f"{number}.xml").write_text(r3(*batch), encoding="utf-8")
        intake = read_messages([Path(folder)], names_car_t)
    truth = case_truth(intake.kept, intake.rejected, DLP)
    rows = reaction_rows(truth.current, Asked(DLP, NO_DICTIONARY))
    told = [{name: value for name, value in row.items() if name not in PLACE} for row in rows]
    assert sum(truth.messages.values()) == len(intake.kept)
    assert set(truth.cases) == set(STATES)
    return told, excluded_rows(rows), distribution_rows(rows), truth.cases


@settings(max_examples=40, deadline=None)
@given(st.data(), st.lists(CASES, min_size=1, max_size=6))
def test_order_split_and_repetition_of_messages_never_matter(data, cases):
    shuffled = data.draw(st.permutations(cases))
    cut = data.draw(st.integers(0, len(shuffled)))
    repeated = data.draw(st.lists(st.sampled_from(cases), max_size=2))
    batches = [batch for batch in (shuffled[:cut], shuffled[cut:], repeated) if batch]
    told, excluded, fitted, states = result([cases])
    assert result(batches) == (told, excluded, fitted, states)
    assert sum(row["n"] for row in excluded if row["case_set"] == "all") == len(
        {
            (row["product"], row["worldwide_case_id"], name)
            for row in told
            for name in row["endpoints"] or [row["reason"]]
        }
    )
    for row in told:
        assert row["reason"] is None or row.get("follow_up_days") is None
        if row["reason"] is None:
            assert 0 <= row["days"] <= row["follow_up_days"] <= row["no_lag_follow_up_days"]
