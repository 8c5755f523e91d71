"""The patients who are followed, as arrays: when each was at risk, what ended it, and what the report tells them apart by."""

import datetime as dt
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.cohort.columns import (
    Flags,
    Tables,
    Texts,
    day_number,
    days,
    earliest,
    latest,
    listing,
    numbers,
    places,
    since_infusion,
    texts,
)
from pipeline.cohort.parameters import YEAR_DAYS, parameters
from pipeline.contract.study import INDICATIONS
from pipeline.errors import InputRefused
from pipeline.study.followed import Array
from pipeline.vocabulary.strata import age_intervals

Groups = list[tuple[str, Flags]]
"""Patients told apart: what the column population says, and who they are."""
FROM_THE_START = -1.0
# Half of the unit that an age is completed in, in years: by so much the patient is older on average.
HALF_UNITS = {
    "completed_years": 0.5,
    "completed_months": 0.5 / 12,
    "completed_weeks": 3.5 / YEAR_DAYS,
    "completed_days": 0.5 / YEAR_DAYS,
    "fraction": 0.0,
}
DATED = ("enrolment_date", "consent_date", "infusion_date", "last_contact_date", "death_date", "withdrawal_date")


@dataclass(frozen=True, slots=True)
class Patients:
    """Infused patients with time at risk, in the order of their pseudonyms; arrays of shape (n,), days since infusion.

    At risk on the days after `entry` up to and with `exit`; entry is -1 for those enrolled by the day of infusion.
    potential: last day that was due by the data-lock point. is_dead: exit is the day of death. has_left: not known to have
    died, and the centre tells of a withdrawal or a loss, to the day or not. further, transplant,
    treated: day of the next gene-modified cells, of a transplant, of any further treatment of the cancer; infinite
    without one. remission, relapse, relapse_after, failure: first complete remission, first relapse or
    progression, first one after that remission, first one or an assessment without response from day 28 on; infinite
    without one. age: in years as given; age_added: what stands for the unit not completed, half of it on average, years.
    infusion: days since 1970.
    """

    ids: pa.Array
    entry: Array
    exit: Array
    potential: Array
    is_dead: Flags
    has_left: Flags
    death_cause: Texts
    further: Array
    transplant: Array
    treated: Array
    remission: Array
    relapse: Array
    relapse_after: Array
    failure: Array
    age: Array
    age_added: Array
    infusion: Array
    sex: Texts
    indication: Texts
    centre: Texts
    year: Texts
    age_band: Texts
    has_events: Flags

    def __len__(self) -> int:
        return len(self.entry)

    def only(self, kept: Flags) -> "Patients":
        """These patients and no other."""
        chosen = {field.name: getattr(self, field.name)[kept] for field in fields(self) if field.name != "ids"}
        return Patients(ids=self.ids.filter(pa.array(kept)), **chosen)

    @property
    def until_further(self) -> Array:
        """Last day at risk where further gene-modified cells end it."""
        return np.minimum(self.exit, self.further)


def infused_patients(tables: Tables, as_of: dt.date) -> Patients:
    """Every infused patient, also those without time at risk.

    tables: the study's tables as of the cut-off as_of, by name. InputRefused where dates contradict each other, with the
    rule and how many patients break it; never who.
    """
    subject = tables["study_subject"].filter(tables["study_subject"]["infusion_date"].is_valid())
    dates = {name: days(subject, name) for name in (*DATED, "lost_date")}
    _refuse_contradictions(dates, day_number(as_of))
    ids = subject["subject_id"].combine_chunks()
    infusion = dates["infusion_date"]
    followed = _follow_up(tables, subject, ids, dates, as_of)
    age = numbers(subject, "age_years")
    return Patients(
        ids=ids,
        **followed,
        death_cause=texts(subject, "death_cause", "unknown"),
        **_treatments(tables, ids, infusion),
        **_responses(tables, ids, infusion),
        age=age,
        age_added=np.array([HALF_UNITS[one] for one in texts(subject, "age_resolution", "fraction")], dtype=np.float64),
        infusion=infusion,
        sex=texts(subject, "sex_code", "unknown"),
        indication=texts(subject, "indication", "unknown"),
        centre=texts(subject, "centre_id", "unknown"),
        year=infusion.astype("datetime64[D]").astype("datetime64[Y]").astype(str).astype(object),
        age_band=age_bands(age),
        has_events=_of_track(subject, "has_events").astype(bool),
    )


def followed_patients(tables: Tables, as_of: dt.date) -> Patients:
    """Every infused patient with time at risk."""
    everyone = infused_patients(tables, as_of)
    return everyone.only(everyone.exit > everyone.entry)


def age_bands(age: Array) -> Texts:
    """The vocabulary's age band of each age in years, `unknown` for none, shape (n,)."""
    intervals = age_intervals()
    lows = np.array([interval.from_years for interval in intervals])
    names = np.array([*(interval.age_band for interval in intervals), "unknown"], dtype=object)
    at = np.searchsorted(lows, age, side="right") - 1
    return np.asarray(names[np.where(np.isnan(age) | (at < 0), len(intervals), at)], dtype=object)


def groups_of(people: Patients) -> Groups:
    """All patients, then each indication, age band and sex that occurs, as named in the column population."""
    found = [("all", np.ones(len(people), dtype=bool))]
    for name, order in (("indication", INDICATIONS), ("age_band", _bands()), ("sex", ("F", "M", "unknown"))):
        values = getattr(people, name)
        levels = [level for level in order if (values == level).any()]
        found.extend((f"{name}={level}", np.asarray(values == level, dtype=bool)) for level in levels)
    return found


def by_indication(groups: Groups) -> Groups:
    """All patients, and each indication."""
    return [group for group in groups if group[0] == "all" or group[0].startswith("indication=")]


def _bands() -> tuple[str, ...]:
    return (*dict.fromkeys(interval.age_band for interval in age_intervals()), "unknown")


def _of_track(subject: pa.Table, name: str) -> Array:
    """What the parameters say of each patient's reporting track."""
    tracks = parameters().tracks
    names = texts(subject, "reporting_track", "unknown")
    return np.array([float(getattr(tracks[track], name)) for track in names], dtype=np.float64)


def _refuse_contradictions(dates: dict[str, Array], cut_off: int) -> None:
    infusion, death = dates["infusion_date"], dates["death_date"]
    rules = {
        "death before infusion": death < infusion,
        "last contact before infusion": dates["last_contact_date"] < infusion,
        "withdrawal before infusion": dates["withdrawal_date"] < infusion,
        "last contact after death": dates["last_contact_date"] > death,
        "enrolment after death": dates["enrolment_date"] > death,
    }
    rules |= {f"{name} after the cut-off": dates[name] > cut_off for name in DATED}
    for rule, wrong in rules.items():
        if wrong.any():
            raise InputRefused(
                f"study_subject has {int(wrong.sum())} patients with {rule}: correct the extract and ingest it again."
            )


def _follow_up(
    tables: Tables, subject: pa.Table, ids: pa.Array, dates: dict[str, Array], as_of: dt.date
) -> dict[str, Any]:
    """entry, exit, potential, is_dead and has_left, in days since infusion.

    Withdrawal and loss end the follow-up, and a death learned of later is not counted: of those who live on nothing is
    learned. Somebody lost who was in contact later has been found again.
    """
    infusion, death = dates["infusion_date"], dates["death_date"]
    visit = tables["study_visit"]
    seen = latest(places(ids, visit), days(visit, "visit_date"), len(ids))
    contact = np.fmax(np.fmax(dates["last_contact_date"], infusion), np.where(seen > day_number(as_of), infusion, seen))
    known = np.where(np.isnan(death), contact, death)
    lost = np.where(np.isnan(death) & (contact > dates["lost_date"]), np.nan, dates["lost_date"])
    due = np.minimum(np.minimum(_of_track(subject, "days"), parameters().last_day), day_number(as_of) - infusion)
    end = np.fmin(np.fmin(known, dates["withdrawal_date"]), lost)
    left = np.minimum(end - infusion, due)
    enrolled = dates["enrolment_date"] - infusion
    is_dead = np.asarray(death - infusion == left, dtype=bool)
    told = ~np.isnan(np.fmin(dates["withdrawal_date"], lost))
    told |= listing(subject, "undated", "withdrawal") | listing(subject, "undated", "loss")
    return {
        "entry": np.where(enrolled > 0, enrolled, FROM_THE_START),
        "exit": left,
        "potential": due,
        "is_dead": is_dead,
        "has_left": told & ~is_dead,
    }


def _treatments(tables: Tables, ids: pa.Array, infusion: Array) -> dict[str, Any]:
    """First day after infusion of what changes the course: more gene-modified cells, a transplant, any cancer treatment."""
    treatment, infusions = tables["study_treatment"], tables["study_infusion"]
    kinds = texts(treatment, "kind")
    further = earliest_after(ids, infusion, treatment, "start_date", kinds == "gene_therapy")
    again = earliest_after(ids, infusion, infusions, "infusion_date", np.ones(infusions.num_rows, dtype=bool))
    transplant = earliest_after(ids, infusion, treatment, "start_date", kinds == "transplant")
    other = earliest_after(ids, infusion, treatment, "start_date", kinds == "anticancer_therapy")
    further = np.minimum(further, again)
    return {"further": further, "transplant": transplant, "treated": np.minimum(np.minimum(further, transplant), other)}


def _responses(tables: Tables, ids: pa.Array, infusion: Array) -> dict[str, Any]:
    """First day of complete remission, of relapse or progression, and of any failure."""
    table = tables["study_response"]
    found = texts(table, "response")
    relapsed = np.isin(found, ("relapse", "progression"))
    without = earliest_after(
        ids, infusion, table, "assessment_date", found == "no_response", int(parameters()["failure_from_day"])
    )
    relapse = earliest_after(ids, infusion, table, "assessment_date", relapsed)
    remission = earliest_after(ids, infusion, table, "assessment_date", found == "complete_remission")
    place = places(ids, table)
    since = since_infusion(table, "assessment_date", place, infusion)
    again = earliest_after(
        ids, infusion, table, "assessment_date", relapsed & (since > np.append(remission, np.inf)[place])
    )
    failure = np.minimum(relapse, without)
    return {"remission": remission, "relapse": relapse, "relapse_after": again, "failure": failure}


def earliest_after(ids: pa.Array, infusion: Array, table: pa.Table, name: str, kept: Flags, first: int = 1) -> Array:
    """Each patient's earliest day since infusion, from `first` on, among the rows kept; infinite without one."""
    place = places(ids, table)
    since = since_infusion(table, name, place, infusion)
    return earliest(np.where(kept & (since >= first), place, -1), since, len(ids))
