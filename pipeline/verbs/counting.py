"""Verbs that count, score, explain and report."""

from pathlib import Path

import click

from pipeline.config import Settings
from pipeline.verbs.options import (
    AS_OF,
    DATA_VERSION,
    JSON,
    MEDDRA,
    PRODUCTS,
    WITH_DUPLICATES,
    BackgroundOption,
    ComparatorOption,
    chosen,
    quarter_of,
)
from pipeline.verbs.telling import tell, watched


@click.command()
@AS_OF
@DATA_VERSION
@JSON
@click.pass_obj
def resolve(settings: Settings, as_of: str | None, data_versions: tuple[str, ...], *, as_json: bool) -> None:
    """Count every case once: latest version, withdrawals, duplicates, and the waterfall.

    \b
    Example:
      cartwatch resolve --as-of 2024Q1
    """
    from pipeline.steps.cases import resolve_cases

    with watched(as_json) as progress:
        report = resolve_cases(chosen(settings, data_versions), quarter_of(as_of), progress)
    tell(report, as_json, "waterfall")


@click.command()
@AS_OF
@PRODUCTS
@click.option(
    "--comparator",
    "comparators",
    multiple=True,
    metavar="NAME",
    cls=ComparatorOption,
    help="Repeat for more; default: each.",
)
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
@DATA_VERSION
@WITH_DUPLICATES
@MEDDRA
@JSON
@click.pass_obj
def signals(
    settings: Settings,
    as_of: str | None,
    products: tuple[str, ...],
    comparators: tuple[str, ...],
    roles: tuple[str, ...],
    out: Path | None,
    data_versions: tuple[str, ...],
    meddra: str | None,
    *,
    with_duplicates: bool,
    as_json: bool,
) -> None:
    """Counts, PRR, ROR, IC and EBGM for every CAR-T product, endpoint and preferred term.

    \b
    Examples:
      cartwatch signals --as-of 2024Q1 --out results
      cartwatch signals --product tisagenlecleucel --comparator non_car_t --out results
    """
    from pipeline.steps.signals import compute_signals

    with watched(as_json) as progress:
        report = compute_signals(
            chosen(settings, data_versions, meddra, with_duplicates=with_duplicates),
            quarter_of(as_of),
            only_products=products,
            only_comparators=comparators,
            roles=roles,
            out=out,
            progress=progress,
        )
    tell(report, as_json, "signal_summary")


@click.command()
@AS_OF
@click.option(
    "--remove",
    "removals",
    multiple=True,
    metavar="THING:NAME",
    help="drug:NAME (a CAR-T product by its generic name), endpoint:ID or pt:TERM; repeat for more, each by itself. "
    "Default: what the screen finds dominating.",
)
@click.option("--most", type=int, default=1, help="Without --remove: how many drugs, and how many events; default: 1.")
@click.option("--comparator", default="all", metavar="NAME", cls=BackgroundOption, help="Default: all.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder for every pair.")
@DATA_VERSION
@WITH_DUPLICATES
@MEDDRA
@JSON
@click.pass_obj
def masking(
    settings: Settings,
    as_of: str | None,
    removals: tuple[str, ...],
    most: int,
    comparator: str,
    out: Path,
    data_versions: tuple[str, ...],
    meddra: str | None,
    *,
    with_duplicates: bool,
    as_json: bool,
) -> None:
    """Count every pair of drug and event again without a dominating product's or event's reports.

    Of an event it also asks, as a question of its own, what is left when its terms are dropped and every report is kept.

    \b
    Examples:
      cartwatch masking --remove drug:tisagenlecleucel --remove endpoint:crs --out results
      cartwatch masking --remove "pt:Cytokine release syndrome" --as-of 2024Q1 --out results
      cartwatch masking --most 2 --out results
    """
    from pipeline.steps.masking import mask_pairs
    from pipeline.verbs.maskingscreen import masked

    with watched(as_json) as progress:
        report = mask_pairs(
            chosen(settings, data_versions, meddra, with_duplicates=with_duplicates),
            quarter_of(as_of),
            remove=removals,
            comparator=comparator,
            most=most,
            out=out,
            progress=progress,
        )
    tell(report, as_json, masked)


@click.command()
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
@DATA_VERSION
@WITH_DUPLICATES
@MEDDRA
@JSON
@click.pass_obj
def report(
    settings: Settings,
    as_of: str | None,
    product: str | None,
    formats: tuple[str, ...],
    out: Path,
    data_versions: tuple[str, ...],
    meddra: str | None,
    *,
    with_duplicates: bool,
    as_json: bool,
) -> None:
    """Write the signal report: one self-contained page, CSV and XLSX.

    \b
    Example:
      cartwatch report --as-of 2024Q1 --product tisagenlecleucel --out results
    """
    from pipeline.steps.report import write_report

    with watched(as_json) as progress:
        done = write_report(
            chosen(settings, data_versions, meddra, with_duplicates=with_duplicates),
            quarter_of(as_of),
            product=product,
            formats=formats or ("html", "csv", "xlsx"),
            out=out,
            progress=progress,
        )
    tell(done, as_json, "outputs")


@click.command()
@click.option("--product", required=True, metavar="PRODUCT", help="Generic name in lower case.")
@click.option("--event", required=True, metavar="EVENT", help="Id of an endpoint, or a preferred term.")
@click.option("--from", "from_quarter", required=True, metavar="QUARTER", help="Earlier data-lock point, as 2023Q4.")
@click.option("--to", "to_quarter", metavar="QUARTER", help="Later data-lock point; default: the newest quarter.")
@click.option(
    "--scope", type=click.Choice(["narrow", "broad"]), default="narrow", help="Scope of an endpoint; default: narrow."
)
@click.option("--comparator", default="all", metavar="NAME", cls=ComparatorOption, help="Default: all.")
@click.option("--from-run", metavar="RUN", help="The run of signals whose number is explained; default: the last one.")
@click.option(
    "--from-data-version",
    "from_versions",
    multiple=True,
    metavar="QUARTER=SHA256",
    help="Issue to read on the earlier side.",
)
@click.option(
    "--to-data-version", "to_versions", multiple=True, metavar="QUARTER=SHA256", help="Issue to read on the later side."
)
@MEDDRA
@WITH_DUPLICATES
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for every part and every case id."
)
@JSON
@click.pass_obj
def explain(
    settings: Settings,
    product: str,
    event: str,
    from_quarter: str,
    to_quarter: str | None,
    scope: str,
    comparator: str,
    from_run: str | None,
    from_versions: tuple[str, ...],
    to_versions: tuple[str, ...],
    meddra: str | None,
    out: Path | None,
    *,
    with_duplicates: bool,
    as_json: bool,
) -> None:
    """Why a number changed: the cells a, b, c, d of two data-lock points, and each case's reason.

    \b
    Examples:
      cartwatch explain --product tisagenlecleucel --event crs --from 2023Q3 --to 2024Q2
      cartwatch explain --product tisagenlecleucel --event Pyrexia --from 2023Q4 --out results
    """
    from pipeline.intake.dataversion import pinned
    from pipeline.steps.explain import explain as run

    with watched(as_json) as progress:
        report = run(
            chosen(settings, (), meddra, with_duplicates=with_duplicates),
            product,
            event,
            str(quarter_of(from_quarter)),
            quarter_of(to_quarter),
            scope=scope,
            comparator=comparator,
            from_versions=[pinned(text) for text in from_versions],
            to_versions=[pinned(text) for text in to_versions],
            from_run=from_run,
            out=out,
            progress=progress,
        )
    tell(report, as_json, "explanation")
