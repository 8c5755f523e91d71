"""Which reports are taken for one event in one patient, and which are not."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from tables import rows_of
from worlds import EMPTY

from pipeline.cases.counts import register_vocabulary
from pipeline.cases.duplicates import find_duplicates
from pipeline.cases.resolution import latest_cases, resolve, waterfall_rows
from pipeline.config import Settings
from pipeline.contract.renderings import arrow_schema
from pipeline.contract.tables import table
from pipeline.lake.warehouse import Warehouse, model

# What a case says where its row is silent: a rich report, alike in all cases.
ALIKE = {
    "quarter": "2023Q1",
    "received": "2023-02-10",
    "sender": "-",
    "number": "-",
    "age": "54",
    "sex": "F",
    "country": "NO",
    "date": "2022-11-17",
    "drugs": "ALPHAMAB+BETAZOLE",
    "reactions": "RASH MORBILLIFORM+TINNITUS+HICCUPS",
}
NAMES = {
    "received": "initial_fda_date",
    "sender": "manufacturer_sender",
    "number": "manufacturer_number",
    "authority": "authority_number",
    "article": "literature_reference",
    "age": "age_years",
    "sex": "sex_code",
    "kg": "weight_kg",
    "country": "event_country_code",
    "date": "event_date",
    "reporter": "reporter_type_code",
}
NUMBERS = {"age_years": float, "weight_kg": float, "case_id": int}


def filled(name, rows):
    """Rows of a declared table; what they do not say is null."""
    schema = arrow_schema(table(name))
    texts = {field.name for field in schema if str(field.type).startswith("date")}
    made = [{field.name: row.get(field.name) for field in schema} for row in rows]
    for row in made:
        for text in texts & {key for key, value in row.items() if isinstance(value, str)}:
            row[text] = pa.scalar(row[text]).cast(schema.field(text).type).as_py()
    return pa.Table.from_pylist(made, schema)


def version(row):
    """A report version as the case's row draws it; its report number is its case number."""
    said = {NAMES.get(key, key): None if value == "-" else value for key, value in row.items()}
    said = {key: NUMBERS[key](value) if key in NUMBERS and value else value for key, value in said.items()}
    month_only = said["event_date"] and len(said["event_date"]) == len("202211")
    return {
        **said,
        "report_id": said["case_id"],
        "version_number": 1,
        "era": "faers",
        "line": said["case_id"],
        "is_readable": said.get("is_readable") != "no",
        "event_date": None if month_only else said["event_date"],
        "event_date_text": said["event_date"],
        "event_date_precision": "month" if month_only else "day",
    }


def listed(versions, rows, column, name):
    """One row for each drug, reaction or outcome a case lists."""
    return [
        {"role_code": "PS", **dict.fromkeys(names_of(name), item), "drug_seq": place, **key(one)}
        for one, row in zip(versions, rows, strict=True)
        for place, item in enumerate((row.get(column) or "-").split("+"), 1)
        if item != "-"
    ]


def names_of(name):
    return {"case_drug": ["drug_name"], "case_reaction": ["pt", "pt_text"], "case_outcome": ["outcome_code"]}[name]


def key(one):
    return {name: one[name] for name in ("quarter", "report_id", "case_id", "line")}


def core(text):
    """The typed tables of the cases drawn."""
    rows = [{**ALIKE, **{name: "-" if cell is None else cell for name, cell in row.items()}} for row in rows_of(text)]
    versions = [version(row) for row in rows]
    drawn = {"case_drug": "drugs", "case_reaction": "reactions", "case_outcome": "outcome"}
    lists = {name: filled(name, listed(versions, rows, column, name)) for name, column in drawn.items()}
    empty = {name: filled(name, []) for name in EMPTY}
    return empty | lists | {"report_version": filled("report_version", versions)}


class Found:
    """What is found among the cases drawn."""

    def __init__(self, text, only_before="9999Q4"):
        self.warehouse = Warehouse(Settings(threads=1))
        for name, rows in core(text).items():
            self.warehouse.register(name, rows.filter(pc.less(rows["quarter"], only_before)))
        register_vocabulary(self.warehouse)
        latest_cases(self.warehouse)
        find_duplicates(self.warehouse)
        self.kept = dict(self.warehouse.rows("SELECT case_id, kept_case_id FROM duplicate_member"))

    def pair(self, one, other):
        """rule, is_merged, reason of a pair; None where it is not in the evidence."""
        asked = {"one": one, "other": other}
        query = "SELECT rule, is_merged, reason FROM duplicate_evidence WHERE case_id = $one AND other_case_id = $other"
        found = self.warehouse.rows(query, asked)
        return found[0] if found else None


def test_one_number_of_one_sender_is_one_case_however_it_is_written():
    found = Found("""
        case_id | number          | sender     | age | date | drugs | reactions
        100     | NO-Kestrel-4711 | Kestrel AS | 54  | -    | ONE   | TINNITUS
        101     | no kestrel 4711 | KESTREL-AS | 54  | -    | OTHER | TINNITUS+HICCUPS
    """)
    assert found.kept == {101: 100}
    assert found.pair(100, 101) == ("same number", True, None)


@pytest.mark.parametrize(
    ("field", "one", "other", "reason"),
    [("sex", "F", "M", "another sex"), ("age", "54", "61", "another age")],
)
def test_one_number_with_another_sex_or_age_is_told_and_not_merged(field, one, other, reason):
    found = Found(f"""
        case_id | number   | sender  | {field}
        100     | NO-K-4711 | KESTREL | {one}
        101     | NO-K-4711 | KESTREL | {other}
    """)
    assert found.kept == {}
    assert found.pair(100, 101) == ("same number", False, reason)


def test_a_number_met_twice_by_chance_is_told_and_not_merged():
    found = Found("""
        case_id | number    | sender  | drugs | reactions
        100     | NO-K-4711 | KESTREL | ONE   | TINNITUS
        101     | NO-K-4711 | KESTREL | OTHER | HICCUPS
    """)
    assert found.kept == {}
    assert found.pair(100, 101) == ("same number", False, "a number, and nothing else in common")


@pytest.mark.parametrize(("one", "other"), [("ONE | -", "OTHER | HICCUPS"), ("- | -", "ONE | TINNITUS")])
def test_a_list_that_is_missing_is_nothing_in_common(one, other):
    found = Found(f"""
        case_id | number    | sender  | drugs | reactions
        100     | NO-K-4711 | KESTREL | {one}
        101     | NO-K-4711 | KESTREL | {other}
    """)
    assert found.kept == {}
    assert found.pair(100, 101) == ("same number", False, "a number, and nothing else in common")


@pytest.mark.parametrize(
    ("other", "is_one"), [("de kes 2011/1234", True), ("DEKES-2011-1234", True), ("DE-KES-20111-234", False)]
)
def test_groups_of_digits_stay_apart_in_a_number(other, is_one):
    found = Found(f"""
        case_id | number           | sender  | age | date
        100     | DE-KES-2011-1234 | KESTREL | -   | -
        101     | {other}          | KESTREL | -   | -
    """)
    assert (found.kept == {101: 100}) == is_one


def test_a_number_without_four_digits_names_nothing():
    found = Found("""
        case_id | number  | sender  | age | date | drugs | reactions
        100     | UNKNOWN | KESTREL | 54  | -    | ONE   | TINNITUS
        101     | UNKNOWN | KESTREL | 54  | -    | OTHER | HICCUPS
    """)
    assert found.kept == {}


@pytest.mark.parametrize(("age", "kept"), [("-", {}), ("54", {101: 100})])
def test_a_number_that_a_programme_gave_to_all_needs_something_that_tells_the_patient(age, kept):
    found = Found(f"""
        case_id | number    | sender  | age   | date | reporter
        100     | NO-K-4711 | KESTREL | {age} | -    | CN
        101     | NO-K-4711 | KESTREL | {age} | -    | CN
    """)
    assert found.kept == kept
    if not kept:
        assert found.pair(100, 101)[1:] == (False, "claims may share a number, and nothing tells the patient")


def test_one_number_of_an_authority_is_one_case():
    found = Found("""
        case_id | authority   | number  | sender  | drugs     | reactions
        100     | NO-REG-7712 | K-40001 | KESTREL | ONE       | TINNITUS
        101     | no reg 7712 | L-50002 | LINDEN  | ONE+OTHER | HICCUPS
    """)
    assert found.kept == {101: 100}
    assert found.pair(100, 101)[0] == "same authority number"


@pytest.mark.parametrize(
    ("drugs", "reactions", "country", "reason"),
    [
        ("OTHER", "HICCUPS", "NO", "a number, and nothing else in common"),
        ("-", "-", "NO", "a number, and nothing else in common"),
        ("ONE", "TINNITUS", "JP", "one authority number, two countries"),
    ],
)
def test_a_number_of_an_authority_met_by_chance_is_told_and_not_merged(drugs, reactions, country, reason):
    found = Found(f"""
        case_id | authority | number  | sender  | drugs   | reactions   | country
        100     | 1234      | K-40001 | KESTREL | ONE     | TINNITUS    | NO
        101     | 1234      | L-50002 | LINDEN  | {drugs} | {reactions} | {country}
    """)
    assert found.kept == {}
    assert found.pair(100, 101) == ("same authority number", False, reason)


def test_an_authority_number_outweighs_two_numbers_of_one_sender():
    found = Found("""
        case_id | authority   | number  | sender
        100     | NO-REG-7712 | K-40001 | KESTREL
        101     | NO-REG-7712 | K-50002 | KESTREL
    """)
    assert found.kept == {101: 100}
    assert found.pair(100, 101) == ("same authority number", True, None)


def test_an_authority_number_is_weighed_once():
    found = Found("""
        case_id | authority           | number  | sender
        100     | NO-REG-2022123456   | K-40001 | KESTREL
        101     | NO-REG-2022123456   | L-50002 | LINDEN
        102     | -                   | NO-REG-2022123456 | OAKMERE
    """)
    agreed = dict(found.warehouse.rows("SELECT other_case_id, agreed FROM duplicate_evidence WHERE case_id = 100"))
    assert agreed[101].startswith("authority number, ")
    assert agreed[102].startswith("manufacturer number, ")


def test_a_case_with_the_number_of_a_member_joins_its_cluster():
    found = Found("""
        case_id | received   | authority   | number  | sender  | date
        100     | 2023-02-10 | NO-REG-7712 | K-40001 | KESTREL | -
        101     | 2023-02-11 | NO-REG-7712 | K-50002 | KESTREL | -
        102     | 2023-02-12 | -           | K-50002 | KESTREL | -
        103     | 2023-02-13 | -           | K-60003 | KESTREL | -
    """)
    assert found.kept == {101: 100, 102: 100}


def test_the_same_day_age_sex_country_drugs_and_reactions_are_one_case():
    found = Found("""
        case_id | number  | sender
        100     | K-40001 | KESTREL
        101     | L-50002 | LINDEN
    """)
    assert found.kept == {101: 100}
    assert found.pair(100, 101)[0] == "same content"


@pytest.mark.parametrize("field", ["age", "sex", "country", "date"])
def test_the_rule_of_same_content_asks_that_every_field_is_known(field):
    found = Found(f"""
        case_id | {field}
        100     | -
        101     | -
    """)
    assert found.pair(100, 101) is None or found.pair(100, 101)[0] != "same content"


@pytest.mark.parametrize(("date", "is_one"), [("2022-11-17", True), ("2022-11-01", False), ("202211", False)])
def test_the_first_of_a_month_is_no_more_than_a_month(date, is_one):
    found = Found(f"""
        case_id | number  | sender  | date   | drugs  | reactions
        100     | K-40001 | KESTREL | {date} | HUMIRA | FATIGUE
        101     | L-50002 | LINDEN  | {date} | HUMIRA | FATIGUE
    """)
    assert (found.kept == {101: 100}) == is_one


def test_a_padded_date_is_enough_where_the_rest_is_rare():
    found = Found("""
        case_id | number  | sender  | date       | reactions
        100     | K-40001 | KESTREL | 2022-11-17 | TINNITUS+RASH MORBILLIFORM+HICCUPS+ONYCHOMADESIS
        101     | L-50002 | LINDEN  | 2022-11-01 | TINNITUS+RASH MORBILLIFORM+HICCUPS+ONYCHOMADESIS
    """)
    assert found.kept == {101: 100}
    assert found.pair(100, 101)[0] == "linkage"


def test_day_and_month_may_have_changed_places():
    found = Found("""
        case_id | number  | sender  | date
        100     | K-40001 | KESTREL | 2022-11-07
        101     | L-50002 | LINDEN  | 2022-07-11
    """)
    assert found.kept == {101: 100}


def test_one_report_forwarded_by_sixteen_manufacturers_is_counted_once():
    senders = "\n".join(f"{100 + n} | S{n}-{50_000 + 77 * n} | SENDER {chr(65 + n)}" for n in range(16))
    found = Found(f"case_id | number | sender\n{senders}")
    assert found.kept == {100 + n: 100 for n in range(1, 16)}


def test_a_number_passed_on_by_another_sender_speaks_for_the_pair():
    found = Found("""
        case_id | number          | sender  | age | date
        100     | NO-K-2022123456 | KESTREL | 54  | -
        101     | NO-K-2022123456 | LINDEN  | 54  | -
    """)
    assert found.kept == {101: 100}


def test_patients_of_one_article_stay_apart():
    found = Found("""
        case_id | article                              | age | date | reactions
        100     | Anonymous. A series. J Demo. 2022;1:1 | 54  | -    | TINNITUS+HICCUPS
        101     | Anonymous. A series. J Demo. 2022;1:1 | 71  | -    | TINNITUS+HICCUPS
        102     | Anonymous. A series. J Demo. 2022;1:1 | -   | -    | TINNITUS+HICCUPS
        103     | Anonymous. A series. J Demo. 2022;1:1 | 71  | -    | TINNITUS+RASH MORBILLIFORM
    """)
    assert found.kept == {}


def test_one_patient_of_an_article_sent_by_two_manufacturers_is_one_case():
    found = Found("""
        case_id | article                               | number  | sender  | date
        100     | Anonymous. A series. J Demo. 2022;1:1 | K-40001 | KESTREL | -
        101     | ANONYMOUS; A SERIES. J DEMO 2022;1:1  | L-50002 | LINDEN  | -
    """)
    assert found.kept == {101: 100}
    assert found.pair(100, 101)[0] == "same article"


def test_a_sender_that_gave_two_numbers_knows_two_patients():
    found = Found("""
        case_id | number  | sender
        100     | K-40001 | KESTREL
        101     | K-40002 | KESTREL
    """)
    assert found.kept == {}
    assert found.pair(100, 101) == ("same content", False, "one sender, two numbers")


def test_a_copy_of_one_twin_never_draws_the_other_into_its_cluster():
    found = Found("""
        case_id | number  | sender
        100     | K-40001 | KESTREL
        101     | K-40002 | KESTREL
        102     | L-50002 | LINDEN
    """)
    assert len(found.kept) == 1
    assert found.kept[102] == 100


@pytest.mark.parametrize(("other", "is_one"), [("BETAZLOE", True), ("GAMMAZOLE", False)])
def test_a_slip_in_the_name_of_a_drug_is_seen_as_one(other, is_one):
    found = Found(f"""
        case_id | number  | sender  | country | drugs    | reactions
        100     | K-40001 | KESTREL | US      | BETAZOLE | TINNITUS+HICCUPS
        101     | L-50002 | LINDEN  | US      | {other}  | TINNITUS+HICCUPS
    """)
    assert (found.kept == {101: 100}) == is_one


@pytest.mark.parametrize(
    ("age", "kg", "other_kg", "is_one"),
    [
        ("54", "61.5", "61.5", True),
        ("54", "61.5", "62.0", True),
        ("5", "17.0", "17.4", False),
        ("0", "2.9", "2.9", False),
    ],
)
def test_a_weight_to_one_per_cent_outweighs_two_numbers_of_one_sender_but_never_in_infants(age, kg, other_kg, is_one):
    found = Found(f"""
        case_id | number  | sender  | age   | kg
        100     | K-40001 | KESTREL | {age} | {kg}
        101     | K-40002 | KESTREL | {age} | {other_kg}
    """)
    assert (found.kept == {101: 100}) == is_one
    if not is_one:
        assert found.pair(100, 101)[1:] == (False, "one sender, two numbers")


def test_twins_at_birth_stay_two():
    found = Found("""
        case_id | number  | sender  | age | kg  | drugs     | reactions
        100     | K-40001 | KESTREL | 0   | 2.9 | VALPROATE | SPINA BIFIDA
        101     | K-40002 | KESTREL | 0   | 3.1 | VALPROATE | SPINA BIFIDA
    """)
    assert found.kept == {}


def test_drugs_and_reactions_alone_merge_nothing():
    found = Found("""
        case_id | number  | sender  | age | sex | date | country
        100     | K-40001 | KESTREL | -   | -   | -    | -
        101     | L-50002 | LINDEN  | -   | -   | -    | -
    """)
    assert found.kept == {}


def test_a_t_cell_malignancy_is_never_merged_by_itself():
    found = Found("""
        case_id | number    | sender  | drugs    | reactions
        100     | NO-K-4711 | KESTREL | KYMRIAH  | T-CELL LYMPHOMA
        101     | NO-K-4711 | KESTREL | KYMRIAH  | T-CELL LYMPHOMA
    """)
    assert found.kept == {}
    assert found.pair(100, 101) == ("same number", False, "designated event: merged by a person only")


@pytest.mark.parametrize(("outcome", "kept"), [("DE", {}), ("HO", {101: 100})])
def test_a_brain_oedema_is_kept_apart_where_it_was_fatal(outcome, kept):
    found = Found(f"""
        case_id | number    | sender  | reactions    | outcome
        100     | NO-K-4711 | KESTREL | BRAIN OEDEMA | {outcome}
        101     | NO-K-4711 | KESTREL | BRAIN OEDEMA | OT
    """)
    assert found.kept == kept


def test_a_death_told_by_the_other_report_makes_a_brain_oedema_designated():
    found = Found("""
        case_id | number    | sender  | reactions             | outcome
        100     | NO-K-4711 | KESTREL | BRAIN OEDEMA+TINNITUS | HO
        101     | NO-K-4711 | KESTREL | TINNITUS              | DE
    """)
    assert found.kept == {}
    assert found.pair(100, 101) == ("same number", False, "designated event: merged by a person only")


def test_a_death_joins_no_cluster_that_tells_of_a_brain_oedema():
    found = Found("""
        case_id | received   | number    | sender  | reactions             | outcome
        100     | 2023-01-10 | NO-K-4711 | KESTREL | BRAIN OEDEMA+TINNITUS | HO
        101     | 2023-01-11 | NO-K-4711 | KESTREL | TINNITUS              | HO
        102     | 2023-01-12 | NO-K-4711 | KESTREL | TINNITUS              | DE
    """)
    assert found.kept == {101: 100}


def test_a_report_that_names_a_car_t_is_not_merged_with_one_that_names_none():
    found = Found("""
        case_id | number    | sender  | drugs                    | outcome
        100     | NO-K-4711 | KESTREL | CYCLOPHOSPHAMIDE         | HO
        101     | NO-K-4711 | KESTREL | KYMRIAH+CYCLOPHOSPHAMIDE | DE
    """)
    assert found.kept == {}
    assert found.pair(100, 101) == ("same number", False, "only one names a CAR-T: merged by a person only")
    assert found.warehouse.rows("SELECT is_car_t FROM duplicate_evidence") == [(True,)]


CROWD = "\n".join(f"{1000 + 2 * n} | - | - | 2023Q1 | 2023-02-10 | US | DRUG{n} | REACTION{n}" for n in range(1, 60))


@pytest.mark.parametrize("number", [999, 1001])
def test_a_stranger_of_a_later_quarter_undoes_no_pair_of_a_full_block(number):
    known = f"""case_id | number | sender | quarter | received | country | drugs | reactions
        1000   | A-10001 | KESTREL | 2023Q1 | 2023-02-10 | NO | AAMAB+ALPHAMAB+BETAZOLE | ONYCHOMADESIS+TINNITUS+HICCUPS
        {CROWD}
        1120   | B-20002 | LINDEN  | 2023Q1 | 2023-02-11 | NO | ALPHAMAB+BETAZOLE       | TINNITUS+HICCUPS"""
    stranger = f"{number} | - | - | 2023Q2 | 2022-12-01 | US | DRUGX | REACTIONX"
    assert Found(known).kept == Found(f"{known}\n{stranger}").kept == {1120: 1000}


def test_car_t_pairs_are_marked_for_review_and_near_ones_listed():
    found = Found("""
        case_id | number  | sender  | drugs   | reactions         | age | date       | country
        100     | K-40001 | KESTREL | KYMRIAH | TINNITUS+HICCUPS  | 54  | 2022-11-17 | NO
        101     | L-50002 | LINDEN  | KYMRIAH | TINNITUS+HICCUPS  | 54  | 2022-11-17 | NO
        200     | M-60003 | OAKMERE | KYMRIAH | PYREXIA           | 61  | 2022-12-12 | FR
        201     | N-70004 | ALDER   | KYMRIAH | PYREXIA           | 61  | 2022-12-14 | FR
    """)
    marks = found.warehouse.rows("SELECT case_id, is_merged, is_car_t FROM duplicate_evidence ORDER BY case_id")
    assert (100, True, True) in marks
    assert (200, False, True) in marks


def test_an_unreadable_version_is_never_merged():
    found = Found("""
        case_id | number    | sender  | is_readable
        100     | NO-K-4711 | KESTREL | yes
        101     | NO-K-4711 | KESTREL | no
    """)
    assert found.kept == {}


def test_a_case_that_fits_two_patients_joins_neither_with_the_other():
    found = Found("""
        case_id | received   | number    | sender  | sex
        100     | 2023-01-10 | NO-K-4711 | KESTREL | F
        101     | 2023-01-11 | NO-K-4711 | KESTREL | -
        102     | 2023-01-12 | NO-K-4711 | KESTREL | M
    """)
    assert found.kept == {101: 100}
    assert found.pair(101, 102) == ("same number", False, "its cluster is of another patient, or another case is kept")


def test_the_kept_case_was_published_first_then_received_first_then_has_the_lowest_number():
    found = Found("""
        case_id | quarter | received   | number    | sender  | age
        102     | 2023Q2  | 2023-01-01 | NO-K-4711 | KESTREL | 54
        101     | 2023Q1  | 2023-02-02 | NO-K-4711 | KESTREL | 54
        100     | 2023Q1  | 2023-02-03 | NO-K-4711 | KESTREL | 54
        201     | 2023Q1  | 2023-02-02 | NO-L-4712 | LINDEN  | 33
        200     | 2023Q1  | 2023-02-02 | NO-L-4712 | LINDEN  | 33
    """)
    assert found.kept == {102: 101, 100: 101, 201: 200}


def test_a_later_quarter_changes_no_earlier_decision():
    text = """
        case_id | quarter | received   | number  | sender
        300     | 2023Q1  | 2023-01-10 | K-40001 | KESTREL
        301     | 2023Q1  | 2023-01-11 | L-50002 | LINDEN
        100     | 2023Q2  | 2022-12-01 | M-60003 | OAKMERE
    """
    assert Found(text, only_before="2023Q2").kept == {301: 300}
    assert Found(text).kept == {301: 300, 100: 300}


def test_duplicates_leave_the_count_and_the_waterfall_says_so(tmp_path):
    with Warehouse(Settings(threads=1)) as warehouse:
        for name, rows in core(
            "case_id | number | sender\n100 | NO-K-4711 | KESTREL\n101 | NO-K-4711 | KESTREL"
        ).items():
            warehouse.register(name, rows)
        register_vocabulary(warehouse)
        resolve(warehouse, "2023Q1", tmp_path)
        steps = {step: n for step, _, n, _ in waterfall_rows(warehouse)}
        assert (steps["current"], steps["duplicates"], steps["counted"]) == (2, -1, 1)
        assert warehouse.rows("SELECT case_id, kept_case_id FROM case_current ORDER BY case_id") == [
            (100, None),
            (101, 100),
        ]


def reported(drawn, folder, name):
    """Rows of a report's query on the resolved cases drawn."""
    with Warehouse(Settings(threads=1)) as warehouse:
        for table_name, rows in core(drawn).items():
            warehouse.register(table_name, rows)
        register_vocabulary(warehouse)
        resolve(warehouse, "2023Q1", folder)
        return warehouse.rows(model(f"report/{name}"))


def test_terms_and_outcomes_lost_by_keeping_one_copy_are_counted(tmp_path):
    drawn = """
        case_id | number    | sender  | reactions        | outcome
        100     | NO-K-4711 | KESTREL | TINNITUS         | HO
        101     | NO-K-4711 | KESTREL | TINNITUS+HICCUPS | HO+DE
        102     | NO-K-4711 | KESTREL | HICCUPS          | -
    """
    assert reported(drawn, tmp_path, "duplicate_loss") == [
        ("term", None, 2, 3, 1),
        ("term", "HICCUPS", 2, 2, 1),
        ("outcome", "DE", 1, 1, 1),
    ]
    assert reported(drawn, tmp_path, "duplicate_car_t") == []


def test_pairs_with_a_designated_event_are_listed_for_review_without_a_car_t(tmp_path):
    drawn = """
        case_id | number    | sender  | drugs | reactions
        100     | NO-K-4711 | KESTREL | ONE   | T-CELL LYMPHOMA
        101     | NO-K-4711 | KESTREL | ONE   | T-CELL LYMPHOMA
    """
    (row,) = reported(drawn, tmp_path, "duplicate_car_t")
    assert row[:5] == (100, 101, False, "same number", "designated event: merged by a person only")


def test_an_empty_world_has_no_duplicates():
    found = Found("case_id | number")
    assert found.kept == {}
    assert found.warehouse.rows("SELECT * FROM duplicate_evidence") == []
