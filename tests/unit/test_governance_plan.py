"""Plans: read key by key, registered once, never changed, and within their family's alpha."""

from pathlib import Path

import pytest

from pipeline.config import Settings
from pipeline.errors import DecisionConflict, InputRefused, NothingThere, UsageError
from pipeline.governance.audit import events
from pipeline.governance.judging import judged_look
from pipeline.governance.ledger import LookRow, record_look
from pipeline.governance.plan import design_of, families, plan, plans, register_plan
from pipeline.governance.planfile import plan_content
from pipeline.sequential.judgement import Counts
from tests.governing import PLAN, Clock, any_design, content, founded, look_row, registered

COHORT = {"world": "cohort", "design": "{id: poisson_maxsprt}", "maximum_length": 20}


@pytest.fixture
def store(tmp_path):
    return founded(Settings(lake=str(tmp_path)), Clock())


def test_a_plan_keeps_what_its_file_says_and_pins_its_vocabulary(store, tmp_path):
    kept = registered(store, tmp_path)
    assert (kept.product, kept.endpoint, kept.scope, kept.comparator) == (
        "tisagenlecleucel", "spm_tcell", "narrow", "non_car_t"
    )  # fmt: skip
    assert kept.looks == ("2026Q1", "2026Q2", "2026Q3", "2026Q4")
    assert len(kept.endpoint_version) == 16
    assert kept.parameters["maximum_length"] == 400
    assert kept.parameters["minimum_events"] == 3
    assert kept.due_days == {"look": 90, "validation": 30, "assessment": 60}
    assert (kept.registered_by, kept.registered_at[:10], kept.amended_by) == ("ada", "2026-06-01", None)


def test_the_real_design_takes_the_plan_and_decides(store, tmp_path):
    with store.writing("ada") as writing:
        kept, _ = register_plan(writing, content(tmp_path))
    assert (design_of(kept).id, design_of(kept).world) == ("binomial_spending", "spontaneous")


def test_the_same_file_again_is_the_same_plan(store, tmp_path):
    first = registered(store, tmp_path)
    with store.reading() as connection:
        before = list(events(connection))
    with store.writing("ada") as writing:
        again, is_new = register_plan(writing, content(tmp_path, PLAN.replace("\n", "\n\n")), any_design)
    assert (again, is_new) == (first, False)
    with store.reading() as connection:
        assert list(events(connection)) == before


@pytest.mark.parametrize("n_looks", [0, 1])
def test_another_content_under_the_same_id_is_refused_before_the_first_look_as_after(store, tmp_path, n_looks):
    kept = registered(store, tmp_path)
    for number in range(1, n_looks + 1):
        with store.writing("system") as writing:
            record_look(writing, kept, look_row(kept, number))
    with pytest.raises(DecisionConflict, match="amends: tisa-tcell"):
        registered(store, tmp_path, alpha=0.02)
    with store.reading() as connection:
        assert plan(connection, "tisa-tcell") == kept


SPOILT = [
    ({"alpha": 0}, r"alpha is 0: it must be above 0 and at most 0.5"),
    ({"alpha": -0.1}, r"alpha is -0.1"),
    ({"alpha": 0.6}, r"alpha is 0.6"),
    ({"alpha": "yes"}, r"alpha is True"),
    ({"alpha": ".nan"}, r"alpha is nan"),
    ({"alpha": ".inf"}, r"alpha is inf"),
    ({"alpha": 0.06}, r"alpha is 0.06: it must be at most its family's alpha, 0.05"),
    ({"alpha": None}, r"lacks alpha"),
    ({"id": "Tisa!"}, r"id is 'Tisa!': it must be a short name"),
    ({"title": "''"}, r"The plan's title is missing"),
    ({"title": "3"}, r"title is 3: it must be text"),
    ({"title": '"\\a"'}, r"title holds a sign that cannot be printed"),
    ({"world": "registry"}, r"world is 'registry': it must be cohort or spontaneous"),
    ({"endpoint": "spm_tcell"}, r"The plan's endpoint is no list of keys"),
    ({"endpoint": "{id: spm_tcell, scope: wide}"}, r"scope is 'wide': it must be narrow or broad"),
    ({"endpoint": "{id: spm_tcell}"}, r"endpoint lacks scope"),
    ({"design": "{name: x}"}, r"design has the key 'name'"),
    ({"design": "{id: x, parameters: [1]}"}, r"parameters is \[1\]"),
    ({"expected": "{comparator: all, citation: x}"}, r"expected \(world spontaneous\) has the key 'citation'"),
    ({"expected": "none"}, r"expected is 'none'"),
    ({"family": "{id: tisa}"}, r"family lacks alpha"),
    ({"maximum_length": 0}, r"maximum_length is 0"),
    ({"minimum_events": 0}, r"minimum_events is 0: it must be a whole number"),
    ({"minimum_events": 2.5}, r"minimum_events is 2.5"),
    ({"looks": "{every: week, from: 2026Q1, to: 2026Q4}"}, r"every is 'week': it must be quarter or half_year or year"),
    ({"looks": "{every: quarter, from: 2026Q4, to: 2026Q1}"}, r"looks is \[\]"),
    (
        {"looks": "{every: quarter, from: 2026-01-01, to: 2026Q1}"},
        r"from is 2026-01-01: it must be quarters, as 2026Q1; the days of a cohort are listed",
    ),
    ({"looks": "{every: quarter, from: 1000Q1, to: 2026Q1}"}, r"1 to 400 data-lock points"),
    ({"looks": "{listed: [2026Q2, 2026Q1]}"}, r"rising order"),
    ({"looks": "{listed: [2026Q1, 2026Q1]}"}, r"each once"),
    ({"looks": "{listed: 2026Q1}"}, r"a list of data-lock points"),
    ({"looks": "{listed: [2026Q1], every: quarter}"}, r"looks has the key 'every'"),
    ({"looks": "[2026Q1]"}, r"either every, from and to, or listed"),
    ({"owner": 3}, r"owner is 3"),
    ({"due_days": "{look: 0}"}, r"look is 0"),
    ({"due_days": "{dinner: 3}"}, r"due_days has the key 'dinner'"),
    ({"budget": 3}, r"has the key 'budget', which it may not have: it may have id, title, world"),
]


@pytest.mark.parametrize(("changed", "said"), SPOILT, ids=lambda one: str(one)[:40])
def test_a_key_that_is_wrong_is_named_with_what_it_may_hold(tmp_path, changed, said):
    with pytest.raises(UsageError, match=said):
        content(tmp_path, **changed)


UNKNOWN = [
    ({"product": "aspirin"}, UsageError, "there is no product 'aspirin'"),
    ({"endpoint": "{id: hiccups, scope: narrow}"}, UsageError, "there is no endpoint 'hiccups'"),
    ({"endpoint": "{id: crs, scope: narrow, version: abc}"}, UsageError, "endpoint crs is of version abc"),
    ({"expected": "{comparator: nobody}"}, UsageError, "there is no comparator 'nobody'"),
    ({"owner": "zoe"}, NothingThere, "no actor 'zoe'"),
    ({"amends": "older"}, NothingThere, "no plan 'older'"),
    ({"design": "{id: binomial_spending, parameters: {alpha: 0.2}}"}, UsageError, "repeats alpha"),
]


@pytest.mark.parametrize(("changed", "kind", "said"), UNKNOWN, ids=lambda one: str(one)[:40])
def test_a_name_that_is_not_known_is_refused_and_nothing_is_kept(store, tmp_path, changed, kind, said):
    with pytest.raises(kind, match=said):
        registered(store, tmp_path, **changed)
    with store.reading() as connection:
        assert plans(connection) == []


def test_a_poisson_design_on_reports_is_refused_with_its_reason(store, tmp_path):
    given = content(tmp_path, design="{id: poisson_maxsprt}")
    with (
        pytest.raises(UsageError, match="nobody knows how many treated patients stand behind"),
        store.writing("ada") as w,
    ):
        register_plan(w, given)
    with store.reading() as connection:
        assert plans(connection) == []


@pytest.mark.parametrize(
    "expected",
    [
        "{per_100_person_years: 0.31, citation: A registry}",
        "{cumulative_incidence: 0.02, by_days: 365, citation: A registry}",
        "{baseline_events: 12, baseline_person_years: 4000, citation: A registry}",
    ],
)
def test_a_cohort_plan_says_where_its_baseline_comes_from(store, tmp_path, expected):
    looks = "{every: half_year, from: 2026Q2, to: 2027Q4}"
    kept = registered(store, tmp_path, **COHORT, expected=expected, looks=looks)
    assert kept.looks == ("2026-06-30", "2026-12-31", "2027-06-30", "2027-12-31")
    assert kept.expected["citation"] == "A registry"
    assert kept.comparator is None


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ("{comparator: all}", "one of per_100_person_years, cumulative_incidence, baseline_events"),
        ("{per_100_person_years: 0.3}", "lacks citation"),
        ("{per_100_person_years: 0, citation: x}", "per_100_person_years is 0"),
        ("{cumulative_incidence: 1.2, by_days: 30, citation: x}", "cumulative_incidence is 1.2"),
        ("{per_100_person_years: 1, cumulative_incidence: 0.1, citation: x}", "one of per_100"),
    ],
)
def test_a_baseline_that_is_wrong_is_refused(tmp_path, expected, said):
    with pytest.raises(UsageError, match=said):
        content(tmp_path, **COHORT, expected=expected)


def test_days_of_a_cohort_may_be_listed(tmp_path):
    given = content(
        tmp_path,
        **COHORT,
        expected="{per_100_person_years: 1, citation: x}",
        looks="{listed: [2026-03-31, 2026-06-30]}",
    )
    assert given["looks"] == ["2026-03-31", "2026-06-30"]
    with pytest.raises(UsageError, match="days, as 2026-06-30"):
        content(tmp_path, **COHORT, expected="{per_100_person_years: 1, citation: x}", looks="{listed: [2026Q1]}")


HOSTILE = [
    (b"", "is no list of keys"),
    (b"- 1\n- 2\n", "is no list of keys"),
    (b"id: [\n", "is no YAML that we take"),
    (b"\xff\xfe\x00", "cannot be read as text"),
    (b"id: a\nid: b\n", "the key 'id' twice"),
    (b"a: &x [1, 2]\nb: *x\n", "an anchor or alias"),
    (b"id: !!python/object/apply:os.system ['true']\n", "is no YAML that we take"),
    (b"a: " + b"[" * 40 + b"]" * 40, "more than 12 levels"),
    (b"#" * 300_000, "larger than 256 KiB"),
]


@pytest.mark.parametrize(("text", "said"), HOSTILE, ids=[said for _, said in HOSTILE])
def test_a_file_that_is_broken_or_hostile_is_refused(tmp_path, text, said):
    path = tmp_path / "plan.yaml"
    path.write_bytes(text)
    with pytest.raises((InputRefused, UsageError), match=said):
        plan_content(path)


def test_a_file_that_is_not_there_is_said_not_to_be(tmp_path):
    with pytest.raises(InputRefused, match=r"none\.yaml is not there: check the path"):
        plan_content(tmp_path / "none.yaml")
    with pytest.raises(InputRefused, match="is a folder: name a YAML file"):
        plan_content(tmp_path)


def test_a_cohort_plan_counts_by_the_narrow_list_and_refuses_another(tmp_path):
    with pytest.raises(UsageError, match="scope is 'broad': it must be narrow in a cohort"):
        content(
            tmp_path,
            **COHORT,
            endpoint="{id: crs, scope: broad}",
            expected="{per_100_person_years: 1, citation: x}",
            looks="{listed: [2026-03-31]}",
        )


class TestFamily:
    def test_shares_add_up_to_the_familys_alpha_and_not_beyond(self, store, tmp_path):
        for number, endpoint in enumerate(("crs", "icans", "aki", "tls", "fever")):
            registered(store, tmp_path, id=f"p{number}", endpoint=f"{{id: {endpoint}, scope: narrow}}")
        with pytest.raises(DecisionConflict, match=r"has 0 of its alpha 0.05 left, and the plan asks for 0.001"):
            registered(store, tmp_path, id="p9", endpoint="{id: cardiac, scope: narrow}", alpha=0.001)

    def test_a_family_has_one_alpha(self, store, tmp_path):
        registered(store, tmp_path)
        with pytest.raises(DecisionConflict, match=r"Family tisa has alpha 0.05 by plan tisa-tcell, not 0.1"):
            registered(store, tmp_path, id="p2", endpoint="{id: crs, scope: narrow}", family="{id: tisa, alpha: 0.1}")

    def test_the_same_question_twice_is_refused(self, store, tmp_path):
        registered(store, tmp_path)
        with pytest.raises(
            DecisionConflict, match="already asks about spontaneous, tisagenlecleucel, spm_tcell, narrow"
        ):
            registered(store, tmp_path, id="p2")


LATER = "{every: quarter, from: 2026Q2, to: 2026Q4}"


class TestAmendment:
    def test_an_amendment_closes_the_old_plan_and_takes_its_share(self, store, tmp_path):
        registered(store, tmp_path, alpha=0.04)
        new = registered(store, tmp_path, id="tisa-tcell-2", amends="tisa-tcell", alpha=0.05)
        with store.reading() as connection:
            assert plan(connection, "tisa-tcell").amended_by == new.id

    def test_what_the_old_plan_has_spent_stays_spent(self, store, tmp_path):
        old = registered(store, tmp_path, alpha=0.04)
        with store.writing("system") as writing:
            record_look(writing, old, look_row(old, 1, alpha_spent=0.02))
        with pytest.raises(DecisionConflict, match=r"has 0.03 of its alpha 0.05 left"):
            registered(store, tmp_path, id="new", amends="tisa-tcell", alpha=0.031, looks=LATER)
        assert (
            registered(store, tmp_path, id="new", amends="tisa-tcell", alpha=0.03, looks=LATER).amends == "tisa-tcell"
        )
        with store.reading() as connection:
            (told,) = families(connection)
        assert (told["used"], told["left"]) == (0.05, 0.0)

    def test_an_amendment_begins_after_the_last_look(self, store, tmp_path):
        old = registered(store, tmp_path)
        with store.writing("system") as writing:
            record_look(writing, old, look_row(old, 1))
        with pytest.raises(UsageError, match="has looked at 2026Q1 already: an amendment begins after it"):
            registered(store, tmp_path, id="new", amends="tisa-tcell")

    def test_a_plan_is_amended_once(self, store, tmp_path):
        registered(store, tmp_path)
        registered(store, tmp_path, id="second", amends="tisa-tcell")
        with pytest.raises(DecisionConflict, match="amended by second already"):
            registered(store, tmp_path, id="third", amends="tisa-tcell", endpoint="{id: crs, scope: narrow}")

    def test_an_amendment_stays_in_its_family(self, store, tmp_path):
        registered(store, tmp_path)
        with pytest.raises(UsageError, match="amend within a family"):
            registered(store, tmp_path, id="second", amends="tisa-tcell", family="{id: other, alpha: 0.05}")


def test_only_a_scientist_registers(store, tmp_path):
    given = content(tmp_path)
    for person in ("eve", "rex", "bob", "system"):
        with pytest.raises(UsageError, match="may not register plan"), store.writing(person) as writing:
            register_plan(writing, given, any_design)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"design": "{id: cusum, parameters: {expected_per_look: 3}}", "minimum_events": 1}, "of a mean that is known"),
        (
            {
                "world": "cohort",
                "design": "{id: poisson_maxsprt}",
                "expected": "{baseline_events: 9, baseline_person_years: 90, citation: x}",
            },
            "has no expected",
        ),
    ],
    ids=["a chart of reports", "a design that lacks what it counts"],
)
def test_a_plan_that_could_never_be_looked_at_is_refused(store, tmp_path, changed, words):
    given = content(tmp_path, **({"maximum_length": 20} | changed))
    with pytest.raises(UsageError, match=words), store.writing("ada") as writing:
        register_plan(writing, given)


def test_the_chart_that_the_guide_shows_is_a_plan(store, tmp_path):
    guide = (Path(__file__).resolve().parents[2] / "docs" / "governance.md").read_text(encoding="utf-8")
    (shown,) = [block.split("```")[0] for block in guide.split("```yaml\n")[1:] if "cusum" in block.split("```")[0]]
    changed = {line.partition(":")[0]: line.partition(":")[2].partition("#")[0].strip() for line in shown.splitlines()}
    with store.writing("ada") as writing:
        kept, _ = register_plan(writing, content(tmp_path, **changed, minimum_events=None))
    assert (kept.design, kept.maximum_length, kept.comparator) == ("cusum", 60, "non_car_t")


@pytest.mark.parametrize("design_id", ["cusum", "ewma"])
def test_a_chart_of_the_product_s_part_is_a_plan_and_judges_its_looks(store, tmp_path, design_id):
    """Three of sixty cases at the first look, fourteen of forty further ones at the third; the second was skipped."""
    given = f"{{id: {design_id}, parameters: {{share: 0.1, events_per_look: 30}}}}"
    with store.writing("ada") as writing:
        kept, _ = register_plan(writing, content(tmp_path, design=given, maximum_length=4, minimum_events=None))
    first = judged_look(kept, [], "2026Q1", Counts(3, compared=57, share=0.1), {})
    held = [first, LookRow(kept.id, 2, "2026Q2", status="skipped", decision="skipped", alpha_spent=first.alpha_spent)]
    third = judged_look(kept, held, "2026Q3", Counts(17, compared=83, share=0.1), {})
    assert (first.decision, third.decision) == ("continue", "crossed")
    assert 0 <= first.alpha_spent <= third.alpha_spent <= 0.01
    assert "A reporting alert" in third.note


def test_another_family_cannot_ask_the_same_question(store, tmp_path):
    registered(store, tmp_path)
    with pytest.raises(DecisionConflict, match="of family tisa already asks about"):
        registered(store, tmp_path, id="second", family="{id: other, alpha: 0.05}")
