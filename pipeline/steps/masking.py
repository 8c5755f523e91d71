"""The effect of removing a dominating product or event on every other pair of a background, on request."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from pipeline.cases.counts import count_exposures_and_events
from pipeline.cases.masking import definition
from pipeline.cases.maskingdominance import Dominating, dominating
from pipeline.cases.maskingpairs import PairWorld, pair_world
from pipeline.cases.maskingpairtable import pair_batches, recount, rule_met
from pipeline.cases.maskingremovals import Removal, named, removals
from pipeline.config import Settings
from pipeline.contract.masking import MASKING_PAIR
from pipeline.errors import NothingThere, UsageError
from pipeline.lake.delta import open_lake
from pipeline.lake.parquet import write_batches
from pipeline.lake.snapshot import data_lock_point, mount_core, mount_mart
from pipeline.lake.warehouse import Warehouse, model
from pipeline.report.maskingpairfigure import shift_picture
from pipeline.steps.cases import caveats_of, resolve_cases
from pipeline.steps.export import building, swap, write_page
from pipeline.steps.result import Progress, StepReport, Stopwatch, run_id, silent
from pipeline.steps.runs import record_run
from pipeline.steps.terms import show_vocabulary, terms_parameters, terms_used
from pipeline.vocabulary.choices import comparator as comparator_of
from pipeline.vocabulary.choices import comparators, suspect_roles

PAIRS, PICTURE = "masking_pair.parquet", "masking_shift.svg"
# Each is sql/report/<name>.sql, asked of one removal at a time.
OF_EACH = ("masking_removal", "masking_top", "masking_bin")
MOST_TOP = 50
MEANING = (
    "A shift is no correction: removing reports also removes cases of the pair, and what is left is another population. "
    "The recount is the answer, the closed form is a screen and stands beside it with its error."
)


def mask_pairs(
    settings: Settings,
    as_of: str | None = None,
    *,
    remove: Sequence[str] = (),
    comparator: str = "all",
    most: int = 1,
    out: Path,
    progress: Progress = silent,
) -> StepReport:
    """Count every pair of drug and event again without what is removed, and write the answers as files in out.

    Of the lake only the run table is written, and the cases where they are not current.

    remove: drug:NAME, endpoint:ID or pt:TERM, each a removal by itself; where there is none, the first `most` drugs and
    the first `most` events that the screen finds dominating. UsageError for a removal or a comparator that cannot be asked,
    NothingThere for what no report names.
    """
    watch = Stopwatch()
    against = _background(comparator)
    _refuse(remove, most)
    lake = open_lake(settings)
    dlp = data_lock_point(lake, as_of)
    resolved = resolve_cases(settings, dlp, progress)
    parameters = {
        "as_of": dlp,
        "remove": list(remove) or f"dominating {most}",
        "comparator": against,
        "with_duplicates": settings.with_duplicates,
        **terms_parameters(settings, lake),
    }
    report = StepReport("masking", run_id("masking", resolved.run_id, parameters), dlp, resolved.inputs)
    report.warnings += [*caveats_of(settings, lake, dlp), MEANING]
    with Warehouse(settings) as warehouse, building(out) as folder:
        report.warnings += show_vocabulary(settings, lake, warehouse)
        progress(f"{dlp} counting every pair against {against}")
        mount_core(lake, warehouse, dlp)
        mount_mart(lake, warehouse, dlp, "case_current")
        count_exposures_and_events(warehouse, suspect_roles(), with_duplicates=settings.with_duplicates)
        asked = _removals(warehouse, [(text, "asked") for text in remove])  # a name nobody reports costs no count
        world = pair_world(warehouse, against)
        leading = dominating(world)
        chosen = asked or _removals(warehouse, _first(leading, most))
        _write(warehouse, world, chosen, dlp, folder / PAIRS, progress)
        _describe(report, warehouse, leading, chosen)
        report.details["terms"] = terms_used(settings, lake)
        report.outputs = _export(warehouse, folder, out)
    record_run(settings, report, parameters)
    report.seconds = watch.seconds()
    return report


def _background(name: str) -> str:
    """The comparator whose background is counted; UsageError for one whose pairs of all drugs are not."""
    chosen = comparator_of(name)
    if not chosen.has_prior:
        known = ", ".join(item.id for item in comparators() if item.has_prior)
        raise UsageError(f"Pairs of all drugs are not counted against {chosen.id}: choose from {known}.")
    return chosen.id


def _refuse(remove: Sequence[str], most: int) -> None:
    """UsageError for what cannot be asked, before anything is counted."""
    for text in remove:
        named(text)
    listed = int(definition()["screened"]["listed"])
    if not 1 <= most <= listed:
        raise UsageError(f"{most} drugs and events cannot be chosen by the screen: it lists 1 to {listed} of each.")


def _removals(warehouse: Warehouse, wanted: Sequence[tuple[str, str]]) -> list[Removal]:
    """The questions of what is wanted, each with who chose it, every one once."""
    found = [removal for text, chosen_by in wanted for removal in removals(warehouse, text, chosen_by)]
    return list({(removal.kind, removal.thing, removal.name): removal for removal in found}.values())


def _first(leading: list[list[Dominating]], most: int) -> list[tuple[str, str]]:
    """The first drugs and the first events, as removals takes them; NothingThere where nothing dominates."""
    found = [(item.asked, "dominating") for group in leading for item in group[:most]]
    if not found:
        raise NothingThere(
            "The screen finds no drug and no event that hides a pair of another: name one with --remove."
        )
    return found


def _write(
    warehouse: Warehouse, world: PairWorld, chosen: Sequence[Removal], dlp: str, path: Path, progress: Progress
) -> None:
    """Write the rows of every removal, one after the other, and show them and their counts to SQL."""
    is_signal = rule_met(world, world.before)
    told = []

    def batches() -> Iterator[pa.Table]:
        for removal in chosen:
            progress(f"{dlp} without {removal.thing} {removal.name} ({removal.kind})")
            found = recount(world, removal, is_signal)
            told.append(
                found.counts()
                | {
                    "as_of": dlp,
                    "comparator": world.comparator,
                    "n_cases": world.before.n_cases,
                    "comparator_version": comparator_of(world.comparator).version,
                }
            )
            yield from pair_batches(world, found, dlp)

    write_batches(MASKING_PAIR, batches(), path, are_reals_varied=True)
    warehouse.show_parquet(MASKING_PAIR, path, {})
    warehouse.register("removal_count", pa.Table.from_pylist(told))


def _describe(report: StepReport, warehouse: Warehouse, leading: list[list[Dominating]], chosen: list[Removal]) -> None:
    """What dominates by the screen, what each removal does, and the pairs it moves furthest."""
    report.details["dominating"] = [item._asdict() for group in leading for item in group]
    for name in OF_EACH:
        parts = [warehouse.arrow(model(f"report/{name}"), _bounds(removal)) for removal in chosen]
        warehouse.register(name, pa.concat_tables(parts))
    report.counts["removals"] = warehouse.registered("masking_removal").to_pylist()
    report.details["top"] = warehouse.arrow("SELECT * FROM masking_top WHERE place <= 10").to_pylist()


def _bounds(removal: Removal) -> dict[str, object]:
    """What the query of one removal is given."""
    least = definition()["screened"]["least_cases"]
    named = {"kind": removal.kind, "removed_thing": removal.thing, "removed": removal.name}
    return named | {"least_cases": least, "most": MOST_TOP}


def _export(warehouse: Warehouse, folder: Path, out: Path) -> list[str]:
    """Every file, whole or not at all."""
    queries = {f"{name}.csv": f"SELECT * FROM {name}" for name in OF_EACH[:2]}
    queries["masking_crossing.csv"] = model("report/masking_crossing")
    for name, query in queries.items():
        warehouse.export(query, folder / name)
    bins = warehouse.registered("masking_bin").to_pylist()
    write_page(shift_picture(bins), folder / PICTURE)
    return [str(swap(folder / name, out / name)) for name in (PAIRS, *queries, PICTURE)]
