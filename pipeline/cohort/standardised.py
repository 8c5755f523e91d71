"""Second malignancies observed over those expected from a reference: by site and by time since infusion."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from pipeline.cohort.columns import Flags
from pipeline.cohort.lexisparts import Cells, day_cells, known_people, latency_edges, person_cells
from pipeline.cohort.malignancies import Malignancies, first_of
from pipeline.cohort.parameters import YEAR_DAYS, parameters
from pipeline.cohort.patients import Patients
from pipeline.cohort.reference import FIRST_PRIMARY, Reference, refuse_other_rule
from pipeline.cohort.rows import Row, Section, row
from pipeline.study.excess import excess_rate
from pipeline.study.followed import Array, Counts
from pipeline.study.poisson import Method, standardised_ratio

METHODS: tuple[Method, ...] = ("garwood", "mid-p")
PER = 10_000.0
ALL_SITES = "all_sites"
NO_FILE = "No reference was given: run 'cartwatch study run' with one to have expected numbers."
NOTHING_EXPECTED = "Nobody was followed at an age and in a year for which the reference expects anything."


class Counted(NamedTuple):
    """Observed and expected second malignancies and person-years, shape (sites, latency cells); the last site is all."""

    observed: Counts
    expected: Array
    person_years: Array
    n_uncovered: int
    uncovered_years: float


def standardised_rows(
    people: Patients, found: Malignancies, reference: Reference | None, survivors: Reference | None
) -> list[Row]:
    """Ratios and excesses against each reference, and the ratio of what both expect.

    found: in the places of people. The person-time is the one the reference's rule asks for: under first_primary it stops
    at a patient's first second malignancy, under seer it goes on. A second primary at a site of the disease treated is on
    neither side, and how many there are stands in a row of its own and in n_left_out, as those not known to the day do.
    InputRefused where the references' rules differ.
    """
    if reference is not None and survivors is not None:
        refuse_other_rule(reference, survivors)
    known = known_people(people)
    kept = Standing(people.only(known), of_those(found, known), int((~known).sum()))
    ours = None if reference is None else counted(kept, reference)
    theirs = None if survivors is None else counted(kept, survivors)
    rows = [*_told("standardised_ratio", reference, ours, kept), *_told("survivor_ratio", survivors, theirs, kept)]
    return [*rows, _background(ours, theirs, kept)]


class Standing(NamedTuple):
    """Patients of known sex and age, their malignancies, and how many patients are left out."""

    people: Patients
    found: Malignancies
    n_left_out: int

    def lacking(self, site: str) -> int:
        """Second primaries of a site that the ratio does not count: at a site of the disease treated, or of no known day."""
        found = self.found
        asked = (found.site == site) | (site == ALL_SITES)
        return int(np.sum(asked & ((found.is_counted & found.is_index_site) | found.is_undated)))


def counted(kept: Standing, reference: Reference) -> Counted:
    """Both sides of the ratio by site of the reference and by part of the latency."""
    people, elsewhere = kept.people, kept.found.only(~kept.found.is_index_site)
    found = elsewhere.only(elsewhere.is_counted)
    stop = people.exit
    if reference.rule == FIRST_PRIMARY:
        first = first_of(elsewhere, len(people))
        stop = np.minimum(stop, first)
        found = _only_first(found, first)
    diseases = sorted(set(people.indication))
    cells = person_cells(people, stop, reference, diseases)
    expected, covered, years = _expected(cells, reference, diseases)
    observed, n_uncovered = _observed(people, found, reference)
    return Counted(observed, expected, covered, n_uncovered, float(years.sum() - covered[-1].sum()))


def of_those(found: Malignancies, known: Flags) -> Malignancies:
    """Reports of the patients kept, in their new places."""
    place = np.cumsum(known) - 1
    theirs = found.only(known[found.place])
    return theirs._replace(place=place[theirs.place])


def _only_first(found: Malignancies, first: Array) -> Malignancies:
    """One report for each patient: of those of the first day the first by site."""
    at_first = found.only(found.day == first[found.place])
    _, at = np.unique(at_first.place, return_index=True)
    return at_first.only(at)


def _sites(reference: Reference) -> list[str]:
    skin = parameters().content["second_malignancy"]["non_melanoma_skin"]
    return [site for site in reference.sites if site not in skin]


def _expected(cells: Cells, reference: Reference, diseases: list[str]) -> tuple[Array, Array, Array]:
    """Expected events and covered person-years, shape (sites + 1, latency cells), and all person-years by latency.

    The person-years of a site leave out those treated for it; all sites together are the sum of the others.
    """
    listed = parameters().content["second_malignancy"]["index_sites"]
    n_parts = latency_edges().size
    sites = _sites(reference)
    inside = (cells.age >= 0) & (cells.year >= 0)
    expected, covered = (np.zeros((len(sites) + 1, n_parts)) for _ in range(2))
    has_some = np.zeros(inside.size, dtype=bool)
    for at, site in enumerate(sites):
        level = reference.level[reference.sites.index(site), cells.sex, cells.age, cells.year]
        theirs = np.array([site in listed.get(disease, ()) for disease in diseases], dtype=bool)[cells.disease]
        used = inside & np.isfinite(level) & ~theirs
        has_some |= inside & np.isfinite(level)
        expected[at] = np.bincount(cells.latency[used], (level * cells.person_years)[used], minlength=n_parts)
        covered[at] = np.bincount(cells.latency[used], cells.person_years[used], minlength=n_parts)
    expected[-1] = expected[:-1].sum(axis=0)
    covered[-1] = np.bincount(cells.latency[has_some], cells.person_years[has_some], minlength=n_parts)
    every = np.bincount(cells.latency, cells.person_years, minlength=n_parts)
    return expected, covered, np.asarray(every, dtype=np.float64)


def _observed(people: Patients, found: Malignancies, reference: Reference) -> tuple[Counts, int]:
    """Events by site and latency where the reference holds their cell, and how many it does not hold."""
    sites = _sites(reference)
    observed = np.zeros((len(sites) + 1, latency_edges().size), dtype=np.int64)
    at = day_cells(people, found.place, found.day, reference)
    numbers = np.array([sites.index(site) if site in sites else -1 for site in found.site], dtype=np.int64)
    inside = (numbers >= 0) & (at.age >= 0) & (at.year >= 0)
    grid = np.array([reference.sites.index(site) if site in sites else 0 for site in found.site], dtype=np.int64)
    inside &= np.isfinite(reference.level[grid, at.sex, at.age, at.year])
    np.add.at(observed, (numbers[inside], at.latency[inside]), 1)
    observed[-1] = observed[:-1].sum(axis=0)
    return observed, int((~inside).sum())


def _windows() -> list[tuple[str | None, Flags]]:
    """Which parts of the latency each window holds: all, all but the first months, then each window."""
    edges = latency_edges()
    starts = edges / YEAR_DAYS
    months = parameters()["excluded_months"] / 12.0
    named: list[tuple[str | None, Flags]] = [
        (None, starts >= 0),
        ("after_excluded_months", edges >= np.ceil(months * YEAR_DAYS)),
    ]
    for part in parameters().latency:
        low, high = (np.ceil(side * YEAR_DAYS) for side in (part.start, part.stop))
        named.append((part.id, (edges >= low) & (edges < high)))
    return named


def _told(estimand: str, reference: Reference | None, found: Counted | None, kept: Standing) -> Iterator[Row]:
    if reference is None or found is None:
        said: Row = {"event": ALL_SITES, "measure": "ratio", "unit": "observed per expected", "method": METHODS[0]}
        yield row(Section.STANDARDISED, estimand, reason=NO_FILE, **said)
        return
    for at, site in enumerate([*_sites(reference), ALL_SITES]):
        lacking = kept.lacking(site)
        for window, held in _windows():
            said = {"event": site, "window": window, "n_patients": len(kept.people), "is_flagged": lacking > 0}
            said["n_left_out"] = kept.n_left_out + lacking
            sums = [float(side[at][held].sum()) for side in (found.observed, found.expected, found.person_years)]
            yield from _pair(estimand, reference.rule, said, *sums)
    yield from _uncovered(estimand, found, reference)
    yield _at_index_sites(estimand, reference, kept)


def _pair(estimand: str, rule: str, said: Row, observed: float, expected: float, years: float) -> Iterator[Row]:
    """The ratio and the excess, by both ways to draw bounds."""
    said |= {"n_events": int(observed), "expected": expected, "person_years": years}
    excess = "excess" if estimand == "standardised_ratio" else f"excess_{estimand}"
    for method in METHODS:
        ratio = {"measure": "ratio", "unit": "observed per expected", "method": f"{method}, {rule}"} | said
        beyond = {"measure": "excess", "unit": "per 10,000 person-years", "method": f"{method}, {rule}"} | said
        if not (expected > 0 and years > 0):
            yield row(Section.STANDARDISED, estimand, reason=NOTHING_EXPECTED, **ratio)
            continue
        yield row(Section.STANDARDISED, estimand, **_first(standardised_ratio([observed], [expected], method)), **ratio)
        found = excess_rate([observed], [expected], [years], PER, method)
        yield row(Section.STANDARDISED, excess, **_first(found), **beyond)


def _first(bounds: tuple[Array, Array, Array]) -> Row:
    return {name: float(side[0]) for name, side in zip(("estimate", "low", "high"), bounds, strict=True)}


def _uncovered(estimand: str, found: Counted, reference: Reference) -> Iterator[Row]:
    """What could not be held against the reference."""
    said: Row = {"event": ALL_SITES, "window": estimand, "method": f"count, {reference.rule}"}
    said |= {"n_events": found.n_uncovered, "person_years": found.uncovered_years}
    is_flagged = found.n_uncovered > 0
    told: Row = {"measure": "person_years", "unit": "person-year", "estimate": max(found.uncovered_years, 0.0)}
    yield row(Section.STANDARDISED, "uncovered", is_flagged=is_flagged, **(said | told))


def _at_index_sites(estimand: str, reference: Reference, kept: Standing) -> Row:
    """Second primaries at a site of the disease treated: the reference expects nothing there, so nothing is observed."""
    n = int(np.sum(kept.found.is_counted & kept.found.is_index_site))
    said: Row = {"event": ALL_SITES, "window": estimand, "method": f"count, {reference.rule}", "n_events": n}
    told: Row = {"measure": "count", "unit": "malignancy", "estimate": float(n), "is_flagged": n > 0}
    return row(Section.STANDARDISED, "index_site", **said, **told)


def _background(ours: Counted | None, theirs: Counted | None, kept: Standing) -> Row:
    said: Row = {"event": ALL_SITES, "measure": "ratio", "unit": "expected per expected", "method": "count"}
    if ours is None or theirs is None:
        return row(Section.STANDARDISED, "background_ratio", reason="Two references are needed.", **said)
    one, other = (float(side.expected[-1].sum()) for side in (theirs, ours))
    if not other > 0:
        return row(Section.STANDARDISED, "background_ratio", reason=NOTHING_EXPECTED, **said)
    return row(Section.STANDARDISED, "background_ratio", estimate=one / other, n_patients=len(kept.people), **said)
