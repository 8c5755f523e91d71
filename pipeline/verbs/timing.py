"""Verbs about time: when events come, and when their reports do."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from pipeline.config import Settings
from pipeline.verbs.options import AS_OF, DATA_VERSION, JSON, MEDDRA, PRODUCTS, WITH_DUPLICATES, chosen, quarter_of
from pipeline.verbs.telling import tell, watched

if TYPE_CHECKING:
    from pipeline.steps.result import StepReport


class Asked(TypedDict):
    """What both verbs are asked, by the names of their options."""

    as_of: str | None
    products: tuple[str, ...]
    out: Path | None
    data_versions: tuple[str, ...]
    meddra: str | None
    with_duplicates: bool
    as_json: bool


@click.command()
@AS_OF
@PRODUCTS
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for onset.csv, onset.parquet and onset_exclusion.csv.",
)
@DATA_VERSION
@WITH_DUPLICATES
@MEDDRA
@JSON
@click.pass_obj
def onset(settings: Settings, **asked: Unpack[Asked]) -> None:
    """Days from infusion to the case's event date: who is left out and why, and three ways to tell how they spread.

    \b
    Examples:
      cartwatch onset --as-of 2024Q1 --out results
      cartwatch onset --product tisagenlecleucel
    """
    from pipeline.steps.onset import compute_onset

    _compute(compute_onset, "onset_summary", settings, asked)


@click.command()
@AS_OF
@PRODUCTS
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for trend.csv, trend.parquet, interruption.csv, nowcast.csv and reporting_lag.csv.",
)
@DATA_VERSION
@WITH_DUPLICATES
@MEDDRA
@JSON
@click.pass_obj
def trend(settings: Settings, **asked: Unpack[Asked]) -> None:
    """Cases by quarter: cumulative IC, before and after each event of the calendar, reporting lag, cases still to come.

    \b
    Examples:
      cartwatch trend --as-of 2024Q1 --out results
      cartwatch trend --product tisagenlecleucel
    """
    from pipeline.steps.trend import compute_trend

    _compute(compute_trend, "trend_summary", settings, asked)


def _compute(compute: "Callable[..., StepReport]", show: str, settings: Settings, asked: Asked) -> None:
    """Carry out the step, and show what it says of itself."""
    with watched(asked["as_json"]) as progress:
        report = compute(
            chosen(settings, asked["data_versions"], asked["meddra"], with_duplicates=asked["with_duplicates"]),
            quarter_of(asked["as_of"]),
            only_products=asked["products"],
            out=asked["out"],
            progress=progress,
        )
    tell(report, asked["as_json"], show)
