"""Levels of corruption for reports whose duplicates are known; every share is a parameter with its meaning."""

from dataclasses import dataclass

from pipeline.errors import UsageError


@dataclass(frozen=True)
class Mix:
    """How often a patient's event is reported again, how a copy differs, and how many patients look alike.

    A share is of events for the first block, of copies or of a copy's rows for the second, of events for the third.
    Whatever the mix, age, sex, weight, event date, country and manufacturer's number are missing as often as in FAERS.
    """

    name: str
    meaning: str
    first: str = "2017Q1"  # quarters FDA received the cases in
    last: str = "2025Q1"

    forwarded: float = 0.06  # another manufacturer, or up to three, sends on what the first one had
    sixteen: float = 0.0  # fifteen other manufacturers send it on
    literature: float = 0.004  # an article's patients; each of its manufacturers reports every one of them
    second: float = 0.004  # another reporter of the same event: what is known is drawn anew
    followed: float = 0.004  # a follow-up that was given a new case number
    car_t_again: float = 0.10  # a CAR-T event that its centre, the registry or the manufacturer reports as well

    number_kept: float = 0.25  # a forwarded report keeps the number of the one before
    follow_up_number_kept: float = 0.75
    authority: float = 0.03  # events that carry the number of a regulatory authority
    typo_number: float = 0.0
    typo_drug: float = 0.0  # drug rows
    typo_article: float = 0.0
    respelled: float = 0.15  # drug rows that the next sender names in its own way
    role_changed: float = 0.4  # another drug of the report becomes the primary suspect
    shifted: float = 0.0  # event date moved by some days
    longest_shift: int = 14
    swapped: float = 0.0  # day and month change places, where both can be a month
    padded: float = 0.0  # event date becomes the first of its month
    lost: float = 0.0  # each field that was known
    age_off: float = 0.0  # by one year
    terms_dropped: float = 0.0
    terms_reworded: float = 0.0
    terms_added: float = 0.0  # copies that gain a term
    drugs_dropped: float = 0.0  # rows behind the first
    drugs_added: float = 0.0  # copies that gain a drug

    car_t_twins: float = 0.30  # CAR-T events in groups of look-alikes
    batch: float = 0.01  # consumer reports that a support programme files together
    lawyer: float = 0.01  # reports of one lawsuit, from one template
    siblings: float = 0.002  # two patients of one household, same day and drug
    one_number: float = 0.01  # groups of a programme or lawsuit whose patients share one manufacturer's number


TRAINING = (
    Mix("clean", "Forwarded by another manufacturer; the content is untouched."),
    Mix(
        "typos",
        "Slips in manufacturer's numbers, drug names and article references.",
        number_kept=0.6, typo_number=0.5, typo_drug=0.3, typo_article=0.5, respelled=0.35, literature=0.01,
    ),
    Mix(
        "dates",
        "Event dates moved by days, day and month swapped, or padded to the first of the month.",
        shifted=0.30, swapped=0.08, padded=0.12,
    ),
    Mix(
        "missing",
        "The copy lacks each field as often again as FAERS does at random, and some are drawn anew.",
        lost=0.25, second=0.03,
    ),
    Mix(
        "subsets",
        "The copy lists fewer, other or more terms and drugs.",
        terms_dropped=0.30, terms_reworded=0.10, terms_added=0.15, drugs_dropped=0.35, drugs_added=0.10, second=0.03,
    ),
    Mix(
        "sixteen",
        "One report forwarded by sixteen manufacturers under sixteen case numbers.",
        sixteen=0.01, number_kept=0.0, respelled=0.3, authority=0.10,
    ),
    Mix(
        "literature",
        "Patients of an article, each reported by several manufacturers; different patients share the reference.",
        literature=0.05, typo_article=0.3, age_off=0.02, terms_dropped=0.10, drugs_dropped=0.20,
    ),
    Mix(
        "twins",
        "Patients who look alike: CAR-T of one week, programmes, lawsuits, siblings.",
        car_t_twins=0.60, batch=0.08, lawyer=0.08, siblings=0.02,
    ),
    Mix(
        "follow_up",
        "Follow-ups filed as new cases, with more terms and later dates.",
        followed=0.06, shifted=0.10, terms_added=0.20,
    ),
    Mix(
        "mixed",
        "All of it at once, each a little.",
        sixteen=0.002, literature=0.015, second=0.015, followed=0.02, typo_number=0.15, typo_drug=0.10,
        typo_article=0.20, respelled=0.25, shifted=0.12, swapped=0.03, padded=0.08, lost=0.10, age_off=0.03,
        terms_dropped=0.12, terms_reworded=0.05, terms_added=0.10, drugs_dropped=0.15, drugs_added=0.05,
        car_t_twins=0.40, batch=0.03, lawyer=0.03, siblings=0.005,
    ),
)  # fmt: skip
UNSEEN = Mix(
    "unseen",
    "All of it at once, every share unlike those of the other mixes, over other quarters.",
    first="2014Q1", last="2025Q3",
    forwarded=0.05, sixteen=0.0015, literature=0.022, second=0.02, followed=0.028, car_t_again=0.13,
    number_kept=0.18, follow_up_number_kept=0.60, authority=0.05,
    typo_number=0.22, typo_drug=0.16, typo_article=0.38, respelled=0.42, role_changed=0.55,
    shifted=0.17, longest_shift=25, swapped=0.05, padded=0.15, lost=0.16, age_off=0.06,
    terms_dropped=0.19, terms_reworded=0.08, terms_added=0.13, drugs_dropped=0.24, drugs_added=0.07,
    car_t_twins=0.45, batch=0.045, lawyer=0.04, siblings=0.008, one_number=0.02,
)  # fmt: skip
MIXES = {mix.name: mix for mix in (*TRAINING, UNSEEN)}
SIXTEEN = 16


def mix_named(name: str) -> Mix:
    """The mix of that name; UsageError names the known ones."""
    if name not in MIXES:
        raise UsageError(f"There is no mix {name!r}; the mixes are {', '.join(MIXES)}.")
    return MIXES[name]
