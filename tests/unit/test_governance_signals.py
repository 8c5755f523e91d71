"""Signals: what opens one, who moves it, who signs, and what may be found out about it."""

import datetime as dt
from dataclasses import replace

import pytest

from pipeline.config import Settings
from pipeline.errors import DecisionConflict, NothingThere, UsageError
from pipeline.governance.actors import Actor, add_actor
from pipeline.governance.assessment import Assessment, assess
from pipeline.governance.audit import events
from pipeline.governance.decisions import move, sign, signatures, withdraw
from pipeline.governance.evidence import Evidence
from pipeline.governance.ledger import CROSSED, record_look
from pipeline.governance.signals import open_from_look, open_once, open_signal, signal, signals
from tests.governing import Clock, acting, founded, look_row, opening_by, registered

OPENING = opening_by("FAERS 12345678")
UP_TO_ASSESSMENT = ("validated", "prioritised", "under_assessment")


@pytest.fixture
def clock():
    return Clock("2026-06-01T09:00:00+00:00")


@pytest.fixture
def store(tmp_path, clock):
    return founded(Settings(lake=str(tmp_path)), clock)


@pytest.fixture
def act(store):
    return acting(store)


@pytest.fixture
def opened(act):
    return act("ada", open_signal, OPENING)


@pytest.fixture
def assessed(act, opened):
    for state in UP_TO_ASSESSMENT:
        act("ada", move, 1, state, f"Now {state}")
    return opened


def crossing(act, plan, number=1, **changed):
    return act("system", record_look, plan, look_row(plan, number, decision=CROSSED, **changed))


class TestOpening:
    def test_a_single_designated_event_opens_one(self, opened):
        assert (opened.id, opened.version, opened.state) == (1, 1, "detected")
        assert opened.content["due_on"] == "2026-07-01"  # thirty days to validate
        assert opened.content["listedness"]["version"] == "us-2024-04"
        assert opened.evidence[0]["reference"] == "FAERS 12345678"

    @pytest.mark.parametrize("source", ["literature", "regulator", "cohort"])
    def test_so_do_literature_a_letter_and_the_cohort(self, act, source):
        assert act("ada", open_signal, replace(OPENING, source=source, endpoint="crs")).content["source"] == source

    @pytest.mark.parametrize(
        ("changed", "kind", "said"),
        [
            ({"source": "rumour"}, UsageError, "'rumour' opens no signal: give one of"),
            ({"source": "sequential_look"}, UsageError, "A look opens its signal by itself"),
            (
                {"source": "literature", "reference": " "},
                UsageError,
                "The reference that a signal from literature needs is missing",
            ),
            ({"title": " "}, UsageError, "The signal's title is missing"),
            ({"reason": ""}, UsageError, "The signal's reason is missing"),
            ({"title": "\x1b[2Jred"}, UsageError, r"holds a sign that cannot be printed, '\\x1b'"),
            ({"reason": "\ud800"}, UsageError, "cannot be printed"),
            ({"title": "T" * 201}, UsageError, "has 201 signs: it can have 200"),
            ({"product": "aspirin"}, UsageError, "no product 'aspirin'"),
            ({"endpoint": "hiccups"}, UsageError, "no endpoint 'hiccups'"),
            (
                {"endpoint": "fever"},
                UsageError,
                "fever is no designated event: designated are cerebral_oedema, spm_tcell",
            ),
            ({"owner": "zoe"}, NothingThere, "no actor 'zoe'"),
            ({"detected_on": dt.date(2026, 6, 2)}, UsageError, "cannot have been detected on 2026-06-02"),
            ({"received_on": dt.date(2026, 6, 2)}, UsageError, "cannot have been received on 2026-06-02"),
            ({"evidence": (Evidence("dream", "x", "other"),)}, UsageError, "'dream' is no kind of evidence"),
            ({"evidence": (Evidence("case", "x", "moon"),)}, UsageError, "'moon' is no world"),
            (
                {"evidence": (Evidence("case", " ", "other"),)},
                UsageError,
                "reference of evidence of kind case is missing",
            ),
            ({"evidence": (Evidence("case", "x", "other", False),)}, UsageError, "give the reason"),
        ],
        ids=lambda one: str(one)[:40],
    )
    def test_what_is_unfit_is_refused_and_nothing_is_kept(self, act, store, changed, kind, said):
        with pytest.raises(kind, match=said):
            act("ada", open_signal, replace(OPENING, **changed))
        with store.reading() as connection:
            assert signals(connection) == []

    def test_one_detected_earlier_is_due_from_then_on(self, act):
        early = act("ada", open_signal, replace(OPENING, detected_on=dt.date(2026, 5, 1)))
        assert early.content["due_on"] == "2026-05-31"

    def test_what_is_found_again_is_opened_once(self, act):
        found = replace(OPENING, origin="case:12345678")
        first, again = act("system", open_once, found), act("system", open_once, found)
        assert (first[1], again) == (True, (first[0], False))
        with pytest.raises(UsageError, match="has no origin"):
            act("system", open_once, OPENING)

    def test_the_same_origin_opens_one_only(self, act):
        act("ada", open_signal, replace(OPENING, origin="letter:7"))
        with pytest.raises(DecisionConflict, match="Somebody else wrote the same thing"):
            act("ada", open_signal, replace(OPENING, origin="letter:7"))


class TestCrossing:
    @pytest.fixture
    def plan(self, store, tmp_path):
        return registered(store, tmp_path, due_days="{validation: 5}")

    def test_a_crossing_opens_a_signal_with_all_that_recreates_it(self, act, plan):
        look = crossing(act, plan, run_id="abc")
        new, is_changed = act("system", open_from_look, plan, look)
        assert (new.origin, new.content["owner"], new.content["due_on"]) == ("look:tisa-tcell:1", "ada", "2026-06-06")
        snapshot = new.evidence[0]["snapshot"]
        assert (snapshot["data"], snapshot["run_id"], is_changed) == ({"tables": {"signal": 1}}, "abc", True)

    def test_the_same_crossing_again_finds_its_signal(self, act, plan, store):
        look = crossing(act, plan)
        act("system", open_from_look, plan, look)
        with store.reading() as connection:
            before = len(list(events(connection)))
        assert act("system", open_from_look, plan, look)[1] is False
        with store.reading() as connection:
            assert len(list(events(connection))) == before

    @pytest.mark.parametrize("scope", ["narrow", None])
    def test_a_crossing_about_an_open_signal_becomes_its_evidence(self, act, plan, scope):
        act("ada", open_signal, replace(OPENING, scope=scope))
        known, _ = act("system", open_from_look, plan, crossing(act, plan))
        assert (known.id, [item["kind"] for item in known.evidence]) == (1, ["case", "look"])

    def test_a_look_that_crossed_nothing_opens_nothing(self, act, plan):
        look = act("system", record_look, plan, look_row(plan, 1))
        with pytest.raises(UsageError, match="crossed nothing"):
            act("system", open_from_look, plan, look)

    def test_no_statistic_moves_assesses_or_signs(self, act, plan):
        act("system", open_from_look, plan, crossing(act, plan))
        for what, arguments in (
            (move, ("validated", "3.5 > 3")),
            (assess, (Assessment(strength="weak"), "3.5")),
            (sign, ("review",)),
        ):
            with pytest.raises(UsageError, match=r"system \(system\) may not"):
                act("system", what, 1, *arguments)

    def test_a_closed_signal_stays_closed_when_a_look_crosses(self, act, plan, store):
        act("ada", open_signal, replace(OPENING, scope="narrow"))
        act("ada", move, 1, "not_validated", "A duplicate")
        act("ada", sign, 1, "authorship")
        act("bob", sign, 1, "approval")
        new, _ = act("system", open_from_look, plan, crossing(act, plan))
        assert new.id == 2
        assert new.content["reason"].endswith("Signal 1 of the same question is not_validated.")
        with store.reading() as connection:
            assert signal(connection, 1).state == "not_validated"


class TestMoving:
    @pytest.mark.usefixtures("opened")
    def test_a_signal_moves_step_by_step_and_its_due_date_follows(self, act, clock):
        clock.go(days=10)
        moved = act("rex", move, 1, "validated", "Confirmed with the reporter")
        assert (moved.state, moved.version, moved.content["due_on"]) == ("validated", 2, "2026-08-10")
        clock.go(days=10)
        assert act("rex", move, 1, "prioritised", "Fatal").content["due_on"] == "2026-08-10"

    @pytest.mark.usefixtures("opened")
    def test_a_transition_that_is_not_allowed_says_which_are(self, act):
        with pytest.raises(
            UsageError, match="Signal 1 is detected: it cannot become refuted; it can become validated, not_validated"
        ):
            act("ada", move, 1, "refuted", "I think so")
        with pytest.raises(UsageError, match="no state 'dead'"):
            act("ada", move, 1, "dead", "I think so")

    @pytest.mark.usefixtures("opened")
    def test_without_a_rationale_nothing_moves(self, act):
        with pytest.raises(UsageError, match="The rationale for moving signal 1 is missing"):
            act("ada", move, 1, "validated", "  ")

    def test_a_signal_that_is_not_there(self, act):
        with pytest.raises(NothingThere, match="no signal 7"):
            act("ada", move, 7, "validated", "x")

    @pytest.mark.usefixtures("opened")
    def test_an_engineer_and_an_approver_do_not_review(self, act):
        for who in ("eve", "bob"):
            with pytest.raises(UsageError, match="may not review signal"):
                act(who, move, 1, "validated", "x")

    @pytest.mark.usefixtures("opened")
    def test_who_saw_an_older_version_is_told(self, act):
        act("ada", move, 1, "validated", "x", seen=1)
        with pytest.raises(DecisionConflict, match="Signal 1 is of version 2 and validated, you saw version 1"):
            act("rex", move, 1, "prioritised", "x", seen=1)


class TestSigning:
    @pytest.fixture
    def waiting(self, act, assessed):
        return act("ada", move, assessed.id, "refuted", "The clone was there before infusion")

    def test_a_closing_decision_waits_for_two_people(self, act, waiting, store):
        assert (waiting.state, waiting.pending["to"]) == ("under_assessment", "refuted")
        assert act("ada", sign, 1, "authorship").state == "under_assessment"
        closed = act("bob", sign, 1, "approval")
        assert (closed.state, closed.pending, closed.content["closed_on"]) == ("refuted", None, "2026-06-01")
        with store.reading() as connection:
            signed = signatures(connection, 1)
        assert [(one["actor"], one["role"], one["meaning"]) for one in signed] == [
            ("ada", "scientist", "authorship"),
            ("bob", "approver", "approval"),
        ]
        assert [one["name"] for one in signed] == ["Ada Byron", "Bob Crick"]
        assert len({one["decision_hash"] for one in signed}) == 1

    @pytest.mark.usefixtures("waiting")
    def test_the_same_person_cannot_sign_twice(self, act):
        act("bob", sign, 1, "approval")
        with pytest.raises(DecisionConflict, match="bob has signed this decision on signal 1 already: another person"):
            act("bob", sign, 1, "review")

    @pytest.mark.usefixtures("waiting")
    def test_somebody_who_approves_must_be_among_them(self, act):
        act("ada", sign, 1, "authorship")
        with pytest.raises(UsageError, match="the last signature must be one of an actor with the role approver"):
            act("rex", sign, 1, "review")

    @pytest.mark.usefixtures("waiting")
    def test_one_who_holds_two_roles_signs_as_approver(self, act, store):
        add_actor(store, "eve", Actor("max", "Max", ("approver", "reviewer")))
        act("max", sign, 1, "approval")
        assert act("rex", sign, 1, "review").state == "refuted"

    @pytest.mark.parametrize(("meaning", "said"), [("ok", "'ok' is no meaning of a signature: give one of authorship")])
    @pytest.mark.usefixtures("waiting")
    def test_a_signature_says_what_it_means(self, act, meaning, said):
        with pytest.raises(UsageError, match=said):
            act("bob", sign, 1, meaning)

    @pytest.mark.usefixtures("opened")
    def test_nothing_is_signed_where_nothing_waits(self, act):
        with pytest.raises(UsageError, match="no decision waits for signatures"):
            act("bob", sign, 1, "approval")
        with pytest.raises(UsageError, match="no decision waits"):
            act("ada", withdraw, 1, "x")

    @pytest.mark.usefixtures("waiting")
    def test_an_engineer_does_not_sign(self, act):
        with pytest.raises(UsageError, match=r"eve \(engineer\) may not sign"):
            act("eve", sign, 1, "approval")

    @pytest.mark.usefixtures("waiting")
    def test_what_is_being_signed_does_not_change(self, act):
        act("ada", sign, 1, "authorship")
        with pytest.raises(DecisionConflict, match="what is signed must not change: withdraw"):
            act("ada", assess, 1, Assessment(strength="weak"), "second thoughts")
        with pytest.raises(DecisionConflict, match="waits for signatures under refuted, asked for by ada"):
            act("rex", move, 1, "monitored", "rather")

    @pytest.mark.usefixtures("waiting")
    def test_a_withdrawn_decision_needs_two_new_signatures(self, act):
        act("ada", sign, 1, "authorship")
        with pytest.raises(UsageError, match="reason to withdraw the decision on signal 1 is missing"):
            act("ada", withdraw, 1, "")
        assert act("ada", withdraw, 1, "A second case came").pending is None
        act("ada", move, 1, "monitored", "Wait for more")
        act("ada", sign, 1, "authorship")
        assert act("bob", sign, 1, "approval").state == "monitored"


class TestReopening:
    @pytest.fixture
    def closed(self, act, assessed):
        act("ada", move, assessed.id, "refuted", "Not causal")
        act("ada", sign, 1, "authorship")
        return act("bob", sign, 1, "approval")

    @pytest.mark.usefixtures("closed")
    def test_a_closed_signal_is_reopened_by_a_rule(self, act, clock):
        clock.go(days=40)
        again = act("ada", move, 1, "under_assessment", "A second clone", rule="new_evidence")
        assert (again.state, again.content["closed_on"], again.content["due_on"]) == (
            "under_assessment",
            None,
            "2026-09-09",
        )

    @pytest.mark.usefixtures("closed")
    def test_and_not_without_one(self, act):
        with pytest.raises(UsageError, match="give a rule, one of new_crossing, new_evidence"):
            act("ada", move, 1, "under_assessment", "I changed my mind")
        with pytest.raises(UsageError, match="it can become under_assessment by reopening it with a rule"):
            act("ada", move, 1, "validated", "x", rule="new_evidence")

    @pytest.mark.usefixtures("assessed")
    def test_nothing_is_found_out_about_a_closed_signal_but_its_actions_end(self, act):
        act("ada", assess, 1, Assessment(action="Update the label", action_due_on=dt.date(2026, 9, 1)), "Agreed")
        act("ada", move, 1, "confirmed_identified_risk", "Causal")
        act("ada", sign, 1, "authorship")
        act("bob", sign, 1, "approval")
        with pytest.raises(DecisionConflict, match="closed as confirmed_identified_risk: reopen it first"):
            act("ada", assess, 1, Assessment(strength="weak"), "x")
        done = act("ada", assess, 1, Assessment(action_done=1), "Label of 2026-08")
        assert done.content["actions"][0]["done_on"] == "2026-06-01"


class TestAssessing:
    @pytest.mark.usefixtures("opened")
    def test_every_field_is_kept_with_its_reason(self, act, store):
        found = Assessment(
            owner="rex", strength="strong", public_health_impact="high", causality="probable",
            bradford_hill={"temporality": "supports"}, due_on=dt.date(2026, 6, 20), action="Write to the centres",
        )  # fmt: skip
        kept = act("ada", assess, 1, found, "Transgene in the clone").content
        assert (kept["owner"], kept["strength"], kept["public_health_impact"], kept["causality"]) == (
            "rex",
            "strong",
            "high",
            "probable",
        )
        assert (kept["bradford_hill"], kept["due_on"]) == ({"temporality": "supports"}, "2026-06-20")
        assert kept["actions"] == [
            {"number": 1, "text": "Write to the centres", "owner": "rex", "due_on": None, "done_on": None}
        ]
        with store.reading() as connection:
            assert list(events(connection))[-1]["reason"] == "Transgene in the clone"

    @pytest.mark.parametrize(
        ("found", "said"),
        [
            (Assessment(), "Nothing is said about signal 1"),
            (Assessment(strength="enormous"), "'enormous' is no strength: give one of weak, moderate, strong"),
            (Assessment(public_health_impact="x"), "no public health impact"),
            (Assessment(causality="maybe"), "'maybe' is no causality: give one of certain, probable"),
            (Assessment(bradford_hill={"luck": "supports"}), "'luck' is no viewpoint of Bradford Hill"),
            (Assessment(bradford_hill={"temporality": "yes"}), "'yes' is no answer to temporality"),
            (Assessment(due_on=dt.date(2026, 5, 31)), "cannot be due on 2026-05-31"),
            (Assessment(received_on=dt.date(2026, 6, 2)), "received on 2026-06-02"),
            (Assessment(judged={"x": True}), "has no evidence 'x': it has FAERS 12345678"),
            (Assessment(action_done=3), "has no open action 3"),
            (Assessment(owner="zoe"), "no actor 'zoe'"),
        ],
        ids=lambda one: str(one)[:50],
    )
    @pytest.mark.usefixtures("opened")
    def test_a_word_that_a_field_does_not_have_is_refused(self, act, found, said):
        with pytest.raises((UsageError, NothingThere), match=said):
            act("ada", assess, 1, found, "because")

    @pytest.mark.usefixtures("opened")
    def test_without_a_reason_nothing_is_kept(self, act):
        with pytest.raises(UsageError, match="reason for the assessment of signal 1 is missing"):
            act("ada", assess, 1, Assessment(strength="weak"), " ")

    def test_listedness_follows_the_day_of_receipt(self, act):
        act("ada", open_signal, replace(OPENING, received_on=dt.date(2019, 3, 1)))
        act("ada", assess, 1, Assessment(received_on=dt.date(2025, 3, 1)), "Receipt corrected")
        assert act("ada", assess, 1, Assessment(strength="weak"), "x").content["listedness"]["answer"] == "listed"

    @pytest.mark.usefixtures("opened")
    def test_evidence_held_already_is_not_added_again(self, act):
        again = Assessment(evidence=(Evidence("case", "FAERS 12345678", "spontaneous"),), strength="weak")
        assert len(act("ada", assess, 1, again, "x").evidence) == 1


class TestIndependence:
    """A case of the study that also came through FAERS would otherwise confirm itself."""

    @pytest.fixture
    def both(self, act, assessed):
        added = Assessment(evidence=(Evidence("case", "S-0012", "cohort"),))
        return act("ada", assess, assessed.id, added, "The registry has a case too")

    @pytest.mark.parametrize("to", ["confirmed_identified_risk", "confirmed_potential_risk"])
    @pytest.mark.usefixtures("both")
    def test_nothing_is_confirmed_while_nobody_has_judged(self, act, to):
        with pytest.raises(
            UsageError, match="rests on the study and on reports, and nobody has judged whether FAERS 12345678"
        ):
            act("ada", move, 1, to, "Two cases")

    @pytest.mark.usefixtures("both")
    def test_once_judged_it_may_be(self, act):
        judged = Assessment(judged={"S-0012": False, "FAERS 12345678": True})
        kept = act("ada", assess, 1, judged, "One patient, reported twice")
        assert [(item["is_independent"], item["reason"]) for item in kept.evidence] == [
            (True, "One patient, reported twice"),
            (False, "One patient, reported twice"),
        ]
        assert act("ada", move, 1, "confirmed_identified_risk", "Causal").pending["to"] == "confirmed_identified_risk"

    @pytest.mark.usefixtures("assessed")
    def test_one_world_alone_needs_no_judgement(self, act):
        assert act("ada", move, 1, "confirmed_potential_risk", "Plausible").pending is not None
