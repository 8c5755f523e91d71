"""What a step needs only when a scheduler runs it: what the run is about, where its files go, lines for its log."""

import dataclasses
import datetime as dt
import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from pipeline.config import Settings, settings_from_environment
from pipeline.errors import UsageError
from pipeline.intake.archive import parsed_quarter
from pipeline.intake.dataversion import data_versions_of
from pipeline.intake.publication import quarter_of_day
from pipeline.steps.result import Progress, StepReport, silent

LOG = logging.getLogger("cartwatch")


def quarter_of_run(asked: str | None, partition_date: dt.datetime | None) -> str:
    """The quarter asked for by hand, else the one in which the scheduled partition begins.

    UsageError when there is neither.
    """
    if asked is not None:
        return parsed_quarter(asked)
    if partition_date is None:
        raise UsageError(
            "The run names no quarter: give the partition key 2024-02-01, or the parameter quarter as 2024Q1."
        )
    return quarter_of_day(partition_date)


def data_lock_point_of_run(asked: str | None, partition_key: str | None) -> str | None:
    """The quarter that was published, else the one asked for by hand; None means the newest in the lake."""
    given = partition_key or asked
    return None if given is None else parsed_quarter(given)


def run_settings(params: Mapping[str, object]) -> Settings:
    """The settings of the environment with what the run's parameters choose: issues read, duplicates counted, MedDRA.

    UsageError for a data version that cannot be read.
    """
    settings = settings_from_environment()
    return dataclasses.replace(
        settings,
        data_versions=data_versions_of(cast("Sequence[str]", params["data_versions"])),
        with_duplicates=bool(params["with_duplicates"]),
        meddra=str(params["meddra"]) if params["meddra"] else settings.meddra,
    )


def write_reports(
    settings: Settings, as_of: str, products: Sequence[str], progress: Progress = silent
) -> list[StepReport]:
    """A report for each product asked for, else one for all, in the folder of that data-lock point."""
    from pipeline.steps.report import write_report  # noqa: PLC0415 -- a DAG file imports this module and stays light

    out = report_folder(settings, as_of)
    return [
        write_report(settings, as_of, product=product, out=out, progress=progress) for product in products or (None,)
    ]


def report_folder(settings: Settings, as_of: str) -> Path:
    """Where a scheduled run leaves the reports of a data-lock point: beside the tables of the lake, choices apart."""
    from pipeline.lake.delta import Lake  # noqa: PLC0415 -- a DAG file imports this module and stays light

    choice = f"-{settings.variant}" if settings.variant else ""
    return Lake(settings.lake).root / "report" / f"{as_of}{choice}"


def log_progress(line: str) -> None:
    """One line of progress."""
    LOG.info(line)


def log_report(*reports: StepReport) -> None:
    """What each step counted and wrote, a line for each thing, then each of its warnings."""
    for report in reports:
        _log_one(report)


def _log_one(report: StepReport) -> None:
    LOG.info("%s %s done in %.1f s (run %s)", report.step, report.as_of or "", report.seconds, report.run_id)
    for name, value in report.counts.items():
        for entry in value if isinstance(value, list) else [value]:
            LOG.info("%s: %s", name, json.dumps(entry, ensure_ascii=False, default=str))
    for path in report.outputs:
        LOG.info("written: %s", path)
    for line in report.warnings:
        LOG.warning(line)
