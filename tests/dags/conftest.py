"""One Airflow on SQLite for every DAG test, in a temporary folder, and a copy of FDA's site beside it."""

import contextlib
import os
import sqlite3

import pytest

from pipeline.demo.history import write_history
from pipeline.intake import transfer
from tests.conftest import ROOT
from tests.loopback import FdaSite


@pytest.fixture(scope="session")
def airflow_home(kept, tmp_path_factory):
    """The environment must be there before the first import of airflow, and its database before the first run.

    The database is made once for all workers; each works on a copy.
    """
    home = tmp_path_factory.mktemp("airflow")
    os.environ |= {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
    }

    def build(folder):
        from airflow.utils.db import initdb

        initdb()
        copy_database(home / "airflow.db", folder / "airflow.db")

    made = kept("airflow", build) / "airflow.db"
    if not (home / "airflow.db").exists():
        copy_database(made, home / "airflow.db")
    return home


def copy_database(source, target):
    """A SQLite database with whatever a connection to it has not yet written to its file."""
    with contextlib.closing(sqlite3.connect(source)) as old, contextlib.closing(sqlite3.connect(target)) as new:
        old.backup(new)


@pytest.fixture(scope="session")
def archives(tmp_path_factory):
    """Four quarters of a small made-up history, as FDA would serve them."""
    folder = tmp_path_factory.mktemp("fda")
    write_history(folder, "2023Q2", "2024Q1", reports=120, seed=7)
    return folder


@pytest.fixture(scope="session")
def site(archives):
    """A context manager: the loopback copy of FDA's site, which the environment names as long as it runs."""

    @contextlib.contextmanager
    def running():
        with pytest.MonkeyPatch.context() as patch, FdaSite(archives) as site:
            patch.setattr(transfer, "PAUSES", (0.0, 0.0))
            patch.setenv("CARTWATCH_FAERS_URL", site.url)
            yield site

    return running


@pytest.fixture
def fda(site):
    """The site that the DAGs download from."""
    with site() as running:
        yield running


@pytest.fixture
def lake(tmp_path, monkeypatch):
    """An empty lake, named by the environment as in production."""
    monkeypatch.setenv("CARTWATCH_LAKE", str(tmp_path / "lake"))
    return tmp_path / "lake"


@pytest.fixture(scope="session")
def dag_of(airflow_home):
    """Makes a fresh DAG object: a second run of the same object would keep the first run's parameters.

    A DAG's file has its name; that all files are read together is tested in test_dag_structure.
    """
    assert airflow_home.exists()
    from airflow.dag_processing.dagbag import DagBag

    def fresh(name):
        return DagBag(ROOT / "dags" / f"{name}.py").dags[name]

    return fresh
