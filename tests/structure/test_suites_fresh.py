"""What is committed under expectations/ is what the rules render to today."""

import json

from pipeline.config import carried
from pipeline.contract.core import CORE_TABLES
from pipeline.contract.raw import RAW_TABLES
from pipeline.quality.rules import gate_rules
from pipeline.quality.suites import rendered_suites


def test_expectations_on_disk_are_the_rendered_suites():
    on_disk = {path.name: path.read_text(encoding="utf-8") for path in carried("expectations").iterdir()}
    assert on_disk == rendered_suites(), "stale: run make render"


def test_rendering_twice_gives_the_same_text():
    assert rendered_suites() == rendered_suites()


def test_every_raw_and_core_table_has_a_suite_that_asks_for_its_columns():
    suites = {name: json.loads(text) for name, text in rendered_suites().items()}
    for table in (*RAW_TABLES, *CORE_TABLES):
        asked = [item for item in suites[f"{table.name}.json"]["expectations"] if item["meta"]["rule"] == "columns"]
        assert [set(item["kwargs"]["value_set"]) for item in asked] == [set(table.names)]
        assert asked[0]["severity"] == "critical"


def test_every_expectation_has_a_severity_a_note_and_a_threshold():
    for text in rendered_suites().values():
        for item in json.loads(text)["expectations"]:
            assert item["severity"] in {"critical", "warning", "info"}
            assert item["meta"]["note"].endswith(".")
            assert item["meta"]["threshold"]
            assert item["kwargs"]["column"] == item["meta"]["rule"]


def test_a_rule_is_named_once_in_its_table():
    for rules in gate_rules().values():
        names = [rule.name for rule in rules]
        assert len(set(names)) == len(names)
