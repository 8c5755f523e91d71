"""What those lost to follow-up leave unknown: bounds whatever became of them, weights by baseline, and what tips a conclusion."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from pipeline.cohort.accrual import is_silent
from pipeline.cohort.columns import Flags
from pipeline.cohort.courses import EVENT, Course
from pipeline.cohort.curves import Asked, told
from pipeline.cohort.firstevents import First, course_of
from pipeline.cohort.parameters import parameters
from pipeline.cohort.patients import Patients
from pipeline.cohort.rows import Row, Section, row
from pipeline.study.bounds import Curve
from pipeline.study.competing import cumulative_incidence
from pipeline.study.followed import CENSORED, Array, Followed, RiskTable
from pipeline.study.tipping import LossParts, implied_share, loss_as_cause, loss_as_event, loss_parts, tipping_share
from pipeline.study.weighted import LossWeighted, loss_coefficients, loss_weighted_incidence, shares_kept

PLAIN = "aalen_johansen, aalen variance, log-log"
TIPPED = "aalen_johansen, jackknife variance, log-log"
WEIGHTED = "aalen_johansen, inverse probability of being kept, cox"
NOBODY_LOST = "Nobody was lost by then."
NOTHING_TO_TIP = "The interval holds the margin: there is no conclusion to change."
NUMBERS = ("estimate", "low", "high")


class Lossy(NamedTuple):
    """The course towards an event, which of its persons ended lost, shape (n,), and the plain rows by year."""

    asked: First
    course: Course
    is_lost: Flags
    plain: dict[float, Row]


def missing_rows(events: list[First]) -> list[Row]:
    """For each event: had none and had all of those lost had it, weighted for loss, and what would tip a conclusion."""
    rows: list[Row] = []
    for one in events:
        lossy = _lossy(one)
        rows.extend([*_bounds(lossy), *_weighted(lossy), *_tipping(lossy)])
    return rows


def is_lost(people: Patients) -> Flags:
    """Who is due for more and was lost: withdrawn, held lost by the centre, or unheard of for as long as counts as a loss."""
    return np.asarray((people.potential > people.exit) & (people.has_left | is_silent(people)), dtype=bool)


def _lossy(one: First) -> Lossy:
    found = course_of(one)
    lost = is_lost(one.people)[found.kept] & (found.persons.cause == CENSORED)
    plain = _told(one, "lost_without_event", PLAIN, found, _incidence)
    return Lossy(one, found, np.asarray(lost, dtype=bool), {float(told["at_years"]): told for told in plain})


def _incidence(persons: Followed, _: RiskTable) -> Curve:
    return cumulative_incidence(persons, EVENT)


def _told(one: First, estimand: str, method: str, found: Course, estimate: object) -> list[Row]:
    asked = Asked(Section.MISSING_DATA, estimand, one.name, one.competing, method, is_drawn=False)
    return told(asked, estimate, found, "all").rows  # type: ignore[arg-type]


def _bounds(lossy: Lossy) -> Iterator[Row]:
    """The share with the event had none of those lost had it, and had all of them had it on the day they were lost."""
    persons = lossy.course.persons
    sides = {
        "lost_without_event": loss_as_cause(persons, lossy.is_lost, EVENT)[0],
        "lost_with_event": loss_as_event(persons, lossy.is_lost, EVENT),
    }
    for estimand, assumed in sides.items():
        yield from _told(lossy.asked, estimand, PLAIN, lossy.course._replace(persons=assumed), _incidence)


def _weighted(lossy: Lossy) -> Iterator[Row]:
    """The share with the event, those who stay standing for those lost who were like them, and the range of the weights.

    Without bounds: the weights are estimated.
    """
    found = _loss_weighted(lossy)
    weights = None if isinstance(found, str) else found.weight
    refused = found if isinstance(found, str) else _exploded(found.weight)
    curve = None if isinstance(found, str) or refused else _unbounded(found)

    def estimate(persons: Followed, table: RiskTable) -> Curve:
        return curve or _incidence(persons, table)

    for one in _told(lossy.asked, "loss_weighted", WEIGHTED, lossy.course, estimate):
        yield _without_numbers(one, refused) if refused else one | {"low": None, "high": None}
    yield from _weights(lossy, weights, refused)


def _loss_weighted(lossy: Lossy) -> LossWeighted | str:
    """The weighted curve, or why there is none."""
    n_lost, needed = int(lossy.is_lost.sum()), parameters()["least_events_model"]
    if n_lost < needed:
        return f"Of the {needed:g} losses needed for a model of loss, {n_lost} were seen."
    persons, covariates = lossy.course.persons, _covariates(lossy)
    try:
        slopes = loss_coefficients(persons, lossy.is_lost, covariates) if covariates.shape[1] else np.zeros(0)
        kept = shares_kept(persons, lossy.is_lost, covariates, slopes)
    except ValueError as nothing:
        return str(nothing)
    return loss_weighted_incidence(persons, kept, EVENT)


def _covariates(lossy: Lossy) -> Array:
    """A column for each level of what is asked at baseline, but for the commonest and those of whom too few were lost."""
    people, columns = lossy.asked.people, [np.zeros((lossy.is_lost.size, 0))]
    for field in parameters().listed("loss_covariates"):
        values = getattr(people, field)[lossy.course.kept]
        levels = sorted(set(values), key=lambda level: (-int((values == level).sum()), level))
        for level in levels[1:]:
            theirs = values == level
            if int((theirs & lossy.is_lost).sum()) >= parameters()["least_losses_level"]:
                columns.append(theirs.astype(np.float64)[:, None])
    return np.concatenate(columns, axis=1)


def _exploded(weight: Array) -> str:
    """Why weights as these are not used, empty where they are."""
    most = parameters()["largest_weight"]
    if weight.max() <= most:
        return ""
    return f"One patient would stand for {weight.max():.1f}, more than {most:g}: of some kind too few are left."


def _unbounded(found: LossWeighted) -> Curve:
    nothing = np.full(found.time.size, np.nan)
    return Curve(found.time, found.estimate, nothing, nothing, nothing)


def _weights(lossy: Lossy, weight: Array | None, refused: str) -> Iterator[Row]:
    """The smallest and the largest weight at the end of anybody's time at risk; told also where they are too large."""
    said: Row = {"event": lossy.asked.name, "competing": lossy.asked.competing, "method": WEIGHTED, "unit": "patient"}
    said |= {"n_patients": int(lossy.is_lost.size), "n_left_out": int(lossy.is_lost.sum())}
    for measure, largest in (("smallest weight", False), ("largest weight", True)):
        said["measure"] = measure
        if weight is None:
            yield row(Section.MISSING_DATA, "loss_weight", reason=refused, **said)
            continue
        value = float(weight.max() if largest else weight.min())
        yield row(Section.MISSING_DATA, "loss_weight", estimate=value, is_flagged=bool(refused), **said)


def _tipping(lossy: Lossy) -> Iterator[Row]:
    """What the plain estimate takes those lost to have had, and from which share on a conclusion against a margin changes."""
    persons, margin = lossy.course.persons, _margin(lossy.asked.name)
    parts = loss_parts(persons, lossy.is_lost, EVENT) if persons.exit.size else None
    for years, plain in lossy.plain.items():
        n_lost = int(np.sum(lossy.is_lost & (persons.exit <= years)))
        said: Row = {name: plain[name] for name in ("event", "competing", "at_years", "n_at_risk")}
        said |= {"n_patients": n_lost, "method": TIPPED}
        reason = plain.get("reason") or ("" if n_lost else NOBODY_LOST)
        place = -1 if parts is None else int(np.searchsorted(parts.time, years, side="right")) - 1
        implied = float("nan")
        if parts is not None and not reason:
            implied = implied_share(parts, plain["estimate"], place)
        yield _share_of_lost("implied_share", implied, reason, said)
        if margin is not None:
            found = _tipped(parts, place, plain, margin, reason)
            yield from _against_margin(found, implied, margin, said)


def _tipped(parts: LossParts | None, place: int, plain: Row, margin: float, reason: str) -> float | str:
    """The tipping share, or why there is none."""
    if reason or parts is None:
        return reason or NOBODY_LOST
    is_above = plain["low"] is not None and plain["low"] > margin
    if not is_above and not (plain["high"] is not None and plain["high"] < margin):
        return NOTHING_TO_TIP
    found = tipping_share(parts, place, margin, is_above=is_above)
    side = "above" if is_above else "under"
    return found if np.isfinite(found) else f"The interval lies {side} the margin whatever share of those lost had it."


def _against_margin(found: float | str, implied: float, margin: float, said: Row) -> Iterator[Row]:
    """The tipping share, and how many times what the plain estimate implies it is."""
    text = {"unit": f"share of those lost, margin {margin:g}"}
    if isinstance(found, str):
        yield _share_of_lost("tipping_share", float("nan"), found, said | text)
        return
    yield _share_of_lost("tipping_share", found, "", said | text)
    times: Row = said | {"measure": "ratio", "unit": f"times the share implied, margin {margin:g}"}
    if implied > 0:
        yield row(Section.MISSING_DATA, "tipping_multiple", estimate=found / implied, **times)


def _share_of_lost(estimand: str, value: float, reason: str, said: Row) -> Row:
    shown: Row = {"measure": "share of those lost", "unit": "share"} | said
    return row(Section.MISSING_DATA, estimand, **({"reason": reason} if reason else {"estimate": value}), **shown)


def _margin(event: str) -> float | None:
    """The share that the study's parameters hold the event against, None for none."""
    found = [float(one["share"]) for one in parameters().listed("margins") if one["event"] == event]
    return found[0] if found else None


def _without_numbers(one: Row, reason: str) -> Row:
    return one | dict.fromkeys(NUMBERS) | {"is_told": False, "reason": one.get("reason") or reason}
