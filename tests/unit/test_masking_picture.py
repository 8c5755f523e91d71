"""The picture of shifts stands alone: valid, with its own colours, one panel for each removal."""

import xml.etree.ElementTree as ET

from pipeline.report.maskingpairfigure import shift_picture

BIN = {"kind": "product", "removed_thing": "drug", "removed": "ASPIRIN <B>", "power": -2, "n_pairs": 9}
BIN |= {"low": -0.5, "middle": 0.1, "high": 0.75, "as_of": "2024Q1", "comparator": "non_car_t"}


def test_a_panel_for_each_removal_in_colours_of_its_own():
    svg = shift_picture(
        [BIN, BIN | {"power": 3}, BIN | {"kind": "term", "removed_thing": "endpoint", "removed": "spm_any"}]
    )
    root = ET.fromstring(svg)
    said = " ".join("".join(root.itertext()).split())
    assert "reports naming ASPIRIN <B>" in said
    assert "terms only, reports kept: spm_any (unadjudicated)" in said
    assert "as of 2024Q1, compared against non_car_t" in said
    assert "bar: 5 % to 95 %" in said
    assert "--all:" in svg.split("</style>")[0]
    assert svg.count('fill="var(--all)"') == 3


def test_without_a_row_the_picture_is_empty_and_valid():
    assert ET.fromstring(shift_picture([])).tag.endswith("svg")
