"""The least that has to be done: `python -m benchmarks.floors NAME ARGUMENTS`, times as JSON on the last line."""

import json
import sys
import time
import zipfile
from pathlib import Path

TABLES = ("DEMO", "DRUG", "REAC", "OUTC", "RPSR", "THER", "INDI")


def unzip(archive: Path, folder: Path) -> list[Path]:
    """Unpack the seven tables of a quarter."""
    with zipfile.ZipFile(archive) as opened:
        names = [
            name
            for name in opened.namelist()
            if Path(name).name[:4].upper() in TABLES and name.lower().endswith(".txt")
        ]
        opened.extractall(folder, names)
    return [folder / name for name in names]


def ingest_with_polars(archive: Path, folder: Path) -> None:
    """Unzip, then polars: every column as text to zstd Parquet; nothing is checked."""
    import polars as pl

    for path in unzip(archive, folder):
        frame = pl.read_csv(
            path, separator="$", quote_char=None, infer_schema=False, encoding="utf8-lossy", truncate_ragged_lines=True
        )
        frame.write_parquet(path.with_suffix(".parquet"), compression="zstd")


def ingest_with_pyarrow(archive: Path, folder: Path) -> None:
    """Unzip, then pyarrow.csv: every column as text to zstd Parquet; lines that do not fit are dropped."""
    import pyarrow as pa
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    for path in unzip(archive, folder):
        with path.open("rb") as handle:
            names = handle.readline().decode("latin-1").lstrip("ï»¿").rstrip("\r\n").split("$")
        table = pc.read_csv(
            path,
            read_options=pc.ReadOptions(block_size=16 << 20, column_names=names, skip_rows=1, encoding="latin-1"),
            parse_options=pc.ParseOptions(delimiter="$", quote_char=False, invalid_row_handler=lambda _: "skip"),
            convert_options=pc.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
        )
        pq.write_table(table, path.with_suffix(".parquet"), compression="zstd")


def count_pairs(drugs: str, reactions: str, out: Path) -> None:
    """Parquet → distinct → pair count → Parquet, by drug name and term, in DuckDB."""
    import duckdb

    connection = duckdb.connect(config={"threads": 2})
    start, begin = time.perf_counter(), time.process_time()
    connection.execute(
        f"COPY (WITH d AS (SELECT DISTINCT report_id, drug_name FROM read_parquet('{drugs}') WHERE role_code IN ('PS', 'SS')), "
        f"r AS (SELECT DISTINCT report_id, pt FROM read_parquet('{reactions}')) "
        f"SELECT drug_name, pt, count(*) AS a FROM d JOIN r USING (report_id) GROUP BY ALL) TO '{out}' (FORMAT parquet)"
    ).fetchall()
    print(json.dumps({"seconds": time.perf_counter() - start, "cpu_seconds": time.process_time() - begin}))


if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    if name == "count":
        count_pairs(arguments[0], arguments[1], Path(arguments[2]))
    else:
        {"polars": ingest_with_polars, "pyarrow": ingest_with_pyarrow}[name](Path(arguments[0]), Path(arguments[1]))
