"""A design's parameters as a plan gives them: read one by one, every wrong one refused by name."""

import math
from collections.abc import Mapping, Sequence

from pipeline.errors import UsageError
from pipeline.sequential.criticalvalue import MOST_ALPHA

MOST_LOOKS = 1000
MOST_START = 1e6


class Parameters:
    """Parameters of one design. Each reader takes one; `refuse_others` then refuses those that nobody took."""

    def __init__(self, design_id: str, given: Mapping[str, object]) -> None:
        self.design_id, self._given, self._known = design_id, given, list[str]()

    def number(self, name: str, default: float | None = None, *, above: float = 0.0, most: float = math.inf) -> float:
        """A finite number above `above` and at most `most`."""
        value = self._taken(name, default)
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not above < value <= most
            or value == math.inf
        ):
            limit = f" and at most {most:g}" if most < math.inf else ""
            raise self._refused(name, value, f"a number above {above:g}{limit}")
        return float(value)

    def alpha(self) -> float:
        """The plan's own alpha, in (0, 0.5]."""
        return self.number("alpha", most=MOST_ALPHA)

    def start(self) -> float:
        """A start that may be 0."""
        value = self._taken("start", 0.0)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 <= value <= MOST_START:
            raise self._refused("start", value, f"a number from 0 to {MOST_START:g}")
        return float(value)

    def whole(self, name: str, default: int | None = None, *, most: int = 10**6) -> int:
        """A whole number from 1 to `most`; 60.0 is one."""
        value = self._taken(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= most or value % 1:
            raise self._refused(name, value, f"a whole number from 1 to {most}")
        return int(value)

    def choice(self, name: str, allowed: Sequence[str], default: str) -> str:
        """One of the words allowed."""
        value = self._taken(name, default)
        if value not in allowed:
            raise self._refused(name, value, f"one of {', '.join(allowed)}")
        return str(value)

    def share(self) -> float:
        """The product's share of the events under the null: `share`, or `matching_ratio` comparators to one product."""
        if ("share" in self._given) == ("matching_ratio" in self._given):
            raise UsageError(
                f"{self.design_id} needs either share, the product's part of the events under the null, or matching_ratio, "
                "the comparators to each of the product."
            )
        self._known += ["share", "matching_ratio"]
        if "matching_ratio" in self._given:
            return 1.0 / (1.0 + self.number("matching_ratio", most=1e6))
        share = self.number("share")
        if share >= 1.0:
            raise self._refused("share", share, "between 0 and 1")
        return share

    def looks(self, length: float) -> list[float] | None:
        """Information at each planned look: so many equal steps to the length, or as listed; None where none is planned."""
        self._known.append("looks")
        value = self._given.get("looks")
        if value is None:
            return None
        if isinstance(value, list | tuple):
            return self._listed(value, length)
        number = self.whole("looks", most=MOST_LOOKS)
        return [length * at / number for at in range(1, number + 1)]

    def has(self, name: str) -> bool:
        """Whether the plan gives it."""
        return name in self._given

    def refuse_others(self) -> None:
        """UsageError for a parameter that this design does not take."""
        others = sorted(set(self._given) - set(self._known))
        if others:
            raise UsageError(
                f"{self.design_id} takes no parameter {others[0]!r}: it takes {', '.join(sorted(set(self._known)))}."
            )

    def _listed(self, value: Sequence[object], length: float) -> list[float]:
        numbers = [at for at in value if isinstance(at, int | float) and not isinstance(at, bool)]
        points = [float(at) for at in numbers if 0 < at <= length]
        rises = all(a < b for a, b in zip([0.0, *points], points, strict=False))
        if len(points) != len(value) or not points or not rises or len(points) > MOST_LOOKS:
            raise self._refused(
                "looks", value, f"rising numbers above 0, the last at most the maximum length of {length:g}"
            )
        return points

    def _taken(self, name: str, default: object) -> object:
        self._known.append(name)
        value = self._given.get(name, default)
        if value is None:
            raise UsageError(f"{self.design_id} needs {name}: the plan does not give it.")
        return value

    def _refused(self, name: str, value: object, wanted: str) -> UsageError:
        return UsageError(f"{self.design_id}: {name} is {value!r}, and has to be {wanted}.")
