"""Who has been accrued, for how long, and how completely: what is read before any other number of the study."""

import datetime as dt
from collections.abc import Iterator

import numpy as np

from pipeline.cohort.columns import Flags, Tables, days, flags, listing
from pipeline.cohort.parameters import YEAR_DAYS, Parameters, parameters
from pipeline.cohort.patients import Patients
from pipeline.cohort.rows import Row, Section, interval, row
from pipeline.study.binomial import share
from pipeline.study.completeness import clark_c
from pipeline.study.followed import Array
from pipeline.study.persontime import days_within

SHARE = {"measure": "share", "unit": "share"}
EXACT = "clopper-pearson"


def accrual_rows(tables: Tables, everyone: Patients, people: Patients, as_of: dt.date) -> list[Row]:
    """Patients against plan, person-years, shares followed for so many years, and the reports that are due.

    everyone: every infused patient; people: those with time at risk.
    """
    return [
        *_counts(tables, everyone, people),
        _against_plan(everyone, as_of, parameters()),
        *_person_time(people),
        *_interim(as_of),
    ]


def completeness_rows(people: Patients) -> list[Row]:
    """Clark's C overall and by centre, indication and year of infusion, twice; by time since infusion; and who is lost.

    people: everybody of whom time was due after enrolment, also who enrolled late and was never seen again: none of it was
    had of them. C up to the last visit due flags where it is under the threshold.
    """
    observed = np.maximum(people.exit - people.entry, 0.0)
    whole = np.where(people.is_dead, observed, people.potential - people.entry)
    visited = np.where(people.is_dead, observed, np.maximum(_last_due(people) - people.entry, 0.0))
    rows = []
    for population, kept in _parts(people):
        rows.append(_clark("clark_c", population, observed[kept], whole[kept], flagging=False))
        rows.append(_clark("clark_c_due", population, observed[kept], visited[kept], flagging=True))
    return [*rows, *_by_time(people), _lost(people)]


def is_silent(people: Patients) -> Flags:
    """Who is alive as far as known and unheard of for as many months as count as a loss, shape (n,)."""
    silence = people.potential - np.maximum(people.exit, people.entry)
    return np.asarray(~people.is_dead & (silence >= parameters()["lost_months"] * YEAR_DAYS / 12), dtype=bool)


def part(section: Section, estimand: str, n_events: int, n_patients: int, nobody: str, **said: object) -> Row:
    """A share of patients with its exact interval; not told, for the reason `nobody`, where there is no patient."""
    counts = {"n_events": n_events, "n_patients": n_patients, "method": EXACT} | SHARE | said
    if not n_patients:
        return row(section, estimand, reason=nobody, **counts)
    bounds = share(n_events, n_patients)
    return row(section, estimand, **interval([side[0] for side in bounds]), **counts)


def count(section: Section, estimand: str, n: int, unit: str = "patient", **said: object) -> Row:
    """A number of patients or events, without an interval."""
    told: Row = {"measure": "count", "method": "count", "unit": unit, "estimate": float(n)}
    return row(section, estimand, **(told | {"n_patients" if unit == "patient" else "n_events": n} | said))


def _parts(people: Patients) -> Iterator[tuple[str, Flags]]:
    yield "all", np.ones(len(people), dtype=bool)
    for name in ("centre", "indication", "year"):
        values = getattr(people, name)
        for level in sorted(set(values)):
            yield f"{name}={level}", np.asarray(values == level, dtype=bool)


def _counts(tables: Tables, everyone: Patients, people: Patients) -> list[Row]:
    subject = tables["study_subject"]
    infused = subject.filter(subject["infusion_date"].is_valid())
    is_untreated = np.isnan(days(subject, "infusion_date")) & ~listing(subject, "undated", "infusion")
    known, has_answer = flags(infused, "is_in_specification")
    n_known = int(has_answer.sum())
    counts = {
        "registered": subject.num_rows,
        "infused": len(everyone),
        "followed": len(people),
        "never_infused": int(is_untreated.sum()),
        "enrolled_late": int((everyone.entry > 0).sum()),
        "enrolment_unknown": infused["enrolment_date"].null_count,
        "no_consent": infused["consent_date"].null_count,
        "missing_by_design": int((~everyone.has_events).sum()),
    }
    rows = [count(Section.ACCRUAL, name, n) for name, n in counts.items()]
    outside = int((has_answer & ~known).sum())
    nobody = "It is known of no patient."
    return [*rows, part(Section.ACCRUAL, "out_of_specification", outside, n_known, nobody)]


def _against_plan(everyone: Patients, as_of: dt.date, numbers: Parameters) -> Row:
    """Infused over planned, the plan being even over its years since the first infusion."""
    said: Row = {"measure": "ratio", "unit": "infused per planned", "method": "count", "n_patients": len(everyone)}
    if not len(everyone):
        return row(Section.ACCRUAL, "accrual", reason="No patient has been infused.", **said)
    began = dt.date(1970, 1, 1) + dt.timedelta(days=float(everyone.infusion.min()))
    years = (as_of - began).days / YEAR_DAYS
    planned = numbers["planned_patients"] * min(1.0, years / numbers["planned_accrual_years"])
    if planned <= 0:
        return row(Section.ACCRUAL, "accrual", reason="The first infusion was on the day of the data lock.", **said)
    return row(Section.ACCRUAL, "accrual", expected=planned, estimate=len(everyone) / planned, **said)


def _person_time(people: Patients) -> Iterator[Row]:
    """Person-years had, and how many patients have been followed for so many years."""
    years = (people.exit - people.entry) / YEAR_DAYS
    total = float(years.sum())
    told: Row = {"measure": "person_years", "unit": "person-year", "method": "count", "person_years": total}
    yield row(Section.ACCRUAL, "person_years", estimate=total, n_patients=len(people), **told)
    for at in (5, 10, 15):
        reached = int((people.exit >= np.floor(at * YEAR_DAYS)).sum())
        yield part(Section.ACCRUAL, "reached", reached, len(people), "Nobody is followed.", at_years=float(at))


def _interim(as_of: dt.date) -> Iterator[Row]:
    """Each interim report: the years until it is due, flagged once it is."""
    milestones = parameters().content["milestones"]
    opened, step = milestones["enrolment_opened"], milestones["interim_reports_every_years"]
    for years in range(step, int(parameters()["follow_up_years"]) + 1, step):
        due = opened.replace(year=opened.year + years)
        said: Row = {"measure": "years_until_due", "unit": "year", "method": "calendar", "window": due.isoformat()}
        left = (due - as_of).days / YEAR_DAYS
        yield row(Section.ACCRUAL, "interim_report", at_years=float(years), estimate=left, is_flagged=left <= 0, **said)


def _last_due(people: Patients) -> Array:
    """Day of the last visit whose window had closed by what was due, -1 for none, shape (n,)."""
    visits = sorted((visit.day, visit.day + visit.after) for visit in parameters().visits)
    days_due = np.array([-1.0, *(day for day, _ in visits)])
    closed = np.array([end for _, end in visits], dtype=np.float64)
    return np.asarray(days_due[np.searchsorted(closed, people.potential, side="right")])


def _clark(estimand: str, population: str, observed: Array, due: Array, *, flagging: bool) -> Row:
    found = clark_c(observed, due)
    counted = int((due > 0).sum())
    said: Row = {"population": population, "n_patients": counted, "method": "clark"} | SHARE
    said |= {"person_years": found.observed / YEAR_DAYS, "person_years_due": found.due / YEAR_DAYS}
    if not found.due:
        return row(Section.COMPLETENESS, estimand, reason="Nothing was due by the data-lock point.", **said)
    is_flagged = flagging and found.share < parameters()["completeness_threshold"]
    return row(Section.COMPLETENESS, estimand, estimate=found.share, is_flagged=is_flagged, **said)


def _by_time(people: Patients) -> Iterator[Row]:
    """Clark's C of each part of the follow-up: where in it time was missed."""
    windows = parameters().windows
    spans = [window.first for window in windows], [window.last for window in windows]
    due_until = np.where(people.is_dead, people.exit, people.potential)
    observed, due = (days_within(people.entry, until, *spans) for until in (people.exit, due_until))
    for at, window in enumerate(windows):
        told = _clark("clark_c_by_time", "all", observed[:, at], due[:, at], flagging=False)
        yield told | {"window": window.id}


def _lost(people: Patients) -> Row:
    """Alive, still due, and unheard of for months; who enrolled was heard of then."""
    owing, lost = ~people.is_dead, is_silent(people)
    nobody = "Nobody is alive as far as known."
    return part(Section.COMPLETENESS, "lost_to_follow_up", int(lost.sum()), int(owing.sum()), nobody)


def form_lag_rows(tables: Tables) -> list[Row]:
    """Median days from visit and from event to the day their form came in."""
    pairs = {"study_visit": "visit_date", "study_event": "start_date", "study_malignancy": "diagnosis_date"}
    return [_lag(tables, name, date) for name, date in pairs.items()]


def _lag(tables: Tables, name: str, date: str) -> Row:
    lag = days(tables[name], "reported_date") - days(tables[name], date)
    known = lag[~np.isnan(lag)]
    said: Row = {"event": name, "measure": "median", "unit": "day", "method": "median", "n_events": int(known.size)}
    if not known.size:
        return row(Section.COMPLETENESS, "form_lag", reason="No form has both days.", **said)
    return row(Section.COMPLETENESS, "form_lag", estimate=float(np.median(known)), **said)


def cause_rows(people: Patients) -> list[Row]:
    """Deaths counted, all of them and by cause."""
    causes = people.death_cause[people.is_dead]
    counted = {None: causes.size} | {cause: int((causes == cause).sum()) for cause in sorted(set(causes))}
    return [count(Section.DEATHS, "cause_of_death", n, "death", event=cause) for cause, n in counted.items()]
