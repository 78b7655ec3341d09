"""Objectives against what was measured."""

from collections.abc import Iterable
from dataclasses import dataclass

from load.judgement.objectives import ALL, ERROR_RATE, LATE, RATE, Objective
from load.measurements.operation_results import OperationResults
from load.measurements.results import Results


@dataclass(frozen=True)
class Outcome:
    """An objective and what was measured, of how many calls; `figure` is None without calls. `median` (ms) is
    that of the same calls.

    A percentile of fewer calls than it needs is not judged, unless more than half of them passed the limit.
    An error rate within its limit is not judged, either, when a single failure would have been too many.
    """

    objective: Objective
    figure: float | None
    calls: int
    median: float = 0.0

    @property
    def is_judged(self) -> bool:
        """Whether there were enough calls."""
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
        """The outcome in a word or two."""
        if not self.is_judged:
            return "not judged"
        return "holds" if self.holds else "does not hold"

    @property
    def margin(self) -> float | None:
        """How far the figure is from the limit, as a share of it; below 0 when the promise is broken."""
        if self.figure is None or not self.objective.limit:
            return None
        share = self.figure / self.objective.limit - 1
        return share if self.objective.is_floor else -share

    @property
    def message(self) -> str:
        """The outcome in a sentence, without the operation."""
        objective = self.objective
        if self.figure is None:
            is_late = objective.measure == LATE
            why = "nothing was read back" if is_late else "there was no call after the warm-up"
            return f"{objective} cannot be judged, {why}"
        if self.is_judged:
            return f"{objective} {self.word}, it was {objective.shown(self.figure)}"
        few = f"it needs {objective.calls_needed:,} calls and had {self.calls:,}"
        return f"{objective} is not judged: {few}; it was {objective.shown(self.figure)}"

    def __str__(self) -> str:
        return f"{self.objective.label}: {self.message}"


def outcomes(objectives: Iterable[Objective], results: Results) -> tuple[Outcome, ...]:
    """Each objective with what was measured."""
    operations = {ALL: results.total, **results.operations}
    return tuple(_outcome(objective, operations[objective.label], results) for objective in objectives)


def _outcome(objective: Objective, operation: OperationResults, results: Results) -> Outcome:
    figure, calls = _figure(objective, operation, results), _calls(objective, operation, results)
    return Outcome(objective, figure, calls, operation.percentile_ms(50))


def _calls(objective: Objective, operation: OperationResults, results: Results) -> int:
    if objective.measure == LATE:
        return results.account.read
    return operation.requests if objective.measure == ERROR_RATE else operation.measured.response.count


def _figure(objective: Objective, operation: OperationResults, results: Results) -> float | None:
    if objective.measure == LATE:
        return results.account.late_s * 1000 if results.account.read else None
    if not operation.requests:
        return None
    if objective.measure == ERROR_RATE:
        return operation.error_rate
    if objective.measure == RATE:
        measured_s = results.clock.measured_s
        return operation.rate(measured_s) if measured_s else None
    return _time_ms(objective, operation) if operation.measured.response.count else None


def _time_ms(objective: Objective, operation: OperationResults) -> float:
    if objective.percentile is not None:
        return operation.percentile_ms(objective.percentile)
    return operation.measured.response.mean_ms if objective.measure == "mean" else operation.max_ms
