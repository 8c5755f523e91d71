"""One Airflow on SQLite for every DAG test, in a temporary folder, and a copy of FDA's site beside it."""

import os

import pytest

from pipeline.demo.history import write_history
from pipeline.intake import transfer
from tests.conftest import ROOT
from tests.loopback import FdaSite


@pytest.fixture(scope="session")
def airflow_home(tmp_path_factory):
    """The environment must be there before the first import of airflow, and its database before the first run."""
    home = tmp_path_factory.mktemp("airflow")
    os.environ |= {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
    }
    from airflow.utils.db import initdb

    initdb()
    return home


@pytest.fixture(scope="session")
def archives(tmp_path_factory):
    """Four quarters of a small made-up history, as FDA would serve them."""
    folder = tmp_path_factory.mktemp("fda")
    write_history(folder, "2023Q2", "2024Q1", reports=120, seed=7)
    return folder


@pytest.fixture
def fda(archives, monkeypatch):
    """The loopback copy of FDA's site that the DAGs download from."""
    monkeypatch.setattr(transfer, "PAUSES", (0.0, 0.0))
    with FdaSite(archives) as site:
        monkeypatch.setenv("CARTWATCH_FAERS_URL", site.url)
        yield site


@pytest.fixture
def lake(tmp_path, monkeypatch):
    """An empty lake, named by the environment as in production."""
    monkeypatch.setenv("CARTWATCH_LAKE", str(tmp_path / "lake"))
    return tmp_path / "lake"


@pytest.fixture
def dag_of(airflow_home):
    """Makes a fresh DAG object: a second run of the same object would keep the first run's parameters."""
    assert airflow_home.exists()
    from airflow.dag_processing.dagbag import DagBag

    def fresh(name):
        return DagBag(ROOT / "dags").dags[name]

    return fresh
