"""What a report says of the change since the data-lock point before."""

import tempfile
from pathlib import Path

import pyarrow as pa

from pipeline.cases.explanationproducts import car_t_cases, explain_products, narrowed
from pipeline.cases.resolution import waterfall_rows
from pipeline.config import Settings
from pipeline.lake.delta import Lake, open_lake
from pipeline.lake.snapshot import labels_as_of
from pipeline.lake.warehouse import Warehouse
from pipeline.report.changes import Changes
from pipeline.steps.explain import side_of
from pipeline.steps.terms import show_vocabulary
from pipeline.vocabulary.products import products


def previous_point(lake: Lake, as_of: str) -> str | None:
    """The newest quarter held before that data-lock point, None where there is none."""
    return max((quarter for quarter in labels_as_of(lake, as_of) if quarter < as_of), default=None)


def changes_since(settings: Settings, as_of: str, product: str | None = None) -> Changes | None:
    """What changed of each product and endpoint since the quarter before; None where the lake holds none before.

    Both sides are counted with today's code and vocabulary, over the cases that ever named a CAR-T alone.
    """
    lake = open_lake(settings)
    previous = previous_point(lake, as_of)
    if previous is None:
        return None
    asked = [product] if product else [item.id for item in products()]
    with Warehouse(settings) as reader, tempfile.TemporaryDirectory(dir=settings.temp_directory) as folder:
        show_vocabulary(settings, lake, reader)
        points = {"from": previous, "to": as_of}
        whole = {
            name: side_of(settings, at, labels_as_of(lake, at), Path(folder) / name) for name, at in points.items()
        }
        case_ids = pa.concat_tables([car_t_cases(reader, side) for side in whole.values()])
        later = narrowed(reader, whole["to"], case_ids)
        earlier = narrowed(reader, whole["from"], case_ids)
        waterfall = {step: n for step, _, n, _ in waterfall_rows(reader)}
    with Warehouse(settings) as counter:
        show_vocabulary(settings, lake, counter)
        counts, moves = explain_products(counter, earlier, later, asked, with_duplicates=settings.with_duplicates)
    return Changes(previous, waterfall, counts, moves)
