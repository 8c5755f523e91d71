"""The MedDRA of the lake, where its subscriber has loaded one, laid over the reviewed vocabulary."""

from collections.abc import Sequence

from pipeline.cases.counts import register_vocabulary
from pipeline.contract.meddra import MEDDRA_TABLES
from pipeline.errors import LakeConflict, NothingThere
from pipeline.intake.meddra import version_order
from pipeline.lake.delta import Lake
from pipeline.lake.snapshot import content_hash
from pipeline.lake.warehouse import Warehouse, model
from pipeline.vocabulary.meddra import meddra_vocabulary
from pipeline.vocabulary.tables import vocabulary_tables

NO_MEDDRA = "none"
TABLES = tuple(table.name for table in MEDDRA_TABLES)
# Each is sql/vocabulary/<name>.sql and takes the place of the reviewed table of that name, in this order.
OVERLAYS = (
    *("vocabulary_former_name", "vocabulary_endpoint_term"),
    *("vocabulary_malignancy_term", "vocabulary_indication_disease"),
)
MOST_NAMES = 5
NAME_KINDS = {
    "former name is current": "former names of former_names.csv that are preferred terms of it",
    "former name is of another term": "former names of former_names.csv that it has under another preferred term",
    "listed term is a lower level": "listed terms that are lower-level terms of it, counted as their preferred term",
    "listed term is outside": "listed terms that the classes taken in their stead do not have",
    "listed term is unknown": "listed terms that it does not have",
}


def loaded_versions(lake: Lake) -> list[str]:
    """MedDRA versions in the lake, oldest first."""
    return sorted(lake.partitions("meddra_pt", "meddra_version"), key=version_order)


def chosen_version(lake: Lake, asked: str | None = None) -> str | None:
    """The version to count with: the one asked for, else the newest loaded; None where there is none or `none` is asked.

    NothingThere where the lake does not hold the version asked for.
    """
    loaded = loaded_versions(lake)
    if asked == NO_MEDDRA or not (asked or loaded):
        return None
    if asked and asked not in loaded:
        held = ", ".join(loaded) or "none"
        raise NothingThere(f"The lake holds no MedDRA {asked} (loaded: {held}): run 'cartwatch meddra load DIR' first.")
    return asked or loaded[-1]


def meddra_content(lake: Lake, version: str | None) -> list[list[str]]:
    """What a run id must depend on: the data files of that version; empty for None."""
    if version is None:
        return []
    return [content_hash(lake.files(name, {"meddra_version": version})) for name in TABLES]


def register_vocabulary_with(warehouse: Warehouse, lake: Lake, version: str | None) -> None:
    """Show every vocabulary table to SQL, and that version of MedDRA laid over it; the reviewed one alone for None."""
    register_vocabulary(warehouse)
    lay_meddra_over(warehouse, lake, version)


def lay_meddra_over(warehouse: Warehouse, lake: Lake, version: str | None) -> None:
    """Let MedDRA's classes, queries and lower-level terms take part in the vocabulary that the warehouse shows.

    Call it after register_vocabulary; nothing is done for None. LakeConflict where loading was interrupted.
    """
    if version is None:
        return
    _mount(warehouse, lake, version)
    _show_listed(warehouse)
    for name in OVERLAYS:
        warehouse.register(name, warehouse.arrow(model(f"vocabulary/{name}")))


def absent_names(warehouse: Warehouse, version: str | None) -> list[str]:
    """A sentence for each class or query that an endpoint names and that version lacks; needs lay_meddra_over."""
    if version is None:
        return []
    return [
        f"MedDRA {version} has no {str(level).upper()} {name}, which {endpoints} would take: the reviewed list stays."
        for name, level, endpoints in warehouse.rows(model("vocabulary/meddra_absent"))
    ]


def disagreements(warehouse: Warehouse, version: str) -> list[str]:
    """Where the reviewed vocabulary and that version do not agree, one sentence for each kind; needs lay_meddra_over."""
    found: dict[str, list[str]] = {}
    for kind, term, _, _ in warehouse.rows(model("vocabulary/meddra_disagreement")):
        found.setdefault(str(kind), []).append(str(term))
    return [f"MedDRA {version}: {NAME_KINDS[kind]}: {len(terms):,} ({_some(terms)})." for kind, terms in found.items()]


def _some(terms: Sequence[str]) -> str:
    more = f" and {len(terms) - MOST_NAMES} more" if len(terms) > MOST_NAMES else ""
    return ", ".join(terms[:MOST_NAMES]) + more


def _mount(warehouse: Warehouse, lake: Lake, version: str) -> None:
    partition = {"meddra_version": version}
    runs = [{file.run_id for file in lake.files(name, partition)} for name in TABLES]
    if len(runs[0]) != 1 or any(other != runs[0] for other in runs):
        raise LakeConflict(f"Loading MedDRA {version} was interrupted: run 'cartwatch meddra load' again.")
    warehouse.mount(lake, *TABLES, partition=partition)


def _show_listed(warehouse: Warehouse) -> None:
    """The reviewed tables under the names that the overlay reads, and what endpoints take."""
    reviewed = vocabulary_tables()
    for name in OVERLAYS:
        warehouse.register(name.replace("vocabulary_", "listed_"), reviewed[name])
    warehouse.register("vocabulary_endpoint", reviewed["vocabulary_endpoint"])
    warehouse.register("meddra_selection", meddra_vocabulary())
