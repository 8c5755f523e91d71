"""Prevalence of a simulated registry holds the truth between its bounds, and bounds never cross."""

import datetime as dt

import numpy as np
import pytest

from pipeline.cohort.parameters import parameters
from pipeline.cohort.patients import infused_patients
from pipeline.cohort.prevalence import landmarks
from pipeline.cohort.spells import spells_of, told_events
from pipeline.demo.cohortsettings import epoch_day
from pipeline.demo.cohortstory import told
from pipeline.demo.cohortvisits import NEVER
from pipeline.demo.cohortworld import draw_cohort
from pipeline.intake.pseudonym import Pseudonyms
from pipeline.intake.registry import read_extract, type_extract
from pipeline.intake.registrytables import study_tables
from pipeline.steps.simulate import simulate_registry
from pipeline.study.gradingscales import scales
from pipeline.study.prevalence import Spells, held_on
from tests.registryfiles import KEY

DLP = dt.date(2026, 6, 30)
N, SEED = 250, 5
KINDS = {"b_cell_aplasia": "hypogammaglobulinaemia", "cytopenia": "cytopenia"}


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """Infused patients as the study has them, what is told of their events, and the story behind it."""
    folder = tmp_path_factory.mktemp("simulated") / "extract"
    simulate_registry(folder, n=N, seed=SEED, cutoff=DLP, form="parquet")
    secret = Pseudonyms(KEY, "simulated-ltfu15")
    tables = study_tables(type_extract(read_extract(folder), secret, DLP, scales()).rows)
    people = infused_patients(tables, DLP)
    story = told(draw_cohort(N, SEED), epoch_day(DLP), int(parameters()["follow_up_years"]), "tisagenlecleucel")
    return people, told_events(tables, people), story, [secret.of(one) for one in story.subjects.to_pylist()]


@pytest.mark.parametrize("endpoint", KINDS)
def test_who_has_it_in_truth_is_between_who_has_it_for_certain_and_who_may(simulated, endpoint):
    people, (events, of), story, names = simulated
    spells = spells_of(events.only(of[endpoint]))
    whole, kinds = story.episodes, [each.id for each in story.cohort.settings.toxicities]
    place = {name: at for at, name in enumerate(people.ids.to_pylist())}
    n_had = 0
    for day, _ in landmarks():
        has = np.zeros(len(people), dtype=bool)
        on = (whole.toxicity == kinds.index(KINDS[endpoint])) & (whole.day <= day)
        on &= (whole.end == NEVER) | (whole.end > day)
        has[[place[names[person]] for person in whole.person[on] if names[person] in place]] = True
        there = people.exit >= day
        held = held_on(spells, day, len(people))
        assert not (there & held.certainly & ~has).any()
        assert not (there & has & ~held.possibly).any()
        n_had += int((there & has).sum())
    assert n_had > 10


def test_whoever_certainly_has_it_may_have_it():
    chance = np.random.default_rng(7)
    days = np.sort(chance.integers(0, 50, (2_000, 4)), axis=1).astype(float)
    spells = Spells(chance.integers(0, 300, 2_000), *days.T)
    for day in range(0, 52, 3):
        held = held_on(spells, day, 300)
        assert not (held.certainly & ~held.possibly).any()
