"""The simulated cohort as arrays: what is planted is what is found again in a big one."""

import csv
import datetime as dt

import numpy as np
import pytest
from scipy import integrate

from pipeline.demo.cohortcancers import background_cases, expected_background, lexis, malignancy_times
from pipeline.demo.cohortcentres import TRACKS
from pipeline.demo.cohortevents import numbered, times_of
from pipeline.demo.cohorthazards import (
    DAYS_PER_YEAR,
    Hazard,
    cumulative_incidence,
    event_free,
    first_times,
    stepped,
    survival,
)
from pipeline.demo.cohortsettings import cohort_settings, epoch_day
from pipeline.demo.cohorttruth import course_of, reference_rates
from pipeline.demo.cohortvisits import NEVER, schedule, seen_by
from pipeline.demo.cohortworld import draw_cohort, draw_treated
from pipeline.study.followed import followed, risk_table
from pipeline.study.survival import kaplan_meier

N = 20_000
HORIZON = 15 * DAYS_PER_YEAR
FAR = 4.5  # standard errors: one test in 150,000 by chance
CUTOFF = epoch_day(dt.date(2030, 6, 30))


@pytest.fixture(scope="module")
def cohort():
    return draw_treated(N, 11)


def z(found, expected):
    """Standard errors by which a count misses its expectation."""
    return abs(found - expected) / np.sqrt(max(expected, 1.0))


# Hazards

HAZARD = stepped([[100, 2.0], [400, 0.0], [1000, 0.5]])


def test_a_hazard_cumulates_what_its_steps_say():
    days = np.array([-5.0, 0.0, 50.0, 100.0, 300.0, 700.0, 1000.0, 5000.0])
    wanted = np.array([0, 0, 100, 200, 200, 350, 500, 500]) / DAYS_PER_YEAR
    np.testing.assert_allclose(HAZARD.cumulated(days), wanted)
    np.testing.assert_allclose(HAZARD.at(days[1:]) * DAYS_PER_YEAR, [2, 2, 0, 0, 0.5, 0, 0])


def test_a_drawn_time_cumulates_what_was_drawn_or_never_comes():
    drawn = np.array([0.01, 0.3, 0.6, 1.3, 1.4])
    times = HAZARD.time_of(drawn)
    np.testing.assert_allclose(HAZARD.cumulated(times[:4]), drawn[:4])
    assert times[4] == np.inf


def test_no_first_event_falls_where_there_is_no_hazard():
    times = first_times([HAZARD], np.zeros(20_000, dtype=int), np.random.default_rng(1).random(20_000))
    assert not np.any((times > 100.0) & (times < 400.0))
    assert np.isinf(times).mean() == pytest.approx(np.exp(-500 / DAYS_PER_YEAR), abs=0.015)


def test_the_closed_form_of_competing_events_is_the_integral():
    other = stepped([[250, 0.3], [2000, 1.0]])
    points = np.array([30.0, 100.0, 250.0, 777.0, 3000.0])
    for day, found in zip(points, cumulative_incidence([HAZARD, other], points), strict=True):
        grid = np.linspace(0, day, 400_001)
        middle = (grid[1:] + grid[:-1]) / 2
        wanted = np.sum(HAZARD.at(middle) * event_free([HAZARD, other], middle)) * (grid[1] - grid[0])
        assert found == pytest.approx(wanted, abs=2e-5)
    both = cumulative_incidence([HAZARD, other], points) + cumulative_incidence([other, HAZARD], points)
    np.testing.assert_allclose(both + event_free([HAZARD, other], points), 1.0)


def test_survival_through_relapse_is_the_integral():
    relapse, death, after = (
        Hazard(np.array([0.0, 9e9]), np.array([0.002])),
        stepped([[9e9, 0.1]]),
        stepped([[9e9, 1.0]]),
    )
    a, b, c = 0.002, 0.1 / DAYS_PER_YEAR, 1.0 / DAYS_PER_YEAR
    for day in (100.0, 1000.0):
        through, _ = integrate.quad(lambda u, day=day: a * np.exp(-(a + b) * u - c * (day - u)), 0, day)
        assert survival(relapse, death, after, day)[0] == pytest.approx(np.exp(-(a + b) * day) + through, abs=1e-6)


# The cohort


def test_neighbouring_seeds_share_no_draw():
    first, second = draw_treated(500, 1), draw_treated(500, 2)
    for shift in range(-3, 4):
        here, there = first.patients.age_years[3:-3], np.roll(second.patients.age_years, shift)[3:-3]
        assert not np.any(
            np.isclose(here, there, atol=1e-9) & np.isclose(first.course.lost[3:-3], second.course.lost[3:-3])
        )
        assert abs(np.corrcoef(np.argsort(np.argsort(here)), np.argsort(np.argsort(there)))[0, 1]) < 0.2


def test_the_first_patients_of_a_larger_registry_are_those_of_a_smaller_one():
    small, large = draw_cohort(50, 5), draw_cohort(500, 5)
    for name in ("number", "registry_number", "birth_day", "infusion_day", "centre"):
        np.testing.assert_array_equal(getattr(small.patients, name), getattr(large.patients, name)[:50])
    np.testing.assert_array_equal(small.course.death, large.course.death[:50])


def test_a_registry_has_the_patients_asked_for_and_nobody_who_died_before_entry():
    registry = draw_cohort(3_000, 5)
    assert len(registry.patients) == 3_000
    assert np.all(registry.course.death > registry.patients.late_days)
    assert len(set(registry.patients.registry_number.tolist())) == 3_000


def test_indications_ages_and_sexes_are_as_planted(cohort):
    settings, patients = cohort.settings, cohort.patients
    for place, indication in enumerate(settings.indications):
        plain, own = settings.plain["indications"][indication], patients.indication == place
        assert z(own.sum(), N * plain["share"]) < FAR
        assert z((own & patients.is_female).sum(), own.sum() * plain["female"]) < FAR
        first, last = (epoch_day(day) for day in plain["accrual"])
        assert first <= patients.infusion_day[own].min()
        assert patients.infusion_day[own].max() <= last
        for low, high, share in plain["ages"]:
            inside = (patients.age_years[own] >= low - 0.003) & (patients.age_years[own] < high - 0.003)
            assert z(inside.sum(), own.sum() * share) < FAR


@pytest.mark.parametrize("toxicity", cohort_settings().toxicities, ids=lambda toxicity: toxicity.id)
def test_a_planted_toxicity_comes_as_often_as_its_hazard_says(cohort, toxicity):
    person, time, _ = times_of(cohort, toxicity)
    group, end = cohort.patients.indication, cohort.course.death
    if toxicity.only_sex:
        assert cohort.patients.is_female[person].all()
        return
    first = np.full(N, np.inf)
    np.minimum.at(first, person, time)
    for low, high in ((0.0, 28.0), (28.0, 365.0), (365.0, HORIZON)):
        found = ((time >= low) & (time < high) & (time <= end[person])).sum()
        stop = end if toxicity.is_recurrent else np.minimum(end, first)
        expected = sum(
            (hazard.cumulated(np.clip(stop, low, high)) - hazard.cumulated(low))[group == place].sum()
            for place, hazard in enumerate(toxicity.hazards)
        )
        spread = 1.0 if not toxicity.is_recurrent else 2.5  # frailty makes counts spread wider
        assert z(found, expected) < FAR * spread, (low, high, found, expected)


def test_a_recurrent_toxicity_has_the_planted_frailty(cohort):
    toxicity = next(each for each in cohort.settings.toxicities if each.is_recurrent)
    person, time, _ = times_of(cohort, toxicity)
    lives = cohort.course.death > 365.0
    counts = np.bincount(person[time < 365.0], minlength=N)[lives]
    mean = counts.mean()
    wanted = mean + toxicity.frailty_variance * mean**2
    assert counts.var() == pytest.approx(wanted, rel=0.08)


def test_second_malignancies_come_as_often_as_planted(cohort):
    times, death = malignancy_times(cohort, HORIZON), np.minimum(cohort.course.death, HORIZON)
    for place, site in enumerate(cohort.settings.sites):
        until = np.minimum(times[:, place], death)
        expected = site.planted * expected_background(cohort, until, site).sum()
        assert z((times[:, place] <= death).sum(), expected) < FAR, site.id


def test_the_pieces_of_a_patients_time_add_up_and_lie_in_their_bands(cohort):
    some = cohort.taken(np.arange(200))
    pieces, until = lexis(some, HORIZON), np.linspace(0.0, HORIZON, 200)
    np.testing.assert_allclose(pieces.spent(until).sum(axis=1), until)
    site = next(each for each in some.settings.sites if each.id == "lung")
    step = 5.0
    grid = np.arange(0.0, 3000.0, step) + step / 2
    age = (some.patients.age_years[:, None] + grid / DAYS_PER_YEAR) // 5
    year = 1970 + (some.patients.infusion_day[:, None] + grid) / DAYS_PER_YEAR
    cell = np.clip((year - 2015) // 5, 0, None).astype(int)
    sex = np.where(some.patients.is_female, 0, 1)[:, None]
    slow = background_cases(site)[sex, np.minimum(age, 17).astype(int), cell].sum(axis=1) * step / DAYS_PER_YEAR / 1e7
    np.testing.assert_allclose(expected_background(some, np.full(200, 3000.0), site), slow, rtol=0.02, atol=1e-7)


def test_the_reference_holds_the_planted_background_cell_by_cell():
    settings = cohort_settings()
    lines = list(csv.reader(reference_rates(settings, "background").splitlines()))
    cells = [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]
    assert len(cells) == len(settings.sites) * 2 * 18 * 9
    assert {(cell["multiple_primary_rule"], cell["source"].split(":")[0]) for cell in cells} == {
        ("first_primary", "simulated")
    }
    lung = [cell for cell in cells if cell["site"] == "lung" and cell["sex"] == "M" and cell["age_low"] == "60"]
    site = next(each for each in settings.sites if each.id == "lung")
    assert [int(cell["cases"]) for cell in lung] == background_cases(site)[1, 12].tolist()
    survivors = reference_rates(settings, "survivors").splitlines()
    assert float(survivors[1].split(",")[6]) == pytest.approx(settings.sites[0].survivors * float(lines[1][6]))


# What the registry hears


@pytest.fixture(scope="module")
def seen(cohort):
    return seen_by(cohort, CUTOFF, 15)


def test_survival_from_what_the_registry_knows_is_the_planted_one(cohort, seen):
    late = cohort.patients.late_days
    for place in range(len(cohort.settings.indications)):
        own = (cohort.patients.indication == place) & cohort.patients.is_infused & (seen.last_contact > late)
        died = seen.death[own] != NEVER
        exit_day = np.where(died, seen.last_contact[own] + 0.5, seen.last_contact[own] + 1.0)
        curve = kaplan_meier(risk_table(followed(exit_day, died.astype(int), late[own]), 1))
        for years in (1, 5):
            at = np.searchsorted(curve.time, years * DAYS_PER_YEAR, side="right") - 1
            truth = survival(*course_of(cohort.settings, place), years * DAYS_PER_YEAR)[0]
            assert abs(curve.estimate[at] - truth) < FAR * curve.standard_error[at], (place, years)


def test_visits_of_a_patient_are_in_order_and_their_forms_too(seen):
    for days in (seen.form_day, seen.received_day):
        filled = np.where(days == NEVER, np.maximum.accumulate(days, axis=1), days)
        assert np.all(np.diff(filled, axis=1) >= 0)
    came = seen.form_day != NEVER
    assert np.all(seen.received_day[came] > seen.form_day[came])
    assert np.all(seen.received_day <= np.maximum(seen.limit[:, None], NEVER))


def test_nobody_is_known_longer_than_the_cutoff_or_the_track_allows(cohort, seen):
    infused = cohort.patients.is_infused & (seen.limit > cohort.patients.late_days)
    assert np.all(seen.last_contact[infused] <= seen.limit[infused])
    _, due = schedule(cohort, 15)
    short = cohort.centres.track[cohort.patients.centre] == TRACKS.index("hundred_days")
    on_time = short & (cohort.patients.late_days == 0)
    assert np.all(seen.last_contact[on_time] <= due[0] + 70)


def test_poor_centres_are_followed_less_completely(cohort, seen):
    share = np.array(
        [
            np.mean(seen.visited[(cohort.patients.centre == centre) & (seen.death == NEVER), 1])
            for centre in range(len(cohort.centres.attendance))
            if cohort.centres.track[centre] == 0
        ]
    )
    attendance = cohort.centres.attendance[cohort.centres.track == 0]
    assert np.corrcoef(share, attendance)[0, 1] > 0.8


def test_rows_are_numbered_within_their_patient():
    np.testing.assert_array_equal(numbered(np.array([2, 2, 5, 7, 7, 7])), [1, 2, 1, 1, 2, 3])
    assert numbered(np.zeros(0, dtype=int)).size == 0
