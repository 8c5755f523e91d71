"""Generated reports whose duplicates are known: that what is called true is true, and that missing is as in FAERS."""

import dataclasses

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contract.renderings import arrow_schema
from pipeline.contract.tables import table as declared
from pipeline.demo.copies import TYPED, copied_cases
from pipeline.demo.copies_mixes import MIXES, SIXTEEN, TRAINING, UNSEEN, mix_named
from pipeline.errors import UsageError

CLEAN, N_CASES = MIXES["clean"], 12_000
ALL = tuple(MIXES.values())
PURE = dataclasses.replace(CLEAN, name="pure", respelled=0.0, role_changed=0.0, number_kept=0.0)


@pytest.fixture(scope="module")
def made():
    """Copies of a mix, made once for all tests of the module."""
    kept = {}

    def copies(mix, n_cases=N_CASES, seed=3):
        key = (mix.name, n_cases, seed)
        if key not in kept:
            kept[key] = copied_cases(seed, mix, n_cases)
        return kept[key]

    return copies


def versions(copies):
    """report_version with truth and kind beside it, as lists by column."""
    told = copies.tables["report_version"].to_pydict()
    return (
        told
        | {name: copies.kind[name].to_pylist() for name in ("kind", "group", "group_id", "is_car_t")}
        | {"event_id": copies.truth["event_id"].to_pylist()}
    )


def missing(copies, column):
    return copies.tables["report_version"][column].null_count / len(copies.truth)


def sets_by_case(copies, name, column):
    found = {}
    rows = copies.tables[name]
    for case, value in zip(rows["case_id"].to_pylist(), rows[column].to_pylist(), strict=True):
        found.setdefault(case, set()).add(value)
    return found


@pytest.mark.parametrize("mix", ALL, ids=lambda mix: mix.name)
def test_every_table_fits_its_contract(mix, made):
    copies = made(mix, 1500)
    assert set(copies.tables) == {table.name for table in TYPED}
    for name, rows in copies.tables.items():
        assert rows.schema == arrow_schema(declared(name)), name
        key = rows.select(list(declared(name).key))
        assert key.group_by(key.column_names).aggregate([]).num_rows == rows.num_rows, name


@pytest.mark.parametrize("mix", ALL, ids=lambda mix: mix.name)
def test_every_case_has_one_version_a_drug_and_a_reaction(mix, made):
    copies = made(mix, 1500)
    cases = copies.truth["case_id"].to_pylist()
    assert cases == sorted(set(cases)) == copies.tables["report_version"]["case_id"].to_pylist()
    for name in ("case_drug", "case_reaction"):
        assert set(copies.tables[name]["case_id"].to_pylist()) == set(cases)
    primary = copies.tables["case_drug"].filter(pc.field("role_code") == "PS")["case_id"].to_pylist()
    assert sorted(primary) == cases


def test_equal_arguments_give_equal_tables():
    one, two = (copied_cases(7, MIXES["mixed"], 800) for _ in range(2))
    assert one.truth.equals(two.truth)
    assert one.kind.equals(two.kind)
    assert all(one.tables[name].equals(two.tables[name]) for name in one.tables)


def test_another_seed_or_mix_gives_other_patients():
    ages = [
        copied_cases(seed, mix, 800).tables["report_version"]["age_years"].to_pylist()[:300]
        for seed, mix in ((7, CLEAN), (8, CLEAN), (7, MIXES["dates"]))
    ]
    assert ages[0] != ages[1]
    assert ages[0] != ages[2]


@given(seed=st.integers(0, 10**6), n_cases=st.integers(1, 300), mix=st.sampled_from(ALL))
@settings(max_examples=25, deadline=None)
def test_any_seed_size_and_mix_gives_whole_tables(seed, n_cases, mix):
    copies = copied_cases(seed, mix, n_cases)
    assert len(copies.truth) >= 1
    assert copies.truth["case_id"].to_pylist() == copies.kind["case_id"].to_pylist()
    bases = copies.truth.filter(pc.equal(copies.kind["kind"], "base"))["event_id"].to_pylist()
    assert len(bases) == len(set(bases))
    assert set(bases) == set(copies.truth["event_id"].to_pylist())


@pytest.mark.parametrize("mix", ALL, ids=lambda mix: mix.name)
def test_the_number_of_cases_is_near_the_one_asked_for(mix, made):
    assert len(made(mix).truth) == pytest.approx(N_CASES, rel=0.05)


@pytest.mark.parametrize("mix", ALL, ids=lambda mix: mix.name)
def test_look_alikes_are_different_patients(mix, made):
    told = versions(made(mix))
    rows = list(zip(told["event_id"], told["group_id"], told["kind"], strict=True))
    groups_of_event = {}
    for event, group, _ in rows:
        groups_of_event.setdefault(event, set()).add(group)
    assert all(len(groups) == 1 for groups in groups_of_event.values())
    bases = [(group, event) for event, group, kind in rows if kind == "base" and group is not None]
    assert len(bases) == len(set(bases))
    assert any(len([one for one in bases if one[0] == group]) > 1 for group in {group for group, _ in bases})


def test_an_untouched_copy_says_what_the_base_report_says(made):
    copies = made(PURE)
    told = versions(copies)
    reactions, drugs = sets_by_case(copies, "case_reaction", "pt"), sets_by_case(copies, "case_drug", "drug_name")
    base = {
        event: at for at, (event, kind) in enumerate(zip(told["event_id"], told["kind"], strict=True)) if kind == "base"
    }
    forwarded = [at for at, kind in enumerate(told["kind"]) if kind == "forward"]
    assert len(forwarded) > 300
    for at in forwarded:
        first = base[told["event_id"][at]]
        for column in ("age_years", "sex_code", "weight_kg", "event_country_code"):
            assert told[column][at] == told[column][first]
        assert reactions[told["case_id"][at]] == reactions[told["case_id"][first]]
        assert drugs[told["case_id"][at]] == drugs[told["case_id"][first]]
        assert told["manufacturer_sender"][at] != told["manufacturer_sender"][first]


def test_missing_is_as_in_faers(made):
    copies = made(CLEAN)
    # 2017Q2: age 40 %, sex 7 %, weight 83 %; CAR-T reports and articles say more
    assert missing(copies, "age_years") == pytest.approx(0.39, abs=0.02)
    assert missing(copies, "sex_code") == pytest.approx(0.07, abs=0.01)
    assert missing(copies, "weight_kg") == pytest.approx(0.80, abs=0.02)
    assert missing(copies, "event_country_code") == pytest.approx(0.03, abs=0.01)
    assert missing(copies, "manufacturer_number") == pytest.approx(0.03, abs=0.01)
    assert missing(copies, "event_date_text") == pytest.approx(0.47, abs=0.02)


def test_of_the_dates_since_the_third_quarter_of_2021_42_percent_are_firsts(made):
    told = made(CLEAN).tables["report_version"].filter(pc.field("quarter") >= "2021Q3")
    days = pc.day(told["event_date"]).drop_null()
    assert pc.mean(pc.equal(days, 1)).as_py() == pytest.approx(0.426, abs=0.03)
    assert set(told["event_date_precision"].to_pylist()) == {"day", "year", None}


def test_a_first_is_marked_as_possibly_padded_only_since_then(made):
    told = made(CLEAN).tables["report_version"]
    first = pc.fill_null(pc.equal(pc.day(told["event_date"]), 1), fill_value=False)
    late = pc.greater_equal(told["quarter"], "2021Q3")
    assert told["is_event_date_possibly_padded"].to_pylist() == pc.and_(first, late).to_pylist()


def test_what_a_copy_loses_follows_its_parameter(made):
    lossy = dataclasses.replace(PURE, name="lossy", lost=0.25)
    told = versions(made(lossy))
    known = {
        event
        for event, kind, sex in zip(told["event_id"], told["kind"], told["sex_code"], strict=True)
        if kind == "base" and sex
    }
    copied = [
        sex
        for event, kind, sex in zip(told["event_id"], told["kind"], told["sex_code"], strict=True)
        if kind == "forward" and event in known
    ]
    assert np.mean([sex is None for sex in copied]) == pytest.approx(0.25, abs=0.05)


def test_moved_dates_follow_their_parameter(made):
    told = versions(made(MIXES["dates"]))
    base = {
        event: day
        for event, kind, day in zip(told["event_id"], told["kind"], told["event_date"], strict=True)
        if kind == "base"
    }
    apart = [
        (day - base[event]).days
        for event, kind, day in zip(told["event_id"], told["kind"], told["event_date"], strict=True)
        if kind == "forward" and day and base[event] and base[event].day != 1
    ]
    assert np.mean([days != 0 for days in apart]) == pytest.approx(0.30 + 0.08 * 0.36 + 0.12, abs=0.06)


def test_sixteen_manufacturers_have_sixteen_names_and_numbers(made):
    told = versions(made(MIXES["sixteen"]))
    rows = zip(told["event_id"], told["kind"], told["manufacturer_sender"], told["manufacturer_number"], strict=True)
    by_event = {}
    for event, kind, sender, number in rows:
        by_event.setdefault(event, []).append((kind, sender, number))
    sixteen = [reports for reports in by_event.values() if any(kind == "sixteen" for kind, *_ in reports)]
    assert len(sixteen) > 20
    for reports in sixteen:
        chosen = [(sender, number) for kind, sender, number in reports if kind in {"base", "sixteen"}]
        assert len(chosen) == len({sender for sender, _ in chosen}) == SIXTEEN
        numbers = [number for _, number in chosen if number]
        assert len(numbers) == len(set(numbers))


def test_patients_of_one_article_are_told_apart_by_their_event(made):
    told = versions(made(MIXES["literature"]))
    rows = zip(told["literature_reference"], told["event_id"], told["manufacturer_sender"], strict=True)
    by_article = {}
    for article, event, sender in rows:
        if article:
            by_article.setdefault(article, []).append((event, sender))
    several = [reports for reports in by_article.values() if len({event for event, _ in reports}) > 1]
    assert len(several) > 50
    assert any(len({sender for _, sender in reports}) > 2 for reports in several)


def test_car_t_look_alikes_share_product_country_and_sex_and_often_the_day(made):
    told = versions(made(MIXES["twins"], 24_000))
    groups = {}
    for at, (group, kind, number) in enumerate(zip(told["group"], told["kind"], told["group_id"], strict=True)):
        if group == "car_t" and kind == "base":
            groups.setdefault(number, []).append(at)
    groups = [group for group in groups.values() if len(group) > 1]
    assert len(groups) > 80
    for group in groups:
        assert len({told["event_country_code"][at] for at in group} - {None}) <= 1
        assert len({told["sex_code"][at] for at in group} - {None}) <= 1
        ages = [told["age_years"][at] for at in group if told["age_years"][at] is not None]
        assert not ages or max(ages) - min(ages) <= 6
    days = [[told["event_date"][at] for at in group if told["event_date"][at]] for group in groups]
    assert np.mean([len(set(day)) < len(day) for day in days if len(day) > 1]) > 0.3


def test_a_follow_up_often_keeps_its_number_and_sender(made):
    told = versions(made(MIXES["follow_up"]))
    rows = list(
        zip(told["event_id"], told["kind"], told["manufacturer_number"], told["manufacturer_sender"], strict=True)
    )
    base = {event: (number, sender) for event, kind, number, sender in rows if kind == "base"}
    same = [(number, sender) == base[event] for event, kind, number, sender in rows if kind == "follow_up" and number]
    assert np.mean(same) == pytest.approx(0.75, abs=0.06)


def test_slips_follow_their_parameter(made):
    slips = dataclasses.replace(PURE, name="slips", typo_drug=0.3)
    copies = made(slips)
    told = versions(copies)
    names = sets_by_case(copies, "case_drug", "drug_name")
    base = {
        event: case
        for event, kind, case in zip(told["event_id"], told["kind"], told["case_id"], strict=True)
        if kind == "base"
    }
    spelled = [
        name in names[base[event]]
        for event, kind, case in zip(told["event_id"], told["kind"], told["case_id"], strict=True)
        if kind == "forward"
        for name in names[case]
    ]
    assert 1 - np.mean(spelled) == pytest.approx(0.3, abs=0.05)


def test_car_t_cases_are_there_in_every_mix(made):
    for mix in ALL:
        share = np.mean(made(mix).kind["is_car_t"].to_numpy(zero_copy_only=False))
        assert 0.01 < share < 0.12, mix.name


def test_the_unseen_mix_has_no_parameter_of_corruption_in_common_with_another():
    fixed = {"name", "meaning", "first", "last"}
    for field in dataclasses.fields(UNSEEN):
        if field.name not in fixed:
            seen = {getattr(mix, field.name) for mix in TRAINING}
            assert getattr(UNSEEN, field.name) not in seen, field.name


def test_reports_are_received_after_their_event(made):
    told = made(MIXES["dates"]).tables["report_version"]
    both = pa.table({"event": told["event_date"], "fda": told["fda_date"]}).drop_null()
    assert pc.all(pc.less_equal(both["event"], both["fda"])).as_py()


def test_fewer_than_one_case_and_an_unknown_mix_are_refused():
    with pytest.raises(UsageError, match="at least 1"):
        copied_cases(1, CLEAN, 0)
    with pytest.raises(UsageError, match="the mixes are clean"):
        mix_named("heavy")
    assert mix_named("unseen") is UNSEEN
