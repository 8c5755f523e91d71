"""The vocabulary a run counts with: the reviewed lists, and a licensed MedDRA laid over them where one is loaded."""

from pipeline.cases.meddra import absent_names, chosen_version, meddra_content, register_vocabulary_with
from pipeline.config import Settings
from pipeline.lake.delta import Lake
from pipeline.lake.warehouse import Warehouse
from pipeline.vocabulary.meddra import terms_source


def show_vocabulary(settings: Settings, lake: Lake, warehouse: Warehouse) -> list[str]:
    """Show every vocabulary table to SQL; returns which names of classes and queries the version used lacks."""
    version = chosen_version(lake, settings.meddra)
    register_vocabulary_with(warehouse, lake, version)
    return absent_names(warehouse, version)


def terms_used(settings: Settings, lake: Lake) -> str:
    """Where the terms come from, as a reader is told."""
    return terms_source(chosen_version(lake, settings.meddra))


def terms_parameters(settings: Settings, lake: Lake) -> dict[str, object]:
    """Version and content of the MedDRA used, so that a run's id follows them."""
    version = chosen_version(lake, settings.meddra)
    return {"meddra": version, "meddra_content": meddra_content(lake, version)}
