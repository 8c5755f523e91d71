"""The files of a simulated extract: the domains in one of four formats, always the same bytes for the same cohort."""

import datetime as dt
import json
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from pipeline.demo.cohortlayout import DOMAINS, LABELS
from pipeline.demo.cohortxport import write_xport

Format = Literal["csv", "parquet", "xpt", "json"]
FORMATS: tuple[Format, ...] = ("csv", "parquet", "xpt", "json")


def write_domain(table: pa.Table, domain: str, form: Format, cutoff: dt.date, folder: Path) -> Path:
    """Write one domain under its own name and return its path; where a format asks for a time, it is the cut-off's."""
    path = folder / f"{domain.lower()}.{form}"
    if form == "csv":
        pa_csv.write_csv(table, path)
    elif form == "parquet":
        pq.write_table(table, path, compression="zstd")
    elif form == "xpt":
        write_xport(table, domain, DOMAINS[domain], f"{cutoff:%d%b%y}:00:00:00".upper(), path)
    else:
        path.write_text(_dataset_json(table, domain, cutoff), encoding="utf-8")
    return path


def _dataset_json(table: pa.Table, domain: str, cutoff: dt.date) -> str:
    """CDISC Dataset-JSON 1.1, one row a line."""
    columns = [
        {
            "itemOID": f"IT.{domain}.{variable.name}",
            "name": variable.name,
            "label": variable.label,
            "dataType": "integer" if variable.kind == "whole" else "string",
        }
        for variable in DOMAINS[domain]
    ]
    head = {
        "datasetJSONCreationDateTime": f"{cutoff}T00:00:00",
        "datasetJSONVersion": "1.1.0",
        "fileOID": f"cartwatch.simulated.{domain}",
        "itemGroupOID": f"IG.{domain}",
        "records": table.num_rows,
        "name": domain,
        "label": LABELS[domain],
        "columns": columns,
    }
    rows = zip(*(table[variable.name].to_pylist() for variable in DOMAINS[domain]), strict=True)
    body = ",\n".join(json.dumps(row) for row in rows)
    return f'{json.dumps(head, indent=1)[:-2]},\n "rows": [\n{body}\n]}}\n'
