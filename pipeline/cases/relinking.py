"""Cases as of a data-lock point from those of an earlier one: only what was published since is compared anew."""

from collections.abc import Mapping
from pathlib import Path

from pipeline.cases.duplicates import BLOCKS, block_parameters, compare_versions, judge, let_go, make, overfull_count
from pipeline.cases.resolution import Written, latest_cases, write_resolved
from pipeline.lake.warehouse import Warehouse, model

# What the linkage reads of each table; the reports asked about are kept apart before the others are looked at.
VERSION = (
    "quarter, edition, report_id, case_id, line, era, version_number, is_readable, unreadable_tables, initial_fda_date, "
    "fda_date, age_years, sex_code, event_country_code, reporter_country_code, reporter_type_code, event_date, "
    "literature_reference"
)
OF_TOUCHED = {"report_version": VERSION, "case_reporter": "quarter, report_id, case_id, source_code"}
OF_CANDIDATES = {
    "report_version": f"{VERSION}, event_date_text, event_date_precision, weight_kg, manufacturer_number, "
    "manufacturer_sender, authority_number",
    "case_drug": "quarter, report_id, case_id, role_code, drug_name, active_ingredient",
    "case_reaction": "quarter, report_id, case_id, pt",
    "case_outcome": "quarter, report_id, case_id, outcome_code",
}


def resolve_again(warehouse: Warehouse, earlier_as_of: str, as_of: str, folder: Path) -> Written:
    """Write what resolve writes, byte for byte, from what it wrote as of an earlier data-lock point.

    A case was touched where an issue of a quarter that only one of the two points reads has a version or a withdrawal
    of it. A block changes only where a touched case stands or stood in it. Judged again are the pairs of touched cases,
    the pairs of blocks too large to be compared whole in which a place changed, and, so that their evidence and
    their clusters are written as before, the pairs found earlier.

    Shown must be the typed tables and keyed_version as of now, and by their own names what earlier_views tells.
    """
    _relink(warehouse, "touched_case")
    _ask(warehouse, "touched_report", OF_TOUCHED)
    latest_cases(warehouse)
    _relink(warehouse, "touched_latest", "first_version", "found_pair")
    warehouse.drop(*OF_TOUCHED, "case_latest")
    _key_cases(warehouse)
    _relink(warehouse, "key_row", bound={"earlier_as_of": earlier_as_of})
    _find_moved_blocks(warehouse)
    warehouse.register("overfull_count", overfull_count(_pair_asked_blocks(warehouse)))
    _relink(warehouse, "kept_pair", "candidate_pair")
    _judge(warehouse)
    return write_resolved(warehouse, as_of, folder)


def _relink(warehouse: Warehouse, *names: str, bound: dict[str, object] | None = None) -> None:
    for name in names:
        warehouse.create(name, model(f"relink/{name}"), bound)


def _ask(warehouse: Warehouse, reports: str, read: Mapping[str, str]) -> None:
    """Let these tables show nothing but the reports asked about, until they are dropped."""
    warehouse.create("asked_report", model(f"relink/{reports}"))
    for name, columns in read.items():
        warehouse.create(
            name,
            f"SELECT {columns} FROM {name} SEMI JOIN asked_report "
            f"ON asked_report.report_id = {name}.report_id AND asked_report.quarter = {name}.quarter",
        )


def _key_cases(warehouse: Warehouse) -> None:
    """Make earlier_key of the touched cases as they stood, and case_latest and standing_key of all as they stand.

    case_latest is kept and not worked out each time: a file written from a kept table has the same bytes however the
    table came about.
    """
    warehouse.view("keyed_version", "SELECT * FROM earlier_keyed_version")
    warehouse.view("case_latest", model("relink/earlier_touched"))
    warehouse.create("earlier_key", model("link/keyed_case"))
    warehouse.view("keyed_version", "SELECT * FROM later_keyed_version")
    warehouse.drop("case_latest")
    warehouse.create("case_latest", model("relink/standing_case"))
    warehouse.create("standing_key", model("link/keyed_case"))


def _find_moved_blocks(warehouse: Warehouse) -> None:
    """Make key_<block> and moved_<block> for each way of blocking, shaken_case and asked_case."""
    warehouse.view("keyed_case", model("relink/small_key"))
    for block in BLOCKS:
        warehouse.create("block_member", model(f"link/block_{block}"))
        warehouse.create(f"key_{block}", model("relink/block_key"))
        warehouse.view("block_key", f"SELECT * FROM key_{block}")
        warehouse.create(f"moved_{block}", model("relink/moved_key"))
        warehouse.view("moved_key", f"SELECT * FROM moved_{block}")
        warehouse.create(f"shaken_{block}", model("relink/shaken_pair"))
    _relink(warehouse, "shaken_case", "asked_case")


def _pair_asked_blocks(warehouse: Warehouse) -> list[tuple[object, ...]]:
    """Make pair_<block> of the blocks asked about; returns block, n_blocks, n_cases of all those over the bound."""
    warehouse.view("keyed_case", "SELECT * FROM standing_key")
    for block in BLOCKS:
        warehouse.view("block_key", f"SELECT * FROM key_{block}")
        _relink(warehouse, "asked_key")
        warehouse.view("block_entry", model(f"link/block_{block}"))
        warehouse.create(f"member_{block}", model("relink/block_member"))
    _relink(warehouse, "member_turn", "member_case")
    let_go(warehouse, ("standing_key", "key_row"))
    warehouse.view("keyed_case", "SELECT * FROM member_case")
    return [(block, *_pair_asked_block(warehouse, block)) for block in BLOCKS]


def _pair_asked_block(warehouse: Warehouse, block: str) -> tuple[object, ...]:
    bound = block_parameters(block) | {"block": block}
    for name, source in (("block_member", "member"), ("block_key", "key"), ("moved_key", "moved")):
        warehouse.drop(name)
        warehouse.view(name, f"SELECT * FROM {source}_{block}")
    warehouse.create("block_place", model("link/block_place"))
    _relink(warehouse, "asked_place", bound=bound)
    warehouse.create(f"pair_{block}", model("relink/asked_pair"), bound)
    return warehouse.rows(model("relink/overfull"), bound)[0]


def _judge(warehouse: Warehouse) -> None:
    """Judge the candidate pairs from the rows of their cases' latest versions alone."""
    make(warehouse, ("candidate_case",))
    _ask(warehouse, "candidate_report", OF_CANDIDATES)
    warehouse.create("shared_number", model("link/shared_number"))
    compare_versions(warehouse)
    judge(warehouse)
    warehouse.drop(*OF_CANDIDATES)
