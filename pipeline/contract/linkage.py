"""What the linkage keeps: what each version's blocks are made of, and the blocks too large to be compared whole."""

from pipeline.contract.core import CASE_ID
from pipeline.contract.mart import AS_OF, PARTITION
from pipeline.contract.model import Column, Table, date, real, text, truth, whole
from pipeline.contract.raw import EDITION, QUARTER

KEYED_VERSION = Table(
    "keyed_version",
    "core",
    "one complete report version that can be its case's latest, with what its blocks of the linkage are made of",
    ("quarter", "edition", "case_id"),
    (
        QUARTER,
        EDITION,
        CASE_ID,
        real("age_years", "Age at the event.", unit="year"),
        text("sex_code", "F, M or null."),
        text("event_country_code", "Country of the event, else of the reporter, ISO 3166-1 alpha-2."),
        date("event_date", "Day the event began; null on the first of a month, which may be padded."),
        whole("event_month", "Month the event began, counted from year 0.", unit="month"),
        Column(
            "numbers",
            "texts",
            "Numbers it carries as they are compared: the manufacturer's, the authority's, digits in either.",
        ),
        text("literature_start", "First 24 letters and digits of the literature reference."),
        text("literature_end", "Last 24 letters and digits of the literature reference."),
        text("rarest_drug", "Its rarest drug by the frozen weights, as drugs are compared."),
        text("car_t", "CAR-T product it names; the rarest of several."),
        text("rarest_reaction", "Its rarest preferred term by the frozen weights, under today's name."),
        truth("has_rare_content", "Whether rarest drug and reaction together are rare enough to block by them alone."),
    ),
)
OVERFULL_BLOCK = Table(
    "overfull_block",
    "mart",
    "one way of blocking: how much of it was too large to be compared whole",
    ("as_of", "block"),
    (
        AS_OF,
        text("block", "Way of blocking."),
        whole("n_blocks", "Blocks that hold more cases than a case is compared with.", unit="block"),
        whole("n_cases", "Places of cases in those blocks.", unit="case"),
    ),
    PARTITION,
)
LINKAGE_TABLES = (KEYED_VERSION, OVERFULL_BLOCK)
