"""How often events happen for the time that people were followed: by part of the follow-up, by group, first and all."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from pipeline.cohort.accrual import part
from pipeline.cohort.columns import Flags
from pipeline.cohort.events import SEVERE, Events, distinct_days, first_days, is_at_risk, named_scales, scale_of
from pipeline.cohort.parameters import YEAR_DAYS, parameters
from pipeline.cohort.patients import Groups, Patients, by_indication, groups_of
from pipeline.cohort.rows import PER_100_YEARS, Row, Section, interval, row
from pipeline.study.clustered import clustered_rate
from pipeline.study.followed import Array, Counts
from pipeline.study.persontime import days_within, events_within
from pipeline.study.poisson import Method, incidence_rate, rate_ratio
from pipeline.study.standardised import directly_standardised

METHODS: tuple[Method, ...] = ("garwood", "mid-p")
ROBUST = "robust over patients, log, t"
NOBODY = "Nobody was followed in this part of the follow-up."
ALIKE = (
    "All had as many events for their time, so that the spread between patients is not known: read the exact bounds."
)


class Occurred(NamedTuple):
    """Events and days at risk of each patient in each part of the follow-up, the whole of it last, shape (n, parts)."""

    events: Counts
    days: Array


class Question(NamedTuple):
    """What is asked of one endpoint: the estimand, the event, and the scale of its grade where one counts."""

    estimand: str
    event: str
    scale: str | None = None


def occurrence_rows(people: Patients, by_endpoint: dict[str, Events]) -> list[Row]:
    """First and all events, by part of the follow-up and by group, with exact and mid-p bounds; ratios between groups.

    All events also with robust bounds, which let one patient's events hang together.
    people: those whose centre reports adverse events, in the places that the events name.
    """
    groups = groups_of(people)
    rows: list[Row] = []
    for name, events in by_endpoint.items():
        first = _first_events(people, events)
        rows.extend(_told(Question("first_event", name), first, groups))
        every = _all_events(people, events)
        rows.extend(_over_patients(Question("all_events", name), every, groups))
        rows.extend(_told(Question("all_events", name), every, groups))
        rows.extend(_ratios(people, name, first))
        rows.extend(_standardised(people, name, first))
        if not events.day.size:
            rows.append(_nobody_had(people, name))
        if name in parameters().listed("graded"):
            rows.extend(_severe(people, name, events, groups))
            rows.extend(_by_scale(people, name, events, by_indication(groups)))
    return rows


def _nobody_had(people: Patients, name: str) -> Row:
    """None seen is not none there: the upper bound of the share of patients with the event."""
    return part(Section.INCIDENCE, "no_event", 0, len(people), "Nobody is followed.", event=name)


def _parts() -> tuple[Array, Array]:
    """First and last day of each window and of the whole follow-up."""
    windows = parameters().windows
    ends = [window.last for window in windows]
    firsts = [window.first for window in windows]
    return np.array([*firsts, 0.0]), np.array([*ends, float(parameters().last_day)])


def _names() -> list[str | None]:
    return [*(window.id for window in parameters().windows), None]


def _first_events(people: Patients, events: Events) -> Occurred:
    """Whoever had it before being at risk has no time at risk; nobody has time after the event."""
    n = len(people)
    first = first_days(events, n)
    stop = np.minimum(people.until_further, first)
    has_event = (first > people.entry) & (first <= people.until_further)
    place = np.flatnonzero(has_event)
    spans = _parts()
    return Occurred(events_within(place, first[place], n, *spans), days_within(people.entry, stop, *spans))


def _all_events(people: Patients, events: Events) -> Occurred:
    single = distinct_days(events)
    at_risk = single.only(is_at_risk(single, people) & (single.day <= people.until_further[single.place]))
    spans, n = _parts(), len(people)
    return Occurred(
        events_within(at_risk.place, at_risk.day, n, *spans), days_within(people.entry, people.until_further, *spans)
    )


class Sums(NamedTuple):
    """Members of each group, shape (groups, n); their events, years and persons with time, shape (groups, parts)."""

    members: Array
    events: Counts
    years: Array
    persons: Counts


def _sums(found: Occurred, groups: Groups) -> Sums:
    members = np.array([kept for _, kept in groups], dtype=np.float64)
    events, persons = (np.rint(members @ side).astype(np.int64) for side in (found.events, found.days > 0))
    return Sums(members, events, members @ found.days / YEAR_DAYS, persons)


def _said(asked: Question, sums: Sums, groups: Groups) -> Iterator[tuple[int, int, Row]]:
    """Place of each group and part of the follow-up, and what its rows have in common."""
    for g, (population, _) in enumerate(groups):
        for w, window in enumerate(_names()):
            said: Row = {"population": population, "window": window, "event": asked.event, "scale": asked.scale}
            said |= {"n_patients": int(sums.persons[g, w]), "n_events": int(sums.events[g, w])}
            yield g, w, said | {"person_years": sums.years[g, w]}


def _told(asked: Question, found: Occurred, groups: Groups) -> Iterator[Row]:
    """A row for each group, part of the follow-up and way to draw bounds from the count alone."""
    sums = _sums(found, groups)
    followed = sums.years > 0
    bounds = {
        method: incidence_rate(sums.events[followed], sums.years[followed], 100.0, method) if followed.any() else None
        for method in METHODS
    }
    place = np.cumsum(followed.ravel()).reshape(followed.shape) - 1
    for g, w, said in _said(asked, sums, groups):
        for method in METHODS:
            drawn = bounds[method]
            told: Row = {"reason": NOBODY}
            if followed[g, w] and drawn is not None:
                told = interval([side[place[g, w]] for side in drawn])
            yield _row(asked.estimand, method, said | told)


def _over_patients(asked: Question, found: Occurred, groups: Groups) -> Iterator[Row]:
    """A row for each group and part of the follow-up with robust bounds; none where too few had an event, or all alike."""
    sums, least = _sums(found, groups), parameters()["least_patients_robust"]
    rates = clustered_rate(found.events, found.days / YEAR_DAYS, sums.members, 100.0)
    few = f"Fewer than {least:g} patients had an event: read the first events, whose bounds are exact."
    for g, w, said in _said(asked, sums, groups):
        told: Row = {"reason": few if sums.years[g, w] > 0 else NOBODY}
        if rates.persons[g, w] >= least:
            is_known = np.isfinite(rates.low[g, w])
            told = interval([side[g, w] for side in rates[:3]]) if is_known else {"reason": ALIKE}
        yield _row(asked.estimand, ROBUST, said | told)


def _row(estimand: str, method: str, said: Row) -> Row:
    return row(Section.INCIDENCE, estimand, measure="incidence_density", unit=PER_100_YEARS, method=method, **said)


def _severe(people: Patients, name: str, events: Events, groups: Groups) -> Iterator[Row]:
    """Grade 3 and more on the one scale that the events are graded on; else why not, by group."""
    for population, kept in groups:
        theirs = events.only(kept[events.place])
        n_ungraded = int(np.isnan(theirs.grade).sum())
        scale, reason = scale_of(theirs)
        if reason:
            said: Row = {
                "population": population,
                "event": name,
                "n_left_out": n_ungraded,
                "reason": reason,
                "scale": scale,
            }
            yield from (_row("first_event_grade_3", method, said) for method in METHODS)
            continue
        severe = _first_events(people, theirs.only(theirs.grade >= SEVERE))
        for told in _told(Question("first_event_grade_3", name, scale), severe, [(population, kept)]):
            yield told | {"n_left_out": n_ungraded, "is_flagged": n_ungraded > 0}


def _by_scale(people: Patients, name: str, events: Events, groups: Groups) -> Iterator[Row]:
    """Where grades are on several scales: of all at risk, who had grade 3 or more on each; at least, and no upper bound."""
    graded = ~np.isnan(events.grade) & np.array([one is not None for one in events.scale], dtype=bool)
    is_mixed = bool(scale_of(events)[1])
    for scale in named_scales(events) if is_mixed else ():
        on_scale = graded & (events.scale == scale)
        severe = _first_events(people, events.only(on_scale & (events.grade >= SEVERE)))
        for population, kept in groups:
            n_left_out = int((kept[events.place] & ~graded).sum())
            said: Row = {"population": population, "event": name, "scale": scale, "n_left_out": n_left_out}
            said |= {"measure": "share, at least", "unit": f"share on {scale}, at least", "is_flagged": n_left_out > 0}
            n_patients = int((kept & (people.until_further > people.entry)).sum())
            told = part(
                Section.INCIDENCE, "severe_on_scale", int(severe.events[kept, -1].sum()), n_patients, NOBODY, **said
            )
            yield {column: value for column, value in told.items() if column != "high"}


def _ratios(people: Patients, name: str, found: Occurred) -> Iterator[Row]:
    """The first events of every other indication and sex against those of the largest one, over the whole follow-up."""
    events, years = found.events[:, -1], found.days[:, -1] / YEAR_DAYS
    for field in ("indication", "sex"):
        values = getattr(people, field)
        levels = sorted(set(values) - {"unknown"}, key=lambda level: (-int((values == level).sum()), level))
        for level in levels[1:]:
            one, other = values == level, values == levels[0]
            yield _ratio(name, f"{field}={level} to {levels[0]}", events, years, (one, other))


def _standardised(people: Patients, name: str, found: Occurred) -> Iterator[Row]:
    """First events of each indication and sex as they would be at the ages of all patients, over the whole follow-up."""
    events, years = found.events[:, -1], found.days[:, -1] / YEAR_DAYS
    bands = sorted(set(people.age_band) - {"unknown"})
    inside = [people.age_band == band for band in bands]
    standard = [float(years[band].sum()) for band in inside]
    for population, kept in groups_of(people):
        if not population.startswith(("indication=", "sex=")):
            continue
        counts = [int(events[kept & band].sum()) for band in inside]
        times = [float(years[kept & band].sum()) for band in inside]
        said: Row = {"event": name, "population": population, "measure": "incidence_density", "unit": PER_100_YEARS}
        said |= {"method": "direct, fay-feuer", "n_events": sum(counts), "person_years": sum(times)}
        said["n_patients"] = int(kept.sum())
        yield _directly(counts, times, standard, said)


def _directly(counts: list[int], times: list[float], standard: list[float], said: Row) -> Row:
    try:
        drawn = directly_standardised(counts, times, standard)
    except ValueError:
        reason = "Nobody of some age of all patients was followed: its numbers are not known."
        return row(Section.INCIDENCE, "first_event_age_standardised", reason=reason, **said)
    told = {name: 100.0 * getattr(drawn, name) for name in ("estimate", "low", "high")}
    return row(Section.INCIDENCE, "first_event_age_standardised", **told, **said)


def _ratio(name: str, population: str, events: Counts, years: Array, sides: tuple[Flags, Flags]) -> Row:
    (d, t), (e, u) = ((int(events[side].sum()), float(years[side].sum())) for side in sides)
    said: Row = {
        "event": name,
        "population": population,
        "measure": "ratio",
        "unit": "ratio",
        "method": "exact_conditional",
    }
    said |= {"n_patients": int((sides[0] | sides[1]).sum()), "n_events": d + e, "person_years": t + u}
    if not (t > 0 and u > 0 and d + e):
        return row(Section.INCIDENCE, "rate_ratio", reason="Neither side has an event, or one has no time.", **said)
    found = rate_ratio(d, t, e, u)
    if not np.isfinite(found.estimate):
        said["reason"] = f"The second group has no event: the ratio is above {found.low:.3g} and has no upper end."
        return row(Section.INCIDENCE, "rate_ratio", low=found.low, p=found.p, **said)
    return row(Section.INCIDENCE, "rate_ratio", **found._asdict(), **said)
