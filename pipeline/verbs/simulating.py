"""Verbs that make up data whose truth is known."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from pipeline.verbs.options import JSON
from pipeline.verbs.telling import tell, watched

if TYPE_CHECKING:
    from pipeline.demo.cohortfiles import Format


class Asked(TypedDict):
    """What is asked, by the names of the options."""

    n: int
    seed: int
    cutoff: dt.datetime
    out: Path
    form: "Format"
    years: int
    product: str
    as_json: bool


@click.group()
def simulate() -> None:
    """Make up data with a known truth, to see how an analysis behaves."""


@simulate.command("registry")
@click.option("--n", type=click.IntRange(max=1_000_000), required=True, help="Patients in the registry in the end.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="The same seed, the same patients.")
@click.option(
    "--cutoff",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    metavar="DAY",
    help="Data cut-off, as 2026-06-30; what comes later is not in the extract.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="New folder for the extract; DIR-truth.json, DIR-reference_rates.csv and DIR-survivor_rates.csv go beside it.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "parquet", "xpt", "json"]),
    default="csv",
    show_default=True,
    help="SDTM as CSV, Parquet, SAS transport version 5 or Dataset-JSON.",
)
@click.option(
    "--years", type=click.IntRange(1, 15), default=15, show_default=True, help="Years of follow-up after infusion."
)
@click.option(
    "--product",
    metavar="PRODUCT",
    default="tisagenlecleucel",
    show_default=True,
    help="Product infused, generic name in lower case.",
)
@JSON
def simulate_registry(**asked: Unpack[Asked]) -> None:
    """Write the SDTM extract of a registry that was never there, and what was planted in it.

    The same options give the same bytes. A later cut-off with the same seed tells the same patients' story further on.

    \b
    Example:
      cartwatch simulate registry --n 2500 --seed 1 --cutoff 2026-06-30 --out extract
    """
    from pipeline.steps.simulate import simulate_registry as run

    with watched(asked["as_json"]) as progress:
        report = run(
            asked["out"],
            n=asked["n"],
            seed=asked["seed"],
            cutoff=asked["cutoff"].date(),
            form=asked["form"],
            years=asked["years"],
            product=asked["product"],
            progress=progress,
        )
    tell(report, asked["as_json"], "outputs")
