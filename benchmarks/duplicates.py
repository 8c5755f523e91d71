"""`python -m benchmarks.duplicates`: what the linkage finds of duplicates that are known, by level of corruption.

The real thing runs: the typed tables of generated cases are shown to a warehouse, ``case_latest`` and
``find_duplicates`` make their tables, and the clusters are compared with the truth. The weights are trained on the
mixes of ``TRAINING`` and on seeds below 10 only; the figure to quote is that of the mix and the seeds nobody trained on.
"""

import argparse
import hashlib
import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.duplicate_scores import Flags, Ints, Pairs, Share, islands, listed, pairs_of, score, share
from pipeline.cases.counts import register_vocabulary
from pipeline.cases.duplicates import find_duplicates
from pipeline.cases.resolution import latest_cases
from pipeline.config import PACKAGE, Settings
from pipeline.demo.copies import Copies, copied_cases
from pipeline.demo.copies_mixes import TRAINING, UNSEEN, Mix
from pipeline.lake.warehouse import Warehouse

TRAINING_SEED, UNSEEN_SEEDS = 1, (20260401, 20260402, 20260403)
CASES, QUICK_CASES = 40_000, 6_000
LINKAGE = "linkage"
OBSERVED = ("age_years", "sex_code", "event_country_code", "event_date")
EVIDENCE = "SELECT case_id, other_case_id, rule, is_merged FROM duplicate_evidence ORDER BY ALL"
MEMBERS = "SELECT case_id, kept_case_id FROM duplicate_member ORDER BY ALL"
Figure = dict[str, object]


@dataclass(frozen=True)
class Found:
    """What a linkage made of one set of cases, cases in the order of the truth.

    truth, cluster: labels; evidence: listed pairs by layer, merged ones, and all; is_car_t: per case; told: number of
    age, sex, country and day together, -1 where one is lacking or the day may be a padded month; kind: of the copy;
    group: number of the group of look-alikes, -1 for none.
    """

    truth: Ints
    cluster: Ints
    evidence: dict[str, Pairs]
    is_car_t: Flags
    told: Ints
    kind: list[str]
    group: Ints
    seconds: float

    @property
    def is_complete(self) -> Flags:
        """Cases that say all of what is compared to tell a patient."""
        return np.asarray(self.told >= 0)


def linked(copies: Copies) -> Found:
    """Run our linkage over the cases."""
    with tempfile.TemporaryDirectory(prefix="cartwatch-duplicates-") as folder:
        settings = Settings(memory_limit="2GB", threads=2, temp_directory=folder)
        with Warehouse(settings) as warehouse:
            show(warehouse, copies)
            start = time.perf_counter()
            find_duplicates(warehouse)
            seconds = time.perf_counter() - start
            return judged(copies, warehouse.arrow(EVIDENCE), warehouse.arrow(MEMBERS), seconds)


def show(warehouse: Warehouse, copies: Copies) -> None:
    """Show the typed tables, the vocabulary and case_latest."""
    for name, rows in copies.tables.items():
        warehouse.register(name, rows)
    register_vocabulary(warehouse)
    latest_cases(warehouse)


def judged(copies: Copies, evidence: pa.Table, members: pa.Table, seconds: float) -> Found:
    """What was found, on the cases' places: evidence (case_id, other_case_id, rule, is_merged), members (kept_case_id)."""
    cases = copies.truth["case_id"].to_numpy()
    cluster = np.arange(len(cases))
    cluster[_places(cases, members["case_id"])] = _places(cases, members["kept_case_id"])
    one, other = _places(cases, evidence["case_id"]), _places(cases, evidence["other_case_id"])
    merged = evidence["is_merged"].to_numpy(zero_copy_only=False).astype(bool)
    rule = np.array(evidence["rule"].to_pylist(), dtype=object)
    is_linkage = rule == LINKAGE
    chosen = {"rules": merged & ~is_linkage, LINKAGE: merged & is_linkage, "listed": np.ones(len(merged), dtype=bool)}
    return Found(
        truth=copies.truth["event_id"].to_numpy(),
        cluster=cluster,
        evidence={name: listed(one[which], other[which], len(cases)) for name, which in chosen.items()},
        is_car_t=copies.kind["is_car_t"].to_numpy(),
        told=_told(copies.tables["report_version"]),
        kind=copies.kind["kind"].to_pylist(),
        group=pc.fill_null(copies.kind["group_id"], -1).to_numpy(),
        seconds=seconds,
    )


def _places(cases: Ints, wanted: pa.ChunkedArray) -> Ints:
    """Places of case numbers; the cases are in rising order."""
    return np.asarray(np.searchsorted(cases, wanted.to_numpy()), dtype=np.int64)


def _told(versions: pa.Table) -> Ints:
    """One number for age, sex, country and day together; -1 where one is lacking or the day may be a padded month."""
    known = np.logical_and.reduce([pc.is_valid(versions[name]).to_numpy() for name in OBSERVED])
    known &= ~versions["is_event_date_possibly_padded"].to_numpy()
    words = pc.binary_join_element_wise(*(pc.cast(versions[name], pa.string()) for name in OBSERVED), "|")
    return np.where(known, pc.fill_null(words, "").combine_chunks().dictionary_encode().indices.to_numpy(), -1)


def figures(found: Found) -> Figure:
    """Every figure of one run."""
    return {
        "cases": len(found.truth),
        "seconds": round(found.seconds, 2),
        **overall(found, None),
        "car_t": overall(found, found.is_car_t),
        "not_car_t": overall(found, ~found.is_car_t),
        "fields_there": fields_there(found),
        "fields_agree": fields_agree(found),
        "layers": layers(found),
        "recall_by_kind": recall_by_kind(found),
        "false_pairs": false_pairs(found),
    }


def overall(found: Found, chosen: Flags | None) -> Figure:
    """Pairwise and cluster scores; with chosen, of pairs and clusters that hold such a case."""
    result = score(found.truth, found.cluster, chosen)
    return {name: shown(getattr(result, name)) for name in result.__slots__}


def shown(one: Share) -> Figure:
    """A share as it is recorded; null where there is nothing to take a share of."""
    if not one.total:
        return {"value": None, "of": 0}
    numbers = {"value": one.value, "low": one.low, "high": one.high}
    return {**{name: round(number, 5) for name, number in numbers.items()}, "of": int(one.total), "islands": one.units}


def fields_there(found: Found) -> Figure:
    """Recall and precision of pairs whose two cases both say age, sex, country and the day of the event."""
    island, true, mine = islands(found.truth, found.cluster), pairs_of(found.truth), pairs_of(found.cluster)
    true, mine = (one.take(found.is_complete[one.first] & found.is_complete[one.second]) for one in (true, mine))
    return {
        "precision": shown(share(mine.among(pairs_of(found.truth)), island[mine.first])),
        "recall": shown(share(true.among(pairs_of(found.cluster)), island[true.first])),
    }


def fields_agree(found: Found) -> Figure:
    """Recall of those pairs whose age, sex, country and day agree as well: no slip in any of the four."""
    island, true = islands(found.truth, found.cluster), pairs_of(found.truth)
    true = true.take((found.told[true.first] >= 0) & (found.told[true.first] == found.told[true.second]))
    return {"recall": shown(share(true.among(pairs_of(found.cluster)), island[true.first]))}


def layers(found: Found) -> dict[str, Figure]:
    """Precision and recall of the pairs each layer names itself, before clusters are closed; and of all pairs listed."""
    island, true = islands(found.truth, found.cluster), pairs_of(found.truth)
    return {
        name: {
            "precision": shown(share(pairs.among(true), _side_by_side(island, pairs))),
            "recall": shown(share(true.among(pairs), island[true.first])),
        }
        for name, pairs in found.evidence.items()
    }


def _side_by_side(island: Ints, pairs: Pairs) -> Ints:
    """One number per two islands that pairs lie in; a pair that is only listed may connect two."""
    one, two = island[pairs.first], island[pairs.second]
    return np.minimum(one, two) * len(island) + np.maximum(one, two)


def recall_by_kind(found: Found) -> dict[str, Figure]:
    """Recall of true pairs by the kind of the copy; 'several' where two kinds of copies meet."""
    true, island = pairs_of(found.truth), islands(found.truth, found.cluster)
    hit = true.among(pairs_of(found.cluster))
    names = np.array([_kind(found.kind[a], found.kind[b]) for a, b in zip(true.first, true.second, strict=True)])
    return {str(name): shown(share(hit[names == name], island[true.first[names == name]])) for name in np.unique(names)}


def _kind(one: str, other: str) -> str:
    named = {one, other} - {"base"}
    return named.pop() if len(named) == 1 else "several"


def false_pairs(found: Found) -> Figure:
    """Pairs merged that are none: between look-alikes of one group, and between strangers."""
    mine = pairs_of(found.cluster)
    false = mine.take(~mine.among(pairs_of(found.truth)))
    alike = (found.group[false.first] >= 0) & (found.group[false.first] == found.group[false.second])
    car_t = found.is_car_t[false.first] | found.is_car_t[false.second]
    return {"look_alikes": int(alike.sum()), "strangers": int((~alike).sum()), "car_t": int(car_t.sum())}


def measured(mix: Mix, seeds: tuple[int, ...], n_cases: int) -> Figure:
    """The figures of a mix over several seeds, as if their cases were one set in which no two seeds can meet."""
    return figures(together([linked(copied_cases(seed, mix, n_cases)) for seed in seeds]))


def together(runs: list[Found]) -> Found:
    """Several runs as one; their labels are kept apart."""
    size = max(len(run.truth) for run in runs) + 1
    apart = [number * size for number in range(len(runs))]
    starts = np.cumsum([0, *(len(run.truth) for run in runs)])
    count = int(starts[-1])
    return Found(
        truth=np.concatenate([run.truth + by for run, by in zip(runs, apart, strict=True)]),
        cluster=np.concatenate([run.cluster + by for run, by in zip(runs, apart, strict=True)]),
        evidence={name: _joined([run.evidence[name] for run in runs], starts, count) for name in runs[0].evidence},
        is_car_t=np.concatenate([run.is_car_t for run in runs]),
        told=np.concatenate([np.where(run.told < 0, -1, run.told + by) for run, by in zip(runs, apart, strict=True)]),
        kind=[kind for run in runs for kind in run.kind],
        group=np.concatenate(
            [np.where(run.group < 0, -1, run.group + by) for run, by in zip(runs, apart, strict=True)]
        ),
        seconds=sum(run.seconds for run in runs),
    )


def _joined(parts: list[Pairs], starts: Ints, count: int) -> Pairs:
    first = np.concatenate([part.first + start for part, start in zip(parts, starts[:-1], strict=True)])
    second = np.concatenate([part.second + start for part, start in zip(parts, starts[:-1], strict=True)])
    return Pairs(first, second, count)


def generator_hash() -> str:
    """SHA-256 of the generator's files, in order of their names: the generator is fixed before weights are trained."""
    parts = [path.read_bytes() for path in sorted((PACKAGE / "demo").glob("copies*.py"))]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def duplicate_figures(*, quick: bool = False, unseen: bool = True) -> Figure:
    """What benchmarks/results.json holds under "duplicates"; without unseen, the training mixes only."""
    n_cases = QUICK_CASES if quick else CASES
    seeds = UNSEEN_SEEDS[:1] if quick else UNSEEN_SEEDS
    mixes = {mix.name: measured(mix, (TRAINING_SEED,), n_cases) for mix in TRAINING}
    if unseen:
        mixes[UNSEEN.name] = measured(UNSEEN, seeds, n_cases)
    return {"generator_sha256": generator_hash(), "weights_version": weights_version(), "mixes": mixes}


def weights_version() -> str:
    """Version of the frozen weights."""
    from pipeline.cases.linkage import frozen

    return str(frozen()["version"])


def as_table(record: Figure) -> str:
    """The figures as a Markdown table, one row per mix; intervals are of 95 %."""
    columns = ("precision", "recall", "b_cubed_precision", "b_cubed_recall", "pure", "whole")
    head = "| mix | pairs: precision | recall | B-cubed: precision | recall | clusters pure | events whole "
    lines = [head + "| recall, fields there | fields agree | CAR-T: precision | recall |", "|---" * 11 + "|"]
    for name, mix in record["mixes"].items():  # type: ignore[attr-defined]
        cells = [_cell(mix[column]) for column in columns]
        cells += [_cell(mix[fields]["recall"]) for fields in ("fields_there", "fields_agree")]
        cells += [_cell(mix["car_t"][one]) for one in columns[:2]]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def as_layer_table(record: Figure) -> str:
    """Precision and recall of the pairs each layer names, as a Markdown table; listed is every pair, merged or not."""
    lines = ["| mix | layer | precision | recall | pairs |", "|---|---|---|---|---|"]
    for name, mix in record["mixes"].items():  # type: ignore[attr-defined]
        for layer, one in mix["layers"].items():
            cells = f"{_cell(one['precision'])} | {_cell(one['recall'])} | {one['precision']['of']}"
            lines.append(f"| {name} | {layer} | {cells} |")
    return "\n".join(lines)


def _cell(one: Figure) -> str:
    if one["value"] is None:
        return "–"
    return f"{one['value']:.3f} ({one['low']:.3f}–{one['high']:.3f})"


def main() -> None:
    """Print the table; with --json, write the record too."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="few cases: a look, no figure to quote")
    parser.add_argument("--training", action="store_true", help="the training mixes only")
    parser.add_argument("--json", type=Path, help="write the record here")
    chosen = parser.parse_args()
    record = duplicate_figures(quick=chosen.quick, unseen=not chosen.training)
    if chosen.json:
        chosen.json.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(as_table(record), as_layer_table(record), sep="\n\n")


if __name__ == "__main__":
    main()
