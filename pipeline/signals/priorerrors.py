"""Standard errors of a prior's parameters, from the curvature of its log-likelihood at the maximum."""

import numpy as np

from pipeline.signals.interval import Array

Parameters = tuple[float, float, float, float, float]
"""α₁, β₁, α₂, β₂ and P, or something said of each of them."""


def standard_errors(parameters: Parameters, information: Array) -> Parameters:
    """Standard error of α₁, β₁, α₂, β₂ and P, each on its own scale.

    information: negative second derivatives of the log-likelihood in ln α₁, ln β₁, ln α₂, ln β₂ and logit P, shape
    (5, 5), symmetric. Its inverse is the covariance on that scale; the delta method multiplies each standard error
    by the parameter's derivative there: α, β, P(1-P). Cells count as independent, which margins shared by many cells
    make optimistic. Raises ValueError where the matrix is not that of a maximum.
    """
    *shapes_and_rates, share = parameters
    bends = np.linalg.eigvalsh(information)
    if not bends[0] > 0:
        raise ValueError(f"The observed information has the eigenvalue {bends[0]:.3g}: this is no maximum.")
    stretch = np.array([*shapes_and_rates, share * (1.0 - share)])
    first, second, third, fourth, fifth = (
        float(error) for error in stretch * np.sqrt(np.diag(np.linalg.inv(information)))
    )
    return first, second, third, fourth, fifth
