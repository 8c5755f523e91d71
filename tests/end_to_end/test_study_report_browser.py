"""The study's page in Chromium: it fits a telephone, and its texts stand out in light and in dark."""

import pytest

from pipeline.report.studypage import study_page
from tests.end_to_end.test_report_browser import CHROMIUM, DARK, LEAST_CONTRAST, LIGHT, seen
from tests.studyreportrows import density, estimate, facts, step

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no /usr/bin/chromium: install Chromium to look at the page"),
]
SUBJECT = "0123456789abcdef" * 2


@pytest.fixture(scope="module")
def page_folder(tmp_path_factory):
    """A page with every kind of cell, picture and call."""
    windows = ("day_0_28", "day_29_90", "day_91_365", "year_2", "year_3_5", "year_6_10", "year_11_15", None)
    flagged = {"population": "centre=C02", "n_patients": 20, "is_flagged": True}
    rows = [
        *(density("crs", window, 12, 80.0, 15.0, 7.75, 26.2) for window in windows),
        estimate("completeness", "clark_c_due", 0.41, **flagged),
        estimate("completeness", "clark_c", 0.4, **flagged),
        estimate("accrual", "infused", 100.0, unit="patient", measure="count", n_patients=100),
        estimate("incidence", "first_event_grade_3", method="garwood", event="crs", reason="Two scales: " + "x" * 200),
    ]
    steps = [step("survival", "overall_survival", at / 4, 1 - at / 40, 80 - at, event="death") for at in range(1, 21)]
    tumour = {"subject_id": SUBJECT, "malignancy_number": 1, "pt": "X" * 120, "transgene_result": "positive"}
    folder = tmp_path_factory.mktemp("page")
    page = study_page(facts(rows, steps, malignancy=[tumour], chase=[tumour | {"centre_id": "C1"}]))
    (folder / "page.html").write_text(page, encoding="utf-8")
    return folder


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_never_scrolls_sideways(page_folder, tmp_path, width):
    found = seen(page_folder, tmp_path, width, LIGHT)
    assert found["window"] == width
    assert found["width"] <= width


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(page_folder, tmp_path, scheme):
    found = seen(page_folder, tmp_path, 1280, scheme)["contrast"]
    assert {name for name in found if ".est" in name}
    assert {name: value for name, value in found.items() if value < LEAST_CONTRAST} == {}
