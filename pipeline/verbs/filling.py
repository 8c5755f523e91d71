"""Verbs that bring data into the lake."""

from pathlib import Path

import click

from pipeline.config import Settings
from pipeline.verbs.options import JSON
from pipeline.verbs.study import ingest_registry
from pipeline.verbs.telling import standing, tell, told_when_refused, watched


@click.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo-out"),
    show_default=True,
    help="Folder for the lake and the report.",
)
@JSON
@click.pass_obj
def demo(settings: Settings, out: Path, *, as_json: bool) -> None:
    """Build demo input, run the whole main job into a fresh lake and print the report's path.

    \b
    Example:
      cartwatch demo --out demo-out
    """
    from pipeline.steps.demo import run_demo

    with watched(as_json) as progress:
        report = run_demo(settings, out, progress)
    tell(report, as_json, "closing", "outputs")


@click.group()
def fetch() -> None:
    """Download a publisher's archives."""


@fetch.command("faers")
@click.argument("first", metavar="QUARTER")
@click.option("--to", "last", metavar="QUARTER", help="Last quarter of a range.")
@click.option(
    "--into", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder for the archives."
)
@click.option("--base-url", metavar="URL", help="A mirror of FDA's export folder.")
@JSON
@click.pass_obj
def fetch_faers(
    settings: Settings, first: str, last: str | None, into: Path, base_url: str | None, *, as_json: bool
) -> None:
    """Download FDA's FAERS archives; a broken download is resumed, a finished one is left alone.

    \b
    Example:
      cartwatch fetch faers 2023Q1 --to 2023Q4 --into archives
    """
    from pipeline.steps.fetch import fetch_range

    with watched(as_json) as progress:
        report = fetch_range(settings, first, last or first, into, base_url=base_url, progress=progress)
    tell(report, as_json, "outputs")


@click.group()
def ingest() -> None:
    """Bring a publisher's files into the lake."""


@ingest.command("faers")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--rank",
    type=click.IntRange(-99, 99),
    help="Place among the issues of the quarter where no publisher's date tells: higher is later; default: 0.",
)
@JSON
@click.pass_obj
def ingest_faers(settings: Settings, paths: tuple[Path, ...], rank: int | None, *, as_json: bool) -> None:
    """Bring FAERS zips or folders into the lake: every line is kept or rejected with its reason.

    PATHS are zips as FDA publishes them or folders of extracted files, any quarters since 2004Q1. A quarter that FDA
    publishes again is kept beside the first issue; the later one counts from the quarter it came out in.

    \b
    Examples:
      cartwatch ingest faers faers_ascii_2024q1.zip
      cartwatch ingest faers archives/*.zip extracted/2012q4
      cartwatch ingest faers --rank 1 reissued/2012q4
    """
    from pipeline.steps.ingest import ingest as run

    with told_when_refused(as_json, "ingested_files"), watched(as_json) as progress:
        report = run(settings, paths, progress, rank=rank)
    tell(report, as_json, "ingested_files")


ingest.add_command(ingest_registry)


@click.group()
def meddra() -> None:
    """Use a licensed MedDRA; none is shipped."""


@meddra.command("load")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--version", metavar="VERSION", help="Its version, as 29.0, where its own files do not say it.")
@JSON
@click.pass_obj
def meddra_load(settings: Settings, folder: Path, version: str | None, *, as_json: bool) -> None:
    """Read a MedDRA ASCII distribution: classes and queries become usable in endpoints.

    DIR holds llt.asc, pt.asc, mdhier.asc and the others, itself or in a folder MedAscii. A distribution with a line
    that cannot be used is refused whole.

    \b
    Example:
      cartwatch meddra load MedDRA_29_0_English
    """
    from pipeline.steps.meddra import load_meddra

    with watched(as_json) as progress:
        report = load_meddra(settings, folder, version, progress)
    tell(report, as_json, "loaded_meddra")


@click.group()
def backfill() -> None:
    """Fill the lake with a whole range of quarters."""


@backfill.command("faers")
@click.option("--from", "first", metavar="QUARTER", required=True, help="First quarter of the range.")
@click.option("--to", "last", metavar="QUARTER", required=True, help="Last quarter of the range.")
@click.option(
    "--source",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder with FDA's zips, or with folders of extracted files.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help="Archives loaded side by side; default: as cores and CARTWATCH_MEMORY_LIMIT allow.",
)
@click.option("--no-signals", is_flag=True, help="Only load; default: also resolve cases and compute signals.")
@click.option("--dry-run", is_flag=True, help="Say what would be loaded, how big it is and about how long it takes.")
@JSON
@click.pass_obj
def backfill_faers(
    settings: Settings,
    first: str,
    last: str,
    source: Path,
    workers: int | None,
    *,
    no_signals: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Load every quarter of a range that the lake lacks, side by side, and say what that changed.

    A run that was broken off is taken up again by the same command: what is current is left alone. An archive that is
    damaged, or that the gate refuses, keeps no other out and is told at the end.

    \b
    Examples:
      cartwatch backfill faers --from 2004Q1 --to 2026Q2 --source archives --dry-run
      cartwatch backfill faers --from 2004Q1 --to 2026Q2 --source archives
    """
    from pipeline.steps.backfill import backfill as run
    from pipeline.steps.backfill import foretold

    if dry_run:
        done = foretold(settings, first, last, source, workers)
        tell(done.report, as_json, "work_ahead")
    else:
        with standing(as_json) as watch:
            done = run(settings, first, last, source, workers=workers, with_signals=not no_signals, watch=watch)
        tell(done.report, as_json, "backfill_impact")
    if done.error is not None:
        raise done.error
