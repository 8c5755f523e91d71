"""Which state of a signal may follow which: every pair of states is in the table."""

import pytest

from pipeline.errors import UsageError
from pipeline.governance.states import allowed, approving_role, refuse_transition, reopening_rules, state, states
from tests.spec.tables import rows_of

# yes: by the decision of one person. two: two people sign. rule: reopened by a rule. -: refused.
TRANSITIONS = """
from                      | detected | validated | not_validated | prioritised | under_assessment | confirmed_identified_risk | confirmed_potential_risk | refuted | monitored
detected                  | -        | yes       | two           | -           | -                | -                         | -                        | -       | -
validated                 | -        | -         | -             | yes         | -                | -                         | -                        | -       | -
not_validated             | rule     | -         | -             | -           | -                | -                         | -                        | -       | -
prioritised               | -        | -         | -             | -           | yes              | -                         | -                        | -       | -
under_assessment          | -        | -         | -             | -           | -                | two                       | two                      | two     | two
confirmed_identified_risk | -        | -         | -             | -           | rule             | -                         | -                        | -       | -
confirmed_potential_risk  | -        | -         | -             | -           | rule             | -                         | -                        | -       | -
refuted                   | -        | -         | -             | -           | rule             | -                         | -                        | -       | -
monitored                 | -        | -         | -             | -           | rule             | -                         | -                        | -       | -
"""
PAIRS = [(row["from"], new, answer) for row in rows_of(TRANSITIONS) for new, answer in row.items() if new != "from"]


def test_the_table_has_every_pair_of_states():
    assert {(old, new) for old, new, _ in PAIRS} == {(old, new) for old in states() for new in states()}


@pytest.mark.parametrize(("old", "new", "answer"), PAIRS)
def test_a_state_follows_another_as_the_table_says(old, new, answer):
    if answer is None:
        with pytest.raises(UsageError, match=f"cannot become {new}; it can become {', '.join(allowed(old))}"):
            refuse_transition("Signal 1", old, new)
        return
    refuse_transition("Signal 1", old, new)
    found = "rule" if state(old).is_closed else {0: "yes", 2: "two"}[state(new).n_signatures]
    assert found == answer


def test_every_state_that_closes_or_confirms_is_signed_by_two_and_can_be_reopened():
    for one in states().values():
        assert one.is_closed == (one.n_signatures == 2) == (one.reopens_to is not None)
    assert approving_role() == "approver"
    assert "new_evidence" in reopening_rules()
