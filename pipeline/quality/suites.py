"""Great Expectations: the rules rendered as suites, and a suite's judgement of what a table was measured to be.

The only importer of great_expectations, and only inside functions: it takes seconds to import.
"""

import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

from pipeline.quality.rule import Rule
from pipeline.quality.rules import gate_rules
from pipeline.quality.studyrules import study_rules

Asked = Mapping[str, Sequence[str] | Sequence[float]]


class Verdict(NamedTuple):
    """What a suite says of one rule, with the severity and the words that stand in the suite."""

    rule: str
    severity: str
    threshold: str
    note: str
    passed: bool
    raised: str | None


def load_great_expectations() -> Any:
    """Import the library, silent: no usage statistics, no hundreds of lines of log."""
    os.environ["GX_ANALYTICS_ENABLED"] = "False"
    logging.getLogger("great_expectations").setLevel("WARNING")
    import great_expectations  # noqa: PLC0415 -- seconds to import: only the gate may wait for it

    return great_expectations


@contextmanager
def loading() -> Iterator[None]:
    """Import the library beside what is done meanwhile, which takes about as long."""
    with ThreadPoolExecutor(1) as beside:
        done = beside.submit(load_great_expectations)
        yield
        done.result()


def rendered_suites() -> dict[str, str]:
    """File name and text of every suite, one for each table; the same text every time."""
    return {f"{table}.json": _rendered(table, rules) for table, rules in (gate_rules() | study_rules()).items()}


def judge(suites: Mapping[str, str], asked: Mapping[str, Asked]) -> dict[str, list[Verdict]]:
    """Ask each table's suite about one small frame with a column of values for each rule.

    One verdict for each expectation. A column the frame does not have makes its expectation raise, whatever its
    severity.
    """
    measures = _measures()
    verdicts = {}
    for table, suite in suites.items():
        batch = measures.get_batch(batch_parameters={"dataframe": _frame(asked[table])})
        outcome = batch.validate(_suite(suite), result_format="BASIC")
        verdicts[table] = [_verdict(result) for result in outcome.to_json_dict()["results"]]
    return verdicts


@cache
def _measures() -> Any:
    """Where frames of measures are judged, once for a process: it keeps none of them."""
    context = load_great_expectations().get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("gate").add_dataframe_asset("measures")
    return asset.add_batch_definition_whole_dataframe("all")


@cache
def _suite(text: str) -> Any:
    """A rendered suite as the library's own object."""
    return load_great_expectations().ExpectationSuite(**json.loads(text))


def _frame(asked: Asked) -> Any:
    import pandas as pd  # noqa: PLC0415 -- comes with great_expectations

    return pd.DataFrame({rule: pd.Series(list(values), dtype=_dtype(values)) for rule, values in asked.items()})


def _rendered(table: str, rules: Sequence[Rule]) -> str:
    gx = load_great_expectations()
    suite = gx.ExpectationSuite(name=table, expectations=[_expectation(gx.expectations, rule) for rule in rules])
    document = suite.to_json_dict()
    document.pop("id", None)
    document["meta"].pop("great_expectations_version", None)
    for expectation in document["expectations"]:
        expectation.pop("id", None)
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _expectation(known: Any, rule: Rule) -> Any:
    """Express the rule as an expectation about the column of its name.

    A limit that always holds is asked of the column's maximum, which no empty column passes; one that is not
    judged in some quarters is asked of the values, of which there are then none.
    """
    said = {
        "column": rule.name,
        "severity": rule.severity,
        "meta": {"rule": rule.name, "note": rule.note, "threshold": rule.threshold},
    }
    if rule.kind == "columns":
        return known.ExpectColumnDistinctValuesToEqualSet(value_set=list(rule.values), **said)
    if rule.is_vocabulary:
        return known.ExpectColumnDistinctValuesToBeInSet(value_set=list(rule.values), **said)
    limit = known.ExpectColumnValuesToBeBetween if rule.is_limited else known.ExpectColumnMaxToBeBetween
    return limit(min_value=rule.least, max_value=rule.most, **said)


def _dtype(values: Sequence[object]) -> str:
    return "object" if any(isinstance(value, str) for value in values) else "float64"


def _verdict(result: Mapping[str, Any]) -> Verdict:
    said = result["expectation_config"]
    meta = said["meta"]
    return Verdict(
        meta["rule"], said["severity"], meta["threshold"], meta["note"], bool(result["success"]), _raised(result)
    )


def _raised(result: Mapping[str, Any]) -> str | None:
    """Message of an expectation that raised; exception_info has two shapes."""
    info = result["exception_info"]
    each = [info] if "raised_exception" in info else list(info.values())
    return next((str(error["exception_message"]) for error in each if error["raised_exception"]), None)
