"""The command cartwatch: one verb per step, the same functions that the DAGs call."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from pipeline.config import VERSION, Settings, settings_from_environment
from pipeline.errors import CartwatchError, GateFailed

if TYPE_CHECKING:
    from pipeline.steps.result import Progress, StepReport

AS_OF = click.option(
    "--as-of", metavar="QUARTER", help="Data-lock point, as 2024Q1; default: the newest quarter in the lake."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print the StepReport as JSON and nothing else.")


class Verbs(click.Group):
    """Every verb ends with our own errors told in one sentence and their own exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; turn an error of ours into its exit code."""
        try:
            return super().invoke(ctx)
        except CartwatchError as error:
            click.echo(f"cartwatch: {error}", err=True)
            ctx.exit(error.exit_code)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Verbs in the order of the work, not of the alphabet."""
        del ctx
        return list(self.commands)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--lake", metavar="URI", help="Where the lake is; default: CARTWATCH_LAKE, else ./lake.")
@click.version_option(VERSION, prog_name="cartwatch")
@click.pass_context
def main(ctx: click.Context, lake: str | None) -> None:
    """Watch the safety of CAR-T therapies after approval.

    FAERS quarters go in, a signal report as of a data-lock point comes out. A report of an adverse event
    is not a proof of cause, and counts of reports say nothing about how often an event occurs.

    \b
    Examples:
      cartwatch demo
      cartwatch --lake ./lake ingest faers faers_ascii_2024q1.zip faers_ascii_2024q2.zip
      cartwatch signals --as-of 2024Q2 --product tisagenlecleucel --out results
      cartwatch report --as-of 2024Q2 --out results

    Exit codes: 0 done, 1 a bug of ours, 2 usage, 10 layout changed, 11 gate failed, 12 source unavailable,
    13 input refused, 14 lake conflict, 15 nothing there.
    """
    ctx.obj = settings_from_environment(lake)


@main.command()
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

    with _progress(as_json) as progress:
        report = run_demo(settings, out, progress)
    _print(report, as_json, "closing", "outputs")


@main.group()
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

    with _progress(as_json) as progress:
        report = fetch_range(settings, first, last or first, into, base_url=base_url, progress=progress)
    _print(report, as_json, "outputs")


@main.group()
def ingest() -> None:
    """Bring a publisher's files into the lake."""


@ingest.command("faers")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@JSON
@click.pass_obj
def ingest_faers(settings: Settings, paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Bring FAERS zips or folders into the lake: every line is kept or rejected with its reason.

    PATHS are zips as FDA publishes them or folders of extracted files, any quarters since 2004Q1.

    \b
    Examples:
      cartwatch ingest faers faers_ascii_2024q1.zip
      cartwatch ingest faers archives/*.zip extracted/2012q4
    """
    from pipeline.steps.ingest import ingest as run

    with _told_when_refused(as_json, "ingested_files"), _progress(as_json) as progress:
        report = run(settings, paths, progress)
    _print(report, as_json, "ingested_files")


@main.command()
@click.option("--quarter", metavar="QUARTER", help="Only this quarter; default: all.")
@click.option("--table", metavar="TABLE", help="Only rules of this table.")
@click.option(
    "--page", type=click.Path(dir_okay=False, path_type=Path), help="Write the results of all quarters as a page."
)
@JSON
@click.pass_obj
def validate(settings: Settings, quarter: str | None, table: str | None, page: Path | None, *, as_json: bool) -> None:
    """Run the gate again on what the lake holds; changes no data.

    \b
    Example:
      cartwatch validate --quarter 2024Q1 --page gate.html
    """
    from pipeline.steps.gatepage import write_gate_page
    from pipeline.steps.ingest import revalidate

    with _told_when_refused(as_json, "gate_rules"), _progress(as_json) as progress:
        report = revalidate(settings, _quarter(quarter), table, progress)
        if page is not None:
            report.outputs.append(str(write_gate_page(settings, page)))
    _print(report, as_json, "gate_rules")


@main.command()
@AS_OF
@JSON
@click.pass_obj
def resolve(settings: Settings, as_of: str | None, *, as_json: bool) -> None:
    """Count every case once: latest version, withdrawals, and the waterfall.

    \b
    Example:
      cartwatch resolve --as-of 2024Q1
    """
    from pipeline.steps.cases import resolve_cases

    with _progress(as_json) as progress:
        report = resolve_cases(settings, _quarter(as_of), progress)
    _print(report, as_json, "waterfall")


@main.command()
@AS_OF
@click.option(
    "--product",
    "products",
    multiple=True,
    metavar="PRODUCT",
    help="Generic name in lower case; repeat for more; default: all.",
)
@click.option("--comparator", "comparators", multiple=True, metavar="NAME", help="all or non_car_t; default: both.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    metavar="CODE",
    help="Drug roles that count as exposure; default: PS and SS. Others need --out.",
)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for signal.parquet and signal.csv."
)
@JSON
@click.pass_obj
def signals(
    settings: Settings,
    as_of: str | None,
    products: tuple[str, ...],
    comparators: tuple[str, ...],
    roles: tuple[str, ...],
    out: Path | None,
    *,
    as_json: bool,
) -> None:
    """Counts, PRR, ROR, IC and EBGM for every CAR-T product, endpoint and preferred term.

    \b
    Examples:
      cartwatch signals --as-of 2024Q1 --out results
      cartwatch signals --product tisagenlecleucel --comparator non_car_t --out results
    """
    from pipeline.steps.signals import compute_signals

    with _progress(as_json) as progress:
        report = compute_signals(
            settings,
            _quarter(as_of),
            only_products=products,
            only_comparators=comparators,
            roles=roles,
            out=out,
            progress=progress,
        )
    _print(report, as_json, "signal_summary")


@main.command()
@AS_OF
@click.option("--product", metavar="PRODUCT", help="Only this product; default: all.")
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(["html", "csv", "xlsx"]),
    help="Repeat for more; default: all three.",
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder for the report.")
@JSON
@click.pass_obj
def report(
    settings: Settings, as_of: str | None, product: str | None, formats: tuple[str, ...], out: Path, *, as_json: bool
) -> None:
    """Write the signal report: one self-contained page, CSV and XLSX.

    \b
    Example:
      cartwatch report --as-of 2024Q1 --product tisagenlecleucel --out results
    """
    from pipeline.steps.report import write_report

    with _progress(as_json) as progress:
        done = write_report(
            settings,
            _quarter(as_of),
            product=product,
            formats=formats or ("html", "csv", "xlsx"),
            out=out,
            progress=progress,
        )
    _print(done, as_json, "outputs")


@main.command()
@JSON
@click.pass_obj
def status(settings: Settings, *, as_json: bool) -> None:
    """What the lake holds: quarters, rows, rejected lines, archives and gate results.

    \b
    Example:
      cartwatch --lake ./lake status
    """
    from pipeline.steps.status import lake_status

    _print(lake_status(settings), as_json, "held_quarters")


@main.command()
@JSON
@click.pass_obj
def doctor(settings: Settings, *, as_json: bool) -> None:
    """What is wrong with this machine, and what to do about it.

    \b
    Example:
      cartwatch doctor
    """
    from pipeline.steps.status import examine

    _print(examine(settings), as_json, "machine")


def _quarter(text: str | None) -> str | None:
    from pipeline.intake.archive import parsed_quarter

    return None if text is None else parsed_quarter(text)


@contextlib.contextmanager
def _progress(quiet: bool) -> Iterator["Progress"]:
    """What is being done, with the time it has taken; nothing where nobody watches."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    with Bar(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda text: bar.update(task, description=text)


@contextlib.contextmanager
def _told_when_refused(as_json: bool, show: str) -> Iterator[None]:
    """Show what the step had to say before the gate's refusal ends the command."""
    try:
        yield
    except GateFailed as failure:
        if failure.report is not None:
            _print(cast("StepReport", failure.report), as_json, show)
        raise


def _print(report: "StepReport", as_json: bool, *shown: str) -> None:
    """The report as JSON, or as these functions of pipeline.screen show it; the closing lines last unless placed."""
    if as_json:
        click.echo(report.as_json())
        return
    from pipeline import screen

    for name in shown if "closing" in shown else (*shown, "closing"):
        getattr(screen, name)(report)


if __name__ == "__main__":
    main()
