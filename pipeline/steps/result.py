"""What a step says of itself, the same on a terminal, in a log and as JSON."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pipeline.config import code_version

Progress = Callable[[str], None]


def silent(_: str) -> None:
    """Progress nobody watches."""


@dataclass(slots=True)
class StepReport:
    """One finished step: what went in, what came out, what was counted, what the gate said."""

    step: str
    run_id: str
    as_of: str | None = None
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    counts: dict[str, object] = field(default_factory=dict)
    gate: list[dict[str, object]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seconds: float = 0.0
    details: dict[str, object] = field(default_factory=dict)

    def as_json(self) -> str:
        """The report as JSON; details stand beside the fixed fields."""
        fixed = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "details"}
        return json.dumps(fixed | self.details, indent=1, ensure_ascii=False, default=str)

    def absorb(self, part: "StepReport") -> None:
        """Add one quarter's part to the report of the whole run."""
        for name, value in part.counts.items():
            have = self.counts.get(name)
            if isinstance(value, dict):
                earlier = have if isinstance(have, dict) else {}
                self.counts[name] = {key: earlier.get(key, 0) + n for key, n in value.items()}
            elif isinstance(value, list):
                self.counts[name] = [*(have if isinstance(have, list) else []), *value]
            else:
                self.counts[name] = (have if isinstance(have, int) else 0) + int(str(value))
        self.outputs = sorted({*self.outputs, *part.outputs})
        self.gate.extend(part.gate)
        self.warnings.extend(part.warnings)


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    def seconds(self) -> float:
        """Seconds elapsed, to the millisecond."""
        return round(time.perf_counter() - self._start, 3)


def run_id(step: str, inputs: object, parameters: Mapping[str, object]) -> str:
    """The same step on the same inputs with the same code and parameters has the same id."""
    content = json.dumps([step, inputs, code_version(), dict(parameters)], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:16]
