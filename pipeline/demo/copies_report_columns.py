"""The columns of report_version for reports whose duplicates are known."""

from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.demo.chance import Chance, Flags, Ints, lots
from pipeline.demo.copies_patients import BATCH, LAWYER, country_lots
from pipeline.demo.copies_reports import FOLLOW_UP, PADDED_SINCE, SECOND, Reports
from pipeline.demo.copies_text import (
    article_texts,
    authority_numbers,
    manufacturer_numbers,
    sender_names,
    senders,
)
from pipeline.demo.dates import FULL, MONTH, NOTHING, YEAR, date_text

_REPORTERS = ("CN", "MD", "OT", "PH", None, "HP")
_REPORT_CODES = ("EXP", "PER", "DIR", "30DAY", "5DAY")
_PRECISION_NAMES = {FULL: "day", MONTH: "month", YEAR: "year", NOTHING: None}
_VERSIONS = lots([0.72, 0.17, 0.07, 0.04])
Columns = dict[str, Any]


def report_columns(told: Reports, chance: Chance) -> Columns:
    """Every column with something in it."""
    sender = senders(told, chance)
    version = version_numbers(told, chance)
    return {
        "era": texts(["faers"] * len(told.case_id)),
        "version_number": version,
        "is_readable": np.ones(len(told.case_id), dtype=bool),
        "initial_or_followup_code": chosen(("I", "F"), (version > 1).astype(np.int64)),
        **_dates(told, chance),
        **_person(told),
        **_reporter(told, chance),
        "manufacturer_number": texts(manufacturer_numbers(told, sender, chance)),
        "manufacturer_sender": texts(sender_names(sender)),
        "authority_number": texts(authority_numbers(told, chance)),
        "literature_reference": texts(article_texts(told, chance)),
    }


def version_numbers(told: Reports, chance: Chance) -> Ints:
    """Version FDA holds of each case, from 1."""
    return 1 + _VERSIONS.draw(0, chance.uniform("version", told.key))


def texts(words: Any) -> pa.Array:
    """Words as an Arrow array of strings."""
    return pa.array(words, pa.string())


def chosen(vocabulary: tuple[str | None, ...], places: Ints) -> pa.Array:
    """Words of a vocabulary at the given places; None is null."""
    return texts(vocabulary).take(pa.array(places))


def dated(stem: str, day: Ints, precision: Ints | int = FULL, *, pads: Flags | bool = False) -> Columns:
    """The four columns of a date. pads: where a date known to the month is printed as the first of it."""
    precision = np.broadcast_to(np.asarray(precision), day.shape)
    padded = np.asarray(pads) & (precision == MONTH)
    first = day.astype("M8[D]").astype("M8[M]").astype("M8[D]").astype(np.int64)
    day, precision = np.where(padded, first, day), np.where(padded, FULL, precision)
    known = precision == FULL
    words = date_text(day, precision)
    return {
        f"{stem}_date": pa.array(day.astype(np.int32), mask=~known).cast(pa.date32()),
        f"{stem}_date_text": pa.array(words.to_pylist(), pa.string(), mask=precision == NOTHING),
        f"{stem}_date_precision": texts([_PRECISION_NAMES[one] for one in precision.tolist()]),
    }


def _dates(told: Reports, chance: Chance) -> Columns:
    event = dated("event", told.event_day, told.date_precision, pads=told.fda_day >= PADDED_SINCE)
    days = event["event_date"]
    firsts = np.asarray([day is not None and day.day == 1 for day in days.to_pylist()], dtype=bool)
    version, sent = version_numbers(told, chance), told.fda_day - chance.whole("sent after", 2, 25, told.key)
    initial = told.fda_day - np.where(version > 1, chance.whole("first version", 5, 300, told.key), 0)
    initial = np.maximum(initial, np.minimum(told.event_day, told.fda_day))
    return {
        **event,
        "is_event_date_possibly_padded": firsts & (told.fda_day >= PADDED_SINCE),
        **dated("manufacturer", np.maximum(sent, np.minimum(told.event_day, told.fda_day))),
        **dated("initial_fda", initial),
        **dated("fda", told.fda_day),
        **dated("report", told.fda_day - chance.whole("days to send", 0, 2, told.key)),
    }


def _person(told: Reports) -> Columns:
    sex = np.where(told.patients.is_female[told.event], 0, 1)
    country = told.patients.country[told.event]
    codes = tuple(country_lots()[0])
    return {
        "age_years": pa.array(told.age.astype(np.float64), mask=told.age < 0),
        "sex_code": chosen(("F", "M", None), np.where(told.is_sex_known, sex, 2)),
        "weight_kg": pa.array(told.weight, mask=np.isnan(told.weight)),
        "event_country_code": chosen((*codes, None), np.where(told.is_country_known, country, len(codes))),
        "reporter_country_code": chosen((*codes, None), np.where(told.is_country_known, country, len(codes))),
    }


def _reporter(told: Reports, chance: Chance) -> Columns:
    event_key = told.patients.key[told.event]
    key = np.where(np.isin(told.kind, [SECOND, FOLLOW_UP]), told.key, event_key)
    job = lots([0.40, 0.27, 0.15, 0.07, 0.05, 0.06]).draw(0, chance.uniform("job", key))
    group = told.patients.group[told.event]
    job = np.select([group == BATCH, group == LAWYER], [0, len(_REPORTERS)], job)
    code = lots([0.56, 0.37, 0.06, 0.008, 0.002]).draw(0, chance.uniform("report code", told.key))
    return {
        "reporter_type_code": chosen((*_REPORTERS, "LW"), job),
        "report_type_code": chosen(_REPORT_CODES, code),
    }
