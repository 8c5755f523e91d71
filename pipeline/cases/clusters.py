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
    is_fatal: bool = False
    is_designated_if_fatal: bool = False


class Joining(NamedTuple):
    """Two cases that may be joined; despite_numbers: their sender's two numbers were outweighed."""

    later: Told
    earlier: Told
    despite_numbers: bool = False


@dataclass(slots=True)
class Cluster:
    """What the cases of one cluster tell together: one sex, an age span, and each sender's numbers."""

    sex: str | None = None
    youngest: float | None = None
    oldest: float | None = None
    numbers: dict[str, set[str]] = field(default_factory=dict)
    is_fatal: bool = False
    is_designated_if_fatal: bool = False

    def admits(self, case: Told, clash_years: float, *, despite_numbers: bool) -> bool:
        """Whether the case can be of this patient: no other sex, no age too far off, no other number of a sender.

        A sender that gave two cases two numbers knows them apart, unless one of the cluster has the case's own number
        or despite_numbers says that the two numbers were outweighed. Nor is a death brought together with terms that it
        would make a designated event: that is left to a person.
        """
        if self.sex and case.sex and self.sex != case.sex:
            return False
        if self._would_designate(case) or not (despite_numbers or self._knows(case)):
            return False
        if case.age is None or self.youngest is None or self.oldest is None:
            return True
        return max(self.oldest, case.age) - min(self.youngest, case.age) <= clash_years

    def _would_designate(self, case: Told) -> bool:
        """Whether one side has the death that makes a designated event of the other's terms."""
        return (self.is_designated_if_fatal and case.is_fatal) or (self.is_fatal and case.is_designated_if_fatal)

    def _knows(self, case: Told) -> bool:
        """Whether the case's sender has no number in this cluster, or the case's own."""
        taken = self.numbers.get(case.sender) if case.sender and case.number else None
        return not taken or case.number in taken

    def learn(self, case: Told) -> None:
        """Take over what the case tells."""
        self.sex = self.sex or case.sex
        if case.age is not None:
            self.youngest = case.age if self.youngest is None else min(self.youngest, case.age)
            self.oldest = case.age if self.oldest is None else max(self.oldest, case.age)
        if case.sender and case.number:
            self.numbers.setdefault(case.sender, set()).add(case.number)
        self.is_fatal |= case.is_fatal
        self.is_designated_if_fatal |= case.is_designated_if_fatal


def kept_cases(pairs: Iterable[Joining], clash_years: float) -> dict[int, int]:
    """Each case that is not counted, with the case counted in its stead.

    pairs: in the order in which the later cases became known, the strongest pair of a case first. A case joins the
    cluster of the earlier case it resembles most, unless that cluster cannot be of its patient; then the next. So what
    is decided on a case depends on earlier cases alone: a later copy changes nothing and displaces nobody, and no third
    case ever joins two clusters.
    """
    kept: dict[int, int] = {}
    clusters: dict[int, Cluster] = {}
    for later, earlier, despite_numbers in pairs:
        if later.case_id in kept:
            continue
        root = kept.get(earlier.case_id, earlier.case_id)
        if root not in clusters:
            clusters[root] = Cluster()
            clusters[root].learn(earlier)
        if clusters[root].admits(later, clash_years, despite_numbers=despite_numbers):
            clusters[root].learn(later)
            kept[later.case_id] = root
    return kept
