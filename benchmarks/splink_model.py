"""What splink is given and asked: one row per case, comparisons, blocks, and a model estimated without labels."""

import time
from typing import Any

import pyarrow as pa

from benchmarks.duplicates import show
from pipeline.config import Settings
from pipeline.demo.copies import Copies
from pipeline.lake.warehouse import Warehouse

LOWEST_WEIGHT = -5.0
# One row per case: what reports say, drugs and reactions as sorted sets, and the rarest of each.
COLUMNS = """
WITH drug AS (
  SELECT DISTINCT case_id, upper(regexp_replace(coalesce(active_ingredient, drug_name), '[. ]+$', '')) AS name FROM case_drug
),
reaction AS (SELECT DISTINCT case_id, pt AS name FROM case_reaction),
drug_share AS (SELECT name, count(*) AS n, -log2(count(*) / (SELECT count(*) FROM case_latest)) AS bits FROM drug GROUP BY name),
reaction_share AS (
  SELECT name, count(*) AS n, -log2(count(*) / (SELECT count(*) FROM case_latest)) AS bits FROM reaction GROUP BY name
),
drugs AS (
  SELECT
    case_id, list(printf('%06.2f', bits) || name ORDER BY name) AS drugs, sum(bits) AS drugs_bits,
    arg_min(name, (n, name)) AS rare_drug
  FROM drug JOIN drug_share USING (name) GROUP BY case_id
),
reactions AS (
  SELECT
    case_id, list(printf('%06.2f', bits) || name ORDER BY name) AS reactions, sum(bits) AS reactions_bits,
    arg_min(name, (n, name)) AS rare_reaction
  FROM reaction JOIN reaction_share USING (name) GROUP BY case_id
)
SELECT
  c.case_id AS unique_id, v.manufacturer_number, v.authority_number, v.literature_reference, c.age_years, c.sex_code,
  c.event_country_code AS country, v.weight_kg, c.reporter_type_code, v.event_date_text AS event_text,
  substr(v.event_date_text, 1, 6) AS event_month, c.event_date, c.initial_receipt_date AS received,
  d.drugs, d.drugs_bits, d.rare_drug, r.reactions, r.reactions_bits, r.rare_reaction
FROM case_latest AS c JOIN report_version AS v ON v.quarter = c.quarter AND v.report_id = c.report_id AND v.case_id = c.case_id
JOIN drugs AS d ON d.case_id = c.case_id JOIN reactions AS r ON r.case_id = c.case_id
ORDER BY unique_id
"""


def one_row_per_case(copies: Copies) -> tuple[pa.Table, float]:
    """The cases as splink takes them, and the seconds it took to make them so from the typed tables."""
    with Warehouse(Settings(memory_limit="2GB", threads=2)) as warehouse:
        show(warehouse, copies)
        start = time.perf_counter()
        return warehouse.arrow(COLUMNS), time.perf_counter() - start


def _sets(column: str) -> Any:
    """Bits (minus log2 of the share of cases) of the members shared, less those of the poorer side that are not."""
    import splink.comparison_level_library as level
    import splink.comparison_library as comparison

    shared = f"list_sum(list_extract_bits(list_intersect({column}_l, {column}_r)))"
    net = f"2 * {shared} - least({column}_bits_l, {column}_bits_r)"
    levels = [level.CustomLevel(f"{net} >= {bits}", f"{bits} bits") for bits in (48, 36, 27, 20, 14, 9, 4, -4)]
    return comparison.CustomComparison(output_column_name=column, comparison_levels=[*levels, level.ElseLevel()])


def _event_date() -> Any:
    """Equal text with its frequency (so a first of a month says less), near, day and month swapped, same month."""
    import splink.comparison_level_library as level
    import splink.comparison_library as comparison

    apart = "abs(event_date_l - event_date_r)"
    swapped = "strftime(event_date_l, '%Y%m%d') = strftime(event_date_r, '%Y%d%m')"
    return comparison.CustomComparison(
        output_column_name="event_text",
        comparison_levels=[
            level.NullLevel("event_text"),
            level.ExactMatchLevel("event_text", term_frequency_adjustments=True),
            level.CustomLevel(swapped, "swapped"),
            level.CustomLevel(f"{apart} <= 3", "three days"),
            level.ExactMatchLevel("event_month", term_frequency_adjustments=True),
            level.CustomLevel(f"{apart} <= 31", "a month"),
            level.CustomLevel("left(event_text_l, 4) = left(event_text_r, 4)", "same year"),
            level.ElseLevel(),
        ],
    )


def settings() -> Any:
    """Settings of splink: comparisons, blocks."""
    import splink.comparison_level_library as level
    import splink.comparison_library as comparison
    from splink import SettingsCreator, block_on

    received = "abs(received_l - received_r)"
    comparisons = [
        comparison.ExactMatch("manufacturer_number"),
        comparison.ExactMatch("authority_number"),
        comparison.JaroWinklerAtThresholds("literature_reference", 0.95).configure(term_frequency_adjustments=True),
        _event_date(),
        comparison.CustomComparison(
            output_column_name="age_years",
            comparison_levels=[
                level.NullLevel("age_years"),
                level.ExactMatchLevel("age_years", term_frequency_adjustments=True),
                level.CustomLevel("abs(age_years_l - age_years_r) <= 1", "a year"),
                level.ElseLevel(),
            ],
        ),
        comparison.ExactMatch("sex_code"),
        comparison.ExactMatch("country").configure(term_frequency_adjustments=True),
        comparison.ExactMatch("weight_kg"),
        comparison.ExactMatch("reporter_type_code"),
        comparison.CustomComparison(
            output_column_name="received",
            comparison_levels=[
                level.NullLevel("received"),
                level.CustomLevel(f"{received} <= 60", "two months"),
                level.CustomLevel(f"{received} <= 365", "a year"),
                level.ElseLevel(),
            ],
        ),
        _sets("drugs"),
        _sets("reactions"),
    ]
    blocks = [
        block_on("manufacturer_number"),
        block_on("authority_number"),
        block_on("literature_reference", "age_years"),
        block_on("event_date", "sex_code", "age_years"),
        block_on("event_date", "rare_drug"),
        block_on("event_date", "rare_reaction"),
        block_on("event_month", "rare_drug", "country"),
        block_on("rare_drug", "rare_reaction", "country"),
        block_on("rare_drug", "age_years", "sex_code", "country"),
        block_on("rare_reaction", "age_years", "sex_code", "country"),
    ]
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=blocks,
        retain_matching_columns=False,
    )


def linker(rows: pa.Table, chosen: Any) -> Any:
    """A linker over the rows, on a connection of its own with two threads."""
    import duckdb
    from splink import DuckDBAPI, Linker

    connection = duckdb.connect(config={"threads": 2, "memory_limit": "2GB"})
    connection.execute(
        "CREATE MACRO list_extract_bits(named) AS list_transform(named, lambda one: CAST(left(one, 6) AS DOUBLE))"
    ).fetchall()
    api = DuckDBAPI(connection)
    return Linker(api.register(rows), chosen, log_level="ERROR")


def trained(rows: pa.Table) -> dict[str, Any]:
    """The model splink makes of these rows: m and u estimated without labels."""
    from splink import block_on

    one = linker(rows, settings())
    one.training.estimate_probability_two_random_records_match(
        [block_on("manufacturer_number"), block_on("event_date", "age_years", "sex_code", "country", "rare_drug")],
        recall=0.5,
    )
    one.training.estimate_u_using_random_sampling(max_pairs=3e7, seed=1)
    for block in (
        block_on("rare_drug", "rare_reaction", "country"),
        block_on("event_date", "age_years", "sex_code"),
        block_on("manufacturer_number"),
    ):
        one.training.estimate_parameters_using_expectation_maximisation(block)
    model: dict[str, Any] = one.misc.save_model_to_json()
    return model


def weighed(rows: pa.Table, model: dict[str, Any]) -> pa.Table:
    """case_id, other_case_id, weight of every pair above the lowest weight anybody would use."""
    found = linker(rows, model).inference.predict(threshold_match_weight=LOWEST_WEIGHT)
    pairs = found.as_duckdbpyrelation().select(
        "unique_id_l AS case_id, unique_id_r AS other_case_id, match_weight AS weight"
    )
    return pairs.to_arrow_table().combine_chunks()
