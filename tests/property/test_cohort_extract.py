"""Any seed, size and cut-off gives an extract that holds together."""

import datetime as dt

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.demo.cohortfindings import records
from pipeline.demo.cohortlayout import DOMAINS
from pipeline.demo.cohortsettings import epoch_day
from pipeline.demo.cohortstory import told
from pipeline.demo.cohortworld import draw_cohort


@settings(max_examples=15, deadline=None)
@example(n=1, seed=0, cutoff=dt.date(2017, 9, 1), years=1)  # nobody is enrolled yet
@given(
    n=st.integers(1, 60),
    seed=st.integers(0, 2**64),
    cutoff=st.dates(dt.date(2017, 9, 1), dt.date(2059, 12, 31)),
    years=st.integers(1, 15),
)
def test_any_registry_holds_together(n, seed, cutoff, years):
    story = told(draw_cohort(n, seed), epoch_day(cutoff), years, "tisagenlecleucel")
    assert len(story.cohort.patients) <= n
    tables = records(story)
    patients = set(tables["DM"]["USUBJID"].to_pylist())
    assert len(patients) == tables["DM"].num_rows == len(story.cohort.patients)
    for domain, table in tables.items():
        assert table.column_names == [variable.name for variable in DOMAINS[domain]]
        assert set(table["USUBJID"].to_pylist()) <= patients
        for name in table.column_names:
            if name.endswith("DTC"):
                assert all(value <= str(cutoff) for value in table[name].to_pylist() if value), (domain, name)
    seen = story.seen
    assert np.all(seen.last_contact[story.cohort.patients.is_infused] <= seen.limit[story.cohort.patients.is_infused])
