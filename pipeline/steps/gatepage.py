"""What the gate found in every quarter, as a page."""

from pathlib import Path

from pipeline.config import Settings
from pipeline.contract.ledger import SOURCE_FILE
from pipeline.errors import NothingThere
from pipeline.lake.delta import Lake
from pipeline.lake.snapshot import held_editions
from pipeline.lake.warehouse import Warehouse
from pipeline.quality.page import gate_page


def write_gate_page(settings: Settings, path: Path) -> Path:
    """Write the page; where a quarter was checked several times, the run behind its raw tables speaks."""
    lake = Lake(settings.lake)
    rows = gate_rows(lake, settings)
    if not rows:
        raise NothingThere(f"The lake {lake.root} holds no gate result: run 'cartwatch ingest faers' first.")
    path.parent.mkdir(parents=True, exist_ok=True)
    building = path.with_name(f".{path.name}.building")
    building.write_text(gate_page(rows), encoding="utf-8")
    building.replace(path)
    return path


def gate_rows(lake: Lake, settings: Settings) -> list[dict[str, object]]:
    """Every gate result, those of the ingest behind a quarter's latest edition last, so that they win."""
    with Warehouse(settings) as warehouse:
        warehouse.mount(lake, "gate_result")
        latest = {(quarter, held[-1].label) for quarter, held in held_editions(lake, "source_file").items()}
        files = [file for file in lake.files("source_file") if tuple(file.partition.values()) in latest]
        warehouse.show_files(SOURCE_FILE, files)
        rows = warehouse.arrow(
            'SELECT g.* FROM gate_result AS g ORDER BY g.quarter, g."table", g.rule, '
            "(g.quarter, g.run_id) IN (SELECT quarter, run_id FROM source_file), g.run_id"
        )
    return list(rows.to_pylist())
