"""What a person sees on the terminal after a registry extract."""

from collections.abc import Mapping

from pipeline.screen import _rows, _say, _table
from pipeline.steps.result import StepReport


def ingested_registry(report: StepReport) -> None:
    """Each file with its records, the rows of the study, why records could not be used, and the broken rules."""
    counted = ("read", "kept", "rejected", "typed", "superseded", "set_aside", "incomplete")
    columns = ("file", *(f"n_{name}" for name in counted))
    if files := _rows(report, "files"):
        _table("Records by file: read = kept + rejected", columns, ([item[name] for name in columns] for item in files))
    for title, name, names in (
        ("Rows of the study", "rows", ("table", "rows")),
        ("Why records or columns could not be used", "reasons", ("domain, column and reason", "records")),
    ):
        found = report.counts.get(name)
        if isinstance(found, Mapping) and found:
            _table(title, names, found.items())
    if n_joined := report.counts.get("n_joined_infusions"):
        _say(f"Bags joined to another infusion of the same product and day: {n_joined:,}.")
    broken = [rule for rule in report.gate if not rule["passed"]]
    if report.gate:
        _say(f"Gate: {len(report.gate) - len(broken)} of {len(report.gate)} rules hold.")
    if broken:
        shown = ("table", "rule", "severity", "found")
        _table("Broken rules", shown, ([rule[name] for name in shown] for rule in broken))
