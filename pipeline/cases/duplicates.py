"""Which current cases are reports of one event in one patient: documented rules and a linkage with frozen weights."""

from collections.abc import Callable, Iterator

import pyarrow as pa

from pipeline.cases.clusters import Joining, Told, kept_cases
from pipeline.cases.counts import show_drug_products
from pipeline.cases.linkage import linkage_parameters, linkage_tables, window
from pipeline.lake.warehouse import Warehouse, model

Keep = Callable[[Warehouse], None]
COMPARED = ("linked_version", "drug_term_text", "compared_term", "compared_drug", "compared_reaction")
BLOCKS = (
    *("number", "day", "day_drug", "day_reaction", "month_drug", "month_reaction"),
    *("person", "literature", "content", "car_t"),
)
CANDIDATES = ("candidate_case", "linked_case", "candidate_term", "candidate_outcome", "designated_candidate")
JUDGED = ("told_case", "shared_term", "alike_drug", "pair_field", "weighed_pair", "judged_pair")
ANY_PATIENT = frozenset({"number"})  # a number that two patients share is told, though it never merges them
PAIRS_AT_A_TIME = 50_000
SAID = len(Told._fields)
NOTHING = "SELECT NULL WHERE false"


def find_duplicates(warehouse: Warehouse, keep: Keep | None = None) -> None:
    """Make duplicate_evidence and duplicate_member from case_latest, the typed tables and the vocabulary shown.

    duplicate_evidence: each pair found, merged or not, with what speaks for it. duplicate_member: each case that is not
    counted, with the case counted in its stead. overfull_count: per way of blocking, the blocks too large to be
    compared whole and the cases in them. Every weight is frozen: the data at hand change none. keep: told once
    keyed_version is made.
    """
    compare_versions(warehouse)
    key_versions(warehouse)
    if keep:
        keep(warehouse)
    warehouse.create("keyed_case", model("link/keyed_case"))
    let_go(warehouse, ("keyed_version",))
    warehouse.register("overfull_count", _pair_blocks(warehouse))
    make(warehouse, ("candidate_pair",))
    let_go(warehouse, ("keyed_case", *(f"pair_{block}" for block in BLOCKS)))
    judge(warehouse)


def compare_versions(warehouse: Warehouse) -> None:
    """Make what each version shown is compared by, and the terms of its drugs and reactions; needs shared_number."""
    for name, rows in linkage_tables().items():
        warehouse.register(name, rows)
    show_drug_products(warehouse)
    make(warehouse, COMPARED)


def key_versions(warehouse: Warehouse) -> None:
    """Make keyed_version, from which the blocks are made; after compare_versions."""
    make(warehouse, ("keyed_version",))


def judge(warehouse: Warehouse) -> None:
    """Judge every pair of candidate_pair and join the cases; needs case_latest, and compare_versions of their versions."""
    make(warehouse, CANDIDATES)
    let_go(warehouse, ("compared_drug", "compared_reaction", "linked_version"))
    make(warehouse, JUDGED)
    warehouse.register("duplicate_member", _members(warehouse, float(str(linkage_parameters()["clash_years"]))))
    make(warehouse, ("duplicate_evidence",))
    let_go(warehouse, ("candidate_pair", *CANDIDATES, *JUDGED))


def overfull_blocks(warehouse: Warehouse) -> list[str]:
    """A sentence for each way of blocking that had blocks too large to be compared whole; after find_duplicates."""
    rows = warehouse.rows("SELECT block, n_blocks, n_cases FROM overfull_block WHERE n_blocks > 0 ORDER BY block")
    return [
        f"Duplicates: {n_cases} cases stand in {n_blocks} blocks by {block} that are too large to be compared whole."
        for block, n_blocks, n_cases in rows
    ]


def make(warehouse: Warehouse, names: tuple[str, ...]) -> None:
    """Make tables of the linkage, one after the other, with its frozen parameters."""
    for name in names:
        warehouse.create(name, model(f"link/{name}"), linkage_parameters())


def let_go(warehouse: Warehouse, names: tuple[str, ...]) -> None:
    """Free the memory of tables that nothing reads any more."""
    for name in names:
        warehouse.create(name, NOTHING)


def block_parameters(block: str) -> dict[str, object]:
    """What is bound where the cases of one kind of block are paired."""
    return {**linkage_parameters(), "any_patient": block in ANY_PATIENT, "window": window(block)}


def overfull_count(told: list[tuple[object, ...]]) -> pa.Table:
    """The rows block, n_blocks, n_cases of overfull_count."""
    return pa.table(dict(zip(("block", "n_blocks", "n_cases"), map(list, zip(*told, strict=True)), strict=True)))


def _pair_blocks(warehouse: Warehouse) -> pa.Table:
    """Make pair_<block> for each way of blocking; returns block, n_blocks, n_cases of those over the bound."""
    told: list[tuple[object, ...]] = []
    for block in BLOCKS:
        asked = block_parameters(block)
        warehouse.create("block_member", model(f"link/block_{block}"), asked)
        warehouse.create("block_place", model("link/block_place"))
        warehouse.create(f"pair_{block}", model("link/blocked_pair"), asked)
        told.append((block, *warehouse.rows(model("link/overfull"), asked)[0]))
    let_go(warehouse, ("block_member", "block_place"))
    return overfull_count(told)


def _members(warehouse: Warehouse, clash_years: float) -> pa.Table:
    """The rows of duplicate_member, by case number."""
    kept = kept_cases(_joining(warehouse.arrow(model("link/joining_pair"))), clash_years)
    cases = sorted(kept)
    return pa.table(
        {"case_id": pa.array(cases, pa.int64()), "kept_case_id": pa.array([kept[case] for case in cases], pa.int64())}
    )


def _joining(pairs: pa.Table) -> Iterator[Joining]:
    """The pairs that may join their cases, some thousands unpacked at a time."""
    for batch in pairs.to_batches(max_chunksize=PAIRS_AT_A_TIME):
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield Joining(Told(*row[:SAID]), Told(*row[SAID:-1]), row[-1])
