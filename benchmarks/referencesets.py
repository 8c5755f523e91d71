"""`python -m benchmarks.referencesets --shared DIR`: each statistic on published positive and negative controls.

DIR holds data/refsets/ with the OMOP and EU-ADR reference sets and data/faers/faers_ascii_2022q3.zip. The extract goes
through our own pipeline into a lake that is thrown away: ingested, resolved, drugs identified, all pairs counted. Only
outcomes whose preferred terms can be in the extract are asked (referencesets_terms.csv). Into benchmarks/results.json
under "reference_sets" and into docs/operating.md.
"""

import argparse
import csv
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from benchmarks.__main__ import RECORD
from benchmarks.operating_summary import rounded
from benchmarks.operating_tables import DOCS, markdown
from benchmarks.referencesets_auc import area_under_curve
from benchmarks.referencesets_statistics import Pairs, statistics
from pipeline.cases.background import fit_background
from pipeline.cases.counts import (
    count_backgrounds,
    count_exposures_and_terms,
    count_pairs,
    register_vocabulary,
    things,
)
from pipeline.cases.members import show_no_endpoints
from pipeline.config import Settings, code_version
from pipeline.lake.delta import open_lake
from pipeline.lake.snapshot import data_lock_point, mount_core, mount_mart
from pipeline.lake.warehouse import Warehouse
from pipeline.signals.interval import Array
from pipeline.signals.prior import Prior
from pipeline.steps.cases import resolve_cases
from pipeline.steps.ingest import ingest
from pipeline.vocabulary.choices import suspect_roles
from pipeline.vocabulary.drugnames import salt_words

Figure = dict[str, Any]
TERMS = Path(__file__).with_name("referencesets_terms.csv")
SETS = {"OMOP": "omopReferenceSet.csv", "EU-ADR": "euadrReferenceSet.csv"}
ARCHIVE = "faers_ascii_2022q3.zip"
OPENING, CLOSING = "<!-- reference sets: written by benchmarks.referencesets -->", "<!-- end of reference sets -->"
VERDICT = (
    "One quarter of primary suspects, whose terms of several words are missing, cannot settle which statistic ranks "
    "best: the intervals are wide, most controls have no case or few, and brand names stay unresolved because the "
    "extract publishes no active ingredients."
)
COUNTS = """
WITH exposed AS (
  SELECT DISTINCT x.case_id, d.control_drug FROM exposure AS x JOIN reference_drug AS d ON d.drug_id = x.drug_id
), suffered AS (
  SELECT DISTINCT t.case_id, o.reference_outcome
  FROM case_term AS t JOIN event AS e ON e.event_id = t.event_id JOIN reference_outcome AS o ON o.term = lower(e.event)
), drug_total AS (
  SELECT control_drug, count(*) AS n_drug FROM exposed GROUP BY control_drug
), outcome_total AS (
  SELECT reference_outcome, count(*) AS n_event FROM suffered GROUP BY reference_outcome
), both_total AS (
  SELECT control_drug, reference_outcome, count(*) AS a FROM exposed JOIN suffered USING (case_id) GROUP BY ALL
)
SELECT d.control_drug, o.reference_outcome, coalesce(b.a, 0) AS a, d.n_drug, o.n_event
FROM drug_total AS d CROSS JOIN outcome_total AS o LEFT JOIN both_total AS b USING (control_drug, reference_outcome)
ORDER BY ALL
"""


class Control(NamedTuple):
    """A published control: an effect known (positive) or known not to be one."""

    reference_set: str
    drug: str
    outcome: str
    is_positive: bool


class Cell(NamedTuple):
    """Distinct cases: of drug and outcome, of the drug, of the outcome."""

    a: int
    n_drug: int
    n_event: int


class Counted(NamedTuple):
    """The cells of every drug and outcome that occur, all cases, and the prior fitted to all pairs of drug and term."""

    cells: dict[tuple[str, str], Cell]
    n_cases: int
    prior: Prior | None
    as_of: str


def controls(folder: Path) -> list[Control]:
    """Every control of both sets, drugs in upper case."""
    found = []
    for name, file in SETS.items():
        with (folder / file).open(encoding="utf-8-sig", newline="") as text:
            found += [
                Control(name, row["exposureName"].upper(), row["outcomeName"], row["groundTruth"] == "1")
                for row in csv.DictReader(text)
            ]
    return found


def outcome_terms() -> dict[str, tuple[str, list[str]]]:
    """Coverage of each outcome, and its terms in lower case."""
    lines = [line for line in TERMS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    found: dict[str, tuple[str, list[str]]] = {}
    for row in csv.DictReader(lines):
        terms = found.setdefault(row["reference_outcome"], (row["coverage"], []))[1]
        terms += [row["term"].lower()] if row["term"] else []
    return found


def counted(archive: Path, asked: list[Control]) -> Counted:
    """Bring the extract through the pipeline and count the asked drugs and outcomes."""
    with tempfile.TemporaryDirectory(prefix="cartwatch-referencesets-") as folder:
        settings = Settings(lake=f"{folder}/lake", temp_directory=f"{folder}/temp")
        ingest(settings, [archive])
        store = open_lake(settings)
        dlp = data_lock_point(store, None)
        resolve_cases(settings, dlp)
        with Warehouse(settings) as warehouse:
            mount_core(store, warehouse, dlp)
            mount_mart(store, warehouse, dlp, "case_current")
            register_vocabulary(warehouse)
            count_exposures_and_terms(warehouse, suspect_roles())
            show_no_endpoints(warehouse)
            backgrounds = count_backgrounds(warehouse, ["all"])
            n_cases = count_pairs(warehouse, "all", backgrounds)
            prior = fit_background(backgrounds.of("all"), things(warehouse), "all", "pt", None).prior
            return Counted(_cells(warehouse, asked), n_cases, prior, dlp)


def _cells(warehouse: Warehouse, asked: list[Control]) -> dict[tuple[str, str], Cell]:
    """Cells of the asked drugs and outcomes; a drug no case names, or an outcome none has, is not among them."""
    drugs = {
        str(key): int(str(number)) for number, key in warehouse.rows("SELECT drug_id, drug FROM drug ORDER BY drug_id")
    }
    matched = list(matches(drugs, {control.drug for control in asked}))
    terms = [(outcome, term) for outcome, (_, words) in outcome_terms().items() for term in words]
    names = {"drug_id": pa.array([number for number, _ in matched], pa.int64())}
    warehouse.register("reference_drug", pa.table(names | {"control_drug": [drug for _, drug in matched]}))
    warehouse.register(
        "reference_outcome", pa.table(dict(zip(("reference_outcome", "term"), zip(*terms, strict=True), strict=True)))
    )
    rows = warehouse.arrow(COUNTS).to_pylist()
    return {
        (row["control_drug"], row["reference_outcome"]): Cell(row["a"], row["n_drug"], row["n_event"]) for row in rows
    }


def matches(drugs: dict[str, int], wanted: set[str]) -> Iterator[tuple[int, str]]:
    """Number of each drug key whose name, without the words of its salt, is that of a control."""
    for key, number in sorted(drugs.items()):
        bare = without_salt(key)
        for name in {key, bare} & wanted:
            yield number, name


def without_salt(name: str) -> str:
    """A drug's name without the salt or hydrate at its end."""
    words, salts = name.split(), {*salt_words("salt"), *salt_words("hydrate")}
    while len(words) > 1 and words[-1] in salts:
        words.pop()
    return " ".join(words)


def ranked(found: Counted) -> dict[str, Array]:
    """Every statistic of every cell counted, in the order of the cells: the pairs of one drug stand together."""
    a, n_drug, n_event = np.array(list(found.cells.values()), dtype=np.float64).T
    return statistics(Pairs([drug for drug, _ in found.cells], a, n_drug, n_event, found.n_cases), found.prior)


def judged(asked: list[Control], found: Counted) -> list[Figure]:
    """Areas of every statistic, by set and outcome, and over the outcomes of a set that are named whole or in part."""
    groups: dict[tuple[str, str], list[Control]] = defaultdict(list)
    for control in asked:
        coverage = outcome_terms()[control.outcome][0]
        if coverage != "none":
            groups[control.reference_set, control.outcome].append(control)
            groups[control.reference_set, f"all named {'in ' if coverage == 'part' else ''}{coverage}"].append(control)
    values = ranked(found)
    return [
        {"reference_set": name, "outcome": outcome} | areas(members, found, values)
        for (name, outcome), members in sorted(groups.items())
    ]


def areas(members: list[Control], found: Counted, values: dict[str, Array]) -> Figure:
    """Areas over controls whose drug is a primary suspect of at least one case; how many those are. values: as `ranked`."""
    scored = [control for control in members if (control.drug, control.outcome) in found.cells]
    place = {pair: row for row, pair in enumerate(found.cells)}
    rows = [place[control.drug, control.outcome] for control in scored]
    is_positive = np.array([control.is_positive for control in scored], dtype=bool)
    numbers: Figure = {
        "positives": [int(is_positive.sum()), sum(control.is_positive for control in members)],
        "negatives": [int((~is_positive).sum()), sum(not control.is_positive for control in members)],
        "with_a_case": sum(found.cells[control.drug, control.outcome].a > 0 for control in scored),
        "areas": {},
    }
    if not is_positive.any() or is_positive.all():
        return numbers
    for name, column in values.items():
        area = area_under_curve(column[rows][is_positive], column[rows][~is_positive])
        bounds = [None if bound is None else rounded(bound) for bound in (area.low, area.high)]
        numbers["areas"][name] = {"value": rounded(area.value), "low": bounds[0], "high": bounds[1]}
    return numbers


def record_of(shared: Path) -> Figure:
    """What benchmarks/results.json holds under "reference_sets"."""
    asked = controls(shared / "data" / "refsets")
    found = counted(shared / "data" / "faers" / ARCHIVE, asked)
    fitted = found.prior
    return {
        "code_version": code_version(),
        "archive": ARCHIVE,
        "as_of": found.as_of,
        "n_cases": found.n_cases,
        "prior": {name: rounded(getattr(fitted, name)) for name in ("alpha1", "beta1", "alpha2", "beta2", "p")}
        if fitted
        else None,
        "terms": {outcome: {"coverage": how, "terms": words} for outcome, (how, words) in outcome_terms().items()},
        "groups": judged(asked, found),
        "verdict": VERDICT,
    }


def as_text(record: Figure) -> str:
    """The record as Markdown: outcomes and their terms, the controls of each group, the areas of all groups by statistic."""
    groups = record["groups"]
    controls_of = [
        (
            str(number), group["reference_set"], group["outcome"],
            *(f"{scored} of {of}" for scored, of in (group["positives"], group["negatives"])), str(group["with_a_case"]),
        )
        for number, group in enumerate(groups, 1)
    ]  # fmt: skip
    head = ("group", "set", "outcome", "positive controls scored", "negative", "with a case")
    rows = [
        (name, *(_area(group["areas"].get(name)) for group in groups))
        for name in max((group["areas"] for group in groups), key=len)
    ]
    terms = [
        (outcome, one["coverage"], ", ".join(term.capitalize() for term in one["terms"]) or "–")
        for outcome, one in record["terms"].items()
    ]
    prior = ", ".join(f"{name} {value:.2g}" for name, value in (record["prior"] or {}).items()) or "refused"
    facts = f"As of {record['as_of']}, {record['n_cases']:,} cases; prior fitted to all pairs: {prior}."
    numbers = ("statistic", *(f"group {number}" for number in range(1, len(groups) + 1)))
    tables = [
        markdown(("outcome", "named", "terms"), terms),
        facts,
        markdown(head, controls_of),
        markdown(numbers, rows),
    ]
    return "\n\n".join([*tables, record["verdict"]])


def _area(one: Figure | None) -> str:
    if one is None:
        return "–"
    return f"{one['value']:.2f}" + ("" if one["low"] is None else f" ({one['low']:.2f}–{one['high']:.2f})")


def main() -> None:
    """Score the controls, write the record and the document."""
    parser = argparse.ArgumentParser(prog="benchmarks.referencesets", description=main.__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="Folder with data/refsets and data/faers.")
    record = record_of(parser.parse_args().shared)
    kept = json.loads(RECORD.read_text(encoding="utf-8"))
    RECORD.write_text(
        json.dumps(kept | {"reference_sets": record}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    head, rest = DOCS.read_text(encoding="utf-8").split(OPENING)
    DOCS.write_text(f"{head}{OPENING}\n{as_text(record)}\n{CLOSING}{rest.split(CLOSING)[1]}", encoding="utf-8")
    print(as_text(record))


if __name__ == "__main__":
    main()
