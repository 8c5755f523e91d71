"""Which reaction of a case message has usable days from infusion, and the one reason why another has none."""

import datetime as dt

import numpy as np
import pytest
from tables import rows_of

from pipeline.cases.onset import method_rows
from pipeline.cases.reactioncases import case_truth
from pipeline.cases.reactiononset import Asked, reaction_rows
from pipeline.cases.reactionrules import REASONS
from pipeline.cases.reactiontables import distribution_rows, excluded_rows
from pipeline.cases.reactionterms import NO_DICTIONARY, dictionary
from pipeline.intake.e2b import read_messages
from pipeline.steps.reactiononset import compute_reaction_onset
from tests.e2bfiles import Case, Drug, Reaction, r2, r3
from tests.meddrafiles import MadeUp

KYMRIAH, YESCARTA, ANY = "tisagenlecleucel", "axicabtagene ciloleucel", "any_car_t"
DLP = dt.date(2024, 3, 31)


def written(folder, *texts):
    """The files, one for each text."""
    for number, text in enumerate(texts):
        (folder / f"{number}.xml").write_text(text, encoding="utf-8")
    return read_messages([folder])


def truth_of(folder, *texts, as_of=DLP):
    intake = written(folder, *texts)
    return case_truth(intake.kept, intake.rejected, as_of)


def rows_from(folder, *texts, as_of=DLP, known=NO_DICTIONARY, take_reported=False, product=KYMRIAH):
    rows = reaction_rows(truth_of(folder, *texts, as_of=as_of).current, Asked(as_of, known, take_reported))
    return [row for row in rows if row["product"] == product]


def answer(row):
    return row["reason"] or f"{row['days']} {row['days_source']}"


DAYS = """
start          | infusions              | interval | first    | answer                  | why
20210110       | 20210105               | -        | 20210301 | 5 dates                 | both days are exact
20210105       | 20210105               | -        | 20210301 | 0 dates                 | infusion is day 0
20210110093000-0500 | 202101052300+0100 | -        | 20210301 | 5 dates                 | the days are those the senders wrote
20230110       | 20180105               | -        | 20230301 | 1831 dates              | no day is cut off at one year
-              | 20210105               | -        | 20210301 | no_reaction_date        | nothing is told
MSK            | 20210105               | -        | 20210301 | reaction_date_withheld  | masked is not absent
202101         | 20210105               | -        | 20210301 | partial_reaction_date   | known to the month
2021           | 20210105               | -        | 20210301 | partial_reaction_date   | known to the year
20210110       | -                      | -        | 20210301 | no_infusion_date        | no administration told
20210110       | ASKU                   | -        | 20210301 | infusion_date_withheld  | asked but unknown is not absent
20210110       | 202101                 | -        | 20210301 | partial_infusion_date   | known to the month
20210230       | 20210105               | -        | 20210301 | impossible              | no day of the calendar
20210110       | 2021-01-05             | -        | 20210301 | impossible              | no date of E2B
20210230       | -                      | -        | 20210301 | no_infusion_date        | a missing date goes before one that cannot be
20210230       | 20210105               | 6 d      | 20210301 | impossible              | no interval stands in for it
-              | 99991231               | 99999 d  | 20210301 | no_follow_up            | a field filled with nines is no day
-              | 20210105               | 99999 d  | 20210301 | after_data_lock_point   | the day worked out lies centuries on
20210110       | 20010105               | -        | 20210301 | impossible              | long before approval
20210104       | 20210105               | -        | 20210301 | before_infusion         | the day before
20240401       | 20210105               | -        | 20240402 | after_data_lock_point   | the day after the data-lock point
20210110       | 20210105, 20220105     | -        | 20210301 | 5 dates                 | the second infusion came after the reaction
20220110       | 20210105, 20220105     | -        | 20220301 | several_infusion_dates  | nobody can tell of which infusion
20210110       | 20210105, 202101       | -        | 20210301 | 5 dates                 | the month holds the day
20210110       | 20210105, 2020         | -        | 20210301 | several_infusion_dates  | an earlier infusion in another year
20210110       | 20210105, 20210105     | -        | 20210301 | 5 dates                 | the same day twice is one
20210110       | 20210105, UNK          | -        | 20210301 | 5 dates                 | a second dosage of which no date is told
202101         | 20210105               | 6 d      | 20210301 | 5 interval              | the first day is day 1: one is taken off
20210110       | 202101                 | 6 d      | 20210301 | 5 interval              | the infusion is worked out
MSK            | 20210105               | 1 d      | 20210301 | 0 interval              | day 1 is the day of infusion
-              | -                      | 6 d      | 20210301 | no_follow_up            | neither day is known
20210110       | 20210105               | 9 d      | 20210301 | 5 dates                 | dates go before the interval that contradicts them
202103         | 20210105               | 6 d      | 20210301 | contradiction           | day 5 lies in January, the start in March
-              | 20210105               | 0 d      | 20210301 | no_reaction_date        | there is no day 0 in a count from 1
-              | 20210105               | 5.5 d    | 20210301 | no_reaction_date        | no whole days
-              | 20210105               | 30 h     | 20210301 | no_reaction_date        | hours do not tell the day
-              | 20210105               | 2 wk     | 20210301 | no_reaction_date        | nor do weeks
-              | 20210105               | NI       | 20210301 | no_reaction_date        | no interval told
20210110       | 20210105               | -        | 20210109 | 5 dates                 | known by the follow-up only, see receipt
20210311       | 20210105               | -        | 20210301 | no_receipt              | later than all the messages know
"""


@pytest.mark.parametrize("row", rows_of(DAYS), ids=lambda row: row["why"])
def test_days_from_infusion_to_a_reaction(row, tmp_path):
    infusions = tuple(row["infusions"].split(", ")) if row["infusions"] else ()
    one = Reaction(start=row["start"], interval=row["interval"])
    recent = max(row["first"], "20210310") if row["first"] < "2024" else "20240331"
    case = Case(reactions=(one,), drugs=(Drug(infusions=infusions),), first=row["first"], recent=recent)
    assert [answer(found) for found in rows_from(tmp_path, r3(case))] == [row["answer"]]


def test_every_reason_asked_of_dates_is_declared():
    assert {row["answer"] for row in rows_of(DAYS) if " " not in row["answer"]} <= set(REASONS)


def test_what_the_interval_says_otherwise_stands_beside_the_days(tmp_path):
    case = Case(reactions=(Reaction(start="20210110", interval="9 d"), Reaction(start="20210110", interval="6 d")))
    rows = rows_from(tmp_path, r3(case))
    assert [(row["interval_text"], row["interval_days"], row["interval_disagreement"]) for row in rows] == [
        ("9 d", 8, 3),
        ("6 d", 5, 0),
    ]


def test_two_entries_that_tell_different_intervals_tell_none(tmp_path):
    drugs = (Drug(infusions=("20210105",), intervals={1: "6 d"}), Drug("TISAGENLECLEUCEL", (), intervals={1: "7 d"}))
    (row,) = rows_from(tmp_path, r3(Case(reactions=(Reaction(),), drugs=drugs)))
    assert (row["reason"], row["interval_text"]) == ("no_reaction_date", "several")


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ((("20210105",), ("20220105",)), "several_infusion_dates"),
        ((("20210105",), ()), "5 interval"),
        ((("20210105",), ("20210105",)), "5 interval"),
        ((("20210105", "20220105"),), "5 interval"),
    ],
)
def test_an_interval_is_counted_from_the_infusion_of_its_own_entry(entries, expected, tmp_path):
    drugs = [Drug(infusions=infusions) for infusions in entries]
    drugs[-1].intervals = {1: "6 d"}
    rows = rows_from(tmp_path, r3(Case(reactions=(Reaction(start="MSK"),), drugs=tuple(drugs), first="20220301")))
    assert [answer(row) for row in rows] == [expected]


def test_days_that_one_of_two_intervals_must_contradict_are_left_out_of_dates_only(tmp_path):
    drugs = (Drug(infusions=("20210105",), intervals={1: "6 d"}), Drug("TISAGENLECLEUCEL", (), intervals={1: "7 d"}))
    rows = rows_from(tmp_path, r3(Case(reactions=(Reaction(start="20210110"),), drugs=drugs)))
    found = {one["case_set"]: one["reason"] for one in excluded_rows(rows) if one["n"]}
    assert (answer(rows[0]), found["all"], found["dates_only"]) == ("5 dates", "used", "told_by_interval")


def test_every_reaction_has_its_own_days(tmp_path):
    reactions = (Reaction(start="20210107"), Reaction("Encephalopathy", "20210112"), Reaction("Sepsis", "20210301"))
    rows = rows_from(tmp_path, r3(Case(reactions=reactions)))
    assert [(row["endpoints"][0], row["days"]) for row in rows] == [("crs", 2), ("icans", 7), ("infection", 55)]


ROLES = """
name                 | substance        | role | products                    | why
KYMRIAH              | -                | 1    | any_car_t, tisagenlecleucel | suspect
Drug X               | TISAGENLECLEUCEL | 1    | any_car_t, tisagenlecleucel | by its substance
KYMRIAH              | -                | 2    | -                           | concomitant
KYMRIAH              | -                | 3    | -                           | interacting
KYMRIAH              | -                | 4    | -                           | not administered
FLUDARABINE          | -                | 1    | -                           | no CAR-T
CAR-T cells          | -                | 1    | any_car_t, unspecified_car_t | class only
"""


@pytest.mark.parametrize("row", rows_of(ROLES), ids=lambda row: row["why"])
def test_which_product_a_case_suspects(row, tmp_path):
    drug = Drug(row["name"], role=row["role"], substance=row["substance"])
    truth = truth_of(tmp_path, r3(Case(reactions=(Reaction(start="20210110"),), drugs=(drug,))))
    found = reaction_rows(truth.current, Asked(DLP, NO_DICTIONARY))
    assert (", ".join(sorted(one["product"] for one in found)) or None) == row["products"]


def test_two_products_have_their_own_infusions(tmp_path):
    drugs = (Drug("KYMRIAH", ("20210105",)), Drug("YESCARTA", ("20210301",)))
    text = r3(Case(reactions=(Reaction(start="20210310"),), drugs=drugs))
    assert [row["days"] for row in rows_from(tmp_path, text)] == [64]
    assert [row["days"] for row in rows_from(tmp_path, text, product=YESCARTA)] == [9]
    assert [row["reason"] for row in rows_from(tmp_path, text, product=ANY)] == ["several_infusion_dates"]


def test_receipt_is_the_first_one_or_the_first_message_that_names_a_later_reaction(tmp_path):
    early, late = Reaction(start="20210107"), Reaction("Sepsis", "20210401", code="90000002")
    first = Case(reactions=(early,), first="20210110", recent="20210110", created="20210110000000")
    told = Case(reactions=(early, late), first="20210110", recent="20210410", created="20210410000000")
    newest = Case(reactions=(early, late), first="20210110", recent="20220101", created="20220101000000")
    rows = rows_from(tmp_path, r3(newest, first, told), as_of=dt.date(2022, 1, 5))
    found = [(row["days"], row["receipt_date"], row["receipt_source"], row["follow_up_days"]) for row in rows]
    assert found == [
        (2, dt.date(2021, 1, 10), "first receipt", 365 - 3),
        (86, dt.date(2021, 4, 10), "message", 365 - 9),
    ]


TERMS = """
form | code     | term                    | reported                | flag | pt                        | source
r3   | 90000001 | Cytokine release syndrome | -                     | -    | CYTOKINE RELEASE SYNDROME | name
r3   | 90000001 | Encephalitis allergic   | -                       | -    | -                         | -
r3   | 90000001 | -                       | Cytokine storm          | -    | -                         | -
r3   | 90000001 | -                       | Cytokine storm          | yes  | CYTOKINE STORM            | reported
r3   | 90000001 | -                       | severe storm            | yes  | -                         | -
r2   | -        | Arthralgia              | -                       | -    | ARTHRALGIA                | name
r2   | 90000001 | 90000001                | -                       | -    | -                         | -
"""


@pytest.mark.parametrize(
    "row", rows_of(TERMS), ids=lambda row: f"{row['form']} {row['term']} {row['reported']} {row['flag']}"
)
def test_a_term_is_found_or_unresolved_without_a_dictionary(row, tmp_path):
    one = Reaction(row["term"], "20210110", code=row["code"] or "", reported=row["reported"])
    text = (r3 if row["form"] == "r3" else r2)(Case(reactions=(one,)))
    (found,) = rows_from(tmp_path, text, take_reported=row["flag"] == "yes")
    assert (found["pt"], found["term_source"]) == (row["pt"], row["source"])
    assert (found["reason"] == "unresolved_term") == (row["pt"] is None)


def test_a_dictionary_reads_codes_and_names_of_lowest_level_terms(tmp_path):
    drawn = MadeUp(
        {"Cytokine release syndrome": ["Class"], "Itching": ["Class"]},
        {"CRS": ("Cytokine release syndrome", True)},
        {"Query": [("pt", "Itching", "narrow")]},
    )
    known = dictionary(drawn.write(tmp_path / "meddra"))
    code = str(drawn.codes["llt", "CRS"])
    reactions = (
        Reaction(None, "20210110", code=code),
        Reaction("crs", "20210110"),
        Reaction(None, "20210110", code=str(drawn.codes["pt", "Itching"])),
        Reaction("Nobody knows", "20210110"),
    )
    (tmp_path / "files").mkdir()
    rows = rows_from(tmp_path / "files", r3(Case(reactions=reactions)), known=known)
    assert [(row["pt"], row["term_source"], row["reason"]) for row in rows] == [
        ("CYTOKINE RELEASE SYNDROME", "code", None),
        ("CYTOKINE RELEASE SYNDROME", "name", None),
        ("ITCHING", "code", "no_endpoint"),
        (None, None, "unresolved_term"),
    ]


def test_two_dictionaries_of_one_version_make_two_runs(tmp_path):
    (tmp_path / "a.xml").write_text(r3(Case()))
    ids = set()
    for name in ("Itching", "Rash"):
        folder = MadeUp({name: ["Class"]}, {}, {"Query": [("pt", name, "narrow")]}).write(tmp_path / name)
        ids.add(compute_reaction_onset([tmp_path / "a.xml"], DLP, meddra=folder).run_id)
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("term", "reason"),
    [("Acute myeloid leukaemia", "unreviewed"), ("Death", "outcome"), ("Arthralgia", "unresolved_term")],
)
def test_of_some_reactions_neither_days_nor_dates_are_told(term, reason, tmp_path):
    (row,) = rows_from(tmp_path, r3(Case(reactions=(Reaction(term, "20210110", interval="6 d"),))))
    assert row["reason"] == reason
    assert not {"days", "reaction_date", "reaction_date_text", "infusion_date_text", "interval_text"} & set(row)


TRUTH = """
messages                                                   | state      | days | why
20210310                                                   | current    | 5    | one message
20210310 5; 20210401 6                                     | current    | 6    | the latest information
20210401 6; 20210310 5                                     | current    | 6    | whatever their order
20210310 5; 20240401 6                                     | current    | 5    | later than the data-lock point is not seen
20210310 5 c1; 20210310 6 c2                               | current    | 6    | of one day, the one created last
20210310 5 c1; 20210310 6 c2 amendment                     | current    | 6    | an amendment takes the place
20210310 5 c1; 20210310 6 c1                               | tied       | -    | nothing tells which is newer
20210310 5; 20210310 6 unstamped                           | tied       | -    | one does not say when it was created
20210310 5 unstamped; 20210401 6                           | current    | 6    | which does not matter where the days differ
20210310 5 c1; 20210310 5 c1                               | current    | 5    | the same message twice is one
20210310 5; 20210401 5 nullification                       | nullified  | -    | taken back
20210310 5; 20240401 5 nullification                       | current    | 5    | taken back later
20210310 5; 20210401 5 nullification; 20210402 7           | current    | 7    | told again afterwards
20210310 5; 20210401 6 rejected                            | unreadable | -    | no older message steps in
20210310 5; 20210310 6 rejected                            | unreadable | -    | nor where it is of the same day
20210310 rejected; 20210401 6                              | current    | 6    | an older unreadable message does not matter
20210310 5; 20240401 6 rejected                            | current    | 5    | an unreadable message after the data-lock point neither
"""


def version(text):
    recent, *words = text.split()
    days = next((int(word) for word in words if word.isdigit()), 5)
    created = next((f"2021031{word[1]}000000" for word in words if word.startswith("c")), f"{recent}120000")
    if "unstamped" in words:
        created = ""
    start = (dt.date(2021, 1, 5) + dt.timedelta(days)).strftime("%Y%m%d")
    standing = {"nullification": "1", "amendment": "2", "rejected": "7"}
    code = next((standing[word] for word in words if word in standing), None)
    return Case(reactions=(Reaction(start=start),), recent=recent, created=created, standing=code)


@pytest.mark.parametrize("row", rows_of(TRUTH), ids=lambda row: row["why"])
@pytest.mark.parametrize("apart", [False, True], ids=["one file", "a file each"])
def test_which_message_speaks_for_a_case(row, apart, tmp_path):
    cases = [version(text) for text in row["messages"].split("; ")]
    texts = [r3(case) for case in cases] if apart else [r3(*cases)]
    truth = truth_of(tmp_path, *texts)
    assert [state for state, n in truth.cases.items() if n] == [row["state"]]
    found = reaction_rows(truth.current, Asked(DLP, NO_DICTIONARY))
    assert [str(one["days"]) for one in found if one["product"] == KYMRIAH] == ([row["days"]] if row["days"] else [])


def test_both_formats_tell_one_case_under_its_worldwide_number(tmp_path):
    older = Case(reactions=(Reaction(start="20210110"),), recent="20210310")
    newer = Case(reactions=(Reaction(start="20210111"),), recent="20210401")
    rows = rows_from(tmp_path, r2(older), r3(newer))
    assert [(row["days"], row["form"], row["worldwide_case_id"]) for row in rows] == [(6, "E2B(R3)", "US-MADEUP-1")]


def test_days_of_r2_are_those_of_dates_alone(tmp_path):
    reactions = (Reaction(start="20210110"), Reaction("Neurotoxicity", "202101", interval="6 d"))
    rows = rows_from(tmp_path, r2(Case(reactions=reactions)))
    assert [(answer(row), row["interval_text"], row["interval_days"]) for row in rows] == [
        ("5 dates", None, None),
        ("partial_reaction_date", None, None),
    ]


SETS = """
case                                            | all              | dates_only       | all_dated     | firsts_dropped | no_lag
CRS 20210110                                    | used             | used             | used          | used           | used
CRS 202101 6 d                                  | used             | told_by_interval | used          | used           | used
CRS 20210110 9 d                                | used             | told_by_interval | used          | used           | used
CRS 20210201                                    | used             | used             | used          | first_of_month | used
CRS 20210110; Cytokine storm 202101             | used             | used             | other_undated | used           | used
CRS 20210315                                    | no_receipt       | no_receipt       | no_receipt    | no_receipt     | used
CRS 202101; Cytokine storm MSK                  | reaction_date_withheld | reaction_date_withheld | reaction_date_withheld | reaction_date_withheld | reaction_date_withheld
"""


def reaction(text):
    name, _, rest = (
        text.strip().rpartition("CRS ") if text.strip().startswith("CRS") else text.strip().rpartition("storm ")
    )
    start, _, interval = rest.partition(" ")
    return Reaction(f"{name}storm" if name else "Cytokine release syndrome", start, interval=interval or None)


@pytest.mark.parametrize("row", rows_of(SETS), ids=lambda row: row["case"])
def test_each_set_says_why_it_leaves_a_case_out(row, tmp_path):
    rows = rows_from(tmp_path, r3(Case(reactions=tuple(map(reaction, row["case"].split(";"))), first="20210301")))
    found = {one["case_set"]: one["reason"] for one in excluded_rows(rows) if one["n"] and one["endpoint"] == "crs"}
    assert found == {name: row[name] for name in ("all", "dates_only", "all_dated", "firsts_dropped", "no_lag")}


def test_a_case_counts_once_with_its_earliest_reaction_of_an_endpoint(tmp_path):
    cases = [
        Case(f"US-MADEUP-{n}", (Reaction(start=f"202101{8 + n:02}"), Reaction("Cytokine storm", f"202101{7 + n:02}")))
        for n in range(3)
    ]
    rows = rows_from(tmp_path, r3(*cases))
    told = {(row["case_set"], row["method"]): row for row in distribution_rows(rows) if row["endpoint"] == "crs"}
    assert (told["all", "naive"]["n_read"], told["all", "naive"]["n_used"]) == (3, 3)
    assert told["all", "naive"]["observed_median_days"] == 3
    assert told["all", "naive"]["reason"] == "Only 3 cases with usable days: 10 are needed."


def test_many_cases_are_fitted_as_the_days_of_faers_are(tmp_path):
    days = (1, 2, 2, 3, 4, 5, 5, 7, 9, 12, 30, 60)
    started = [dt.date(2021, 1, 5) + dt.timedelta(day) for day in days]
    cases = [
        Case(f"US-MADEUP-{n}", (Reaction(start=day.strftime("%Y%m%d")),), first="20210401", recent="20210401")
        for n, day in enumerate(started)
    ]
    told = [row for row in distribution_rows(rows_from(tmp_path, r3(*cases))) if row["case_set"] == "all"]
    followed = [(DLP - dt.date(2021, 1, 5)).days - (dt.date(2021, 4, 1) - day).days for day in started]
    expected = method_rows({"endpoint": "crs"}, np.array(days, dtype=float), np.array(followed, dtype=float))
    names = ("shape", "scale_days", "median_days", "is_told", "longest_follow_up_days")
    assert [[row.get(name) for name in names] for row in told] == [
        [row.get(name) for name in names] for row in expected
    ]
    assert all(row["is_told"] for row in told)
