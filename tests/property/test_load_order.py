"""Quarters loaded in any other order, some twice, end in the same marts, byte for byte."""

import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.config import Settings
from pipeline.demo.history import write_history
from pipeline.lake.delta import Lake
from pipeline.steps.ingest import ingest
from pipeline.steps.signals import compute_signals
from tests.priors import no_priors

# What priors are fitted to, pair_count, is compared here; that equal counts give equal priors, in test_generated_quarters.
pytestmark = pytest.mark.slow
MARTS = ("case_current", "duplicate_pair", "waterfall", "pair_count", "prior", "signal")
REAL = ("aers_ascii_2004q1.zip", "2012q4_heads", "faers_ascii_2017q2.zip", "2026q2_heads")
# Each example loads a whole lake. The simplest order is the one compared with, so it is left out: one other is drawn anew
# in each run.
FEW = settings(max_examples=1, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def other_orders(archives):
    """Any order of these archives but their own."""
    return st.permutations(archives).filter(lambda order: list(order) != list(archives))


def marts_after(root, archives):
    """Bytes of every mart as of the newest quarter, once the archives were loaded in this order."""
    shutil.rmtree(root, ignore_errors=True)
    chosen = Settings(lake=str(root))
    for archive in archives:
        ingest(chosen, [archive])
    with no_priors():
        compute_signals(chosen)
    return {(name, file.path.name): file.path.read_bytes() for name in MARTS for file in Lake(root).files(name)}


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    return write_history(tmp_path_factory.mktemp("order"), "2023Q1", "2023Q4", 250, 5)


@pytest.fixture(scope="module")
def generated_in_order(generated, tmp_path_factory):
    return marts_after(tmp_path_factory.mktemp("in-order"), generated)


@FEW
@given(data=st.data())
def test_generated_quarters_in_any_order_and_twice(generated, generated_in_order, tmp_path, data):
    order = data.draw(other_orders(range(len(generated))))
    again = data.draw(st.sampled_from(order))
    assert marts_after(tmp_path / "lake", [generated[place] for place in (*order, again)]) == generated_in_order


@pytest.fixture(scope="module")
def real_in_order(shared, tmp_path_factory):
    return marts_after(tmp_path_factory.mktemp("real"), [shared / "data" / "faers" / name for name in REAL])


@FEW
@given(order=other_orders(REAL))
def test_real_quarters_in_any_order(shared, real_in_order, tmp_path, order):
    assert marts_after(tmp_path / "lake", [shared / "data" / "faers" / name for name in order]) == real_in_order
