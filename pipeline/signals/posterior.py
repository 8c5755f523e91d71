"""Posterior of λ, observed over expected, for each pair: a mixture of two gamma distributions, and its quantiles."""

import math
from typing import NamedTuple

import numpy as np
from scipy import special

from pipeline.signals.interval import Array, Flags

CLOSE = 1e-4
"""Step in ln λ after which the error left, of the order of its cube, is below 1e-11."""

LOWEST = -700.0
"""Lower end of the search in ln λ: e**-700 is the smallest ratio told from 0."""

MOST_STEPS = 200
HALVE_EVERY = 8

Point = tuple[Array, Array, Array]
"""Probability below, density of ln λ, and the slope of that density."""


class Gamma(NamedTuple):
    """Gamma distributions by shape and rate, each of shape (n,)."""

    shape: Array
    rate: Array

    def mean_log(self) -> Array:
        """Mean of ln λ."""
        return np.asarray(special.digamma(self.shape) - np.log(self.rate))

    def rough_log_quantile(self, probability: float) -> Array:
        """Logarithm of the quantile, roughly: Wilson and Hilferty's cube root, or the power law where the shape is small."""
        ninth = 1.0 / (9.0 * self.shape)
        root = 1.0 - ninth + special.ndtri(probability) * np.sqrt(ninth)
        power_law = (math.log(probability) + special.gammaln(self.shape + 1.0)) / self.shape
        cube_root = np.log(self.shape) + 3.0 * np.log(np.maximum(root, 0.3))
        return np.asarray(np.where(root > 0.3, cube_root, power_law) - np.log(self.rate))  # noqa: PLR2004  (either will do)

    def at(self, log_ratio: Array) -> Point:
        """Distribution at ln λ."""
        scaled = self.rate * np.exp(log_ratio)
        density = np.exp(self.shape * np.log(scaled) - scaled - special.gammaln(self.shape))
        return special.gammainc(self.shape, scaled), density, density * (self.shape - scaled)


class Posterior(NamedTuple):
    """Posterior of each pair: `share` of the first gamma distribution and 1 - `share` of the second; shape (n,)."""

    share: Array
    first: Gamma
    second: Gamma

    def only(self, pairs: Flags) -> "Posterior":
        """Posterior of some of the pairs."""
        first, second = (Gamma(part.shape[pairs], part.rate[pairs]) for part in (self.first, self.second))
        return Posterior(self.share[pairs], first, second)

    def mixed(self, first: Array, second: Array) -> Array:
        """Average of what holds for the two distributions."""
        return second + self.share * (first - second)

    def geometric_mean(self) -> Array:
        """Geometric mean of λ: the exponential of the mean of ln λ."""
        return np.asarray(np.exp(self.mixed(self.first.mean_log(), self.second.mean_log())))

    def at(self, log_ratio: Array) -> Point:
        """Mixture at ln λ."""
        first, second = self.first.at(log_ratio), self.second.at(log_ratio)
        return self.mixed(first[0], second[0]), self.mixed(first[1], second[1]), self.mixed(first[2], second[2])


def quantile(posterior: Posterior, probability: float) -> Array:
    """λ below which the posterior holds `probability`, shape (n,), to about 1e-11 of its value.

    Halley's steps in ln λ towards the normal score of the probability, on which scale a gamma distribution is
    almost straight. Every evaluation narrows a bracket; a step that leaves it, and each eighth one, halves it instead.
    Pairs that have arrived drop out.
    """
    answer = posterior.mixed(*(part.rough_log_quantile(probability) for part in posterior[1:]))
    mean = posterior.mixed(*(part.shape / part.rate for part in posterior[1:]))
    low, high = np.full(answer.shape, LOWEST), np.log(mean / (1.0 - probability))  # Markov's inequality
    running, here = np.arange(answer.size), np.clip(answer, low, high)
    for turn in range(1, MOST_STEPS + 1):
        miss, step = _halley_step(posterior, here, probability)
        low, high = np.where(miss <= 0, here, low), np.where(miss >= 0, here, high)
        halved = ~((here - step >= low) & (here - step <= high)) | (turn % HALVE_EVERY == 0)
        target = np.where(halved, (low + high) / 2.0, here - step)
        answer[running] = target
        on = np.abs(target - here) > CLOSE
        running, here, low, high, posterior = running[on], target[on], low[on], high[on], posterior.only(on)
        if not running.size:
            return np.asarray(np.exp(answer))
    raise ArithmeticError(f"{running.size} posterior quantiles did not settle in {MOST_STEPS} steps: report the prior.")


def _halley_step(posterior: Posterior, log_ratio: Array, probability: float) -> tuple[Array, Array]:
    """Distance in normal score from the one wanted, and the step that closes it (not finite far out in a tail)."""
    below, density, slope = posterior.at(log_ratio)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        score = special.ndtri(below)
        rise = density * np.exp(score * score / 2.0) * math.sqrt(2.0 * math.pi)
        newton = (score - special.ndtri(probability)) / rise
        bend = newton * (slope / density + score * rise) / 2.0
        return score - special.ndtri(probability), newton / np.clip(1.0 - bend, 0.5, 2.0)
