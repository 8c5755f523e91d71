"""The onset of a product on the page: its words, its sums, its pictures and its refusals."""

import re

import pytest

from pipeline.report.onset import onset_section
from pipeline.report.page import _environment, html_page
from pipeline.report.wording import refuse_words_of_incidence
from pipeline.vocabulary.products import product
from tests.reportfacts import PRODUCT, facts

TOLD = {
    "is_told": True,
    "reason": None,
    "shape": 0.6,
    "shape_low": 0.4,
    "shape_high": 0.8,
    "log_likelihood": -50.0,
    "distance": 0.08,
}
SCALE = {"scale_days": 12.0, "scale_days_low": 7.0, "scale_days_high": 31.0}
DAYS = {f"{stem}{name}_days": 5.0 for stem in ("", "observed_") for name in ("q1", "median", "q3")}
BOUNDS = {"median_days_low": None, "median_days_high": None}
REFUSED = {"is_told": False} | dict.fromkeys([*TOLD, *SCALE, *BOUNDS, "q1_days", "median_days", "q3_days"])


def fit_row(method, endpoint="crs", case_set="all", **changed):
    head = {
        "product": PRODUCT,
        "endpoint": endpoint,
        "case_set": case_set,
        "method": method,
        "n_read": 20,
        "n_used": 12,
    }
    head |= {"n_same_day": 0, "lag_days": None, "least_followed": 7, "longest_follow_up_days": 900}
    return head | TOLD | SCALE | DAYS | BOUNDS | changed


def fits(endpoint="crs", **changed):
    reverse = {"median_days_low": 3.0, "median_days_high": 41.0} | dict.fromkeys([*TOLD, *SCALE]) | {"is_told": True}
    return [
        fit_row("naive", endpoint),
        fit_row("right_truncated", endpoint, **changed),
        fit_row("reverse_time", endpoint, **reverse),
    ]


def reason_rows(endpoint="crs", **counts):
    rows = enumerate(counts.items())
    head = {"product": PRODUCT, "endpoint": endpoint, "case_set": "all"}
    return [head | {"reason_number": place, "reason": reason, "n": n} for place, (reason, n) in rows]


def day_rows(n=12, endpoint="crs"):
    head = {"product": PRODUCT, "endpoint": endpoint, "follow_up_days": 900, "n_cases": 1}
    return [head | {"days": 2 * at} for at in range(n)]


def shown(**changed):
    """Facts with twelve usable dates of one endpoint."""
    rows = {
        "onset_fit": fits(),
        "onset_left_out": reason_rows(used=12, no_event_date=5, padded=3),
        "onset_day": day_rows(),
    }
    return facts(**(rows | changed))


def told(known):
    """The product's part of the page alone, held against the guard like the whole."""
    macros = '{% from "macros.html.j2" import scroll with context %}{% include "onset.html.j2" %}'
    section = {"onset": section_of(known), "product": product(PRODUCT)}
    part = _environment().from_string(macros).render(section=section, facts=known)
    refuse_words_of_incidence(part)
    return part


def section_of(known):
    return onset_section(known, product(PRODUCT), "product-x")


def test_the_page_says_case_level_conditional_and_the_data_lock_point():
    page = html_page(shown())
    part = page[page.index("<h3>Onset</h3>") : page.index("<h3>Preferred terms</h3>")]
    assert part.strip() == told(shown()).replace("product-x", "product-tisagenlecleucel").strip()
    said = re.sub(r"<[^>]+>|\s+", " ", part)
    assert "one event date for all reactions of a report" in said
    assert "conditional on the longest follow-up" in said
    assert "2024Q1" in said
    assert "less its own days from event to FDA's first receipt" in said
    assert "no longer or shorter for late events than for early ones" in said


def test_reasons_add_up_to_the_cases_and_their_bar_is_whole():
    (line,) = section_of(shown()).lines
    assert sum(line.n_of.values()) == 20
    assert sum(part.percent for part in line.parts) == pytest.approx(100)
    assert [part.reason for part in line.parts] == ["used", "no_event_date", "padded"]
    page = told(shown())
    widths = [float(width) for width in re.findall(r'<i class="part \w+" style="width:([\d.]+)%">', page)]
    assert sum(widths) == pytest.approx(100, abs=0.05)


def test_five_usable_dates_are_drawn_and_four_are_not():
    five = shown(onset_left_out=reason_rows(used=5), onset_day=day_rows(5))
    four = shown(onset_left_out=reason_rows(used=4), onset_day=day_rows(4))
    assert len(section_of(five).figures) == 1
    assert section_of(four).figures == []
    assert "No endpoint has five usable dates" in told(four)


def lines_drawn(known):
    (figure,) = section_of(known).figures
    return set(re.findall(r'stroke="(var\(--\w+\))"', figure.svg)) - {"var(--grid)", "var(--line)"}


def test_every_curve_is_drawn_in_its_own_colour_and_a_refused_fit_is_not():
    assert lines_drawn(shown()) == {"var(--ink)", "var(--non)", "var(--all)", "var(--mark)"}
    refused = shown(onset_fit=fits(**(REFUSED | {"reason": "follow-up is too short"})))
    assert lines_drawn(refused) == {"var(--ink)", "var(--non)", "var(--mark)"}
    assert "Refused. follow-up is too short" in told(refused)


def test_a_reverse_time_median_that_is_refused_is_not_drawn():
    rows = fits()
    rows[2] |= REFUSED | {"reason": "The median rests on 2 cases."}
    assert lines_drawn(shown(onset_fit=rows)) == {"var(--ink)", "var(--non)", "var(--all)"}
    assert "Refused. The median rests on 2 cases." in told(shown(onset_fit=rows))


def test_a_fit_that_does_not_follow_the_days_is_marked_in_words():
    assert "does not follow</small>" not in told(shown())
    assert "does not follow</small>" not in told(shown(onset_fit=fits(distance=0.1501, n_used=29)))
    far = told(shown(onset_fit=fits(distance=0.1501, n_used=30)))
    assert far.count("does not follow</small>") == 1
    assert "one Weibull distribution cannot follow early and late events at once" in far


def test_one_refusal_of_all_methods_is_said_once_across_the_row():
    rows = [row | REFUSED | {"reason": "Only 7 cases with usable days: 10 are needed."} for row in fits()]
    page = told(shown(onset_fit=rows))
    assert page.count("Only 7 cases") == 2  # in the table, and in the one of other sets of cases
    assert '<td colspan="7" class="text muted small">Refused. Only 7 cases' in page


def test_a_narrow_head_has_its_reason_in_full():
    assert (
        '<th scope="col" class="why" title="event date on the first of a month and possibly padded">padded month</th>'
        in told(shown())
    )


def test_the_same_facts_draw_the_same_bytes():
    assert section_of(shown()).figures == section_of(shown()).figures


def test_a_second_malignancy_shows_its_reason_and_no_number():
    none = {"n_used": 0, "longest_follow_up_days": None, "reason": "No onset is told: nobody has reviewed."}
    rows = [fit_row(row["method"], "spm_tcell", **(REFUSED | DAYS | none)) for row in fits()]
    known = shown(onset_fit=rows, onset_left_out=reason_rows("spm_tcell", used=0, unreviewed=7), onset_day=[])
    page = told(known)
    assert "No onset is told: nobody has reviewed." in page
    assert section_of(known).sensitivities == []
    assert section_of(known).figures == []


def test_without_any_case_there_is_no_section():
    assert "<h3>Onset</h3>" not in told(facts())
