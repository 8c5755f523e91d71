"""What the treatment gave and what its toxicity took: responses, treatment of cytokine release, and effects of 1,000 treated."""

from collections.abc import Iterator, Sequence

import numpy as np

from pipeline.cohort.accrual import part
from pipeline.cohort.columns import Flags, Tables, places, since_infusion, texts
from pipeline.cohort.events import SEVERE, Events, first_days, scale_of
from pipeline.cohort.parameters import parameters
from pipeline.cohort.patients import Groups, Patients
from pipeline.cohort.rows import Row, Section, row
from pipeline.study.followed import Array

WITH_CRS = ("tocilizumab", "corticosteroid")
EFFECTS = (
    ("overall_survival", "death", None),
    ("event_free_survival", "failure_or_death", None),
    ("transplant_ignored", "relapse", "death"),
    ("transplant_ignored", "non_relapse_mortality", "relapse"),
    ("transplant_ignored", "second_malignancy", "death"),
    ("transplant_ignored", "second_malignancy_t_cell", "death"),
)


def benefit_rows(tables: Tables, people: Patients, groups: Groups) -> list[Row]:
    """Complete remission by day 28 and month 3, and intensive care, by group, with exact intervals.

    Of those enrolled by the day of infusion, because the others had to live until they were.
    """
    care = _days_of(tables, people, "intensive_care")
    rows: list[Row] = []
    for population, kept in groups:
        start = kept & (people.entry < 0)
        rows.extend(_responses(people, population, start))
        closed = start & (people.potential >= parameters()["crs_days"])
        had = closed & (care <= parameters()["crs_days"])
        rows.append(_part("intensive_care", had, closed, population=population, event="intensive_care"))
    return rows


def crs_rows(tables: Tables, people: Patients, by_endpoint: dict[str, Events]) -> list[Row]:
    """Tocilizumab and steroids in cytokine release syndrome; people: in the places that the events name.

    The first dose from the day the syndrome began: one before it, as a premedication, says nothing of its treatment.
    """
    began = first_days(by_endpoint["crs"], len(people))
    until = parameters()["crs_days"]
    had_crs = (began <= until) & (people.entry < 0)
    rows = []
    for kind in (*WITH_CRS, "intensive_care"):
        given = _days_of(tables, people, kind, began)
        treated = had_crs & (given >= began) & (given <= until)
        rows.append(_part("treated_for_crs", treated, had_crs, event=kind))
    return rows


def effect_rows(rows: Sequence[Row]) -> list[Row]:
    """The effects table: of 1,000 treated, how many by 1, 3 and 5 years, from the curves' own rows."""
    years = {float(year) for year in parameters().listed("effect_years")}
    return [
        _per_thousand(one)
        for one in rows
        if one["estimand"] == "crs_share_grade_3"
        or (
            (one["estimand"], one["event"], one.get("competing")) in EFFECTS
            and one.get("at_years") in years
            and one["population"] == "all"
            and "jackknife" not in one["method"]
        )
    ]


def graded_share_rows(people: Patients, by_endpoint: dict[str, Events]) -> Iterator[Row]:
    """Share with an event of grade 3 or more within 30 days, of cytokine release and neurotoxicity, on one scale each.

    Of those whose 30 days were over by the data-lock point: an event does not bring in who would be left out without it.
    """
    until = parameters()["crs_days"]
    closed = (people.entry < 0) & (people.potential >= until)
    for name in ("crs", "icans"):
        events = by_endpoint[name]
        asked = events.only(closed[events.place] & (events.day <= until))
        scale, reason = scale_of(asked)
        n_ungraded = int(np.isnan(asked.grade).sum())
        said: Row = {"event": name, "scale": scale, "window": "day_0_30", "n_left_out": n_ungraded}
        said["is_flagged"] = n_ungraded > 0
        if reason:
            counts = {"measure": "share", "unit": "share", "method": "clopper-pearson"}
            yield row(Section.BENEFIT, f"{name}_share_grade_3", reason=reason, **counts, **said)
            continue
        severe = first_days(asked.only(asked.grade >= SEVERE), len(people))
        yield _part(f"{name}_share_grade_3", np.isfinite(severe), closed, **said)


def _responses(people: Patients, population: str, start: Flags) -> Iterator[Row]:
    for asked in parameters().listed("responses"):
        closed = start & (people.potential >= asked["last"])
        had = closed & (people.remission <= asked["last"])
        said = {"population": population, "event": "complete_remission", "window": asked["id"]}
        yield _part("complete_remission", had, closed, **said)


def _part(estimand: str, had: Flags, asked: Flags, **said: object) -> Row:
    nobody = "Nobody can be asked: no window had closed, or nobody had the event it is asked of."
    return part(Section.BENEFIT, estimand, int(had.sum()), int(asked.sum()), nobody, **said)


def _days_of(tables: Tables, people: Patients, kind: str, since: Array | None = None) -> Array:
    """Day of the first treatment of that kind from infusion, or from each patient's day since, infinite without one.

    Shape (n,).
    """
    table = tables["study_treatment"]
    place = places(people.ids, table)
    day = since_infusion(table, "start_date", place, people.infusion)
    earliest = np.zeros(len(people)) if since is None else since
    some = (texts(table, "kind") == kind) & (place >= 0) & (day >= np.append(earliest, np.inf)[place])
    found = np.full(len(people), np.inf)
    np.minimum.at(found, place[some], day[some])
    return found


def _per_thousand(one: Row) -> Row:
    """The row once more, of 1,000 treated."""
    kept = ("population", "event", "window", "at_years", "competing", "scale", "method", "reason")
    told: Row = {
        name: one[name]
        for name in (*kept, "n_patients", "n_events", "n_at_risk", "n_left_out")
        if one.get(name) is not None
    }
    numbers = {name: 1_000.0 * one[name] for name in ("estimate", "low", "high") if one.get(name) is not None}
    estimand = "per_thousand_free" if one["estimand"].endswith("survival") else "per_thousand"
    event = one["estimand"] if estimand == "per_thousand_free" else one["event"]
    return row(
        Section.EFFECTS, estimand, measure="of_1000", unit="of 1,000 treated", **(told | numbers | {"event": event})
    )
