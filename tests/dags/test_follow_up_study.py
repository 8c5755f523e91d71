"""The follow-up study's DAG: what sets it off, what it is about, and a whole run on a small made-up registry."""

import datetime as dt
import types

import pytest

from pipeline.errors import UsageError
from pipeline.lake.delta import Lake
from pipeline.steps.scheduledstudy import announcements, extract_of_run
from pipeline.steps.simulate import simulate_registry
from tests.conftest import ROOT

GUIDE = (ROOT / "docs" / "airflow.md").read_text(encoding="utf-8")
CUTOFF = "2022-06-30"
KEY = "0123456789abcdef" * 2
TASKS = ("ingest", "run", "report")
NOTHING = dict.fromkeys(("folder", "cutoff", "study", "mapping", "rates", "survivor_rates"))


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    """The extract of forty made-up patients, with the references made from the same background beside it."""
    folder = tmp_path_factory.mktemp("registry") / "extract"
    simulate_registry(folder, n=40, seed=3, cutoff=dt.date.fromisoformat(CUTOFF))
    return folder


@pytest.fixture
def keyed(monkeypatch):
    """The key of the pseudonyms, from the environment as in production."""
    monkeypatch.setenv("CARTWATCH_PSEUDONYM_KEY", KEY)


def states(run):
    return {task.task_id: str(task.state) for task in run.get_task_instances()}


def conf(registry, **more):
    return {"folder": str(registry), "cutoff": CUTOFF} | more


def test_an_extract_becomes_estimates_and_both_copies_of_the_report(dag_of, registry, keyed, lake, capfd):
    rates = registry.with_name("extract-reference_rates.csv")
    run = dag_of("follow_up_study").test(logical_date=None, run_conf=conf(registry, public=True, rates=str(rates)))
    assert states(run) == dict.fromkeys(TASKS, "success")
    held = Lake(lake)
    (study,) = held.partitions("study_subject", "study_id")
    assert held.partitions("study_estimate", "as_of") == [CUTOFF]
    folder = lake / "report" / "study" / study / CUTOFF
    pages = sorted(path.relative_to(folder).as_posix() for path in folder.glob("*/*.html"))
    name = f"study-report-{study}-{CUTOFF}"
    assert pages == [f"public/{name}-public.html", f"whole/{name}.html"]
    log = capfd.readouterr().out
    assert KEY not in log
    assert not [line for line in (registry / "dm.csv").read_text().splitlines()[1:] if line.split(",")[2] in log]


def test_a_run_without_an_extract_fails_before_anything_is_read(dag_of, keyed, lake, capfd):
    run = dag_of("follow_up_study").test(logical_date=None)
    assert "names no folder and no cutoff" in capfd.readouterr().out
    assert states(run)["ingest"] == "failed"
    assert not lake.exists()


def test_a_run_is_about_what_its_parameters_say_else_about_the_newest_announcement():
    said = [{"folder": "/old", "cutoff": "2025-06-30"}, {"folder": "/new", "cutoff": "2026-06-30", "study": "s"}]
    assert extract_of_run(NOTHING, said)[:3] == ("/new", "2026-06-30", "s")
    by_hand = extract_of_run(NOTHING | {"folder": "/mine", "cutoff": "2024-06-30"}, said)
    assert by_hand[:3] == ("/mine", "2024-06-30", None)


@pytest.mark.parametrize("said", [{}, {"folder": "/mine"}, {"folder": "", "cutoff": "2024-06-30"}])
def test_half_an_extract_is_refused(said):
    with pytest.raises(UsageError, match="names no"):
        extract_of_run(NOTHING | said)


def test_events_of_an_asset_are_read_in_their_order():
    event = types.SimpleNamespace
    assert announcements(None) == []
    assert announcements({"asset": [event(extra=None), event(extra={"folder": "/a"})]}) == [{}, {"folder": "/a"}]


@pytest.mark.parametrize("text", ["2026", "30.06.2026", "2026-6-30"])
def test_a_cut_off_by_hand_must_be_a_day(dag_of, text):
    from airflow.sdk.exceptions import ParamValidationError

    param = dag_of("follow_up_study").params.get_param("cutoff")
    assert param.resolve("2026-06-30") == "2026-06-30"
    with pytest.raises(ParamValidationError):
        param.resolve(text)


def test_it_waits_for_an_extract_to_be_announced(dag_of):
    dag = dag_of("follow_up_study")
    (asset,) = dag.timetable.asset_condition.objects
    assert asset.name == "cartwatch_registry_extract"
    assert dag.catchup is False


def test_the_guide_names_the_study_with_its_tasks_and_parameters(dag_of):
    dag = dag_of("follow_up_study")
    assert "`follow_up_study`" in GUIDE
    assert f"`{' → '.join(task.task_id for task in dag.topological_sort())}`" in GUIDE
    assert all(f'"{name}":' in GUIDE for name in dag.params)
