"""The processes that `benchmarks.scale` times: `python -m benchmarks.scalesteps load|verb LAKE ARGUMENTS`, JSON on the last line.

Imports no more than the step does when a person runs it.
"""

import json
import sys
import time
from pathlib import Path


def load(lake: str, zips: list[str]) -> dict[str, list[float]]:
    """Quarters one after the other in one process; seconds and reports of each.

    Where there are several, what is imported only once is imported before the first.
    """
    if len(zips) > 1:
        from pipeline.quality.suites import load_great_expectations

        load_great_expectations()

    from pipeline.config import settings_from_environment
    from pipeline.demo.archive import read_manifest
    from pipeline.steps.ingest import ingest

    settings, seconds = settings_from_environment(lake), []
    for path in zips:
        start = time.perf_counter()
        ingest(settings, [Path(path)])
        seconds.append(time.perf_counter() - start)
    return {"seconds": seconds, "reports": [float(read_manifest(Path(path)).reports) for path in zips]}


def verb(lake: str, words: list[str]) -> dict[str, float]:
    """Run the command's verb in this process; says only how long it took and how many cases there are."""
    from click.testing import CliRunner

    from pipeline.cli import main as command

    done = CliRunner().invoke(command, ["--lake", lake, *words, "--json"], catch_exceptions=False)
    if done.exit_code:
        raise SystemExit(done.output)
    said = json.loads(done.stdout)
    latest = [row["n"] for row in said["counts"]["waterfall"] if row["step"] == "latest versions"]
    return {"seconds": said["seconds"], "cases": float(latest[0])}


if __name__ == "__main__":
    given = sys.argv[2], sys.argv[3:]
    print(json.dumps(load(*given) if sys.argv[1] == "load" else verb(*given)))
