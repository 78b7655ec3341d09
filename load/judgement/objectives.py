"""Objectives: what a service promises, in words and figures, held against what was measured."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil

from load.errors import LoadError
from load.measurements.operation_results import OperationResults
from load.measurements.results import Results
from openapi.operations import Operation

ALL = "all operations"
# A share such as 1 - 0.999 is not to be made smaller by what its arithmetic leaves behind.
_ROUNDING = 1e-6
ERROR_RATE = "error rate"
RATE = "rate"
LATE = "late"
_FORM = (
    "'[operation] p95|median|mean|max < 50ms', '[operation] error rate < 0.1%', 'rate > 500/s' or 'late < 1s'"
)
_STATED = re.compile(
    r"(?:(?P<operation>\S.*?)\s+)??(?P<measure>p\d{1,2}(?:\.\d+)?|median|mean|max|error rate|rate|late)\s*"
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
    calls, rates in calls per s, and for how long (ms) what was acknowledged may not show yet. Rates are to be
    reached, everything else is not to be exceeded. `is_asked` says that it comes from who runs the load, not
    from the document.
    """

    label: str
    measure: str
    limit: float
    is_asked: bool = False

    @property
    def is_floor(self) -> bool:
        """Whether more is better."""
        return self.measure == RATE

    @property
    def percentile(self) -> float | None:
        """Which percentile (%) it is about, if it is about one."""
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
    """An objective and what was measured, of how many calls; `figure` is None when nothing was called.
    `median` (ms) is that of the same calls.

    A percentile of fewer calls than it needs is not judged, unless more than half of them passed the limit;
    an error rate that is within its limit is not judged, either, when one failure would have been too many.
    """

    objective: Objective
    figure: float | None
    calls: int
    median: float = 0.0

    @property
    def is_judged(self) -> bool:
        """Whether there were enough calls to tell."""
        if self.figure is None:
            return False
        if self.calls >= self.objective.calls_needed:
            return True
        if self.objective.percentile is not None:
            return self.median > self.objective.limit
        return not self._is_within

    @property
    def holds(self) -> bool:
        """Whether the promise was kept."""
        return self.is_judged and self._is_within

    @property
    def is_broken(self) -> bool:
        """Whether the promise was not kept."""
        return self.is_judged and not self._is_within

    @property
    def _is_within(self) -> bool:
        limit, figure = self.objective.limit, self.figure or 0.0
        return figure >= limit if self.objective.is_floor else figure <= limit

    @property
    def word(self) -> str:
        """In a word or two."""
        if not self.is_judged:
            return "not judged"
        return "holds" if self.holds else "does not hold"

    @property
    def margin(self) -> float | None:
        """What is left until the promise breaks, as a share of its limit; below 0 when it is broken."""
        if self.figure is None or not self.objective.limit:
            return None
        share = self.figure / self.objective.limit - 1
        return share if self.objective.is_floor else -share

    @property
    def told(self) -> str:
        """For people, without the operation."""
        objective = self.objective
        if self.figure is None:
            none = (
                "nothing was read back"
                if objective.measure == LATE
                else "there was no call after the warm-up"
            )
            return f"{objective} cannot be judged, {none}"
        if self.is_judged:
            return f"{objective} {self.word}, it was {objective.shown(self.figure)}"
        few = f"{self.calls} calls are too few, it takes {objective.calls_needed:,}"
        return f"{objective} is not judged: {few}; it was {objective.shown(self.figure)}"

    def __str__(self) -> str:
        return f"{self.objective.label}: {self.told}"


def stated(text: str, names: Mapping[str, str]) -> Objective:
    """The objective that a text states, which names its operation by label or id; `names` are the ids by
    label.

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
    label = _label(found["operation"], text, names)
    if measure == LATE and label != ALL:
        raise LoadError(f"{text!r}: how late things show is told of the whole run: 'late < 1s'")
    return Objective(label, measure, float(found["limit"]) * units[unit], True)


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
    of = {ALL: total, **results.operations}
    return tuple(
        Outcome(
            each,
            _figure(each, of[each.label], results),
            _calls(each, of[each.label], results),
            of[each.label].percentile_ms(50),
        )
        for each in objectives
    )


def _label(name: str | None, text: str, names: Mapping[str, str]) -> str:
    if name is None or name == ALL:
        return ALL
    for label, its_id in names.items():
        if name in (label, its_id):
            return label
    known = ", ".join(its_id or label for label, its_id in [*names.items()][:10])
    raise LoadError(f"{text!r}: there is no operation {name!r}; there are {known}")


def _calls(objective: Objective, results: OperationResults, run: Results) -> int:
    if objective.measure == LATE:
        return run.account.read
    return results.requests if objective.measure == ERROR_RATE else results.measured.response.count


def _figure(objective: Objective, results: OperationResults, run: Results) -> float | None:
    if objective.measure == LATE:
        return run.account.late_s * 1000 if run.account.read else None
    if not results.requests:
        return None
    if objective.measure == ERROR_RATE:
        return results.error_rate
    if objective.measure == RATE:
        return results.rate(run.measured_s) if run.measured_s else None
    return _time(objective.measure, results) if results.measured.response.count else None


def _time(measure: str, results: OperationResults) -> float:
    named: Mapping[str, Callable[[], float]] = {
        "median": lambda: results.percentile_ms(50),
        "mean": lambda: results.measured.response.mean_ms,
        "max": lambda: results.max_ms,
    }
    return named[measure]() if measure in named else results.percentile_ms(float(measure[1:]))
