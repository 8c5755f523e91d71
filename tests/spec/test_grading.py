"""Grades by what was found at the bedside: one line is one person."""

import pytest

from pipeline.errors import UsageError
from pipeline.study.grading import (
    Arousal,
    CytokineRelease,
    KidneyFunction,
    Neurotoxicity,
    Oedema,
    Oxygen,
    Seizure,
    cytokine_release_astct,
    kidney_injury_kdigo,
    neurotoxicity_astct,
)
from pipeline.study.gradingscales import Grade, one_scale, scales

CYTOKINE_RELEASE = """
temperature hypotensive vasopressors oxygen            litres treated died  grade  why
37.9        no          0            NONE              -      no      no    0      no fever
38.0        no          0            NONE              -      no      no    1      fever alone
-           no          0            NONE              -      no      no    -      not measured
-           no          0            NONE              -      yes     no    1      treated, fever no longer asked for
36.8        yes         0            NONE              -      yes     no    2      hypotension after tocilizumab
39.1        yes         0            NONE              -      no      no    2      hypotension without a vasopressor
39.1        yes         1            LOW_FLOW          4      no      no    3      the example of the consensus paper
39.1        yes         2            NONE              -      no      no    4      two vasopressors
38.5        no          0            LOW_FLOW          6      no      no    2      6 L/min is low flow
38.5        no          0            LOW_FLOW          6.5    no      no    3      more is high flow, whatever it was called
38.5        no          0            HIGH_FLOW         5      no      no    2      and less is low flow
38.5        no          0            HIGH_FLOW         -      no      no    3      high flow, litres unknown
38.5        no          0            POSITIVE_PRESSURE 40     no      no    4      intubated
38.5        yes         1            POSITIVE_PRESSURE -      no      yes   5      died of it
"""

NEUROTOXICITY = """
age ice capd arousal       seizure   weakness oedema  died grade why
40  10  -    AWAKE         NONE      no       NONE    no   0     all points
40  9   -    AWAKE         NONE      no       NONE    no   1     -
40  7   -    SPONTANEOUSLY NONE      no       NONE    no   1     -
40  6   -    AWAKE         NONE      no       NONE    no   2     -
40  3   -    AWAKE         NONE      no       NONE    no   2     -
40  2   -    AWAKE         NONE      no       NONE    no   3     -
40  0   -    TO_TOUCH      NONE      no       NONE    no   3     0 points in somebody who can be awakened
40  0   -    NOT           NONE      no       NONE    no   4     and in somebody who cannot
40  9   -    TO_VOICE      NONE      no       NONE    no   2     consciousness is worse than the score
40  10  -    AWAKE         RESOLVED  no       NONE    no   3     any seizure
40  10  -    AWAKE         PROLONGED no       NONE    no   4     -
40  10  -    AWAKE         NONE      yes      NONE    no   4     -
40  10  -    AWAKE         NONE      no       FOCAL   no   3     focal oedema on imaging
40  10  -    AWAKE         NONE      no       DIFFUSE no   4     -
40  -   -    AWAKE         NONE      no       NONE    no   -     score not taken
40  -   20   AWAKE         NONE      no       NONE    no   -     CAPD is not the adult's score
40  -   -    NOT           NONE      no       NONE    no   4     unarousable without a score
6   -   0    AWAKE         NONE      no       NONE    no   0     -
6   -   8    AWAKE         NONE      no       NONE    no   1     -
6   -   8    TO_VOICE      NONE      no       NONE    no   2     consciousness tells 1 from 2
6   -   9    AWAKE         NONE      no       NONE    no   3     -
6   5   -    AWAKE         NONE      no       NONE    no   -     ICE is not the child's score
12  5   -    AWAKE         NONE      no       NONE    no   2     twelve is no child here
12  5   -    AWAKE         NONE      no       NONE    yes  5     -
"""

KIDNEY_INJURY = """
creatinine baseline rise hours replaced grade why
1.4        1.0      -    -     no       0     below 1.5 times
1.5        1.0      -    -     no       1     -
1.2        1.0      0.3  48    no       1     rise within 48 hours
1.2        1.0      0.3  49    no       0     too slow
2.0        1.0      -    -     no       2     -
3.0        1.0      -    -     no       3     -
4.0        3.0      0.3  24    no       3     4 mg/dL and a rise
4.0        3.0      -    -     no       0     4 mg/dL without any criterion of injury
1.0        1.0      -    -     yes      3     dialysis
2.0        0        -    -     no       -     no baseline
"""


def lines(text):
    header, *rows = text.strip().splitlines()
    names = header.split()
    return [dict(zip(names, row.split(maxsplit=len(names) - 1), strict=True)) for row in rows]


def number(text):
    return None if text == "-" else float(text)


def whole(text):
    return None if text == "-" else int(text)


@pytest.mark.parametrize("row", lines(CYTOKINE_RELEASE), ids=lambda row: row["why"])
def test_cytokine_release(row):
    found = CytokineRelease(
        temperature_celsius=number(row["temperature"]),
        is_hypotensive=row["hypotensive"] == "yes",
        n_vasopressors=int(row["vasopressors"]),
        oxygen=Oxygen[row["oxygen"]],
        oxygen_litres_per_minute=number(row["litres"]),
        is_fever_treated=row["treated"] == "yes",
        has_died_of_it=row["died"] == "yes",
    )
    assert cytokine_release_astct(found)[:2] == ("crs_astct_2019", whole(row["grade"]))


@pytest.mark.parametrize("row", lines(NEUROTOXICITY), ids=lambda row: " ".join(row.values()))
def test_neurotoxicity(row):
    found = Neurotoxicity(
        age_years=float(row["age"]),
        ice=whole(row["ice"]),
        capd=whole(row["capd"]),
        arousal=Arousal[row["arousal"]],
        seizure=Seizure[row["seizure"]],
        has_deep_motor_weakness=row["weakness"] == "yes",
        oedema=Oedema[row["oedema"]],
        has_died_of_it=row["died"] == "yes",
    )
    assert neurotoxicity_astct(found)[:2] == ("icans_astct_2019", whole(row["grade"]))


@pytest.mark.parametrize("row", lines(KIDNEY_INJURY), ids=lambda row: " ".join(row.values()))
def test_kidney_injury(row):
    found = KidneyFunction(
        float(row["creatinine"]),
        float(row["baseline"]),
        number(row["rise"]),
        number(row["hours"]),
        row["replaced"] == "yes",
    )
    assert kidney_injury_kdigo(found)[:2] == ("aki_kdigo", whole(row["grade"]))


def test_grades_of_two_scales_are_never_pooled():
    mixed = [Grade("crs_astct_2019", 2, ""), Grade("crs_penn", 3, "")]
    with pytest.raises(UsageError, match="crs_astct_2019, crs_penn"):
        one_scale(mixed)
    with pytest.raises(UsageError, match="none"):
        one_scale([])
    assert one_scale(mixed[:1]) == "crs_astct_2019"


def test_every_threshold_has_a_citation_and_says_whether_it_was_read():
    for scale in scales().values():
        assert scale.citation
        assert scale.thresholds
        assert scale.unverified <= set(scale.thresholds)
