"""Segmented regression and chain ladder against other packages.

The numbers were computed once with statsmodels 0.15.0 (GLM with Poisson or binomial family, scale from Pearson's χ²
but at least 1, Student's t with n - 4 degrees of freedom) on the same design. The claims triangle is the one of Taylor
and Ashe that textbooks of claims reserving use; its chain-ladder reserve is 18,680,856.
"""

import numpy as np
import pytest

from pipeline.signals.interruption import interrupted_series
from pipeline.signals.nowcast import share_by_delay

CASES = (3, 5, 4, 6, 8, 7, 9, 8, 15, 19, 16, 14, 13, 12, 12, 9, 11)
TOTALS = (40, 44, 50, 52, 60, 61, 66, 70, 75, 80, 82, 85, 88, 90, 95, 97, 99)
SPREAD = (2, 12, 1, 15, 3, 11, 2, 14, 9, 30, 6, 33, 5, 28, 8, 31, 7)
GOLDEN = {
    (CASES, None): (
        1.4631462553780124,
        0.646579902746152,
        3.3109550042219293,
        0.32994667305273717,
        0.8051496782620677,
        0.6814827343611028,
        0.9512581489144657,
        0.015127744817346472,
        10.651165880452577,
        1.0,
    ),
    (SPREAD, None): (
        1.923260582551838,
        0.2324905760469282,
        15.910026682763293,
        0.5128304850785231,
        0.869373881465186,
        0.5763143323797824,
        1.3114560983636536,
        0.4724414238362504,
        10.708324028395674,
        7.830475980028461,
    ),
    (CASES, TOTALS): (
        1.6705631875406552,
        0.6900546062909177,
        4.04429060848764,
        0.23002723359961288,
        0.818953434271658,
        0.6843446513799066,
        0.9800394087291836,
        0.03211386269898401,
        10.328305835263631,
        1.0,
    ),
    (SPREAD, TOTALS): (
        2.39245959802646,
        0.18064712390018622,
        31.685325537491323,
        0.4760657927051124,
        0.888211872132841,
        0.5369928629855842,
        1.4691449070877225,
        0.6170848273473999,
        10.372444468696143,
        9.727389228858351,
    ),
}
FIELDS = (
    *("level", "level_low", "level_high", "level_p"),
    *("slope", "slope_low", "slope_high", "slope_p"),
    *("foretold", "dispersion"),
)
CLAIMS = """
357848 766940 610542 482940 527326 574398 146342 139950 227229 67948
352118 884021 933894 1183289 445745 320996 527804 266172 425046
290507 1001799 926219 1016654 750816 146923 495992 280405
310608 1108250 776189 1562400 272482 352053 206286
443160 693190 991983 769488 504851 470639
396132 937085 847498 805037 705960
440832 847631 1131398 1063269
359480 1061648 1443370
376686 986608
344014
"""


@pytest.mark.parametrize(("counts", "totals"), GOLDEN)
def test_a_contrast_is_that_of_a_general_linear_model(counts, totals):
    found = interrupted_series(np.array([counts], dtype=float), 8, totals, most_correlated=0.0)
    told = [float(getattr(found, name)[0]) for name in FIELDS]
    assert found.correlation == 0.0
    np.testing.assert_allclose(told, GOLDEN[counts, totals], rtol=1e-8)


def test_the_chain_ladder_gives_the_textbook_reserve():
    rows = [[float(cell) for cell in line.split()] for line in CLAIMS.strip().splitlines()]
    claims = np.array([row + [0.0] * (10 - len(row)) for row in rows])
    known, share = claims.sum(axis=1), share_by_delay(claims)[::-1]
    assert round(float(np.sum(known / share - known))) == 18_680_856
