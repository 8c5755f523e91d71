"""A mapping is checked to its last key, and what is wrong is said with its file and line."""

import datetime as dt

import pytest

from pipeline.contract.owncohort import EXTRACT_TABLES
from pipeline.errors import InputRefused, UsageError
from pipeline.intake.pseudonym import Pseudonyms
from pipeline.intake.registryloading import SHIPPED, load_mapping, shipped_mapping
from pipeline.intake.registrytables import kept_columns
from pipeline.intake.registryvalues import (
    Answer,
    completed_years,
    less_imputed,
    read_country,
    read_day,
    read_endpoints,
    read_indication,
    read_number,
    read_product,
    read_whole,
)

OWN = """\
mapping: own
version: "1"
citation: None, a test.
recognised_by: [P]
domains:
  P: {subject: ID}
  E: {subject: ID}
tables:
  study_subject:
    p:
      domain: P
      columns:
        infusion_date: {column: DAY}
  study_event:
    e:
      domain: E
      columns:
        pt: {column: TERM, required: true}
"""


@pytest.fixture
def loaded(tmp_path):
    def load(text):
        path = tmp_path / "own.yaml"
        path.write_text(text)
        return load_mapping(str(path))

    return load


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_mapping_says_its_version_and_source_and_fills_known_columns(name):
    mapping = shipped_mapping(name)
    assert (mapping.id, mapping.version) == (name, "1")
    assert mapping.citation
    assert mapping.marks
    tables = {table.name: set(table.names) for table in EXTRACT_TABLES}
    for source in mapping.sources:
        assert set(source.columns) <= tables[source.table]


@pytest.mark.parametrize("name", SHIPPED)
def test_no_shipped_mapping_keeps_an_identifier_or_a_birth_date(name):
    mapping = shipped_mapping(name)
    for domain, rule in mapping.domains.items():
        assert rule.subject in rule.hashed
        kept = kept_columns(mapping, domain)
        assert not kept & (rule.hashed | rule.withheld)
        assert not [column for column in kept if "BRTH" in column or "BIRTH" in column or column.endswith("NAME")]
        assert not kept & {"AETERM", "MHTERM", "DSTERM", "CMTRT", "COVAL", "INITIALS", "COMMENTS", "AEREFID"}


def test_a_mapping_that_states_a_registrys_layout_says_it_is_not_the_registrys_own():
    assert "not CIBMTR's" in " ".join(shipped_mapping("cibmtr").citation.split())


def test_an_own_mapping_is_read(loaded):
    mapping = loaded(OWN)
    assert [source.table for source in mapping.sources] == ["study_subject", "study_event"]
    assert mapping.used("E") == {"ID", "TERM"}


WRONG = [
    ("P: {subject: ID}", "P: {subject: ID, keep: [X]}", "line 6: domains.P.keep is not known here; known: subject"),
    ("P: {subject: ID}", "P: {kept: [X]}", "line 6: domains.P.subject is missing, or no text"),
    ("P: {subject: ID}", "P: {subject: ID, kept: X}", "line 6: domains.P.kept is no list of names"),
    ("  study_event:", "  study_events:", "line 14: tables.study_events is not known here"),
    ("        pt:", "        term:", "line 18: tables.study_event.e.columns.term is not known here"),
    ("        pt:", "        subject_id:", "columns.subject_id is not known here"),
    ("        pt:", "        event_number:", "columns.event_number is not known here"),
    ("      domain: E", "      domain: X", "line 16: tables.study_event.e.domain names X, which is not among domains"),
    ("{column: TERM, required: true}", "{required: true}", "needs one of column, columns, constant and lookup"),
    ("{column: TERM, required: true}", "{column: TERM, constant: x}", "needs one of column"),
    ("{column: TERM, required: true}", "{column: TERM, required: yes}", "pt.required is none of true, false"),
    ("{column: TERM, required: true}", "{column: TERM, reading: guess}", "pt.reading is none of text, precision"),
    ("{column: TERM, required: true}", "{column: TERM, by_cutoff: true}", "by_cutoff is only for a column of dates"),
    ("{column: TERM, required: true}", "{column: TERM, clipped: true}", "clipped is only for a column of dates"),
    ("{column: TERM, required: true}", "{column: TERM, coded: true}", "coded needs values, and a column of the record"),
    ("{column: DAY}", "{column: DAY, otherwise: {domain: E}}", "infusion_date.otherwise is no list of lookups"),
    ("{column: DAY}", "{column: DAY, otherwise: [{domain: X, pick: first}]}", "names X, which is not among domains"),
    (
        "{column: DAY}",
        "{column: DAY, unless: enrolment_date}",
        "unless names enrolment_date, which is not filled before",
    ),
    ("{column: TERM, required: true}", "{column: TERM, unit: U}", "needs both unit and factors, or neither"),
    ("{column: TERM, required: true}", "{column: TERM, unit: U, factors: {x: y}}", "factors.x is no number"),
    ("{column: TERM, required: true}", "{column: TERM, needs: grade}", "needs names grade, which is not filled before"),
    ("{column: TERM, required: true}", "{lookup: {domain: P, pick: best}}", "lookup.pick is none of first, last, on"),
    ("{column: TERM, required: true}", "{lookup: {domain: P, pick: first, day: x}}", "lookup.day is for pick: on"),
    ("{column: DAY}", "{column: [DAY]}", "infusion_date.column is no list of names"),
    ("{column: DAY}", "{column: DAY, imputed: [A, B]}", "infusion_date.imputed names a flag for each column, or none"),
    ("infusion_date: {column: DAY}", "age_years: {column: AGE}", "age_years needs age_resolution: what units"),
    (
        "infusion_date: {column: DAY}",
        "age_years: {column: AGE}\n        age_resolution: {column: YEARS, reading: resolution}",
        "age_resolution reads another column or unit than age_years",
    ),
    (
        "infusion_date: {column: DAY}",
        "age_years: {column: AGE, unit: U, factors: {Y: 1}}\n        age_resolution: {column: AGE, unit: U, reading: resolution}",
        "age_resolution does not say what an age of Y is completed in",
    ),
    (
        "infusion_date: {column: DAY}",
        "age_years: {column: AGE}\n        age_resolution: {column: AGE, reading: resolution}",
        "age_resolution does not say what an age of no unit is completed in",
    ),
    ("infusion_date: {column: DAY}", "undated: {column: DAY}", "columns.undated is not known here"),
    ("      domain: E", "      domain: E\n      where: {A: B}", "where.A is no list of texts"),
    (
        "    p:\n      domain: P",
        "    q: {domain: P, columns: {sex_code: {column: S}}}\n    p:\n      domain: P",
        "exactly one",
    ),
    ("mapping: own", "mapping: own\nmapping: two", "own.yaml line 2: mapping stands there twice"),
    ("mapping: own", "mapping: &own own", "own.yaml line 1: anchors and aliases are not read"),
    ("mapping: own", "mapping: [own", "is no YAML"),
    ("mapping: own", "extends: mine", "line 1: extends is none of sdtm, adam, cibmtr"),
    ('version: "1"', "", "version is missing"),
    (OWN, "- a\n", "is no YAML mapping"),
    (OWN, "\x00", "is no YAML"),
]


@pytest.mark.parametrize(("before", "after", "said"), WRONG, ids=[each[2][:60] for each in WRONG])
def test_a_wrong_mapping_is_refused_with_its_line(loaded, before, after, said):
    assert before in OWN
    with pytest.raises(UsageError) as refused:
        loaded(OWN.replace(before, after, 1))
    assert said in str(refused.value)
    assert "own.yaml" in str(refused.value)


def test_a_value_that_the_study_does_not_know_is_refused(loaded):
    with pytest.raises(UsageError, match=r"indication\.values\.B-ALL gives none of b_all, lbcl"):
        loaded(OWN.replace("infusion_date: {column: DAY}", "indication: {column: D, values: {B-ALL: leukaemia}}"))
    with pytest.raises(UsageError, match=r"indication\.default is none of b_all, lbcl"):
        loaded(OWN.replace("infusion_date: {column: DAY}", "indication: {column: D, default: leukaemia}"))


def test_a_mapping_that_is_not_there_or_no_mapping_is_refused(tmp_path):
    with pytest.raises(UsageError, match="give sdtm, adam, cibmtr or the path"):
        load_mapping(str(tmp_path / "none.yaml"))
    deep = tmp_path / "deep.yaml"
    deep.write_text("a: " + "{a: " * 40 + "1" + "}" * 40)
    with pytest.raises(UsageError, match="nested deeper than any mapping"):
        load_mapping(str(deep))
    large = tmp_path / "large.yaml"
    large.write_text("a: " + "x" * (1 << 20))
    with pytest.raises(UsageError, match="larger than"):
        load_mapping(str(large))


def test_yes_and_no_stay_texts(loaded):
    mapping = loaded(
        OWN.replace("infusion_date: {column: DAY}", "has_prior_transplant: {column: T, values: {YES: true, NO: false}}")
    )
    assert mapping.subjects.columns["has_prior_transplant"].values == {"YES": "true", "NO": "false"}


@pytest.mark.parametrize(
    ("text", "first", "precision", "reason"),
    [
        ("2024-02-29", dt.date(2024, 2, 29), "day", None),
        ("2024-02-29T23:59", dt.date(2024, 2, 29), "day", None),
        ("2024-02", dt.date(2024, 2, 1), "month", None),
        ("2024", dt.date(2024, 1, 1), "year", None),
        ("2023-02-29", None, None, "is no possible date"),
        ("2024-13", None, None, "is no possible date"),
        ("0000", None, None, "is no possible date"),
        ("1899-12-31", None, None, "is before 1900"),
        ("2024-", None, None, "is no date as 2024-01-31"),
        ("20240229", None, None, "is no date as 2024-01-31"),
        ("2024-02-29 10:00", None, None, "is no date as 2024-01-31"),
        ("٢٠٢٤-02-29x", None, None, "is no date as 2024-01-31"),
    ],
)
def test_a_day_is_read_as_far_as_it_is_known(text, first, precision, reason):
    assert read_day(text) == (first, precision, reason)
    assert read_day(text).full == (first if precision == "day" else None)


@pytest.mark.parametrize(
    ("text", "flag", "left"),
    [
        ("2024-02-29", None, (dt.date(2024, 2, 29), "day", None)),
        ("2024-02-15", "D", (dt.date(2024, 2, 1), "month", None)),
        ("2024-02-15", "d", (dt.date(2024, 2, 1), "month", None)),
        ("2024-02", "D", (dt.date(2024, 2, 1), "month", None)),
        ("2024", "D", (dt.date(2024, 1, 1), "year", None)),
        ("2024-07-01", "M", (dt.date(2024, 1, 1), "year", None)),
        ("2024-07-01", "Y", (None, None, "is imputed")),
        ("2024-07-01", "?", (None, None, "is imputed")),
        ("soon", "D", (None, None, "is no date as 2024-01-31")),
    ],
)
def test_of_an_imputed_date_only_what_was_not_made_up_is_left(text, flag, left):
    assert less_imputed(read_day(text), flag) == left


def test_another_way_of_writing_a_day_is_read_as_the_mapping_says():
    assert read_day("31.01.2024", "%d.%m.%Y").full == dt.date(2024, 1, 31)
    assert read_day("2024-01-31", "%d.%m.%Y").reason == "is no date as the mapping says"


def test_numbers_are_finite_and_whole_numbers_are_whole():
    assert read_number("1.5e2", 10) == Answer(1500.0)
    assert read_whole("3.0") == Answer(3)
    for text in ("", "nan", "inf", "1e999", "0x10", "1,5", "1_000", "9" * 30):
        assert read_number(text) == Answer(reason="is no number"), text
    assert read_whole("2.5").reason == "is no whole number"
    assert read_whole("1e20").reason == "is out of range"


def test_names_are_read_by_the_vocabulary():
    assert read_product("KYMRIAH (tisagenlecleucel)") == Answer("tisagenlecleucel")
    assert read_product("CAR-T cells") == Answer("car-t cells")
    assert read_product("Kymriah, Yescarta").reason == "names several CAR-T products"
    assert [read_country(text).value for text in ("USA", "DE", "France", "gbr")] == ["US", "DE", "FR", "GB"]
    assert read_country("EU").reason == "is no country that is known"
    assert read_endpoints("cytokine  release syndrome") == Answer(["crs"])
    assert read_endpoints("Ingrowing nail") == Answer([])
    assert [read_indication(text).value for text in ("B-ALL", "Follicular lymphoma", "Alzheimer's disease")] == [
        "b_all",
        "fl",
        "other",
    ]


def test_age_is_told_in_completed_years_alone():
    birth = read_day("2000-02-29")
    assert completed_years(birth, dt.date(2012, 2, 28)) == 11.0
    assert completed_years(birth, dt.date(2012, 2, 29)) == 12.0
    assert completed_years(read_day("2000-02"), dt.date(2012, 2, 29)) is None
    assert completed_years(birth, dt.date(1999, 1, 1)) is None


@pytest.mark.parametrize("key", [None, "", "x" * 31])
def test_a_key_that_is_no_secret_is_refused_with_advice(key):
    with pytest.raises(UsageError, match=r"secrets\.token_hex\(32\)") as refused:
        Pseudonyms(key, "ltfu")
    assert "x" * 31 not in str(refused.value)


def test_two_ids_under_one_pseudonym_are_refused(monkeypatch):
    monkeypatch.setattr("pipeline.intake.pseudonym.HEX_DIGITS", 1)
    names = Pseudonyms("k" * 32, "ltfu")
    with pytest.raises(InputRefused, match="one pseudonym"):
        [names.of(f"P{number}") for number in range(17)]
