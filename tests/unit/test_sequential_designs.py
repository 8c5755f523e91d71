"""Designs as a plan makes them: what they refuse, and what they say of looks."""

import dataclasses
import json
import math

import pytest

from pipeline.errors import UsageError
from pipeline.sequential import designs as designs_module
from pipeline.sequential.boundary import UNREACHABLE
from pipeline.sequential.designs import DESIGN_IDS, Counts, design
from pipeline.sequential.samplesize import WHOLE, length_for_power

POISSON = {"alpha": 0.05, "maximum_length": 20, "minimum_events": 1}
BINOMIAL = {"alpha": 0.05, "maximum_length": 60, "minimum_events": 1, "matching_ratio": 3}
CONDITIONAL = {"alpha": 0.05, "maximum_length": 1.5, "minimum_events": 1, "baseline_events": 20}
CHART = {"alpha": 0.05, "maximum_length": 20, "minimum_events": 1, "expected_per_look": 2}
PART = {"alpha": 0.05, "maximum_length": 20, "minimum_events": 1, "events_per_look": 8, "matching_ratio": 3}
GIVEN = {
    "poisson_maxsprt": ("cohort", POISSON),
    "conditional_maxsprt": ("cohort", CONDITIONAL),
    "poisson_spending": ("cohort", POISSON | {"looks": 10}),
    "binomial_maxsprt": ("spontaneous", BINOMIAL),
    "binomial_spending": ("spontaneous", BINOMIAL | {"looks": 10}),
    "cusum": ("spontaneous", CHART),
    "ewma": ("spontaneous", CHART),
}


def made(design_id, **more):
    world, parameters = GIVEN[design_id]
    return design(design_id, parameters | more, world)


@pytest.fixture(scope="module")
def designs():
    return {design_id: made(design_id) for design_id in GIVEN}


def counts(design_id, observed, at):
    """Counts of a look at an information of `at`, whatever it is of."""
    if design_id.startswith("binomial"):
        return Counts(observed, compared=int(at) - observed)
    if design_id == "conditional_maxsprt":
        return Counts(observed, time=float(at), baseline_time=12.0)
    return Counts(observed, expected=float(at))


def test_every_design_that_can_be_named_is_tried_here():
    assert set(GIVEN) == set(DESIGN_IDS)


@pytest.mark.parametrize("design_id", DESIGN_IDS)
def test_a_design_knows_its_id_and_its_world(designs, design_id):
    assert (designs[design_id].id, designs[design_id].world) == (design_id, GIVEN[design_id][0])


@pytest.mark.parametrize("design_id", DESIGN_IDS)
@pytest.mark.parametrize("alpha", [0, -0.05, 0.51, math.nan, math.inf, True, "0.05", None])
def test_an_alpha_outside_its_range_is_refused(design_id, alpha):
    with pytest.raises(UsageError, match="alpha"):
        made(design_id, alpha=alpha)


@pytest.mark.parametrize("design_id", DESIGN_IDS)
@pytest.mark.parametrize("length", [0, -1, math.nan, math.inf, "20"])
def test_a_length_that_cannot_be_is_refused(design_id, length):
    with pytest.raises(UsageError, match="maximum_length"):
        made(design_id, maximum_length=length)


@pytest.mark.parametrize("design_id", DESIGN_IDS)
def test_a_parameter_that_nobody_knows_is_refused_with_those_that_are(design_id):
    with pytest.raises(UsageError, match=rf"{design_id} takes no parameter 'power_': it takes .*maximum_length"):
        made(design_id, power_=1)


@pytest.mark.parametrize("design_id", DESIGN_IDS)
def test_a_parameter_that_is_missing_is_named(design_id):
    world, parameters = GIVEN[design_id]
    with pytest.raises(UsageError, match=rf"{design_id} needs maximum_length"):
        design(design_id, {key: value for key, value in parameters.items() if key != "maximum_length"}, world)


@pytest.mark.parametrize("design_id", ["poisson_maxsprt", "conditional_maxsprt", "poisson_spending"])
def test_a_poisson_plan_on_spontaneous_counts_is_refused_with_that_reason(design_id):
    with pytest.raises(UsageError, match="nobody knows how many treated patients stand behind"):
        design(design_id, GIVEN[design_id][1], "spontaneous")


@pytest.mark.parametrize("design_id", ["binomial_maxsprt", "binomial_spending", "cusum", "ewma"])
def test_a_design_for_reports_on_a_cohort_is_refused_with_that_reason(design_id):
    with pytest.raises(UsageError, match="followed patients have person-time"):
        design(design_id, GIVEN[design_id][1], "cohort")


@pytest.mark.parametrize(
    ("design_id", "world", "said"),
    [("maxsprt", "cohort", "no design 'maxsprt': choose one of poisson_maxsprt"), ("cusum", "reports", "no world")],
)
def test_an_unknown_design_or_world_is_refused(design_id, world, said):
    with pytest.raises(UsageError, match=said):
        design(design_id, POISSON, world)


@pytest.mark.parametrize(
    ("design_id", "more", "said"),
    [
        ("poisson_maxsprt", {"maximum_length": 1, "minimum_events": 4}, "even the lowest boundary spends only 0.01899"),
        ("poisson_maxsprt", {"minimum_events": 1.5}, "minimum_events is 1.5, and has to be a whole number"),
        ("poisson_maxsprt", {"maximum_length": 1e9}, "above 0 and at most 3000"),
        ("binomial_maxsprt", {"maximum_length": 30_000}, "from 1 to 3000"),
        ("binomial_spending", {"maximum_length": 90_000}, "22500 would be the product's; at most 20000"),
        ("cusum", {"maximum_length": 5_000}, "from 1 to 1000"),
        ("poisson_maxsprt", {"start": 21}, "start is 21"),
        ("poisson_maxsprt", {"start": -1}, "start is -1"),
        ("poisson_maxsprt", {"boundary": "wald"}, "one of continuous, grouped"),
        ("poisson_maxsprt", {"boundary": "grouped"}, "needs looks"),
        ("poisson_maxsprt", {"looks": [5, 4]}, "rising numbers above 0"),
        ("poisson_maxsprt", {"looks": [5, 25]}, "at most the maximum length of 20"),
        ("poisson_maxsprt", {"looks": []}, "rising numbers"),
        ("poisson_maxsprt", {"looks": [5, "x"]}, "rising numbers"),
        ("poisson_maxsprt", {"looks": 100_000}, "from 1 to 1000"),
        ("poisson_spending", {"spending": "haybittle"}, "one of pocock, obrien_fleming, power"),
        ("poisson_spending", {"spending": "power", "exponent": 0}, "exponent is 0"),
        ("poisson_spending", {"exponent": 2}, "takes no parameter 'exponent'"),
        ("conditional_maxsprt", {"baseline_events": 0}, "baseline_events is 0"),
        ("conditional_maxsprt", {"closing": "never"}, "one of at_event, between_events, at_next_event"),
        ("conditional_maxsprt", {"length_in": "events", "maximum_length": 3, "minimum_events": 5}, "minimum is 5"),
        ("conditional_maxsprt", {"length_in": "events", "maximum_length": 900}, "exact up to 600"),
        ("binomial_maxsprt", {"share": 0.2}, "either share, .* or matching_ratio"),
        ("binomial_maxsprt", {"matching_ratio": 0}, "matching_ratio is 0"),
        ("binomial_maxsprt", {"maximum_length": 20.5}, "whole number"),
        ("binomial_maxsprt", {"maximum_length": 2}, "nothing is rare enough to signal"),
        ("cusum", {"ratio": 1}, "ratio is 1, and has to be a number above 1"),
        ("cusum", {"dispersion": 0.5}, "dispersion of at least 1"),
        ("cusum", {"minimum_events": 3}, "1 as its least number of events"),
        ("cusum", {"expected_per_look": 0}, "expected_per_look is 0"),
        ("ewma", {"weight": 1.5}, "weight is 1.5"),
        ("ewma", {"expected_per_look": 10**400}, "expected_per_look is 1000"),
        ("cusum", {"dispersion": 10**400}, "dispersion is 1000"),
        ("cusum", {"events_per_look": 8}, "takes no parameter 'events_per_look'"),
        ("cusum", {"share": 0.2}, "takes no parameter 'share'"),
        ("poisson_spending", {"spending": "power", "exponent": 10**400}, "exponent is 1000"),
        ("poisson_maxsprt", {"looks": [10**400]}, "rising numbers above 0"),
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_is_refused_by_name(design_id, more, said):
    with pytest.raises(UsageError, match=said):
        made(design_id, **more)


@pytest.mark.parametrize("share", [0, 1, 1.5, -0.2])
def test_a_share_outside_its_range_is_refused(share):
    given = {key: value for key, value in BINOMIAL.items() if key != "matching_ratio"} | {"share": share}
    with pytest.raises(UsageError, match="share is"):
        design("binomial_maxsprt", given, "spontaneous")


@pytest.mark.parametrize("design_id", DESIGN_IDS)
def test_no_look_is_refused(designs, design_id):
    with pytest.raises(UsageError, match="There is no look"):
        designs[design_id].decide([])


@pytest.mark.parametrize("design_id", DESIGN_IDS)
def test_a_look_that_lacks_what_the_design_counts_is_refused(designs, design_id):
    with pytest.raises(UsageError, match="has no"):
        designs[design_id].decide([Counts(observed=3)])


@pytest.mark.parametrize("design_id", DESIGN_IDS)
def test_a_negative_count_is_refused(designs, design_id):
    with pytest.raises(UsageError, match="Look 1 has -1 observed events"):
        designs[design_id].decide([dataclasses.replace(counts(design_id, 0, 1), observed=-1)])


@pytest.mark.parametrize(
    ("design_id", "look", "said"),
    [
        ("poisson_maxsprt", Counts(1, expected=math.nan), "give a finite number"),
        ("poisson_maxsprt", Counts(1, expected=-1.0), "give a finite number"),
        ("poisson_maxsprt", Counts(1, expected=0.0), "1 events beside 0 expected"),
        ("conditional_maxsprt", Counts(1, time=3.0), "no baseline person-time"),
        ("conditional_maxsprt", Counts(1, time=3.0, baseline_time=0.0), "0.0 person-time of the baseline"),
        (
            "conditional_maxsprt",
            Counts(1, expected=2.0, baseline_events=21),
            "a baseline that changed needs a new plan",
        ),
        ("binomial_maxsprt", Counts(1, compared=-1), "-1 events of the comparator"),
        ("binomial_maxsprt", Counts(1, compared=1, share=1.0), "share of 1.0"),
        (
            "poisson_maxsprt",
            Counts(1, expected=2e9),
            "has 2,000,000,000 expected events, beside a length of 20: more than 200",
        ),
        ("poisson_spending", Counts(1, expected=2e9), "check the unit"),
        ("conditional_maxsprt", Counts(1, time=365.25, baseline_time=1.0), "check the unit"),
        ("binomial_maxsprt", Counts(1, compared=10**9), "check the unit"),
        ("cusum", Counts(1, expected=1e9), "at most 10000"),
        ("cusum", Counts(1, expected=math.inf), "inf expected reports"),
        ("cusum", Counts(1, compared=3, share=0.2), "one taken from the comparator's reports would make it alert"),
    ],
)
def test_a_look_that_cannot_be_is_refused(designs, design_id, look, said):
    with pytest.raises(UsageError, match=said):
        designs[design_id].decide([look])


@pytest.mark.parametrize("design_id", DESIGN_IDS)
def test_the_same_looks_give_the_same_decision(designs, design_id):
    looks = [counts(design_id, 1, 1), counts(design_id, 3, 4), counts(design_id, 2, 5)]
    assert designs[design_id].decide(looks) == designs[design_id].decide(list(looks))


@pytest.mark.parametrize("design_id", DESIGN_IDS)
def test_the_boundary_of_all_looks_is_what_each_of_them_was_told(designs, design_id):
    looks = [counts(design_id, at // 6, at) for at in (6, 12, 18)]
    found = designs[design_id].boundary(looks)
    told = [designs[design_id].decide(looks[: at + 1]) for at in range(3)]
    assert found.spent == [one.alpha_spent for one in told]
    assert found.least == [UNREACHABLE if one.least_count is None else one.least_count for one in told]


@pytest.mark.parametrize("design_id", DESIGN_IDS)
def test_a_decision_is_plain_data_that_a_ledger_can_keep(designs, design_id):
    found = designs[design_id].decide([counts(design_id, 1, 4), counts(design_id, 3, 9)])
    assert json.loads(json.dumps(dataclasses.asdict(found))) == dataclasses.asdict(found)
    rows = designs[design_id].operating([2.0])
    assert json.loads(json.dumps(dataclasses.asdict(rows[0]))) == dataclasses.asdict(rows[0])


@pytest.mark.parametrize("design_id", DESIGN_IDS)
def test_alpha_spent_and_left_add_up(designs, design_id):
    found = designs[design_id].decide([counts(design_id, 1, 4), counts(design_id, 1, 9)])
    assert found.alpha_spent + found.alpha_left == pytest.approx(0.05, abs=1e-15)
    assert 0 <= found.alpha_spent <= 0.05


@pytest.mark.parametrize("design_id", DESIGN_IDS)
def test_the_least_count_crosses_and_one_fewer_does_not(designs, design_id):
    least = designs[design_id].decide([counts(design_id, 0, 12)]).least_count
    here, below = (designs[design_id].decide([counts(design_id, count, 12)]) for count in (least, least - 1))
    assert (here.is_crossed, here.is_ended, below.is_crossed, below.is_ended) == (True, True, False, False)
    assert here.statistic >= here.critical_value > below.statistic
    assert here.alpha_spent == below.alpha_spent


@pytest.mark.parametrize("design_id", DESIGN_IDS)
def test_operating_says_alpha_at_one_and_more_power_the_more_there_is_to_find(designs, design_id):
    null, *found = designs[design_id].operating([1.0, 1.5, 2.0, 3.0])
    assert null.power <= 0.05 + 1e-12
    powers = [row.power for row in found]
    assert null.power < powers[0] < powers[1] < powers[2]
    assert found[2].length_to_signal < found[1].length_to_signal


@pytest.mark.parametrize("ratio", [0, -1, math.nan, math.inf])
def test_an_impossible_ratio_is_refused(designs, ratio):
    for each in designs.values():
        with pytest.raises(UsageError, match="give a finite number above 0"):
            each.operating([ratio])


@pytest.mark.parametrize("design_id", ["poisson_maxsprt", "binomial_maxsprt", "poisson_spending", "cusum", "ewma"])
def test_counts_that_vary_more_spend_more_than_alpha(design_id):
    planned = made(design_id) if design_id in {"cusum", "ewma"} else made(design_id, looks=20)
    plain, twice, thrice = planned.dispersed([1.0, 2.0, 3.0])
    assert plain.alpha <= 0.05 + 1e-12
    assert plain.alpha < twice.alpha < thrice.alpha
    assert twice.alpha > 0.05


def test_what_a_design_cannot_say_is_an_error_and_no_guess(designs):
    with pytest.raises(UsageError, match="poisson_maxsprt needs looks"):
        designs["poisson_maxsprt"].dispersed([2.0])
    with pytest.raises(UsageError, match="the baseline's is not known"):
        made("conditional_maxsprt", looks=10).dispersed([2.0])
    with pytest.raises(UsageError, match="poisson_spending needs looks"):
        design("poisson_spending", POISSON, "cohort").operating([2.0])


def test_an_alert_is_called_a_reporting_alert(designs, parts):
    for held, look in ((designs, Counts(40, expected=2.0)), (parts, Counts(40, compared=6))):
        for each in ("cusum", "ewma"):
            found = held[each].decide([look])
            assert found.is_crossed
            assert found.note.startswith("A reporting alert")


@pytest.fixture(scope="module")
def parts():
    """Charts of the product's part of the events of both."""
    return {design_id: design(design_id, PART, "spontaneous") for design_id in ("cusum", "ewma")}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"events_per_look": None}, "needs events_per_look"),
        ({"events_per_look": 0}, "events_per_look is 0"),
        ({"events_per_look": 100_000}, "25000 would be the product's; at most 1000"),
        ({"matching_ratio": None}, "either share, .* or matching_ratio"),
        ({"events_per_look": 0.01}, "nothing is rare enough to alert"),
        ({"minimum_events": 3}, "1 as its least number of events"),
    ],
)
def test_a_chart_beside_a_comparator_that_cannot_be_is_refused(more, said):
    given = {key: value for key, value in (PART | more).items() if value is not None}
    with pytest.raises(UsageError, match=said):
        design("cusum", given, "spontaneous")


@pytest.mark.parametrize(
    ("look", "said"),
    [
        (Counts(3), "no comparator's events"),
        (Counts(3, compared=-1), "-1 events of the comparator"),
        (Counts(-3, compared=1), "-3 observed events"),
        (Counts(3, compared=1, share=1.0), "share of 1.0"),
        (Counts(0, compared=2_000_000, share=0.001), "2,000,000 events of product and comparator more"),
    ],
)
def test_a_look_that_a_chart_beside_a_comparator_cannot_read_is_refused(parts, look, said):
    for each in parts.values():
        with pytest.raises(UsageError, match=said):
            each.decide([look])


def test_a_chart_beside_a_comparator_has_more_power_the_more_there_is_to_find(parts):
    for each in parts.values():
        null, *found = each.operating([1.0, 1.5, 2.0, 3.0])
        assert null.power <= 0.05
        assert null.power < found[0].power < found[1].power < found[2].power
        assert found[2].average_run_length < found[0].average_run_length < null.average_run_length
        plain, twice = each.dispersed([1.0, 2.0])
        assert plain.alpha == null.power < twice.alpha


def test_a_chart_planned_for_a_dispersion_asks_for_more(parts):
    given = PART | {"dispersion": 2.0}
    wide = design("cusum", given, "spontaneous")
    assert wide.planned.limit > parts["cusum"].planned.limit
    assert wide.dispersed([2.0])[0].alpha <= 0.05


def test_a_chart_of_few_events_a_look_plans_whole_ones():
    few = design("cusum", PART | {"events_per_look": 0.5, "maximum_length": 40}, "spontaneous")
    assert sum(law.events for law in few.planned.laws) == 20
    assert few.operating([1.0])[0].average_run_length is None


def test_no_look_without_a_further_event_of_the_product_alerts(parts):
    """Nor after a first look with much from before the plan, whose limit is raised."""
    assert parts["cusum"].limits([Counts(0, compared=100)])[0] > parts["cusum"].planned.limit
    for made in parts.values():
        most = made.boundary([Counts(0, compared=100)]).least[0] - 1
        held = [Counts(most, compared=100 - most + 8 * at) for at in range(12)]
        for number in range(1, len(held) + 1):
            decided = made.decide(held[:number])
            assert not decided.is_crossed
            assert decided.least_count is None or decided.least_count > most


def test_alpha_is_left_for_looks_after_one_with_much_from_before_the_plan(parts):
    for made in parts.values():
        backlog = [Counts(0, compared=400), Counts(0, compared=408)]
        assert made.boundary(backlog).spent[-1] < 0.02


def test_a_comparator_that_lost_cases_compares_nothing(parts):
    for made in parts.values():
        held = [Counts(2, compared=6), Counts(9, compared=5), Counts(10, compared=14)]
        before, lost, after = (made.decide(held[:number]) for number in (1, 2, 3))
        assert (lost.least_count, lost.is_crossed, lost.alpha_spent) == (None, False, before.alpha_spent)
        assert "The comparator's count is 5, and was 6: nothing can be compared" in lost.note
        # Of the third look one event of the product and eight of the comparator are new.
        same = made.decide([Counts(2, compared=6), Counts(2, compared=6), Counts(3, compared=14)])
        assert (after.statistic, after.alpha_spent) == (same.statistic, same.alpha_spent)
        assert after.least_count == same.least_count + 7


def test_a_baseline_may_be_given_as_expected_events(designs):
    by_time = designs["conditional_maxsprt"].decide([Counts(9, time=25.0, baseline_time=100.0, baseline_events=20)])
    by_expected = designs["conditional_maxsprt"].decide([Counts(9, expected=5.0)])
    assert by_time == by_expected


def test_person_time_without_end_is_refused_where_events_end_the_surveillance():
    ending = made("conditional_maxsprt", length_in="events", maximum_length=10)
    with pytest.raises(UsageError, match="check the unit"):
        ending.decide([Counts(2, time=1e9, baseline_time=1.0)])


def test_surveillance_in_events_ends_with_the_look_that_has_them():
    ending = made("conditional_maxsprt", length_in="events", maximum_length=10)
    before, there, after = (
        ending.decide([Counts(n, expected=n + 2.0) for n in upto]) for upto in ((6,), (6, 10), (6, 10, 12))
    )
    assert (before.is_ended, there.is_ended, after.is_ended) == (False, True, True)
    assert after.least_count is None
    assert "Surveillance had ended before this look" in after.note


@pytest.mark.parametrize("design_id", DESIGN_IDS)
def test_the_length_for_a_power_has_it(design_id):
    world, given = GIVEN[design_id]
    given = {key: value for key, value in given.items() if key != "maximum_length"} | {"expected_per_look": 1}
    if design_id not in {"cusum", "ewma"}:
        del given["expected_per_look"]
    length = length_for_power(design_id, given, world, relative_risk=4.0, power=0.6)
    found, shorter = (
        design(design_id, given | {"maximum_length": at}, world).operating([4.0])[0].power
        for at in (length, length - 1 if design_id in WHOLE else 0.98 * length)
    )
    assert shorter < 0.6 <= found


def test_a_length_that_no_plan_of_the_design_may_have_is_refused(monkeypatch):
    monkeypatch.setattr(designs_module, "MOST_FLAT", 20)
    with pytest.raises(UsageError, match=r"maximum_length is 32\.0, and has to be a number above 0 and at most 20"):
        length_for_power("poisson_maxsprt", {"alpha": 0.05}, "cohort", relative_risk=1.01, power=0.9)


@pytest.mark.parametrize(("ratio", "power"), [(1.0, 0.8), (math.inf, 0.8), (2.0, 1.0), (2.0, 0.0)])
def test_a_length_is_only_looked_for_where_there_can_be_one(ratio, power):
    with pytest.raises(UsageError, match="give more than 1, and a power between 0 and 1"):
        length_for_power("poisson_maxsprt", {"alpha": 0.05}, "cohort", relative_risk=ratio, power=power)


def test_events_at_the_signal_are_those_of_the_boundary_and_beyond():
    (found,) = made("poisson_maxsprt", looks=[20]).operating([2.0])
    crossing = made("poisson_maxsprt", looks=[20]).planned_least([20.0])[0]
    assert crossing < found.events_to_signal < 2 * 20 + 10


@pytest.mark.parametrize("design_id", ["poisson_maxsprt", "binomial_maxsprt"])
def test_a_grouped_plan_ends_with_its_last_planned_look(design_id):
    last = made(design_id, looks=[6, 12], boundary="grouped")
    ended = last.decide([counts(design_id, 1, 12)])
    assert ended.is_ended
    assert "The length of 12" in ended.note


def test_without_information_nothing_can_cross():
    for each in ("poisson_maxsprt", "poisson_spending"):
        found = made(each).decide([Counts(0, expected=0.0)])
        assert (found.least_count, found.critical_value, found.alpha_spent) == (None, None, 0.0)
