"""A simulated registry: an SDTM extract of a cohort whose truth is known, with the truth and the reference beside it."""

import datetime as dt
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from pipeline.demo.cohortfiles import Format, write_domain
from pipeline.demo.cohortfindings import records
from pipeline.demo.cohortsettings import cohort_settings, epoch_day
from pipeline.demo.cohortstory import Story, told
from pipeline.demo.cohorttruth import POPULATIONS, reference_rates, truth
from pipeline.demo.cohortvisits import NEVER
from pipeline.demo.cohortworld import draw_cohort
from pipeline.errors import UsageError
from pipeline.steps.result import Progress, StepReport, Stopwatch, run_id, silent
from pipeline.vocabulary.products import product as product_of

LAST_CUTOFF = dt.date(2059, 12, 31)  # where the calendar of the background ends
LONGEST_YEARS = 15
BESIDE = ("truth.json", "reference_rates.csv", "survivor_rates.csv")


def simulate_registry(
    out: Path,
    *,
    n: int,
    seed: int,
    cutoff: dt.date,
    form: Format = "csv",
    years: int = LONGEST_YEARS,
    product: str = "tisagenlecleucel",
    shared: Sequence[str] = (),
    progress: Progress = silent,
) -> StepReport:
    """Write the extract of a cohort of n patients as of the cut-off into the new folder out, and its truth beside it.

    shared: numbers of spontaneous reports, under which the first safety reports of the extract are told to have been sent.
    Equal arguments give equal bytes. Patients who enrol after the cut-off, and all that had not reached the registry by
    then, are not in it. Errors: UsageError for less than one patient, for a cut-off at which nobody is enrolled yet, and
    for a folder or a file that is there already; nothing is written then.
    """
    watch = Stopwatch()
    _check(n, cutoff, years, product)
    beside = [out.with_name(f"{out.name}-{name}") for name in BESIDE]
    _refuse_existing(out, beside)
    progress(f"drawing {n:,} patients")
    story = told(draw_cohort(n, seed), epoch_day(cutoff), years, product)
    if not len(story.cohort.patients):
        raise UsageError(f"none of the {n:,} patients is enrolled by {cutoff}: give a later cut-off or more patients.")
    parameters = {
        "n": n, "seed": seed, "cutoff": str(cutoff), "years": years, "product": product, "format": form,
    }  # fmt: skip
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as hidden:
        tables = records(story)
        tables["AE"] = _sharing(tables["AE"], shared)
        rows = _write_domains(tables, form, cutoff, Path(hidden) / out.name, progress)
        for path, text in zip(beside, _texts_beside(parameters), strict=True):
            (Path(hidden) / path.name).write_text(text, encoding="utf-8")
        for path in (*beside, out):
            (Path(hidden) / path.name).replace(path)
    asked = parameters | ({"shared": list(shared)} if shared else {})
    report = StepReport("simulate registry", run_id("simulate registry", seed, asked), str(cutoff))
    report.outputs = [str(out), *map(str, beside)]
    report.counts = {"asked_patients": n, **_counted(story), "rows": rows}
    report.warnings = ["Every patient in this extract is made up: it shows how the analysis behaves, and nothing else."]
    report.seconds = watch.seconds()
    return report


def _check(n: int, cutoff: dt.date, years: int, product: str) -> None:
    first = cohort_settings().plain["study"]["first_day"]
    if n < 1:
        raise UsageError(f"a registry of {n} patients was asked for: give at least 1.")
    if not 1 <= years <= LONGEST_YEARS:
        raise UsageError(f"a follow-up of {years} years was asked for: give 1 to {LONGEST_YEARS}.")
    if not first <= cutoff <= LAST_CUTOFF:
        raise UsageError(
            f"the cut-off {cutoff} is outside the simulated study: give a day from {first} to {LAST_CUTOFF}."
        )
    if product_of(product).is_group:
        raise UsageError(f"{product} is a group of products: give one product.")


def _refuse_existing(out: Path, beside: list[Path]) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} is there already and is no empty folder: name a new one with --out.")
    for path in beside:
        if path.exists():
            raise UsageError(f"{path} is there already, from an earlier extract: move it away or give another --out.")


def _sharing(events: pa.Table, shared: Sequence[str]) -> pa.Table:
    """The events, the first of those with a safety report under the numbers given."""
    given, numbers = iter(shared), events["AEREFID"].to_pylist()
    told = [number and next(given, number) for number in numbers]
    return events.set_column(events.column_names.index("AEREFID"), "AEREFID", pa.array(told, pa.string()))


def _write_domains(
    tables: dict[str, pa.Table], form: Format, cutoff: dt.date, folder: Path, progress: Progress
) -> dict[str, int]:
    """Write the extract into a new folder; rows by domain."""
    folder.mkdir()
    rows = {}
    for domain, table in tables.items():
        progress(f"writing {domain}")
        write_domain(table, domain, form, cutoff, folder)
        rows[domain] = table.num_rows
    return rows


def _texts_beside(parameters: dict[str, object]) -> tuple[str, str, str]:
    """The truth, the background and that of survivors, as BESIDE names them."""
    settings = cohort_settings()
    background, survivors = (reference_rates(settings, population) for population in POPULATIONS)
    return truth(settings, parameters), background, survivors


def _counted(story: Story) -> dict[str, int]:
    seen = story.seen
    return {
        "enrolled": len(story.cohort.patients),
        "infused": int(story.cohort.patients.is_infused.sum()),
        "deaths_known": int((seen.death != NEVER).sum()),
        "withdrawn": int((seen.withdrawal != NEVER).sum()),
        "lost": int((seen.lost != NEVER).sum()),
    }
