"""A MedDRA distribution as rows of the lake's tables, in a fixed order."""

from collections.abc import Iterator
from graphlib import TopologicalSorter

import pyarrow as pa

from pipeline.contract.meddra import MEDDRA_HIERARCHY, MEDDRA_LLT, MEDDRA_PT, MEDDRA_SMQ
from pipeline.contract.model import Table
from pipeline.contract.renderings import arrow_schema
from pipeline.intake.meddra import Distribution
from pipeline.intake.meddrachecks import NARROW, PT_LEVEL, active_content, codes, sub_queries
from pipeline.vocabulary.files import term_key

Row = dict[str, object]
QUERY_SUFFIX = "(SMQ)"


def dictionary_tables(distribution: Distribution) -> dict[str, pa.Table]:
    """Every dictionary table of a distribution without contradictions, rows in the order of their key."""
    made = (
        (MEDDRA_PT, _pt_rows(distribution)),
        (MEDDRA_LLT, _llt_rows(distribution)),
        (MEDDRA_HIERARCHY, _hierarchy_rows(distribution)),
        (MEDDRA_SMQ, _smq_rows(distribution)),
    )
    return {table.name: _arrow(table, distribution.version, rows) for table, rows in made}


def _arrow(table: Table, version: str, rows: Iterator[Row]) -> pa.Table:
    found = [{"meddra_version": version, **row} for row in rows]
    found.sort(key=lambda row: tuple(str(row[name]).rjust(12) for name in table.key))
    return pa.Table.from_pylist(found, arrow_schema(table))


def _pt_rows(distribution: Distribution) -> Iterator[Row]:
    classes = codes(distribution, "soc")
    for code, line in codes(distribution, "pt").items():
        soc = line.values["pt_soc_code"]
        yield {
            "pt_code": int(code),
            "pt": term_key(line.values["pt_name"]),
            "pt_text": line.values["pt_name"],
            "soc_code": int(soc),
            "soc": classes[soc].values["soc_name"],
        }


def _llt_rows(distribution: Distribution) -> Iterator[Row]:
    terms = _term_keys(distribution)
    for code, line in codes(distribution, "llt").items():
        yield {
            "llt_code": int(code),
            "llt": term_key(line.values["llt_name"]),
            "pt_code": int(line.values["pt_code"]),
            "pt": terms[line.values["pt_code"]],
            "is_current": line.values["llt_currency"] == "Y",
        }


def _hierarchy_rows(distribution: Distribution) -> Iterator[Row]:
    for line in distribution.lines["mdhier.asc"]:
        levels = ("hlt", "hlgt", "soc")
        yield {
            "pt_code": int(line.values["pt_code"]),
            "pt": term_key(line.values["pt_name"]),
            **{f"{level}_code": int(line.values[f"{level}_code"]) for level in levels},
            **{level: line.values[f"{level}_name"] for level in levels},
            "is_primary": line.values["primary_soc_fg"] == "Y",
        }


def _smq_rows(distribution: Distribution) -> Iterator[Row]:
    """Preferred terms of each active query and of its active sub-queries; inactive queries have none."""
    terms, members = _term_keys(distribution), _members(distribution)
    own = _own_members(distribution)
    for code, line in codes(distribution, "smq").items():
        if line.values["status"] != "A":
            continue
        for pt_code, is_narrow in members[code].items():
            yield {
                "smq_code": int(code),
                "smq": line.values["smq_name"].removesuffix(QUERY_SUFFIX).strip(),
                "pt_code": int(pt_code),
                "pt": terms[pt_code],
                "scope": "narrow" if is_narrow else "broad",
                "is_own": pt_code in own.get(code, {}),
                "is_algorithmic": line.values["smq_algorithm"].strip() not in {"", "N"},
            }


def _members(distribution: Distribution) -> dict[str, dict[str, bool]]:
    """Codes of the terms of each query with its sub-queries, and whether one of them has the term as narrow."""
    below, own = sub_queries(distribution), _own_members(distribution)
    active = [code for code, line in codes(distribution, "smq").items() if line.values["status"] == "A"]
    found: dict[str, dict[str, bool]] = {}
    for code in TopologicalSorter(below | {other: below.get(other, []) for other in active}).static_order():
        parts = [found[part] for part in below.get(code, ()) if part in active]
        found[code] = {}
        for part in (own.get(code, {}), *parts):
            for pt_code, is_narrow in part.items():
                found[code][pt_code] = found[code].get(pt_code, False) or is_narrow
    return found


def _own_members(distribution: Distribution) -> dict[str, dict[str, bool]]:
    """Codes of the terms that each query names itself; a term listed as a lower level alone is not a preferred term."""
    found: dict[str, dict[str, bool]] = {}
    for line in active_content(distribution):
        if line.values["term_level"] == PT_LEVEL:
            own = found.setdefault(line.values["smq_code"], {})
            code = line.values["term_code"]
            own[code] = own.get(code, False) or line.values["term_scope"] == NARROW
    return found


def _term_keys(distribution: Distribution) -> dict[str, str]:
    return {code: term_key(line.values["pt_name"]) for code, line in codes(distribution, "pt").items()}
