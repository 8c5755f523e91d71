"""Whether the endpoints' words still fit the reports': quarters and cases as text tables, sentences as answers."""

import csv

import pyarrow as pa
import pytest
from tables import rows_of

from pipeline.cases.drift import MOST_SENTENCES, drift_warnings
from pipeline.config import Settings
from pipeline.errors import CartwatchError
from pipeline.lake.warehouse import Warehouse
from pipeline.vocabulary import ignoredterms
from pipeline.vocabulary.files import term_key
from pipeline.vocabulary.formernames import former_names

LISTED = """
endpoint | scope  | pt
glow     | narrow | GLOW FEVER
glow     | narrow | BLUE POX
glow     | broad  | GLOW FEVER
glow     | broad  | BLUE POX
glow     | broad  | PALE GLOW
blue     | narrow | BLUE POX
blue     | broad  | BLUE POX
"""
QUARTERS = ["2022Q1", "2022Q2", "2022Q4", "2023Q1", "2023Q2", "2023Q3"]


class Reports:
    """CAR-T and other cases as drawn, one line each: quarter of the latest version, how many such cases, terms."""

    def __init__(self, drawn="", *, listed=LISTED, quarters=QUARTERS, former=()):
        self.warehouse = Warehouse(Settings(threads=1))
        cases = [dict(row, case_id=i) for i, row in enumerate(repeated(drawn), 1)]
        named = [(case, pt.strip()) for case in cases for pt in (case["terms"] or "").split(",") if pt.strip()]
        names = sorted({pt for _, pt in named})
        today = {pt: dict(former).get(pt.upper(), pt.upper()) for pt in names}
        events = sorted(set(today.values()))
        spelled = {pt: next((name for name in names if name.upper() == pt), pt.capitalize()) for pt in events}
        self.show("report_version", ["quarter"], [[quarter] for quarter in quarters])
        self.show("case_reaction", ["quarter", "pt"], [[case["quarter"], pt.upper()] for case, pt in named])
        self.show("term", ["published_pt", "pt"], [[pt.upper(), today[pt]] for pt in names])
        self.show(
            "event",
            ["event_id", "event_kind", "event", "pt"],
            [[i, "pt", spelled[pt], pt] for i, pt in enumerate(events)],
        )
        self.show("counted_case", ["case_id", "quarter"], [[case["case_id"], case["quarter"]] for case in cases])
        self.show("car_t_entry", ["case_id"], [[case["case_id"]] for case in cases if case["car-t"] == "yes"] * 2)
        self.show(
            "case_term",
            ["case_id", "event_id"],
            [list(pair) for pair in sorted({(case["case_id"], events.index(today[pt])) for case, pt in named})],
        )
        self.show("vocabulary_endpoint_term", ["endpoint", "scope", "pt"], [list(r.values()) for r in rows_of(listed)])
        self.show("vocabulary_malignancy_term", ["pt"], [["TIN PROGRESSION"]])

    def show(self, name, columns, rows):
        kinds = [pa.int64() if column.endswith("_id") else pa.string() for column in columns]
        schema = pa.schema(list(zip(columns, kinds, strict=True)))
        self.warehouse.register(
            name, pa.Table.from_pylist([dict(zip(columns, row, strict=True)) for row in rows], schema)
        )

    def warnings(self):
        return drift_warnings(self.warehouse)

    def rows(self, kind):
        self.warnings()
        return self.warehouse.rows(
            "SELECT endpoint, term, n_newest, n_ever, unit, last_quarter FROM term_drift WHERE kind = $kind "
            "ORDER BY term, endpoint",
            {"kind": kind},
        )


def repeated(drawn):
    for row in rows_of("quarter | n | car-t | terms\n" + drawn):
        yield from [row] * int(row["n"])


def test_a_narrow_term_without_a_row_in_the_newest_four_quarters_is_gone_or_never_was():
    reports = Reports("2022Q2 | 3 | no | Blue pox\n2022Q1 | 3 | no | Blue pox\n2023Q3 | 1 | no | Grey day")
    assert reports.rows("gone") == [
        ("blue", "Blue pox", 0, 6, "reaction row", "2022Q2"),
        ("glow", "Blue pox", 0, 6, "reaction row", "2022Q2"),
    ]
    assert reports.rows("never") == [("glow", "Glow fever", 0, 0, "reaction row", None)]
    assert reports.warnings() == [
        "Narrow terms of endpoints without a reaction row in any quarter held: 1 (glow: Glow fever).",
        (
            "Blue pox (blue, glow) has no reaction row since 2022Q4, where the 6 before, the last in 2022Q2, would lead "
            "to expect about 10: look whether MedDRA renamed it."
        ),
    ]


def test_a_term_that_was_always_rare_is_summed_up_as_chance():
    quarters = [f"{year}Q{q}" for year in range(2018, 2024) for q in (1, 2, 3, 4)]
    drawn = "2018Q1 | 5 | no | Blue pox\n2019Q2 | 10 | no | Glow fever\n2023Q1 | 1 | no | Grey day"
    reports = Reports(drawn, quarters=quarters)
    (sentence,) = reports.warnings()
    assert sentence == (
        "Narrow terms without a reaction row since 2023Q1, but with so few before that it may be chance: 2 "
        "(glow: Glow fever, Blue pox; blue: Blue pox)."
    )
    expected = reports.warehouse.rows("SELECT DISTINCT term, n_expected FROM term_drift ORDER BY term")
    assert expected == [("Blue pox", 4 * 4 / 20), ("Glow fever", 9 * 4 / 15)]


@pytest.mark.parametrize("quarter", ["2022Q4", "2023Q1", "2023Q2", "2023Q3"])
def test_one_row_in_any_of_the_newest_four_quarters_is_enough(quarter):
    reports = Reports(f"{quarter} | 1 | no | Blue pox, Glow fever")
    assert reports.warnings() == []


def test_the_newest_quarters_are_those_held_whatever_lies_between():
    reports = Reports("2022Q1 | 1 | no | Blue pox, Glow fever", quarters=["2004Q1", "2022Q1", "2023Q1", "2023Q2"])
    assert reports.warnings() == []
    reports = Reports("2022Q1 | 1 | no | Blue pox, Glow fever", quarters=["2022Q1", *QUARTERS[2:]])
    assert len(reports.rows("gone")) == 3


def test_a_term_that_no_report_prints_is_spelled_as_the_endpoint_spells_it():
    listed = "endpoint | scope | pt\ntls | narrow | CYTOKINE RELEASE SYNDROME\nodd | narrow | BELL'S PALSY"
    found = [term for _, term, *_ in Reports(listed=listed).rows("never")]
    assert found == ["Bell's palsy", "Cytokine release syndrome"]


def test_a_row_under_a_former_name_is_a_row_of_todays():
    reports = Reports("2023Q3 | 1 | no | Azure pox, Glow fever", former=[("AZURE POX", "BLUE POX")])
    assert reports.warnings() == []


def test_a_term_of_the_broad_scope_alone_may_be_absent():
    assert Reports("2023Q3 | 1 | no | Blue pox, Glow fever").rows("never") == []


SEEN = "2023Q3 | 1 | no | Blue pox, Glow fever\n"
FREQUENT = """
cases                                                                     | told
2023Q3 | 5 | yes | Grey day                                               | 5 of 5
2023Q3 | 4 | yes | Grey day                                               | -
2023Q2 | 2 | yes | Grey day / 2022Q4 | 3 | yes | Grey day                  | 5 of 5
2022Q2 | 1 | yes | Grey day / 2022Q4 | 4 | yes | Grey day                  | -
2023Q3 | 5 | yes | Grey day / 2023Q3 | 495 | yes | Other                   | 5 of 500
2023Q3 | 5 | yes | Grey day / 2023Q3 | 496 | yes | Other                   | -
2023Q3 | 5 | yes | Grey day / 2022Q1 | 496 | yes | Other                   | 5 of 5
2023Q3 | 5 | no | Grey day                                                | -
2023Q3 | 5 | yes | Grey day, Grey day                                      | 5 of 5
2023Q3 | 5 | yes | Pale glow                                              | -
2023Q3 | 5 | yes | Tin progression                                        | -
2023Q3 | 5 | yes | Off label use                                          | -
2023Q3 | 5 | yes | No adverse event                                       | -
"""


def drawn_cases():
    for line in FREQUENT.strip().splitlines()[1:]:
        cases, told = line.rsplit("|", 1)
        yield pytest.param(cases.replace(" / ", "\n"), told.strip(), id=" ".join(line.split()))


@pytest.mark.parametrize(("cases", "told"), list(drawn_cases()))
def test_a_frequent_term_of_car_t_cases_without_an_endpoint_is_told(cases, told):
    said = [text for text in Reports(SEEN + cases).warnings() if "Other" not in text]
    if told == "-":
        assert said == []
    else:
        (sentence,) = said
        assert sentence == (
            f"Grey day stands in {told} CAR-T cases published from 2022Q4 to 2023Q3 and belongs to no endpoint: give it "
            "one, or list it with a reason in ignored_terms.csv."
        )


def test_the_number_of_sentences_is_bounded_and_the_rest_is_counted():
    many = "".join(f"2023Q3 | {5 + n} | yes | Grey day {n}\n2022Q1 | {n + 5} | no | Old pox {n}\n" for n in range(30))
    listed = LISTED + "".join(f"old | narrow | OLD POX {n}\n" for n in range(30))
    reports = Reports(SEEN + many, listed=listed)
    said = reports.warnings()
    assert len(said) == MOST_SENTENCES + 1
    assert said[-1] == "and 39 more terms: see term_drift in the report."
    assert [text.split(" stands")[0] for text in said if " stands" in text][:2] == ["Grey day 29", "Grey day 28"]
    assert [text.split(" (")[0] for text in said if "renamed" in text][:2] == ["Old pox 29", "Old pox 28"]


def test_the_order_of_the_reports_does_not_matter():
    lines = [SEEN.strip(), "2023Q3 | 6 | yes | Grey day", "2023Q3 | 6 | yes | Dull day", "2022Q1 | 2 | no | Pale glow"]
    assert Reports("\n".join(lines)).warnings() == Reports("\n".join(lines[::-1])).warnings()


def test_an_empty_lake_has_no_drift_but_terms_that_never_were():
    reports = Reports(quarters=[])
    assert reports.rows("gone") == reports.rows("unassigned") == []
    assert len(reports.warnings()) == 1


def test_ignored_terms_have_reasons_and_stand_in_no_endpoint():
    terms = ignoredterms.ignored_terms()
    assert {"OFF LABEL USE", "PRODUCT USE ISSUE", "NO ADVERSE EVENT"} <= set(terms)
    assert not set(terms) & set(former_names())


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Grey day,symptom,", "'Grey day' needs a reason"),
        ("Grey day,mood,because", "'Grey day' needs a reason and a category"),
        ("off LABEL use,administrative,again", "OFF LABEL USE"),
        ("Death,unspecific,an outcome", "DEATH is in an endpoint"),
        ("Convulsion,symptom,old name", "CONVULSION is in an endpoint or a former name"),
    ],
)
def test_an_ignored_term_that_is_wrong_is_refused(monkeypatch, line, told):
    pt, category, reason = line.split(",")
    rows = (*ignoredterms.csv_file("ignored_terms.csv"), {"pt": pt, "category": category, "reason": reason})
    monkeypatch.setattr(ignoredterms, "csv_file", lambda _: rows)
    ignoredterms.ignored_terms.cache_clear()
    try:
        with pytest.raises(CartwatchError, match=told):
            ignoredterms.ignored_terms()
    finally:
        ignoredterms.ignored_terms.cache_clear()


def test_the_drift_check_spares_what_was_read_and_tells_the_rest(shared):
    path = shared / "data" / "cart" / "openfda_cart_top100_pt_counts.csv"
    printed = {term_key(row["pt"]) for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())}
    assert {"COAGULOPATHY", "PLEURAL EFFUSION"} <= printed - set(ignoredterms.ignored_terms())
