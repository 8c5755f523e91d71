"""Public copies of a study: what was handed out before, and that this one has been, as the lake remembers it."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.cohort.published import Before
from pipeline.config import Settings, code_version
from pipeline.contract.renderings import arrow_schema
from pipeline.contract.studypublished import STUDY_PUBLISHED
from pipeline.lake.delta import Lake, Run
from pipeline.lake.parquet import write_rows

Row = dict[str, Any]
STEP = "public copy"


class Counter(NamedTuple):
    """Where public copies of one study are handed out, one at a time.

    partition: study_id and as_of of this copy. behind: run id of its estimates. folder: for files not yet committed.
    """

    settings: Settings
    lake: Lake
    partition: Mapping[str, str]
    behind: str
    folder: Path

    def before(self, part: str = "estimate") -> Before:
        """What was told in one part of this copy and of the others, the others in the order of their cut-offs."""
        held, curves = self._held(part), self._held("curve")
        if self._own in held:
            return Before(_read(held[self._own]), _read(curves[self._own]) if self._own in curves else [])
        return Before(others=[_read(path) for path in held.values()])

    def guarded(self) -> str:
        """Against which copies this one is held, and against which none can be; to be asked before it is remembered."""
        held = self._held("estimate")
        if self._own in held:
            return "This public copy was handed out before: it tells what it told then."
        dates = ", ".join(dict.fromkeys(as_of for as_of, _ in held))
        against = f"is held against those as of {dates}" if dates else "is the first that this lake knows of"
        return f"This public copy {against}; one handed out from another lake is not known and may be taken from it."

    def remember(self, told: Mapping[str, Sequence[Row]]) -> None:
        """Keep what the copy tells, before anything is handed out; what it told the first time is never replaced."""
        if self.settings.table_versions:  # a copy made again from older tables is one that was handed out
            return
        run = Run(STEP, self.behind, code_version())
        for part, rows in told.items():
            if self._own in self._held(part):
                continue
            path = self.folder / f"{part}.parquet"
            known = [{name: one.get(name) for name in STUDY_PUBLISHED.stored} for one in rows]
            table = pa.Table.from_pylist(known, arrow_schema(STUDY_PUBLISHED, stored=True))
            n_rows = write_rows(STUDY_PUBLISHED, table, path)
            place = {**self.partition, "estimates_run": self.behind, "part": part}
            self.lake.commit(STUDY_PUBLISHED.name, place, path, run, n_rows)

    @property
    def _own(self) -> tuple[str, str]:
        return self.partition["as_of"], self.behind

    def _held(self, part: str) -> dict[tuple[str, str], Path]:
        """The file of one part of every copy of the study, by cut-off and run id of the estimates."""
        files = self.lake.files(STUDY_PUBLISHED.name, {"study_id": self.partition["study_id"], "part": part})
        return {(file.partition["as_of"], file.partition["estimates_run"]): file.path for file in files}


def _read(path: Path) -> list[Row]:
    rows: list[Row] = pq.ParquetFile(path).read().to_pylist()
    return rows


@contextlib.contextmanager
def counter(settings: Settings, lake: Lake, partition: Mapping[str, str], behind: str) -> Iterator[Counter]:
    """Hand out a public copy while nobody else hands out one of the same study; LakeConflict where somebody does."""
    with lake.staging(f"public-{partition['study_id']}") as folder:
        yield Counter(settings, lake, dict(partition), behind, folder)
