"""Every rule at every quarterly look of one world: when it first fires on each watched pair, and whether it does at last."""

from typing import NamedTuple

import numpy as np

from benchmarks.operating_rules import RULES, Rule, evidence
from benchmarks.operating_world import Array, Design, Ints, Look, World, expected_counts, looks, world
from pipeline.signals.grid import grid
from pipeline.signals.interval import Flags
from pipeline.signals.prior import Prior, PriorRefused, fit_prior

BIN_WIDTH = 0.1
"""Width in ln(expected) of the cells grouped for a fit; against the product's 0.0115 the parameters move by < 0.2 %."""

DRUGS_OF_FAMILY, PAIRS_OF_DRUG = 8, 5


class Watched(NamedTuple):
    """What the rules said of the watched pairs, one entry per pair, all worlds one after the other.

    strength, onset: the truth (1, 1 where null). expected: cases at the last look, were the pair null. world: number of
    its world. first: by rule, the first quarter from the onset on at which it fires, 0 for never; at_last: whether it
    fires at the last look. ever_in_families: by rule that reads many pairs together, whether it ever fires on each null
    pair of the small families, each read by itself; last_in_families: at the last look. priors: of the last look of each world, None where refused.
    n_refused: looks without a prior.
    """

    strength: Array
    onset: Ints
    expected: Array
    world: Ints
    first: dict[str, Ints]
    at_last: dict[str, Flags]
    ever_in_families: dict[str, Flags]
    last_in_families: dict[str, Flags]
    priors: list[Prior | None]
    n_refused: int
    n_quarters: int

    @property
    def is_null(self) -> Flags:
        """Pairs reported as often as the background has it."""
        return np.asarray(self.strength == 1)


def watched(design: Design, seed: int, rules: tuple[Rule, ...] = RULES) -> Watched:
    """Live through one world; every look fits its own prior to all cells, as the product does."""
    truth, draw = world(design, seed)
    onset = truth.onset.ravel()
    first = {rule.name: np.zeros(onset.size, dtype=np.int64) for rule in rules}
    readers = tuple(rule for rule in rules if not rule.is_of_a_pair)
    families = small_families(truth)
    is_null = truth.strength.ravel() == 1
    ever = {rule.name: np.zeros(onset.size, dtype=np.bool_) for rule in readers}
    fired: dict[str, Flags] = {}
    last: dict[str, Flags] = {}
    prior: Prior | None = None
    n_refused = 0
    for look in looks(truth, draw):
        prior = fitted(look)
        n_refused += prior is None
        fired = fires(look, design, prior, rules)
        for name, flags in fired.items():
            first[name][flags & (first[name] == 0) & (look.quarter >= onset)] = look.quarter
        last = {rule.name: np.zeros(onset.size, dtype=np.bool_) for rule in readers}
        for family in families:
            for name, flags in fires(look, design, prior, readers, family).items():
                ever[name] |= flags
                last[name] |= flags
    asked = np.concatenate(families)
    nulls = asked[is_null[asked]]
    return Watched(
        truth.strength.ravel(), onset, expected_counts(truth).ravel(), np.full(onset.size, seed), first, fired,
        {name: flags[nulls] for name, flags in ever.items()}, {name: flags[nulls] for name, flags in last.items()},
        [prior], n_refused, design.n_quarters,
    )  # fmt: skip


def fitted(look: Look) -> Prior | None:
    """The prior of all cells at a look; None where it is refused."""
    drug, event = np.nonzero(look.a)
    if not drug.size:
        return None
    margins = {"drug_total": look.n_drug[drug], "event_total": look.n_event[event]}
    cells = grid(look.n_drug, look.n_event, look.n_cases, observed=look.a[drug, event], **margins, bin_width=BIN_WIDTH)
    fit = fit_prior(*cells)
    return None if isinstance(fit, PriorRefused) else fit


def fires(
    look: Look, design: Design, prior: Prior | None, rules: tuple[Rule, ...], family: Ints | None = None
) -> dict[str, Flags]:
    """Each rule on every watched pair at a look, or on those of a family, by their place among the watched pairs.

    A pair without a case is not scored and meets no rule.
    """
    a = look.a[design.n_background :].ravel()
    family = np.arange(a.size) if family is None else family
    seen = family[a[family] > 0]
    drug, event = np.divmod(seen, design.n_events)
    n_drug, n_event = look.n_drug[design.n_background + drug], look.n_event[event]
    known = evidence(a[seen], n_drug, n_event, look.n_cases, prior, family.size - seen.size)
    answer = {rule.name: np.zeros(a.size, dtype=np.bool_) for rule in rules}
    for rule in rules:
        answer[rule.name][seen] = rule.fires(known)
    return answer


def small_families(truth: World) -> list[Ints]:
    """Places of pairs that are read together as a report's endpoints are: few, frequent, and half of them raised.

    A family is eight watched drugs; of each, the five most expected null pairs and the five most expected ones of the
    greatest strength.
    """
    expected, n_events = expected_counts(truth), truth.design.n_events
    families = []
    for begin in range(0, truth.design.n_watched, DRUGS_OF_FAMILY):
        places = []
        for drug in range(begin, min(begin + DRUGS_OF_FAMILY, truth.design.n_watched)):
            for strength in (1.0, max(truth.design.strengths)):
                events = np.flatnonzero(truth.strength[drug] == strength)
                most = events[np.argsort(-expected[drug, events], kind="stable")[:PAIRS_OF_DRUG]]
                places.append(drug * n_events + most)
        families.append(np.concatenate(places))
    return families


def together(parts: list[Watched]) -> Watched:
    """Several worlds as one."""
    first, *_ = parts
    joined = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("strength", "onset", "expected", "world")
    }
    return Watched(
        **joined,
        first={name: np.concatenate([part.first[name] for part in parts]) for name in first.first},
        at_last={name: np.concatenate([part.at_last[name] for part in parts]) for name in first.at_last},
        ever_in_families={
            name: np.concatenate([part.ever_in_families[name] for part in parts]) for name in first.ever_in_families
        },
        last_in_families={
            name: np.concatenate([part.last_in_families[name] for part in parts]) for name in first.last_in_families
        },
        priors=[prior for part in parts for prior in part.priors],
        n_refused=sum(part.n_refused for part in parts),
        n_quarters=first.n_quarters,
    )
