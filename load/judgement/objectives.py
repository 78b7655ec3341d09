"""Objectives: what a service promises, in words and figures."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil

from load.errors import LoadError
from openapi.operations import Operation

ALL = "all operations"
# A share such as 1 - 0.999 must not be made smaller by a rounding error of its arithmetic.
_ROUNDING = 1e-6
ERROR_RATE = "error rate"
RATE = "rate"
LATE = "late"
_FORM = (
    "'[operation] p95|median|mean|max < 50ms', '[operation] error rate < 0.1%', 'rate > 500/s' or 'late < 1s'"
)
_OBJECTIVE = re.compile(
    r"(?:(?P<operation>\S.*?)\s+)??(?P<measure>p\d{1,2}(?:\.\d+)?|median|mean|max|error rate|rate|late)\s*"
    r"(?P<sign>[<>])=?\s*(?P<limit>\d+(?:\.\d+)?)\s*(?P<unit>ms|s|%|/s|req/s)?"
)
_TIME_UNITS: Mapping[str, float] = {"ms": 1.0, "s": 1000.0}
_UNITS: Mapping[str, Mapping[str, float]] = {
    ERROR_RATE: {"%": 0.01, "": 1.0},
    RATE: {"/s": 1.0, "req/s": 1.0, "": 1.0},
}
_KEY = re.compile(r"(?:(?P<time>p\d{1,2}(?:\.\d+)?|median|mean|max)_ms|(?P<other>error_rate|rate))")


@dataclass(frozen=True)
class Objective:
    """A limit for a measure of an operation, by its label, or of all operations. Response times are in ms,
    error rates are a share of calls, rates are in answers/s; `late` is for how long (ms) reads may not show
    what was acknowledged. Rates must be reached, everything else must not be exceeded. `is_requested` says
    that whoever runs the load has set it; otherwise the document promises it.
    """

    label: str
    measure: str
    limit: float
    is_requested: bool = False

    @property
    def is_floor(self) -> bool:
        """Whether more is better."""
        return self.measure == RATE

    @property
    def percentile(self) -> float | None:
        """The percentile (%) that it is about, if it is about one."""
        if self.measure == "median":
            return 50.0
        return float(self.measure[1:]) if re.fullmatch(r"p\d.*", self.measure) else None

    @property
    def calls_needed(self) -> int:
        """How many calls it takes to say that it holds: one beyond a percentile, or one that may fail."""
        beyond = 1.0
        if self.percentile is not None:
            beyond = 1 - self.percentile / 100
        elif self.measure == ERROR_RATE:
            beyond = self.limit
        return ceil(1 / beyond - _ROUNDING) if 0 < beyond < 1 else 1

    def shown(self, value: float) -> str:
        """A value of this measure with its unit."""
        match self.measure:
            case "error rate":
                return f"{value:.2%}"
            case "rate":
                return f"{value:.1f}/s"
        return f"{value:.1f} ms"

    def __str__(self) -> str:
        """Measure and limit, without the operation."""
        limit = self.shown(self.limit).replace(".0 ms", " ms").replace(".0/s", "/s")
        return f"{self.measure} {'≥' if self.is_floor else '≤'} {limit}"


def parse_objective(text: str, names: Mapping[str, str]) -> Objective:
    """The objective of a text such as 'list_students p95 < 50ms', which names its operation by label or id;
    `names` are the ids by label.

    Raises LoadError on a text that is no objective.
    """
    match = _OBJECTIVE.fullmatch(text.strip())
    if match is None:
        raise LoadError(f"{text!r} is not an objective; one looks like {_FORM}")
    measure, unit = match["measure"], match["unit"] or ""
    units = _UNITS.get(measure, _TIME_UNITS)
    if unit not in units:
        raise LoadError(f"{text!r}: {measure} is given in {' or '.join(filter(None, units))}, as in {_FORM}")
    if (match["sign"] == ">") is not (measure == RATE):
        raise LoadError(
            f"{text!r}: {measure} is to be {'reached: >' if measure == RATE else 'kept below: <'}"
        )
    label = _label(match["operation"], text, names)
    if measure == LATE and label != ALL:
        raise LoadError(f"{text!r}: lateness is measured over all operations: 'late < 1s'")
    return Objective(label, measure, float(match["limit"]) * units[unit], True)


def promised_objectives(operations: Iterable[Operation]) -> Iterator[Objective]:
    """The objectives that a document promises in the `x-objectives` of its operations: p95_ms with any
    percentile, median_ms, mean_ms, max_ms, error_rate and rate.

    Raises LoadError on any other key, and on a limit that is not a number.
    """
    for operation in operations:
        for key, limit in operation.objectives.items():
            match = _KEY.fullmatch(key)
            if match is None or isinstance(limit, bool) or not isinstance(limit, (int, float)):
                raise LoadError(
                    f"{operation.label}: x-objectives: {key}: {limit!r} is not an objective; there are "
                    f"p95_ms with any percentile, median_ms, mean_ms, max_ms, error_rate and rate, each with "
                    f"a number"
                )
            measure = match["time"] or match["other"].replace("_", " ")
            yield Objective(operation.label, measure, float(limit))


def _label(name: str | None, text: str, names: Mapping[str, str]) -> str:
    if name is None or name == ALL:
        return ALL
    for label, operation_id in names.items():
        if name in (label, operation_id):
            return label
    examples = ", ".join(operation_id or label for label, operation_id in [*names.items()][:10])
    raise LoadError(f"{text!r}: there is no operation {name!r}; there are {examples}")
