"""From pairs to clusters: which case is counted in whose stead."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple


class Told(NamedTuple):
    """What one case tells of its patient and of who sent it; None for what it does not tell."""

    case_id: int
    sex: str | None
    age: float | None
    sender: str | None
    number: str | None


@dataclass(slots=True)
class Cluster:
    """What the cases of one cluster tell together: one sex, an age span, and each sender's number."""

    sex: str | None = None
    youngest: float | None = None
    oldest: float | None = None
    numbers: dict[str, str] = field(default_factory=dict)

    def admits(self, case: Told, clash_years: float) -> bool:
        """Whether the case can be of this patient: no other sex, no age too far off, no other number of a sender.

        A sender that gave two cases two numbers knows them apart.
        """
        if self.sex and case.sex and self.sex != case.sex:
            return False
        if case.sender and case.number and self.numbers.get(case.sender, case.number) != case.number:
            return False
        if case.age is None or self.youngest is None or self.oldest is None:
            return True
        return max(self.oldest, case.age) - min(self.youngest, case.age) <= clash_years

    def learn(self, case: Told) -> None:
        """Take over what the case tells."""
        self.sex = self.sex or case.sex
        if case.age is not None:
            self.youngest = case.age if self.youngest is None else min(self.youngest, case.age)
            self.oldest = case.age if self.oldest is None else max(self.oldest, case.age)
        if case.sender and case.number:
            self.numbers.setdefault(case.sender, case.number)


def kept_cases(pairs: Iterable[tuple[Told, Told]], clash_years: float) -> dict[int, int]:
    """Each case that is not counted, with the case counted in its stead.

    pairs: the case received later, then the one received earlier; in the order in which the later cases were received,
    the strongest pair of a case first. A case joins the cluster of the earlier case it resembles most, unless that
    cluster cannot be of its patient; then the next. So what is decided on a case depends on earlier cases alone: a
    later copy changes nothing and displaces nobody, and no third case ever joins two clusters.
    """
    kept: dict[int, int] = {}
    clusters: dict[int, Cluster] = {}
    for later, earlier in pairs:
        if later.case_id in kept:
            continue
        root = kept.get(earlier.case_id, earlier.case_id)
        if root not in clusters:
            clusters[root] = Cluster()
            clusters[root].learn(earlier)
        if clusters[root].admits(later, clash_years):
            clusters[root].learn(later)
            kept[later.case_id] = root
    return kept
