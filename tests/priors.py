"""Signals without priors, for tests of cells and of what is kept, not of EBGM: fitting takes most of their time."""

import contextlib
from collections.abc import Iterator

import pytest

from pipeline.signals.prior import PriorRefused


@contextlib.contextmanager
def no_priors() -> Iterator[None]:
    """As long as it lasts no prior is fitted, and each says so; a fixture that is kept must not be built meanwhile."""
    refused = PriorRefused("No prior is asked for.", (), 0.0)
    with pytest.MonkeyPatch.context() as patch:
        for module in ("background", "strataprior"):
            patch.setattr(f"pipeline.cases.{module}.fit_prior", lambda *_, **__: refused)
        yield
