"""Charts as inline SVG: deterministic, coloured by the page, honest at the edges of the axis."""

import re

import pytest
import vl_convert

from pipeline.report.drawing import filled
from pipeline.report.figures import _forest_chart, forest, quarters_chart
from pipeline.report.trend import quarters_between, trend
from pipeline.vocabulary.products import product
from tests.reportfacts import PRODUCT, facts

LINE = {"label": "Fever", "comparator": "all", "estimate": 3.0, "low": 2.0, "high": 5.0}


def symbols(figure):
    """Paths filled in a comparator's colour, that is points and arrows."""
    return re.findall(r'<path[^>]*fill="var\(--(?:all|non)\)"', figure.svg)


def test_the_same_rows_draw_the_same_bytes_whatever_was_drawn_before():
    first = forest("one", "EBGM", [LINE], (1.0,))
    forest("other", "ROR", [LINE | {"high": 500.0}], (1.0,))
    assert forest("one", "EBGM", [LINE], (1.0,)) == first


def test_two_charts_share_no_id():
    ids = [set(re.findall(r'\bid="([^"]+)"', forest(name, "EBGM", [LINE], (1.0,)).svg)) for name in ("one", "other")]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_a_chart_carries_no_address_and_no_colour_of_its_own():
    svg = forest("one", "EBGM", [LINE], (1.0, 2.0)).svg
    assert "http" not in svg
    assert not re.search(r'(fill|stroke)="#', svg)


def test_an_infinite_ratio_has_an_arrow_and_no_point():
    inside = forest("one", "ROR", [LINE], (1.0,))
    infinite = forest("one", "ROR", [LINE | {"estimate": None, "high": None}], (1.0,))
    assert len(symbols(inside)) == len(symbols(infinite)) == 1
    assert symbols(inside) != symbols(infinite)


def test_an_interval_beyond_the_axis_has_an_arrow_at_each_end():
    assert len(symbols(forest("one", "ROR", [LINE | {"low": 1e-9, "high": 1e9}], (1.0,)))) == 3


def test_a_pair_that_was_not_computed_draws_nothing():
    assert not symbols(forest("one", "EBGM", [LINE | {"estimate": None, "low": None, "high": None}], (1.0,)))


def test_a_hostile_label_stays_text():
    svg = forest("one", "<b>&", [LINE | {"label": "<script>x</script>"}], (1.0,)).svg
    assert "<script" not in svg
    assert "<b>" not in svg


def test_each_quarter_with_cases_has_one_bar():
    quarters = quarters_between("2023Q3", "2024Q2")
    figure = quarters_chart(
        "q", "Cases", {"Fever": {"2023Q3": 2, "2024Q2": 1}}, quarters, [{"quarter": "2024Q1", "number": "6"}]
    )
    heights = [float(height) for height in re.findall(r'h[\d.]+v(-?[\d.]+)h-[\d.]+Z" fill="var\(--bar\)"', figure.svg)]
    assert sum(height != 0 for height in heights) == 2
    assert figure.svg.count(">6</text>") == 1


def test_quarters_run_over_the_turn_of_the_year():
    assert quarters_between("2023Q3", "2024Q2") == ["2023Q3", "2023Q4", "2024Q1", "2024Q2"]


def test_a_case_without_a_day_is_counted_apart_and_drawn_nowhere():
    rows = [
        {"product": PRODUCT, "receipt_quarter": quarter, "n_cases": n}
        for quarter, n in (("2023Q4", 4), ("2024Q1", 3), (None, 2))
    ]
    told = trend(facts(product_quarter=rows, endpoint_quarter=[]), product(PRODUCT), "p")
    assert told.n_undated == 2
    assert told.quarters == ["2023Q4", "2024Q1"]
    assert told.counts == {"All current cases": {"2023Q4": 4, "2024Q1": 3}}


def test_the_trend_shows_the_narrow_terms_only():
    row = {"product": PRODUCT, "endpoint": "fever", "receipt_quarter": "2024Q1"}
    rows = [row | {"scope": "narrow", "n_cases": 3}, row | {"scope": "broad", "n_cases": 7}]
    assert trend(facts(endpoint_quarter=rows), product(PRODUCT), "p").counts["Fever"] == {"2024Q1": 3}


def test_only_events_inside_the_quarters_shown_are_listed():
    rows = [{"product": PRODUCT, "receipt_quarter": "2023Q4", "n_cases": 4}]
    told = trend(facts(product_quarter=rows, endpoint_quarter=[]), product(PRODUCT), "p")
    assert {f"{event.date:%Y}" for _, event in told.events} <= {"2023", "2024"}
    assert told.events


def test_a_product_whose_cases_have_no_day_at_all_has_an_empty_trend():
    rows = [{"product": PRODUCT, "receipt_quarter": None, "n_cases": 2}]
    told = trend(facts(product_quarter=rows, endpoint_quarter=[]), product(PRODUCT), "p")
    assert told.figures == []
    assert told.n_undated == 2


def test_data_that_a_chart_does_not_draw_is_refused():
    with pytest.raises(ValueError, match="draws no column"):
        filled(_forest_chart(), {"rows": [], "marks": [], "column": []}, {})


def test_a_chart_compiled_once_is_drawn_as_vega_lite_draws_it_with_its_data(monkeypatch):
    specifications, drawn = [], []
    compiled, to_svg = vl_convert.vegalite_to_vega, vl_convert.vega_to_svg

    def keep(specification):
        specifications.append(specification)
        return compiled(specification)

    def keep_svg(vega):
        drawn.append((vega, to_svg(vega)))
        return drawn[-1][1]

    _forest_chart.cache_clear()
    monkeypatch.setattr(vl_convert, "vegalite_to_vega", keep)
    monkeypatch.setattr(vl_convert, "vega_to_svg", keep_svg)
    forest("one", "ROR", [LINE, LINE | {"label": "Rash", "comparator": "non_car_t"}], (1.0, 2.0))
    [specification], [(vega, svg)] = specifications, drawn
    data = {source["name"]: source["values"] for source in vega["data"] if "values" in source}
    params = [signal for signal in vega["signals"] if signal["name"] in {"low_end", "high_end", "decades"}]
    assert len(params) == 3
    assert vl_convert.vegalite_to_svg(specification | {"datasets": data, "params": params}) == svg
