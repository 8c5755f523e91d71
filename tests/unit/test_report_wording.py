"""The guard against calling a reporting measure a rate, a risk or an incidence."""

import pytest

from pipeline.errors import CartwatchError
from pipeline.report.wording import LIMITS, refuse_in_text, refuse_words_of_incidence


@pytest.mark.parametrize(
    "said",
    [
        "<p>The reporting rate of CRS</p>",
        "<p>a higher Risk</p>",
        "<h2>Incidence of infections</h2>",
        "<td>rates</td>",
        '<svg aria-label="risk by endpoint"></svg>',
        "<svg><title>Prevalence</title></svg>",
        "<p>hazard <b>ratio</b></p>",
    ],
)
def test_words_that_need_a_denominator_are_refused(said):
    with pytest.raises(CartwatchError, match="no denominator"):
        assert refuse_words_of_incidence(f"<main>{said}</main>") is None  # it raises where it refuses


@pytest.mark.parametrize(
    "said",
    [
        "<p>separate, operate, iterate, asterisk, generated</p>",
        "<td data-verbatim>Glomerular filtration rate decreased</td>",
        "<td data-verbatim><b>Heart rate</b> increased</td>",
        "<style>.rate { color: red }</style>",
        *(f"<li>{sentence}</li>" for sentence in LIMITS),
    ],
)
def test_words_of_others_and_the_limits_themselves_pass(said):
    assert refuse_words_of_incidence(f"<main>{said}</main>") is None  # it raises where it refuses


def test_the_guard_hears_what_follows_a_verbatim_element():
    with pytest.raises(CartwatchError):
        refuse_words_of_incidence('<p><span data-verbatim>Heart rate<br><img src=""></span> is the risk</p>')


def test_half_a_sentence_of_the_limits_is_no_excuse():
    with pytest.raises(CartwatchError, match="rates"):
        refuse_in_text("These numbers are rates.")
