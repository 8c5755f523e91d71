"""What a registry tells of a simulated cohort at a cut-off, and how rows of a domain are put together from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pipeline.demo.chance import Floats, Ints
from pipeline.demo.cohortcancers import malignancy_times
from pipeline.demo.cohortcentres import TRACKS
from pipeline.demo.cohortdates import FULL, MONTH, NOTHING, YEAR
from pipeline.demo.cohortevents import Episodes, death_causes, episodes, numbered, with_fatal
from pipeline.demo.cohorthazards import DAYS_PER_YEAR
from pipeline.demo.cohortlayout import DOMAINS
from pipeline.demo.cohortvisits import Seen, seen_by
from pipeline.demo.cohortworld import Cohort

EARLY_DAYS = 30  # events of the first stay are dated to the day more often
EARLY_SHARE = 0.25
CONSENT_DAYS = (32, 60)  # before infusion


class Part(NamedTuple):
    """Rows of a domain: whose they are, and some of its variables; the others are null."""

    person: Ints
    columns: Mapping[str, pa.Array]


@dataclass(frozen=True)
class Story:
    """A cohort as of a cut-off (days since 1970-01-01), with all that the registry knows of it.

    subjects: the registry's ids. times: first malignancy of each site. cause: place among causes, of the dead.
    """

    cohort: Cohort
    cutoff: int
    product: str
    subjects: pa.Array
    seen: Seen
    times: Floats
    episodes: Episodes
    cause: Ints
    causes: tuple[str, ...]

    def day(self, person: Ints, day: Ints) -> Ints:
        """Days since 1970-01-01 of days of the patients' clocks."""
        return self.cohort.patients.infusion_day[person] + day

    def uniform(self, purpose: str, person: Ints, *keys: Ints) -> Floats:
        """Uniform numbers of these patients."""
        return self.cohort.chance.uniform(purpose, self.cohort.patients.number[person], *keys)

    @property
    def consented(self) -> Ints:
        """Day of consent, days since 1970-01-01, shape (n,)."""
        return consent_day(self.cohort)


def consent_day(cohort: Cohort) -> Ints:
    """Day of consent, which is the day of enrolment too: before infusion, or after it for those who came late."""
    patients = cohort.patients
    late = patients.late_days.astype(np.int64)
    before = cohort.chance.whole("consent", *CONSENT_DAYS, patients.number)
    return np.asarray(patients.infusion_day + np.where(late > 0, late, -before))


def told(cohort: Cohort, cutoff: int, years: int, product: str) -> Story:
    """What the registry tells at the cut-off of those it has enrolled by then."""
    patients = cohort.patients
    treated = replace(patients, is_infused=patients.is_infused & (patients.infusion_day <= cutoff))
    known = replace(cohort, patients=treated).taken(consent_day(cohort) <= cutoff)
    study = cohort.settings.plain["study"]["id"]
    ids = [f"{study}-CRID{number}" for number in known.patients.registry_number.tolist()]
    seen = seen_by(known, cutoff, years)
    times = malignancy_times(known, years * DAYS_PER_YEAR)
    whole = episodes(known, seen)
    cause, causes = death_causes(known, whole, times.min(axis=1, initial=np.inf))
    asked = known.centres.track[known.patients.centre[whole.person]] != TRACKS.index("standard")
    whole = with_fatal(whole, known, seen, cause, causes).taken(asked)
    return Story(known, cutoff, product, pa.array(ids, pa.string()), seen, times, whole, cause, causes)


def named(names: Sequence[str | None], places: Ints) -> pa.Array:
    """Names by place."""
    return pa.array(names, pa.string()).take(pa.array(places))


def same(text: str, person: Ints) -> pa.Array:
    """One text for every row."""
    return pa.repeat(pa.scalar(text, pa.string()), len(person))


def yes_no(flags: Sequence[bool] | np.ndarray) -> pa.Array:
    """Y or N."""
    return named(("N", "Y"), np.asarray(flags).astype(np.int64))


def texts_of(numbers: Ints) -> pa.Array:
    """Whole numbers as text."""
    return pa.array(numbers).cast(pa.string())


def assembled(domain: str, story: Story, parts: Sequence[Part]) -> pa.Table:
    """The domain's table from its parts: ordered by patient, within a patient as the parts come, and numbered in order."""
    person = np.concatenate([part.person for part in parts])
    order = np.argsort(person, kind="stable")
    rows = pa.array(order)
    columns = {}
    for variable in DOMAINS[domain]:
        kind = pa.int64() if variable.kind == "whole" else pa.string()
        if variable.name == "USUBJID":
            columns[variable.name] = story.subjects.take(pa.array(person[order]))
        elif variable.name in ("STUDYID", "DOMAIN"):
            value = domain if variable.name == "DOMAIN" else str(story.cohort.settings.plain["study"]["id"])
            columns[variable.name] = same(value, person)
        elif variable.name == f"{domain}SEQ":
            columns[variable.name] = pa.array(numbered(person[order]))
        else:
            given = [part.columns.get(variable.name, pa.nulls(len(part.person), kind)) for part in parts]
            columns[variable.name] = pa.concat_arrays([each.cast(kind) for each in given]).take(rows)
    return pa.table(columns)


def precision(story: Story, purpose: str, person: Ints, day: Ints, key: Ints) -> Ints:
    """How much is known of each date: most to the day, fewer of them late in the follow-up."""
    shares = story.cohort.settings.plain["dates"]
    scale = np.where(day <= EARLY_DAYS, EARLY_SHARE, 1.0)
    edges = np.cumsum([shares["missing"], shares["month_unknown"], shares["day_unknown"]])
    uniform = story.uniform(purpose, person, key, day + 1_000) / scale
    return np.select([uniform < edge for edge in edges], [NOTHING, YEAR, MONTH], FULL)
