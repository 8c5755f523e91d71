"""How many counted cases of each endpoint FDA received in each quarter: what every trend is compared with."""

from pathlib import Path

from pipeline.contract.trend import EVENT_QUARTER
from pipeline.lake.warehouse import Warehouse, model


def write_event_quarters(warehouse: Warehouse, as_of: str, folder: Path) -> list[tuple[str, str | None, Path, int]]:
    """Write the counts by quarter of the cases and endpoints just counted, as a Parquet file."""
    path = folder / f"{EVENT_QUARTER.name}.parquet"
    n_rows = warehouse.write(EVENT_QUARTER, model(f"mart/{EVENT_QUARTER.name}"), path, {"as_of": as_of})
    return [(EVENT_QUARTER.name, None, path, n_rows)]
