"""The command cartwatch onset on generated quarters: what it writes, and that it writes the same again."""

import csv
import dataclasses
import re

import pytest

from pipeline.cases.onset import find_days
from pipeline.config import Settings
from pipeline.contract.onset import ONSET_CASE, ONSET_EXCLUSION, ONSET_TABLES
from pipeline.demo.history import write_history
from pipeline.lake.delta import open_lake
from pipeline.lake.snapshot import mount_core, mount_mart
from pipeline.lake.warehouse import Warehouse
from pipeline.steps import derived
from pipeline.steps import onset as step
from pipeline.steps.ingest import ingest
from pipeline.steps.onset import READ, compute_onset
from pipeline.steps.signals import compute_signals
from pipeline.steps.terms import show_vocabulary

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("without_priors")]


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("onset")
    settings = Settings(lake=str(folder / "lake"))
    ingest(settings, write_history(folder, "2024Q1", "2024Q1", 1_200, 11, quirks=True))
    return settings


@pytest.fixture(scope="module")
def computed(settings):
    return compute_onset(settings)


def rows(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_command_writes_what_is_used_and_left_out(settings, computed, command, tmp_path):
    said = command(settings.lake, "onset", "--product", "any_car_t", "--out", tmp_path)
    assert said["run_id"] == computed.run_id
    assert any("unchanged" in warning for warning in said["warnings"])
    assert any("one event date" in warning for warning in said["warnings"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["onset.csv", "onset.parquet", "onset_exclusion.csv"]
    fits, reasons = rows(tmp_path / "onset.csv"), rows(tmp_path / "onset_exclusion.csv")
    assert {row["product"] for row in fits} == {"any_car_t"}
    for row in fits:
        key = ("product", "endpoint", "case_set")
        own = [reason for reason in reasons if all(reason[name] == row[name] for name in key)]
        assert sum(int(reason["n"]) for reason in own) == int(row["n_read"])
        assert [int(reason["n"]) for reason in own if reason["reason"] == "used"] == [int(row["n_used"])]
        assert (row["is_told"] == "true") != bool(row["reason"])


def test_told_fits_stand_on_the_screen_and_refused_ones_are_counted(settings, computed):
    from click.testing import CliRunner

    from pipeline.cli import main

    shown = CliRunner().invoke(main, ["--lake", settings.lake, "onset"], catch_exceptions=False).output
    assert "own reporting lag is taken off its follow-up" in shown
    assert re.search(r"\d+ of \d+ fits with usable days are refused", shown)
    assert "no_event_date" not in shown
    assert "right-truncated, as of 2024Q1" in shown


def test_a_second_run_changes_no_file(settings, computed):
    lake = open_lake(settings)
    before = {table.name: lake.files(table.name) for table in ONSET_TABLES}
    assert all(before.values())
    assert compute_onset(settings).run_id == computed.run_id
    assert {table.name: lake.files(table.name) for table in ONSET_TABLES} == before


def test_signals_just_found_current_are_worked_out_again_only_where_the_lake_holds_others(
    settings, computed, monkeypatch
):
    signals, asked = compute_signals(settings), []
    monkeypatch.setattr(
        derived, "compute_signals", lambda *given, **how: asked.append(given) or compute_signals(*given, **how)
    )
    assert compute_onset(settings, signals=signals).run_id == computed.run_id
    assert asked == []
    others = dataclasses.replace(signals, run_id="another run")
    assert compute_onset(settings, signals=others).run_id == computed.run_id
    assert asked == [(settings, "2024Q1")]


def test_follow_up_ends_with_the_newest_quarter_held(settings, computed, tmp_path):
    lake, asked = (
        open_lake(settings),
        "SELECT product, endpoint, case_set, case_id, follow_up_days, reason FROM onset_case",
    )
    with Warehouse(settings) as warehouse:
        show_vocabulary(settings, lake, warehouse)
        mount_core(lake, warehouse, "2030Q1")
        mount_mart(lake, warehouse, "2024Q1", *READ)
        step._write(lake, warehouse, "2030Q1", tmp_path)
        later = warehouse.rows(f"{asked} ORDER BY ALL")
    with Warehouse(settings) as warehouse:
        mount_mart(lake, warehouse, "2024Q1", "onset_case")
        assert later == warehouse.rows(f"{asked} ORDER BY ALL")


def test_what_is_lacking_in_the_data_is_said(settings, computed, monkeypatch):
    monkeypatch.setattr(derived, "caveats_of", lambda *_: ["The lake does not hold 2023Q4."])
    assert "The lake does not hold 2023Q4." in compute_onset(settings).warnings


def test_threads_never_change_a_byte(settings, computed, tmp_path):
    lake, written = open_lake(settings), []
    for threads in (1, 4):
        chosen = dataclasses.replace(settings, threads=threads)
        with Warehouse(chosen) as warehouse:
            show_vocabulary(chosen, lake, warehouse)
            mount_core(lake, warehouse, "2024Q1")
            mount_mart(lake, warehouse, "2024Q1", *READ)
            find_days(warehouse, "2024Q1", ("PS", "SS"))
            for table in (ONSET_CASE, ONSET_EXCLUSION):
                path = tmp_path / f"{table.name}-{threads}.parquet"
                warehouse.write(table, f"SELECT * FROM {table.name} ORDER BY {', '.join(table.key)}", path)
                written.append(path.read_bytes())
    assert written[:2] == written[2:]


def test_an_unknown_product_is_refused(settings, command):
    assert "no product" in command(settings.lake, "onset", "--product", "aspirin", fails=2)
