"""The tables of stratified measures and of subgroups: every endpoint and comparison, written as Parquet files."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.cases.stratacells import LevelCells, Profiles, level_cells, read_profiles
from pipeline.cases.stratanotes import stratified_notes, subgroup_notes
from pipeline.cases.strataprior import StratifiedPrior, stratified_ebgm, stratified_priors
from pipeline.contract.model import Table
from pipeline.contract.renderings import arrow_schema
from pipeline.contract.strata import STRATIFIED_PRIOR, STRATIFIED_SIGNAL, SUBGROUP_SIGNAL
from pipeline.lake.parquet import write_rows
from pipeline.lake.warehouse import Warehouse
from pipeline.signals.disproportionality import expected_count, information_component, reporting_odds_ratio
from pipeline.signals.interval import Array, Flags, TwoByTwo
from pipeline.signals.mantelhaenszel import breslow_day, information, mantel_haenszel, stratified_expected
from pipeline.signals.repeats import Positions
from pipeline.signals.shrinkage import Scatter, shrunken_odds_ratios
from pipeline.vocabulary.comparators import base_comparators, comparator
from pipeline.vocabulary.products import products
from pipeline.vocabulary.strata import Variable, levels_of, variables

Columns = dict[str, "pa.Array | pa.ChunkedArray"]
WrittenFile = tuple[str, str | None, Path, int]
Written = list[WrittenFile]


def compared_profiles(warehouse: Warehouse) -> Profiles:
    """Cases by profile, asked about every product, every comparator for all ages and every endpoint in both scopes.

    Needs the tables of count_exposures_and_events.
    """
    warehouse.register("asked_product", pa.table({"product": pa.array([item.id for item in products()], pa.string())}))
    names = [known.id for known in base_comparators()]
    warehouse.register("asked_comparator", pa.table({"comparator": pa.array(names, pa.string())}))
    return read_profiles(warehouse)


def write_strata(profiles: Profiles, as_of: str, folder: Path) -> Written:
    """Write stratified_signal and subgroup_signal as Parquet files; each with its table, no comparator, its rows.

    Asks no database.
    """
    cells = {known.id: level_cells(profiles, known.id) for known in variables()}
    priors = stratified_priors(profiles, [known for known in variables() if known.strata])
    prior_rows = [prior.row(as_of) for found in priors.values() for prior in found]
    tables = {
        STRATIFIED_SIGNAL: [
            stratified_rows(profiles, known, cells[known.id], priors[known.id]) for known in variables() if known.strata
        ],
        SUBGROUP_SIGNAL: [subgroup_rows(profiles, known, cells[known.id]) for known in variables() if known.subgroups],
        STRATIFIED_PRIOR: [pa.Table.from_pylist(prior_rows, arrow_schema(STRATIFIED_PRIOR))],
    }
    written: Written = []
    for table, parts in tables.items():
        path = folder / f"{table.name}.parquet"
        written.append((table.name, None, path, write_rows(table, _ordered(table, parts, as_of), path)))
    return written


def stratified_rows(
    profiles: Profiles, variable: Variable, found: LevelCells, priors: list[StratifiedPrior]
) -> pa.Table:
    """One row for each comparison and endpoint, stratified by the variable."""
    rows = _places(profiles, np.ones(profiles.endpoints.num_rows * len(profiles.comparisons), dtype=bool))
    strata = found.rows()
    crude = TwoByTwo(*(cell.sum(axis=1) for cell in strata))
    common = mantel_haenszel(*strata)
    agreement = breslow_day(*strata, common.ratio.estimate)
    known = information(*strata)
    missing = ~rows.assessable
    expected = stratified_expected(*strata)
    shrunken, ebgm_notes = stratified_ebgm(profiles, found, expected, priors)
    reals = {
        **common.ratio.named("mh_ror"),
        "mh_chi2": common.chi2,
        "breslow_day_chi2": agreement.plain,
        "breslow_day_tarone_chi2": agreement.tarone,
        "breslow_day_p": agreement.p_tarone,
        "least_fitted": agreement.least_fitted,
        "stratified_expected": expected,
        **dict(zip(("ebgm", "eb05", "eb95"), shrunken[:3], strict=True)),
    }
    columns = {
        **_comparison(profiles, rows),
        "stratified_by": _repeated(variable.id, missing.size),
        **_crude(crude, rows, found),
        **{name: _real(values, missing) for name, values in reals.items()},
        "is_mh_ror_infinite": pa.array(common.ratio.infinite, mask=missing),
        "n_strata": _whole(known.with_cases, missing),
        "n_informative": _whole(known.informative, missing),
        "breslow_day_df": _whole(agreement.df, missing | np.isnan(agreement.df)),
        "note": stratified_notes(missing, known.informative, common.ratio),
        "ebgm_note": pa.array(ebgm_notes, pa.string(), mask=missing),
        "strata_version": _repeated(variable.version, missing.size),
    }
    return pa.table(columns)


def subgroup_rows(profiles: Profiles, variable: Variable, found: LevelCells) -> pa.Table:
    """One row for each comparison, endpoint and level of the variable that a case of the product has."""
    strata = found.rows()
    shrunken = shrunken_odds_ratios(*strata)
    holds = strata.a + strata.b > 0
    level = np.nonzero(holds)[1]
    rows = _places(profiles, holds.ravel(), n_levels=len(found.levels))
    cells = TwoByTwo(*(cell[holds] for cell in strata))
    missing = ~rows.assessable
    titles = [levels_of(variable.id)[number - 1].id for number in found.levels]
    scatter = Scatter(*(column[rows.row] for column in shrunken.scatter))
    informative = shrunken.informative.sum(axis=1)[rows.row]
    ic = information_component(cells.a, expected_count(*cells))
    reals = {
        "ic": ic.estimate,
        "ic025": ic.low,
        "ic975": ic.high,
        "shrunken_log_ror": shrunken.estimate[holds],
        "shrunken_log_ror_low": shrunken.low[holds],
        "shrunken_log_ror_high": shrunken.high[holds],
        "tau2": scatter.tau2,
        "heterogeneity_chi2": scatter.q,
        "heterogeneity_p": scatter.p,
    }
    columns = {
        **_comparison(profiles, rows),
        "grouped_by": _repeated(variable.id, missing.size),
        "subgroup": pa.array(titles, pa.string()).take(pa.array(level)),
        **_crude(cells, rows, found),
        **{name: _real(values, missing) for name, values in reals.items()},
        "n_informative": _whole(informative, missing),
        "heterogeneity_df": _whole(scatter.df, missing | np.isnan(scatter.df)),
        "note": subgroup_notes(missing, informative, shrunken.informative[holds]),
        "subgroup_version": _repeated(variable.version, missing.size),
    }
    return pa.table(columns)


class Places:
    """Where each row written comes from: its comparison, its endpoint, and the row of cells they make together."""

    def __init__(self, profiles: Profiles, row: Positions) -> None:
        self.row = row
        self.comparison, self.endpoint = np.divmod(row, profiles.endpoints.num_rows)
        is_assessable = np.asarray(profiles.endpoints["is_assessable"].to_numpy(zero_copy_only=False), dtype=np.bool_)
        self.assessable: Flags = is_assessable[self.endpoint]


def _places(profiles: Profiles, kept: Flags, n_levels: int = 1) -> Places:
    return Places(profiles, np.flatnonzero(kept) // n_levels)


def _comparison(profiles: Profiles, rows: Places) -> Columns:
    """Columns that say what is compared."""
    product, against = zip(*profiles.comparisons, strict=True) if profiles.comparisons else ((), ())
    versions = [comparator(name).version for name in against]
    told = {"product": product, "comparator": against, "comparator_version": versions}
    of_endpoint = {name: profiles.endpoints[name].take(pa.array(rows.endpoint)) for name in ("event", "scope")}
    named = {name: pa.array(texts, pa.string()).take(pa.array(rows.comparison)) for name, texts in told.items()}
    return named | of_endpoint | {"is_assessable": pa.array(rows.assessable)}


def _crude(cells: TwoByTwo, rows: Places, found: LevelCells) -> Columns:
    """The cells, what is left out of them, and their odds ratio as if there were no strata."""
    missing = ~rows.assessable
    ror = reporting_odds_ratio(*cells)
    nothing_missing = np.zeros(missing.shape, dtype=np.bool_)
    return {
        **{name: _whole(cell, missing) for name, cell in zip("abcd", cells, strict=True)},
        "n_unknown": _whole(found.unknown[rows.comparison], nothing_missing),
        "n_comparator_unknown": _whole(found.unknown_others[rows.comparison], nothing_missing),
        **{name: _real(values, missing) for name, values in ror.named("ror").items()},
        "is_ror_infinite": pa.array(ror.infinite, mask=missing),
        "expected": _real(expected_count(*cells), missing),
    }


def _real(values: Array, missing: Flags) -> pa.Array:
    return pa.array(values, mask=missing | ~np.isfinite(values))


def _whole(values: npt.NDArray[np.generic], missing: Flags) -> pa.Array:
    return pa.array(np.where(missing, 0, values).astype(np.int64), mask=missing)


def _repeated(text: str, n_rows: int) -> pa.Array:
    return pa.repeat(pa.scalar(text, pa.string()), n_rows)


def _ordered(table: Table, parts: list[pa.Table], as_of: str) -> pa.Table:
    """All rows by their key."""
    rows = pa.concat_tables(parts)
    columns = {name: rows[name] for name in rows.column_names} | {"as_of": _repeated(as_of, rows.num_rows)}
    schema = arrow_schema(table)
    whole = pa.table({name: columns[name] for name in schema.names}).cast(schema)
    return whole.sort_by([(name, "ascending") for name in table.key])
