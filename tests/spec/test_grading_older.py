"""Grades on the scales before ASTCT and by CTCAE: one line is one person."""

import pytest

from pipeline.errors import UsageError
from pipeline.study.grading import CytokineRelease, Oxygen, cytokine_release_astct
from pipeline.study.gradingolder import (
    Breathing,
    CytokineReleaseOlder,
    KidneyInjury,
    Pressure,
    creatinine_ctcae,
    cytokine_release_lee,
    cytokine_release_penn,
    kidney_injury_ctcae,
)
from pipeline.study.gradingscales import one_scale, scales

CYTOKINE_RELEASE = """
symptoms pressure              breathing  percent organ liver hospital died penn lee why
no       NONE                  NONE       -       0     0     no       no   0    0   nothing
yes      NONE                  NONE       -       0     0     no       no   1    1   symptoms alone
yes      NONE                  NONE       -       0     0     yes      no   2    1   only Penn asks for the hospital
yes      FLUIDS                NONE       -       0     0     yes      no   3    2   fluids: where the two scales part
yes      LOW_DOSE              NONE       -       0     0     yes      no   3    2   one vasopressor at low dose
yes      HIGH_DOSE_OR_MULTIPLE NONE       -       0     0     yes      no   4    3   high dose or several
yes      NONE                  OXYGEN     28      0     0     yes      no   3    2   little oxygen
yes      NONE                  OXYGEN     40      0     0     yes      no   3    3   40 % is much
yes      NONE                  OXYGEN     -       0     0     yes      no   3    -   how much oxygen decides and is not known
yes      HIGH_DOSE_OR_MULTIPLE OXYGEN     -       0     0     yes      no   4    3   it decides nothing any more
yes      NONE                  VENTILATOR -       0     0     yes      no   4    4   ventilator
yes      NONE                  NONE       -       2     0     no       no   2    2   organ toxicity of grade 2
yes      NONE                  NONE       -       3     0     no       no   3    3   of grade 3
yes      NONE                  NONE       -       4     0     no       no   3    4   of grade 4
yes      NONE                  NONE       -       0     3     no       no   2    3   liver enzymes of grade 3
yes      NONE                  NONE       -       0     4     no       no   3    3   liver enzymes alone are never grade 4
yes      NONE                  VENTILATOR -       4     4     yes      yes  5    5   died of it
"""

KIDNEY = """
limit baseline hospital dialysis died injury creatinine why
-     -        no       no       no   0      -          nothing measured
1.0   1.0      no       no       no   0      0          normal
1.2   1.2      no       no       no   0      1          over the limit
1.6   1.2      no       no       no   0      2          over 1.5 times the limit
1.4   1.6      no       no       no   0      2          over 1.5 times baseline
3.0   3.0      yes      no       no   3      2          3 times is not over 3 times
3.1   3.0      yes      no       no   3      3          over 3 times the limit
2.0   3.5      yes      no       no   3      3          over 3 times baseline
6.5   -        yes      yes      no   4      4          over 6 times the limit
6.5   9.0      yes      yes      yes  5      4          died of it
"""


def lines(text):
    head, *body = text.strip().splitlines()
    names = head.split()
    return [dict(zip(names, line.split(None, len(names) - 1), strict=True)) for line in body]


def number(text):
    return None if text == "-" else float(text)


@pytest.mark.parametrize("line", lines(CYTOKINE_RELEASE), ids=lambda line: line["why"])
def test_cytokine_release_is_graded_on_either_older_scale(line):
    found = CytokineReleaseOlder(
        has_symptoms=line["symptoms"] == "yes",
        pressure=Pressure[line["pressure"]],
        breathing=Breathing[line["breathing"]],
        oxygen_percent=number(line["percent"]),
        organ_grade=int(line["organ"]),
        liver_grade=int(line["liver"]),
        is_treated_in_hospital=line["hospital"] == "yes",
        has_died_of_it=line["died"] == "yes",
    )
    assert cytokine_release_penn(found).value == number(line["penn"])
    assert cytokine_release_lee(found).value == number(line["lee"])


@pytest.mark.parametrize("line", lines(KIDNEY), ids=lambda line: line["why"])
def test_kidney_injury_is_graded_by_ctcae(line):
    needed = {name: line[name] == "yes" for name in ("hospital", "dialysis", "died")}
    found = KidneyInjury(
        number(line["limit"]), number(line["baseline"]), needed["hospital"], needed["dialysis"], needed["died"]
    )
    assert kidney_injury_ctcae(found).value == number(line["injury"])
    assert creatinine_ctcae(found).value == number(line["creatinine"])


def test_the_same_patient_is_grade_three_by_penn_and_two_by_astct_and_they_are_not_pooled():
    penn = cytokine_release_penn(CytokineReleaseOlder(has_symptoms=True, breathing=Breathing.OXYGEN, oxygen_percent=28))
    astct = cytokine_release_astct(CytokineRelease(39.0, oxygen=Oxygen.LOW_FLOW))
    assert (penn.value, astct.value) == (3, 2)
    with pytest.raises(UsageError, match="crs_astct_2019, crs_penn"):
        one_scale([penn, astct])


@pytest.mark.parametrize("name", ["crs_penn", "crs_lee_2014", "ctcae_v5"])
def test_thresholds_nobody_has_read_in_the_source_are_marked(name):
    scale = scales()[name]
    assert scale.unverified == set(scale.thresholds)
    assert scale.citation
