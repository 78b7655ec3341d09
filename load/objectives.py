"""Objectives: what a service promises, in words and figures, held against what was measured."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from load.errors import LoadError
from load.results import OperationResults, Results
from openapi.operations import Operation

ALL = "all operations"
ERROR_RATE = "error rate"
RATE = "rate"
_FORM = "'[operation] p95|median|mean|max < 50ms', '[operation] error rate < 0.1%' or 'rate > 500/s'"
_STATED = re.compile(
    r"(?:(?P<operation>\S.*?)\s+)??(?P<measure>p\d{1,2}(?:\.\d+)?|median|mean|max|error rate|rate)\s*"
    r"(?P<sign>[<>])=?\s*(?P<limit>\d+(?:\.\d+)?)\s*(?P<unit>ms|s|%|/s|req/s)?"
)
_UNITS: Mapping[str, Mapping[str, float]] = {
    ERROR_RATE: {"%": 0.01, "": 1.0},
    RATE: {"/s": 1.0, "req/s": 1.0, "": 1.0},
    "time": {"ms": 1.0, "s": 1000.0},
}
_KEY = re.compile(r"(?:(?P<time>p\d{1,2}(?:\.\d+)?|median|mean|max)_ms|(?P<other>error_rate|rate))")


@dataclass(frozen=True)
class Objective:
    """A promise: of an operation, by its label, or of all; response times in ms, error rates as a share of
    calls, rates in calls per s. Rates are to be reached, everything else is not to be exceeded.
    """

    label: str
    measure: str
    limit: float

    @property
    def is_floor(self) -> bool:
        """Whether more is better."""
        return self.measure == RATE

    def shown(self, value: float) -> str:
        """A value of this measure, for people."""
        match self.measure:
            case "error rate":
                return f"{value:.2%}"
            case "rate":
                return f"{value:.1f}/s"
        return f"{value:.1f} ms"

    def __str__(self) -> str:
        """Without its operation."""
        limit = self.shown(self.limit).replace(".0 ms", " ms").replace(".0/s", "/s")
        return f"{self.measure} {'≥' if self.is_floor else '≤'} {limit}"


@dataclass(frozen=True)
class Outcome:
    """An objective and what was measured; `figure` is None when nothing was called."""

    objective: Objective
    figure: float | None

    @property
    def holds(self) -> bool:
        """Whether the promise was kept."""
        if self.figure is None:
            return False
        limit = self.objective.limit
        return self.figure >= limit if self.objective.is_floor else self.figure <= limit

    @property
    def margin(self) -> float | None:
        """What is left until the promise breaks, as a share of its limit; below 0 when it is broken."""
        if self.figure is None or not self.objective.limit:
            return None
        share = self.figure / self.objective.limit - 1
        return share if self.objective.is_floor else -share

    def __str__(self) -> str:
        objective = self.objective
        if self.figure is None:
            return f"{objective.label}: {objective} cannot be judged, there was no call after the warm-up"
        kept = "holds" if self.holds else "does not hold"
        return f"{objective.label}: {objective} {kept}, it was {objective.shown(self.figure)}"


def stated(text: str, operations: Mapping[str, Operation]) -> Objective:
    """The objective that a text states; `operations` by label, named by label or id.

    Raises LoadError when it states none.
    """
    found = _STATED.fullmatch(text.strip())
    if found is None:
        raise LoadError(f"{text!r} is not an objective; one looks like {_FORM}")
    measure, unit = found["measure"], found["unit"] or ""
    units = _UNITS.get(measure, _UNITS["time"])
    if unit not in units:
        raise LoadError(f"{text!r}: {measure} is given in {' or '.join(filter(None, units))}, as in {_FORM}")
    if (found["sign"] == ">") is not (measure == RATE):
        raise LoadError(
            f"{text!r}: {measure} is to be {'reached: >' if measure == RATE else 'kept below: <'}"
        )
    return Objective(
        _label(found["operation"], text, operations), measure, float(found["limit"]) * units[unit]
    )


def promised(operations: Iterable[Operation]) -> Iterator[Objective]:
    """The objectives that operations of a contract state, in their `x-objectives`: p95_ms, median_ms,
    mean_ms, max_ms, error_rate and rate.

    Raises LoadError on what is none.
    """
    for operation in operations:
        for key, limit in operation.objectives.items():
            found = _KEY.fullmatch(key)
            if found is None or isinstance(limit, bool) or not isinstance(limit, (int, float)):
                raise LoadError(
                    f"{operation.label}: x-objectives: {key}: {limit!r} is not an objective; there are "
                    f"p95_ms with any percentile, median_ms, mean_ms, max_ms, error_rate and rate, each with "
                    f"a number"
                )
            measure = found["time"] or found["other"].replace("_", " ")
            yield Objective(operation.label, measure, float(limit))


def outcomes(objectives: Iterable[Objective], results: Results) -> tuple[Outcome, ...]:
    """Each objective with what was measured."""
    total = results.total
    return tuple(
        Outcome(each, _figure(each, total if each.label == ALL else results.operations[each.label], results))
        for each in objectives
    )


def _label(name: str | None, text: str, operations: Mapping[str, Operation]) -> str:
    if name is None or name == ALL:
        return ALL
    for label, operation in operations.items():
        if name in (label, operation.operation_id):
            return label
    known = ", ".join(each.operation_id or label for label, each in [*operations.items()][:10])
    raise LoadError(f"{text!r}: there is no operation {name!r}; there are {known}")


def _figure(objective: Objective, results: OperationResults, run: Results) -> float | None:
    if not results.requests:
        return None
    if objective.measure == ERROR_RATE:
        return results.error_rate
    if objective.measure == RATE:
        return results.rate(run.measured_s) if run.measured_s else None
    return _time(objective.measure, results) if results.measured.requests else None


def _time(measure: str, results: OperationResults) -> float:
    named: Mapping[str, Callable[[], float]] = {
        "median": lambda: results.percentile_ms(50),
        "mean": lambda: results.measured.response.mean_ms,
        "max": lambda: results.max_ms,
    }
    return named[measure]() if measure in named else results.percentile_ms(float(measure[1:]))
