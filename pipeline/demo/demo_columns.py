"""The columns of DEMO: who, when, from where and through whom."""

from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow.compute as pc

from pipeline.demo.cart import DISEASES, PRODUCTS
from pipeline.demo.chance import Flags, Ints, lots
from pipeline.demo.dates import FULL, MONTH, NOTHING, YEAR, date_text
from pipeline.demo.page import Columns, Page, picked, shown, texts
from pipeline.demo.quarters import is_legacy, ordinal
from pipeline.demo.world import table

_AGE_CODES = ("", "YR", "MON", "DEC")
_YEARS, _MONTHS, _DECADES = 1, 2, 3
_AGE_UNITS = lots([0, 0.976, 0.02, 0.004])
_ADULT = 18
_AGE_GROUPS = ("", "N", "I", "C", "T", "A", "E")
_SEXES = ("F", "M", "", "UNK")
_REPORT_CODES = ("EXP", "PER", "DIR", "30DAY", "5DAY")
_REPORTERS = ("CN", "MD", "OT", "PH", "", "HP", "LW")
_DIRECT = 2
_PLACES = ("NORTHFIELD", "ALDERBROOK", "KESTREL", "WHITSAND", "GREENHOLT", "OAKMERE", "LINDEN", "HARTWELL", "SILVERTON")
_KINDS = ("PHARMA", "LABS", "BIO", "CARE", "MED")
_SENDERS = tuple(f"{place} {kind}" for kind in _KINDS for place in _PLACES)  # invented: no real company
_CHECK = "0123456789X"
_PRECISIONS = np.array([NOTHING, FULL, YEAR, MONTH])
_EVENT_PRECISION, _CART_PRECISION = lots([0.47, 0.29, 0.12, 0.12]), lots([0.24, 0.62, 0.03, 0.11])


def demo_columns(page: Page) -> Columns:
    """Every column DEMO ever had, one row per report."""
    roster = page.roster
    return {
        "primaryid": page.primaryid,
        "caseid": page.caseid,
        "caseversion": texts(roster.version),
        "i_f_cod": picked(["I", "F"], (roster.version > 1).astype(np.int64)),
        "foll_seq": shown(roster.version > 1, texts(roster.version - 1)),
        "image": pc.binary_join_element_wise(page.primaryid, picked(list(_CHECK), roster.isr % 11), "-"),
        "e_sub": picked(["Y", "N"], page.happens("paper", 0.05).astype(np.int64)),
        "confid": picked(["", "N", "Y"], lots([0.8, 0.15, 0.05]).draw(0, page.uniform("confid"))),
        **_dates(page),
        **_sender(page),
        **_patient(page),
        **_countries(page),
    }


def _dates(page: Page) -> Columns:
    drawn = page.uniform("event precision")
    precision = _PRECISIONS[np.where(page.is_cart, _CART_PRECISION.draw(0, drawn), _EVENT_PRECISION.draw(0, drawn))]
    received = page.fda_day - page.chance.whole("sent after", 2, 25, page.roster.caseid, page.roster.version)
    died = np.where(page.happens("died", 0.04), FULL, NOTHING)
    return {
        "event_dt": date_text(page.event_day, precision, padded=page.is_padded),
        "mfr_dt": shown(~_is_direct(page), date_text(np.maximum(received, page.event_day))),
        "init_fda_dt": date_text(page.first_day),
        "fda_dt": date_text(page.fda_day),
        "rept_dt": date_text(page.fda_day - (page.uniform("days to send") * 3).astype(np.int64)),
        "death_dt": date_text(page.event_day + 9, died),
    }


def _report_codes(page: Page) -> Ints:
    return lots([0.56, 0.37, 0.06, 0.008, 0.002]).draw(0, page.uniform("report code"))


def _is_direct(page: Page) -> Flags:
    return np.asarray(_report_codes(page) == _DIRECT)


@lru_cache(maxsize=1)
def _country_rows() -> tuple[list[str], list[str], Any]:
    rows = table("countries.csv")
    return [row["code"] for row in rows], [row["name"] for row in rows], lots([float(row["weight"]) for row in rows])


def _country_places(page: Page) -> Ints:
    places: Ints = _country_rows()[2].draw(0, page.uniform("country"))
    return places


def _countries(page: Page) -> Columns:
    codes, names, weights = _country_rows()
    moved = page.happens("event elsewhere", 0.03)
    occurred = np.where(moved, weights.draw(0, page.uniform("event country")), _country_places(page))
    unsaid = page.happens("country unsaid", 0.03) & (page.at < ordinal("2021Q1"))
    reporter = picked(names if is_legacy(page.at) else codes, _country_places(page))
    return {
        "reporter_country": pc.if_else(unsaid, "COUNTRY NOT SPECIFIED", reporter),
        "occr_country": picked(codes, occurred),
    }


def _sender_places(page: Page) -> Ints:
    return np.where(page.is_cart, len(_SENDERS) + page.roster.product, page.content.primary % len(_SENDERS))


def _sender(page: Page) -> Columns:
    direct, country = _is_direct(page), picked(_country_rows()[0], _country_places(page))
    sender = picked([*_SENDERS, *(one.sender or "CIBMTR" for one in PRODUCTS)], _sender_places(page))
    number = page.chance.whole("sender's number", 1_000, 399_999, page.roster.caseid)
    year = page.first_day.astype("M8[D]").astype("M8[Y]").astype(np.int64) + 1970
    authority = texts(10_000_000 + page.chance.whole("authority's number", 0, 79_999_999, page.roster.caseid))
    return {
        "rept_cod": picked(_REPORT_CODES, _report_codes(page)),
        "mfr_num": shown(
            ~direct,
            pc.binary_join_element_wise(
                country, pc.utf8_slice_codeunits(sender, 0, 6), texts(year * 1_000_000 + number), "-"
            ),
        ),
        "mfr_sndr": pc.if_else(direct, "FDA-CTU", sender),
        "auth_num": shown(page.happens("authority", 0.05), pc.binary_join_element_wise(country, authority, "-REG-")),
        "lit_ref": shown(page.happens("literature", 0.02), picked(_articles(), _sender_places(page))),
        "to_mfr": picked(["", "Y", "N"], np.where(direct, 1 + page.roster.caseid % 2, 0)),
        "occp_cod": picked(_REPORTERS, lots([0.40, 0.27, 0.14, 0.07, 0.05, 0.06, 0.01]).draw(0, page.uniform("job"))),
    }


@lru_cache(maxsize=1)
def _articles() -> list[str]:
    """Invented literature references; no author is named."""
    count = len(_SENDERS) + len(PRODUCTS)
    return [
        f"ANONYMOUS. AN INVENTED CASE SERIES, NUMBER {number}, IN PATIENTS WITH SEVERAL CONDITIONS AND SEVERAL DRUGS. "
        f"J DEMONSTR DRUG SAF. {2000 + number % 25};{number}({number % 12 + 1}):{number * 7}-{number * 7 + 6}"
        for number in range(1, count + 1)
    ]


def _ages(page: Page) -> tuple[Ints, Ints]:
    """Age and place in AGE_CODES of every patient; -1 with code 0 where unknown."""
    bounds = np.array([*(one.ages for one in DISEASES), (4, 92)])[page.content.disease]
    spread = 0.35 * page.uniform("age") + 0.65 * page.uniform("age again")
    years = (bounds[:, 0] + spread * (bounds[:, 1] - bounds[:, 0])).astype(np.int64)
    code = np.where(page.is_cart, _YEARS, _AGE_UNITS.draw(0, page.uniform("age unit")))
    value = np.where(code == _MONTHS, 1 + years % 23, np.where(code == _DECADES, years // 10, years))
    known = page.uniform("age known") < np.where(page.is_cart, 0.93, 0.62)
    return np.where(known, value, -1), np.where(known, code, 0)


def _age_group(value: Ints, code: Ints) -> Ints:
    years = np.where(code == _MONTHS, value / 12, np.where(code == _DECADES, value * 10, value))
    return np.where(code == 0, 5, 1 + np.searchsorted([0.08, 2, 12, 18, 65], years, side="right"))


def _patient(page: Page) -> Columns:
    value, code = _ages(page)
    grouped = page.happens("age group", 0.3)
    weighed = page.happens("weighed", 0.24)
    grown = np.where((code == _YEARS) & (value >= 0) & (value < _ADULT), 3.0 + 3 * value, 40.0)
    tenths = (10 * (grown + 35 * (page.uniform("weight") + page.uniform("weight again")))).astype(np.int64)
    kilograms = [f"{tenth / 10:g}" for tenth in range(1200)]
    return {
        "age": shown(code > 0, texts(value)),
        "age_cod": picked(_AGE_CODES, code),
        "age_grp": picked(_AGE_GROUPS, np.where(grouped, _age_group(value, code), 0)),
        "sex": picked(_SEXES, lots([0.54, 0.37, 0.085, 0.005]).draw(0, page.uniform("sex"))),
        "wt": shown(weighed, picked(kilograms, np.minimum(tenths, 1199))),
        "wt_cod": picked(["", "KG"], weighed.astype(np.int64)),
    }
